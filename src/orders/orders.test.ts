import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { adminCalls } from '../../test/admin-calls.ts'
import { billsUnderTest, FUND_FLOW, READY, readBill, TRADE } from '../../test/bills.ts'
import { chargesUnderTest } from '../../test/charges.ts'
import { balance, fillWallet, newPayer } from '../../test/payers.ts'
import { assertBooksBalance, clockByHand, DAY, drainMerchant, refundOf } from '../../test/refunds.ts'
import { freshNo, MERCHANT, MODES } from '../../test/sandbox.ts'
import { payTicket, sellTicket, ticket } from '../../test/tickets.ts'
import { walletOf } from '../ledger/accounts.ts'
import { insertOrder } from './change-order.ts'
import { findOrder, type PaidOrder, refundableOf } from './orders.ts'

const clock = clockByHand()
/** Refunds may follow each other at once. */
const running = await chargesUnderTest(
  { after },
  { rules: { deductionLadder: [0], refundInterval: 0, walletRefundDelay: 0 }, clock },
)
const { platform, accept, charge, query, refund, giveBack, refundNow, runDue } = running
const admin = adminCalls(running)

async function paidTicket(fields: Parameters<typeof sellTicket>[2] = {}, caller = MERCHANT) {
  const { payer_id } = await newPayer(platform, { wallet: 10_000 })
  return payTicket(platform, await sellTicket(platform, caller, fields), payer_id)
}

/** The body of a refund of a ticket. */
const giveBackOf = ({ out_trade_no, total }: PaidOrder, amount = total) =>
  refundOf({ out_trade_no, amount: { total, currency: 'CNY' } }, amount)

async function stored({ mchid, out_trade_no }: { mchid: string; out_trade_no: string }) {
  const order = await findOrder(platform.db, mchid, out_trade_no)
  assert.ok(order)
  return order
}

for (const [mode, caller] of MODES) {
  test(`${mode}: a number that one product has used is taken for all others`, async () => {
    const sold = await sellTicket(platform, caller)
    const refused = await charge({ out_trade_no: sold.out_trade_no }, caller)
    assert.deepEqual([refused.statusCode, refused.json().code], [400, 'ALREADY_EXISTS'])

    const { out_trade_no } = await accept({}, caller)
    const before = await stored({ ...sold, out_trade_no })
    const late = ticket(platform, caller, { out_trade_no })
    assert.equal(await platform.db.transaction(tx => insertOrder(tx, late)), false)
    assert.deepEqual(await stored(before), before)
  })

  test(`${mode}: a query of one product answers no order of another, whatever has become of it`, async () => {
    const { payer_id } = await newPayer(platform, { wallet: 10_000 })
    const sold = await sellTicket(platform, caller)
    const notFound = async () => {
      const reply = await query(sold.out_trade_no, caller)
      assert.deepEqual([reply.statusCode, reply.json().code], [400, 'INVALID_REQUEST'], reply.body)
    }
    await notFound()
    const paid = await payTicket(platform, sold, payer_id)
    await notFound()
    await giveBack(giveBackOf(paid), caller)
    await notFound()
  })

  test(`${mode}: an order of any product is refunded by either of its numbers`, async () => {
    const paid = await paidTicket({}, caller)
    assert.equal(await balance(platform.db, walletOf(paid.payer_id)), 9_500)
    const first = await giveBack(giveBackOf(paid, 200), caller)
    const { out_trade_no: _, ...byId } = giveBackOf(paid, 300)
    const second = await giveBack({ ...byId, transaction_id: paid.transaction_id }, caller)
    assert.deepEqual(
      [first, second].map(({ out_trade_no }) => out_trade_no),
      [paid.out_trade_no, paid.out_trade_no],
    )
    const { trade_state, refund_total, refund_count } = await stored(paid)
    assert.deepEqual([trade_state, refund_total, refund_count], ['REFUND', 500, 2])
    await runDue()
    for (const { out_refund_no } of [first, second])
      assert.equal((await refundNow(out_refund_no, caller)).status, 'SUCCESS')
    assert.equal(await balance(platform.db, walletOf(paid.payer_id)), 10_000)
    const { body } = await admin.get(`/orders/${paid.mchid}/${paid.out_trade_no}`)
    assert.deepEqual([body.product, body.trade_type, body.scene], ['tickets', 'NATIVE', { gate: 'north' }])
    assert.equal(body.refunds.length, 2)
    await assertBooksBalance(platform)
  })
}

test('an order that waits for its payer has nobody who could be refunded', async () => {
  const sold = await sellTicket(platform)
  const reply = await refund(refundOf({ ...sold, amount: { total: sold.total, currency: 'CNY' } }))
  assert.deepEqual([reply.statusCode, reply.json().message], [404, '原订单不存在'])
})

test('of two products that want a number at the same time one has it', async () => {
  for (let round = 0; round < 5; round += 1) {
    const out_trade_no = freshNo('K')
    const late = ticket(platform, MERCHANT, { out_trade_no })
    const [sold, charged] = await Promise.all([
      platform.db.transaction(tx => insertOrder(tx, late)),
      charge({ out_trade_no }),
    ])
    const { product } = await stored({ ...MERCHANT, out_trade_no })
    assert.deepEqual(
      [sold, charged.statusCode === 200],
      product === 'tickets' ? [true, false] : [false, true],
      charged.body,
    )
  }
})

test('refunds never exceed their order, in whatever sizes and however many at once', async () => {
  const amounts = fc.array(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 4,
  })
  await fc.assert(
    fc.asyncProperty(amounts, async rounds => {
      const paid = await paidTicket()
      let given = 0
      for (const round of rounds) {
        // A merchant applies for so many refunds in a second, and no more.
        clock.nextSecond()
        const asked = round.map(amount => ({ amount, body: giveBackOf(paid, amount) }))
        const replies = await Promise.all(asked.map(({ body }) => refund(body)))
        const accepted = asked.filter((_, index) => replies[index]?.statusCode === 200)
        given += accepted.reduce((sum, { amount }) => sum + amount, 0)
        const order = await stored(paid)
        assert.deepEqual([order.refund_total, refundableOf(order)], [given, 500 - given])
        assert.ok(given <= 500)
        // Nothing was refused that still fits.
        const refused = asked.filter(one => !accepted.includes(one))
        assert.ok(refused.every(({ amount }) => amount > 500 - given))
      }
    }),
    { numRuns: 15 },
  )
  await runDue()
  await assertBooksBalance(platform)
})

test('an order of any product is marked when its advance is paid back, and no other product notifies of it', async () => {
  const { payer_id } = await newPayer(platform, { advance_limit: 10_000 })
  const paid = await payTicket(platform, await sellTicket(platform), payer_id)
  assert.deepEqual([paid.bank_type, paid.user_repaid], ['BPA', 'N'])
  await fillWallet(platform, payer_id, 10_000)
  const repaid = await admin.put(`/payers/${payer_id}/repayments/${paid.out_trade_no}`, { source: 'wallet' })
  assert.equal(repaid.body.state, 'PAID')
  assert.deepEqual(await stored(paid), { ...paid, user_repaid: 'Y' })
  assert.deepEqual((await admin.get(`/orders/${paid.mchid}/${paid.out_trade_no}`)).body.notices, [])
  await assertBooksBalance(platform)
})

test('what a refund that was given up has taken can be refunded again', async () => {
  const { mchid } = MERCHANT
  clock.nextSecond()
  const paid = await paidTicket()
  assert.equal((await admin.put(`/merchants/${mchid}`, { refund_without_funds: 'WAIT' })).status, 200)
  await drainMerchant(platform, mchid)
  const { out_refund_no } = await giveBack(giveBackOf(paid))
  assert.equal(refundableOf(await stored(paid)), 0)
  clock.advance(31 * DAY)
  await runDue()
  assert.equal((await refundNow(out_refund_no)).status, 'CLOSED')
  const { refund_count, ...order } = await stored(paid)
  assert.deepEqual([refund_count, refundableOf(order)], [0, 500])
  await assertBooksBalance(platform)
})

test('money of any order is held until it is released', async () => {
  const paid = await paidTicket({ profit_sharing: 'Y' })
  const path = `/orders/${paid.mchid}/${paid.out_trade_no}`
  const { hold } = (await admin.get(path)).body
  assert.deepEqual([hold.amount, hold.released_time], [paid.settlement_total - paid.fee, undefined])
  assert.ok((await admin.put(`${path}/release`)).body.hold.released_time)
  await assertBooksBalance(platform)
})

test('lists have the orders of a product apart', async () => {
  const sold = await sellTicket(platform)
  const { data } = (await admin.get('/orders?product=tickets&limit=1')).body
  assert.deepEqual(
    [data[0].out_trade_no, data[0].trade_state, data[0].payer_id],
    [sold.out_trade_no, 'NOTPAY', undefined],
  )
  const others = (await admin.get('/orders?limit=100')).body.data as { product: string }[]
  assert.ok(others.some(({ product }) => product !== 'tickets'))
})

for (const [mode, caller] of MODES) {
  test(`${mode}: bills have the orders and refunds of all products, each with its way of paying`, async t => {
    const bills = await billsUnderTest(t)
    const charged = await bills.pay({}, caller)
    const { payer_id } = await newPayer(bills.platform, { wallet: 10_000 })
    bills.clock.advance(1_000)
    const sold = await sellTicket(bills.platform, caller)
    const unpaid = await sellTicket(bills.platform, caller)
    const paid = await payTicket(bills.platform, sold, payer_id)
    bills.clock.advance(1_000)
    const { refund_id } = await bills.giveBack(giveBackOf(paid, 300), caller)
    bills.clock.moveTo(READY)

    const trade = readBill(await bills.bill(TRADE, {}, caller))
    const cells = trade.rows.map(row => [
      row.商户订单号,
      row.微信订单号,
      row.交易类型,
      row.交易状态,
      row.用户标识,
    ])
    assert.deepEqual(cells, [
      [charged.out_trade_no, charged.transaction_id, 'PAP', 'SUCCESS', charged.payer.openid],
      [paid.out_trade_no, paid.transaction_id, 'NATIVE', 'SUCCESS', paid.openid],
      [paid.out_trade_no, paid.transaction_id, 'NATIVE', 'REFUND', paid.openid],
    ])
    assert.equal(trade.rows[2]?.微信退款单号, refund_id)
    assert.ok(!trade.rows.some(row => row.商户订单号 === unpaid.out_trade_no))
    if (caller === MERCHANT) {
      const flow = readBill(await bills.bill(FUND_FLOW, { account_type: 'BASIC' }, caller))
      assert.ok(
        flow.rows.some(row => row.微信支付业务单号 === paid.transaction_id),
        JSON.stringify(flow.rows),
      )
    }
  })
}
