import type { Mode } from '../../../contract/operation.ts'
import { isPaid, type Order } from '../../../orders/orders.ts'
import { formatTime } from '../../../protocol/time.ts'
import type { MerchantOrder, PartnerOrder, PaymentResult, TradeType } from './contract.ts'
import type { TRADE_STATES } from './order-fields.ts'

type TradeState = (typeof TRADE_STATES)[number]

/** `trade_state_desc` of each state. */
const DESCRIPTIONS: Record<TradeState, string> = {
  NOTPAY: '订单未支付',
  SUCCESS: '支付成功',
  CLOSED: '订单已关闭',
  REFUND: '订单发生过退款，退款详情请查询退款单',
}

/** The order as a query gives it back; members in the order of their names, as the platform was seen to write them. */
export function shownOrder(order: Order, mode: Mode): MerchantOrder | PartnerOrder {
  return isPaid(order) ? paidOrder(order, mode) : unpaidOrder(order, mode)
}

function unpaidOrder(order: Order, mode: Mode): MerchantOrder | PartnerOrder {
  return sorted({
    ...numbersOf(order, mode),
    ...stateOf(order),
    amount: { payer_currency: order.currency, total: order.total },
    promotion_detail: [],
    scene_info: { device_id: deviceOf(order) ?? '' },
  })
}

/** A paid order, as a query and its notice have it. */
export function paidOrder(order: Order, mode: Mode): (MerchantOrder | PartnerOrder) & PaymentResult {
  const { currency, total, bank_type, success_time, transaction_id } = order
  const device_id = deviceOf(order)
  return sorted({
    ...numbersOf(order, mode),
    ...stateOf(order),
    amount: { currency, payer_currency: currency, payer_total: order.payer_total ?? total, total },
    attach: order.attach,
    bank_type: bank_type ?? '',
    payer: payerOf(order, mode),
    promotion_detail: promotionsOf(order),
    ...(device_id !== undefined && { scene_info: { device_id } }),
    success_time: formatTime(success_time ?? 0),
    trade_type: order.trade_type as TradeType,
    transaction_id: transaction_id ?? '',
  }) as (MerchantOrder | PartnerOrder) & PaymentResult
}

function numbersOf({ mchid, appid, sub_mchid, sub_appid }: Order, mode: Mode) {
  if (mode === 'merchant') return { appid, mchid }
  return { sp_appid: appid, sp_mchid: mchid, ...(sub_appid && { sub_appid }), sub_mchid }
}

function payerOf({ openid, sub_openid }: Order, mode: Mode) {
  return mode === 'merchant' ? { openid } : { sp_openid: openid, ...(sub_openid && { sub_openid }) }
}

function stateOf({ out_trade_no, trade_state }: Order) {
  const state = trade_state as TradeState
  return { out_trade_no, trade_state: state, trade_state_desc: DESCRIPTIONS[state] }
}

function deviceOf({ scene }: Order): string | undefined {
  const { scene_info } = JSON.parse(scene) as { scene_info?: { device_id?: string } }
  return scene_info?.device_id
}

function promotionsOf({ promotion_detail }: Order): NonNullable<PaymentResult['promotion_detail']> {
  return promotion_detail === '' ? [] : JSON.parse(promotion_detail)
}

function sorted<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1))) as Fields
}
