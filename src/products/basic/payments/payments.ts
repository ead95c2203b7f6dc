import { insertOrder, type NewOrder } from '../../../orders/change-order.ts'
import type { Order, OrderKey } from '../../../orders/orders.ts'
import type { Statements, Transaction } from '../../../store/database.ts'
import { KIND_RULES, type Kind } from './kinds.ts'

/** The name of the product in its orders. */
export const PRODUCT = 'payments'

/** What a basic payment has beside its order. */
export interface PaymentRow {
  kind: Kind
  session: string
  session_time: number
  /** The only one who can pay it. */
  bound_payer_id: string | null
  attempts: number
  asking: string | null
  due_at: number | null
}

/** An order of a prepay call. */
export type PaymentOrder = Order & PaymentRow

const OF_PAYMENT =
  'p.kind, p.session, p.session_time, p.payer_id AS bound_payer_id, p.attempts, p.asking, p.due_at'
const SELECT = `SELECT o.*, ${OF_PAYMENT} FROM orders o
  JOIN basic_payments p ON p.mchid = o.mchid AND p.out_trade_no = o.out_trade_no`

/** The order of a prepay call under a merchant's number; locked by a clause of its transaction. */
export function findPayment(
  db: Statements,
  { mchid, out_trade_no }: OrderKey,
  lock: Transaction['forUpdate'] | Transaction['skipLocked'] = '',
): Promise<PaymentOrder | undefined> {
  return db.get<PaymentOrder>(
    `${SELECT} WHERE o.mchid = $1 AND o.out_trade_no = $2 ${lock}`,
    mchid,
    out_trade_no,
  )
}

export function findPaymentById(db: Statements, transactionId: string): Promise<PaymentOrder | undefined> {
  return db.get<PaymentOrder>(`${SELECT} WHERE o.transaction_id = $1`, transactionId)
}

/** A session with its order: when it was given, which may be before the last one of the order. */
export async function findSession(
  db: Statements,
  session: string,
): Promise<(OrderKey & Pick<PaymentRow, 'session_time'>) | undefined> {
  return db.get(
    `SELECT mchid, out_trade_no, session_time FROM basic_payments WHERE session = $1
     UNION ALL SELECT mchid, out_trade_no, session_time FROM earlier_prepay_sessions WHERE session = $1`,
    session,
  )
}

/** An order that was just made, with its first session. */
export type NewPayment = NewOrder & Pick<PaymentRow, 'kind' | 'session' | 'due_at'>

/** Writes a new order. Answers false when its number is taken; then nothing was written. */
export async function insertPayment(tx: Statements, payment: NewPayment): Promise<boolean> {
  if (!(await insertOrder(tx, payment))) return false
  await tx.run(
    `INSERT INTO basic_payments (mchid, out_trade_no, kind, session, session_time, payer_id, due_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    payment.mchid,
    payment.out_trade_no,
    payment.kind,
    payment.session,
    payment.create_time,
    payment.payer_id,
    payment.due_at,
  )
  return true
}

/** Gives a locked order a new session. */
export async function renewSession(
  tx: Statements,
  { mchid, out_trade_no, kind, session: earlier, session_time: earlierTime }: PaymentOrder,
  session: string,
  now: number,
): Promise<void> {
  await tx.run(
    'UPDATE basic_payments SET session = $1, session_time = $2 WHERE mchid = $3 AND out_trade_no = $4',
    session,
    now,
    mchid,
    out_trade_no,
  )
  if (KIND_RULES[kind].replaces) return
  await tx.run(
    'INSERT INTO earlier_prepay_sessions (session, session_time, mchid, out_trade_no) VALUES ($1, $2, $3, $4)',
    earlier,
    earlierTime,
    mchid,
    out_trade_no,
  )
}

/** What may change of a locked order beside the order itself. */
export async function updatePayment(
  tx: Statements,
  { mchid, out_trade_no }: OrderKey,
  {
    bound_payer_id,
    attempts,
    asking,
    due_at,
  }: Pick<PaymentRow, 'bound_payer_id' | 'attempts' | 'asking' | 'due_at'>,
): Promise<void> {
  await tx.run(
    `UPDATE basic_payments SET payer_id = $1, attempts = $2, asking = $3, due_at = $4
      WHERE mchid = $5 AND out_trade_no = $6`,
    bound_payer_id,
    attempts,
    asking,
    due_at,
    mchid,
    out_trade_no,
  )
}
