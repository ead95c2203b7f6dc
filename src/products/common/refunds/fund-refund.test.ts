import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { chargesUnderTest } from '../../../../test/charges.ts'
import { balance } from '../../../../test/payers.ts'
import {
  assertBooksBalance,
  DAY,
  drainMerchant,
  fillMerchant,
  MINUTE,
  paidOrder,
  refundOf,
} from '../../../../test/refunds.ts'
import { findHold, release } from '../../../funding/profit-sharing.ts'
import { availableOf, feesOf, heldOf, operationOf, pendingOf, refundingOf } from '../../../ledger/accounts.ts'

// Which account of the merchant pays for a refund. The fee of 888 fen is 5, so that a full refund needs 883.

const MCHID = '1230000109'

const shared = await chargesUnderTest({ after }, { rules: { chargeAfterExit: 10_000 * DAY } })
const { refund, giveBack, refundNow, order, clock, runDue, platform } = shared
const { db } = platform

const BOOKS = { pending: pendingOf, available: availableOf, operation: operationOf, held: heldOf }
type Book = keyof typeof BOOKS

/** What is on the merchant's accounts. */
async function money(): Promise<Record<Book, number>> {
  const entries = Object.entries(BOOKS).map(async ([name, accountOf]) => [
    name,
    await balance(db, accountOf(MCHID)),
  ])
  return Object.fromEntries(await Promise.all(entries)) as Record<Book, number>
}

/** The merchant has so much and no more. */
async function has(amounts: Partial<Record<Exclude<Book, 'held'>, number>>): Promise<void> {
  await drainMerchant(platform, MCHID)
  for (const [name, amount] of Object.entries(amounts)) {
    await fillMerchant(platform, BOOKS[name as Book](MCHID), MCHID, amount)
  }
}

/** What was taken from each account, those left out of which nothing was. */
async function taken(doing: () => Promise<unknown>): Promise<Partial<Record<Book, number>>> {
  const before = await money()
  await doing()
  const now = await money()
  const changes = Object.keys(BOOKS).map(name => [name, before[name as Book] - now[name as Book]] as const)
  return Object.fromEntries(changes.filter(([, amount]) => amount !== 0))
}

for (const [what, amounts, funds_account, from] of [
  ['unsettled money', { pending: 883, available: 883, operation: 883 }, 'UNSETTLED', { pending: 883 }],
  [
    'the available balance',
    { pending: 882, available: 883, operation: 883 },
    'AVAILABLE',
    { available: 883 },
  ],
  ['both together', { pending: 882, available: 1, operation: 883 }, 'BASIC', { pending: 882, available: 1 }],
  ['the operation account', { pending: 882, operation: 883 }, 'OPERATION', { operation: 883 }],
] as const) {
  test(`${what} pays when nothing before it has all of it`, async () => {
    const paid = await paidOrder(shared)
    await has(amounts)
    const fees = await balance(db, feesOf(MCHID))
    const refunding = await balance(db, refundingOf(MCHID))
    assert.deepEqual(
      await taken(async () => assert.equal((await giveBack(refundOf(paid))).funds_account, funds_account)),
      from,
    )
    assert.equal(await balance(db, feesOf(MCHID)), fees - 5)
    assert.equal(await balance(db, refundingOf(MCHID)), refunding + 888)
    await assertBooksBalance(platform)
  })
}

test('a fen short everywhere is not enough', async () => {
  const paid = await paidOrder(shared)
  await has({ pending: 441, available: 441, operation: 882 })
  assert.equal((await refund(refundOf(paid))).json().code, 'NOT_ENOUGH')
  await assertBooksBalance(platform)
})

test('AVAILABLE is taken at its word: other accounts do not pay', async () => {
  const paid = await paidOrder(shared)
  await has({ pending: 883, available: 882, operation: 883 })
  const request = refundOf(paid, 888, { funds_account: 'AVAILABLE' })
  assert.equal((await refund(request)).json().code, 'NOT_ENOUGH')
  await fillMerchant(platform, availableOf(MCHID), MCHID, 1)
  assert.deepEqual(
    await taken(async () => assert.equal((await giveBack(request)).funds_account, 'AVAILABLE')),
    { available: 883 },
  )
})

const sharing = () => paidOrder(shared, undefined, { profit_sharing: 'Y' })
const hold = async (outTradeNo: string) =>
  db.get(
    'SELECT amount, released_time FROM profit_sharing_holds WHERE subject = $1',
    `order/${MCHID}/${outTradeNo}`,
  )

test('an order with held money is refunded from that, and the rest is released later', async () => {
  const paid = await sharing()
  await has({ pending: 1_000, available: 1_000 })
  const accepted = await giveBack(refundOf(paid, 300))
  assert.deepEqual([accepted.funds_account, accepted.amount.refund_fee], ['UNAVAILABLE', 1])
  assert.deepEqual(await hold(paid.out_trade_no), { amount: 883 - 299, released_time: null })
  const subject = `order/${MCHID}/${paid.out_trade_no}`
  assert.deepEqual(await taken(() => db.transaction(tx => release(tx, platform, subject))), {
    held: 584,
    pending: -584,
  })
  // After the release it is an order like any other.
  clock.advance(MINUTE)
  assert.equal((await giveBack(refundOf(paid, 588))).funds_account, 'UNSETTLED')
  await assertBooksBalance(platform)
})

test('AVAILABLE does not touch what is held for the order', async () => {
  const paid = await sharing()
  await has({ available: 299 })
  const request = refundOf(paid, 300, { funds_account: 'AVAILABLE' })
  assert.deepEqual(await taken(() => giveBack(request)), { available: 299 })
  assert.deepEqual(await hold(paid.out_trade_no), { amount: 883, released_time: null })
})

test('a hold of which nothing is left is none, so nothing reads as released', async () => {
  const paid = await sharing()
  assert.deepEqual(await taken(() => giveBack(refundOf(paid))), { held: 883 })
  assert.equal(await findHold(db, `order/${MCHID}/${paid.out_trade_no}`), undefined)
  await assertBooksBalance(platform)
})

test('shares come from where the merchant says, in proportion when the fee makes it less', async () => {
  const paid = await sharing()
  await has({ available: 1_000 })
  const from = [
    { account: 'UNAVAILABLE', amount: 500 },
    { account: 'AVAILABLE', amount: 388 },
  ]
  const request = refundOf(paid, 888, { amount: { from } })
  // 883 times 500 of 888 is 497.18.
  assert.deepEqual(await taken(() => giveBack(request)), { held: 497, available: 386 })
  const { amount, funds_account } = await refundNow(request.out_refund_no)
  assert.deepEqual([amount.from, funds_account], [from, 'BASIC'])
  const left = await hold(paid.out_trade_no)
  assert.deepEqual(left, { amount: 883 - 497, released_time: null })
  await assertBooksBalance(platform)
})

for (const [account, funds_account, from] of [
  ['UNAVAILABLE', 'UNAVAILABLE', { held: 100 }],
  ['AVAILABLE', 'AVAILABLE', { available: 100 }],
] as const) {
  test(`all of it from ${account}`, async () => {
    const paid = await sharing()
    await has({ available: 101 })
    await giveBack(refundOf(paid, 1, { amount: { from: [{ account, amount: 1 }] } }))
    clock.advance(MINUTE)
    const request = refundOf(paid, 100, { amount: { from: [{ account, amount: 100 }] } })
    const done = await taken(async () => {
      assert.equal((await giveBack(request)).funds_account, funds_account)
    })
    assert.deepEqual(done, from)
    await assertBooksBalance(platform)
  })
}

test('held money that was released cannot be asked for, and is not taken from elsewhere', async () => {
  const paid = await sharing()
  await has({ pending: 10_000, available: 10_000 })
  await db.transaction(tx => release(tx, platform, `order/${MCHID}/${paid.out_trade_no}`))
  const from = [{ account: 'UNAVAILABLE', amount: 100 }]
  assert.equal((await refund(refundOf(paid, 100, { amount: { from } }))).json().code, 'NOT_ENOUGH')
})

/** The merchant's refunds wait for money from here on. */
async function waiting(t: Parameters<typeof chargesUnderTest>[0]) {
  const running = await chargesUnderTest(t)
  const paid = await paidOrder(running)
  await drainMerchant(running.platform, MCHID)
  await running.platform.db.run(`UPDATE merchants SET refund_without_funds = 'WAIT' WHERE mchid = $1`, MCHID)
  const wait = async (ms: number) => {
    running.clock.advance(ms)
    await running.runDue()
  }
  return { ...running, paid, wait }
}

test('a refund that waits for money takes it when it comes, within ten minutes, and arrives like any other', async t => {
  const { platform, paid, wait, ...running } = await waiting(t)
  const accepted = await running.giveBack(refundOf(paid))
  assert.deepEqual([accepted.status, accepted.funds_account], ['PROCESSING', undefined])
  assert.equal((await running.order(paid.out_trade_no)).trade_state, 'REFUND')
  await wait(60 * MINUTE)
  assert.equal((await running.refundNow(accepted.out_refund_no)).funds_account, undefined)
  await fillMerchant(platform, operationOf(MCHID), MCHID, 883)
  await wait(10 * MINUTE)
  const funded = await running.refundNow(accepted.out_refund_no)
  assert.deepEqual([funded.status, funded.funds_account], ['PROCESSING', 'OPERATION'])
  await assertBooksBalance(platform)
  await wait(5 * MINUTE)
  assert.equal((await running.refundNow(accepted.out_refund_no)).status, 'SUCCESS')
  await assertBooksBalance(platform)
})

test('a refund that has waited for seven days is CLOSED, and the order can be refunded by it again', async t => {
  const { platform, paid, wait, ...running } = await waiting(t)
  const { out_refund_no } = await running.giveBack(refundOf(paid))
  await wait(MINUTE)
  assert.equal((await running.refund(refundOf(paid, 1))).json().message, '订单已全额退款')
  await wait(7 * DAY - MINUTE - 1)
  assert.equal((await running.refundNow(out_refund_no)).status, 'PROCESSING')
  await wait(1)
  const closed = await running.refundNow(out_refund_no)
  assert.deepEqual(
    [closed.status, closed.success_time, closed.funds_account],
    ['CLOSED', undefined, undefined],
  )
  assert.equal((await running.order(paid.out_trade_no)).trade_state, 'REFUND')
  assert.deepEqual(
    await platform.db.all('SELECT refund_total, refund_count FROM orders WHERE success_time IS NOT NULL'),
    [{ refund_total: 0, refund_count: 0 }],
  )
  await fillMerchant(platform, availableOf(MCHID), MCHID, 10_000)
  await wait(DAY)
  assert.equal((await running.refundNow(out_refund_no)).status, 'CLOSED')
  const again = await running.giveBack(refundOf(paid))
  assert.equal(again.amount.refund_fee, 5)
  await assertBooksBalance(platform)
})

test('an order reads its refunds wherever it is asked for', async () => {
  const paid = await paidOrder(shared)
  await has({ available: 10_000 })
  const { out_refund_no } = await giveBack(refundOf(paid, 1))
  clock.advance(5 * MINUTE)
  await runDue()
  assert.equal((await refundNow(out_refund_no)).status, 'SUCCESS')
  assert.equal((await order(paid.out_trade_no)).trade_state, 'REFUND')
})
