// Generated from the contracts: change those, and run `npm run generate`.

import type { NoticeEnvelope } from '../notices/notice-envelope.ts'

/** A notice that this version knows. */
export type KnownNotice =
  | PaymentNotice
  | EntranceStateChangeNotice
  | TransactionNotice
  | RefundNotice
  | SecurityEchoNotice

/**
 * 支付成功回调通知. An order was paid. Compare `out_trade_no` and `amount.total`, in fen, with your own order before you
 * give goods, and give them once: the notice may come again. Official pages: merchant 4012791861, partner
 * 4012085146.
 */
export interface PaymentNotice extends NoticeEnvelope {
  /** Which notice it is. Notices of several products can have one event type. */
  kind: 'payments.paymentResult'
  event_type: 'TRANSACTION.SUCCESS'
  resource: PaidOrder
}

/**
 * The paid order: with `appid` and `mchid` in merchant mode, with `sp_appid`, `sp_mchid` and `sub_mchid` in
 * partner mode.
 */
export interface PaidOrder {
  /** 公众号ID: Bound to the merchant number */
  appid?: string
  /** 直连商户号 */
  mchid?: string
  /** 服务商公众号ID: The provider's, bound to sp_mchid */
  sp_appid?: string
  /** 服务商户号 */
  sp_mchid?: string
  /** 子商户公众号ID: Bound to sub_mchid */
  sub_appid?: string
  /** 子商户号: The sub-merchant that the provider acts for */
  sub_mchid?: string
  /** 商户订单号: Digits, letters, _, -, | and *; unique within your merchant number */
  out_trade_no: string
  /** 交易状态 */
  trade_state: 'SUCCESS' | 'REFUND' | 'NOTPAY' | 'CLOSED'
  /** 交易状态描述 */
  trade_state_desc: string
  /** 微信支付订单号 */
  transaction_id: string
  /** 交易类型 */
  trade_type: 'JSAPI' | 'NATIVE' | 'APP' | 'MWEB'
  /** 付款银行 */
  bank_type: string
  /** 支付完成时间 */
  success_time: string
  /** 附加数据: Once it is paid */
  attach?: string
  /** 支付者信息 */
  payer: {
    /** 用户标识 */
    openid?: string
    /** 用户服务标识 */
    sp_openid?: string
    /** 用户子标识 */
    sub_openid?: string
  }
  /** 订单金额 */
  amount: {
    /** 总金额: In fen */
    total: number
    /** 用户支付金额: In fen */
    payer_total: number
    /** 货币类型 */
    currency: string
    /** 用户支付币种 */
    payer_currency: string
  }
  /** 场景信息 */
  scene_info?: {
    /** 商户端设备号 */
    device_id: string
  }
  /** 优惠功能 */
  promotion_detail?: Array<{
    /** 券ID */
    coupon_id: string
    /** 优惠名称 */
    name?: string
    /** 优惠范围 */
    scope?: 'GLOBAL' | 'SINGLE'
    /** 优惠类型 */
    type?: 'CASH' | 'NOCASH'
    /** 优惠券面额: Discount enjoyed, in fen */
    amount: number
    /** 活动ID */
    stock_id?: string
    /** 微信出资: In fen */
    wechatpay_contribute?: number
    /** 商户出资: In fen */
    merchant_contribute?: number
    /** 其他出资: In fen */
    other_contribute?: number
    /** 优惠币种 */
    currency?: string
    /** 单品列表 */
    goods_detail?: Array<{
      /** 商品编码 */
      goods_id: string
      /** 商品数量: How many */
      quantity: number
      /** 商品单价: In fen */
      unit_price: number
      /** 商品优惠金额: In fen */
      discount_amount: number
      /** 商品备注 */
      goods_remark?: string
    }>
  }>
}

/**
 * 停车入场状态变更通知. The usability of an open stay has changed. Keep the latest by `state_update_time`: notices may
 * overtake each other. Official pages: merchant 4012284177, partner 4012085798.
 */
export interface EntranceStateChangeNotice extends NoticeEnvelope {
  /** Which notice it is. Notices of several products can have one event type. */
  kind: 'parking.entranceStateChange'
  event_type: 'VEHICLE.ENTRANCE_STATE_CHANGE'
  resource: EntranceStateChange
}

/** An entry as it was made, with how it stands now. */
export interface EntranceStateChange {
  /** 商户号 */
  sp_mchid: string
  /** 子商户号 */
  sub_mchid?: string
  /** 停车入场ID */
  parking_id: string
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
  /** 停车入场状态 */
  parking_state: 'NORMAL' | 'BLOCKED'
  /** 不可用状态描述: Only with BLOCKED */
  blocked_state_description?: 'PAUSE' | 'OVERDUE' | 'REMOVE'
  /** 状态变更时间: With milliseconds */
  state_update_time: string
}

/**
 * 订单支付结果通知. A deduction succeeded or failed, or the user repaid what the platform had advanced. Compare
 * `out_trade_no` and `amount.total`, in fen, with your own order. Official pages: merchant 4012284311, partner
 * 4012086059.
 */
export interface TransactionNotice extends NoticeEnvelope {
  /** Which notice it is. Notices of several products can have one event type. */
  kind: 'parking.transactionResult'
  event_type: 'TRANSACTION.SUCCESS' | 'TRANSACTION.FAIL' | 'TRANSACTION.PAY_BACK'
  resource: NoticedTransaction
}

/** The order as `queryTransaction` gives it, with the same names; the notice may leave out the payer. */
export interface NoticedTransaction {
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
  payer?: {
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
    /** 优惠批次ID */
    stock_id?: string
  }>
}

/**
 * 退款结果通知. A refund has arrived, could not be paid out, or was given up. Its state is `refund_status` here and
 * `status` in the calls. On `REFUND.ABNORMAL` the user has no account that takes the money: call
 * `createAbnormalRefund`. Official pages: merchant 4013071196, partner 4013080628.
 */
export interface RefundNotice extends NoticeEnvelope {
  /** Which notice it is. Notices of several products can have one event type. */
  kind: 'refunds.refundResult'
  event_type: 'REFUND.SUCCESS' | 'REFUND.ABNORMAL' | 'REFUND.CLOSED'
  resource: RefundResult
}

/** A refund as its notice reports it. */
export interface RefundResult {
  /** 直连商户号: Merchant mode */
  mchid?: string
  /** 服务商商户号: Partner mode */
  sp_mchid?: string
  /** 子商户号: Partner mode */
  sub_mchid?: string
  /** 商户订单号 */
  out_trade_no: string
  /** 微信支付订单号 */
  transaction_id: string
  /** 商户退款单号: Digits, letters, _, -, |, * and @; unique within your merchant number */
  out_refund_no: string
  /** 微信支付退款单号 */
  refund_id: string
  /** 退款状态 */
  refund_status: 'SUCCESS' | 'CLOSED' | 'ABNORMAL'
  /** 退款成功时间: Only with SUCCESS */
  success_time?: string
  /** 退款入账账户 */
  user_received_account: string
  amount: {
    /** 订单金额: In fen */
    total: number
    /** 退款金额: In fen */
    refund: number
    /** 用户支付金额: In fen */
    payer_total: number
    /** 用户退款金额: In fen */
    payer_refund: number
  }
}

/** 签名验签测试通知. The second half of `securityEcho` with a `notify_url`. Official pages: partner 4019605946. */
export interface SecurityEchoNotice extends NoticeEnvelope {
  /** Which notice it is. Notices of several products can have one event type. */
  kind: 'security.securityEchoResult'
  event_type: 'SECURITY_ECHO.SUCCESS'
  resource: SecurityEchoResult
}

/** The message of the call, in the clear and encrypted. */
export interface SecurityEchoResult {
  /** 回显信息: Any text; as long as one encrypted field can be */
  echo_message: string
  /** 加密的回显信息: RSAES-OAEP with SHA-1, Base64 */
  encrypted_echo_message?: string
}
