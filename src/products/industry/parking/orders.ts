import { insertOrder, type NewOrder, reopenOrder } from '../../../orders/change-order.ts'
import type { Order, OrderKey } from '../../../orders/orders.ts'
import { formatTime } from '../../../protocol/time.ts'
import type { Statements, Transaction } from '../../../store/database.ts'
import type { AcceptedTransaction, ParkingInfo, TRADE_STATES } from './contract.ts'

/** The name of the product in its orders. */
export const PRODUCT = 'parking'

/** What parking remembers of an order beside what all orders have. */
export interface ChargeRow {
  parking_id: string
  deduction_attempts: number
  /** Attempts of earlier charges under this number, which have failed. */
  attempts_before: number
  due_at: number | null
}

/** An order of the charge call. */
export interface ParkingOrder extends Order, ChargeRow {
  trade_state: (typeof TRADE_STATES)[number]
  payer_id: string
}

/** Whether an order is of the charge call, and not one of another product that has the number. */
export function isCharge(order: Order): order is ParkingOrder {
  return order.product === PRODUCT
}

const OF_CHARGE = 'c.parking_id, c.deduction_attempts, c.attempts_before, c.due_at'

/** The order under a merchant's number: one of the charge call, or one of another product. */
export function findOrder(db: Statements, { mchid, out_trade_no }: OrderKey): Promise<Order | undefined> {
  return db.get<Order>(
    `SELECT o.*, ${OF_CHARGE} FROM orders o
       LEFT JOIN parking_charges c ON c.mchid = o.mchid AND c.out_trade_no = o.out_trade_no
      WHERE o.mchid = $1 AND o.out_trade_no = $2`,
    mchid,
    out_trade_no,
  )
}

/** An order of the charge call, locked by a clause of its transaction; with `dueBy` only if its next deduction is due by then. */
export function lockCharge(
  tx: Transaction,
  { mchid, out_trade_no }: OrderKey,
  lock: Transaction['forUpdate'] | Transaction['skipLocked'],
  dueBy?: number,
): Promise<ParkingOrder | undefined> {
  const due = dueBy === undefined ? [] : [dueBy]
  return tx.get<ParkingOrder>(
    `SELECT o.*, ${OF_CHARGE} FROM orders o
       JOIN parking_charges c ON c.mchid = o.mchid AND c.out_trade_no = o.out_trade_no
      WHERE o.mchid = $1 AND o.out_trade_no = $2 ${due.length > 0 ? 'AND c.due_at <= $3' : ''} ${lock}`,
    mchid,
    out_trade_no,
    ...due,
  )
}

/** An order that was just accepted, and the charge of its entry. */
export type NewCharge = NewOrder &
  Pick<ParkingOrder, 'payer_id' | 'parking_id' | 'trade_state'> & { due_at: number }

/** Writes an accepted order. Answers false when its number or its entry is taken; then the transaction must not be committed. */
export async function insertCharge(tx: Statements, charge: NewCharge): Promise<boolean> {
  const { mchid, out_trade_no, parking_id, due_at } = charge
  const inserted = await tx.run(
    `INSERT INTO parking_charges (mchid, out_trade_no, parking_id, due_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    mchid,
    out_trade_no,
    parking_id,
    due_at,
  )
  return inserted === 1 && insertOrder(tx, charge)
}

/**
 * Takes a failed order up again, with whoever owns the plate now. Answers false when it is not a failed one any more, or
 * another order holds its entry; the entry is locked. Attempts are counted on, so that each has a name of its own in the
 * books and at the banks.
 */
export async function chargeAgain(tx: Statements, charge: NewCharge): Promise<boolean> {
  const { mchid, out_trade_no, parking_id, due_at } = charge
  const changed = await tx.run(
    `UPDATE parking_charges SET failed = 0, due_at = $1, attempts_before = deduction_attempts
      WHERE mchid = $2 AND out_trade_no = $3 AND failed = 1
        AND NOT EXISTS (SELECT 1 FROM parking_charges other WHERE other.parking_id = $4 AND other.failed = 0)`,
    due_at,
    mchid,
    out_trade_no,
    parking_id,
  )
  return changed === 1 && reopenOrder(tx, charge)
}

/** Writes when the next deduction is tried, and how many were. */
export async function postponeCharge(
  tx: Statements,
  { mchid, out_trade_no }: OrderKey,
  attempts: number,
  dueAt: number,
): Promise<void> {
  await tx.run(
    'UPDATE parking_charges SET deduction_attempts = $1, due_at = $2 WHERE mchid = $3 AND out_trade_no = $4',
    attempts,
    dueAt,
    mchid,
    out_trade_no,
  )
}

/** Writes that an order has its end, after so many attempts. */
export async function endCharge(
  tx: Statements,
  { mchid, out_trade_no, trade_state, deduction_attempts }: ParkingOrder,
): Promise<void> {
  await tx.run(
    `UPDATE parking_charges SET deduction_attempts = $1, due_at = NULL, failed = $2
      WHERE mchid = $3 AND out_trade_no = $4`,
    deduction_attempts,
    trade_state === 'PAY_FAIL' ? 1 : 0,
    mchid,
    out_trade_no,
  )
}

/** `trade_state_description` of each state: what is, and what to do. */
export const STATE_DESCRIPTIONS: Record<ParkingOrder['trade_state'], string> = {
  ACCEPTED: '扣费已受理，等待扣款结果',
  SUCCESS: '扣款成功',
  PAY_FAIL: '支付失败，请重新下单支付',
  REFUND: '订单已转入退款',
}

/**
 * The order as charge, query and notice give it back. What is only known once the payment has ended is left out before,
 * and `attach` comes back with the payment.
 */
export function transactionReply(order: Omit<ParkingOrder, keyof ChargeRow>): AcceptedTransaction {
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
    parking_info: JSON.parse(order.scene) as ParkingInfo,
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
