import type { ProductContext } from '../../../calls/context.ts'
import { findMerchant, type Merchant } from '../../../merchants/merchants.ts'
import { enqueueNotice } from '../../../notices/outbox.ts'
import { orderSubject } from '../../../orders/orders.ts'
import type { Transaction } from '../../../store/database.ts'
import { paymentResult } from './contract.ts'
import type { PaymentOrder } from './payments.ts'
import { paidOrder } from './show-order.ts'

/** Puts the notice of a paid order into the outbox: of a provider's order it is the provider's, and the payee is another. */
export async function announcePayment(
  tx: Transaction,
  platform: ProductContext,
  order: PaymentOrder,
  payee: Merchant,
): Promise<void> {
  const receiver = payee.mchid === order.mchid ? payee : await findMerchant(tx, order.mchid)
  if (!receiver) throw new Error(`There is no merchant ${order.mchid}`)
  await enqueueNotice(tx, platform, paymentResult, {
    eventType: 'TRANSACTION.SUCCESS',
    receiver,
    notifyUrl: order.notify_url,
    resource: paidOrder(order, order.sub_mchid === '' ? 'merchant' : 'partner'),
    subject: orderSubject(order),
  })
}
