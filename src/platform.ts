import type { Clock } from './clock/clock.ts'
import type { RefusedSignatures } from './diagnosis/refused-signatures.ts'
import type { Faults } from './faults/faults.ts'
import type { Bank } from './funding/bank.ts'
import type { PlatformKeys } from './merchants/platform-keys.ts'
import type { PlateChange } from './owners/plate-service.ts'
import type { Random } from './protocol/ids.ts'
import type { PlateSyntax } from './protocol/plate.ts'
import type { Database, Transaction } from './store/database.ts'
import type { Secrets } from './store/secrets.ts'

/** Limits that the documents leave open; docs/operations.md says how each is set. Times in milliseconds, money in fen. */
export interface Rules {
  /** `production` sends no notice to a private address, and refuses http where the documents say https; `sandbox` takes both. */
  profile: 'sandbox' | 'production'
  /** When a deduction is tried: waits before the first attempt and after each failing one. */
  deductionLadder: readonly number[]
  /** How long an advance may stay open before it makes its owner overdue. */
  advanceGrace: number
  /** How long money of charges with `profit_sharing` is held when nobody releases it. */
  profitSharingHold: number
  /** What is on no plate: `ANY` takes letters and digits, `GA36` what that standard knows. */
  plateSyntax: PlateSyntax
  /** The highest amount of one charge. */
  maxChargeAmount: number
  /** The highest amount of an owner's charges by one merchant in a day of Beijing time; `Infinity` for none. */
  maxDailyAmount: number
  /** How many charges a direct merchant makes of an owner in such a day; `Infinity` for any number. */
  maxDailyCharges: number
  /** How long after it was made an entry can be charged; `Infinity` for ever. */
  parkingLifetime: number
  /** How long after the exit a charge is taken; `Infinity` for ever. */
  chargeAfterExit: number
  /** The code of a charge whose app id is not bound, and with `NO_AUTH` also of one without the permission. */
  chargeSetupCode: 'INVALID_REQUEST' | 'PARAM_ERROR' | 'NO_AUTH'
  /** How long a refund takes into a wallet, and what it takes until an advance is repaid by one. */
  walletRefundDelay: number
  /** How long it takes until a bank is asked to put a refund on a card. */
  cardRefundDelay: number
  /** How far apart refunds of one order must be. */
  refundInterval: number
  /** Whether the limits of a second that are published for refunds and bills hold; tests may want them `off`. */
  publishedLimits: 'on' | 'off'
  /** Calls of one operation by one merchant in a second. */
  rateLimit: number
  /** What becomes of a request with parameters that the documents do not define. */
  undefinedFields: 'refuse' | 'ignore'
}

/** Work that falls due, by the names under which the workers know it; docs/operations.md says what each is. */
export const WORK_NAMES = [
  'settlement',
  'refunds',
  'repayments',
  'arrears',
  'releases',
  'stocks',
  'settledDays',
  'platformCertificates',
  'notices',
] as const
export type WorkName = (typeof WORK_NAMES)[number]

/**
 * What a room tells without knowing who listens. A listener is part of the transaction that caused it: what it writes
 * is committed with its cause or not at all.
 */
export interface Listeners {
  /** Whether stays with a plate can be charged has changed. */
  plateChanged(tx: Transaction, change: PlateChange): Promise<void>
  /** An owner has paid back what was advanced for an order; `subject` is the order's in the ledger. */
  advanceRepaid(tx: Transaction, subject: string): Promise<void>
}

/** What the rooms share: the store, the clocks, randomness, keys and rules. Built once, at start. */
export interface Platform {
  readonly db: Database
  readonly clock: Clock
  readonly random: Random
  /** Opens what the store keeps secret: private keys and APIv3 keys. */
  readonly secrets: Secrets
  readonly keys: PlatformKeys
  readonly rules: Rules
  /** Scheme and host under which callers reach the platform, such as `http://127.0.0.1:8080`: what download URLs begin with. */
  readonly publicUrl: string
  /** Where owners' cards are charged. */
  readonly bank: Bank
  readonly listeners: Listeners
  /** Why signatures were refused; for people, never for their callers. */
  readonly refusals: RefusedSignatures
  /** What goes wrong on purpose. */
  readonly faults: Faults
  /** Tell a worker that a commit made work for it. */
  readonly wake: Readonly<Record<WorkName, () => void>>
}
