import { callErrors } from '../../../calls/errors.ts'
import { integer, notifyUrl, oneOf, subMchid, text, time } from '../../../contract/fields.ts'
import { notice } from '../../../contract/notice.ts'
import { operation } from '../../../contract/operation.ts'
import * as Type from '../../../contract/schema.ts'
import { general } from '../../../protocol/general-errors.ts'
import { errors } from './errors.ts'
import { plateColor, plateNumber } from './fields.ts'

const optional = Type.Optional

/** Whether the user has opened the service for the plate: `NORMAL` in service, `PAUSE` paused, `OUT_SERVICE` not opened. */
export const SERVICE_STATES = ['NORMAL', 'PAUSE', 'OUT_SERVICE'] as const
/** Whether this stay can be charged. */
export const PARKING_STATES = ['NORMAL', 'BLOCKED'] as const
/** Why an entry is blocked when it is made. */
export const BLOCK_REASONS = ['PAUSE', 'OVERDUE', 'OUT_SERVICE', 'EVALUATION_FAILED'] as const
/** Why an open stay became blocked; differs from the reasons at entry. */
export const BLOCKED_STATE_DESCRIPTIONS = ['PAUSE', 'OVERDUE', 'REMOVE'] as const
/** `ACCEPTED` received, deduction pending; `SUCCESS` paid; `PAY_FAIL` failed; `REFUND` turned to refund. */
export const TRADE_STATES = ['ACCEPTED', 'SUCCESS', 'PAY_FAIL', 'REFUND'] as const

const outParkingNo = text('商户入场ID', 64, {
  description: 'Your own id of the stay, unique within your merchant number',
})
const outTradeNo = text('商户订单号', 32, {
  pattern: '^[0-9A-Za-z_*-]+$',
  description: 'Digits, letters, _, - and *; unique within your merchant number',
})
const parkingName = text('停车场名称', 128)
const appid = text('应用ID', 32, { description: 'Bound to the calling merchant number' })

export const queryPlateService = operation({
  name: 'queryPlateService',
  method: 'GET',
  path: '/v3/vehicle/parking/services/find',
  title: { zh: '查询车牌服务开通信息', en: 'Query plate service' },
  pages: { merchant: '/doc/v3/merchant/4012534043', partner: '/doc/v3/partner/4012534183' },
  invalidParameter: { error: general.PARAM_ERROR },
  partnerOnly: { sub_mchid: callErrors.SUB_MCHID_NOT_BOUND },
  request: Type.Object({
    appid,
    plate_number: plateNumber,
    plate_color: plateColor,
    openid: text('用户标识', 32, { description: 'The user under appid' }),
  }),
  partner: Type.Object({ sub_mchid: subMchid }),
  reply: Type.Object({
    plate_number: plateNumber,
    plate_color: plateColor,
    service_open_time: optional(
      time('车牌服务开通时间', 'Absent when the plate was never opened by this user'),
    ),
    openid: text('用户标识', 32),
    service_state: oneOf('车牌服务开通状态', SERVICE_STATES),
  }),
  errors: [
    general.RATELIMIT_EXCEEDED,
    general.PARAM_ERROR,
    callErrors.SUB_MCHID_NOT_BOUND,
    callErrors.SUB_MCHID_UNKNOWN,
    errors.NOT_ENROLLED,
    errors.OPENID_WRONG,
    general.SYSTEM_ERROR,
  ],
})

export const createParking = operation({
  name: 'createParking',
  method: 'POST',
  path: '/v3/vehicle/parking/parkings',
  title: { zh: '创建停车入场', en: 'Create parking entry' },
  pages: { merchant: '/doc/v3/merchant/4012533937', partner: '/doc/v3/partner/4012533994' },
  invalidParameter: { error: general.PARAM_ERROR },
  partnerOnly: { sub_mchid: callErrors.SUB_MCHID_NOT_BOUND },
  request: Type.Object({
    out_parking_no: outParkingNo,
    plate_number: plateNumber,
    plate_color: plateColor,
    notify_url: notifyUrl('回调通知url'),
    start_time: time('入场时间'),
    parking_name: parkingName,
    free_duration: integer('免费时长', 'Free parking time in seconds'),
  }),
  partner: Type.Object({ sub_mchid: subMchid }),
  reply: Type.Object({
    id: text('停车入场ID', 32, { description: 'Becomes parking_info.parking_id of the charge' }),
    out_parking_no: outParkingNo,
    plate_number: plateNumber,
    plate_color: plateColor,
    start_time: time('入场时间'),
    parking_name: parkingName,
    free_duration: integer('免费时长', 'Free parking time in seconds'),
    state: oneOf(
      '停车入场状态',
      PARKING_STATES,
      'BLOCKED is a success too: the entry exists, the stay cannot be charged',
    ),
    block_reason: optional(oneOf('不可用原因', BLOCK_REASONS, 'Only with BLOCKED')),
  }),
  errors: [
    general.RATELIMIT_EXCEEDED,
    general.PARAM_ERROR,
    callErrors.SUB_MCHID_UNKNOWN,
    callErrors.SUB_MCHID_NOT_BOUND,
    errors.NOT_ENROLLED,
    errors.OUT_PARKING_NO_USED,
    general.SYSTEM_ERROR,
  ],
})

const parkingInfo = Type.Object(
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

const promotionDetail = Type.Object({
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

const BANK_TYPE = 'BPA: the platform advanced the money'
const SUB_OPENID = 'Under sub_appid, if the charge carried it'

/** The order as a query gives it back, in the order of the documents' sample. */
const transaction = Type.Object({
  appid,
  sub_appid: optional(text('子商户应用ID', 32, { description: 'Partner mode, if the charge carried it' })),
  sp_mchid: text('商户号', 32, { description: 'The calling merchant number, in both modes' }),
  sub_mchid: optional(text('子商户号', 32, { description: 'Partner mode' })),
  description: text('服务描述', 128),
  create_time: time('订单创建时间'),
  out_trade_no: outTradeNo,
  transaction_id: optional(text('微信支付订单号', 32, { description: 'Once the deduction has ended' })),
  trade_state: oneOf('交易状态', TRADE_STATES, 'The gate may open on ACCEPTED of the charge reply alone'),
  trade_state_description: optional(text('交易状态描述', 256)),
  success_time: optional(time('支付完成时间')),
  bank_type: optional(text('付款银行', 16, { description: BANK_TYPE })),
  user_repaid: optional(oneOf('用户是否已还款', ['Y', 'N'], 'Meaningful with BPA and SUCCESS alone')),
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
const acceptedTransaction = Type.Object({
  ...transaction.properties,
  amount: Type.Object({ total, currency: text('货币类型', 16), ...paidAmounts }),
})

export const createTransaction = operation({
  name: 'createTransaction',
  method: 'POST',
  path: '/v3/vehicle/transactions/parking',
  title: { zh: '扣费受理', en: 'Charge acceptance' },
  pages: { merchant: '/doc/v3/merchant/4012534352', partner: '/doc/v3/partner/4012534427' },
  invalidParameter: { error: general.PARAM_ERROR },
  partnerOnly: { sub_mchid: callErrors.SUB_MCHID_NOT_BOUND, sub_appid: errors.SUB_APPID_NOT_BOUND },
  request: Type.Object({
    appid,
    description: text('服务描述', 128),
    attach: optional(text('附加数据', 128, { description: 'Given back once the payment has completed' })),
    out_trade_no: outTradeNo,
    trade_scene: oneOf('交易场景', ['PARKING']),
    goods_tag: optional(text('订单优惠标记', 32)),
    notify_url: notifyUrl('回调通知url'),
    profit_sharing: optional(oneOf('分账标识', ['Y', 'N'])),
    amount: Type.Object(
      {
        total: integer('总金额', 'In fen', 1),
        currency: optional(oneOf('货币类型', ['CNY'])),
      },
      { title: '订单金额' },
    ),
    parking_info: parkingInfo,
  }),
  partner: Type.Object({
    sub_mchid: subMchid,
    sub_appid: optional(text('子商户应用ID', 32, { description: 'Bound to the sub-merchant' })),
  }),
  reply: acceptedTransaction,
  errors: [
    general.RATELIMIT_EXCEEDED,
    general.PARAM_ERROR,
    callErrors.SUB_MCHID_NOT_BOUND,
    errors.PAYEE_NOT_ALLOWED,
    errors.OUT_TRADE_NO_USED,
    errors.APPID_NOT_BOUND,
    errors.SUB_APPID_NOT_BOUND,
    errors.CANNOT_COLLECT,
    errors.AMOUNT_ABOVE_LIMIT,
    errors.TOO_MANY_CHARGES,
    errors.PARKING_UNKNOWN,
    errors.PARKING_MISMATCH,
    errors.PLATE_UNKNOWN,
    errors.USER_STATE_ABNORMAL,
    errors.PAYER_OVERDUE,
    general.SYSTEM_ERROR,
  ],
})

export const queryTransaction = operation({
  name: 'queryTransaction',
  method: 'GET',
  path: '/v3/vehicle/transactions/out-trade-no/{out_trade_no}',
  title: { zh: '查询订单', en: 'Query order' },
  pages: { merchant: '/doc/v3/merchant/4012534308', partner: '/doc/v3/partner/4012534441' },
  request: Type.Object({ out_trade_no: outTradeNo }),
  partner: Type.Object({ sub_mchid: subMchid }),
  reply: transaction,
  errors: [
    general.RATELIMIT_EXCEEDED,
    errors.OUT_TRADE_NO_WRONG,
    general.PARAM_ERROR,
    callErrors.SUB_MCHID_NOT_BOUND,
    errors.NOT_A_PARKING_ORDER,
    errors.ORDER_UNKNOWN,
    general.SYSTEM_ERROR,
  ],
  invalidParameter: { error: errors.OUT_TRADE_NO_WRONG, field: 'out_trade_no' },
  partnerOnly: { sub_mchid: callErrors.SUB_MCHID_NOT_BOUND },
})

/** Sent to the entry's `notify_url` when the usability of an open stay changes, between entry and charge. */
export const entranceStateChange = notice({
  id: 'parking.entranceStateChange',
  originalType: '',
  events: { 'VEHICLE.ENTRANCE_STATE_CHANGE': '停车入场状态通知' },
  title: { zh: '停车入场状态变更通知', en: 'Parking entry state change' },
  pages: { merchant: '/doc/v3/merchant/4012284177', partner: '/doc/v3/partner/4012085798' },
  sdk: {
    types: { notice: 'EntranceStateChangeNotice', resource: 'EntranceStateChange' },
    descriptions: {
      notice:
        'The usability of an open stay has changed. Keep the latest by `state_update_time`: notices may overtake each other.',
      resource: 'An entry as it was made, with how it stands now.',
    },
    needs: ['parking_id', 'parking_state'],
  },
  resource: Type.Object({
    sp_mchid: text('商户号', 32),
    sub_mchid: optional(text('子商户号', 32)),
    parking_id: text('停车入场ID', 32),
    out_parking_no: outParkingNo,
    plate_number: plateNumber,
    plate_color: plateColor,
    start_time: time('入场时间'),
    parking_name: parkingName,
    free_duration: integer('免费时长', 'Free parking time in seconds'),
    parking_state: oneOf('停车入场状态', PARKING_STATES),
    blocked_state_description: optional(
      oneOf('不可用状态描述', BLOCKED_STATE_DESCRIPTIONS, 'Only with BLOCKED'),
    ),
    state_update_time: time('状态变更时间', 'With milliseconds'),
  }),
})

const { promotion_detail: _orderPromotions, ...transactionFields } = transaction.properties
const { stock_id: _stockId, ...promotionFields } = promotionDetail.properties

/**
 * Sent to the charge's `notify_url`. The plaintext is the order, but promotions name their batch `activity_id`, and some
 * texts may be longer.
 */
export const transactionResult = notice({
  id: 'parking.transactionResult',
  originalType: 'transaction',
  events: {
    'TRANSACTION.SUCCESS': '支付成功',
    'TRANSACTION.FAIL': '支付失败',
    'TRANSACTION.PAY_BACK': '还款成功',
  },
  marks: { trade_scene: 'PARKING' },
  title: { zh: '订单支付结果通知', en: 'Payment result' },
  pages: { merchant: '/doc/v3/merchant/4012284311', partner: '/doc/v3/partner/4012086059' },
  sdk: {
    types: { notice: 'TransactionNotice', resource: 'NoticedTransaction' },
    descriptions: {
      notice:
        'A deduction succeeded or failed, or the user repaid what the platform had advanced. Compare `out_trade_no` and ' +
        '`amount.total`, in fen, with your own order.',
      resource:
        'The order as `queryTransaction` gives it, with the same names; the notice may leave out the payer.',
    },
    needs: ['out_trade_no', 'trade_state'],
    spellings: {
      // The page's table calls the batch of a promotion `activity_id`, its sample calls the coupon `promotion_id`.
      names: { 'promotion_detail[].activity_id': 'stock_id', 'promotion_detail[].promotion_id': 'coupon_id' },
      // `ACCEPT` is on the notice page where the calls say `ACCEPTED`; the others are in samples that are not official.
      values: { trade_state: { ACCEPT: 'ACCEPTED', FAIL: 'PAY_FAIL', PAY_BACK: 'SUCCESS' } },
    },
  },
  resource: Type.Object({
    ...transactionFields,
    bank_type: optional(text('付款银行', 32, { description: BANK_TYPE })),
    payer: optional(
      Type.Object({
        openid: text('用户标识', 128),
        sub_openid: optional(text('用户子标识', 128, { description: SUB_OPENID })),
      }),
    ),
    promotion_detail: optional(
      Type.Array(
        Type.Object({
          ...promotionFields,
          activity_id: optional(text('优惠批次ID', 32)),
        }),
      ),
    ),
  }),
})

export type Transaction = Type.Static<typeof transaction>
export type AcceptedTransaction = Type.Static<typeof acceptedTransaction>
export type ParkingInfo = Type.Static<typeof parkingInfo>
export type EntranceStateChange = Type.Static<typeof entranceStateChange.resource>
export type TransactionResult = Type.Static<typeof transactionResult.resource>
export type { PlateColor } from './plate.ts'
