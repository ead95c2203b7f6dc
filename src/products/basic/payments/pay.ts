import { contentDigest } from '../../../calls/content-digest.ts'
import type { ProductContext } from '../../../calls/context.ts'
import { atOneInstant } from '../../../clock/at-one-instant.ts'
import type { Statements, Transaction } from '../../../store/database.ts'
import { type Entry, openOrder } from './open-order.ts'
import { beginAttempt, goOn, NO_CHOICE, type Outcome } from './pay-order.ts'
import { findPayment, type PaymentOrder, updatePayment } from './payments.ts'
import { type Refusal, refusal } from './shown-texts.ts'

export interface Payment {
  payer_id: string
  payment_id: string
  entry: Entry
  action: 'PAY' | 'CANCEL'
  /** The payer's card, or `wallet`; without it the payer's sources are tried in their order. */
  source?: string | undefined
}

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

type Row = Omit<PaymentResult, 'explanation'> & { content_digest: string; explanation: string }

/** Done once for each `payment_id` of a payer. `other_content` when the id was used for something else. */
export async function pay(
  platform: ProductContext,
  payment: Payment,
): Promise<PaymentResult | 'other_content'> {
  const digest = contentDigest([JSON.stringify(payment.entry), payment.action, payment.source])
  const taken = await platform.db.transaction(tx => take(tx, platform, payment, digest))
  if (taken === 'other_content') return taken
  if ('result' in taken) return taken.result
  const result = resultOf(taken.order, await goOn(platform, taken.order, taken.begun))
  await platform.db.transaction(tx => writeResult(tx, payment, result))
  return result
}

type Taken = { result: PaymentResult } | { order: PaymentOrder; begun: Begun }
type Begun = Exclude<Awaited<ReturnType<typeof beginAttempt>>, Outcome>

/** What was done under the id before, or a new attempt as far as the first bank. */
async function take(
  tx: Transaction,
  platform: ProductContext,
  payment: Payment,
  digest: string,
): Promise<Taken | 'other_content'> {
  const instant = atOneInstant(platform)
  // Before anything else, so that of two calls at once the second waits here.
  if (!(await insertResult(tx, instant, payment, digest))) return taken(tx, payment, digest)
  const begun = await begin(tx, instant, payment)
  const result = 'begun' in begun ? resultOf(begun.order, 'waiting') : begun.result
  await writeResult(tx, payment, result)
  return begun
}

async function taken(
  tx: Transaction,
  payment: Payment,
  digest: string,
): Promise<Extract<Taken, { result: unknown }> | 'other_content'> {
  const row = await findResult(tx, payment)
  if (row?.content_digest !== digest) return 'other_content'
  return { result: row.state === 'PROCESSING' ? await settled(tx, payment, row) : shownRow(row) }
}

async function begin(tx: Transaction, instant: ProductContext, payment: Payment): Promise<Taken> {
  const { payer_id, action, source = NO_CHOICE } = payment
  const order = await openOrder(tx, instant.clock.now(), payment.entry, payer_id, tx.forUpdate)
  if ('explanation' in order) return { result: refusedResult(order) }
  if (action === 'CANCEL') {
    await updatePayment(tx, order, { ...order, bound_payer_id: payer_id })
    return { result: result('CANCELLED', order) }
  }
  const begun = await beginAttempt(tx, instant, order, payer_id, source)
  return typeof begun === 'object' ? { order, begun } : { result: resultOf(order, begun) }
}

const REFUSED: Record<Extract<Outcome, 'no_funds' | 'refused'>, Refusal> = {
  no_funds: refusal('NO_FUNDS', 'No source that the payer chose, and that limit_pay allows, has the money.'),
  refused: refusal('ACCOUNT_FROZEN', "The payer's wallet is FROZEN."),
}

function resultOf(order: PaymentOrder, outcome: Outcome): PaymentResult {
  if (outcome === 'paid') return result('PAID', order)
  if (outcome === 'waiting') return result('PROCESSING', order)
  return { ...refusedResult(REFUSED[outcome]), mchid: order.mchid, out_trade_no: order.out_trade_no }
}

function result(
  state: PaymentResult['state'],
  { mchid, out_trade_no }: Pick<PaymentResult, 'mchid' | 'out_trade_no'>,
): PaymentResult {
  return { state, mchid, out_trade_no, shown: '', explanation: [] }
}

/** What a payer could not do, before it was done. */
export function refusedResult({ shown, explanation }: Refusal): PaymentResult {
  return { state: 'REFUSED', mchid: '', out_trade_no: '', shown, explanation }
}

/** A result that was waiting for a bank when it was written, by what the order says now. */
async function settled(tx: Transaction, payment: Payment, row: Row): Promise<PaymentResult> {
  const order = await findPayment(tx, row)
  if (!order || order.asking !== null) return shownRow(row)
  const now = resultOf(order, order.success_time === null ? 'no_funds' : 'paid')
  await writeResult(tx, payment, now)
  return now
}

const COLUMNS = 'content_digest, mchid, out_trade_no, state, shown, explanation'

export async function findResult(
  db: Statements,
  { payer_id, payment_id }: Pick<Payment, 'payer_id' | 'payment_id'>,
): Promise<Row | undefined> {
  return db.get<Row>(
    `SELECT ${COLUMNS} FROM payer_payments WHERE payer_id = $1 AND payment_id = $2`,
    payer_id,
    payment_id,
  )
}

function shownRow({ content_digest: _, explanation, ...row }: Row): PaymentResult {
  return { ...row, explanation: JSON.parse(explanation) as string[] }
}

/** Takes the id. Answers false when it is taken. */
async function insertResult(
  tx: Transaction,
  { clock }: ProductContext,
  { payer_id, payment_id }: Payment,
  digest: string,
): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO payer_payments (payer_id, payment_id, create_time, ${COLUMNS})
     VALUES ($1, $2, $3, $4, '', '', 'PROCESSING', '', '[]') ON CONFLICT DO NOTHING`,
    payer_id,
    payment_id,
    clock.now(),
    digest,
  )
  return inserted === 1
}

async function writeResult(
  tx: Transaction,
  { payer_id, payment_id }: Payment,
  { mchid, out_trade_no, state, shown, explanation }: PaymentResult,
): Promise<void> {
  await tx.run(
    `UPDATE payer_payments SET mchid = $1, out_trade_no = $2, state = $3, shown = $4, explanation = $5
      WHERE payer_id = $6 AND payment_id = $7`,
    mchid,
    out_trade_no,
    state,
    shown,
    JSON.stringify(explanation),
    payer_id,
    payment_id,
  )
}
