import type { Database } from '../../src/store/database.ts'
import type { Accountant } from './accountant.ts'
import type { SimulatedBank } from './bank.ts'
import { FAULTS } from './fault-rules.ts'
import type { History } from './history.ts'
import { MONEY, MONEY_AT_THE_END } from './money-invariants.ts'
import { NOTICES, NOTICES_AT_THE_END } from './notice-invariants.ts'
import { ORDERS, ORDERS_AT_THE_END } from './order-invariants.ts'
import { PAYMENTS, PAYMENTS_AT_THE_END } from './payment-invariants.ts'
import { REFUNDS, REFUNDS_AT_THE_END } from './refund-invariants.ts'
import type { NoticeRow, Snapshot } from './snapshot.ts'

/** Everything that an invariant may look at. */
export interface View {
  db: Database
  now: Snapshot
  before: Snapshot
  /** All rows that the outbox has had, by id. */
  notices: ReadonlyMap<string, NoticeRow>
  history: History
  bank: SimulatedBank
  accountant: Accountant
  /** What has failed inside of the platform. */
  faults: readonly unknown[]
  /** The types of notices that others of their order may overtake. */
  reordered: ReadonlySet<string | undefined>
  /** True every now and then, for what is dear to check. */
  isThorough: boolean
}

/** Answers what is broken, as sentences; nothing when all is well. */
export type Invariant = (view: View) => string[] | Promise<string[]>

/** What is true after every step. */
export const ALWAYS = {
  nothingFailsInside: ({ faults }) => faults.map(fault => `The platform failed inside: ${describe(fault)}`),

  /** Bills, ledger, orders and notices of each day that is over agree to the fen, whoever asks and however often. */
  daysReconcile: ({ accountant }) => accountant.broken,

  ...ORDERS,
  ...PAYMENTS,
  ...MONEY,
  ...REFUNDS,
  ...NOTICES,
  ...FAULTS,
} as const satisfies Record<string, Invariant>

/** What is true when all that was due is done and nothing is under way. */
export const AT_THE_END = {
  ...ORDERS_AT_THE_END,
  ...PAYMENTS_AT_THE_END,
  ...MONEY_AT_THE_END,
  ...REFUNDS_AT_THE_END,
  ...NOTICES_AT_THE_END,
} as const satisfies Record<string, Invariant>

export type InvariantName = keyof typeof ALWAYS | keyof typeof AT_THE_END

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
