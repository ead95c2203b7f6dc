import type { SqlValue, Transaction } from '../store/database.ts'

/** Why money moves. */
export type TransferKind =
  | 'top_up'
  | 'withdrawal'
  | 'charge'
  | 'coupon'
  | 'fee'
  | 'repayment'
  | 'release'
  | 'settlement'
  | 'refund'
  | 'fee_return'
  | 'refund_payout'
  | 'coupon_funding'
  | 'coupon_return'
  | 'opening'

/** One movement of money from one account to another, in fen. */
export interface Transfer {
  /** What it is for, such as `order/1230000109/20150806125346`: all that moves for an order has one subject. */
  subject: string
  /** Its name within the subject, such as `charge/1/wallet`; posted at most once. */
  entry: string
  kind: TransferKind
  debit_account: string
  credit_account: string
  /** Nothing is written down for a transfer of nothing. */
  amount: number
  /** Milliseconds of business time. */
  business_time: number
}

type Accounts = 'posted' | 'pending'

/** What a set of transfers does to one account. */
interface Change {
  debits: number
  credits: number
}

/**
 * Posts transfers, all of them or none. Answers false, and changes nothing, when an account would go below its minimum
 * by all of them together: what one transfer brings, another of the same set may take.
 *
 * Fails, and its transaction with it, when an entry was written before, an account does not exist, or an amount is below
 * zero or no safe integer. The same holds for {@link reserve}.
 */
export function post(tx: Transaction, transfers: readonly Transfer[]): Promise<boolean> {
  return write(tx, transfers, 'posted')
}

/**
 * Promises transfers: what they debit can no longer be spent, what they credit is not there yet. Answers false, and
 * changes nothing, when an account has too little. {@link postPending} or {@link voidPending} ends them.
 */
export function reserve(tx: Transaction, transfers: readonly Transfer[]): Promise<boolean> {
  return write(tx, transfers, 'pending')
}

/** Posts everything that is pending for a subject. Answers how many transfers there were. */
export function postPending(tx: Transaction, subject: string, businessTime: number): Promise<number> {
  return end(tx, subject, businessTime, 'POSTED')
}

/** Takes back everything that is pending for a subject. Answers how many transfers there were. */
export function voidPending(tx: Transaction, subject: string, businessTime: number): Promise<number> {
  return end(tx, subject, businessTime, 'VOIDED')
}

/**
 * Locks accounts before anything moves, for a transaction that books more than once: one that locked as it went could wait
 * in a circle with another. Those of pending transfers of the subject are locked too. On SQLite there is only one writer.
 */
export async function lockAccounts(
  tx: Transaction,
  subject: string,
  accounts: readonly string[],
): Promise<void> {
  if (tx.forUpdate === '') return
  const pending = await tx.all<Pick<Transfer, 'debit_account' | 'credit_account'>>(
    `SELECT debit_account, credit_account FROM ledger_transfers WHERE subject = $1 AND state = 'PENDING'`,
    subject,
  )
  const all = new Set([...accounts, ...pending.flatMap(Object.values)])
  // One by one, because the order of names is ours and not the database's.
  for (const account of [...all].sort().reverse()) {
    await tx.get(`SELECT account FROM ledger_accounts WHERE account = $1 ${tx.forUpdate}`, account)
  }
}

async function write(tx: Transaction, transfers: readonly Transfer[], to: Accounts): Promise<boolean> {
  for (const transfer of transfers) requirePossible(transfer)
  const moved = transfers.filter(({ amount }) => amount > 0)
  if (moved.length === 0) return true
  if (!(await change(tx, changesOf(moved), to))) return false
  await tx.run(insertOf(moved.length), ...moved.flatMap(transfer => valuesOf(transfer, to)))
  return true
}

const COLUMNS = [
  'subject',
  'entry',
  'kind',
  'debit_account',
  'credit_account',
  'amount',
  'state',
  'business_time',
] as const

/** A statement for so many transfers. Most sets have two or three, and their texts are not made anew for each. */
function insertOf(rows: number): string {
  const known = inserts[rows]
  if (known) return known
  const places = Array.from({ length: rows }, (_, row) => {
    return `(${COLUMNS.map((_column, index) => `$${row * COLUMNS.length + index + 1}`).join(', ')})`
  })
  const text = `INSERT INTO ledger_transfers (${COLUMNS.join(', ')}) VALUES ${places.join(', ')}`
  if (rows <= MOST_KEPT) inserts[rows] = text
  return text
}

const MOST_KEPT = 16
const inserts: string[] = []

function requirePossible({ subject, entry, debit_account, credit_account, amount }: Transfer): void {
  if (!Number.isSafeInteger(amount) || amount < 0) {
    throw new RangeError(`${subject} ${entry} cannot move ${amount} fen`)
  }
  if (debit_account === credit_account) {
    throw new RangeError(`${subject} ${entry} moves money from ${debit_account} to itself`)
  }
}

function valuesOf(transfer: Transfer, to: Accounts): SqlValue[] {
  const { subject, entry, kind, debit_account, credit_account, amount, business_time } = transfer
  const state = to === 'posted' ? 'POSTED' : 'PENDING'
  return [subject, entry, kind, debit_account, credit_account, amount, state, business_time]
}

/**
 * What the transfers do to each account together, in falling order of the accounts' names. One order for all, whatever
 * moves where, means that transactions wait for each other and never in a circle. In this one the payers' accounts, which
 * may be refused, come early, and the bank's, which many transactions change, comes last.
 */
function changesOf(
  transfers: readonly Pick<Transfer, 'debit_account' | 'credit_account' | 'amount'>[],
): [string, Change][] {
  const changes = new Map<string, Change>()
  const of = (account: string) => {
    const known = changes.get(account) ?? { debits: 0, credits: 0 }
    changes.set(account, known)
    return known
  }
  for (const { debit_account, credit_account, amount } of transfers) {
    of(debit_account).debits += amount
    of(credit_account).credits += amount
  }
  return [...changes].sort(([one], [other]) => (one < other ? 1 : -1))
}

async function change(tx: Transaction, changes: readonly [string, Change][], to: Accounts): Promise<boolean> {
  const done: [string, Change][] = []
  for (const [account, { debits, credits }] of changes) {
    const changed = await apply(tx, account, debits, credits, to)
    if (changed === 1) {
      done.push([account, { debits, credits }])
      continue
    }
    if (!(await tx.get('SELECT account FROM ledger_accounts WHERE account = $1', account)))
      throw new Error(`There is no account ${account}`)
    for (const [other, taken] of done) await apply(tx, other, -taken.debits, -taken.credits, to)
    return false
  }
  return true
}

const APPLY: Record<Accounts, string> = {
  posted: `UPDATE ledger_accounts SET balance = balance + $1 - $2
            WHERE account = $3 AND (minimum IS NULL OR balance + $1 - $2 - pending_debits >= minimum)`,
  pending: `UPDATE ledger_accounts SET pending_credits = pending_credits + $1, pending_debits = pending_debits + $2
             WHERE account = $3 AND (minimum IS NULL OR balance - pending_debits - $2 >= minimum)`,
}

function apply(
  tx: Transaction,
  account: string,
  debits: number,
  credits: number,
  to: Accounts,
): Promise<number> {
  return tx.run(APPLY[to], credits, debits, account)
}

/** The promise goes and, when it is kept, the balance changes: that can pass no minimum that the promise had not passed. */
const END: Record<'POSTED' | 'VOIDED', string> = {
  POSTED: `UPDATE ledger_accounts
              SET pending_credits = pending_credits - $1, pending_debits = pending_debits - $2, balance = balance + $1 - $2
            WHERE account = $3`,
  VOIDED: `UPDATE ledger_accounts SET pending_credits = pending_credits - $1, pending_debits = pending_debits - $2
            WHERE account = $3`,
}

async function end(
  tx: Transaction,
  subject: string,
  businessTime: number,
  state: 'POSTED' | 'VOIDED',
): Promise<number> {
  const ended = await tx.all<Pick<Transfer, 'debit_account' | 'credit_account' | 'amount'>>(
    `UPDATE ledger_transfers SET state = $1, business_time = $2 WHERE subject = $3 AND state = 'PENDING'
     RETURNING debit_account, credit_account, amount`,
    state,
    businessTime,
    subject,
  )
  for (const [account, { debits, credits }] of changesOf(ended)) {
    await tx.run(END[state], credits, debits, account)
  }
  return ended.length
}
