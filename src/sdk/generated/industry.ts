// Generated from the contracts: change those, and run `npm run generate`.

import { ChargeRefused } from '../refusals.ts'
import type { CallRules, Mode } from '../transport/operations.ts'

/** What `queryPlateService` is called with. */
export interface ParkingQueryPlateServiceRequest {
  /** 应用ID: Bound to the calling merchant number; at most 32 bytes */
  appid: string
  /** 车牌号: Letters and digits, without separators; at most 32 bytes */
  plate_number: string
  /** 车牌颜色: BLUE, GREEN (new energy), YELLOW, BLACK, WHITE, LIMEGREEN */
  plate_color: 'BLUE' | 'GREEN' | 'YELLOW' | 'BLACK' | 'WHITE' | 'LIMEGREEN'
  /** 用户标识: The user under appid; at most 32 bytes */
  openid: string
}

/** What `queryPlateService` answers. */
export interface ParkingQueryPlateServiceReply {
  /** 车牌号: Letters and digits, without separators */
  plate_number: string
  /** 车牌颜色: BLUE, GREEN (new energy), YELLOW, BLACK, WHITE, LIMEGREEN */
  plate_color: 'BLUE' | 'GREEN' | 'YELLOW' | 'BLACK' | 'WHITE' | 'LIMEGREEN'
  /** 车牌服务开通时间: Absent when the plate was never opened by this user */
  service_open_time?: string
  /** 用户标识 */
  openid: string
  /** 车牌服务开通状态 */
  service_state: 'NORMAL' | 'PAUSE' | 'OUT_SERVICE'
}

/** What `queryPlateService` is called with in partner mode. */
export interface PartnerParkingQueryPlateServiceRequest extends ParkingQueryPlateServiceRequest {
  /** 子商户号: The sub-merchant that the provider acts for; at most 32 bytes */
  sub_mchid: string
}

/** What `createParking` is called with. */
export interface ParkingCreateParkingRequest {
  /** 商户入场ID: Your own id of the stay, unique within your merchant number; at most 64 bytes */
  out_parking_no: string
  /** 车牌号: Letters and digits, without separators; at most 32 bytes */
  plate_number: string
  /** 车牌颜色: BLUE, GREEN (new energy), YELLOW, BLACK, WHITE, LIMEGREEN */
  plate_color: 'BLUE' | 'GREEN' | 'YELLOW' | 'BLACK' | 'WHITE' | 'LIMEGREEN'
  /** 回调通知url: at most 256 bytes */
  notify_url: string
  /** 入场时间: at most 32 bytes */
  start_time: string
  /** 停车场名称: at most 128 bytes */
  parking_name: string
  /** 免费时长: Free parking time in seconds */
  free_duration: number
}

/** What `createParking` answers. */
export interface ParkingCreateParkingReply {
  /** 停车入场ID: Becomes parking_info.parking_id of the charge */
  id: string
  /** 商户入场ID: Your own id of the stay, unique within your merchant number */
  out_parking_no: string
  /** 车牌号: Letters and digits, without separators */
  plate_number: string
  /** 车牌颜色: BLUE, GREEN (new energy), YELLOW, BLACK, WHITE, LIMEGREEN */
  plate_color: 'BLUE' | 'GREEN' | 'YELLOW' | 'BLACK' | 'WHITE' | 'LIMEGREEN'
  /** 入场时间 */
  start_time: string
  /** 停车场名称 */
  parking_name: string
  /** 免费时长: Free parking time in seconds */
  free_duration: number
  /** 停车入场状态: BLOCKED is a success too: the entry exists, the stay cannot be charged */
  state: 'NORMAL' | 'BLOCKED'
  /** 不可用原因: Only with BLOCKED */
  block_reason?: 'PAUSE' | 'OVERDUE' | 'OUT_SERVICE' | 'EVALUATION_FAILED'
}

/** What `createParking` is called with in partner mode. */
export interface PartnerParkingCreateParkingRequest extends ParkingCreateParkingRequest {
  /** 子商户号: The sub-merchant that the provider acts for; at most 32 bytes */
  sub_mchid: string
}

/** What `createTransaction` is called with. */
export interface ParkingCreateTransactionRequest {
  /** 应用ID: Bound to the calling merchant number; at most 32 bytes */
  appid: string
  /** 服务描述: at most 128 bytes */
  description: string
  /** 附加数据: Given back once the payment has completed; at most 128 bytes */
  attach?: string
  /** 商户订单号: Digits, letters, _, - and *; unique within your merchant number; at most 32 bytes */
  out_trade_no: string
  /** 交易场景 */
  trade_scene: 'PARKING'
  /** 订单优惠标记: at most 32 bytes */
  goods_tag?: string
  /** 回调通知url: at most 256 bytes */
  notify_url: string
  /** 分账标识 */
  profit_sharing?: 'Y' | 'N'
  /** 订单金额 */
  amount: {
    /** 总金额: In fen; at least 1 */
    total: number
    /** 货币类型 */
    currency?: 'CNY'
  }
  /** 停车场景信息 */
  parking_info: {
    /** 停车入场ID: The id that createParking gave; at most 32 bytes */
    parking_id: string
    /** 车牌号: Letters and digits, without separators; at most 32 bytes */
    plate_number: string
    /** 车牌颜色: BLUE, GREEN (new energy), YELLOW, BLACK, WHITE, LIMEGREEN */
    plate_color: 'BLUE' | 'GREEN' | 'YELLOW' | 'BLACK' | 'WHITE' | 'LIMEGREEN'
    /** 入场时间: As at entry; at most 32 bytes */
    start_time: string
    /** 出场时间: After the entry, not in the future; at most 32 bytes */
    end_time: string
    /** 停车场名称: at most 96 bytes */
    parking_name: string
    /** 计费时长: Billed time in seconds */
    charging_duration: number
    /** 停车场设备ID: at most 32 bytes */
    device_id: string
  }
}

/** What `createTransaction` answers. */
export interface ParkingCreateTransactionReply {
  /** 应用ID: Bound to the calling merchant number */
  appid: string
  /** 子商户应用ID: Partner mode, if the charge carried it */
  sub_appid?: string
  /** 商户号: The calling merchant number, in both modes */
  sp_mchid: string
  /** 子商户号: Partner mode */
  sub_mchid?: string
  /** 服务描述 */
  description: string
  /** 订单创建时间 */
  create_time: string
  /** 商户订单号: Digits, letters, _, - and *; unique within your merchant number */
  out_trade_no: string
  /** 微信支付订单号: Once the deduction has ended */
  transaction_id?: string
  /** 交易状态: The gate may open only on ACCEPTED of the charge reply */
  trade_state: 'ACCEPTED' | 'SUCCESS' | 'PAY_FAIL' | 'REFUND'
  /** 交易状态描述 */
  trade_state_description?: string
  /** 支付完成时间 */
  success_time?: string
  /** 付款银行: BPA: the platform advanced the money */
  bank_type?: string
  /** 用户是否已还款: Meaningful only with BPA and SUCCESS */
  user_repaid?: 'Y' | 'N'
  /** 附加数据: Once the payment has completed */
  attach?: string
  /** 交易场景 */
  trade_scene: 'PARKING'
  /** 停车场景信息 */
  parking_info?: {
    /** 停车入场ID: The id that createParking gave */
    parking_id: string
    /** 车牌号: Letters and digits, without separators */
    plate_number: string
    /** 车牌颜色: BLUE, GREEN (new energy), YELLOW, BLACK, WHITE, LIMEGREEN */
    plate_color: 'BLUE' | 'GREEN' | 'YELLOW' | 'BLACK' | 'WHITE' | 'LIMEGREEN'
    /** 入场时间: As at entry */
    start_time: string
    /** 出场时间: After the entry, not in the future */
    end_time: string
    /** 停车场名称 */
    parking_name: string
    /** 计费时长: Billed time in seconds */
    charging_duration: number
    /** 停车场设备ID */
    device_id: string
  }
  payer: {
    /** 用户标识 */
    openid: string
    /** 用户子标识: Under sub_appid, if the charge carried it */
    sub_openid?: string
  }
  amount: {
    /** 总金额: In fen */
    total: number
    /** 货币类型 */
    currency: string
    /** 用户支付金额: In fen, once paid */
    payer_total?: number
    /** 折扣: In fen, once paid */
    discount_total?: number
  }
  promotion_detail?: Array<{
    /** 券ID */
    coupon_id: string
    /** 优惠名称 */
    name?: string
    /** 优惠范围 */
    scope?: 'GLOBAL' | 'SINGLE'
    /** 优惠类型 */
    type?: 'CASH' | 'NOCASH'
    /** 优惠批次ID */
    stock_id?: string
    /** 优惠券面额: Discount enjoyed, in fen */
    amount: number
    /** 微信出资: In fen */
    wechatpay_contribute?: number
    /** 商户出资: In fen */
    merchant_contribute?: number
    /** 其他出资: In fen */
    other_contribute?: number
    /** 优惠币种 */
    currency?: string
  }>
}

/** What `createTransaction` is called with in partner mode. */
export interface PartnerParkingCreateTransactionRequest extends ParkingCreateTransactionRequest {
  /** 子商户号: The sub-merchant that the provider acts for; at most 32 bytes */
  sub_mchid: string
  /** 子商户应用ID: Bound to the sub-merchant; at most 32 bytes */
  sub_appid?: string
}

/** What `queryTransaction` is called with. */
export interface ParkingQueryTransactionRequest {
  /** 商户订单号: Digits, letters, _, - and *; unique within your merchant number; at most 32 bytes */
  out_trade_no: string
}

/** What `queryTransaction` answers. */
export interface Transaction {
  /** 应用ID: Bound to the calling merchant number */
  appid: string
  /** 子商户应用ID: Partner mode, if the charge carried it */
  sub_appid?: string
  /** 商户号: The calling merchant number, in both modes */
  sp_mchid: string
  /** 子商户号: Partner mode */
  sub_mchid?: string
  /** 服务描述 */
  description: string
  /** 订单创建时间 */
  create_time: string
  /** 商户订单号: Digits, letters, _, - and *; unique within your merchant number */
  out_trade_no: string
  /** 微信支付订单号: Once the deduction has ended */
  transaction_id?: string
  /** 交易状态: The gate may open only on ACCEPTED of the charge reply */
  trade_state: 'ACCEPTED' | 'SUCCESS' | 'PAY_FAIL' | 'REFUND'
  /** 交易状态描述 */
  trade_state_description?: string
  /** 支付完成时间 */
  success_time?: string
  /** 付款银行: BPA: the platform advanced the money */
  bank_type?: string
  /** 用户是否已还款: Meaningful only with BPA and SUCCESS */
  user_repaid?: 'Y' | 'N'
  /** 附加数据: Once the payment has completed */
  attach?: string
  /** 交易场景 */
  trade_scene: 'PARKING'
  /** 停车场景信息 */
  parking_info?: {
    /** 停车入场ID: The id that createParking gave */
    parking_id: string
    /** 车牌号: Letters and digits, without separators */
    plate_number: string
    /** 车牌颜色: BLUE, GREEN (new energy), YELLOW, BLACK, WHITE, LIMEGREEN */
    plate_color: 'BLUE' | 'GREEN' | 'YELLOW' | 'BLACK' | 'WHITE' | 'LIMEGREEN'
    /** 入场时间: As at entry */
    start_time: string
    /** 出场时间: After the entry, not in the future */
    end_time: string
    /** 停车场名称 */
    parking_name: string
    /** 计费时长: Billed time in seconds */
    charging_duration: number
    /** 停车场设备ID */
    device_id: string
  }
  payer: {
    /** 用户标识 */
    openid: string
    /** 用户子标识: Under sub_appid, if the charge carried it */
    sub_openid?: string
  }
  amount: {
    /** 总金额: In fen */
    total: number
    /** 货币类型 */
    currency?: string
    /** 用户支付金额: In fen, once paid */
    payer_total?: number
    /** 折扣: In fen, once paid */
    discount_total?: number
  }
  promotion_detail?: Array<{
    /** 券ID */
    coupon_id: string
    /** 优惠名称 */
    name?: string
    /** 优惠范围 */
    scope?: 'GLOBAL' | 'SINGLE'
    /** 优惠类型 */
    type?: 'CASH' | 'NOCASH'
    /** 优惠批次ID */
    stock_id?: string
    /** 优惠券面额: Discount enjoyed, in fen */
    amount: number
    /** 微信出资: In fen */
    wechatpay_contribute?: number
    /** 商户出资: In fen */
    merchant_contribute?: number
    /** 其他出资: In fen */
    other_contribute?: number
    /** 优惠币种 */
    currency?: string
  }>
}

/** What `queryTransaction` is called with in partner mode. */
export interface PartnerParkingQueryTransactionRequest extends ParkingQueryTransactionRequest {
  /** 子商户号: The sub-merchant that the provider acts for; at most 32 bytes */
  sub_mchid: string
}

/** The calls of industry products. */
export interface IndustryCalls {
  'parking.queryPlateService': {
    merchant: { request: ParkingQueryPlateServiceRequest; reply: ParkingQueryPlateServiceReply }
    partner: { request: PartnerParkingQueryPlateServiceRequest; reply: ParkingQueryPlateServiceReply }
  }
  'parking.createParking': {
    merchant: { request: ParkingCreateParkingRequest; reply: ParkingCreateParkingReply }
    partner: { request: PartnerParkingCreateParkingRequest; reply: ParkingCreateParkingReply }
  }
  'parking.createTransaction': {
    merchant: { request: ParkingCreateTransactionRequest; reply: ParkingCreateTransactionReply }
    partner: { request: PartnerParkingCreateTransactionRequest; reply: ParkingCreateTransactionReply }
  }
  'parking.queryTransaction': {
    merchant: { request: ParkingQueryTransactionRequest; reply: Transaction }
    partner: { request: PartnerParkingQueryTransactionRequest; reply: Transaction }
  }
}

/** The calls of `client.parking`. */
export interface ParkingClient<M extends Mode> {
  /**
   * 查询车牌服务开通信息. Whether this user has opened the service for this plate. A plate that was never opened is no
   * error: its `service_state` is `OUT_SERVICE`.
   *
   * Throws `InvalidRequest` for a wrong openid or sub-merchant.
   *
   * Official pages: merchant 4012534043, partner 4012534183.
   */
  queryPlateService(
    request: {
      merchant: ParkingQueryPlateServiceRequest
      partner: PartnerParkingQueryPlateServiceRequest
    }[M],
  ): Promise<ParkingQueryPlateServiceReply>

  /**
   * 创建停车入场. Makes a parking entry; once for each car that drives in. `state: 'BLOCKED'` is a success too: the
   * entry exists, but this stay cannot be charged at present.
   *
   * Keep `out_parking_no` and send it again when the outcome is unknown: it then gives the same entry.
   *
   * Official pages: merchant 4012533937, partner 4012533994.
   */
  createParking(
    request: { merchant: ParkingCreateParkingRequest; partner: PartnerParkingCreateParkingRequest }[M],
  ): Promise<ParkingCreateParkingReply>

  /**
   * 扣费受理. Charges a stay. `amount.total` is in fen, `charging_duration` in seconds; plate, times and name are
   * those of the entry, and `end_time` is not in the future. Ask `wasAccepted` about the reply: the deduction
   * itself comes later, as a notice.
   *
   * On `OutcomeUnknown` keep the gate closed and call `queryTransaction`. On `RateLimited` do the same before the
   * charge is sent again.
   *
   * Official pages: merchant 4012534352, partner 4012534427.
   */
  createTransaction(
    request: {
      merchant: ParkingCreateTransactionRequest
      partner: PartnerParkingCreateTransactionRequest
    }[M],
  ): Promise<ParkingCreateTransactionReply>

  /**
   * 查询订单. The order as it is now. Throws `NotFound` when there is no order under the number.
   *
   * Official pages: merchant 4012534308, partner 4012534441.
   */
  queryTransaction(
    request: { merchant: ParkingQueryTransactionRequest; partner: PartnerParkingQueryTransactionRequest }[M],
  ): Promise<Transaction>
}

/** The clients of industry products, by mode. */
export interface IndustryClients {
  merchant: {
    readonly parking: ParkingClient<'merchant'>
  }
  partner: {
    readonly parking: ParkingClient<'partner'>
  }
}

const refusals1: CallRules['refusals'] = [
  {
    status: 404,
    whatToDo:
      'Do not repeat. Check the plate and the mode; a plate that is not found has not opened the service.',
  },
]

export const industryRules: Readonly<Record<keyof IndustryCalls, CallRules>> = {
  'parking.queryPlateService': {
    method: 'GET',
    paths: { merchant: '/v3/vehicle/parking/services/find', partner: '/v3/vehicle/parking/services/find' },
    echoes: ['plate_number', 'plate_color', 'openid'],
    refusals: refusals1,
  },
  'parking.createParking': {
    method: 'POST',
    paths: { merchant: '/v3/vehicle/parking/parkings', partner: '/v3/vehicle/parking/parkings' },
    echoes: ['out_parking_no', 'plate_number', 'plate_color'],
    ifUnknown:
      'The entry may exist. There is no query for it: send the same request with the same out_parking_no again.',
    refusals: refusals1,
  },
  'parking.createTransaction': {
    method: 'POST',
    paths: { merchant: '/v3/vehicle/transactions/parking', partner: '/v3/vehicle/transactions/parking' },
    movesMoney: true,
    echoes: ['out_trade_no'],
    ifUnknown:
      'The charge may have been accepted. Keep the gate closed and call queryTransaction with the same out_trade_no: an order means that it was; NotFound means that it never arrived, and the same request may be sent again. So it may after PAY_FAIL, and is a new attempt then.',
    refusals: [
      {
        status: 400,
        code: 'ALREADY_EXISTS',
        whatToDo:
          'Call queryTransaction to see the charge that has this out_trade_no; a new charge needs a new number.',
      },
      {
        status: 400,
        whatToDo:
          'Do not repeat as it is; message names the broken rule. A refused charge is collected on site.',
      },
      {
        status: 403,
        code: 'NOT_ENOUGH',
        whatToDo:
          'Do not repeat: the user owes too much. Collect on site, or lead the user to the repayment page.',
        type: ChargeRefused,
      },
      {
        status: 403,
        code: 'RULE_LIMIT',
        whatToDo: 'Do not repeat today: the number of charges is used up. Collect on site.',
        type: ChargeRefused,
      },
      {
        status: 404,
        whatToDo:
          'Do not repeat. Check the plate and the mode; a plate that is not found has not opened the service.',
      },
      {
        status: 429,
        whatToDo:
          'Slow down. Before the charge is sent again, with the same out_trade_no, call queryTransaction.',
      },
    ],
  },
  'parking.queryTransaction': {
    method: 'GET',
    paths: {
      merchant: '/v3/vehicle/transactions/out-trade-no/{out_trade_no}',
      partner: '/v3/vehicle/transactions/out-trade-no/{out_trade_no}',
    },
    echoes: ['out_trade_no'],
  },
}
