import { BusinessClock } from '../clock/business-clock.ts'
import type { Clock } from '../clock/clock.ts'

/** A clock whose business time stands still until it is moved; wall time goes on, as signatures need it. */
export interface VirtualClock extends Clock {
  /** Moves business time forward by a step in milliseconds. */
  advance(stepMs: number): void
  /** Moves business time forward to an instant. Throws when that is in the past. */
  moveTo(instant: number | string): void
}

/** Business time starts at `start`: RFC 3339 or milliseconds; now unless said. */
export function virtualClock(start: number | string = Date.now()): VirtualClock {
  const clock = new BusinessClock({ offset_ms: 0, frozen_at: instantOf(start) })
  return {
    now: () => clock.now(),
    wallNow: () => clock.wallNow(),
    advance: stepMs => clock.moveTo(clock.now() + stepMs),
    moveTo: instant => clock.moveTo(instantOf(instant)),
  }
}

function instantOf(instant: number | string): number {
  const milliseconds = typeof instant === 'number' ? instant : Date.parse(instant)
  if (!Number.isFinite(milliseconds)) throw new RangeError(`${instant} is no time`)
  return milliseconds
}
