const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Waits after each failing attempt, in milliseconds: the official retry schedule, fifteen retries in 24 h 4 min. */
export const RETRY_WAITS_MS: readonly number[] = [
  15 * SECOND,
  15 * SECOND,
  30 * SECOND,
  3 * MINUTE,
  10 * MINUTE,
  20 * MINUTE,
  30 * MINUTE,
  30 * MINUTE,
  30 * MINUTE,
  60 * MINUTE,
  3 * HOUR,
  3 * HOUR,
  3 * HOUR,
  6 * HOUR,
  6 * HOUR,
]

/** What becomes of a notice after its `attempt`-th attempt (from 1). */
export function afterAttempt(
  attempt: number,
  acknowledged: boolean,
  now: number,
): { state: 'PENDING' | 'DELIVERED' | 'EXHAUSTED'; dueAt: number | null } {
  if (acknowledged) return { state: 'DELIVERED', dueAt: null }
  const wait = RETRY_WAITS_MS[attempt - 1]
  return wait === undefined ? { state: 'EXHAUSTED', dueAt: null } : { state: 'PENDING', dueAt: now + wait }
}
