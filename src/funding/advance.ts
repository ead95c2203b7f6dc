import { dueRows } from '../clock/due-rows.ts'
import type { Job } from '../clock/worker.ts'
import { changeArrears } from '../payers/arrears.ts'
import { lockPayer } from '../payers/payers.ts'
import type { Statements, Transaction } from '../store/database.ts'
import type { FundingContext } from './context.ts'
import { fundingOptions } from './options.ts'

/** `bank_type` of an order that the platform has paid for the payer (微信垫付). */
export const ADVANCE_BANK_TYPE = 'BPA'

/** What a payer owes for one order. */
export interface Advance {
  /** The order's subject in the ledger. */
  subject: string
  payer_id: string
  /** Fen. */
  amount: number
  /** `OPEN` within the time of grace, then `OVERDUE`: the payer is in arrears until it is `REPAID`. */
  state: 'OPEN' | 'OVERDUE' | 'REPAID'
  /** Business time in milliseconds. */
  advance_time: number
  due_at: number | null
  repaid_time: number | null
}

/** Puts an advance on record. Without a time of grace its payer is in arrears at once. */
export async function recordAdvance(
  tx: Transaction,
  platform: FundingContext,
  { subject, payer_id, amount }: Pick<Advance, 'subject' | 'payer_id' | 'amount'>,
): Promise<void> {
  const { clock, options, wake } = platform
  const { advanceGrace } = options.of(fundingOptions)
  const now = clock.now()
  const hasGrace = advanceGrace > 0
  await tx.run(
    `INSERT INTO advances (subject, payer_id, amount, state, advance_time, due_at) VALUES ($1, $2, $3, $4, $5, $6)`,
    subject,
    payer_id,
    amount,
    hasGrace ? 'OPEN' : 'OVERDUE',
    now,
    hasGrace ? now + advanceGrace : null,
  )
  if (hasGrace) tx.afterCommit(() => wake('arrears'))
  else await changeArrears(tx, platform, payer_id, amount)
}

/** What a payer has to pay back, the oldest first. */
export function listUnpaidAdvances(db: Statements, payerId: string): Promise<Advance[]> {
  return db.all<Advance>(
    `SELECT subject, payer_id, amount, state, advance_time, due_at, repaid_time FROM advances
      WHERE payer_id = $1 AND state <> 'REPAID' ORDER BY advance_time, subject`,
    payerId,
  )
}

/** What is left to pay back for an order, in fen; the payer is locked already. */
export async function findUnpaidAdvance(
  tx: Transaction,
  subject: string,
): Promise<Pick<Advance, 'amount' | 'state'> | undefined> {
  return tx.get(`SELECT amount, state FROM advances WHERE subject = $1 AND state <> 'REPAID'`, subject)
}

/** True while a bank has not answered whether a payer's card pays an advance back. */
export async function isBeingRepaid(db: Statements, subject: string): Promise<boolean> {
  const pending = await db.get(
    `SELECT p.repayment_id FROM repaid_advances r JOIN repayments p ON p.repayment_id = r.repayment_id
      WHERE r.subject = $1 AND p.state = 'PENDING'`,
    subject,
  )
  return pending !== undefined
}

/**
 * Writes down that a refund has paid back a part of an advance, or all of it; the payer is locked already and the money is
 * booked by the caller. Answers whether nothing is left of it. No notice is sent: nobody paid.
 */
export async function reduceAdvance(
  tx: Transaction,
  platform: FundingContext,
  { subject, payer_id, amount }: Pick<Advance, 'subject' | 'payer_id' | 'amount'>,
): Promise<boolean> {
  const unpaid = await findUnpaidAdvance(tx, subject)
  if (!unpaid || unpaid.amount < amount)
    throw new RangeError(`Less than ${amount} fen are owed for ${subject}`)
  const isRepaid = unpaid.amount === amount
  if (isRepaid) {
    await tx.run(
      `UPDATE advances SET state = 'REPAID', repaid_time = $1, due_at = NULL WHERE subject = $2`,
      platform.clock.now(),
      subject,
    )
  } else {
    await tx.run('UPDATE advances SET amount = amount - $1 WHERE subject = $2', amount, subject)
  }
  if (unpaid.state === 'OVERDUE') await changeArrears(tx, platform, payer_id, -amount)
  return isRepaid
}

type DueAdvance = Pick<Advance, 'subject' | 'payer_id'>

/** The worker's view of open advances: when their time of grace is over they become arrears. */
export function arrears(platform: FundingContext): Job<DueAdvance> {
  const { db } = platform
  return {
    name: 'arrears',
    concurrency: 8,
    ...dueRows<DueAdvance>(db, 'advances', ['subject', 'payer_id'], ({ subject }) => subject),
    handle: advance => db.transaction(tx => becomeOverdue(tx, platform, advance)),
  }
}

async function becomeOverdue(
  tx: Transaction,
  platform: FundingContext,
  { subject, payer_id }: DueAdvance,
): Promise<boolean> {
  await lockPayer(tx, payer_id)
  const [overdue] = await tx.all<{ amount: number }>(
    `UPDATE advances SET state = 'OVERDUE', due_at = NULL WHERE subject = $1 AND state = 'OPEN' RETURNING amount`,
    subject,
  )
  if (overdue) await changeArrears(tx, platform, payer_id, overdue.amount)
  return true
}
