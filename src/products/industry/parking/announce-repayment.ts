import type { ProductContext } from '../../../calls/context.ts'
import { markRepaid } from '../../../orders/change-order.ts'
import { orderOf } from '../../../orders/orders.ts'
import type { Transaction } from '../../../store/database.ts'
import { announceResult } from './announce-result.ts'
import { findOrder, isCharge } from './orders.ts'

/** Marks the order of an advance as repaid and sends `TRANSACTION.PAY_BACK`. Debts of other orders are not its concern. */
export async function announceRepayment(
  tx: Transaction,
  platform: ProductContext,
  subject: string,
): Promise<void> {
  const key = orderOf(subject)
  if (!key) return
  const order = await findOrder(tx, key)
  if (!order || !isCharge(order)) return
  if (!(await markRepaid(tx, key)))
    throw new Error(`The order of ${subject} was not advanced, or is repaid already`)
  await announceResult(tx, platform, { ...order, user_repaid: 'Y' }, 'TRANSACTION.PAY_BACK')
}
