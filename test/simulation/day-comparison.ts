import type { Account } from './accountant.ts'
import { fenOf, type ReadBill, sumOfColumn } from './bill-reader.ts'
import type { AcceptedRefund, DayBooks, Flow } from './day-books.ts'

type Row = Record<string, string>

/** Holds a trade bill against the orders, the refunds, the notices and the ledger of its day. */
export function compareTradeBill(
  bill: ReadBill,
  books: DayBooks,
  of: { mchid: string; sub_mchid?: string | undefined },
): string[] {
  const isOurs = (one: { mchid: string; sub_mchid: string }) =>
    one.mchid === of.mchid && (of.sub_mchid === undefined || one.sub_mchid === of.sub_mchid)
  const payments = books.payments.filter(isOurs)
  const refunds = books.refunds.filter(isOurs)
  const isPayment = (row: Row) => row.交易状态 === 'SUCCESS'
  const rows = { payments: bill.rows.filter(isPayment), refunds: bill.rows.filter(row => !isPayment(row)) }
  const found = [
    ...differences(
      'payments',
      rows.payments.map(row =>
        line(
          row.商户订单号,
          row.微信订单号,
          fen(row.应结订单金额),
          fen(row.订单金额),
          fen(row.手续费),
          row.特约商户号,
          row.交易类型,
        ),
      ),
      payments.map(order =>
        line(
          order.out_trade_no,
          order.transaction_id,
          order.settlement_total,
          order.total,
          order.fee,
          order.sub_mchid || '0',
          order.trade_type,
        ),
      ),
    ),
    ...differences(
      'refunds',
      rows.refunds.map(row =>
        line(
          row.商户退款单号,
          row.微信退款单号,
          fen(row.退款金额),
          fen(row.申请退款金额),
          fen(row.手续费),
          row.退款状态,
          row.交易类型,
        ),
      ),
      refunds.map(refund =>
        line(
          ...[refund.out_refund_no, refund.refund_id, refund.settlement_refund, refund.refund],
          ...[-refund.refund_fee, statusOf(refund, books.snapshot), refund.trade_type],
        ),
      ),
    ),
    ...differences(
      'payments with a notice',
      rows.payments.map(row => `${of.mchid}/${row.商户订单号}`),
      payments
        .map(order => `${order.mchid}/${order.out_trade_no}`)
        .filter(key => books.noticedPayments.has(key)),
    ),
    ...differences(
      'arrived refunds with a notice',
      refunds
        .filter(
          ({ notify_url, out_refund_no }) =>
            notify_url && books.noticedRefunds.has(`${of.mchid}/${out_refund_no}`),
        )
        .map(({ out_refund_no }) => out_refund_no),
      rows.refunds
        .filter(row => row.退款状态 === 'SUCCESS')
        .map(row => row.商户退款单号 ?? '')
        .filter(number =>
          refunds.some(({ out_refund_no, notify_url }) => out_refund_no === number && notify_url),
        ),
    ),
    ...differences('times', unordered(bill.rows, '交易时间', books), []),
    ...differences(
      'summary',
      [summaryOf(bill.summary)],
      [
        line(
          ...[
            bill.rows.length,
            sumOfColumn(rows.payments, '应结订单金额'),
            sumOfColumn(rows.refunds, '退款金额'),
          ],
          ...[
            sumOfColumn(bill.rows, '手续费'),
            sumOfColumn(bill.rows, '订单金额'),
            sumOfColumn(bill.rows, '申请退款金额'),
          ],
        ),
      ],
    ),
  ]
  const payee = of.sub_mchid ?? of.mchid
  const flows = books.flowsOf(payee, 'BASIC')
  if (payments.some(({ sub_mchid }) => (sub_mchid || of.mchid) !== payee)) return found
  // What the trade bill says that was earned is what the ledger has booked.
  const billed = [sumOfColumn(rows.payments, '应结订单金额'), -sumOfColumn(rows.payments, '手续费')]
  const booked = [sumOf(flows, '交易'), sumOf(flows, '扣除交易手续费')]
  return [...found, ...differences('income and fees in the ledger', billed.map(String), booked.map(String))]
}

/** Holds a fund flow bill against the ledger of its day. */
export function compareFundFlow(
  bill: ReadBill,
  books: DayBooks,
  of: { mchid: string; account_type?: Account | undefined },
): string[] {
  const account = of.account_type ?? 'BASIC'
  const flows = books.flowsOf(of.mchid, account)
  const isNumbered = account !== 'FEES'
  const amounts = bill.rows.map(amountOf)
  const found = [
    ...differences(
      'flows',
      bill.rows.map((row, index) =>
        line(typeOf(account, row), amounts[index], isNumbered && numbered(row.业务类型, row.业务凭证号)),
      ),
      flows.map(({ type, amount, number }) =>
        line(account === 'FEES' ? 'fee' : type, amount, isNumbered && numbered(type, number)),
      ),
    ),
    ...differences('times', unordered(bill.rows, '记账时间', books), []),
    ...differences('summary', [Object.values(bill.summary).join(' ')], [summaryOfFlows(amounts)]),
  ]
  const closing = books.balanceOf(of.mchid, account)
  let balance = closing - amounts.reduce((sum, amount) => sum + amount, 0)
  for (const [index, row] of bill.rows.entries()) {
    balance += amounts[index] ?? 0
    if (fenOf(row['账户结余(元)']) !== balance)
      found.push(`the balance after row ${index + 1} is ${balance}, and the bill says ${row['账户结余(元)']}`)
  }
  return found
}

function statusOf({ success_time, closed_time, abnormal_time }: AcceptedRefund, snapshot: number): string {
  const isBefore = (time: number | null) => time !== null && time <= snapshot
  if (isBefore(success_time)) return 'SUCCESS'
  if (isBefore(closed_time)) return 'FAIL'
  return isBefore(abnormal_time) ? 'CHANGE' : 'PROCESSING'
}

function amountOf(row: Row): number {
  const amount = fenOf(row['收支金额(元)'])
  return row.收支类型 === '收入' ? amount : -amount
}

function typeOf(account: Account, row: Row): string | undefined {
  return account === 'FEES' ? 'fee' : row.业务类型
}

/** Orders and refunds have the merchant's numbers in the bill. */
function numbered(type: string | undefined, number: string | undefined): string {
  return type === '充值' || type === '提现' ? '' : (number ?? '')
}

function sumOf(flows: readonly Flow[], type: Flow['type']): number {
  return flows.filter(flow => flow.type === type).reduce((sum, { amount }) => sum + amount, 0)
}

function summaryOf(summary: Row): string {
  return line(
    ...[Number(summary.总交易单数), fen(summary.应结订单总金额), fen(summary.退款总金额)],
    ...[fen(summary.手续费总金额), fen(summary.订单总金额), fen(summary.申请退款总金额)],
  )
}

function summaryOfFlows(amounts: readonly number[]): string {
  const [incoming, outgoing] = [amounts.filter(amount => amount > 0), amounts.filter(amount => amount < 0)]
  const yuan = (list: readonly number[]) =>
    (Math.abs(list.reduce((sum, amount) => sum + amount, 0)) / 100).toFixed(2)
  return line(amounts.length, incoming.length, yuan(incoming), outgoing.length, yuan(outgoing))
}

/** Rows that are not of the day, or not in the order of their times. */
function unordered(rows: readonly Row[], column: string, { begin, end }: DayBooks): string[] {
  const times = rows.map(row => Date.parse(`${row[column]?.replace(' ', 'T')}+08:00`))
  return times
    .filter((time, index) => !(time >= begin && time < end && time >= (times[index - 1] ?? begin)))
    .map(time => new Date(time).toISOString())
}

function fen(text: string | undefined): number {
  return fenOf(text)
}

function line(...values: unknown[]): string {
  return values.join(' ')
}

function differences(what: string, billed: readonly string[], booked: readonly string[]): string[] {
  const missing = rest(booked, billed)
  const surplus = rest(billed, booked)
  return missing.length + surplus.length === 0
    ? []
    : [`${what}: the bill lacks [${missing.join(', ')}] and has [${surplus.join(', ')}] instead`]
}

/** Those of the list that the other one does not have, as often as it lacks them. */
function rest(list: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const other of others) left.set(other, (left.get(other) ?? 0) + 1)
  return list.filter(one => {
    const count = left.get(one) ?? 0
    left.set(one, count - 1)
    return count <= 0
  })
}
