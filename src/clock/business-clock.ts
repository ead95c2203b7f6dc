import type { Clock } from './clock.ts'
import { ClockError } from './clock-error.ts'

/** What business time is apart from wall time; the names are those of the table. */
export interface ClockState {
  /** Added to wall time while business time runs, in milliseconds. */
  offset_ms: number
  /** Where business time stands, in milliseconds since 1970; null while it runs. */
  frozen_at: number | null
}

/** Business time that is wall time. */
export const REAL_TIME: ClockState = { offset_ms: 0, frozen_at: null }

/** Business time that runs with wall time, apart from an offset, or stands still. It is moved forward, never back. */
export class BusinessClock implements Clock {
  readonly wallNow: () => number
  #state: ClockState

  constructor(state = REAL_TIME, wallNow = () => Date.now()) {
    this.wallNow = wallNow
    this.#state = state
  }

  get state(): ClockState {
    return this.#state
  }

  now(): number {
    const { offset_ms, frozen_at } = this.#state
    return frozen_at ?? this.wallNow() + offset_ms
  }

  /** Lets business time stand still where it is. */
  freeze(): void {
    this.#state = { ...this.#state, frozen_at: this.now() }
  }

  /** Lets business time run on from where it is. */
  run(): void {
    this.#state = { offset_ms: this.now() - this.wallNow(), frozen_at: null }
  }

  /**
   * Moves business time forward to an instant in milliseconds; a frozen clock stays frozen, a running one runs on from
   * there. Throws a {@link ClockError} when the instant is in the past.
   */
  moveTo(instant: number): void {
    if (instant < this.now()) throw new ClockError('GOES_BACK')
    const { offset_ms, frozen_at } = this.#state
    this.#state =
      frozen_at === null
        ? { offset_ms: instant - this.wallNow(), frozen_at }
        : { offset_ms, frozen_at: instant }
  }

  /** Takes over what the store says, whatever it is: another node, or a restored snapshot, has set it. */
  takeOver(state: ClockState): void {
    this.#state = state
  }
}
