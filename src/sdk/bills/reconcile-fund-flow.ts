import type { FundFlowRow } from './fund-flow-bill.ts'
import type { TradeBillRow } from './trade-bill.ts'

/** What a row of a trade bill does to the account: the money of a payment, its fee, or a refund less its part of the fee. */
export type FundFlowPart = 'settlement' | 'fee' | 'refund'

/** Something that is not even between a trade bill and fund flow bills. Amounts are fen. */
export type FundFlowFinding =
  /** The trade bill asks for it, and no account shows it. */
  | { kind: 'missing'; part: FundFlowPart; row: TradeBillRow; amount: number }
  /** An account shows it, and the trade bill does not ask for it, or not that much more. */
  | { kind: 'extra'; part: FundFlowPart; flow: FundFlowRow }
  /** The account shows another amount. */
  | { kind: 'different'; part: FundFlowPart; row: TradeBillRow; amount: number; booked: number }

interface Expected {
  part: FundFlowPart
  row: TradeBillRow
  amount: number
  booked: number
}

/** 业务类型 of what a trade bill speaks of. Top-ups, withdrawals and the like have others. */
const PARTS: ReadonlyMap<string, FundFlowPart> = new Map([
  ['交易', 'settlement'],
  ['扣除交易手续费', 'fee'],
  ['退款', 'refund'],
])

/**
 * Compares a trade bill of type `ALL` with what your accounts show for its day: for each payment `settlement_total` in
 * and `fee` out, for each refund `settlement_refund` less its part of the fee out. Refunds may be paid from the operation
 * account, so give the rows of both bills, `BASIC` and `OPERATION`. Top-ups and withdrawals are passed over.
 *
 * A refund that has waited for funds is accepted on one day and booked on another: it is found `missing` on the first, as
 * `PROCESSING`, and `extra` on the second. One with `FAIL` has moved no money and is not looked for.
 *
 * Holds two small records for each row of the trade bill until its flow is met, and of the fund flow one row at a time.
 */
export async function* reconcileFundFlow(
  tradeRows: AsyncIterable<TradeBillRow> | Iterable<TradeBillRow>,
  flows: AsyncIterable<FundFlowRow> | Iterable<FundFlowRow>,
): AsyncGenerator<FundFlowFinding> {
  const open = new Map<string, Expected>()
  for await (const row of tradeRows) {
    for (const [id, expected] of expectedOf(row)) {
      const key = `${expected.part} ${id}`
      const known = open.get(key)
      // A row that comes twice asks for its money twice.
      if (known) known.amount += expected.amount
      else if (expected.amount !== 0) open.set(key, expected)
    }
  }
  for await (const flow of flows) {
    const part = PARTS.get(flow.business_type)
    if (!part) continue
    const key = `${part} ${flow.business_id}`
    const expected = open.get(key)
    if (!expected) {
      yield { kind: 'extra', part, flow }
      continue
    }
    expected.booked += flow.direction === (part === 'settlement' ? 'IN' : 'OUT') ? flow.amount : -flow.amount
    if (expected.booked === expected.amount) open.delete(key)
  }
  for (const { part, row, amount, booked } of open.values()) {
    yield booked === 0
      ? { kind: 'missing', part, row, amount }
      : { kind: 'different', part, row, amount, booked }
  }
}

function expectedOf(row: TradeBillRow): [id: string, expected: Expected][] {
  if (row.trade_state === 'SUCCESS') {
    const { transaction_id, settlement_total, total, fee } = row
    return [
      // An old layout has no coupons to take off.
      [transaction_id, { part: 'settlement', row, amount: settlement_total ?? total, booked: 0 }],
      [transaction_id, { part: 'fee', row, amount: fee, booked: 0 }],
    ]
  }
  if (row.refund_status === 'FAIL') return []
  const amount = row.settlement_refund + row.fee
  return [[row.refund_id, { part: 'refund', row, amount, booked: 0 }]]
}
