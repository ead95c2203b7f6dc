import type { ProductContext } from '../../../calls/context.ts'
import { atOneInstant } from '../../../clock/at-one-instant.ts'
import { dueRows } from '../../../clock/due-rows.ts'
import { type Job, Postponed } from '../../../clock/worker.ts'
import { type Answered, askBank } from '../../../funding/bank-payments.ts'
import { type Charge, deduct, deductAfter, type Paid, type Step } from '../../../funding/deduct.ts'
import { findMerchant, type Merchant } from '../../../merchants/merchants.ts'
import { failOrder, type Payment, payOrder } from '../../../orders/change-order.ts'
import { type OrderKey, orderSubject } from '../../../orders/orders.ts'
import { newTransactionId } from '../../../protocol/ids.ts'
import type { Transaction } from '../../../store/database.ts'
import { announceResult } from './announce-result.ts'
import { parkingOptions } from './options.ts'
import { endCharge, lockCharge, type ParkingOrder, postponeCharge } from './orders.ts'

/** Deductions in hand at once, on one node. */
const CONCURRENCY = 64
/** How long an order rests whose settlement failed by a fault of ours. */
const FAULT_WAIT_MS = 60_000

/**
 * The worker's view of accepted orders. Each step of a deduction is one transaction; between two of them at most one bank
 * is asked, and what it is asked is on record before.
 */
export function settlement(platform: ProductContext): Job<OrderKey> {
  const { db, bank } = platform
  return {
    name: 'settlement',
    concurrency: CONCURRENCY,
    ...dueRows<OrderKey>(
      db,
      'parking_charges',
      ['mchid', 'out_trade_no'],
      order => `${order.mchid}/${order.out_trade_no}`,
    ),
    async handle(key) {
      try {
        let step = await db.transaction(tx => begin(tx, atOneInstant(platform), key))
        while (typeof step === 'object') {
          const answered = await askBank(bank, step.payment)
          step = await db.transaction(tx => goOn(tx, atOneInstant(platform), key, answered))
        }
        return step === 'done'
      } catch (error) {
        await postpone(platform, key)
        throw new Postponed(error)
      }
    },
  }
}

/** `held` when another node is at it; otherwise the bank to ask, if there is one. */
type Next = 'done' | 'held' | Extract<Step, { result: 'ask_bank' }>

/** Takes up an order that is due. */
async function begin(tx: Transaction, platform: ProductContext, key: OrderKey): Promise<Next> {
  const now = platform.clock.now()
  const order = await lockCharge(tx, key, tx.skipLocked, now)
  // What is due still and could not be locked is in other hands; what is not due any more was done there.
  if (!order) return (await lockCharge(tx, key, '', now)) ? 'held' : 'done'
  const payee = await payeeOf(tx, order)
  return apply(tx, platform, order, payee, await deduct(tx, platform, chargeOf(order, payee)))
}

/** Goes on with an order whose bank has answered. */
async function goOn(
  tx: Transaction,
  platform: ProductContext,
  key: OrderKey,
  answered: Answered,
): Promise<Next> {
  const order = await lockCharge(tx, key, tx.forUpdate)
  if (!order) throw new Error(`There is no charge ${key.out_trade_no} of ${key.mchid}`)
  const payee = await payeeOf(tx, order)
  const step = await deductAfter(tx, platform, chargeOf(order, payee), answered)
  return apply(tx, platform, order, payee, step)
}

async function payeeOf(tx: Transaction, { mchid, sub_mchid }: ParkingOrder): Promise<Merchant> {
  const payee = await findMerchant(tx, sub_mchid || mchid)
  if (!payee) throw new Error(`There is no merchant ${sub_mchid || mchid}`)
  return payee
}

function chargeOf(order: ParkingOrder, payee: Merchant): Charge {
  return {
    subject: orderSubject(order),
    payer_id: order.payer_id,
    payee,
    total: order.total,
    goods_tag: order.goods_tag,
    profit_sharing: order.profit_sharing === 'Y',
    attempt: order.deduction_attempts + 1,
    attempts_before: order.attempts_before,
  }
}

/** Writes what a step of the deduction means for the order: its end with the notice of it, or when it is due next. */
async function apply(
  tx: Transaction,
  platform: ProductContext,
  order: ParkingOrder,
  payee: Merchant,
  step: Step,
): Promise<Next> {
  const { clock, options } = platform
  const attempts = order.deduction_attempts
  if (step.result === 'recorded') return 'done'
  if (step.result === 'ask_bank' || step.result === 'unknown') {
    await postponeCharge(tx, order, attempts, clock.now() + step.askAgainAfter)
    return step.result === 'ask_bank' ? step : 'done'
  }
  if (step.result === 'no_funds') {
    const { deductionLadder } = options.of(parkingOptions)
    const wait = deductionLadder[attempts - order.attempts_before + 1]
    if (wait !== undefined) {
      await postponeCharge(tx, order, attempts + 1, clock.now() + wait)
      return 'done'
    }
  }
  const payment = step.result === 'paid' ? paymentOf(order, step, payee, platform) : undefined
  await conclude(tx, platform, payee, { ...order, deduction_attempts: attempts + 1 }, payment)
  return 'done'
}

/** Writes an order whose deduction has ended and puts the notice of it into the outbox. */
async function conclude(
  tx: Transaction,
  platform: ProductContext,
  payee: Merchant,
  order: ParkingOrder,
  payment: Payment | undefined,
): Promise<void> {
  const ended = payment ? await payOrder(tx, order, payment) : await failOrder(tx, order)
  await endCharge(tx, ended)
  const eventType = ended.trade_state === 'SUCCESS' ? 'TRANSACTION.SUCCESS' : 'TRANSACTION.FAIL'
  await announceResult(tx, platform, ended, eventType, payee)
}

function paymentOf(
  { payer_id, openid, sub_openid }: ParkingOrder,
  { result: _, promotion_detail, ...amounts }: Paid,
  { fee_rate }: Merchant,
  { clock, random }: ProductContext,
): Payment {
  return {
    ...{ payer_id, openid, sub_openid, fee_rate },
    transaction_id: newTransactionId(clock.now(), random),
    success_time: clock.now(),
    ...amounts,
    promotion_detail: promotion_detail.length > 0 ? JSON.stringify(promotion_detail) : '',
  }
}

/** Moves an order out of the way after a fault, so that one bad row cannot keep the worker busy. */
async function postpone({ db, clock }: ProductContext, { mchid, out_trade_no }: OrderKey): Promise<void> {
  await db.transaction(tx =>
    tx.run(
      'UPDATE parking_charges SET due_at = $1 WHERE mchid = $2 AND out_trade_no = $3 AND due_at IS NOT NULL',
      clock.now() + FAULT_WAIT_MS,
      mchid,
      out_trade_no,
    ),
  )
}
