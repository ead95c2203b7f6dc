import assert from 'node:assert/strict'
import { only, type Scenario, scenario } from './scenario.ts'

// What coupons do to a charge of 888 fen with the tag WXG, paid from a wallet.

const PENDING = 'merchant/1230000109/pending'

interface Stock {
  scope?: 'GLOBAL' | 'SINGLE'
  type?: 'CASH' | 'NOCASH'
  amount?: number
  wechatpay_contribute?: number
  merchant_contribute?: number
  other_contribute?: number
  [more: string]: unknown
}

/** Makes a stock of coupons and sends one of them. */
async function coupon(s: Scenario, payerId: string, stock_id: string, stock: Stock): Promise<void> {
  await s.admin.put(`/coupon-stocks/${stock_id}`, {
    ...{ name: `Coupon ${stock_id}`, scope: 'GLOBAL', type: 'NOCASH', amount: 100, merchant_contribute: 100 },
    ...{ available_begin_time: '2017-08-01T00:00:00+08:00', available_end_time: '2017-09-01T00:00:00+08:00' },
    ...{ max_coupons: 10, max_coupons_per_payer: 5 },
    ...stock,
  })
  await s.admin.put(`/coupon-stocks/${stock_id}/coupons/c-${stock_id}`, { payer_id: payerId })
}

const KINDS: readonly [name: string, stock: Stock, received: number][] = [
  [
    'Coupon: GLOBAL, CASH, paid by three',
    {
      ...{ scope: 'GLOBAL', type: 'CASH', amount: 100 },
      ...{ wechatpay_contribute: 50, merchant_contribute: 30, other_contribute: 20 },
    },
    888,
  ],
  [
    'Coupon: SINGLE, CASH, paid by the platform',
    { scope: 'SINGLE', type: 'CASH', amount: 100, wechatpay_contribute: 100, merchant_contribute: 0 },
    888,
  ],
  ['Coupon: GLOBAL, NOCASH, the merchant receives less', { scope: 'GLOBAL', type: 'NOCASH' }, 788],
  ['Coupon: SINGLE, NOCASH, the merchant receives less', { scope: 'SINGLE', type: 'NOCASH' }, 788],
]

for (const [name, stock, received] of KINDS) {
  scenario(name, async s => {
    const payer = await s.payer({ wallet: 1_000 })
    await coupon(s, payer.payer_id, 'A', { goods_tag: 'WXG', ...stock })
    const number = await s.chargeOf(payer)
    const order = await s.order(number)
    assert.equal(order.trade_state, 'SUCCESS')
    assert.deepEqual(order.amount, { total: 888, currency: 'CNY', payer_total: 788, discount_total: 100 })
    const { scope, type, wechatpay_contribute = 0, merchant_contribute = 100, other_contribute = 0 } = stock
    const promotion = {
      ...{ coupon_id: 'c-A', name: 'Coupon A', scope, type, amount: 100 },
      ...{ wechatpay_contribute, merchant_contribute, other_contribute, currency: 'CNY' },
    }
    assert.deepEqual(order.promotion_detail, [{ ...promotion, stock_id: 'A' }])
    // The notice names the batch in its own way.
    assert.deepEqual(s.received(), [
      {
        event_type: 'TRANSACTION.SUCCESS',
        resource: { ...order, promotion_detail: [{ ...promotion, activity_id: 'A' }] },
      },
    ])
    assert.equal((await s.admin.get(`/payers/${payer.payer_id}`)).wallet, 1_000 - 788)
    const fee = Math.round(received * 0.006)
    assert.equal(await s.admin.balance(PENDING), received - fee)
    assert.equal(
      (await s.order(await s.chargeOf({ ...payer }, { amount: { total: 10 } }))).promotion_detail,
      undefined,
    )
  })
}

scenario('Coupons of both scopes are used together, the largest of each', async s => {
  const payer = await s.payer({ wallet: 1_000 })
  await coupon(s, payer.payer_id, 'A', {})
  await coupon(s, payer.payer_id, 'B', { amount: 200, merchant_contribute: 200 })
  await coupon(s, payer.payer_id, 'C', { scope: 'SINGLE', amount: 50, merchant_contribute: 50 })
  const order = await s.order(await s.chargeOf(payer))
  assert.deepEqual(
    order.promotion_detail?.map(({ stock_id }) => stock_id),
    ['B', 'C'],
  )
  assert.deepEqual(only(order.amount, 'payer_total', 'discount_total'), {
    payer_total: 638,
    discount_total: 250,
  })
})

const UNFIT: readonly [string, Stock][] = [
  ['Coupon of another tag is not used', { goods_tag: 'OTHER' }],
  ['Coupon with a higher threshold is not used', { transaction_minimum: 889 }],
  ['Coupon that leaves nothing to pay is not used', { amount: 888, merchant_contribute: 888 }],
  ['Coupon of another merchant is not used', { available_merchants: ['1230000110'] }],
  ['Coupon before its time is not used', { available_begin_time: '2017-08-27T00:00:00+08:00' }],
]

for (const [name, stock] of UNFIT) {
  scenario(name, async s => {
    const payer = await s.payer({ wallet: 1_000 })
    await coupon(s, payer.payer_id, 'A', stock)
    const order = await s.order(await s.chargeOf(payer))
    assert.deepEqual(order.amount, { total: 888, currency: 'CNY', payer_total: 888, discount_total: 0 })
    assert.equal(order.promotion_detail, undefined)
  })
}

scenario('Coupons expire, and what was put aside for them goes back', async s => {
  const payer = await s.payer({ wallet: 1_000 })
  await coupon(s, payer.payer_id, 'A', { type: 'CASH', available_end_time: '2017-08-26T12:00:00+08:00' })
  assert.equal(await s.admin.balance('coupon/A/fund'), 1_000)
  await s.pass({ minutes: 15 })
  assert.equal(await s.admin.balance('coupon/A/fund'), 0)
  assert.equal((await s.order(await s.chargeOf(payer))).amount.discount_total, 0)
})

scenario('A coupon waits for the bank, and is free again when the bank says no', async s => {
  const payer = await s.payer({
    advance_limit: 0,
    cards: [{ bank_type: 'CMB_DEBIT', behaviour: 'UNKNOWN_THEN_REFUSED' }],
  })
  await coupon(s, payer.payer_id, 'A', {})
  const number = await s.chargeOf(payer)
  await s.pass({ seconds: 15 })
  assert.equal((await s.order(number)).trade_state, 'ACCEPTED')
  await s.admin.put(`/payers/${payer.payer_id}/top-ups/later`, { amount: 788 })
  await s.pass({ minutes: 1 })
  const order = await s.order(number)
  assert.deepEqual(order.amount, { total: 888, currency: 'CNY', payer_total: 788, discount_total: 100 })
})

scenario('An advance is of what coupons leave', async s => {
  const payer = await s.payer()
  await coupon(s, payer.payer_id, 'A', {})
  const order = await s.order(await s.chargeOf(payer))
  assert.equal(order.bank_type, 'BPA')
  assert.equal((await s.admin.get(`/payers/${payer.payer_id}`)).arrears, 788)
})
