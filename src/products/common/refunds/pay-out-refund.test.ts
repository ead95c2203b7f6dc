import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { chargesUnderTest } from '../../../../test/charges.ts'
import { balance, fillWallet, newPayer } from '../../../../test/payers.ts'
import {
  assertBooksBalance,
  chargePayer,
  DAY,
  freeze,
  HOUR,
  MINUTE,
  paidOrder,
  refundOf,
  SECOND,
} from '../../../../test/refunds.ts'
import { freshNo } from '../../../../test/sandbox.ts'
import type { Bank, BankRefund } from '../../../funding/bank.ts'
import { beginRepayment } from '../../../funding/repay.ts'
import { findScriptedCard, putScriptedCard, type RefundBehaviour } from '../../../funding/scripted-bank.ts'
import { advanceOf, BANK_CLEARING, refundingOf, walletOf } from '../../../ledger/accounts.ts'
import { readPayer } from '../../../payers/payers.ts'
import { createTestStore } from '../../../store/testing.ts'

// Where an accepted refund goes, whatever happens on the way.

const shared = await chargesUnderTest({ after }, { rules: { chargeAfterExit: 10_000 * DAY } })
const { giveBack, refundNow, order, clock, runDue, platform } = shared
const { db } = platform

/** Moves on and does what is due then. */
async function wait(ms: number): Promise<void> {
  clock.advance(ms)
  await runDue()
}

let lastCard = 0

/** An order of 888 fen that a credit card has paid, which takes refunds as it is set. */
async function paidByCard(refund_behaviour: RefundBehaviour) {
  lastCard += 1
  const card_id = `62258800${String(lastCard).padStart(8, '0')}`
  const paid = await paidOrder(shared, { cards: [{ card_id, bank_type: 'CMB_CREDIT', available: 1_000 }] })
  await db.transaction(tx =>
    putScriptedCard(tx, { card_id, available: 112, behaviour: 'APPROVE', refund_behaviour }),
  )
  const available = async () => (await findScriptedCard(db, card_id))?.available
  const text = `招商银行信用卡${card_id.slice(-4)}`
  return { ...paid, available, text, wallet: () => balance(db, walletOf(paid.paid_by.payer_id)) }
}

async function nowOf(out_refund_no: string) {
  const { status, channel, user_received_account } = await refundNow(out_refund_no)
  return [status, channel, user_received_account]
}

test('into the wallet after five minutes and not before, and the payer and the order show the same', async () => {
  const paid = await paidOrder(shared, { wallet: 888 })
  const { out_refund_no } = await giveBack(refundOf(paid))
  const wallet = () => balance(db, walletOf(paid.paid_by.payer_id))
  await wait(5 * MINUTE - 1)
  assert.deepEqual([await wallet(), (await refundNow(out_refund_no)).status], [0, 'PROCESSING'])
  await wait(1)
  assert.deepEqual([await wallet(), (await refundNow(out_refund_no)).status], [888, 'SUCCESS'])
  await wait(DAY)
  assert.equal(await wallet(), 888)
  await assertBooksBalance(platform)
})

test("onto the card after a day: the bank is asked once and the money is back on the payer's card", async () => {
  const paid = await paidByCard('APPROVE')
  const outside = await balance(db, BANK_CLEARING)
  const { out_refund_no, user_received_account } = await giveBack(refundOf(paid, 500))
  assert.equal(user_received_account, paid.text)
  await wait(DAY - 1)
  assert.equal((await refundNow(out_refund_no)).status, 'PROCESSING')
  await wait(1)
  assert.deepEqual(await nowOf(out_refund_no), ['SUCCESS', 'ORIGINAL', paid.text])
  assert.deepEqual([await paid.available(), await paid.wallet()], [612, 0])
  assert.equal(await balance(db, BANK_CLEARING), outside + 500)
  await assertBooksBalance(platform)
})

test('a card that is dead: the wallet gets it instead, at once', async () => {
  const paid = await paidByCard('REFUSE')
  const { out_refund_no } = await giveBack(refundOf(paid))
  await wait(DAY)
  assert.deepEqual(await nowOf(out_refund_no), ['SUCCESS', 'BALANCE', '支付用户零钱'])
  assert.deepEqual([await paid.available(), await paid.wallet()], [112, 888])
  await assertBooksBalance(platform)
})

for (const [behaviour, waits, ends, onCard] of [
  ['TIME_OUT', [15 * SECOND, 30 * SECOND], 'ORIGINAL', 1_000],
  ['UNKNOWN_THEN_APPROVED', [15 * SECOND], 'ORIGINAL', 1_000],
  ['UNKNOWN_THEN_REFUSED', [15 * SECOND], 'BALANCE', 112],
] as const) {
  test(`a bank that is ${behaviour} is asked again until it answers, and the money moves once`, async () => {
    const paid = await paidByCard(behaviour)
    const { out_refund_no } = await giveBack(refundOf(paid))
    await wait(DAY)
    for (const ms of waits) {
      assert.equal((await refundNow(out_refund_no)).status, 'PROCESSING')
      await wait(ms - 1)
      assert.equal((await refundNow(out_refund_no)).status, 'PROCESSING')
      await wait(1)
    }
    const { status, channel } = await refundNow(out_refund_no)
    assert.deepEqual([status, channel], ['SUCCESS', ends])
    assert.equal(await paid.available(), onCard)
    assert.equal(await paid.wallet(), ends === 'BALANCE' ? 888 : 0)
    await wait(HOUR)
    assert.equal(await paid.available(), onCard)
    await assertBooksBalance(platform)
  })
}

test('a wallet that was closed since the acceptance makes the refund ABNORMAL, and its money stays where it is', async () => {
  const paid = await paidOrder(shared, { wallet: 888 })
  const { out_refund_no } = await giveBack(refundOf(paid))
  await freeze(platform, paid.paid_by)
  await wait(5 * MINUTE)
  const { status, success_time } = await refundNow(out_refund_no)
  assert.deepEqual([status, success_time], ['ABNORMAL', undefined])
  await freeze(platform, paid.paid_by, 'NORMAL')
  await wait(30 * DAY)
  assert.equal((await refundNow(out_refund_no)).status, 'ABNORMAL')
  await assertBooksBalance(platform)
})

test('a dead card and a closed wallet: ABNORMAL, still with the card that was to have it', async () => {
  const paid = await paidByCard('REFUSE')
  const { out_refund_no } = await giveBack(refundOf(paid))
  await freeze(platform, paid.paid_by)
  await wait(DAY)
  assert.deepEqual(await nowOf(out_refund_no), ['ABNORMAL', 'ORIGINAL', paid.text])
  await assertBooksBalance(platform)
})

/** An advanced order of 888 fen. */
function advanced(running = shared) {
  return paidOrder(running, { advance_limit: 888 })
}

async function owed(payer_id: string): Promise<{ arrears?: number | undefined; advanced: number }> {
  const payer = await readPayer(db, payer_id)
  return { arrears: payer?.arrears, advanced: 0 - (await balance(db, advanceOf(payer_id))) }
}

test('an advance that is not paid back is paid back first; no notice says that the user has paid', async () => {
  const paid = await advanced()
  const { payer_id } = paid.paid_by
  assert.deepEqual(await owed(payer_id), { arrears: 888, advanced: 888 })
  const first = await giveBack(refundOf(paid, 300))
  assert.equal(first.user_received_account, '支付用户零钱')
  await wait(5 * MINUTE)
  assert.deepEqual(await owed(payer_id), { arrears: 588, advanced: 588 })
  assert.equal((await order(paid.out_trade_no)).user_repaid, 'N')
  await assertBooksBalance(platform)

  const { out_refund_no } = await giveBack(refundOf(paid, 588))
  await wait(5 * MINUTE)
  assert.deepEqual(await owed(payer_id), { arrears: 0, advanced: 0 })
  assert.equal((await order(paid.out_trade_no)).user_repaid, 'Y')
  assert.deepEqual(await nowOf(out_refund_no), ['SUCCESS', 'ORIGINAL', '支付用户零钱'])
  assert.equal(await balance(db, walletOf(payer_id)), 0)
  const reported = await db.all(`SELECT event_type FROM notices WHERE event_type = 'TRANSACTION.PAY_BACK'`)
  assert.deepEqual(reported, [])
  await assertBooksBalance(platform)
})

test('an advance is paid back whether or not the wallet is closed, because nothing goes there', async () => {
  const paid = await advanced()
  const { out_refund_no } = await giveBack(refundOf(paid))
  await freeze(platform, paid.paid_by)
  await wait(5 * MINUTE)
  assert.equal((await refundNow(out_refund_no)).status, 'SUCCESS')
  assert.deepEqual(await owed(paid.paid_by.payer_id), { arrears: 0, advanced: 0 })
  await assertBooksBalance(platform)
})

test('an advance in its time of grace is paid back without arrears', async t => {
  const running = await chargesUnderTest(t, { rules: { advanceGrace: DAY } })
  const paid = await advanced(running)
  await running.giveBack(refundOf(paid, 800))
  running.clock.advance(5 * MINUTE)
  await running.runDue()
  const { arrears } = (await readPayer(running.platform.db, paid.paid_by.payer_id)) ?? {}
  assert.equal(arrears, 0)
  running.clock.advance(DAY)
  await running.runDue()
  assert.equal((await readPayer(running.platform.db, paid.paid_by.payer_id))?.arrears, 88)
  await assertBooksBalance(running.platform)
})

test('what the payer has paid back goes to the wallet, and the rest of the debt is paid by no refund', async () => {
  const paid = await advanced()
  const { payer_id } = paid.paid_by
  await giveBack(refundOf(paid, 300))
  await wait(5 * MINUTE)
  await fillWallet(platform, payer_id, 588)
  const repayment = { repayment_id: freshNo('B'), payer_id, source: 'wallet' }
  await db.transaction(tx => beginRepayment(tx, platform, repayment))
  assert.deepEqual(await owed(payer_id), { arrears: 0, advanced: 0 })
  await giveBack(refundOf(paid, 588))
  await wait(5 * MINUTE)
  assert.equal(await balance(db, walletOf(payer_id)), 588)
  await assertBooksBalance(platform)
})

test('while a card is paying the advance back, the refund waits: it is not paid twice', async () => {
  const paid = await advanced()
  const { payer_id } = paid.paid_by
  const card_id = `card-of-${payer_id}`
  await db.transaction(async tx => {
    await tx.run(
      `INSERT INTO cards (card_id, payer_id, bank_type, position) VALUES ($1, $2, 'CMB_DEBIT', 1)`,
      card_id,
      payer_id,
    )
    await putScriptedCard(tx, { card_id, available: 1_000, behaviour: 'TIME_OUT' })
  })
  const { out_refund_no } = await giveBack(refundOf(paid))
  clock.advance(5 * MINUTE)
  const repayment = { repayment_id: freshNo('B'), payer_id, source: card_id }
  await db.transaction(tx => beginRepayment(tx, platform, repayment))
  await runDue()
  assert.equal((await refundNow(out_refund_no)).status, 'PROCESSING')
  await wait(15 * SECOND)
  await wait(30 * SECOND)
  assert.equal((await refundNow(out_refund_no)).status, 'PROCESSING')
  await wait(15 * SECOND)
  assert.equal((await refundNow(out_refund_no)).status, 'SUCCESS')
  assert.deepEqual(await owed(payer_id), { arrears: 0, advanced: 0 })
  assert.equal(await balance(db, walletOf(payer_id)), 888)
  await assertBooksBalance(platform)
})

test("a crash between the bank's answer and the books: the bank is asked again and pays nothing twice", async t => {
  const asked: BankRefund[] = []
  const paidOut = new Set<string>()
  let dies = true
  const bank: Bank = {
    pay: async () => 'approved',
    async refund(refund) {
      asked.push(refund)
      paidOut.add(refund.refund_id)
      if (dies) await running.platform.db.close()
      return 'approved'
    },
  }
  const store = createTestStore()
  const open = () => store.open()
  let running = await chargesUnderTest(t, { bank, open })
  t.after(() => store.remove())
  const paid = await paidOrder(running, { cards: [{ card_id: 'c-0403', bank_type: 'CMB_DEBIT' }] })
  const accepted = await running.giveBack(refundOf(paid))
  running.clock.advance(DAY)
  await running.runDue().catch(() => undefined)
  dies = false

  const then = running.clock
  running = await chargesUnderTest(t, { bank, open, clock: then })
  then.advance(HOUR)
  await running.runDue()
  assert.equal(asked.length, 2)
  assert.deepEqual(asked[0], {
    refund_id: accepted.refund_id,
    card_id: 'c-0403',
    bank_type: 'CMB_DEBIT',
    amount: 888,
  })
  assert.deepEqual(asked[1], asked[0])
  assert.equal(paidOut.size, 1)
  const stored = await running.platform.db.get<{ status: string }>('SELECT status FROM refunds')
  assert.equal(stored?.status, 'SUCCESS')
  assert.equal(await balance(running.platform.db, refundingOf('1230000109')), 0)
  await assertBooksBalance(running.platform)
})

test('two refunds of one order to one card are two refunds to its bank', async () => {
  const paid = await paidByCard('APPROVE')
  await giveBack(refundOf(paid, 400))
  clock.advance(MINUTE)
  await giveBack(refundOf(paid, 488))
  await wait(DAY)
  assert.equal(await paid.available(), 1_000)
  await assertBooksBalance(platform)
})

test('a payer who pays again with what was refunded', async () => {
  const payer = await newPayer(platform, { wallet: 888 })
  const first = await chargePayer(shared, payer)
  await giveBack(refundOf(first))
  await wait(5 * MINUTE)
  await chargePayer(shared, payer)
  assert.equal(await balance(db, walletOf(payer.payer_id)), 0)
  await assertBooksBalance(platform)
})
