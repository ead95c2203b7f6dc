import { createStock, sendCoupon } from '../../../funding/coupon-stocks.ts'
import { putScriptedCard } from '../../../funding/scripted-bank.ts'
import { advanceOf, BANK_CLEARING, walletOf } from '../../../ledger/accounts.ts'
import { post, type Transfer } from '../../../ledger/ledger.ts'
import type { Transaction } from '../../../store/database.ts'
import { insertRows } from '../../../store/insert-rows.ts'
import type { Seed } from '../../product.ts'
import { PERMISSION } from './permission.ts'
import {
  COUPON_STOCK,
  FLEET_SIZE,
  fleetPlates,
  openTimeMs,
  SANDBOX_PLATES,
  type SandboxPlate,
} from './seed-plates.ts'

/** What the sandbox has of parking: plates with their payers. */
export const seed: Seed = {
  permissions: [PERMISSION],
  async store(tx, { appid, now }) {
    await storePlates(tx, appid, [...SANDBOX_PLATES, ...fleetPlates()], now)
  },
  shown({ appid }) {
    const fleet = fleetPlates()
    return {
      plates: SANDBOX_PLATES.map(plate => ({ appid, ...plate })),
      fleet: {
        behaviour: 'Normal plates for load tests, each with a payer and money of its own',
        plate_color: 'BLUE',
        first: fleet[0]?.plate_number,
        last: fleet.at(-1)?.plate_number,
        count: FLEET_SIZE,
      },
    }
  },
}

/** The ids of the sandbox's coupons follow this one; the first is that of the documents' sample. */
const FIRST_COUPON_ID = 109_518

/** The payer of a plate of the sandbox; each payer has one plate. */
function payerOf(plateNumber: string): string {
  return `payer-of-${plateNumber}`
}

/** Writes the plates that somebody opened, with their payers, their money and their debts, in few statements. */
async function storePlates(
  tx: Transaction,
  appid: string,
  all: readonly SandboxPlate[],
  now: number,
): Promise<void> {
  const plates = all
    .filter(({ service_state }) => service_state !== 'OUT_SERVICE')
    .map(plate => ({
      ...plate,
      appid,
      payer_id: payerOf(plate.plate_number),
      service_open_time: openTimeMs(plate.service_open_time),
    }))
  await insertRows(tx, 'payers', ['payer_id', 'score', 'arrears', 'wallet_state'], plates)
  await insertRows(tx, 'payer_openids', ['appid', 'openid', 'payer_id'], plates)
  await insertRows(
    tx,
    'plates',
    ['plate_number', 'plate_color', 'payer_id', 'service_state', 'service_open_time'],
    plates,
  )
  const accounts = plates.flatMap(({ payer_id, advance_limit, arrears }) => [
    { account: walletOf(payer_id), minimum: 0 },
    { account: advanceOf(payer_id), minimum: -Math.max(advance_limit, arrears) },
  ])
  await insertRows(tx, 'ledger_accounts', ['account', 'minimum'], accounts)
  await post(
    tx,
    plates.map(({ payer_id, wallet }) => topUp(payer_id, wallet, now)),
  )
  for (const plate of plates) {
    if (plate.arrears > 0) await storeArrears(tx, plate.payer_id, plate.arrears, now)
    await storeCards(tx, plate)
  }
  await storeCoupons(tx, plates, now)
}

function topUp(payerId: string, amount: number, now: number): Transfer {
  return {
    subject: `top_up/${payerId}/opening`,
    entry: 'top_up',
    kind: 'top_up',
    debit_account: BANK_CLEARING,
    credit_account: walletOf(payerId),
    amount,
    business_time: now,
  }
}

/** A payer in arrears from the start owes for a stay that nobody remembers. */
async function storeArrears(tx: Transaction, payerId: string, amount: number, now: number): Promise<void> {
  const subject = `opening/${payerId}`
  await post(tx, [
    {
      subject,
      entry: 'advance',
      kind: 'opening',
      debit_account: advanceOf(payerId),
      credit_account: BANK_CLEARING,
      amount,
      business_time: now,
    },
  ])
  await tx.run(
    `INSERT INTO advances (subject, payer_id, amount, state, advance_time) VALUES ($1, $2, $3, 'OVERDUE', $4)`,
    subject,
    payerId,
    amount,
    now,
  )
}

async function storeCards(
  tx: Transaction,
  { payer_id, cards }: Pick<SandboxPlate, 'cards'> & { payer_id: string },
): Promise<void> {
  const rows = cards.map((card, index) => ({ ...card, payer_id, position: index + 1 }))
  await insertRows(tx, 'cards', ['card_id', 'payer_id', 'bank_type', 'position'], rows)
  for (const card of rows) await putScriptedCard(tx, card)
}

async function storeCoupons(
  tx: Transaction,
  payers: readonly (Pick<SandboxPlate, 'coupons'> & { payer_id: string })[],
  now: number,
): Promise<void> {
  // No worker runs yet that could be woken.
  const platform = { clock: { now: () => now }, wake() {} }
  const { stock_id } = COUPON_STOCK
  const outcomes: string[] = [await createStock(tx, platform, COUPON_STOCK)]
  for (const { payer_id, coupons } of payers) {
    for (let number = 1; number <= coupons; number += 1) {
      const coupon_id = `${FIRST_COUPON_ID + number}`
      outcomes.push(await sendCoupon(tx, platform, { coupon_id, stock_id, payer_id }))
    }
  }
  const refusal = outcomes.find(outcome => outcome !== 'done')
  if (refusal) throw new Error(`The coupons of the sandbox were refused: ${refusal}`)
}
