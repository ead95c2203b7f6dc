import type { Statements, Transaction } from '../store/database.ts'
import type { TradeState } from './order-state.ts'

/** An order as the table has it: empty text where an optional text was not sent. */
export interface Order {
  /** The merchant number that called. */
  mchid: string
  out_trade_no: string
  /** The name of the product that has made it. */
  product: string
  /** How notices and bills call the way of paying, such as `PAP`. */
  trade_type: string
  appid: string
  sub_mchid: string
  sub_appid: string
  description: string
  attach: string
  goods_tag: string
  notify_url: string
  profit_sharing: string
  /** Business time in milliseconds, like all times of an order. */
  create_time: number
  /** Until when it can be paid; null when nothing ends that. */
  time_expire: number | null
  transaction_id: string | null
  trade_state: TradeState
  success_time: number | null
  bank_type: string | null
  user_repaid: 'Y' | 'N' | null
  /** JSON that only the product understands. */
  scene: string
  /** Null, and the openids empty, until it is known who pays. */
  payer_id: string | null
  openid: string
  sub_openid: string
  /** Fen, like all amounts. */
  total: number
  currency: string
  payer_total: number | null
  discount_total: number | null
  /** JSON, or empty. */
  promotion_detail: string
  content_digest: string
  /** What the payee received before the fee, the fee, and its rate in hundredths of a percent; null until it is paid. */
  settlement_total: number | null
  fee: number | null
  fee_rate: number | null
  /** Refunds that were accepted and not closed: their sum, how many, and when the last one was accepted. */
  refund_total: number
  refund_count: number
  last_refund_time: number | null
}

/** What an order is found by. */
export type OrderKey = Pick<Order, 'mchid' | 'out_trade_no'>

/** What an order's money is booked under. */
export function orderSubject({ mchid, out_trade_no }: Pick<Order, 'mchid' | 'out_trade_no'>): string {
  return `order/${mchid}/${out_trade_no}`
}

/** The order behind a subject of the ledger; `undefined` when the subject is no order's. */
export function orderOf(subject: string): Pick<Order, 'mchid' | 'out_trade_no'> | undefined {
  const [kind, mchid, out_trade_no] = subject.split('/')
  return kind === 'order' && mchid && out_trade_no ? { mchid, out_trade_no } : undefined
}

/** The order under a merchant's number, whatever product has made it; `lock` is the clause of a transaction that is going to change it. */
export function findOrder(
  db: Statements,
  mchid: string,
  outTradeNo: string,
  lock: Transaction['forUpdate'] = '',
): Promise<Order | undefined> {
  return db.get<Order>(
    `SELECT * FROM orders WHERE mchid = $1 AND out_trade_no = $2 ${lock}`,
    mchid,
    outTradeNo,
  )
}

/** The order under the platform's number, whoever's it is. */
export function findOrderById(
  db: Statements,
  transactionId: string,
  lock: Transaction['forUpdate'] = '',
): Promise<Order | undefined> {
  return db.get<Order>(`SELECT * FROM orders WHERE transaction_id = $1 ${lock}`, transactionId)
}

/** An order whose payment has ended well, with what it has from then on. */
export type PaidOrder = Order & {
  [Field in 'success_time' | 'payer_total' | 'settlement_total' | 'fee']: number
} & { transaction_id: string; payer_id: string }

/** What can still be refunded of an order, in fen. */
export function refundableOf({ total, refund_total }: Pick<Order, 'total' | 'refund_total'>): number {
  return total - refund_total
}

export function isPaid(order: Order): order is PaidOrder {
  return order.success_time !== null
}
