import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Statements } from '../../../store/database.ts'

/** Business time whose transfers are added up by one statement, for which every other call waits. */
const WINDOW_MS = 10 * 60 * 1000

/** Accounts that are looked at as one, and all that are credited when one of them is credited or debited. */
export interface AccountsSince {
  own: readonly string[]
  credited: readonly string[]
  /** Milliseconds of business time. */
  from: number
  now: number
}

/** What the accounts had together, in fen, when `from` began: what they have now less what has moved since. */
export async function openingBalance(
  db: Statements,
  { own, credited, from, now }: AccountsSince,
): Promise<number> {
  const places = (count: number, first: number) =>
    Array.from({ length: count }, (_, index) => `$${first + index}`).join(', ')
  const owned = places(own.length, 1)
  const [begin, end] = [own.length + credited.length + 1, own.length + credited.length + 2]
  const moved = `SELECT COALESCE(CAST(SUM(CASE WHEN credit_account IN (${owned}) THEN amount ELSE 0 END
                                        - CASE WHEN debit_account IN (${owned}) THEN amount ELSE 0 END) AS BIGINT), 0) AS fen
                   FROM ledger_transfers
                  WHERE credit_account IN (${places(credited.length, own.length + 1)})
                    AND business_time >= $${begin} AND business_time < $${end} AND state = 'POSTED'`
  const balances = `SELECT CAST(SUM(balance) AS BIGINT) FROM ledger_accounts WHERE account IN (${owned})`
  const read = async (sql: string, since: number, until: number) =>
    (await db.get<{ fen: number }>(sql, ...own, ...credited, since, until))?.fen ?? 0

  // The last minutes are read together with the balance, because something may move in between.
  const last = Math.max(from, now - WINDOW_MS)
  let balance = await read(`SELECT (${balances}) - (${moved}) AS fen`, last, Number.MAX_SAFE_INTEGER)
  for (let since = from; since < last; since += WINDOW_MS) {
    balance -= await read(moved, since, Math.min(since + WINDOW_MS, last))
    await nextTurn()
  }
  return balance
}
