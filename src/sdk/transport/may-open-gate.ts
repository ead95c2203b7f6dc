import type { ReplyTo } from './operations.ts'

/**
 * True when the reply to `createTransaction` lets the car leave: its state is `ACCEPTED`, and nothing else.
 *
 * Any error keeps the gate closed, and so does a reply that could not be verified, which never gets here. The deduction
 * itself comes later and is not waited for: the platform bears that risk. Official page: /doc/v3/merchant/4012534352.
 */
export function mayOpenGate(transaction: Pick<ReplyTo<'createTransaction'>, 'trade_state'>): boolean {
  return transaction.trade_state === 'ACCEPTED'
}
