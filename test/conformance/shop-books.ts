import assert from 'node:assert/strict'
import { fen, type ReadBill } from '../bills.ts'

// What a shop has written down itself of a day, and whether bills agree with it.

/** What the shop has written down itself: an order that was paid. */
export interface Sold {
  out_trade_no: string
  transaction_id: string
  trade_type: string
  total: number
  /** What the payer had to pay less by a coupon of the merchant. */
  discount: number
}

/** A refund that was accepted. */
export interface GivenBack extends Sold {
  out_refund_no: string
  refund_id: string
  refund: number
  /** What of it comes from the merchant's money. */
  settlement: number
}

/** The trade bill has exactly what the shop has written down, and its sums are those. Answers the fees, in 0.00001 yuan. */
export function agreesWithTrades(
  { rows, summary }: ReadBill,
  sold: readonly Sold[],
  givenBack: readonly GivenBack[],
): { fees: number } {
  assert.deepEqual(
    cellsOf(rows, '交易状态', 'SUCCESS', [
      '商户订单号',
      '微信订单号',
      '交易类型',
      '订单金额',
      '应结订单金额',
    ]),
    linesOf(
      sold.map(({ out_trade_no, transaction_id, trade_type, total, discount }) => [
        ...[out_trade_no, transaction_id, trade_type, yuan(total), yuan(total - discount)],
      ]),
    ),
  )
  assert.deepEqual(
    cellsOf(rows, '交易状态', 'REFUND', [
      ...['商户订单号', '微信订单号', '交易类型', '商户退款单号', '微信退款单号', '退款状态'],
      ...['申请退款金额', '退款金额'],
    ]),
    linesOf(
      givenBack.map(({ out_trade_no, transaction_id, trade_type, ...back }) => [
        ...[out_trade_no, transaction_id, trade_type, back.out_refund_no, back.refund_id, 'SUCCESS'],
        ...[yuan(back.refund), yuan(back.settlement)],
      ]),
    ),
  )
  assert.equal(Number(summary.总交易单数), sold.length + givenBack.length)
  assert.deepEqual(
    ['订单总金额', '应结订单总金额', '申请退款总金额', '退款总金额'].map(name => fen(summary[name])),
    [
      sum(sold, ({ total }) => total),
      sum(sold, ({ total, discount }) => total - discount),
      sum(givenBack, ({ refund }) => refund),
      sum(givenBack, ({ settlement }) => settlement),
    ],
  )
  const fees = sum(rows, row => fee(row.手续费))
  assert.equal(fee(summary.手续费总金额), fees)
  return { fees }
}

/** The bill of the merchant's account has what was received and given back, and leaves what the trade bill says. */
export function agreesWithFundFlows(
  { rows, summary }: ReadBill,
  sold: readonly Sold[],
  givenBack: readonly GivenBack[],
  fees: number,
): void {
  assert.deepEqual(
    cellsOf(rows, '业务类型', '交易', ['业务凭证号', '微信支付业务单号', '收支类型', '收支金额(元)']),
    linesOf(
      sold.map(({ out_trade_no, transaction_id, total, discount }) => [
        ...[out_trade_no, transaction_id, '收入', yuan(total - discount)],
      ]),
    ),
  )
  assert.deepEqual(
    cellsOf(rows, '业务类型', '退款', ['业务凭证号', '微信支付业务单号', '资金流水单号', '收支类型']),
    linesOf(
      givenBack.map(({ out_refund_no, refund_id, transaction_id }) => [
        ...[out_refund_no, refund_id, transaction_id, '支出'],
      ]),
    ),
  )
  const left =
    sum(sold, ({ total, discount }) => total - discount) - sum(givenBack, ({ settlement }) => settlement)
  assert.equal(fen(summary.收入金额) - fen(summary.支出金额), left - Math.round(fees / 1_000))
}

/** The cells of these columns in the rows that have a value in one of them. */
function cellsOf(
  rows: ReadBill['rows'],
  column: string,
  value: string,
  columns: readonly string[],
): string[] {
  return linesOf(rows.filter(row => row[column] === value).map(row => columns.map(name => row[name] ?? '')))
}

function linesOf(cells: readonly (readonly string[])[]): string[] {
  return cells.map(line => line.join(' ')).sort()
}

function sum<Row>(rows: readonly Row[], amountOf: (row: Row) => number): number {
  return rows.reduce((all, row) => all + amountOf(row), 0)
}

function yuan(amount: number): string {
  return (amount / 100).toFixed(2)
}

/** Fees are written with five places behind the point. */
function fee(text: string | undefined): number {
  return Math.round(Number(text) * 100_000)
}
