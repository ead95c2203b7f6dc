import type { Transaction } from '../store/database.ts'
import { lockPayer, type Payer } from './payers.ts'

/** What decides whether a payer can be charged. */
export type Standing = Pick<Payer, 'score' | 'arrears'>

/** A payer who came into arrears or out of them; both are about the same moment. */
export interface StandingChange {
  payer_id: string
  before: Standing
  after: Standing
}

/** What is reported of payers, in the same transaction. */
export interface PayerListeners {
  /** A payer has come into arrears, or out of them. */
  standingChanged(tx: Transaction, change: StandingChange): Promise<void>
}

/**
 * Adds `delta` fen to what a payer has not paid back in time, and reports it when the payer comes into arrears or out of
 * them. Throws when there is no such payer, and when arrears would go below zero: the caller has lost track.
 */
export async function changeArrears(
  tx: Transaction,
  { listeners }: { listeners: PayerListeners },
  payerId: string,
  delta: number,
): Promise<void> {
  const before = await lockPayer(tx, payerId)
  if (!before) throw new Error(`There is no payer ${payerId}`)
  const arrears = before.arrears + delta
  if (arrears < 0) throw new RangeError(`Payer ${payerId} is ${before.arrears} fen in arrears, not ${-delta}`)
  await tx.run('UPDATE payers SET arrears = $1 WHERE payer_id = $2', arrears, payerId)
  if (before.arrears > 0 === arrears > 0) return
  await listeners.standingChanged(tx, { payer_id: payerId, before, after: { ...before, arrears } })
}
