import type { PaymentRow, RefundRow, TradeBillRow } from './trade-bill.ts'

/** What you have on record of a payment, under the names of the bill. What you leave out is not compared. */
export type OwnPayment = Pick<PaymentRow, 'out_trade_no' | 'total'> &
  Partial<Omit<PaymentRow, 'trade_state'>> & { out_refund_no?: undefined }

/** What you have on record of a refund, likewise; `out_refund_no` tells it from a payment. `refund` is what was asked for. */
export type OwnRefund = Pick<RefundRow, 'out_refund_no' | 'refund'> & Partial<Omit<RefundRow, 'trade_state'>>

/** Something that is not even between your records and a trade bill. */
export type TradeFinding<Own> =
  /** You have it, and the bill has not. */
  | { kind: 'missing'; own: Own }
  /** The bill has it, and you have not; also a row that comes twice. */
  | { kind: 'extra'; row: TradeBillRow }
  /** Both have it, and these fields differ. */
  | { kind: 'different'; own: Own; row: TradeBillRow; fields: string[] }

/**
 * Compares a trade bill of type `ALL` with your own payments that succeeded and refunds that were accepted on its day. Times
 * are compared by the second, whatever their offset.
 * Nothing is found when all is even.
 *
 * Holds your records in memory, and of the bill one row at a time. The findings count when the loop has ended: it throws
 * what reading the bill throws, and a `TypeError` when your records have a number twice.
 */
export async function* reconcileTradeBill<Own extends OwnPayment | OwnRefund>(
  rows: AsyncIterable<TradeBillRow> | Iterable<TradeBillRow>,
  own: AsyncIterable<Own> | Iterable<Own>,
): AsyncGenerator<TradeFinding<Own>> {
  const open = new Map<string, Own>()
  for await (const record of own) {
    const key = keyOf(record)
    if (open.has(key)) throw new TypeError(`Your records have the ${key} twice`)
    open.set(key, record)
  }
  for await (const row of rows) {
    const key = keyOf(row.trade_state === 'SUCCESS' ? { out_trade_no: row.out_trade_no } : row)
    const record = open.get(key)
    open.delete(key)
    const fields = record ? differences(record, row) : []
    if (!record) yield { kind: 'extra', row }
    else if (fields.length > 0) yield { kind: 'different', own: record, row, fields }
  }
  for (const record of open.values()) yield { kind: 'missing', own: record }
}

/** A database may give null for what is not there. */
function keyOf({
  out_trade_no,
  out_refund_no,
}: {
  out_trade_no?: string
  out_refund_no?: string | null
}): string {
  return (out_refund_no ?? undefined) === undefined ? `payment ${out_trade_no}` : `refund ${out_refund_no}`
}

/** The fields that both have and that differ. */
function differences(own: object, row: object): string[] {
  const billed = new Map<string, unknown>(Object.entries(row))
  const both = Object.entries(own).filter(
    ([name, value]) => (value ?? undefined) !== undefined && billed.get(name) !== undefined,
  )
  return both.filter(([name, value]) => !isSame(name, value, billed.get(name))).map(([name]) => name)
}

/** Times are the same when they are of the same second, however they are written; bills know no parts of a second. */
function isSame(name: string, own: unknown, billed: unknown): boolean {
  if (own === billed) return true
  if (!name.endsWith('_time') || typeof own !== 'string' || typeof billed !== 'string') return false
  return Math.floor(Date.parse(own) / 1000) === Math.floor(Date.parse(billed) / 1000)
}
