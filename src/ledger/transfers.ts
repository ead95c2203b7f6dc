import type { Statements } from '../store/database.ts'
import type { Transfer } from './ledger.ts'

/** A transfer as the ledger has it: `PENDING` is promised, `POSTED` has moved, `VOIDED` was taken back. */
export interface RecordedTransfer extends Transfer {
  state: 'PENDING' | 'POSTED' | 'VOIDED'
}

/** Everything that was written down for a subject, such as an order, the latest change last. */
export function transfersOf(db: Statements, subject: string): Promise<RecordedTransfer[]> {
  return db.all<RecordedTransfer>(
    `SELECT subject, entry, kind, debit_account, credit_account, amount, state, business_time
       FROM ledger_transfers WHERE subject = $1 ORDER BY business_time, entry`,
    subject,
  )
}
