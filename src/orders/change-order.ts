import type { Statements } from '../store/database.ts'
import { nextOrderState } from './order-state.ts'
import type { Order, OrderKey } from './orders.ts'

/** Every change of an order: nobody else writes the table. */

const COLUMNS = [
  'mchid',
  'out_trade_no',
  'product',
  'trade_type',
  'appid',
  'sub_mchid',
  'sub_appid',
  'description',
  'attach',
  'goods_tag',
  'notify_url',
  'profit_sharing',
  'create_time',
  'time_expire',
  'trade_state',
  'scene',
  'payer_id',
  'openid',
  'sub_openid',
  'total',
  'currency',
  'content_digest',
] as const
const INSERT = `INSERT INTO orders (${COLUMNS.join(', ')})
                VALUES (${COLUMNS.map((_, index) => `$${index + 1}`).join(', ')}) ON CONFLICT DO NOTHING`

/** An order that nobody has paid yet. */
export type NewOrder = Pick<Order, (typeof COLUMNS)[number]>

/** What an order has only once it was paid. */
export const NOTHING_PAID = {
  transaction_id: null,
  success_time: null,
  bank_type: null,
  user_repaid: null,
  payer_total: null,
  discount_total: null,
  promotion_detail: '',
  settlement_total: null,
  fee: null,
  fee_rate: null,
  refund_total: 0,
  refund_count: 0,
  last_refund_time: null,
} as const satisfies Partial<Order>

/** Writes a new order. Answers false when its number is taken, by whatever product. */
export async function insertOrder(tx: Statements, order: NewOrder): Promise<boolean> {
  return (await tx.run(INSERT, ...COLUMNS.map(column => order[column]))) === 1
}

/** What a payment says of its order. */
export type Payment = {
  [Field in
    | 'transaction_id'
    | 'success_time'
    | 'bank_type'
    | 'payer_total'
    | 'discount_total'
    | 'settlement_total'
    | 'fee'
    | 'fee_rate'
    | 'payer_id']: NonNullable<Order[Field]>
} & Pick<Order, 'user_repaid' | 'promotion_detail' | 'openid' | 'sub_openid'>

/** Writes that a locked order was paid, and answers the order as it is from now on. */
export async function payOrder<Known extends Order>(
  tx: Statements,
  order: Known,
  payment: Payment,
): Promise<Known & Payment> {
  const paid = { ...order, ...payment, trade_state: nextOrderState(order.trade_state, 'paid') }
  await tx.run(
    `UPDATE orders
        SET trade_state = $1, transaction_id = $2, success_time = $3, bank_type = $4, user_repaid = $5,
            payer_total = $6, discount_total = $7, promotion_detail = $8, settlement_total = $9, fee = $10,
            fee_rate = $11, payer_id = $12, openid = $13, sub_openid = $14
      WHERE mchid = $15 AND out_trade_no = $16`,
    paid.trade_state,
    paid.transaction_id,
    paid.success_time,
    paid.bank_type,
    paid.user_repaid,
    paid.payer_total,
    paid.discount_total,
    paid.promotion_detail,
    paid.settlement_total,
    paid.fee,
    paid.fee_rate,
    paid.payer_id,
    paid.openid,
    paid.sub_openid,
    paid.mchid,
    paid.out_trade_no,
  )
  return paid
}

/** Writes that a locked order will not be paid, and answers it as it is from now on. */
export async function failOrder<Known extends Order>(tx: Statements, order: Known): Promise<Known> {
  const failed = { ...order, trade_state: nextOrderState(order.trade_state, 'gave_up') }
  await tx.run(
    'UPDATE orders SET trade_state = $1 WHERE mchid = $2 AND out_trade_no = $3',
    failed.trade_state,
    failed.mchid,
    failed.out_trade_no,
  )
  return failed
}

/** Writes that nobody can pay a locked order any more. */
export async function closeOrder(
  tx: Statements,
  { mchid, out_trade_no, trade_state }: OrderKey & Pick<Order, 'trade_state'>,
): Promise<void> {
  await tx.run(
    'UPDATE orders SET trade_state = $1 WHERE mchid = $2 AND out_trade_no = $3',
    nextOrderState(trade_state, 'closed'),
    mchid,
    out_trade_no,
  )
}

/** Takes a failed order up again, with whoever pays now. Answers false when it is not a failed one any more. */
export async function reopenOrder(
  tx: Statements,
  { mchid, out_trade_no, payer_id, openid, sub_openid }: NewOrder,
): Promise<boolean> {
  const changed = await tx.run(
    `UPDATE orders SET trade_state = $1, payer_id = $2, openid = $3, sub_openid = $4
      WHERE mchid = $5 AND out_trade_no = $6 AND trade_state = 'PAY_FAIL'`,
    nextOrderState('PAY_FAIL', 'charged_again'),
    payer_id,
    openid,
    sub_openid,
    mchid,
    out_trade_no,
  )
  return changed === 1
}

/** Writes that what was advanced for an order is paid back. Answers false when nothing was, or it was already. */
export async function markRepaid(tx: Statements, { mchid, out_trade_no }: OrderKey): Promise<boolean> {
  const repaid = await tx.run(
    `UPDATE orders SET user_repaid = 'Y' WHERE mchid = $1 AND out_trade_no = $2 AND user_repaid = 'N'`,
    mchid,
    out_trade_no,
  )
  return repaid === 1
}

/** Counts a refund that was accepted, of so many fen, against a locked order. Throws when that is more than is left of it. */
export async function countRefund(
  tx: Statements,
  { mchid, out_trade_no, trade_state }: Order,
  amount: number,
  acceptedAt: number,
): Promise<void> {
  const counted = await tx.run(
    `UPDATE orders
        SET trade_state = $1, refund_total = refund_total + $2, refund_count = refund_count + 1, last_refund_time = $3
      WHERE mchid = $4 AND out_trade_no = $5 AND refund_total + $2 <= total`,
    nextOrderState(trade_state, 'refunded'),
    amount,
    acceptedAt,
    mchid,
    out_trade_no,
  )
  if (counted !== 1) throw new Error(`A refund of ${amount} fen is more than is left of ${out_trade_no}`)
}

/** A refund of so many fen was given up: the order can be refunded by them again. */
export async function takeBackRefund(
  tx: Statements,
  { mchid, out_trade_no }: OrderKey,
  amount: number,
): Promise<void> {
  await tx.run(
    `UPDATE orders SET refund_total = refund_total - $1, refund_count = refund_count - 1
      WHERE mchid = $2 AND out_trade_no = $3`,
    amount,
    mchid,
    out_trade_no,
  )
}
