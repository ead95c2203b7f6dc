import { integer, oneOf, text, time } from '../../../contract/fields.ts'
import * as Type from '../../../contract/schema.ts'
import { plateColor, plateNumber } from './fields.ts'

/** The order of a stay as calls and notices have it. */

const optional = Type.Optional

/** `ACCEPTED` received, deduction pending; `SUCCESS` paid; `PAY_FAIL` failed; `REFUND` turned to refund. */
export const TRADE_STATES = ['ACCEPTED', 'SUCCESS', 'PAY_FAIL', 'REFUND'] as const

export const outTradeNo = text('商户订单号', 32, {
  pattern: '^[0-9A-Za-z_*-]+$',
  description: 'Digits, letters, _, - and *; unique within your merchant number',
})
export const appid = text('应用ID', 32, { description: 'Bound to the calling merchant number' })

export const parkingInfo = Type.Object(
  {
    parking_id: text('停车入场ID', 32, { description: 'The id that createParking gave' }),
    plate_number: plateNumber,
    plate_color: plateColor,
    start_time: time('入场时间', 'As at entry'),
    end_time: time('出场时间', 'After the entry, not in the future'),
    // Shorter than at entry. In what it is counted nobody has published; so many characters are at most so many bytes.
    parking_name: text('停车场名称', 96, { maxLength: 32 }),
    charging_duration: integer('计费时长', 'Billed time in seconds'),
    device_id: text('停车场设备ID', 32),
  },
  { title: '停车场景信息' },
)

export const promotionDetail = Type.Object({
  coupon_id: text('券ID', 32),
  name: optional(text('优惠名称', 128)),
  scope: optional(oneOf('优惠范围', ['GLOBAL', 'SINGLE'])),
  type: optional(oneOf('优惠类型', ['CASH', 'NOCASH'])),
  stock_id: optional(text('优惠批次ID', 32)),
  amount: integer('优惠券面额', 'Discount enjoyed, in fen'),
  wechatpay_contribute: optional(integer('微信出资', 'In fen')),
  merchant_contribute: optional(integer('商户出资', 'In fen')),
  other_contribute: optional(integer('其他出资', 'In fen')),
  currency: optional(text('优惠币种', 16)),
})

export const BANK_TYPE = 'BPA: the platform advanced the money'
export const SUB_OPENID = 'Under sub_appid, if the charge carried it'

/** The order as a query gives it back, in the order of the documents' sample. */
export const transaction = Type.Object({
  appid,
  sub_appid: optional(text('子商户应用ID', 32, { description: 'Partner mode, if the charge carried it' })),
  sp_mchid: text('商户号', 32, { description: 'The calling merchant number, in both modes' }),
  sub_mchid: optional(text('子商户号', 32, { description: 'Partner mode' })),
  description: text('服务描述', 128),
  create_time: time('订单创建时间'),
  out_trade_no: outTradeNo,
  transaction_id: optional(text('微信支付订单号', 32, { description: 'Once the deduction has ended' })),
  trade_state: oneOf('交易状态', TRADE_STATES, 'The gate may open only on ACCEPTED of the charge reply'),
  trade_state_description: optional(text('交易状态描述', 256)),
  success_time: optional(time('支付完成时间')),
  bank_type: optional(text('付款银行', 16, { description: BANK_TYPE })),
  user_repaid: optional(oneOf('用户是否已还款', ['Y', 'N'], 'Meaningful only with BPA and SUCCESS')),
  attach: optional(text('附加数据', 128, { description: 'Once the payment has completed' })),
  trade_scene: oneOf('交易场景', ['PARKING']),
  parking_info: optional(parkingInfo),
  payer: Type.Object({
    openid: text('用户标识', 32),
    sub_openid: optional(text('用户子标识', 32, { description: SUB_OPENID })),
  }),
  amount: Type.Object({
    total: integer('总金额', 'In fen', 1),
    currency: optional(text('货币类型', 16)),
    payer_total: optional(integer('用户支付金额', 'In fen, once paid')),
    discount_total: optional(integer('折扣', 'In fen, once paid')),
  }),
  promotion_detail: optional(Type.Array(promotionDetail)),
})

const { total, currency: _optional, ...paidAmounts } = transaction.properties.amount.properties

/** The same as the charge answers it. */
export const acceptedTransaction = Type.Object({
  ...transaction.properties,
  amount: Type.Object({ total, currency: text('货币类型', 16), ...paidAmounts }),
})

export type Transaction = Type.Static<typeof transaction>
export type AcceptedTransaction = Type.Static<typeof acceptedTransaction>
export type ParkingInfo = Type.Static<typeof parkingInfo>
