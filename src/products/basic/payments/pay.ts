import { contentDigest } from '../../../calls/content-digest.ts'
import type { ProductContext } from '../../../calls/context.ts'
import { atOneInstant } from '../../../clock/at-one-instant.ts'
import type { Transaction } from '../../../store/database.ts'
import { type Entry, openOrder } from './open-order.ts'
import { beginAttempt, goOn, NO_CHOICE, type ToAsk } from './pay-order.ts'
import {
  cancelledResult,
  findResult,
  insertResult,
  type PaymentName,
  type PaymentResult,
  refusedResult,
  resultOf,
} from './payment-results.ts'
import { type PaymentOrder, updatePayment } from './payments.ts'

export interface Payment {
  payer_id: string
  payment_id: string
  entry: Entry
  action: 'PAY' | 'CANCEL'
  /** The payer's card, or `wallet`; without it the payer's sources are tried in their order. */
  source?: string | undefined
}

/** Done once for each `payment_id` of a payer. `other_content` when the id was used for something else. */
export async function pay(
  platform: ProductContext,
  payment: Payment,
): Promise<PaymentResult | 'other_content'> {
  const { payer_id, payment_id, entry, action, source } = payment
  const name = {
    payer_id,
    payment_id,
    content_digest: contentDigest([JSON.stringify(entry), action, source]),
  }
  const attempt = () => platform.db.transaction(tx => payOnce(tx, platform, payment, name))
  const done = await attempt().catch(error => {
    if (error instanceof Overtaken) return attempt()
    throw error
  })
  if (done === 'other_content' || !('begun' in done)) return done
  return resultOf(done.order, await goOn(platform, done.order, done.begun))
}

/** Another call with the same id was first, so that all that this one has done is rolled back. */
export class Overtaken extends Error {}

/** A bank is to be asked. */
interface Waiting {
  order: PaymentOrder
  begun: ToAsk
}

/** What was done under the id before, or a new attempt as far as the first bank. */
async function payOnce(
  tx: Transaction,
  platform: ProductContext,
  payment: Payment,
  name: PaymentName,
): Promise<PaymentResult | 'other_content' | Waiting> {
  const known = await findResult(tx, name)
  if (known) return known
  const instant = atOneInstant(platform)
  const begun = await begin(tx, instant, payment)
  const result = 'begun' in begun ? resultOf(begun.order, 'waiting') : begun
  if (!(await insertResult(tx, name, result, instant.clock.now()))) throw new Overtaken()
  return begun
}

async function begin(
  tx: Transaction,
  instant: ProductContext,
  { payer_id, entry, action, source = NO_CHOICE }: Payment,
): Promise<PaymentResult | Waiting> {
  const opened = await openOrder(tx, instant.clock.now(), entry, payer_id, tx.forUpdate)
  if ('explanation' in opened) return refusedResult(opened)
  const { order } = opened
  if (action === 'CANCEL') {
    await updatePayment(tx, order, { ...order, bound_payer_id: payer_id })
    return cancelledResult(order)
  }
  const begun = await beginAttempt(tx, instant, opened, payer_id, source)
  return typeof begun === 'object' ? { order, begun } : resultOf(order, begun)
}
