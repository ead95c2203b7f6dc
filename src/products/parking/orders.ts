import { formatTime } from '../../protocol/time.ts'
import type { Statements, Transaction } from '../../store/database.ts'
import type { ParkingInfo, Transaction as TransactionReply } from './contract.ts'
import { STATE_DESCRIPTIONS, type TradeState } from './order-state.ts'

/** An order as the table `transactions` has it: empty text where an optional text was not sent. */
export interface Order {
  /** The merchant number that called. */
  mchid: string
  out_trade_no: string
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
  transaction_id: string | null
  trade_state: TradeState
  success_time: number | null
  bank_type: string | null
  user_repaid: 'Y' | 'N' | null
  parking_id: string
  /** JSON as sent. */
  parking_info: string
  owner_id: string
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
  deduction_attempts: number
  due_at: number | null
}

/** What an order's money is booked under. */
export function orderSubject({ mchid, out_trade_no }: Pick<Order, 'mchid' | 'out_trade_no'>): string {
  return `order/${mchid}/${out_trade_no}`
}

/** The order behind a subject of the ledger; `undefined` when the subject is no order's. */
export function orderOf(subject: string): Pick<Order, 'mchid' | 'out_trade_no'> | undefined {
  const [kind, mchid, out_trade_no] = subject.split('/')
  return kind === 'order' && mchid && out_trade_no ? { mchid, out_trade_no } : undefined
}

/** The order under a merchant's number; `lock` is the clause of a transaction that is going to change it. */
export function findOrder(
  db: Statements,
  mchid: string,
  outTradeNo: string,
  lock: Transaction['forUpdate'] = '',
): Promise<Order | undefined> {
  return db.get<Order>(
    `SELECT * FROM transactions WHERE mchid = $1 AND out_trade_no = $2 ${lock}`,
    mchid,
    outTradeNo,
  )
}

/** True when the number belongs to an order of another payment product: one number space serves them all. */
export async function isOtherProductsOrder(
  db: Statements,
  mchid: string,
  outTradeNo: string,
): Promise<boolean> {
  const row = await db.get(
    'SELECT out_trade_no FROM other_product_orders WHERE mchid = $1 AND out_trade_no = $2',
    mchid,
    outTradeNo,
  )
  return row !== undefined
}

const COLUMNS = [
  'mchid',
  'out_trade_no',
  'appid',
  'sub_mchid',
  'sub_appid',
  'description',
  'attach',
  'goods_tag',
  'notify_url',
  'profit_sharing',
  'create_time',
  'trade_state',
  'parking_id',
  'parking_info',
  'owner_id',
  'openid',
  'sub_openid',
  'total',
  'currency',
  'content_digest',
  'due_at',
] as const
const INSERT = `INSERT INTO transactions (${COLUMNS.join(', ')})
                VALUES (${COLUMNS.map((_, index) => `$${index + 1}`).join(', ')}) ON CONFLICT DO NOTHING`

/** An order that was just accepted. */
export type NewOrder = Pick<Order, (typeof COLUMNS)[number]>

/** Writes an accepted order. Answers false when its number or its entry is taken. */
export async function insertOrder(tx: Statements, order: NewOrder): Promise<boolean> {
  return (await tx.run(INSERT, ...COLUMNS.map(column => order[column]))) === 1
}

/**
 * The order as charge, query and notice give it back. What is only known once the payment has ended is left out before,
 * and `attach` comes back with the payment.
 */
export function transactionReply(order: Order): TransactionReply {
  const paid = order.success_time !== null
  return {
    appid: order.appid,
    ...(order.sub_appid && { sub_appid: order.sub_appid }),
    sp_mchid: order.mchid,
    ...(order.sub_mchid && { sub_mchid: order.sub_mchid }),
    description: order.description,
    create_time: formatTime(order.create_time),
    out_trade_no: order.out_trade_no,
    ...(order.transaction_id && { transaction_id: order.transaction_id }),
    trade_state: order.trade_state,
    trade_state_description: STATE_DESCRIPTIONS[order.trade_state],
    ...(order.success_time !== null && { success_time: formatTime(order.success_time) }),
    ...(order.bank_type && { bank_type: order.bank_type }),
    ...(order.user_repaid && { user_repaid: order.user_repaid }),
    ...(paid && order.attach && { attach: order.attach }),
    trade_scene: 'PARKING',
    parking_info: JSON.parse(order.parking_info) as ParkingInfo,
    payer: { openid: order.openid, ...(order.sub_openid && { sub_openid: order.sub_openid }) },
    amount: {
      total: order.total,
      currency: order.currency,
      ...(order.payer_total !== null && { payer_total: order.payer_total }),
      ...(order.discount_total !== null && { discount_total: order.discount_total }),
    },
    ...(order.promotion_detail && { promotion_detail: JSON.parse(order.promotion_detail) }),
  }
}
