import type { REFUND_STATUSES } from './contract.ts'

export type RefundStatus = (typeof REFUND_STATUSES)[number]

/**
 * What happens to a refund: the money arrives, cannot be paid out, is sent elsewhere after that, or is never there because
 * the merchant has none.
 */
export type RefundEvent = 'arrived' | 'failed' | 'redirected' | 'gave_up'

const NEXT: Record<RefundStatus, Partial<Record<RefundEvent, RefundStatus>>> = {
  PROCESSING: { arrived: 'SUCCESS', failed: 'ABNORMAL', gave_up: 'CLOSED' },
  ABNORMAL: { redirected: 'PROCESSING' },
  SUCCESS: {},
  CLOSED: {},
}

/** The status after an event. Throws on an event that cannot happen in a status: the caller has lost track. */
export function nextRefundStatus(status: RefundStatus, event: RefundEvent): RefundStatus {
  const next = NEXT[status][event]
  if (!next) throw new Error(`A refund in ${status} cannot be ${event}`)
  return next
}
