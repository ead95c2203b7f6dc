import type { DueWork } from '../../clock/worker.ts'
import { deduct } from '../../funding/deduct.ts'
import { openAccount, pendingOf } from '../../ledger/ledger.ts'
import { findMerchant } from '../../merchants/merchants.ts'
import { enqueueNotice } from '../../notices/outbox.ts'
import type { Platform } from '../../platform.ts'
import { newTransactionId } from '../../protocol/ids.ts'
import type { Transaction } from '../../store/database.ts'
import { transactionResult } from './contract.ts'
import { nextOrderState } from './order-state.ts'
import { type Order, transactionReply } from './orders.ts'

type OrderKey = Pick<Order, 'mchid' | 'out_trade_no'>

/** Deductions in hand at once, on one node. */
const CONCURRENCY = 32
/** How long an order rests whose settlement failed by a fault of ours. */
const FAULT_WAIT_MS = 60_000

/** The worker's view of accepted orders: each deduction is one transaction that ends in a result or the next attempt. */
export function settlement(platform: Platform): DueWork<OrderKey> {
  const { db } = platform
  return {
    name: 'settlement',
    concurrency: CONCURRENCY,
    key: order => `${order.mchid}/${order.out_trade_no}`,
    async claim(now, limit, inHand) {
      const due = await db.all<OrderKey>(
        'SELECT mchid, out_trade_no FROM transactions WHERE due_at <= $1 ORDER BY due_at LIMIT $2',
        now,
        limit + inHand.size,
      )
      return due.filter(order => !inHand.has(this.key(order))).slice(0, limit)
    },
    async handle(key) {
      try {
        return await db.transaction(tx => settle(tx, platform, key))
      } catch (error) {
        await postpone(platform, key)
        throw error
      }
    },
    async nextDueAt() {
      const row = await db.get<{ due_at: number | null }>(
        'SELECT MIN(due_at) AS due_at FROM transactions WHERE due_at IS NOT NULL',
      )
      return row?.due_at ?? undefined
    },
  }
}

/**
 * Tries one deduction and writes what came of it: the order, the ledger and the notice, or none of them. Answers false
 * when another node is at it.
 */
async function settle(
  tx: Transaction,
  platform: Platform,
  { mchid, out_trade_no }: OrderKey,
): Promise<boolean> {
  const now = platform.clock.now()
  const isDue = 'SELECT * FROM transactions WHERE mchid = $1 AND out_trade_no = $2 AND due_at <= $3'
  const order = await tx.get<Order>(`${isDue} ${tx.skipLocked}`, mchid, out_trade_no, now)
  // What is due still and could not be locked is in other hands; what is not due any more was done there.
  if (!order) return (await tx.get(isDue, mchid, out_trade_no, now)) === undefined
  const payee = order.sub_mchid || order.mchid
  await openAccount(tx, pendingOf(payee))
  const attempt = order.deduction_attempts + 1
  const deduction = await deduct(tx, {
    id: `charge/${mchid}/${out_trade_no}`,
    owner_id: order.owner_id,
    amount: order.total,
    credit_account: pendingOf(payee),
    business_time: now,
  })

  if (deduction.result === 'paid') {
    const paid: Order = {
      ...order,
      trade_state: nextOrderState(order.trade_state, 'paid'),
      transaction_id: newTransactionId(now, platform.random),
      success_time: now,
      bank_type: deduction.bank_type,
      payer_total: order.total,
      discount_total: 0,
      deduction_attempts: attempt,
      due_at: null,
    }
    await conclude(tx, platform, paid, 'TRANSACTION.SUCCESS')
    return true
  }
  const wait = deduction.result === 'no_funds' ? platform.rules.deductionLadder[attempt] : undefined
  if (wait !== undefined) {
    await retryLater(tx, order, attempt, now + wait)
    return true
  }
  const failed: Order = {
    ...order,
    trade_state: nextOrderState(order.trade_state, 'gave_up'),
    deduction_attempts: attempt,
    due_at: null,
  }
  await conclude(tx, platform, failed, 'TRANSACTION.FAIL')
  return true
}

async function retryLater(tx: Transaction, order: Order, attempt: number, dueAt: number): Promise<void> {
  await tx.run(
    'UPDATE transactions SET deduction_attempts = $1, due_at = $2 WHERE mchid = $3 AND out_trade_no = $4',
    attempt,
    dueAt,
    order.mchid,
    order.out_trade_no,
  )
}

/** Writes an order that has come to its end and puts the notice of it into the outbox. */
async function conclude(
  tx: Transaction,
  platform: Platform,
  order: Order,
  eventType: 'TRANSACTION.SUCCESS' | 'TRANSACTION.FAIL',
): Promise<void> {
  await tx.run(
    `UPDATE transactions
        SET trade_state = $1, transaction_id = $2, success_time = $3, bank_type = $4, payer_total = $5,
            discount_total = $6, deduction_attempts = $7, due_at = $8
      WHERE mchid = $9 AND out_trade_no = $10`,
    order.trade_state,
    order.transaction_id,
    order.success_time,
    order.bank_type,
    order.payer_total,
    order.discount_total,
    order.deduction_attempts,
    order.due_at,
    order.mchid,
    order.out_trade_no,
  )
  const receiver = await findMerchant(tx, order.mchid)
  if (!receiver)
    throw new Error(`Order ${order.out_trade_no} belongs to ${order.mchid}, which does not exist`)
  const { promotion_detail: _none, ...resource } = transactionReply(order)
  await enqueueNotice(tx, platform, transactionResult, {
    eventType,
    receiver,
    notifyUrl: order.notify_url,
    resource,
  })
}

/** Moves an order out of the way after a fault, so that one bad row cannot keep the worker busy. */
async function postpone({ db, clock }: Platform, { mchid, out_trade_no }: OrderKey): Promise<void> {
  await db.transaction(tx =>
    tx.run(
      'UPDATE transactions SET due_at = $1 WHERE mchid = $2 AND out_trade_no = $3 AND due_at IS NOT NULL',
      clock.now() + FAULT_WAIT_MS,
      mchid,
      out_trade_no,
    ),
  )
}
