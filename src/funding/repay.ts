import { dueRows } from '../clock/due-rows.ts'
import type { Job } from '../clock/worker.ts'
import { advanceOf, BANK_CLEARING, walletOf } from '../ledger/accounts.ts'
import { post } from '../ledger/ledger.ts'
import { markRepaid } from '../orders/change-order.ts'
import { orderOf } from '../orders/orders.ts'
import { changeArrears } from '../payers/arrears.ts'
import { lockPayer } from '../payers/payers.ts'
import type { Statements, Transaction } from '../store/database.ts'
import { type Advance, listUnpaidAdvances } from './advance.ts'
import type { BankPayment } from './bank.ts'
import {
  type Answered,
  askAgainAfter,
  askBank,
  paymentsOf,
  recordAnswer,
  rememberPayment,
} from './bank-payments.ts'
import { findCard } from './cards.ts'
import type { FundingContext } from './context.ts'

/** A payer pays back everything that was advanced. */
export interface Repayment {
  repayment_id: string
  payer_id: string
  /** `wallet`, or the id of one of the payer's cards. */
  source: string
  /** Fen. */
  amount: number
  /** `PENDING` until the bank has answered; a failed one leaves everything as it was. */
  state: 'PENDING' | 'PAID' | 'FAILED'
  failure: '' | 'NO_FUNDS' | 'REFUSED'
  create_time: number
  due_at: number | null
}

/** Why a repayment was not begun. */
export type RepaymentRefusal = 'id_used' | 'nothing_owed' | 'card_unknown' | 'another_pending'

/**
 * Begins a repayment of all that the payer owes. From the wallet it has ended with this transaction; from a card it ends
 * when the bank has answered. The same `repayment_id` again answers the repayment as it is now.
 */
export async function beginRepayment(
  tx: Transaction,
  platform: FundingContext,
  request: Pick<Repayment, 'repayment_id' | 'payer_id' | 'source'>,
): Promise<Repayment | RepaymentRefusal> {
  const { repayment_id, payer_id, source } = request
  // The payer's row keeps two of the same id apart.
  const payer = await lockPayer(tx, payer_id)
  const known = await findRepayment(tx, repayment_id)
  if (known) return known.payer_id === payer_id && known.source === source ? known : 'id_used'
  if (source !== 'wallet') {
    const card = await findCard(tx, source)
    if (card?.payer_id !== payer_id || card.state !== 'NORMAL') return 'card_unknown'
  }
  const advances = await listUnpaidAdvances(tx, payer_id)
  if (advances.length === 0) return 'nothing_owed'

  const now = platform.clock.now()
  const amount = advances.reduce((sum, advance) => sum + advance.amount, 0)
  const repayment: Repayment = {
    ...{ repayment_id, payer_id, source, amount },
    ...{ state: 'PENDING', failure: '', create_time: now, due_at: source === 'wallet' ? null : now },
  }
  if (!(await insertRepayment(tx, repayment, advances))) return 'another_pending'
  if (source !== 'wallet') {
    await rememberCardPayment(tx, repayment)
    tx.afterCommit(() => platform.wake('repayments'))
    return repayment
  }
  if (payer?.wallet_state === 'FROZEN') return fail(tx, repayment, 'REFUSED')
  if (!(await lockFunds(tx, walletOf(payer_id), amount))) return fail(tx, repayment, 'NO_FUNDS')
  await payBack(tx, platform, repayment, walletOf(payer_id))
  return { ...repayment, state: 'PAID' }
}

export function findRepayment(db: Statements, repaymentId: string): Promise<Repayment | undefined> {
  return db.get<Repayment>(
    `SELECT repayment_id, payer_id, source, amount, state, failure, create_time, due_at
       FROM repayments WHERE repayment_id = $1`,
    repaymentId,
  )
}

/** The worker's view of repayments from cards: their banks are asked, again and again until they answer. */
export function repayments(platform: FundingContext): Job<Pick<Repayment, 'repayment_id'>> {
  const { db, bank } = platform
  return {
    name: 'repayments',
    concurrency: 8,
    ...dueRows<Pick<Repayment, 'repayment_id'>>(
      db,
      'repayments',
      ['repayment_id'],
      ({ repayment_id }) => repayment_id,
    ),
    async handle({ repayment_id }) {
      const payment = await db.transaction(tx => beginAsking(tx, platform, repayment_id))
      if (!payment) return true
      const answered = await askBank(bank, payment)
      await db.transaction(tx => conclude(tx, platform, repayment_id, answered))
      return true
    },
  }
}

function subjectOf(repaymentId: string): string {
  return `repayment/${repaymentId}`
}

async function insertRepayment(
  tx: Transaction,
  repayment: Repayment,
  advances: readonly Advance[],
): Promise<boolean> {
  const { repayment_id, payer_id, source, amount, state, create_time, due_at } = repayment
  const inserted = await tx.run(
    `INSERT INTO repayments (repayment_id, payer_id, source, amount, state, create_time, due_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    repayment_id,
    payer_id,
    source,
    amount,
    state,
    create_time,
    due_at,
  )
  if (inserted === 0) return false
  for (const { subject } of advances) {
    await tx.run('INSERT INTO repaid_advances (repayment_id, subject) VALUES ($1, $2)', repayment_id, subject)
  }
  return true
}

async function rememberCardPayment(
  tx: Transaction,
  { repayment_id, source, amount, create_time }: Repayment,
): Promise<void> {
  const subject = subjectOf(repayment_id)
  const bank_type = (await findCard(tx, source))?.bank_type ?? ''
  const payment = { payment_id: subject, card_id: source, bank_type, amount }
  await rememberPayment(tx, { ...payment, subject, attempt: 1, business_time: create_time, completes: {} })
}

/** Moves the repayment out of the way while its bank is asked; after a crash it comes back. */
async function beginAsking(
  tx: Transaction,
  { clock }: FundingContext,
  repaymentId: string,
): Promise<BankPayment | undefined> {
  const [payment] = await paymentsOf(tx, subjectOf(repaymentId))
  if (payment?.state !== 'PENDING') return undefined
  const now = clock.now()
  const moved = await tx.run(
    'UPDATE repayments SET due_at = $1 WHERE repayment_id = $2 AND due_at <= $3',
    now + askAgainAfter(payment.unanswered),
    repaymentId,
    now,
  )
  return moved === 1 ? payment : undefined
}

async function conclude(
  tx: Transaction,
  platform: FundingContext,
  repaymentId: string,
  answered: Answered,
): Promise<void> {
  const repayment = await findRepayment(tx, repaymentId)
  await lockPayer(tx, repayment?.payer_id ?? '')
  const payment = await recordAnswer(tx, subjectOf(repaymentId), answered, platform.clock.now())
  if (!payment || repayment?.state !== 'PENDING' || answered.answer === 'unknown') return
  if (answered.answer === 'approved') await payBack(tx, platform, repayment, BANK_CLEARING)
  else await fail(tx, repayment, answered.answer === 'refused' ? 'REFUSED' : 'NO_FUNDS')
}

/** Looks whether an account has enough, and holds up everybody else who would take from it. */
async function lockFunds(tx: Transaction, account: string, amount: number): Promise<boolean> {
  const funds = await tx.get<{ free: number }>(
    `SELECT balance - pending_debits AS free FROM ledger_accounts WHERE account = $1 ${tx.forUpdate}`,
    account,
  )
  return funds !== undefined && funds.free >= amount
}

/**
 * Books a repayment against each of its advances, marks their orders and reports them; the money is there. Orders are locked
 * before the accounts of banks, because a refund locks its order before its merchant's accounts.
 */
async function payBack(
  tx: Transaction,
  platform: FundingContext,
  { repayment_id, payer_id }: Repayment,
  debit_account: string,
): Promise<void> {
  const business_time = platform.clock.now()
  const advances = await tx.all<Pick<Advance, 'subject' | 'amount' | 'state'>>(
    `SELECT a.subject, a.amount, a.state FROM repaid_advances r JOIN advances a ON a.subject = r.subject
      WHERE r.repayment_id = $1 ORDER BY a.advance_time, a.subject ${tx.forUpdate}`,
    repayment_id,
  )
  const transfers = advances.map(({ subject, amount }) => ({
    subject,
    entry: `repayment/${repayment_id}`,
    kind: 'repayment' as const,
    debit_account,
    credit_account: advanceOf(payer_id),
    amount,
    business_time,
  }))
  for (const { subject } of advances) {
    await markOrder(tx, subject)
    await platform.listeners.advanceRepaid(tx, subject)
  }
  if (!(await post(tx, transfers)))
    throw new Error(`The money for the repayment ${repayment_id} is not there`)
  await tx.run(
    `UPDATE advances SET state = 'REPAID', repaid_time = $1, due_at = NULL
      WHERE subject IN (SELECT subject FROM repaid_advances WHERE repayment_id = $2)`,
    business_time,
    repayment_id,
  )
  await tx.run(`UPDATE repayments SET state = 'PAID', due_at = NULL WHERE repayment_id = $1`, repayment_id)
  const overdue = advances.filter(({ state }) => state === 'OVERDUE')
  const sum = overdue.reduce((total, { amount }) => total + amount, 0)
  if (sum > 0) await changeArrears(tx, platform, payer_id, -sum)
}

/** Arrears from the start have no order. */
async function markOrder(tx: Transaction, subject: string): Promise<void> {
  const order = orderOf(subject)
  if (order && !(await markRepaid(tx, order)))
    throw new Error(`The order of ${subject} was not advanced, or is repaid already`)
}

async function fail(
  tx: Transaction,
  repayment: Repayment,
  failure: 'NO_FUNDS' | 'REFUSED',
): Promise<Repayment> {
  await tx.run(
    `UPDATE repayments SET state = 'FAILED', failure = $1, due_at = NULL WHERE repayment_id = $2`,
    failure,
    repayment.repayment_id,
  )
  return { ...repayment, state: 'FAILED', failure, due_at: null }
}
