import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  type Fields,
  freshNo,
  MODES,
  PARTNER,
  parkingCalls,
  paymentsUnderTest,
} from '../../../../test/payments.ts'
import { conforms } from '../../../contract/validate.ts'
import * as contract from './contract.ts'

const sandbox = await paymentsUnderTest({ after })
const { query, order, pay, payer, notices, close, clock, admin_: admin } = sandbox
const parking = parkingCalls(sandbox.call)

/** Sends a payer a coupon of 30 fen for orders with the tag CARD, of a stock that differs as said; answers its id. */
async function coupon(payerId: string, stock: Fields = {}): Promise<string> {
  const id = freshNo('stock')
  await admin.put(`/coupon-stocks/${id}`, {
    ...{ name: '月卡立减', scope: 'GLOBAL', type: 'NOCASH', amount: 30, merchant_contribute: 30 },
    ...{ available_begin_time: '2017-08-01T00:00:00+08:00', available_end_time: '2017-09-01T00:00:00+08:00' },
    ...{ max_coupons: 10, max_coupons_per_payer: 5, goods_tag: 'CARD' },
    ...stock,
  })
  const sent = await admin.put(`/coupon-stocks/${id}/coupons/c-${id}`, { payer_id: payerId })
  assert.equal(sent.status, 200, JSON.stringify(sent.body))
  return `c-${id}`
}

const states = async (payerId: string) => {
  const { data } = (await admin.get(`/coupons?payer_id=${payerId}`)).body as { data: Fields[] }
  return data.map(({ state }) => state)
}
const balance = async (account: string): Promise<number> =>
  (await admin.get(`/ledger/accounts/${encodeURIComponent(account)}`)).body.balance

for (const [mode, caller] of MODES) {
  for (const type of ['CASH', 'NOCASH']) {
    test(`${mode}: a ${type} coupon with the tag of the order takes its amount from what the payer pays`, async () => {
      const { payer_id } = await payer(70)
      const coupon_id = await coupon(payer_id, { type })
      const pending = `merchant/${caller.partner.sub_mchid ?? caller.mchid}/pending`
      const before = await balance(pending)
      const { out_trade_no, code_url } = await order({ goods_tag: 'CARD' }, caller)
      assert.equal((await pay(payer_id, { code_url })).body.state, 'PAID')

      const paid = (await query(out_trade_no, caller)).json()
      assert.deepEqual(paid.amount, { currency: 'CNY', payer_currency: 'CNY', payer_total: 70, total: 100 })
      assert.deepEqual(paid.promotion_detail, [
        {
          ...{ coupon_id, name: '月卡立减', scope: 'GLOBAL', type, stock_id: coupon_id.slice(2), amount: 30 },
          ...{ wechatpay_contribute: 0, merchant_contribute: 30, other_contribute: 0, currency: 'CNY' },
        },
      ])
      const { reply } = contract.queryOrderByOutTradeNo[mode === 'merchant mode' ? 'merchant' : 'partner']
      assert.equal(conforms(reply, paid), undefined)
      assert.deepEqual(await notices(out_trade_no, caller), [paid])
      assert.equal(conforms(contract.paymentResult.resource, paid), undefined)
      // Of a coupon that was not paid for beforehand the merchant has nothing.
      const settled = type === 'CASH' ? 100 : 70
      assert.equal((await balance(pending)) - before, settled - Math.round(settled * 0.006))
      assert.deepEqual(await states(payer_id), ['USED'])

      const part = { out_trade_no, out_refund_no: freshNo('R') }
      const refund = await parking.giveBack(
        { ...part, amount: { refund: 50, total: 100, currency: 'CNY' } },
        caller,
      )
      const { payer_refund, discount_refund, settlement_refund, settlement_total } = refund.amount
      assert.deepEqual([payer_refund, discount_refund], [35, 15])
      assert.deepEqual([settlement_refund, settlement_total], [settled / 2, settled])
      assert.deepEqual(refund.promotion_detail, [
        { promotion_id: coupon_id, scope: 'GLOBAL', type, amount: 30, refund_amount: 15 },
      ])
    })
  }
}

test('a coupon of another tag, of another merchant, and one that leaves nothing to pay are not used', async () => {
  for (const [stock, fields] of [
    [{}, { goods_tag: 'OTHER' }],
    [{}, {}],
    [{ available_merchants: [PARTNER.partner.sub_mchid] }, { goods_tag: 'CARD' }],
    [{ amount: 100, merchant_contribute: 100 }, { goods_tag: 'CARD' }],
    [{ transaction_minimum: 101 }, { goods_tag: 'CARD' }],
  ] as const) {
    const { payer_id } = await payer(100)
    await coupon(payer_id, stock)
    const { out_trade_no, code_url } = await order(fields)
    assert.equal((await pay(payer_id, { code_url })).body.state, 'PAID')
    const paid = (await query(out_trade_no)).json()
    assert.deepEqual([paid.amount.payer_total, paid.promotion_detail], [100, []], JSON.stringify(stock))
    assert.deepEqual(await states(payer_id), ['SENDED'])
  }
})

test('the coupon is of who pays, not of who has the order', async () => {
  const [one, other] = [await payer(70), await payer(100)]
  await coupon(one.payer_id)
  const { out_trade_no, code_url } = await order({ goods_tag: 'CARD' })
  assert.equal((await pay(other.payer_id, { code_url })).body.state, 'PAID')
  assert.equal((await query(out_trade_no)).json().amount.payer_total, 100)
  assert.deepEqual(await states(one.payer_id), ['SENDED'])
})

test('a payer who looks and goes away, or has too little, keeps the coupon', async () => {
  const { payer_id } = await payer(69)
  await coupon(payer_id)
  const { out_trade_no, code_url } = await order({ goods_tag: 'CARD' })
  assert.equal((await pay(payer_id, { code_url, action: 'CANCEL' })).body.state, 'CANCELLED')
  assert.deepEqual(await states(payer_id), ['SENDED'])
  assert.equal((await pay(payer_id, { code_url })).body.shown, '余额不足')
  assert.deepEqual(await states(payer_id), ['SENDED'])
  assert.equal((await close(out_trade_no)).statusCode, 204)
  const next = await order({ goods_tag: 'CARD' })
  await admin.put(`/payers/${payer_id}/top-ups/more`, { amount: 1 })
  assert.equal((await pay(payer_id, { code_url: next.code_url })).body.state, 'PAID')
})

test('a coupon waits for the bank, and is free for another order when the bank says no', async () => {
  const { payer_id } = await payer(0)
  await coupon(payer_id)
  const card = { bank_type: 'CMB_DEBIT', available: 1_000, behaviour: 'UNKNOWN_THEN_REFUSED' }
  await admin.put(`/payers/${payer_id}/cards/${payer_id}-1`, card)
  const [first, second] = [await order({ goods_tag: 'CARD' }), await order({ goods_tag: 'CARD' })]
  assert.equal((await pay(payer_id, { code_url: first.code_url })).body.state, 'PROCESSING')
  assert.deepEqual(await states(payer_id), ['LOCKED'])
  await admin.put(`/payers/${payer_id}/top-ups/first`, { amount: 170 })
  assert.equal((await pay(payer_id, { code_url: second.code_url, source: 'wallet' })).body.state, 'PAID')
  assert.equal((await query(second.out_trade_no)).json().amount.payer_total, 100)
  clock.advance(15_000)
  await sandbox.runDue()
  assert.deepEqual(await states(payer_id), ['SENDED'])
  assert.equal((await close(first.out_trade_no)).statusCode, 204)
  const third = await order({ goods_tag: 'CARD' })
  assert.equal((await pay(payer_id, { code_url: third.code_url, source: 'wallet' })).body.state, 'PAID')
  assert.equal((await query(third.out_trade_no)).json().amount.payer_total, 70)
})

test('one coupon pays one of two orders that are paid at the same moment', async () => {
  const { payer_id } = await payer(170)
  const coupon_id = await coupon(payer_id)
  const orders = [await order({ goods_tag: 'CARD' }), await order({ goods_tag: 'CARD' })]
  const results = await Promise.all(orders.map(({ code_url }) => pay(payer_id, { code_url })))
  assert.deepEqual(
    results.map(({ body }) => body.state),
    ['PAID', 'PAID'],
  )
  const paid = await Promise.all(orders.map(async ({ out_trade_no }) => (await query(out_trade_no)).json()))
  const used = paid.flatMap(({ promotion_detail }) => promotion_detail as { coupon_id: string }[])
  assert.deepEqual(
    used.map(one => one.coupon_id),
    [coupon_id],
  )
  assert.deepEqual(paid.map(({ amount }) => amount.payer_total).sort(), [100, 70])
  assert.equal((await admin.get(`/payers/${payer_id}`)).body.wallet, 0)
  const { faults } = (await admin.get('/ledger/audit')).body
  assert.deepEqual(faults, [])
})
