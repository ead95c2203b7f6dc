import type { Clock } from '../clock/clock.ts'
import type { Options } from '../options/options.ts'
import type { PayerListeners } from '../payers/arrears.ts'
import type { Random } from '../protocol/ids.ts'
import type { Database, Transaction } from '../store/database.ts'
import type { Bank } from './bank.ts'

/** What is reported of money, in the same transaction. */
export interface FundingListeners extends PayerListeners {
  /** A payer has paid back what was advanced; `subject` is the order's in the ledger, and the order is marked already. */
  advanceRepaid(tx: Transaction, subject: string): Promise<void>
}

/** What this room takes from its node. */
export interface FundingContext {
  db: Database
  clock: Clock
  random: Random
  /** Where payers' cards are charged. */
  bank: Bank
  options: Options
  listeners: FundingListeners
  wake(job: string): void
}
