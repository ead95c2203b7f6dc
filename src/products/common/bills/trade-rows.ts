import { billTime, escaped, feeYuan, percent, yuan } from './bill-file.ts'
import type { BillType } from './contract.ts'

/** What rows of payments and refunds repeat of an order. Names are those of the tables, amounts are fen. */
interface OfOrder {
  /** When it was paid, or its refund accepted: business time in milliseconds, like the others. */
  time: number
  appid: string
  /** The merchant number that called, and in partner mode the sub-merchant. */
  mchid: string
  sub_mchid: string
  transaction_id: string
  out_trade_no: string
  openid: string
  trade_type: string
  bank_type: string
  currency: string
  description: string
  attach: string
  fee_rate: number
  /** JSON; empty when no coupon was used. */
  promotion_detail: string
}

/** An order that was paid. */
export interface BilledPayment extends OfOrder {
  refund_id: null
  total: number
  settlement_total: number
  fee: number
}

/** A refund that was accepted. */
export interface BilledRefund extends OfOrder {
  refund_id: string
  out_refund_no: string
  refund: number
  settlement_refund: number
  refund_fee: number
  channel: string
  success_time: number | null
  abnormal_time: number | null
  closed_time: number | null
}

/** What the summary adds up, in fen. */
export interface Totals {
  rows: number
  total: number
  settlement_total: number
  refund: number
  settlement_refund: number
  coupon_refund: number
  fee: number
}

export const NO_TOTALS: Readonly<Totals> = {
  rows: 0,
  total: 0,
  settlement_total: 0,
  refund: 0,
  settlement_refund: 0,
  coupon_refund: 0,
  fee: 0,
}

const COMMON =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额'
const REFUND_TIMES = '退款申请时间,退款成功时间'
const REFUND = '微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态'
const GOODS = '商品名称,商户数据包,手续费,费率,订单金额'

/** The header of each type. */
export const COLUMNS: Readonly<Record<BillType, readonly string[]>> = {
  ALL: `${COMMON},${REFUND},${GOODS},申请退款金额,费率备注`.split(','),
  SUCCESS: `${COMMON},${GOODS},费率备注`.split(','),
  REFUND: `${COMMON},${REFUND_TIMES},${REFUND},${GOODS},申请退款金额,费率备注`.split(','),
}

const SUMMARY = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'

/** The header of each type's summary. */
export const SUMMARY_COLUMNS: Readonly<Record<BillType, readonly string[]>> = {
  ALL: SUMMARY.split(','),
  SUCCESS: '总交易单数,应结订单总金额,手续费总金额,订单总金额'.split(','),
  REFUND: SUMMARY.split(','),
}

/** The row of a payment, of which REFUND has none. */
export function paymentRow(payment: BilledPayment, type: BillType): string[] {
  const { total, settlement_total, fee } = payment
  const common = commonCells(payment, 'SUCCESS', settlement_total, cashOf(payment.promotion_detail, 'amount'))
  const goods = goodsCells(payment, fee, total)
  if (type === 'SUCCESS') return [...common, ...goods, '']
  return [...common, '0', '0', '0.00', '0.00', '', '', ...goods, '0.00', '']
}

/** The row of a refund as it was at `snapshot`; SUCCESS has none. */
export function refundRow(refund: BilledRefund, type: BillType, snapshot: number): string[] {
  const { refund_id, out_refund_no, success_time } = refund
  const status = statusAt(refund, snapshot)
  const arrived = status === 'SUCCESS'
  const cells = commonCells(refund, 'REFUND', 0, 0)
  if (type === 'REFUND')
    cells.push(billTime(refund.time), arrived && success_time !== null ? billTime(success_time) : '')
  cells.push(
    refund_id,
    out_refund_no,
    yuan(refund.settlement_refund),
    yuan(cashOf(refund.promotion_detail, 'refund_amount')),
    // Where it arrives in the end is not known before.
    arrived ? refund.channel : 'ORIGINAL',
    status,
    ...goodsCells(refund, -refund.refund_fee, 0),
    yuan(refund.refund),
    '',
  )
  return cells
}

/** Adds a row to the totals. */
export function addTo(totals: Totals, row: BilledPayment | BilledRefund): void {
  totals.rows += 1
  if (row.refund_id === null) {
    totals.total += row.total
    totals.settlement_total += row.settlement_total
    totals.fee += row.fee
  } else {
    totals.refund += row.refund
    totals.settlement_refund += row.settlement_refund
    totals.coupon_refund += cashOf(row.promotion_detail, 'refund_amount')
    totals.fee -= row.refund_fee
  }
}

/** The row of the summary. */
export function summaryRow(totals: Totals, type: BillType): string[] {
  const { rows, total, settlement_total, refund, settlement_refund, coupon_refund, fee } = totals
  if (type === 'SUCCESS') return [String(rows), yuan(settlement_total), feeYuan(fee), yuan(total)]
  return [
    String(rows),
    yuan(settlement_total),
    yuan(settlement_refund),
    yuan(coupon_refund),
    feeYuan(fee),
    yuan(total),
    yuan(refund),
  ]
}

function commonCells(
  order: OfOrder,
  state: 'SUCCESS' | 'REFUND',
  settlementTotal: number,
  coupons: number,
): string[] {
  return [
    billTime(order.time),
    order.appid,
    order.mchid,
    order.sub_mchid || '0',
    '',
    order.transaction_id,
    order.out_trade_no,
    order.openid,
    order.trade_type,
    state,
    order.bank_type,
    order.currency,
    yuan(settlementTotal),
    yuan(coupons),
  ]
}

function goodsCells({ description, attach, fee_rate }: OfOrder, fee: number, total: number): string[] {
  return [escaped(description), escaped(attach), feeYuan(fee), percent(fee_rate), yuan(total)]
}

/** A refund's own words in bills: `CHANGE` needs somebody to settle it, `FAIL` was given up. */
function statusAt(
  { success_time, abnormal_time, closed_time }: BilledRefund,
  instant: number,
): 'SUCCESS' | 'FAIL' | 'CHANGE' | 'PROCESSING' {
  const hasCome = (time: number | null) => time !== null && time <= instant
  if (hasCome(success_time)) return 'SUCCESS'
  if (hasCome(closed_time)) return 'FAIL'
  return hasCome(abnormal_time) ? 'CHANGE' : 'PROCESSING'
}

/** What coupons that were paid for beforehand are worth, in fen; the others have made the order's settlement less. */
function cashOf(promotionDetail: string, amount: 'amount' | 'refund_amount'): number {
  if (promotionDetail === '') return 0
  const promotions = JSON.parse(promotionDetail) as { type: string; amount: number; refund_amount: number }[]
  return promotions.reduce((sum, one) => (one.type === 'CASH' ? sum + one[amount] : sum), 0)
}
