import assert from 'node:assert/strict'
import { after, afterEach, test } from 'node:test'
import type { LightMyRequestResponse } from 'fastify'
import { chargesUnderTest } from '../../../../test/charges.ts'
import { balance } from '../../../../test/payers.ts'
import {
  assertBooksBalance,
  clockByHand,
  DAY,
  drainMerchant,
  fillMerchant,
  freeze,
  MINUTE,
  paidOrder,
  refundOf,
} from '../../../../test/refunds.ts'
import { freshNo } from '../../../../test/sandbox.ts'
import { operationOf, walletOf } from '../../../ledger/accounts.ts'
import { refundPayouts } from './pay-out-refund.ts'

// Refunds at one moment. On PostgreSQL they are many transactions on many connections.

const rules = { refundInterval: 0, chargeAfterExit: 10_000 * DAY }
const clock = clockByHand()
const shared = await chargesUnderTest({ after }, { clock, rules })
const { refund, order, platform, runDue } = shared
const { db } = platform

/** Refused calls are limited in each second of wall time. */
afterEach(clock.nextSecond)

/** How often each answer was given: the status of a refund, or the message of a refusal. */
function tally(replies: readonly LightMyRequestResponse[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const reply of replies) {
    const { status, message } = reply.json<Record<string, string>>()
    const answer = message ?? status ?? ''
    counts[answer] = (counts[answer] ?? 0) + 1
  }
  return counts
}

async function arrive(): Promise<void> {
  clock.advance(5 * MINUTE)
  await runDue()
}

const TOO_MUCH = '申请退款金额超过订单可退金额'

for (const [count, amount, accepted] of [
  [2, 600, 1],
  [10, 200, 4],
] as const) {
  test(`${count} refunds at once of ${amount} fen each: ${accepted} of them, and never more than the order`, async () => {
    const paid = await paidOrder(shared, { wallet: 888 })
    const requests = Array.from({ length: count }, () => refundOf(paid, amount))
    const replies = await Promise.all(requests.map(request => refund(request)))
    // The sixth refusal of a second is the last that says why.
    assert.deepEqual(tally(replies), { PROCESSING: accepted, [TOO_MUCH]: count - accepted })
    await arrive()
    assert.equal(await balance(db, walletOf(paid.paid_by.payer_id)), accepted * amount)
    const stored = await db.get<{ refund_total: number; refund_count: number }>(
      'SELECT refund_total, refund_count FROM orders WHERE out_trade_no = $1',
      paid.out_trade_no,
    )
    assert.deepEqual(stored, { refund_total: accepted * amount, refund_count: accepted })
    await assertBooksBalance(platform)
  })
}

test('ten times the same refund at once is one refund with one answer', async () => {
  const paid = await paidOrder(shared, { wallet: 888 })
  const request = refundOf(paid, 400)
  const replies = await Promise.all(Array.from({ length: 10 }, () => refund(request)))
  assert.equal(new Set(replies.map(({ body }) => body)).size, 1)
  assert.deepEqual(tally(replies), { PROCESSING: 10 })
  await arrive()
  assert.equal(await balance(db, walletOf(paid.paid_by.payer_id)), 400)
  await assertBooksBalance(platform)
})

test('one number for five orders at once is a refund of one of them, and takes no money of the others', async () => {
  const orders = []
  for (let count = 0; count < 5; count += 1) orders.push(await paidOrder(shared, { wallet: 888 }))
  const out_refund_no = freshNo('R')
  const replies = await Promise.all(orders.map(paid => refund(refundOf(paid, 888, { out_refund_no }))))
  assert.deepEqual(tally(replies), { PROCESSING: 1, '订单金额或退款金额与之前请求不一致，请核实后再试': 4 })
  const states = await Promise.all(
    orders.map(async ({ out_trade_no }) => (await order(out_trade_no)).trade_state),
  )
  assert.deepEqual(states.sort(), ['REFUND', 'SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS'])
  await assertBooksBalance(platform)
})

test('refunds of several orders at once spend no fen twice of what the merchant has', async t => {
  const running = await chargesUnderTest(t, { rules })
  const orders = []
  for (let count = 0; count < 5; count += 1) orders.push(await paidOrder(running, { wallet: 888 }))
  await drainMerchant(running.platform, '1230000109')
  await fillMerchant(running.platform, operationOf('1230000109'), '1230000109', 3 * 883 - 1)
  const replies = await Promise.all(orders.map(paid => running.refund(refundOf(paid))))
  assert.deepEqual(tally(replies), { PROCESSING: 2, '基本账户余额不足，请充值后重新发起': 3 })
  await assertBooksBalance(running.platform)
})

test('a payout that two workers have in hand at once is booked once', async () => {
  const paid = await paidOrder(shared, { wallet: 888 })
  const { out_refund_no } = refundOf(paid)
  await shared.giveBack({ ...refundOf(paid), out_refund_no })
  clock.advance(5 * MINUTE)
  const key = { mchid: '1230000109', out_refund_no }
  await Promise.all([1, 2, 3].map(() => refundPayouts(platform).handle(key)))
  await runDue()
  assert.equal(await balance(db, walletOf(paid.paid_by.payer_id)), 888)
  await assertBooksBalance(platform)
})

test('an abnormal refund that is sent elsewhere by five calls at once goes there once', async () => {
  const paid = await paidOrder(shared)
  const accepted = await shared.giveBack(refundOf(paid))
  await freeze(platform, paid.paid_by)
  await arrive()
  const { refund_id, out_refund_no } = accepted
  const fields = { out_refund_no, type: 'MERCHANT_BANK_CARD' }
  const replies = await Promise.all([1, 2, 3, 4, 5].map(() => shared.redirectRefund(refund_id, fields)))
  assert.equal(new Set(replies.map(({ body }) => body)).size, 1)
  clock.advance(DAY)
  await runDue()
  assert.equal((await shared.refundNow(out_refund_no)).status, 'SUCCESS')
  await assertBooksBalance(platform)
})

test('payouts and new refunds of one advanced order at once wait for each other and add up', async () => {
  const paid = await paidOrder(shared, { advance_limit: 888 })
  await shared.giveBack(refundOf(paid, 88))
  for (let count = 0; count < 4; count += 1) {
    clock.advance(5 * MINUTE)
    await Promise.all([shared.giveBack(refundOf(paid, 200)), runDue()])
  }
  await arrive()
  assert.equal((await order(paid.out_trade_no)).user_repaid, 'Y')
  await assertBooksBalance(platform)
})
