import type { FundingContext, FundingRules } from '../funding/context.ts'
import type { NoticesContext, NoticesRules } from '../notices/context.ts'

/** Limits that the documents leave open; docs/operations.md says how each is set. Times in milliseconds, money in fen. */
export interface Rules extends FundingRules, NoticesRules {
  /** When a deduction is tried: waits before the first attempt and after each failing one. */
  deductionLadder: readonly number[]
  /** What is on no plate: `ANY` takes letters and digits, `GA36` what that standard knows. */
  plateSyntax: 'ANY' | 'GA36'
  /** The highest amount of one charge. */
  maxChargeAmount: number
  /** The highest amount of a payer's charges by one merchant in a day of Beijing time; `Infinity` for none. */
  maxDailyAmount: number
  /** How many charges a direct merchant makes of a payer in such a day; `Infinity` for any number. */
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

/** What products take from their node. */
export interface ProductContext extends FundingContext, NoticesContext {
  rules: Rules
  /** Scheme and host under which callers reach the platform, such as `http://127.0.0.1:8080`: what download URLs begin with. */
  publicUrl: string
}
