import type { ParkingCreateTransactionReply, Transaction } from '../generated/industry.ts'

/**
 * True when the reply to `createTransaction` lets the car leave: its state is `ACCEPTED`, and nothing else.
 *
 * Any error keeps the gate closed, and so does a reply that could not be verified, which never gets here. The deduction
 * itself comes later and is not waited for: the platform bears that risk. Official page: /doc/v3/merchant/4012534352.
 */
export function mayOpenGate(transaction: Pick<ParkingCreateTransactionReply, 'trade_state'>): boolean {
  return transaction.trade_state === 'ACCEPTED'
}

/**
 * True when an order was accepted, whatever has become of the deduction by now short of a failure: `ACCEPTED` or `SUCCESS`.
 *
 * For an order that was queried, and for a charge that the client has repeated by itself: between the first attempt and
 * the answer the money may already have come. Ask this where `mayOpenGate` would leave a paid car behind the gate.
 */
export function wasAccepted(transaction: Pick<Transaction, 'trade_state'>): boolean {
  return mayOpenGate(transaction) || transaction.trade_state === 'SUCCESS'
}
