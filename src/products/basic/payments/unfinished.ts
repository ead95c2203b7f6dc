import type { ProductContext } from '../../../calls/context.ts'
import { atOneInstant } from '../../../clock/at-one-instant.ts'
import { dueRows } from '../../../clock/due-rows.ts'
import { type Job, Postponed } from '../../../clock/worker.ts'
import type { OrderKey } from '../../../orders/orders.ts'
import type { Transaction } from '../../../store/database.ts'
import { closePayment } from './close-order.ts'
import { goOn, resumeAttempt } from './pay-order.ts'
import { findPayment, updatePayment } from './payments.ts'

/** Orders in hand at once, on one node. */
const CONCURRENCY = 16
/** How long an order rests that could not be gone on with by a fault of ours. */
const FAULT_WAIT_MS = 60_000

/** Asks banks again that have not answered, and closes orders that nobody has paid in their time. */
export function unfinished(platform: ProductContext): Job<OrderKey> {
  const { db } = platform
  return {
    name: 'payments',
    concurrency: CONCURRENCY,
    ...dueRows<OrderKey>(
      db,
      'basic_payments',
      ['mchid', 'out_trade_no'],
      order => `${order.mchid}/${order.out_trade_no}`,
    ),
    async handle(key) {
      try {
        const begun = await db.transaction(tx => begin(tx, atOneInstant(platform), key))
        if (begun === 'held') return false
        if (begun !== 'closed') await goOn(platform, key, begun)
        return true
      } catch (error) {
        await db.transaction(tx => postpone(tx, platform, key))
        throw new Postponed(error)
      }
    },
  }
}

/** `held` when another node is at it. */
async function begin(tx: Transaction, platform: ProductContext, key: OrderKey) {
  const now = platform.clock.now()
  const order = await findPayment(tx, key, tx.skipLocked)
  if (!order) return 'held'
  if (order.due_at === null || order.due_at > now) return 'closed'
  if (order.asking !== null) return resumeAttempt(tx, platform, order)
  await closePayment(tx, order)
  return 'closed'
}

async function postpone(tx: Transaction, { clock }: ProductContext, key: OrderKey): Promise<void> {
  const order = await findPayment(tx, key, tx.forUpdate)
  if (!order || order.due_at === null) return
  await updatePayment(tx, order, { ...order, due_at: clock.now() + FAULT_WAIT_MS })
}
