import type { ProductContext } from '../../../calls/context.ts'
import { findOrder, orderOf } from '../../../orders/orders.ts'
import type { Transaction } from '../../../store/database.ts'
import { announceResult } from './announce-result.ts'

/** Marks the order of an advance as repaid and sends `TRANSACTION.PAY_BACK`. Debts without an order are nobody's news. */
export async function announceRepayment(
  tx: Transaction,
  platform: ProductContext,
  subject: string,
): Promise<void> {
  const key = orderOf(subject)
  if (!key) return
  const { mchid, out_trade_no } = key
  const repaid = await tx.run(
    `UPDATE transactions SET user_repaid = 'Y' WHERE mchid = $1 AND out_trade_no = $2 AND user_repaid = 'N'`,
    mchid,
    out_trade_no,
  )
  const order = await findOrder(tx, mchid, out_trade_no)
  if (repaid !== 1 || !order)
    throw new Error(`The order of ${subject} was not advanced, or is repaid already`)
  await announceResult(tx, platform, order, 'TRANSACTION.PAY_BACK')
}
