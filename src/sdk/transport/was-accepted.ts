import { mayOpenGate } from './may-open-gate.ts'
import type { ReplyTo } from './operations.ts'

/**
 * True when an order was accepted, whatever has become of the deduction by now short of a failure: `ACCEPTED` or `SUCCESS`.
 *
 * For an order that was queried, and for a charge that the client has repeated by itself: between the first attempt and
 * the answer the money may already have come. Ask this where `mayOpenGate` would leave a paid car behind the gate.
 */
export function wasAccepted(transaction: Pick<ReplyTo<'queryTransaction'>, 'trade_state'>): boolean {
  return mayOpenGate(transaction) || transaction.trade_state === 'SUCCESS'
}
