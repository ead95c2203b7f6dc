import type { ProductContext } from '../../../calls/context.ts'
import { findMerchant, type Merchant } from '../../../merchants/merchants.ts'
import { enqueueNotice } from '../../../notices/outbox.ts'
import { orderSubject } from '../../../orders/orders.ts'
import type { Transaction } from '../../../store/database.ts'
import { type TransactionResult, transactionResult } from './contract.ts'
import { type ParkingOrder, transactionReply } from './orders.ts'

type EventType = keyof typeof transactionResult.events

/**
 * Puts the notice of an order's result into the outbox: the order as a query gives it from now on, but promotions name
 * their batch `activity_id`. `known` may be the order's caller, if it was read before.
 */
export async function announceResult(
  tx: Transaction,
  platform: ProductContext,
  order: ParkingOrder,
  eventType: EventType,
  known?: Merchant,
): Promise<void> {
  const receiver = known?.mchid === order.mchid ? known : await findMerchant(tx, order.mchid)
  if (!receiver) throw new Error(`There is no merchant ${order.mchid}`)
  await enqueueNotice(tx, platform, transactionResult, {
    eventType,
    receiver,
    notifyUrl: order.notify_url,
    resource: resultOf(order),
    subject: orderSubject(order),
    sequence: isOneOfSeveral(order) ? sequenceOf(order, eventType) : undefined,
  })
}

/** A failed order can be charged again and an advance repaid; all others need not be kept in order. */
function isOneOfSeveral({ trade_state, user_repaid, attempts_before }: ParkingOrder): boolean {
  return trade_state === 'PAY_FAIL' || user_repaid !== null || attempts_before > 0
}

/** Each result comes with an attempt of its own; a repayment follows a success and must not arrive before it. */
function sequenceOf({ deduction_attempts }: ParkingOrder, eventType: EventType): number {
  return eventType === 'TRANSACTION.PAY_BACK' ? deduction_attempts + 1 : deduction_attempts
}

function resultOf(order: ParkingOrder): TransactionResult {
  const { promotion_detail, ...fields } = transactionReply(order)
  if (!promotion_detail) return fields
  return {
    ...fields,
    promotion_detail: promotion_detail.map(({ stock_id, ...promotion }) => ({
      ...promotion,
      ...(stock_id && { activity_id: stock_id }),
    })),
  }
}
