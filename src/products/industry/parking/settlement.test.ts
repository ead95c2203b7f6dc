import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  chargeOf,
  freshPlate,
  MODES,
  NOW,
  type ParkingUnderTest,
  parkingUnderTest,
} from '../../../../test/parking.ts'
import { balance, fillWallet, newPayer } from '../../../../test/payers.ts'
import type { BankAnswer } from '../../../funding/bank.ts'
import { BANK_CLEARING, feesOf, pendingOf, walletOf } from '../../../ledger/accounts.ts'
import { auditLedger } from '../../../ledger/audit.ts'
import { post } from '../../../ledger/ledger.ts'
import { transfersOf } from '../../../ledger/transfers.ts'
import { changeArrears } from '../../../payers/arrears.ts'
import { changePayer } from '../../../payers/payers.ts'
import type { Database } from '../../../store/database.ts'
import { plateContext } from './plate-context.ts'
import { removePlate } from './plates.ts'
import { settlement } from './settle-transaction.ts'

// How an accepted charge ends, seen through the calls and the books.

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const shared = await parkingUnderTest({ after })

const WITHOUT_FUNDS = '粤B10006'

function walletOfPlate(plate: string): string {
  return walletOf(`payer-of-${plate}`)
}

/** Every fen has a place. */
async function assertBooksBalance(db: Database): Promise<void> {
  assert.deepEqual(await auditLedger(db), [])
}

/** How often a deduction was tried, and when the next attempt is due. */
async function progress(
  db: Database,
  outTradeNo: string,
): Promise<{ attempts: number; dueAt: number | null }> {
  const row = await db.get<{ deduction_attempts: number; due_at: number | null }>(
    'SELECT deduction_attempts, due_at FROM parking_charges WHERE out_trade_no = $1',
    outTradeNo,
  )
  return { attempts: row?.deduction_attempts ?? -1, dueAt: row?.due_at ?? null }
}

async function freeze(
  { platform }: ParkingUnderTest,
  plate: string,
  wallet_state: 'NORMAL' | 'FROZEN',
): Promise<void> {
  const changed = await platform.db.transaction(tx => changePayer(tx, `payer-of-${plate}`, { wallet_state }))
  assert.equal(changed, 'done')
}

/** Money comes from outside into a plate's wallet. */
function topUp({ platform }: ParkingUnderTest, plate: string, amount: number): Promise<void> {
  return fillWallet(platform, `payer-of-${plate}`, amount)
}

for (const [mode, caller] of MODES) {
  test(`${mode}: an accepted charge is paid: wallet less, payee's pending more, books in balance`, async () => {
    const { park, accept, order, platform, runDue, clock } = shared
    const { db } = platform
    const plate = freshPlate()
    const payee = caller.partner.sub_mchid ?? caller.mchid
    const wallet = walletOfPlate(plate)
    const books = [wallet, pendingOf(payee), feesOf(payee)]
    const balances = () => Promise.all(books.map(account => balance(db, account)))
    const [payersBefore = 0, pendingBefore = 0, feesBefore = 0] = await balances()
    const { out_trade_no } = await accept(
      await park({ plate_number: plate }, caller),
      { profit_sharing: 'N' },
      caller,
    )
    assert.deepEqual(await balances(), [payersBefore, pendingBefore, feesBefore])
    assert.equal((await order(out_trade_no, caller)).trade_state, 'ACCEPTED')

    await runDue()

    const { trade_state, success_time } = await order(out_trade_no, caller)
    assert.deepEqual({ trade_state, success_time }, { trade_state: 'SUCCESS', success_time: NOW })
    // Six per mille of 888 fen, rounded half up, stay with the platform.
    assert.deepEqual(await balances(), [payersBefore - 888, pendingBefore + 883, feesBefore + 5])
    const transfers = await transfersOf(db, `order/${caller.mchid}/${out_trade_no}`)
    assert.deepEqual(
      transfers.map(({ kind, debit_account, credit_account, amount, state, business_time }) => ({
        ...{ kind, debit_account, credit_account, amount, state, business_time },
      })),
      [
        {
          ...{ kind: 'charge', debit_account: wallet, credit_account: pendingOf(payee), amount: 888 },
          ...{ state: 'POSTED', business_time: clock.now() },
        },
        {
          ...{ kind: 'fee', debit_account: pendingOf(payee), credit_account: feesOf(payee), amount: 5 },
          ...{ state: 'POSTED', business_time: clock.now() },
        },
      ],
    )
    await assertBooksBalance(db)
  })
}

test('what was paid is not paid again, however often due work is done', async () => {
  const { park, accept, platform, runDue, clock } = shared
  const plate = freshPlate()
  await accept(await park({ plate_number: plate }))
  await runDue()
  const after = await balance(platform.db, walletOfPlate(plate))
  await runDue()
  clock.advance(1)
  await runDue()
  assert.equal(await balance(platform.db, walletOfPlate(plate)), after)
  await assertBooksBalance(platform.db)
})

test('without funds a deduction is tried at exactly each step of the schedule, and after the last it has failed', async t => {
  const { park, accept, order, platform, runDue, clock } = await parkingUnderTest(t)
  const { db } = platform
  const { out_trade_no } = await accept(await park({ plate_number: WITHOUT_FUNDS }))
  await runDue()
  assert.deepEqual(await progress(db, out_trade_no), { attempts: 1, dueAt: clock.now() + MINUTE })

  let attempts = 1
  for (const wait of [MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR]) {
    clock.advance(wait - 1)
    await runDue()
    assert.equal((await progress(db, out_trade_no)).attempts, attempts)
    assert.equal((await order(out_trade_no)).trade_state, 'ACCEPTED')
    clock.advance(1)
    await runDue()
    attempts += 1
    assert.equal((await progress(db, out_trade_no)).attempts, attempts)
  }

  assert.equal(attempts, 6)
  const failed = await order(out_trade_no)
  assert.equal(failed.trade_state, 'PAY_FAIL')
  assert.deepEqual(await progress(db, out_trade_no), { attempts: 6, dueAt: null })
  assert.equal(await balance(db, walletOfPlate(WITHOUT_FUNDS)), 0)
  assert.deepEqual(await db.all(`SELECT entry FROM ledger_transfers WHERE kind = 'charge'`), [])
  await assertBooksBalance(db)
  clock.advance(365 * 24 * HOUR)
  await runDue()
  assert.deepEqual(await order(out_trade_no), failed)
})

test('the deduction schedule can be set: also the wait before the first attempt is exact to the millisecond', async t => {
  const { park, accept, order, platform, runDue, clock } = await parkingUnderTest(t, {
    rules: { deductionLadder: [10 * SECOND, 5 * SECOND] },
  })
  const paid = await accept(await park())
  const failing = await accept(await park({ plate_number: WITHOUT_FUNDS }))
  clock.advance(10 * SECOND - 1)
  await runDue()
  assert.equal((await order(paid.out_trade_no)).trade_state, 'ACCEPTED')
  assert.equal((await progress(platform.db, failing.out_trade_no)).attempts, 0)
  clock.advance(1)
  await runDue()
  assert.equal((await order(paid.out_trade_no)).trade_state, 'SUCCESS')
  assert.equal((await order(failing.out_trade_no)).trade_state, 'ACCEPTED')
  clock.advance(5 * SECOND)
  await runDue()
  assert.equal((await order(failing.out_trade_no)).trade_state, 'PAY_FAIL')
})

test('a wait counts from the attempt before it, also when that came late', async t => {
  const { park, accept, platform, runDue, clock } = await parkingUnderTest(t)
  const { out_trade_no } = await accept(await park({ plate_number: WITHOUT_FUNDS }))
  clock.advance(5 * HOUR)
  await runDue()
  assert.deepEqual(await progress(platform.db, out_trade_no), {
    attempts: 1,
    dueAt: clock.now() + MINUTE,
  })
})

test('a top-up between two attempts lets the next one succeed', async t => {
  const running = await parkingUnderTest(t)
  const { park, accept, order, platform, runDue, clock } = running
  const { out_trade_no } = await accept(await park({ plate_number: WITHOUT_FUNDS }))
  await runDue()
  await topUp(running, WITHOUT_FUNDS, 887)
  clock.advance(MINUTE)
  await runDue()
  assert.equal((await order(out_trade_no)).trade_state, 'ACCEPTED')
  assert.equal(await balance(platform.db, walletOfPlate(WITHOUT_FUNDS)), 887)
  await topUp(running, WITHOUT_FUNDS, 1)
  clock.advance(10 * MINUTE)
  await runDue()
  const { trade_state, success_time, create_time } = await order(out_trade_no)
  assert.deepEqual(
    { trade_state, create_time, success_time },
    { trade_state: 'SUCCESS', create_time: NOW, success_time: '2017-08-26T11:56:00+08:00' },
  )
  assert.equal(await balance(platform.db, walletOfPlate(WITHOUT_FUNDS)), 0)
  await assertBooksBalance(platform.db)
})

test('an account that is frozen after the acceptance ends the charge at its first attempt', async t => {
  const running = await parkingUnderTest(t)
  const { park, accept, order, platform, runDue } = running
  const { out_trade_no } = await accept(await park({ plate_number: WITHOUT_FUNDS }))
  await freeze(running, WITHOUT_FUNDS, 'FROZEN')
  await runDue()
  assert.equal((await order(out_trade_no)).trade_state, 'PAY_FAIL')
  assert.deepEqual(await progress(platform.db, out_trade_no), { attempts: 1, dueAt: null })
  await assertBooksBalance(platform.db)
})

test('a wallet that is frozen between two attempts ends the charge at the next one', async t => {
  const running = await parkingUnderTest(t)
  const { park, accept, order, runDue, clock } = running
  const { out_trade_no } = await accept(await park({ plate_number: WITHOUT_FUNDS }))
  await runDue()
  await freeze(running, WITHOUT_FUNDS, 'FROZEN')
  clock.advance(MINUTE)
  await runDue()
  assert.equal((await order(out_trade_no)).trade_state, 'PAY_FAIL')
})

test('after PAY_FAIL the entry is charged again under a new number; the old one then has no entry to charge', async t => {
  const running = await parkingUnderTest(t, { rules: { deductionLadder: [0] } })
  const { park, charge, order, platform, runDue } = running
  const stay = await park({ plate_number: WITHOUT_FUNDS })
  const first = chargeOf(stay)
  await charge(first)
  await runDue()
  const failed = await order(first.out_trade_no)
  assert.equal(failed.trade_state, 'PAY_FAIL')

  await topUp(running, WITHOUT_FUNDS, 888)
  const second = chargeOf(stay)
  assert.equal((await charge(second)).statusCode, 200)
  const mismatch = { code: 'INVALID_REQUEST', message: '场景信息和停车入场ID不匹配' }
  assert.deepEqual((await charge(first)).json(), mismatch)
  await runDue()
  assert.equal((await order(second.out_trade_no)).trade_state, 'SUCCESS')
  assert.deepEqual(await order(first.out_trade_no), failed)
  for (const request of [chargeOf(stay), first]) {
    const again = await charge(request)
    assert.deepEqual(again.json(), { code: 'INVALID_REQUEST', message: '停车入场ID不存在' })
  }
  const charges = await platform.db.all(`SELECT amount FROM ledger_transfers WHERE kind = 'charge'`)
  assert.deepEqual(charges, [{ amount: 888 }])
})

test('of two charges with money for one, one is paid and the other waits', async t => {
  const running = await parkingUnderTest(t)
  const { park, accept, order, platform, runDue } = running
  await topUp(running, WITHOUT_FUNDS, 1_000)
  const numbers: string[] = []
  for (let count = 0; count < 2; count += 1) {
    numbers.push((await accept(await park({ plate_number: WITHOUT_FUNDS }))).out_trade_no)
  }
  await runDue()
  const states = await Promise.all(numbers.map(async number => (await order(number)).trade_state))
  assert.deepEqual(states.sort(), ['ACCEPTED', 'SUCCESS'])
  assert.equal(await balance(platform.db, walletOfPlate(WITHOUT_FUNDS)), 112)
  await assertBooksBalance(platform.db)
})

test('what happens to the plate after the acceptance does not matter: the gate has opened', async () => {
  const { park, accept, order, platform, runDue } = shared
  const plate = freshPlate()
  const { out_trade_no } = await accept(await park({ plate_number: plate }))
  const payer_id = `payer-of-${plate}`
  await platform.db.transaction(async tx => {
    await changePayer(tx, payer_id, { score: 350 })
    await changeArrears(tx, platform, payer_id, 1)
    await removePlate(tx, plateContext(platform), { payer_id, plate_number: plate, plate_color: 'BLUE' })
  })
  await runDue()
  assert.equal((await order(out_trade_no)).trade_state, 'SUCCESS')
})

test('a charge that the books have already is not posted twice; it waits a minute, and no other waits with it', async t => {
  const { park, accept, order, platform, runDue, clock } = await parkingUnderTest(t)
  const { db } = platform
  const plate = freshPlate()
  const broken = await accept(await park({ plate_number: plate }))
  const good = await accept(await park())
  // As after a fault of ours: the money has moved under this number and the order does not know.
  const charge = {
    subject: `order/1230000109/${broken.out_trade_no}`,
    entry: 'charge/1/wallet',
    kind: 'charge' as const,
    debit_account: walletOfPlate(plate),
    credit_account: BANK_CLEARING,
    amount: 888,
    business_time: clock.now(),
  }
  await db.transaction(tx => post(tx, [charge]))
  const wallet = await balance(db, walletOfPlate(plate))
  await runDue()
  assert.equal((await order(good.out_trade_no)).trade_state, 'SUCCESS')
  assert.equal((await order(broken.out_trade_no)).trade_state, 'ACCEPTED')
  assert.deepEqual(await progress(db, broken.out_trade_no), { attempts: 0, dueAt: clock.now() + MINUTE })
  assert.equal(await balance(db, walletOfPlate(plate)), wallet)
  await assertBooksBalance(db)
})

test('an answer of a bank that comes after the order has its end changes nothing, and is no fault', async t => {
  const late = Promise.withResolvers<BankAnswer>()
  const asked = Promise.withResolvers<void>()
  const answers = [late.promise]
  const pay = async () => {
    asked.resolve()
    return answers.shift() ?? 'approved'
  }
  const bank = { pay, refund: async () => 'approved' as const }
  const { park, accept, order, platform, clock } = await parkingUnderTest(t, { bank })
  const { plate_number } = await newPayer(platform, { cards: [{}] })
  const { out_trade_no } = await accept(await park({ plate_number }))
  const job = settlement(platform)
  const [item] = await job.claim(clock.now(), 1, new Set())
  assert.ok(item)
  const slow = job.handle(item)
  await asked.promise
  clock.advance(15 * SECOND)
  assert.equal(await job.handle(item), true)
  const paid = await order(out_trade_no)
  assert.equal(paid.trade_state, 'SUCCESS')
  late.resolve('approved')
  assert.equal(await slow, true)
  assert.deepEqual(await order(out_trade_no), paid)
  await assertBooksBalance(platform.db)
})

test('a running platform settles by itself, without anybody doing due work', async t => {
  const { park, accept, query, platform } = await parkingUnderTest(t, {
    workers: true,
  })
  const { promise: settled, resolve } = Promise.withResolvers<void>()
  const { out_trade_no } = await accept(await park())
  const look = async () => {
    const { trade_state } = (await query(out_trade_no)).json<{ trade_state: string }>()
    if (trade_state === 'SUCCESS') resolve()
    else setImmediate(look)
  }
  await look()
  await settled
  await assertBooksBalance(platform.db)
})
