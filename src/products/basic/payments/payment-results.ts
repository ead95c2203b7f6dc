import type { Statements, Transaction } from '../../../store/database.ts'
import type { PaymentOrder } from './payments.ts'
import { type Refusal, refusal } from './shown-texts.ts'

/** How an attempt stands: paid, waiting for a bank, or over without money. */
export type Outcome = 'paid' | 'waiting' | 'no_funds' | 'refused'

/** What has become of what a payer did. */
export interface PaymentResult {
  state: 'PAID' | 'PROCESSING' | 'CANCELLED' | 'REFUSED'
  /** The order that it was about, once it is known. */
  mchid: string
  out_trade_no: string
  /** Empty unless it was refused. */
  shown: string
  explanation: readonly string[]
}

/** What a payer did, by its name among those of the payer, and what it was. */
export interface PaymentName {
  payer_id: string
  payment_id: string
  content_digest: string
}

const REFUSED: Record<Extract<Outcome, 'no_funds' | 'refused'>, Refusal> = {
  no_funds: refusal('NO_FUNDS', 'No source that the payer chose, and that limit_pay allows, has the money.'),
  refused: refusal('ACCOUNT_FROZEN', "The payer's wallet is FROZEN."),
}

/** The result of an attempt to pay an order. */
export function resultOf(order: PaymentOrder, outcome: Outcome): PaymentResult {
  if (outcome === 'paid') return result('PAID', order)
  if (outcome === 'waiting') return result('PROCESSING', order)
  return { ...refusedResult(REFUSED[outcome]), mchid: order.mchid, out_trade_no: order.out_trade_no }
}

/** The result of a look at an order that the payer has left again. */
export function cancelledResult(order: PaymentOrder): PaymentResult {
  return result('CANCELLED', order)
}

/** What a payer could not do, before it was done. */
export function refusedResult({ shown, explanation }: Refusal): PaymentResult {
  return { state: 'REFUSED', mchid: '', out_trade_no: '', shown, explanation }
}

function result(
  state: PaymentResult['state'],
  { mchid, out_trade_no }: Pick<PaymentResult, 'mchid' | 'out_trade_no'>,
): PaymentResult {
  return { state, mchid, out_trade_no, shown: '', explanation: [] }
}

type Row = Omit<PaymentResult, 'explanation'> & { content_digest: string; explanation: string }

/** The result under a name, or `other_content` when the name was used for something else. */
export async function findResult(
  db: Statements,
  { payer_id, payment_id, content_digest }: PaymentName,
): Promise<PaymentResult | 'other_content' | undefined> {
  const row = await db.get<Row>(
    `SELECT content_digest, mchid, out_trade_no, state, shown, explanation FROM payer_payments
      WHERE payer_id = $1 AND payment_id = $2`,
    payer_id,
    payment_id,
  )
  if (!row) return undefined
  const { content_digest: digest, explanation, ...rest } = row
  return digest === content_digest
    ? { ...rest, explanation: JSON.parse(explanation) as string[] }
    : 'other_content'
}

/** Writes a result under a name. Answers false when the name is taken; of two that write it at once the second waits. */
export async function insertResult(
  tx: Transaction,
  { payer_id, payment_id, content_digest }: PaymentName,
  { mchid, out_trade_no, state, shown, explanation }: PaymentResult,
  now: number,
): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO payer_payments (payer_id, payment_id, create_time, content_digest, mchid, out_trade_no, state, shown, explanation)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
    ...[payer_id, payment_id, now, content_digest],
    ...[mchid, out_trade_no, state, shown, JSON.stringify(explanation)],
  )
  return inserted === 1
}

/** Writes how an attempt that had waited for a bank has ended. */
export async function endResult(tx: Statements, order: PaymentOrder, outcome: Outcome): Promise<void> {
  const { mchid, out_trade_no, state, shown, explanation } = resultOf(order, outcome)
  await tx.run(
    `UPDATE payer_payments SET state = $1, shown = $2, explanation = $3
      WHERE mchid = $4 AND out_trade_no = $5 AND state = 'PROCESSING'`,
    ...[state, shown, JSON.stringify(explanation)],
    ...[mchid, out_trade_no],
  )
}
