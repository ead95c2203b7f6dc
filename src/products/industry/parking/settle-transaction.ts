import type { ProductContext } from '../../../calls/context.ts'
import { atOneInstant } from '../../../clock/at-one-instant.ts'
import { dueRows } from '../../../clock/due-rows.ts'
import { type DueWork, Postponed } from '../../../clock/worker.ts'
import { type Answered, askBank } from '../../../funding/bank-payments.ts'
import { type Charge, deduct, deductAfter, type Paid, type Step } from '../../../funding/deduct.ts'
import { findMerchant, type Merchant } from '../../../merchants/merchants.ts'
import { nextOrderState } from '../../../orders/order-state.ts'
import { findOrder, type Order, orderSubject } from '../../../orders/orders.ts'
import { newTransactionId } from '../../../protocol/ids.ts'
import type { Transaction } from '../../../store/database.ts'
import { announceResult } from './announce-result.ts'
import { parkingOptions } from './options.ts'

type OrderKey = Pick<Order, 'mchid' | 'out_trade_no'>

/** Deductions in hand at once, on one node. */
const CONCURRENCY = 64
/** How long an order rests whose settlement failed by a fault of ours. */
const FAULT_WAIT_MS = 60_000

/**
 * The worker's view of accepted orders. Each step of a deduction is one transaction; between two of them at most one bank
 * is asked, and what it is asked is on record before.
 */
export function settlement(platform: ProductContext): DueWork<OrderKey> {
  const { db, bank } = platform
  return {
    name: 'settlement',
    concurrency: CONCURRENCY,
    ...dueRows<OrderKey>(
      db,
      'transactions',
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
async function begin(
  tx: Transaction,
  platform: ProductContext,
  { mchid, out_trade_no }: OrderKey,
): Promise<Next> {
  const now = platform.clock.now()
  const isDue = 'SELECT * FROM transactions WHERE mchid = $1 AND out_trade_no = $2 AND due_at <= $3'
  const order = await tx.get<Order>(`${isDue} ${tx.skipLocked}`, mchid, out_trade_no, now)
  // What is due still and could not be locked is in other hands; what is not due any more was done there.
  if (!order) return (await tx.get(isDue, mchid, out_trade_no, now)) ? 'held' : 'done'
  const payee = await payeeOf(tx, order)
  return apply(tx, platform, order, payee, await deduct(tx, platform, chargeOf(order, payee)))
}

/** Goes on with an order whose bank has answered. */
async function goOn(
  tx: Transaction,
  platform: ProductContext,
  { mchid, out_trade_no }: OrderKey,
  answered: Answered,
): Promise<Next> {
  const order = await findOrder(tx, mchid, out_trade_no, tx.forUpdate)
  if (!order) throw new Error(`There is no order ${out_trade_no} of ${mchid}`)
  const payee = await payeeOf(tx, order)
  const step = await deductAfter(tx, platform, chargeOf(order, payee), answered)
  return apply(tx, platform, order, payee, step)
}

async function payeeOf(tx: Transaction, { mchid, sub_mchid }: Order): Promise<Merchant> {
  const payee = await findMerchant(tx, sub_mchid || mchid)
  if (!payee) throw new Error(`There is no merchant ${sub_mchid || mchid}`)
  return payee
}

function chargeOf(order: Order, payee: Merchant): Charge {
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
  order: Order,
  payee: Merchant,
  step: Step,
): Promise<Next> {
  const { clock, options } = platform
  const attempts = order.deduction_attempts
  if (step.result === 'recorded') return 'done'
  if (step.result === 'ask_bank' || step.result === 'unknown') {
    await comeBack(tx, order, attempts, clock.now() + step.askAgainAfter)
    return step.result === 'ask_bank' ? step : 'done'
  }
  const wait =
    step.result === 'no_funds'
      ? options.of(parkingOptions).deductionLadder[attempts - order.attempts_before + 1]
      : undefined
  if (wait !== undefined) {
    await comeBack(tx, order, attempts + 1, clock.now() + wait)
    return 'done'
  }
  const ended = step.result === 'paid' ? paid(order, step, payee, platform) : failed(order)
  await conclude(tx, platform, payee, ended)
  return 'done'
}

async function comeBack(tx: Transaction, order: Order, attempts: number, dueAt: number): Promise<void> {
  await tx.run(
    'UPDATE transactions SET deduction_attempts = $1, due_at = $2 WHERE mchid = $3 AND out_trade_no = $4',
    attempts,
    dueAt,
    order.mchid,
    order.out_trade_no,
  )
}

function paid(order: Order, step: Paid, { fee_rate }: Merchant, { clock, random }: ProductContext): Order {
  const { result: _, promotion_detail, ...amounts } = step
  return {
    ...order,
    deduction_attempts: order.deduction_attempts + 1,
    trade_state: nextOrderState(order.trade_state, 'paid'),
    transaction_id: newTransactionId(clock.now(), random),
    success_time: clock.now(),
    ...amounts,
    fee_rate,
    promotion_detail: promotion_detail.length > 0 ? JSON.stringify(promotion_detail) : '',
  }
}

function failed(order: Order): Order {
  const deduction_attempts = order.deduction_attempts + 1
  return { ...order, deduction_attempts, trade_state: nextOrderState(order.trade_state, 'gave_up') }
}

/** Writes an order that has come to its end and puts the notice of it into the outbox. */
async function conclude(
  tx: Transaction,
  platform: ProductContext,
  payee: Merchant,
  order: Order,
): Promise<void> {
  await tx.run(
    `UPDATE transactions
        SET trade_state = $1, transaction_id = $2, success_time = $3, bank_type = $4, user_repaid = $5,
            payer_total = $6, discount_total = $7, promotion_detail = $8, deduction_attempts = $9, due_at = NULL,
            settlement_total = $10, fee = $11, fee_rate = $12
      WHERE mchid = $13 AND out_trade_no = $14`,
    order.trade_state,
    order.transaction_id,
    order.success_time,
    order.bank_type,
    order.user_repaid,
    order.payer_total,
    order.discount_total,
    order.promotion_detail,
    order.deduction_attempts,
    order.settlement_total,
    order.fee,
    order.fee_rate,
    order.mchid,
    order.out_trade_no,
  )
  const eventType = order.trade_state === 'SUCCESS' ? 'TRANSACTION.SUCCESS' : 'TRANSACTION.FAIL'
  await announceResult(tx, platform, order, eventType, payee)
}

/** Moves an order out of the way after a fault, so that one bad row cannot keep the worker busy. */
async function postpone({ db, clock }: ProductContext, { mchid, out_trade_no }: OrderKey): Promise<void> {
  await db.transaction(tx =>
    tx.run(
      'UPDATE transactions SET due_at = $1 WHERE mchid = $2 AND out_trade_no = $3 AND due_at IS NOT NULL',
      clock.now() + FAULT_WAIT_MS,
      mchid,
      out_trade_no,
    ),
  )
}
