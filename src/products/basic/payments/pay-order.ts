import type { ProductContext } from '../../../calls/context.ts'
import { type Answered, askBank } from '../../../funding/bank-payments.ts'
import { type Charge, deduct, deductAfter, type Paid, type Step } from '../../../funding/deduct.ts'
import type { Source } from '../../../funding/sources.ts'
import type { Merchant } from '../../../merchants/merchants.ts'
import { type Payment, payOrder } from '../../../orders/change-order.ts'
import { type OrderKey, orderSubject } from '../../../orders/orders.ts'
import { openidFor } from '../../../payers/openids.ts'
import { newTransactionId } from '../../../protocol/ids.ts'
import type { Transaction } from '../../../store/database.ts'
import { announcePayment } from './announce-payment.ts'
import { type Opened, payeeOf } from './open-order.ts'
import { endResult, type Outcome } from './payment-results.ts'
import { findPayment, type PaymentOrder, updatePayment } from './payments.ts'
import { ORDER_LIFE_MS } from './prepay.ts'

export type ToAsk = Extract<Step, { result: 'ask_bank' }>

/** A payer chooses the source by its name; without one the payer's sources are tried in their order. */
export const NO_CHOICE = ''

/**
 * Begins an attempt of a locked order's payer. A step of it is one transaction, and between two of them at most one bank is
 * asked; {@link goOn} does the rest.
 */
export async function beginAttempt(
  tx: Transaction,
  platform: ProductContext,
  { order, payee }: Opened,
  payerId: string,
  source: string,
): Promise<Outcome | ToAsk> {
  const attempt = { ...order, bound_payer_id: payerId, asking: source, attempts: order.attempts + 1 }
  return apply(tx, platform, attempt, payee, await deduct(tx, platform, chargeOf(attempt, payee)))
}

/** Asks banks until the attempt is over or a bank gives no answer. */
export async function goOn(
  platform: ProductContext,
  key: OrderKey,
  begun: Outcome | ToAsk,
): Promise<Outcome> {
  const { db, bank } = platform
  let step = begun
  while (typeof step === 'object') {
    const answered = await askBank(bank, step.payment)
    step = await db.transaction(tx => afterAnswer(tx, platform, key, answered))
  }
  return step
}

async function afterAnswer(
  tx: Transaction,
  platform: ProductContext,
  key: OrderKey,
  answered: Answered,
): Promise<Outcome | ToAsk> {
  const order = await findPayment(tx, key, tx.forUpdate)
  if (!order) throw new Error(`There is no payment ${key.out_trade_no} of ${key.mchid}`)
  const payee = await payeeOf(tx, order)
  const step = await deductAfter(tx, platform, chargeOf(order, payee), answered)
  return ended(tx, order, await apply(tx, platform, order, payee, step))
}

/** Takes up an attempt whose bank is to be asked again. */
export async function resumeAttempt(
  tx: Transaction,
  platform: ProductContext,
  order: PaymentOrder,
): Promise<Outcome | ToAsk> {
  const payee = await payeeOf(tx, order)
  const step = await deduct(tx, platform, chargeOf(order, payee))
  return ended(tx, order, await apply(tx, platform, order, payee, step))
}

/** The payer who has waited sees how it has ended, from the same moment as the merchant. */
async function ended(
  tx: Transaction,
  order: PaymentOrder,
  outcome: Outcome | ToAsk,
): Promise<Outcome | ToAsk> {
  if (typeof outcome !== 'object' && outcome !== 'waiting') await endResult(tx, order, outcome)
  return outcome
}

function chargeOf(order: PaymentOrder, payee: Merchant): Charge {
  return {
    subject: orderSubject(order),
    payer_id: order.bound_payer_id ?? '',
    payee,
    total: order.total,
    goods_tag: order.goods_tag,
    profit_sharing: order.profit_sharing === 'Y',
    attempt: order.attempts,
    // A payer may choose a card again that has refused before.
    attempts_before: order.attempts - 1,
    allows: source => isChosen(order, source) && isAllowed(order, source),
  }
}

function isChosen({ asking }: PaymentOrder, { id }: Source): boolean {
  return !asking || asking === id
}

/** What each value of `limit_pay` rules out. */
const RULED_OUT: Readonly<Record<string, (source: Source) => boolean>> = {
  no_balance: ({ id }) => id === 'wallet',
  no_credit: ({ bank_type }) => bank_type.endsWith('_CREDIT'),
  no_debit: ({ bank_type }) => bank_type.endsWith('_DEBIT'),
  balance_only: ({ id }) => id !== 'wallet',
}

/** Whether the merchant lets an order be paid from a source. */
export function isAllowed({ scene }: PaymentOrder, source: Source): boolean {
  const { limit_pay = [] } = JSON.parse(scene) as { limit_pay?: string[] }
  return !limit_pay.some(limit => RULED_OUT[limit]?.(source))
}

/** Writes what a step means for the order: that it is paid with the notice of it, or when its bank is asked again. */
async function apply(
  tx: Transaction,
  platform: ProductContext,
  order: PaymentOrder,
  payee: Merchant,
  step: Step,
): Promise<Outcome | ToAsk> {
  const now = platform.clock.now()
  // Another node was first; what it has written says how the attempt stands.
  if (step.result === 'recorded') return order.success_time === null ? 'waiting' : 'paid'
  if (step.result === 'ask_bank' || step.result === 'unknown') {
    await updatePayment(tx, order, { ...order, due_at: now + step.askAgainAfter })
    tx.afterCommit(() => platform.wake('payments'))
    return step.result === 'ask_bank' ? step : 'waiting'
  }
  if (step.result === 'paid') {
    const paid = await payOrder(tx, order, await paymentOf(tx, platform, order, step, payee))
    await updatePayment(tx, paid, { ...paid, asking: null, due_at: null })
    await announcePayment(tx, platform, paid, payee)
    return 'paid'
  }
  await updatePayment(tx, order, { ...order, asking: null, due_at: order.create_time + ORDER_LIFE_MS })
  return step.result
}

async function paymentOf(
  tx: Transaction,
  { clock, random }: ProductContext,
  { bound_payer_id, appid, sub_appid, openid, sub_openid }: PaymentOrder,
  { result: _, promotion_detail, ...amounts }: Paid,
  { fee_rate }: Merchant,
): Promise<Payment> {
  const payer_id = bound_payer_id ?? ''
  return {
    ...{ payer_id, fee_rate },
    openid: openid || (await openidFor(tx, payer_id, appid, random)),
    sub_openid: sub_openid || (sub_appid && (await openidFor(tx, payer_id, sub_appid, random))),
    transaction_id: newTransactionId(clock.now(), random),
    success_time: clock.now(),
    ...amounts,
    promotion_detail: promotion_detail.length > 0 ? JSON.stringify(promotion_detail) : '',
  }
}
