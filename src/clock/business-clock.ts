import { type Clock, type HostClock, hostClock } from './clock.ts'
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

/**
 * How far the host's clock may be behind business time so that this waits for it, in milliseconds. Beyond that nobody knows
 * whether the host's clock will ever be there, and business time runs on by itself until it is.
 */
export const LONGEST_WAIT_MS = 5_000

/**
 * Business time that runs with wall time, apart from an offset, or stands still. It is moved forward, never back, also where
 * the host's clock is set back.
 */
export class BusinessClock implements Clock {
  readonly wallNow: () => number
  readonly #host: HostClock
  #state: ClockState
  /** The latest business time that anybody may have seen, while business time runs. */
  #reached: number
  /** When the host was last read, by its clock that nobody sets back. */
  #lookedAt: number

  /** `reached`: an instant that business time has reached already, whatever the host's clock says. */
  constructor(state = REAL_TIME, host = hostClock, reached = Number.NEGATIVE_INFINITY) {
    this.wallNow = () => host.wallNow()
    this.#host = host
    this.#state = state
    this.#reached = reached
    this.#lookedAt = host.elapsed()
  }

  get state(): ClockState {
    return this.#state
  }

  now(): number {
    return this.look().now
  }

  /** Business time and wall time of one instant. */
  look(): { now: number; wallNow: number } {
    const wallNow = this.#host.wallNow()
    const { offset_ms, frozen_at } = this.#state
    if (frozen_at !== null) return { now: frozen_at, wallNow }
    const lookedAt = this.#host.elapsed()
    const behind = this.#reached - (wallNow + offset_ms)
    if (behind < 0) this.#reached = wallNow + offset_ms
    else if (behind > LONGEST_WAIT_MS) this.#reached += lookedAt - this.#lookedAt
    this.#lookedAt = lookedAt
    return { now: Math.floor(this.#reached), wallNow }
  }

  /** Lets business time stand still where it is. */
  freeze(): void {
    this.#state = { ...this.#state, frozen_at: this.now() }
  }

  /** Lets business time run on from where it is. */
  run(): void {
    const { now, wallNow } = this.look()
    this.takeOver({ offset_ms: now - wallNow, frozen_at: null }, now)
  }

  /**
   * Moves business time forward to an instant in milliseconds; a frozen clock stays frozen, a running one runs on from
   * there. Throws a {@link ClockError} when the instant is in the past.
   */
  moveTo(instant: number): void {
    const { now, wallNow } = this.look()
    if (instant < now) throw new ClockError('GOES_BACK')
    const { offset_ms, frozen_at } = this.#state
    if (frozen_at === null) this.takeOver({ offset_ms: instant - wallNow, frozen_at }, instant)
    else this.#state = { offset_ms, frozen_at: instant }
  }

  /** Business time has reached an instant, as another node has seen. */
  reach(instant: number): void {
    this.#reached = Math.max(this.#reached, instant)
  }

  /** Takes over what the store says, whatever it is: another node, or a restored snapshot, has set it. */
  takeOver(state: ClockState, reached = Number.NEGATIVE_INFINITY): void {
    this.#state = state
    this.#reached = reached
    this.#lookedAt = this.#host.elapsed()
  }
}
