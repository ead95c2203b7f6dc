import { callErrors } from '../../../calls/errors.ts'
import { integer, notifyUrl, oneOf, subMchid, text, time } from '../../../contract/fields.ts'
import { notice } from '../../../contract/notice.ts'
import { inBothModes, operation } from '../../../contract/operation.ts'
import * as Type from '../../../contract/schema.ts'
import { general } from '../../../protocol/general-errors.ts'
import { errors } from './errors.ts'
import { plateColor, plateNumber } from './fields.ts'
import {
  acceptedTransaction,
  appid,
  BANK_TYPE,
  outTradeNo,
  parkingInfo,
  promotionDetail,
  SUB_OPENID,
  transaction,
} from './order-fields.ts'
import { chargeRefusals, PLATE_NOT_FOUND } from './refusals.ts'

const optional = Type.Optional

/** Whether the user has opened the service for the plate: `NORMAL` in service, `PAUSE` paused, `OUT_SERVICE` not opened. */
export const SERVICE_STATES = ['NORMAL', 'PAUSE', 'OUT_SERVICE'] as const
/** Whether this stay can be charged. */
export const PARKING_STATES = ['NORMAL', 'BLOCKED'] as const
/** Why an entry is blocked when it is made. */
export const BLOCK_REASONS = ['PAUSE', 'OVERDUE', 'OUT_SERVICE', 'EVALUATION_FAILED'] as const
/** Why an open stay became blocked; differs from the reasons at entry. */
export const BLOCKED_STATE_DESCRIPTIONS = ['PAUSE', 'OVERDUE', 'REMOVE'] as const

const outParkingNo = text('商户入场ID', 64, {
  description: 'Your own id of the stay, unique within your merchant number',
})
const parkingName = text('停车场名称', 128)

export const queryPlateService = operation({
  id: 'parking.queryPlateService',
  method: 'GET',
  title: { zh: '查询车牌服务开通信息', en: 'Query plate service' },
  ...inBothModes({
    path: '/v3/vehicle/parking/services/find',
    pages: { merchant: '/doc/v3/merchant/4012534043', partner: '/doc/v3/partner/4012534183' },
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
  }),
  invalidParameter: { error: general.PARAM_ERROR },
  partnerOnly: { sub_mchid: callErrors.SUB_MCHID_NOT_BOUND },
  errors: [
    general.RATELIMIT_EXCEEDED,
    general.PARAM_ERROR,
    callErrors.SUB_MCHID_NOT_BOUND,
    callErrors.SUB_MCHID_UNKNOWN,
    errors.NOT_ENROLLED,
    errors.OPENID_WRONG,
    general.SYSTEM_ERROR,
  ],
  sdk: {
    description:
      'Whether this user has opened the service for this plate. A plate that was never opened is no ' +
      'error: its `service_state` is `OUT_SERVICE`.\n\nThrows `InvalidRequest` for a wrong openid or ' +
      'sub-merchant.',
    echoes: ['plate_number', 'plate_color', 'openid'],
    refusals: [PLATE_NOT_FOUND],
  },
})

export const createParking = operation({
  id: 'parking.createParking',
  method: 'POST',
  title: { zh: '创建停车入场', en: 'Create parking entry' },
  ...inBothModes({
    path: '/v3/vehicle/parking/parkings',
    pages: { merchant: '/doc/v3/merchant/4012533937', partner: '/doc/v3/partner/4012533994' },
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
  }),
  invalidParameter: { error: general.PARAM_ERROR },
  partnerOnly: { sub_mchid: callErrors.SUB_MCHID_NOT_BOUND },
  errors: [
    general.RATELIMIT_EXCEEDED,
    general.PARAM_ERROR,
    callErrors.SUB_MCHID_UNKNOWN,
    callErrors.SUB_MCHID_NOT_BOUND,
    errors.NOT_ENROLLED,
    errors.OUT_PARKING_NO_USED,
    general.SYSTEM_ERROR,
  ],
  sdk: {
    description:
      "Makes a parking entry; once for each car that drives in. `state: 'BLOCKED'` is a success too: " +
      'the entry exists, but this stay cannot be charged at present.\n\nKeep `out_parking_no` and send ' +
      'it again when the outcome is unknown: it then gives the same entry.',
    echoes: ['out_parking_no', 'plate_number', 'plate_color'],
    refusals: [PLATE_NOT_FOUND],
    ifUnknown:
      'The entry may exist. There is no query for it: send the same request with the same ' +
      'out_parking_no again.',
  },
})

export const createTransaction = operation({
  id: 'parking.createTransaction',
  method: 'POST',
  title: { zh: '扣费受理', en: 'Charge acceptance' },
  ...inBothModes({
    path: '/v3/vehicle/transactions/parking',
    pages: { merchant: '/doc/v3/merchant/4012534352', partner: '/doc/v3/partner/4012534427' },
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
  }),
  invalidParameter: { error: general.PARAM_ERROR },
  partnerOnly: { sub_mchid: callErrors.SUB_MCHID_NOT_BOUND, sub_appid: errors.SUB_APPID_NOT_BOUND },
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
  sdk: {
    description:
      'Charges a stay. `amount.total` is in fen, `charging_duration` in seconds; plate, times and name ' +
      'are those of the entry, and `end_time` is not in the future. Ask `wasAccepted` about the reply: ' +
      'the deduction itself comes later, as a notice.\n\nOn `OutcomeUnknown` keep the gate closed and ' +
      'call `queryTransaction`. On `RateLimited` do the same before the charge is sent again.',
    movesMoney: true,
    echoes: ['out_trade_no'],
    ifUnknown:
      'The charge may have been accepted. Keep the gate closed and call queryTransaction with the same ' +
      'out_trade_no: an order means that it was; NotFound means that it never arrived, and the same ' +
      'request may be sent again. So it may after PAY_FAIL, and is a new attempt then.',
    refusals: chargeRefusals,
  },
})

export const queryTransaction = operation({
  id: 'parking.queryTransaction',
  method: 'GET',
  title: { zh: '查询订单', en: 'Query order' },
  ...inBothModes({
    path: '/v3/vehicle/transactions/out-trade-no/{out_trade_no}',
    pages: { merchant: '/doc/v3/merchant/4012534308', partner: '/doc/v3/partner/4012534441' },
    request: Type.Object({ out_trade_no: outTradeNo }),
    partner: Type.Object({ sub_mchid: subMchid }),
    reply: transaction,
  }),
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
  sdk: {
    description: 'The order as it is now. Throws `NotFound` when there is no order under the number.',
    replyType: 'Transaction',
    echoes: ['out_trade_no'],
  },
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

export type EntranceStateChange = Type.Static<typeof entranceStateChange.resource>
export type TransactionResult = Type.Static<typeof transactionResult.resource>
export { type AcceptedTransaction, type ParkingInfo, TRADE_STATES, type Transaction } from './order-fields.ts'
export type { PlateColor } from './plate.ts'
