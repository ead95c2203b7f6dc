import type { Statements, Transaction } from '../store/database.ts'
import { BANK_TIMEOUT_MS, type Bank, type BankAnswer, type BankPayment, type BankRefund } from './bank.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/**
 * Waits before a bank that gave no clear answer is asked again, in milliseconds of business time. The last one repeats
 * for as long as it takes: money that may have moved is never given up.
 */
const ASK_AGAIN_AFTER: readonly number[] = [15 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, HOUR]

/** A payment that a bank was asked for, as the table has it. */
export interface AskedPayment extends BankPayment {
  subject: string
  attempt: number
  state: 'PENDING' | 'APPROVED' | 'NO_FUNDS' | 'REFUSED'
  unanswered: number
  /** JSON, see {@link rememberPayment}. */
  completes: string
}

/** What a bank has answered, on its way into the books. */
export interface Answered {
  payment_id: string
  answer: BankAnswer
}

/** What a clear answer makes of a payment. */
const STATES: Record<Exclude<BankAnswer, 'unknown'>, AskedPayment['state']> = {
  approved: 'APPROVED',
  no_funds: 'NO_FUNDS',
  refused: 'REFUSED',
}

/** Asks a bank to pay, outside of any transaction. No answer in time, or none at all, is `unknown`. */
export async function askBank(bank: Pick<Bank, 'pay'>, payment: BankPayment): Promise<Answered> {
  const { payment_id, card_id, bank_type, amount } = payment
  return { payment_id, answer: await answerOf(() => bank.pay({ payment_id, card_id, bank_type, amount })) }
}

/** Asks a bank to put money back on a card, in the same way. */
export function askToRefund(
  bank: Pick<Bank, 'refund'>,
  { refund_id, card_id, bank_type, amount }: BankRefund,
): Promise<BankAnswer> {
  return answerOf(() => bank.refund({ refund_id, card_id, bank_type, amount }))
}

async function answerOf(ask: () => Promise<BankAnswer>): Promise<BankAnswer> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<BankAnswer>(resolve => {
    timer = setTimeout(() => resolve('unknown'), BANK_TIMEOUT_MS)
  })
  const asked = async () => ask()
  const answer = asked().catch((): BankAnswer => 'unknown')
  try {
    const said = await Promise.race([answer, tooLate])
    // Another word than ours is no answer.
    return said in STATES ? said : 'unknown'
  } finally {
    clearTimeout(timer)
  }
}

/** Writes down what a bank is about to be asked; `completes` is kept as JSON for the moment when it says yes. */
export async function rememberPayment(
  tx: Transaction,
  payment: BankPayment & { subject: string; attempt: number; business_time: number; completes: unknown },
): Promise<void> {
  await tx.run(
    `INSERT INTO bank_payments (payment_id, subject, card_id, attempt, amount, state, business_time, completes)
     VALUES ($1, $2, $3, $4, $5, 'PENDING', $6, $7)`,
    payment.payment_id,
    payment.subject,
    payment.card_id,
    payment.attempt,
    payment.amount,
    payment.business_time,
    JSON.stringify(payment.completes),
  )
}

/** What banks were asked for a subject, the first first. */
export function paymentsOf(db: Statements, subject: string): Promise<AskedPayment[]> {
  return db.all<AskedPayment>(
    `SELECT p.payment_id, p.subject, p.card_id, c.bank_type, p.attempt, p.amount, p.state, p.unanswered, p.completes
       FROM bank_payments p JOIN cards c ON c.card_id = p.card_id
      WHERE p.subject = $1 ORDER BY p.attempt, p.business_time, p.payment_id`,
    subject,
  )
}

/**
 * Writes an answer down. Answers the payment as it was while it waited, or `undefined` when its answer is known already,
 * from somebody else who asked.
 */
export async function recordAnswer(
  tx: Transaction,
  subject: string,
  { payment_id, answer }: Answered,
  businessTime: number,
): Promise<AskedPayment | undefined> {
  const payment = (await paymentsOf(tx, subject)).find(asked => asked.payment_id === payment_id)
  if (payment?.state !== 'PENDING') return undefined
  const changed =
    answer === 'unknown'
      ? await tx.run(
          `UPDATE bank_payments SET unanswered = unanswered + 1 WHERE payment_id = $1 AND state = 'PENDING'`,
          payment_id,
        )
      : await tx.run(
          `UPDATE bank_payments SET state = $1, business_time = $2 WHERE payment_id = $3 AND state = 'PENDING'`,
          STATES[answer],
          businessTime,
          payment_id,
        )
  return changed === 1 ? payment : undefined
}

/** How long to wait before a bank is asked again that was asked without a clear answer so many times. */
export function askAgainAfter(unanswered: number): number {
  return ASK_AGAIN_AFTER[Math.min(unanswered, ASK_AGAIN_AFTER.length - 1)] ?? HOUR
}
