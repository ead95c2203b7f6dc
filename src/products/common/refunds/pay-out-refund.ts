import type { ProductContext } from '../../../calls/context.ts'
import { atOneInstant } from '../../../clock/at-one-instant.ts'
import { dueRows } from '../../../clock/due-rows.ts'
import { type Job, Postponed } from '../../../clock/worker.ts'
import type { BankAnswer, BankRefund } from '../../../funding/bank.ts'
import { askAgainAfter, askToRefund } from '../../../funding/bank-payments.ts'
import { findCard } from '../../../funding/cards.ts'
import { payOutRefund, type Receiver } from '../../../funding/refund-payout.ts'
import { markRepaid, takeBackRefund } from '../../../orders/change-order.ts'
import { findOrder, isPaid, orderSubject, type PaidOrder } from '../../../orders/orders.ts'
import { lockPayer } from '../../../payers/payers.ts'
import type { Transaction } from '../../../store/database.ts'
import { announceRefund } from './announce-refund.ts'
import { fundRefund, WAIT_FOR_FUNDS_MS } from './fund-refund.ts'
import { nextRefundStatus } from './refund-state.ts'
import {
  entryOf,
  findRefund,
  payeeOf,
  promotionsOf,
  type Refund,
  type RefundKey,
  updateRefund,
  WALLET_TEXT,
} from './refunds.ts'

/** Refunds in hand at once, on one node. */
const CONCURRENCY = 16
/** How long a refund rests that could not be done by a fault of ours. */
const FAULT_WAIT_MS = 60_000
/** How long a refund of an advanced order waits while a card is paying the advance back. */
const REPAYMENT_WAIT_MS = 60_000

/**
 * The worker's view of refunds that are on their way. Each step is one transaction; between two of them the bank of a card
 * is asked, and it can be asked again under the same `refund_id`.
 */
export function refundPayouts(platform: ProductContext): Job<RefundKey> {
  const { db, bank } = platform
  return {
    name: 'refunds',
    concurrency: CONCURRENCY,
    ...dueRows<RefundKey>(
      db,
      'refunds',
      ['mchid', 'out_refund_no'],
      refund => `${refund.mchid}/${refund.out_refund_no}`,
    ),
    async handle(key) {
      try {
        const next = await db.transaction(tx => begin(tx, atOneInstant(platform), key))
        if (typeof next === 'string') return next === 'done'
        const answer = await askToRefund(bank, next)
        await db.transaction(tx => goOn(tx, atOneInstant(platform), key, answer))
        return true
      } catch (error) {
        await postpone(platform, key)
        throw new Postponed(error)
      }
    },
  }
}

/** `held` when another node is at it; otherwise what a bank is to be asked, if it is. */
type Next = 'done' | 'held' | BankRefund

/** Takes up a refund that is due. */
async function begin(
  tx: Transaction,
  platform: ProductContext,
  { mchid, out_refund_no }: RefundKey,
): Promise<Next> {
  const now = platform.clock.now()
  const isDue = 'SELECT * FROM refunds WHERE mchid = $1 AND out_refund_no = $2 AND due_at <= $3'
  const refund = await tx.get<Refund>(`${isDue} ${tx.skipLocked}`, mchid, out_refund_no, now)
  // What is due still and could not be locked is in other hands; what is not due any more was done there.
  if (!refund) return (await tx.get(isDue, mchid, out_refund_no, now)) ? 'held' : 'done'
  if (refund.funds_account === '') return fundOrClose(tx, platform, refund, now)
  const cardId = cardOf(refund)
  // Where coupons have paid all of it, there is nothing to put on the card.
  if (cardId === undefined || refund.payer_refund === 0) return payOut(tx, platform, refund)
  await updateRefund(tx, { ...refund, due_at: now + askAgainAfter(refund.unanswered) })
  const bank_type = (await findCard(tx, cardId))?.bank_type ?? ''
  return { refund_id: refund.refund_id, card_id: cardId, bank_type, amount: refund.payer_refund }
}

function cardOf({ destination }: Refund): string | undefined {
  return destination.startsWith('card/') ? destination.slice('card/'.length) : undefined
}

/** Tries once more to take the money that the merchant did not have, until the time for that is over. */
async function fundOrClose(
  tx: Transaction,
  platform: ProductContext,
  refund: Refund,
  now: number,
): Promise<'done'> {
  if (now - refund.create_time < WAIT_FOR_FUNDS_MS) {
    await updateRefund(tx, await fundRefund(tx, platform, refund))
    return 'done'
  }
  const status = nextRefundStatus(refund.status, 'gave_up')
  await takeBackRefund(tx, refund, refund.refund)
  await conclude(tx, platform, { ...refund, status, closed_time: now }, 'CLOSED')
  return 'done'
}

/** Goes on with a refund whose bank has answered. A card that cannot take it is dead, and the wallet gets it. */
async function goOn(
  tx: Transaction,
  platform: ProductContext,
  key: RefundKey,
  answer: BankAnswer,
): Promise<void> {
  const refund = await findRefund(tx, key, tx.forUpdate)
  // Its answer may be known already, from another node that has asked.
  if (refund?.status !== 'PROCESSING' || cardOf(refund) === undefined) return
  if (answer === 'unknown') {
    const due_at = platform.clock.now() + askAgainAfter(refund.unanswered)
    await updateRefund(tx, { ...refund, unanswered: refund.unanswered + 1, due_at })
  } else {
    await payOut(tx, platform, refund, answer === 'approved' ? {} : TO_THE_WALLET)
  }
}

/** What becomes of a refund whose card takes nothing, as soon as the wallet has it. */
const TO_THE_WALLET = {
  destination: 'wallet',
  channel: 'BALANCE',
  user_received_account: WALLET_TEXT,
} as const satisfies Partial<Refund>

/** Books the payout and reports it; a frozen wallet takes nothing, and somebody has to say where else the money goes. */
async function payOut(
  tx: Transaction,
  platform: ProductContext,
  refund: Refund,
  elsewhere: Partial<typeof TO_THE_WALLET> = {},
): Promise<'done'> {
  const now = platform.clock.now()
  const order = await orderOf(tx, refund)
  const payout = await payOutRefund(tx, platform, {
    subject: orderSubject(order),
    entry: entryOf(refund),
    payee_mchid: payeeOf(refund),
    payer_id: order.payer_id,
    payer_refund: refund.payer_refund,
    coupons: promotionsOf(refund)
      .filter(({ type }) => type === 'CASH')
      .map(({ promotion_id, refund_amount }) => ({ coupon_id: promotion_id, amount: refund_amount })),
    receiver: receiverOf({ ...refund, ...elsewhere }),
  })
  if (payout.result === 'being_repaid') {
    await updateRefund(tx, { ...refund, due_at: now + REPAYMENT_WAIT_MS })
  } else if (payout.result === 'wallet_frozen') {
    const status = nextRefundStatus(refund.status, 'failed')
    await conclude(tx, platform, { ...refund, status, abnormal_time: now }, 'ABNORMAL')
  } else {
    const status = nextRefundStatus(refund.status, 'arrived')
    if (payout.endedAdvance) await markRepaid(tx, order)
    await conclude(tx, platform, { ...refund, ...elsewhere, status, success_time: now }, 'SUCCESS')
  }
  return 'done'
}

/** One that was advanced is locked, because it is marked when that is repaid: after its payer, and before any account. */
async function orderOf(tx: Transaction, { mchid, out_trade_no }: Refund): Promise<PaidOrder> {
  const order = await findOrder(tx, mchid, out_trade_no)
  if (!order || !isPaid(order)) throw new Error(`There is no paid order ${out_trade_no} of ${mchid}`)
  if (order.user_repaid !== 'N') return order
  await lockPayer(tx, order.payer_id)
  await findOrder(tx, mchid, out_trade_no, tx.forUpdate)
  return order
}

function receiverOf({ destination }: Pick<Refund, 'destination'>): Receiver {
  if (destination === 'wallet' || destination === 'advance') return 'wallet'
  return destination === 'merchant_bank_card' ? 'merchant_bank' : 'bank'
}

async function conclude(
  tx: Transaction,
  platform: ProductContext,
  refund: Refund,
  result: 'SUCCESS' | 'ABNORMAL' | 'CLOSED',
): Promise<void> {
  await updateRefund(tx, { ...refund, due_at: null })
  await announceRefund(tx, platform, refund, result)
}

/** Moves a refund out of the way after a fault, so that one bad row cannot keep the worker busy. */
async function postpone({ db, clock }: ProductContext, { mchid, out_refund_no }: RefundKey): Promise<void> {
  await db.run(
    'UPDATE refunds SET due_at = $1 WHERE mchid = $2 AND out_refund_no = $3 AND due_at IS NOT NULL',
    clock.now() + FAULT_WAIT_MS,
    mchid,
    out_refund_no,
  )
}
