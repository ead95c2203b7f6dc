import type { Clock } from '../clock/clock.ts'
import type { Job } from '../clock/worker.ts'
import { availableOf, bankOf, feesOf, pendingOf } from '../ledger/accounts.ts'
import { post, type Transfer } from '../ledger/ledger.ts'
import { formatTime } from '../protocol/time.ts'
import type { Database, Statements, Transaction } from '../store/database.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** Merchants whose day is settled by one transaction. */
const MERCHANTS_AT_ONCE = 50
/** Days without collections that are settled by one transaction. */
const DAYS_AT_ONCE = 366

/** A day in Beijing time, such as `2026-06-01`, whose collections are to become available. */
interface Day {
  day: string
}

/** An account as far as money can be taken from it. */
interface Balance {
  account: string
  balance: number
  pending_debits: number
}

/** What this job takes from its node. */
interface Context {
  db: Database
  clock: Clock
}

/**
 * The worker's view of days: at midnight, Beijing time, what was collected until then becomes available to its
 * merchants, and is paid out to those with `auto_withdrawal`. Days that were missed are settled one after the other.
 */
export function settledDays(context: Context): Job<Day> {
  const { db, clock } = context
  return {
    name: 'settledDays',
    concurrency: 1,
    key: ({ day }) => day,
    async claim(now, _limit, inHand) {
      const day = await firstUnsettled(db, now)
      return endOf(day) <= now && !inHand.has(day) ? [{ day }] : []
    },
    async handle({ day }) {
      await settleDay(context, day)
      return true
    },
    async nextDueAt() {
      return endOf(await firstUnsettled(db, clock.now()))
    },
  }
}

/** The first day that is not settled. In a new sandbox it is the day before, which has nothing to settle. */
async function firstUnsettled(db: Statements, now: number): Promise<string> {
  const last = await db.get<{ day: string | null }>('SELECT MAX(day) AS day FROM settled_days')
  return last?.day ? dayAt(endOf(last.day)) : dayAt(now - DAY_MS)
}

function dayAt(instant: number): string {
  return formatTime(instant).slice(0, 10)
}

/** The midnight with which a day ends. Beijing time has no daylight saving. */
function endOf(day: string): number {
  return Date.parse(`${day}T00:00:00+08:00`) + DAY_MS
}

/**
 * Settles merchants in groups, and then writes down the day. After a crash, or beside another node, a merchant whose day
 * is settled already is not changed.
 */
async function settleDay(context: Context, day: string): Promise<void> {
  const { db, clock } = context
  // Read once: what is collected from here on belongs to a day that is not over.
  const now = clock.now()
  let hasRest = false
  let lastMchid = ''
  for (;;) {
    const merchants = await db.all<{ mchid: string }>(
      'SELECT mchid FROM merchants WHERE mchid > $1 ORDER BY mchid LIMIT $2',
      lastMchid,
      MERCHANTS_AT_ONCE,
    )
    const group = merchants.map(({ mchid }) => mchid)
    const last = group.at(-1)
    if (last === undefined) break
    if (await db.transaction(tx => settleGroup(tx, day, group, now))) hasRest = true
    lastMchid = last
  }
  // With nothing left to settle, all days that are over are settled as well.
  const days = [day]
  while (!hasRest && days.length < DAYS_AT_ONCE) {
    const next = dayAt(endOf(days.at(-1) ?? day))
    if (endOf(next) > now) break
    days.push(next)
  }
  const rows = days.map((_, index) => `($${index + 2}, $1)`).join(', ')
  await db.run(
    `INSERT INTO settled_days (day, settled_time) VALUES ${rows} ON CONFLICT DO NOTHING`,
    now,
    ...days,
  )
}

/** Answers whether merchants of the group have more to settle on a later day. */
async function settleGroup(
  tx: Transaction,
  day: string,
  group: readonly string[],
  now: number,
): Promise<boolean> {
  let hasRest = false
  for (const mchid of await withPending(tx, group)) {
    if ((await settleMerchant(tx, day, mchid, now)) > 0) hasRest = true
  }
  return hasRest
}

/** Those of the group that have anything to settle, in the order in which all nodes lock their accounts. */
async function withPending(tx: Transaction, group: readonly string[]): Promise<string[]> {
  const places = group.map((_, index) => `$${index + 1}`).join(', ')
  const accounts = await tx.all<{ account: string }>(
    `SELECT account FROM ledger_accounts WHERE account IN (${places}) AND balance > 0`,
    ...group.map(pendingOf),
  )
  const found = new Set(accounts.map(({ account }) => account))
  return group.filter(mchid => found.has(pendingOf(mchid)))
}

/** Makes a merchant's collections until the end of the day available; answers how much is left, in fen. */
async function settleMerchant(tx: Transaction, day: string, mchid: string, now: number): Promise<number> {
  const account = pendingOf(mchid)
  const subject = `settlement/${mchid}/${day}`
  const pending = await tx.get<Balance>(
    `SELECT account, balance, pending_debits FROM ledger_accounts WHERE account = $1 ${tx.forUpdate}`,
    account,
  )
  const free = pending ? pending.balance - pending.pending_debits : 0
  if (await tx.get('SELECT subject FROM ledger_transfers WHERE subject = $1', subject)) return free
  // What was taken out since midnight counts as taken from what was there before.
  const amount = Math.max(0, free - (await collectedSince(tx, mchid, endOf(day))))
  const settled: Transfer = {
    ...{ subject, entry: 'settlement', kind: 'settlement', business_time: now, amount },
    ...{ debit_account: account, credit_account: availableOf(mchid) },
  }
  const paidOut: Transfer = {
    ...{ subject, entry: 'withdrawal', kind: 'withdrawal', business_time: now, amount },
    ...{ debit_account: availableOf(mchid), credit_account: bankOf(mchid) },
  }
  const transfers = (await withdrawsByItself(tx, mchid)) ? [settled, paidOut] : [settled]
  if (!(await post(tx, transfers))) throw new Error(`${account} has less than ${amount} fen`)
  return free - amount
}

async function withdrawsByItself(tx: Transaction, mchid: string): Promise<boolean> {
  const merchant = await tx.get<{ auto_withdrawal: number }>(
    'SELECT auto_withdrawal FROM merchants WHERE mchid = $1',
    mchid,
  )
  return merchant?.auto_withdrawal === 1
}

/** What came to a merchant's account since an instant, less the fees of it, in fen. */
async function collectedSince(tx: Transaction, mchid: string, instant: number): Promise<number> {
  const account = pendingOf(mchid)
  const row = await tx.get<{ amount: number | null }>(
    `SELECT CAST(SUM(CASE credit_account WHEN $1 THEN amount ELSE -amount END) AS BIGINT) AS amount FROM ledger_transfers
      WHERE (credit_account = $1 OR (credit_account = $2 AND debit_account = $1))
        AND business_time >= $3 AND state = 'POSTED'`,
    account,
    feesOf(mchid),
    instant,
  )
  return row?.amount ?? 0
}
