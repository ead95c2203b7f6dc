import type { Clock } from './clock.ts'

/**
 * The platform with a clock that stands still, for one transaction: everything that it writes is of one instant. Otherwise
 * midnight could come in between, and the day of an order would be another one than the day of its money.
 */
export function atOneInstant<Context extends { clock: Clock }>(platform: Context): Context {
  const { clock } = platform
  const now = clock.now()
  return { ...platform, clock: { now: () => now, wallNow: () => clock.wallNow() } }
}
