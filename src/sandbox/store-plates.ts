import { createStock, sendCoupon } from '../funding/coupon-stocks.ts'
import { putScriptedCard } from '../funding/scripted-bank.ts'
import { advanceOf, BANK_CLEARING, walletOf } from '../ledger/accounts.ts'
import { post, type Transfer } from '../ledger/ledger.ts'
import type { Transaction } from '../store/database.ts'
import { insertRows } from '../store/insert-rows.ts'
import { APPID, COUPON_STOCK, openTimeMs, type WorldPlate } from './world.ts'

/** The ids of the world's coupons follow this one; the first is that of the documents' sample. */
const FIRST_COUPON_ID = 109_518

/** The owner of a plate of the world; each owner has one plate. */
export function ownerOf(plateNumber: string): string {
  return `owner-of-${plateNumber}`
}

/** Writes the plates that somebody opened, with their owners, their money and their debts, in few statements. */
export async function storePlates(tx: Transaction, all: readonly WorldPlate[], now: number): Promise<void> {
  const plates = all
    .filter(({ service_state }) => service_state !== 'OUT_SERVICE')
    .map(plate => ({
      ...plate,
      appid: APPID,
      owner_id: ownerOf(plate.plate_number),
      service_open_time: openTimeMs(plate.service_open_time),
    }))
  await insertRows(tx, 'owners', ['owner_id', 'score', 'arrears', 'wallet_state'], plates)
  await insertRows(tx, 'owner_openids', ['appid', 'openid', 'owner_id'], plates)
  await insertRows(
    tx,
    'plates',
    ['plate_number', 'plate_color', 'owner_id', 'service_state', 'service_open_time'],
    plates,
  )
  const accounts = plates.flatMap(({ owner_id, advance_limit, arrears }) => [
    { account: walletOf(owner_id), minimum: 0 },
    { account: advanceOf(owner_id), minimum: -Math.max(advance_limit, arrears) },
  ])
  await insertRows(tx, 'ledger_accounts', ['account', 'minimum'], accounts)
  await post(
    tx,
    plates.map(({ owner_id, wallet }) => topUp(owner_id, wallet, now)),
  )
  for (const plate of plates) {
    if (plate.arrears > 0) await storeArrears(tx, plate.owner_id, plate.arrears, now)
    await storeCards(tx, plate)
  }
  await storeCoupons(tx, plates, now)
}

function topUp(ownerId: string, amount: number, now: number): Transfer {
  return {
    subject: `top_up/${ownerId}/opening`,
    entry: 'top_up',
    kind: 'top_up',
    debit_account: BANK_CLEARING,
    credit_account: walletOf(ownerId),
    amount,
    business_time: now,
  }
}

/** An owner in arrears from the start owes for a stay that nobody remembers. */
async function storeArrears(tx: Transaction, ownerId: string, amount: number, now: number): Promise<void> {
  const subject = `opening/${ownerId}`
  await post(tx, [
    {
      subject,
      entry: 'advance',
      kind: 'opening',
      debit_account: advanceOf(ownerId),
      credit_account: BANK_CLEARING,
      amount,
      business_time: now,
    },
  ])
  await tx.run(
    `INSERT INTO advances (subject, owner_id, amount, state, advance_time) VALUES ($1, $2, $3, 'OVERDUE', $4)`,
    subject,
    ownerId,
    amount,
    now,
  )
}

async function storeCards(
  tx: Transaction,
  { owner_id, cards }: Pick<WorldPlate, 'cards'> & { owner_id: string },
): Promise<void> {
  const rows = cards.map((card, index) => ({ ...card, owner_id, position: index + 1 }))
  await insertRows(tx, 'cards', ['card_id', 'owner_id', 'bank_type', 'position'], rows)
  for (const card of rows) await putScriptedCard(tx, card)
}

async function storeCoupons(
  tx: Transaction,
  owners: readonly (Pick<WorldPlate, 'coupons'> & { owner_id: string })[],
  now: number,
): Promise<void> {
  // No worker runs yet that could be told.
  const world = { clock: { now: () => now }, wake: { stocks() {} } }
  const { stock_id } = COUPON_STOCK
  const outcomes: string[] = [await createStock(tx, world, COUPON_STOCK)]
  for (const { owner_id, coupons } of owners) {
    for (let number = 1; number <= coupons; number += 1) {
      const coupon_id = `${FIRST_COUPON_ID + number}`
      outcomes.push(await sendCoupon(tx, world, { coupon_id, stock_id, owner_id }))
    }
  }
  const refusal = outcomes.find(outcome => outcome !== 'done')
  if (refusal) throw new Error(`The coupons of the world were refused: ${refusal}`)
}
