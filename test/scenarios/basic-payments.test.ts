import assert from 'node:assert/strict'
import { merchantClient, optionsFromFolder } from '../../src/sdk/index.ts'
import { type Fields, MERCHANT, PARTNER, parkingCalls } from '../payments.ts'
import { assertRefused, only } from './scenario.ts'
import { type Shop, scenario } from './shop.ts'

// A merchant sells month cards by the basic payments.

const PENDING = 'merchant/1230000109/pending'

/** What the payer is shown, and how the attempt stands. */
const outcome = ({ body }: { body: Fields }) => only(body, 'state', 'shown')

for (const [name, caller, payee] of [
  ['Sold by a code', MERCHANT, '1230000109'],
  ['Sold by a code, by a provider for its sub-merchant', PARTNER, '1900000109'],
] as const)
  scenario(name, async s => {
    const { out_trade_no, code_url } = await s.sell({}, caller)
    assert.equal((await s.found(out_trade_no, caller)).trade_state, 'NOTPAY')
    const anna = await s.payer(100)
    assert.deepEqual(outcome(await s.pay(anna.payer_id, { code_url })), { state: 'PAID' })
    await s.runDue()
    const order = await s.found(out_trade_no, caller)
    assert.equal(order.trade_state, 'SUCCESS')
    assert.deepEqual(s.received(caller), [{ event_type: 'TRANSACTION.SUCCESS', resource: order }])
    assert.equal(await s.admin.balance(`merchant/${payee}/pending`), 99)
  })

scenario('A page whose payer goes away and comes back', async s => {
  const anna = await s.payer(100)
  const reply = await s.prepay('jsapi', { payer: { openid: anna.openid }, notify_url: s.notify_url })
  const { prepay_id } = reply.json<{ prepay_id: string }>()
  const away = await s.pay(anna.payer_id, { jsapi: s.jsapi(prepay_id), action: 'CANCEL' })
  assert.deepEqual(away.body.client, { err_msg: 'get_brand_wcpay_request:cancel' })
  await s.runDue()
  assert.deepEqual(s.received(), [])
  const back = await s.pay(anna.payer_id, { jsapi: s.jsapi(prepay_id) })
  assert.deepEqual(back.body.client, { err_msg: 'get_brand_wcpay_request:ok' })
  await s.runDue()
  assert.equal(s.received().length, 1)
})

scenario('A code lapses after two hours, and the same order gives another', async s => {
  const anna = await s.payer(100)
  const { out_trade_no, code_url } = await s.sell()
  await s.pass({ hours: 2, seconds: 1 })
  const late = await s.pay(anna.payer_id, { code_url })
  assert.deepEqual(outcome(late), { state: 'REFUSED', shown: '二维码已过期，请重新生成' })
  const again = await s.sell({ out_trade_no })
  assert.notEqual(again.code_url, code_url)
  assert.deepEqual(outcome(await s.pay(anna.payer_id, { code_url: again.code_url })), { state: 'PAID' })
})

scenario('An H5 link lapses after five minutes, and the same order gives another', async s => {
  const anna = await s.payer(100)
  const link = async (out_trade_no: string) =>
    (await s.prepay('h5', { out_trade_no })).json<{ h5_url: string }>().h5_url
  const first = await link('H5-000001')
  await s.pass({ minutes: 5, seconds: 1 })
  assert.deepEqual(outcome(await s.pay(anna.payer_id, { h5_url: first })), {
    state: 'REFUSED',
    shown: '支付请求已失效，请重新发起支付',
  })
  const h5_url = await link('H5-000001')
  assert.deepEqual(outcome(await s.pay(anna.payer_id, { h5_url })), { state: 'PAID' })
})

scenario('An empty wallet, then another card', async s => {
  const anna = await s.payer(0)
  const { out_trade_no, code_url } = await s.sell()
  const poor = await s.pay(anna.payer_id, { code_url })
  assert.deepEqual(outcome(poor), { state: 'REFUSED', shown: '余额不足' })
  assert.equal((await s.found(out_trade_no)).trade_state, 'NOTPAY')
  await s.admin.put(`/payers/${anna.payer_id}/cards/c1`, { bank_type: 'CMB_CREDIT' })
  assert.deepEqual(outcome(await s.pay(anna.payer_id, { code_url, source: 'c1' })), { state: 'PAID' })
  assert.equal((await s.found(out_trade_no)).bank_type, 'CMB_CREDIT')
})

scenario('Credit cards are ruled out by limit_pay', async s => {
  const anna = await s.payer(0)
  await s.admin.put(`/payers/${anna.payer_id}/cards/credit`, { bank_type: 'CMB_CREDIT' })
  const { out_trade_no, code_url } = await s.sell({ limit_pay: ['no_credit'] })
  assert.deepEqual(outcome(await s.pay(anna.payer_id, { code_url })), {
    state: 'REFUSED',
    shown: '余额不足',
  })
  await s.admin.put(`/payers/${anna.payer_id}/cards/debit`, { bank_type: 'CCB_DEBIT' })
  assert.deepEqual(outcome(await s.pay(anna.payer_id, { code_url })), { state: 'PAID' })
  assert.equal((await s.found(out_trade_no)).bank_type, 'CCB_DEBIT')
})

scenario('The bank of a payer answers late', async s => {
  const { out_trade_no, code_url } = await s.sell()
  const waiting = await s.pay('payer-with-slow-bank', { code_url })
  assert.deepEqual(outcome(waiting), { state: 'PROCESSING' })
  assertRefused(await s.close(out_trade_no), 403, 'TRADE_ERROR', '交易错误')
  await s.pass({ seconds: 15 })
  const order = await s.found(out_trade_no)
  assert.deepEqual(only(order, 'trade_state', 'bank_type'), {
    trade_state: 'SUCCESS',
    bank_type: 'CCB_DEBIT',
  })
  assert.deepEqual(s.received(), [{ event_type: 'TRANSACTION.SUCCESS', resource: order }])
})

scenario('Someone else than the order was made for', async s => {
  const [anna, ben] = [await s.payer(100), await s.payer(100)]
  const reply = await s.prepay('jsapi', { payer: { openid: anna.openid } })
  const { prepay_id } = reply.json<{ prepay_id: string }>()
  assert.deepEqual(outcome(await s.pay(ben.payer_id, { jsapi: s.jsapi(prepay_id) })), {
    state: 'REFUSED',
    shown: '下单账号与支付账号不一致，请核实后再支付',
  })
})

scenario('A merchant whose collections are restricted after it has ordered', async s => {
  const anna = await s.payer(100)
  const { code_url } = await s.sell()
  await s.admin.put('/merchants/1230000109', { collection_restricted: true })
  const { body } = await s.pay(anna.payer_id, { code_url })
  assert.equal(body.state, 'REFUSED')
  assert.match(String(body.shown), /^此商家的收款功能已被限制/)
  await s.admin.put('/merchants/1230000109', { collection_restricted: false })
  assert.deepEqual(outcome(await s.pay(anna.payer_id, { code_url })), { state: 'PAID' })
})

scenario('Closed before it is paid, and sold under a new number', async s => {
  const anna = await s.payer(100)
  const { out_trade_no, code_url } = await s.sell()
  assert.equal((await s.close(out_trade_no)).statusCode, 204)
  assert.equal((await s.pay(anna.payer_id, { code_url })).body.shown, '该订单已失效')
  assert.equal((await s.found(out_trade_no)).trade_state, 'CLOSED')
  const next = await s.sell()
  assert.deepEqual(outcome(await s.pay(anna.payer_id, { code_url: next.code_url })), { state: 'PAID' })
})

scenario('Nobody pays for seven days', async s => {
  const { out_trade_no } = await s.sell()
  await s.pass({ days: 7 })
  assert.equal((await s.found(out_trade_no)).trade_state, 'CLOSED')
  await s.runDue()
  assert.deepEqual(s.received(), [])
})

scenario('After time_expire it waits and cannot be paid', async s => {
  const anna = await s.payer(100)
  const { out_trade_no, code_url } = await s.sell({ time_expire: '2017-08-26T11:50:00+08:00' })
  await s.pass({ minutes: 6 })
  assert.equal(
    (await s.pay(anna.payer_id, { code_url })).body.shown,
    '订单已超过商户设置的最晚支付成功时间，请重新发起支付',
  )
  assert.equal((await s.found(out_trade_no)).trade_state, 'NOTPAY')
})

const STOCK = {
  ...{ name: '月卡立减', scope: 'GLOBAL', amount: 30, merchant_contribute: 30 },
  ...{ goods_tag: 'WXG', available_begin_time: '2017-08-01T00:00:00+08:00' },
  ...{ available_end_time: '2017-09-01T00:00:00+08:00', max_coupons: 10, max_coupons_per_payer: 5 },
}

async function payerWithCoupon(s: Shop, type: 'CASH' | 'NOCASH') {
  const anna = await s.payer(100)
  await s.admin.put('/coupon-stocks/card', { ...STOCK, type })
  await s.admin.put('/coupon-stocks/card/coupons/c1', { payer_id: anna.payer_id })
  return anna
}

for (const [name, type, received] of [
  ['A CASH coupon with goods_tag: the payer pays less, the merchant receives all', 'CASH', 100],
  ['A NOCASH coupon with goods_tag: payer and merchant have less', 'NOCASH', 70],
] as const)
  scenario(name, async s => {
    const anna = await payerWithCoupon(s, type)
    const { out_trade_no, code_url } = await s.sell({ goods_tag: 'WXG' })
    assert.deepEqual(outcome(await s.pay(anna.payer_id, { code_url })), { state: 'PAID' })
    await s.runDue()
    const order = await s.found(out_trade_no)
    assert.deepEqual(order.amount, { currency: 'CNY', payer_currency: 'CNY', payer_total: 70, total: 100 })
    const [promotion, ...others] = order.promotion_detail as Fields[]
    assert.deepEqual(others, [])
    assert.deepEqual(
      only(promotion ?? {}, 'coupon_id', 'amount', 'scope', 'type', 'stock_id', 'merchant_contribute'),
      { coupon_id: 'c1', amount: 30, scope: 'GLOBAL', type, stock_id: 'card', merchant_contribute: 30 },
    )
    assert.deepEqual(s.received(), [{ event_type: 'TRANSACTION.SUCCESS', resource: order }])
    assert.equal((await s.admin.get(`/payers/${anna.payer_id}`)).wallet, 30)
    assert.equal(await s.admin.balance(PENDING), received - Math.round(received * 0.006))
  })

scenario('A coupon is not used without its goods_tag', async s => {
  const anna = await payerWithCoupon(s, 'NOCASH')
  const { out_trade_no, code_url } = await s.sell()
  await s.pay(anna.payer_id, { code_url })
  const order = await s.found(out_trade_no)
  assert.deepEqual(order.promotion_detail, [])
  assert.equal((order.amount as Fields).payer_total, 100)
})

scenario('Refund of a month card in two parts, with the share of its coupon', async s => {
  const anna = await payerWithCoupon(s, 'NOCASH')
  const { out_trade_no, code_url } = await s.sell({ goods_tag: 'WXG' })
  await s.pay(anna.payer_id, { code_url })
  const refund = (out_refund_no: string, amount: number) =>
    s.call({
      ...{ method: 'POST', target: '/v3/refund/domestic/refunds' },
      body: {
        ...{ out_trade_no, out_refund_no, notify_url: s.notify_url },
        amount: { refund: amount, total: 100, currency: 'CNY' },
      },
    })
  const first = await refund('R-1', 50)
  assert.equal(first.statusCode, 200, first.body)
  assert.deepEqual(only(first.json<{ amount: Fields }>().amount, 'payer_refund', 'discount_refund'), {
    payer_refund: 35,
    discount_refund: 15,
  })
  assert.equal((await s.found(out_trade_no)).trade_state, 'REFUND')
  await s.pass({ minutes: 1 })
  assert.equal((await refund('R-2', 51)).statusCode, 400)
  assert.equal((await refund('R-2', 50)).statusCode, 200)
  s.received()
  await s.pass({ minutes: 10 })
  assert.deepEqual(
    s.received().map(({ event_type, resource }) => [event_type, resource.out_refund_no]),
    [
      ['REFUND.SUCCESS', 'R-1'],
      ['REFUND.SUCCESS', 'R-2'],
    ],
  )
  assert.equal((await s.admin.get(`/payers/${anna.payer_id}`)).wallet, 100)
})

scenario('A month card with profit sharing: its money is held until it is released', async s => {
  const anna = await s.payer(100)
  const { out_trade_no, code_url } = await s.sell({ settle_info: { profit_sharing: true } })
  await s.pay(anna.payer_id, { code_url })
  assert.equal(await s.admin.balance('merchant/1230000109/held'), 99)
  await s.admin.put(`/orders/1230000109/${out_trade_no}/release`)
  assert.equal(await s.admin.balance('merchant/1230000109/held'), 0)
  assert.equal(await s.admin.balance(PENDING), 99)
})

scenario('The reply to an order is lost, and the same order has the payer pay once', async s => {
  await s.admin.put('/faults/lost', { kind: 'REPLY_LOST', call: 'payments.nativePrepay', count: 1 })
  const anna = await s.payer(1_000)
  await assert.rejects(s.sell({ out_trade_no: 'LOST-0001' }))
  const { code_url } = await s.sell({ out_trade_no: 'LOST-0001' })
  assert.deepEqual(outcome(await s.pay(anna.payer_id, { code_url })), { state: 'PAID' })
  assert.equal((await s.pay(anna.payer_id, { code_url })).body.shown, '该订单已支付')
  assert.equal((await s.admin.get(`/payers/${anna.payer_id}`)).wallet, 900)
})

scenario('A notice of a month card comes twice, another one not at all', async s => {
  const anna = await s.payer(1_000)
  await s.admin.put('/faults/doubled', { kind: 'NOTICE_DOUBLED', product: 'payments', count: 1 })
  const doubled = await s.sell()
  await s.pay(anna.payer_id, { code_url: doubled.code_url })
  await s.runDue()
  assert.deepEqual(
    s.received().map(({ resource }) => resource.out_trade_no),
    [doubled.out_trade_no, doubled.out_trade_no],
  )
  await s.admin.put('/faults/lost', { kind: 'NOTICE_LOST', product: 'payments', count: 1 })
  const lost = await s.sell()
  await s.pay(anna.payer_id, { code_url: lost.code_url })
  await s.pass({ days: 2 })
  assert.deepEqual(s.received(), [])
  assert.equal((await s.found(lost.out_trade_no)).trade_state, 'SUCCESS')
})

scenario('A notice of a month card comes an hour late, and the query has known it before', async s => {
  const anna = await s.payer(100)
  await s.admin.put('/faults/late', {
    ...{ kind: 'NOTICE_DELAYED', product: 'payments', count: 1, delay_ms: 3_600_000 },
  })
  const { out_trade_no, code_url } = await s.sell()
  await s.pay(anna.payer_id, { code_url })
  await s.pass({ minutes: 59 })
  const order = await s.found(out_trade_no)
  assert.deepEqual([order.trade_state, s.received()], ['SUCCESS', []])
  await s.pass({ minutes: 1 })
  assert.deepEqual(s.received(), [{ event_type: 'TRANSACTION.SUCCESS', resource: order }])
})

scenario('The trade bill of a day has month cards beside the charges of parking', async s => {
  const { bills } = merchantClient({
    ...optionsFromFolder(`${s.folder}/merchants/${MERCHANT.mchid}`),
    baseUrl: s.baseUrl,
  })
  const anna = await s.payer(1_000)
  const code = await s.sell({ attach: 'one' })
  const h5 = (await s.prepay('h5', { out_trade_no: 'H5-000001' })).json<{ h5_url: string }>()
  const never = await s.sell()
  await s.pay(anna.payer_id, { code_url: code.code_url })
  await s.pass({ minutes: 1 })
  await s.pay(anna.payer_id, { h5_url: h5.h5_url })
  await s.pass({ minutes: 1 })
  const parking = parkingCalls(s.call)
  const parked = await parking.accept(await parking.park(), { profit_sharing: 'N' })
  await s.runDue()
  await s.pass({ minutes: 1 })
  await parking.giveBack({
    ...{ out_trade_no: code.out_trade_no, out_refund_no: 'R-1' },
    amount: { refund: 40, total: 100, currency: 'CNY' },
  })
  await s.pass({ hours: 23 })
  const rows: unknown[] = []
  for await (const row of bills.tradeBill({ bill_date: '2017-08-26' }))
    rows.push([
      ...[row.trade_state, row.out_trade_no, row.trade_type],
      row.trade_state === 'SUCCESS' ? row.total : row.refund,
    ])
  assert.deepEqual(rows, [
    ['SUCCESS', code.out_trade_no, 'NATIVE', 100],
    ['SUCCESS', 'H5-000001', 'MWEB', 100],
    ['SUCCESS', parked.out_trade_no, 'PAP', 888],
    ['REFUND', code.out_trade_no, 'NATIVE', 40],
  ])
  assert.equal((await s.found(never.out_trade_no)).trade_state, 'NOTPAY')
})
