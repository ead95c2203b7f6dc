import type { Clock } from './clock.ts'

/**
 * How often something may be done: `burst` times at once when it was not done for a while, and `perSecond` times in a second
 * for as long as it goes on.
 */
export class Allowance {
  readonly #clock: Pick<Clock, 'wallNow'>
  readonly #burst: number
  readonly #perSecond: number
  #left: number
  #countedAt: number

  constructor(clock: Pick<Clock, 'wallNow'>, burst: number, perSecond: number) {
    this.#clock = clock
    this.#burst = burst
    this.#perSecond = perSecond
    this.#left = burst
    this.#countedAt = clock.wallNow()
  }

  /** Whether it may be done now; {@link take} counts it. */
  get isLeft(): boolean {
    const now = this.#clock.wallNow()
    const earned = (Math.max(0, now - this.#countedAt) * this.#perSecond) / 1000
    this.#left = Math.min(this.#burst, this.#left + earned)
    this.#countedAt = now
    return this.#left >= 1
  }

  take(): void {
    this.#left -= 1
  }
}
