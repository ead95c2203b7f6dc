import type { Clock } from './clock/clock.ts'
import type { PlatformKeys } from './merchants/platform-keys.ts'
import type { Random } from './protocol/ids.ts'
import type { Database } from './store/database.ts'

/** Limits that the documents leave open; docs/operations.md says how each is set. Times in milliseconds, money in fen. */
export interface Rules {
  /** `sandbox` takes http and private addresses as notify_url, `production` refuses both. */
  profile: 'sandbox' | 'production'
  /** When a deduction is tried: waits before the first attempt and after each failing one. */
  deductionLadder: readonly number[]
  /** The highest amount of one charge. */
  maxChargeAmount: number
  /** How long after it was made an entry can be charged. */
  parkingLifetime: number
  /** How long after the exit a charge is taken. */
  chargeAfterExit: number
  /** Calls of one operation by one merchant in a second. */
  rateLimit: number
}

/** What the rooms share: the store, the clocks, randomness, keys and rules. Built once, at start. */
export interface Platform {
  readonly db: Database
  readonly clock: Clock
  readonly random: Random
  readonly keys: PlatformKeys
  readonly rules: Rules
  /** Tell a worker that a commit made work for it. */
  readonly wake: { settlement(): void; notices(): void }
}
