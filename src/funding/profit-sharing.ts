import { dueRows } from '../clock/due-rows.ts'
import type { Job } from '../clock/worker.ts'
import { heldOf, pendingOf } from '../ledger/accounts.ts'
import { post } from '../ledger/ledger.ts'
import type { Statements, Transaction } from '../store/database.ts'
import type { FundingContext } from './context.ts'
import { fundingOptions } from './options.ts'

/** Money of an order with `profit_sharing=Y`: it stays apart until it is released. */
export interface Hold {
  /** The order's subject in the ledger. */
  subject: string
  mchid: string
  /** Fen, without the fee. */
  amount: number
  /** Business time at which it is released by itself; null once it is released. */
  due_at: number | null
  released_time: number | null
}

/** Puts a hold on record; its money has been booked to the merchant's held account. */
export async function hold(
  tx: Transaction,
  { clock, options, wake }: FundingContext,
  { subject, mchid, amount }: Pick<Hold, 'subject' | 'mchid' | 'amount'>,
): Promise<void> {
  if (amount === 0) return
  await tx.run(
    'INSERT INTO profit_sharing_holds (subject, mchid, amount, due_at) VALUES ($1, $2, $3, $4)',
    subject,
    mchid,
    amount,
    clock.now() + options.of(fundingOptions).profitSharingHold,
  )
  tx.afterCommit(() => wake('releases'))
}

export function findHold(db: Statements, subject: string): Promise<Hold | undefined> {
  return db.get<Hold>(
    'SELECT subject, mchid, amount, due_at, released_time FROM profit_sharing_holds WHERE subject = $1',
    subject,
  )
}

/** Gives held money to its merchant. Answers false when there is none under this subject; a second release changes nothing. */
export async function release(tx: Transaction, { clock }: FundingContext, subject: string): Promise<boolean> {
  const now = clock.now()
  const [released] = await tx.all<Pick<Hold, 'mchid' | 'amount'>>(
    `UPDATE profit_sharing_holds SET due_at = NULL, released_time = $1 WHERE subject = $2 AND due_at IS NOT NULL
     RETURNING mchid, amount`,
    now,
    subject,
  )
  if (!released) return (await findHold(tx, subject)) !== undefined
  const { mchid, amount } = released
  const moved = await post(tx, [
    {
      subject,
      entry: 'release',
      kind: 'release',
      debit_account: heldOf(mchid),
      credit_account: pendingOf(mchid),
      amount,
      business_time: now,
    },
  ])
  if (!moved) throw new Error(`The money of ${subject} is not held any more`)
  return true
}

/**
 * What is still held for an order, in fen. The hold is locked, so that it is not released before this transaction ends; it
 * comes before the locks of accounts.
 */
export async function lockHold(tx: Transaction, subject: string): Promise<number> {
  const hold = await tx.get<Pick<Hold, 'amount'>>(
    `SELECT amount FROM profit_sharing_holds WHERE subject = $1 AND due_at IS NOT NULL ${tx.forUpdate}`,
    subject,
  )
  return hold?.amount ?? 0
}

/** Less is held for an order, because it was refunded; a hold with nothing left is none. */
export async function reduceHold(tx: Transaction, subject: string, amount: number): Promise<void> {
  const reduced = await tx.run(
    'UPDATE profit_sharing_holds SET amount = amount - $1 WHERE subject = $2 AND due_at IS NOT NULL AND amount > $1',
    amount,
    subject,
  )
  if (reduced === 1) return
  await tx.run('DELETE FROM profit_sharing_holds WHERE subject = $1 AND due_at IS NOT NULL', subject)
}

/** The worker's view of holds: what nobody has released is released when its time is over. */
export function releases(platform: FundingContext): Job<Pick<Hold, 'subject'>> {
  const { db } = platform
  return {
    name: 'releases',
    concurrency: 8,
    ...dueRows<Pick<Hold, 'subject'>>(db, 'profit_sharing_holds', ['subject'], ({ subject }) => subject),
    async handle({ subject }) {
      await db.transaction(tx => release(tx, platform, subject))
      return true
    },
  }
}
