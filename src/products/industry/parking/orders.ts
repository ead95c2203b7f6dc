import { nextOrderState, STATE_DESCRIPTIONS } from '../../../orders/order-state.ts'
import type { Order } from '../../../orders/orders.ts'
import { formatTime } from '../../../protocol/time.ts'
import type { Statements } from '../../../store/database.ts'
import type { AcceptedTransaction, ParkingInfo } from './contract.ts'

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
  'payer_id',
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
 * Takes a failed order up again, with whoever owns the plate now. Answers false when it is not a failed one any more, or
 * another order holds its entry; the entry is locked. Attempts are counted on, so that each has a name of its own in the
 * books and at the banks.
 */
export async function chargeAgain(
  tx: Statements,
  { mchid, out_trade_no, parking_id, payer_id, openid, sub_openid, due_at }: NewOrder,
): Promise<boolean> {
  const changed = await tx.run(
    `UPDATE transactions
        SET trade_state = $1, payer_id = $2, openid = $3, sub_openid = $4, due_at = $5,
            attempts_before = deduction_attempts
      WHERE mchid = $6 AND out_trade_no = $7 AND trade_state = 'PAY_FAIL'
        AND NOT EXISTS (SELECT 1 FROM transactions other
                         WHERE other.parking_id = $8 AND other.trade_state <> 'PAY_FAIL')`,
    nextOrderState('PAY_FAIL', 'charged_again'),
    payer_id,
    openid,
    sub_openid,
    due_at,
    mchid,
    out_trade_no,
    parking_id,
  )
  return changed === 1
}

/**
 * The order as charge, query and notice give it back. What is only known once the payment has ended is left out before,
 * and `attach` comes back with the payment.
 */
export function transactionReply(order: Order): AcceptedTransaction {
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
