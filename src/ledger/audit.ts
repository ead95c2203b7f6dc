import type { Statements } from '../store/database.ts'

/**
 * Checks the whole ledger and answers every broken law as a sentence; an empty list means that the books are right.
 *
 * Each statement sees one committed state, so it can run beside charges. It reads every account and every transfer.
 */
export async function auditLedger(db: Statements): Promise<string[]> {
  const totals = await db.all<{ total: string }>(TOTAL)
  const low = await db.all<LowAccount>(BELOW_MINIMUM)
  const books = await db.all<Books>(DIFFERING_BOOKS)
  return [
    ...totals.map(({ total }) => `All balances sum to ${total} instead of zero`),
    ...low.map(
      ({ account, free, minimum }) => `${account} has ${free} left, which is below its minimum of ${minimum}`,
    ),
    ...books.flatMap(faultsOf),
  ]
}

interface LowAccount {
  account: string
  free: string
  minimum: string
}

/** An account beside what its transfers say. Sums are text, because a broken one may be of any size. */
interface Books {
  account: string
  /** 0 when transfers name the account and it does not exist. */
  known: number
  balance: string
  pending_debits: string
  pending_credits: string
  posted: string
  promised_debits: string
  promised_credits: string
}

function faultsOf(books: Books): string[] {
  const { account } = books
  if (books.known === 0) return [`${account} does not exist, but transfers name it`]
  const pairs = [
    ['balance', books.balance, books.posted],
    ['pending debits', books.pending_debits, books.promised_debits],
    ['pending credits', books.pending_credits, books.promised_credits],
  ] as const
  return pairs
    .filter(([, held, moved]) => held !== moved)
    .map(([what, held, moved]) => `The ${what} of ${account}: ${held}, but its transfers make ${moved}`)
}

const TOTAL = `SELECT CAST(SUM(balance) AS TEXT) AS total FROM ledger_accounts HAVING SUM(balance) <> 0`

const BELOW_MINIMUM = `
  SELECT account, CAST(balance - pending_debits AS TEXT) AS free, CAST(minimum AS TEXT) AS minimum
    FROM ledger_accounts WHERE balance - pending_debits < minimum ORDER BY account`

/** Accounts and both sides of every transfer in one list, added up by account. */
const DIFFERING_BOOKS = `
  SELECT account, CAST(SUM(known) AS INTEGER) AS known,
         CAST(SUM(balance) AS TEXT) AS balance, CAST(SUM(posted) AS TEXT) AS posted,
         CAST(SUM(pending_debits) AS TEXT) AS pending_debits, CAST(SUM(promised_debits) AS TEXT) AS promised_debits,
         CAST(SUM(pending_credits) AS TEXT) AS pending_credits, CAST(SUM(promised_credits) AS TEXT) AS promised_credits
    FROM (SELECT account, 1 AS known, balance, pending_debits, pending_credits,
                 0 AS posted, 0 AS promised_debits, 0 AS promised_credits
            FROM ledger_accounts
           UNION ALL
          SELECT debit_account, 0, 0, 0, 0, CASE state WHEN 'POSTED' THEN -amount ELSE 0 END,
                 CASE state WHEN 'PENDING' THEN amount ELSE 0 END, 0
            FROM ledger_transfers WHERE state <> 'VOIDED'
           UNION ALL
          SELECT credit_account, 0, 0, 0, 0, CASE state WHEN 'POSTED' THEN amount ELSE 0 END,
                 0, CASE state WHEN 'PENDING' THEN amount ELSE 0 END
            FROM ledger_transfers WHERE state <> 'VOIDED') AS books
   GROUP BY account
  HAVING SUM(known) = 0 OR SUM(balance) <> SUM(posted)
      OR SUM(pending_debits) <> SUM(promised_debits) OR SUM(pending_credits) <> SUM(promised_credits)
   ORDER BY account`
