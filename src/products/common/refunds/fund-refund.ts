import type { ProductContext } from '../../../calls/context.ts'
import { takeRefundFunds } from '../../../funding/refund-funds.ts'
import { orderSubject } from '../../../orders/orders.ts'
import type { Transaction } from '../../../store/database.ts'
import { refundOptions } from './options.ts'
import { entryOf, fromOf, payeeOf, type Refund } from './refunds.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** How long a refund waits for money until it is tried again. */
const TRY_AGAIN_AFTER_MS = 10 * MINUTE
/** Takes a refund's money from its merchant; answers the refund with the account that paid, or as one that waits for money. */
export async function fundRefund(tx: Transaction, platform: ProductContext, refund: Refund): Promise<Refund> {
  const { asked_funds_account, settlement_refund, refund_fee } = refund
  const now = platform.clock.now()
  const funds_account = await takeRefundFunds(tx, platform, {
    subject: orderSubject(refund),
    entry: entryOf(refund),
    payee_mchid: payeeOf(refund),
    from: fromOf(refund),
    ...{ refund: refund.refund, asked_funds_account, settlement_refund, refund_fee },
  })
  if (funds_account) return { ...refund, funds_account, due_at: now + payoutDelay(refund, platform) }
  const due_at = Math.min(now + TRY_AGAIN_AFTER_MS, refund.create_time + WAIT_FOR_FUNDS_MS)
  return { ...refund, due_at }
}

/** How long a refund takes to get where it goes, once its money is there. */
export function payoutDelay(
  { destination }: Pick<Refund, 'destination'>,
  { options }: Pick<ProductContext, 'options'>,
): number {
  const { walletRefundDelay, cardRefundDelay } = options.of(refundOptions)
  const isWallet = destination === 'wallet' || destination === 'advance'
  return isWallet ? walletRefundDelay : cardRefundDelay
}

/** How long after its acceptance a refund without money is given up. */
export const WAIT_FOR_FUNDS_MS = 7 * DAY
