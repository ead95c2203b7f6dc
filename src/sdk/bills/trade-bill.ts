import type { Cells } from './bill-cells.ts'
import type { Layout } from './bill-reader.ts'

/** A row of a trade bill (交易账单). `trade_state` tells a payment from a refund. Amounts are fen. */
export type TradeBillRow = PaymentRow | RefundRow

/** What both kinds of rows have. A refund repeats what its order says. */
interface TradeRow {
  /** 公众账号ID */
  appid: string
  /** 商户号: who called. */
  mchid: string
  /** 特约商户号; `undefined` for a direct merchant, where the file has 0. */
  sub_mchid: string | undefined
  /** 设备号; mostly empty. */
  device_info: string
  /** 微信订单号 */
  transaction_id: string
  /** 商户订单号 */
  out_trade_no: string
  /** 用户标识 */
  openid: string
  /** 交易类型; such as `PAP` for automatic deductions. */
  trade_type: string
  /** 付款银行 */
  bank_type: string
  /** 货币种类 */
  currency: string
  /** 商品名称 */
  description: string
  /** 商户数据包 */
  attach: string
  /** 手续费: what the payment costs, or below zero what a refund gives back. Whole fen, unless the file itself has fractions of one. */
  fee: number
  /** 费率, such as `0.60%`. */
  fee_rate: string
  /** 费率备注; mostly empty. */
  fee_note: string
}

/** A payment that succeeded on this day. */
export interface PaymentRow extends TradeRow {
  trade_state: 'SUCCESS'
  /** 交易时间, as the order has it; RFC 3339. */
  success_time: string | undefined
  /** 订单金额 */
  total: number
  /** 应结订单金额: `total` less the coupons that were not paid for beforehand. `undefined` in an old layout. */
  settlement_total: number | undefined
  /** 代金券金额. `undefined` in an old layout. */
  coupon_total: number | undefined
}

/** A refund that was accepted on this day, as it was when the bill was made; it is never updated. */
export interface RefundRow extends TradeRow {
  trade_state: 'REFUND' | 'REVOKED'
  /** 退款申请时间 or 交易时间: when it was accepted; RFC 3339. */
  create_time: string | undefined
  /** 退款成功时间; only in a bill of type `REFUND`. */
  success_time: string | undefined
  /** 微信退款单号 */
  refund_id: string
  /** 商户退款单号 */
  out_refund_no: string
  /** 申请退款金额 */
  refund: number
  /** 退款金额: `refund` less the coupons that were not paid for beforehand. */
  settlement_refund: number
  /** 充值券退款金额 */
  coupon_refund: number
  /** 退款类型, such as `ORIGINAL`. */
  channel: string
  /** 退款状态: `CHANGE` is a refund that has become abnormal. */
  refund_status: 'SUCCESS' | 'PROCESSING' | 'FAIL' | 'CHANGE'
}

/** The sums of a trade bill, in fen. What a bill of payments only has no column for is 0. */
export interface TradeBillSummary {
  /** 总交易单数: rows. */
  count: number
  /** 应结订单总金额; `undefined` in an old layout. */
  settlement_total: number | undefined
  /** 退款总金额 */
  settlement_refund: number
  /** 充值券退款总金额 */
  coupon_refund: number
  /** 手续费总金额: of the payments less those of the refunds. */
  fee: number
  /** 订单总金额 */
  total: number
  /** 申请退款总金额 */
  refund: number
}

/** Bills of the types `ALL`, `SUCCESS` and `REFUND`. */
export const tradeBill: Layout<TradeBillRow, TradeBillSummary> = {
  row(cells) {
    const trade_state = cells.text('交易状态')
    return trade_state === 'SUCCESS'
      ? paymentRow(cells, trade_state)
      : refundRow(cells, trade_state as RefundRow['trade_state'])
  },
  summary: cells => ({
    count: cells.count('总交易单数'),
    settlement_total: cells.has('应结订单总金额') ? cells.fen('应结订单总金额') : undefined,
    settlement_refund: cells.has('退款总金额') ? cells.fen('退款总金额') : 0,
    coupon_refund: cells.has('充值券退款总金额') ? cells.fen('充值券退款总金额') : 0,
    fee: cells.fee('手续费总金额'),
    total: cells.fen('订单总金额'),
    refund: cells.has('申请退款总金额') ? cells.fen('申请退款总金额') : 0,
  }),
  nothing: () => ({
    count: 0,
    settlement_total: 0,
    settlement_refund: 0,
    coupon_refund: 0,
    fee: 0,
    total: 0,
    refund: 0,
  }),
  add(sums, row) {
    sums.count += 1
    // A thousandth of a fen is the last place of the file.
    sums.fee = Math.round((sums.fee + row.fee) * 1_000) / 1_000
    if (row.trade_state === 'SUCCESS') {
      sums.total += row.total
      sums.settlement_total = (sums.settlement_total ?? 0) + (row.settlement_total ?? 0)
    } else {
      sums.refund += row.refund
      sums.settlement_refund += row.settlement_refund
      sums.coupon_refund += row.coupon_refund
    }
  },
}

function paymentRow(cells: Cells, trade_state: 'SUCCESS'): PaymentRow {
  return {
    ...tradeRow(cells),
    trade_state,
    success_time: cells.time('交易时间'),
    total: cells.fen('订单金额'),
    settlement_total: cells.has('应结订单金额') ? cells.fen('应结订单金额') : undefined,
    coupon_total: cells.has('代金券金额') ? cells.fen('代金券金额') : undefined,
  }
}

function refundRow(cells: Cells, trade_state: RefundRow['trade_state']): RefundRow {
  const isRefundBill = cells.has('退款申请时间')
  return {
    ...tradeRow(cells),
    trade_state,
    create_time: cells.time(isRefundBill ? '退款申请时间' : '交易时间'),
    success_time: isRefundBill ? cells.time('退款成功时间') : undefined,
    refund_id: cells.text('微信退款单号'),
    out_refund_no: cells.merchantText('商户退款单号'),
    refund: cells.fen('申请退款金额'),
    settlement_refund: cells.fen('退款金额'),
    coupon_refund: cells.fen('充值券退款金额'),
    channel: cells.text('退款类型'),
    refund_status: cells.text('退款状态') as RefundRow['refund_status'],
  }
}

function tradeRow(cells: Cells): TradeRow {
  const sub_mchid = cells.text('特约商户号')
  return {
    appid: cells.text('公众账号ID'),
    mchid: cells.text('商户号'),
    sub_mchid: sub_mchid === '0' ? undefined : sub_mchid,
    device_info: cells.text('设备号'),
    transaction_id: cells.text('微信订单号'),
    out_trade_no: cells.merchantText('商户订单号'),
    openid: cells.text('用户标识'),
    trade_type: cells.text('交易类型'),
    bank_type: cells.text('付款银行'),
    currency: cells.text('货币种类'),
    description: cells.merchantText('商品名称'),
    attach: cells.merchantText('商户数据包'),
    fee: cells.fee('手续费'),
    fee_rate: cells.text('费率'),
    fee_note: cells.text('费率备注'),
  }
}
