import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { formatTime } from '../../src/protocol/time.ts'
import { type ReceivedCallback, type WebhookSink, webhookSink } from '../../src/testing/index.ts'
import type { ReadBill } from '../bills.ts'
import { chargeOf, type ParkingUnderTest } from '../parking.ts'
import {
  type Caller,
  type Fields,
  freshNo,
  KINDS,
  type Kind,
  MERCHANT,
  type PaymentsUnderTest,
  parkingCalls,
  paymentsUnderTest,
  prepayOf,
} from '../payments.ts'
import { agreesWithFundFlows, agreesWithTrades, type GivenBack, type Sold } from './shop-books.ts'

// What a shop does with the basic payments, by whatever client it was written with: orders, queries, closes, notices,
// refunds, and the bills of the day with a parking charge beside.

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** What a call was answered: the body of a success, or of an error. */
export interface Answered {
  status: number
  body: Fields
}

/** A client that others wrote, as a merchant or a provider with its sub-merchant uses it. */
export interface ShopClient {
  /** Orders, and answers what the payer is given: a URL, or what a page or an app hands to WeChat, signed by the client. */
  order(kind: Kind, order: Fields): Promise<Answered>
  query(by: { transaction_id: string } | { out_trade_no: string }): Promise<Answered>
  close(outTradeNo: string): Promise<Answered>
  refund(refund: Fields): Promise<Answered>
  queryRefund(outRefundNo: string): Promise<Answered>
  /** Signs with the merchant's key. */
  sign(text: string): string
  /** Verifies and opens a notice. */
  readNotice(notice: ReceivedCallback): Promise<Notice>
  /** Applies for the trade bill of a day, downloads and reads it. */
  tradeBill(billDate: string): Promise<ReadBill>
  /** The same of the bill of the merchant's own account. */
  fundFlowBill(billDate: string): Promise<ReadBill>
}

export interface Notice {
  event_type: string
  resource: Fields
}

/** A platform that sells both ways, and the clocks of whose day can be moved. */
export interface ShopUnderTest extends PaymentsUnderTest {
  parking: Pick<ParkingUnderTest, 'park' | 'charge' | 'order'>
}

/** Starts a platform at the documents' time; notices go out when `runDue` is called. */
export async function shopUnderTest(
  t: TestContext,
  options?: Parameters<typeof paymentsUnderTest>[1],
): Promise<ShopUnderTest> {
  const running = await paymentsUnderTest(t, options)
  return { ...running, parking: parkingCalls(running.call) }
}

/** By which field of a payment each kind is paid, how bills call it, and what its page or app is given afterwards. */
const WAYS: Record<Kind, { way: (handed: Fields) => Fields; tradeType: string; client: Fields | undefined }> =
  {
    jsapi: {
      way: jsapi => ({ jsapi }),
      tradeType: 'JSAPI',
      client: { err_msg: 'get_brand_wcpay_request:ok' },
    },
    app: { way: app => ({ app }), tradeType: 'APP', client: { errCode: 0 } },
    h5: { way: ({ h5_url }) => ({ h5_url }), tradeType: 'MWEB', client: undefined },
    native: { way: ({ code_url }) => ({ code_url }), tradeType: 'NATIVE', client: undefined },
  }

/** Sells by every kind, closes, charges a car, refunds, and finds all of it in the bill of the day. */
export async function sellsForADay(
  t: TestContext,
  running: ShopUnderTest,
  caller: Caller,
  client: ShopClient,
): Promise<void> {
  const { clock, scheduler } = running
  const bill_date = formatTime(clock.now()).slice(0, 10)
  const sink = await webhookSink()
  t.after(() => sink.close())
  const shop = { running, caller, client, sink }

  const sold: Sold[] = []
  for (const [index, kind] of KINDS.entries())
    sold.push(await sells(shop, kind, 1_001 + 111 * index, kind === 'h5' ? 200 : 0))
  await closes(shop)
  const parked = await chargesACar(shop)
  const [jsapi, app, h5] = sold as [Sold, Sold, Sold]
  const givenBack = [
    await refunds(shop, jsapi, 300, { out_trade_no: jsapi.out_trade_no }),
    await refunds(shop, jsapi, jsapi.total - 300, { out_trade_no: jsapi.out_trade_no }),
    await refunds(shop, app, 1, { transaction_id: app.transaction_id }),
    await refunds(shop, h5, h5.total, { transaction_id: h5.transaction_id }),
  ]

  await scheduler.moveTo(Date.parse(`${bill_date}T10:00:00+08:00`) + DAY_MS)
  sold.push(parked)
  const { fees } = agreesWithTrades(await client.tradeBill(bill_date), sold, givenBack)
  // A provider has no money of its own from its sub-merchants' orders.
  if (caller === MERCHANT) agreesWithFundFlows(await client.fundFlowBill(bill_date), sold, givenBack, fees)
  assert.equal(sink.received.length, KINDS.length + 1 + givenBack.length)
}

interface Shop {
  running: ShopUnderTest
  caller: Caller
  client: ShopClient
  sink: WebhookSink
}

/** The body of an order, with a payer where the call needs one. */
export function orderOf(
  kind: Kind,
  caller: Caller,
  openid: string,
  fields: Fields,
): Fields & { out_trade_no: string } {
  const { description, notify_url, scene_info } = prepayOf(kind, caller)
  const payer = caller === MERCHANT ? { openid } : { sp_openid: openid }
  return {
    ...{ description, notify_url, out_trade_no: freshNo('SHOP') },
    ...(kind === 'h5' && { scene_info }),
    ...(kind === 'jsapi' && { payer }),
    ...fields,
  }
}

/** Sells to a payer who has a coupon of the merchant over `discount` fen, if it is more than 0. */
async function sells(
  { running, caller, client, sink }: Shop,
  kind: Kind,
  total: number,
  discount: number,
): Promise<Sold> {
  const { payer_id, openid } = await running.payer()
  const goods_tag = discount > 0 ? await sendCoupon(running, payer_id, discount) : undefined
  const attach = `月卡,${kind}`
  const order = orderOf(kind, caller, openid, {
    attach,
    goods_tag,
    notify_url: sink.url,
    amount: { total, currency: 'CNY' },
  })
  const { out_trade_no } = order
  const ordered = await client.order(kind, order)
  assert.equal(ordered.status, 200, JSON.stringify(ordered.body))
  assert.deepEqual(await stateOf(client, out_trade_no), [200, 'NOTPAY'])

  const { way, tradeType, client: told } = WAYS[kind]
  const paid = await running.pay(payer_id, way(ordered.body))
  assert.equal(paid.body.state, 'PAID', JSON.stringify(paid.body))
  assert.deepEqual(
    [paid.body.mchid, paid.body.out_trade_no, paid.body.client],
    [caller.mchid, out_trade_no, told],
  )

  await running.runDue()
  const { event_type, resource } = await client.readNotice(await sink.next())
  assert.equal(event_type, 'TRANSACTION.SUCCESS')
  const transaction_id = String(resource.transaction_id)
  assert.deepEqual(await client.query({ out_trade_no }), { status: 200, body: resource })
  assert.deepEqual(await client.query({ transaction_id }), { status: 200, body: resource })
  assert.deepEqual(
    [resource.out_trade_no, resource.trade_state, resource.trade_type, resource.attach],
    [out_trade_no, 'SUCCESS', tradeType, attach],
  )
  const payer_total = total - discount
  assert.deepEqual(resource.amount, { total, payer_total, currency: 'CNY', payer_currency: 'CNY' })
  const promotions = resource.promotion_detail as { amount: number }[]
  assert.deepEqual(
    promotions.map(({ amount }) => amount),
    discount > 0 ? [discount] : [],
  )
  assert.deepEqual(
    [resource.mchid ?? resource.sp_mchid, resource.sub_mchid],
    [caller.mchid, caller.partner.sub_mchid],
  )
  assert.deepEqual(resource.payer, caller === MERCHANT ? { openid } : { sp_openid: openid })
  return { out_trade_no, transaction_id, trade_type: tradeType, total, discount }
}

/** Sends a payer a coupon that the merchant pays, and answers the tag of the goods that it is good for. */
async function sendCoupon(running: ShopUnderTest, payer_id: string, amount: number): Promise<string> {
  const [stock_id, day] = [freshNo('stock'), running.clock.now()]
  const stock = {
    ...{ name: '月卡优惠', scope: 'GLOBAL', type: 'NOCASH', amount, max_coupons: 1, goods_tag: stock_id },
    available_begin_time: formatTime(day),
    available_end_time: formatTime(day + DAY_MS),
  }
  for (const [path, body] of [
    [`/coupon-stocks/${stock_id}`, stock],
    [`/coupon-stocks/${stock_id}/coupons/${stock_id}`, { payer_id }],
  ] as const) {
    const put = await running.admin_.put(path, body)
    assert.equal(put.status, 200, JSON.stringify(put.body))
  }
  return stock_id
}

/** What a query says of an order. */
export async function stateOf(
  client: ShopClient,
  out_trade_no: string,
): Promise<[status: number, state: unknown]> {
  const { status, body } = await client.query({ out_trade_no })
  return [status, body.trade_state]
}

async function closes({ running, caller, client }: Shop): Promise<void> {
  const { payer_id, openid } = await running.payer()
  for (const kind of KINDS) {
    const order = orderOf(kind, caller, openid, { amount: { total: 100 } })
    const ordered = await client.order(kind, order)
    assert.equal((await client.close(order.out_trade_no)).status, 204)
    assert.equal((await client.close(order.out_trade_no)).status, 204)
    assert.deepEqual(await stateOf(client, order.out_trade_no), [200, 'CLOSED'])
    const paid = await running.pay(payer_id, WAYS[kind].way(ordered.body))
    assert.deepEqual([paid.body.state, paid.body.shown], ['REFUSED', '该订单已失效'])
  }
}

/** A parking charge of the same merchant and day, by the calls of the tests of parking. */
async function chargesACar({ running, caller, client, sink }: Shop): Promise<Sold> {
  const { parking } = running
  const charge = chargeOf(await parking.park({}, caller), { notify_url: sink.url })
  assert.equal((await parking.charge(charge, caller)).statusCode, 200)
  await running.runDue()
  const { resource } = await client.readNotice(await sink.next())
  const { out_trade_no, transaction_id, amount } = await parking.order(charge.out_trade_no, caller)
  assert.equal(resource.out_trade_no, out_trade_no)
  return {
    ...{ out_trade_no, transaction_id: String(transaction_id), trade_type: 'PAP' },
    ...{ total: amount.total, discount: 0 },
  }
}

async function refunds(
  { running, client, sink }: Shop,
  order: Sold,
  refund: number,
  number: Fields,
): Promise<GivenBack> {
  const { clock, scheduler } = running
  const out_refund_no = freshNo('REFUND')
  const amount = { refund, total: order.total, currency: 'CNY' }
  const asked = await client.refund({
    ...number,
    out_refund_no,
    reason: '退卡',
    notify_url: sink.url,
    amount,
  })
  assert.deepEqual([asked.status, asked.body.status], [200, 'PROCESSING'], JSON.stringify(asked.body))
  await scheduler.moveTo(clock.now() + 10 * MINUTE_MS)

  const { event_type, resource } = await client.readNotice(await sink.next())
  const { status, body } = await client.queryRefund(out_refund_no)
  assert.deepEqual([status, body.status, event_type], [200, 'SUCCESS', 'REFUND.SUCCESS'])
  assert.deepEqual(
    [body.refund_id, body.transaction_id, body.out_trade_no],
    [resource.refund_id, order.transaction_id, resource.out_trade_no],
  )
  assert.deepEqual(await stateOf(client, order.out_trade_no), [200, 'REFUND'])
  // A coupon is given back only with the whole order here.
  const settlement = refund === order.total ? refund - order.discount : refund
  return { ...order, out_refund_no, refund_id: String(body.refund_id), refund, settlement }
}
