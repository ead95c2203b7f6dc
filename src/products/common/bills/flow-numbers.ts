import { orderOf } from '../../../orders/orders.ts'
import type { Statements } from '../../../store/database.ts'
import type { Flow, FlowNumbers } from './fund-flow-rows.ts'

/** Numbers that one statement looks up. Always as many, so that its text is prepared once. */
const NUMBERS_AT_ONCE = 250

/** Looks up the numbers of orders and refunds that the ledger does not know; empty where there is none. */
export async function numbersOf(
  db: Statements,
  flows: readonly Flow[],
): Promise<(flow: Flow) => FlowNumbers> {
  const orders = new Map<string, string>()
  const refunds = new Map<string, string>()
  for (const [mchid, its] of Map.groupBy(flows, flow => orderOf(flow.subject)?.mchid)) {
    if (mchid === undefined) continue
    const orderNos = its.map(flow => orderOf(flow.subject)?.out_trade_no ?? '')
    const refundNos = its.map(flow => flow.out_refund_no).filter(number => number !== '')
    await lookUp(db, TRANSACTION_IDS, mchid, orderNos, orders)
    await lookUp(db, REFUND_IDS, mchid, refundNos, refunds)
  }
  return ({ subject, out_refund_no }) => {
    const order = orderOf(subject)
    return {
      transaction_id: orders.get(`${order?.mchid}/${order?.out_trade_no}`) ?? '',
      refund_id: refunds.get(`${order?.mchid}/${out_refund_no}`) ?? '',
    }
  }
}

const PLACES = Array.from({ length: NUMBERS_AT_ONCE }, (_, index) => `$${index + 2}`).join(', ')
const TRANSACTION_IDS = `SELECT out_trade_no AS number, transaction_id AS id FROM orders
                          WHERE mchid = $1 AND out_trade_no IN (${PLACES})`
const REFUND_IDS = `SELECT out_refund_no AS number, refund_id AS id FROM refunds
                     WHERE mchid = $1 AND out_refund_no IN (${PLACES})`

async function lookUp(
  db: Statements,
  sql: string,
  mchid: string,
  numbers: readonly string[],
  found: Map<string, string>,
): Promise<void> {
  const different = [...new Set(numbers)]
  for (let start = 0; start < different.length; start += NUMBERS_AT_ONCE) {
    const some = different.slice(start, start + NUMBERS_AT_ONCE)
    // No number is empty.
    const filled = Array.from({ length: NUMBERS_AT_ONCE }, (_, index) => some[index] ?? '')
    const rows = await db.all<{ number: string; id: string | null }>(sql, mchid, ...filled)
    for (const { number, id } of rows) found.set(`${mchid}/${number}`, id ?? '')
  }
}
