import type { ProductContext } from '../../../calls/context.ts'
import { orderOf } from '../../../orders/orders.ts'
import type { Transaction } from '../../../store/database.ts'
import { announceResult } from './announce-result.ts'
import { findOrder, isCharge } from './orders.ts'

/** Sends `TRANSACTION.PAY_BACK` of an order that is marked as repaid. Debts of other products' orders are not its concern. */
export async function announceRepayment(
  tx: Transaction,
  platform: ProductContext,
  subject: string,
): Promise<void> {
  const key = orderOf(subject)
  if (!key) return
  const order = await findOrder(tx, key)
  if (order && isCharge(order)) await announceResult(tx, platform, order, 'TRANSACTION.PAY_BACK')
}
