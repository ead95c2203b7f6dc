import { findMerchant, type Merchant } from '../../merchants/merchants.ts'
import { enqueueNotice } from '../../notices/outbox.ts'
import type { Platform } from '../../platform.ts'
import type { Transaction } from '../../store/database.ts'
import { type Order, orderSubject } from '../orders.ts'
import { type TransactionResult, transactionResult } from './contract.ts'
import { transactionReply } from './orders.ts'

/** A repayment can follow a success at once, and must not arrive before it. */
const SEQUENCE = { 'TRANSACTION.SUCCESS': 1, 'TRANSACTION.FAIL': 1, 'TRANSACTION.PAY_BACK': 2 } as const

/**
 * Puts the notice of an order's result into the outbox: the order as a query gives it from now on, but promotions name
 * their batch `activity_id`. `known` may be the order's caller, if it was read before.
 */
export async function announceResult(
  tx: Transaction,
  platform: Platform,
  order: Order,
  eventType: keyof typeof SEQUENCE,
  known?: Merchant,
): Promise<void> {
  const receiver = known?.mchid === order.mchid ? known : await findMerchant(tx, order.mchid)
  if (!receiver) throw new Error(`There is no merchant ${order.mchid}`)
  // Only an advance can be followed by another notice; all others need not be kept in order.
  const place = order.user_repaid ? { subject: orderSubject(order), sequence: SEQUENCE[eventType] } : {}
  const notifyUrl = order.notify_url
  const resource = resultOf(order)
  await enqueueNotice(tx, platform, transactionResult, { eventType, receiver, notifyUrl, resource, ...place })
}

function resultOf(order: Order): TransactionResult {
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
