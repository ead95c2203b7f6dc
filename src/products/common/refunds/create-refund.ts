import type { ProductContext } from '../../../calls/context.ts'
import type { Handler } from '../../../calls/handler.ts'
import { atOneInstant } from '../../../clock/at-one-instant.ts'
import { ADVANCE_BANK_TYPE } from '../../../funding/advance.ts'
import { paymentsOf } from '../../../funding/bank-payments.ts'
import type { Promotion } from '../../../funding/coupons.ts'
import type { RefundToFund } from '../../../funding/refund-funds.ts'
import { refundParts } from '../../../funding/refund-parts.ts'
import { findMerchant } from '../../../merchants/merchants.ts'
import { countRefund } from '../../../orders/change-order.ts'
import {
  findOrder,
  findOrderById,
  isPaid,
  type Order,
  orderSubject,
  type PaidOrder,
  refundableOf,
} from '../../../orders/orders.ts'
import { readPayer } from '../../../payers/payers.ts'
import { ApiError } from '../../../protocol/errors.ts'
import { newRefundId } from '../../../protocol/ids.ts'
import type { Statements, Transaction } from '../../../store/database.ts'
import type * as contract from './contract.ts'
import { errors } from './errors.ts'
import { fundRefund } from './fund-refund.ts'
import { refundOptions } from './options.ts'
import { currencyOf, type RefundRequest, refundDigest, requireRefundFields } from './refund-request.ts'
import {
  bankAccountText,
  findRefund,
  insertRefund,
  listRefundsOf,
  payeeOf,
  promotionsOf,
  type Refund,
  type RefundPromotion,
  refundReply,
  WALLET_TEXT,
} from './refunds.ts'
import { requireBoundSubMerchant } from './require-sub-merchant.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** How long after its payment an order can be refunded. */
const REFUNDABLE_MS = 365 * DAY_MS
/** Refunds of one order, at most. */
const MAX_REFUNDS = 50

/**
 * Accepts a refund: checks it against its order and takes the money from its merchant, in one transaction. It is paid out
 * later. The same `out_refund_no` with the same content answers the stored refund as it is now.
 */
export const createRefund: Handler<typeof contract.createRefund> = async (request, { caller, platform }) => {
  requireRefundFields(request)
  return platform.db.transaction(async tx => {
    const subMchid = await requireBoundSubMerchant(tx, caller, request.sub_mchid)
    const digest = refundDigest(request, subMchid)
    const known = await storedRefund(tx, caller.mchid, request, digest)
    if (known) return refundReply(known)
    const order = await lockPaidOrder(tx, caller.mchid, subMchid, request)
    // The same request may have been accepted while this one waited for the order.
    const first = await storedRefund(tx, caller.mchid, request, digest)
    if (first) return refundReply(first)
    // Not before the order is locked: time may have been moved meanwhile, and the bill of the day before may be made.
    const instant = atOneInstant(platform)
    requireRefundable(instant, order, request)
    const refund = await newRefund(tx, instant, order, request, digest)
    if (refund.destination === 'wallet') await requireOpenWallet(tx, order.payer_id)
    return refundReply(await accept(tx, instant, order, refund))
  })
}

/** The refund under a number, if it is the same refund. */
async function storedRefund(
  tx: Statements,
  mchid: string,
  { out_refund_no, transaction_id, out_trade_no }: RefundRequest,
  digest: string,
): Promise<Refund | undefined> {
  const stored = await findRefund(tx, { mchid, out_refund_no })
  if (!stored) return undefined
  const isSame =
    stored.content_digest === digest &&
    (transaction_id ?? stored.transaction_id) === stored.transaction_id &&
    (out_trade_no ?? stored.out_trade_no) === stored.out_trade_no
  if (!isSame) throw new ApiError(errors.REFUND_CHANGED)
  return stored
}

/** The caller's order, locked, so that its refunds are accepted one after the other. Any other is as if it did not exist. */
async function lockPaidOrder(
  tx: Transaction,
  mchid: string,
  subMchid: string,
  request: RefundRequest,
): Promise<PaidOrder> {
  const { transaction_id = '', out_trade_no } = request
  const isById = out_trade_no === undefined
  const order = isById
    ? await findOrderById(tx, transaction_id, tx.forUpdate)
    : await findOrder(tx, mchid, out_trade_no, tx.forUpdate)
  if (order?.mchid !== mchid || order.sub_mchid !== subMchid || !isPaid(order))
    throw new ApiError(isById ? errors.REFUND_TRANSACTION_UNKNOWN : errors.REFUND_ORDER_UNKNOWN)
  if (transaction_id && order.transaction_id !== transaction_id)
    throw new ApiError(errors.ORDER_NUMBERS_DIFFER)
  return order
}

/** The order leaves room for this refund, now and from this account. */
function requireRefundable(
  { clock, options }: Pick<ProductContext, 'clock' | 'options'>,
  order: PaidOrder,
  { amount, funds_account }: RefundRequest,
): void {
  const now = clock.now()
  const rest = refundableOf(order)
  if (amount.total !== order.total) throw new ApiError(errors.REFUND_CHANGED)
  if (now - order.success_time > REFUNDABLE_MS) throw new ApiError(errors.REFUND_OVERDUE)
  if (rest === 0) throw new ApiError(errors.FULLY_REFUNDED)
  if (amount.refund > rest) throw new ApiError(errors.REFUND_ABOVE_REST)
  if (order.refund_count >= MAX_REFUNDS) throw new ApiError(errors.TOO_MANY_REFUNDS)
  if (
    order.last_refund_time !== null &&
    now - order.last_refund_time < options.of(refundOptions).refundInterval
  )
    throw new ApiError(errors.REFUND_TOO_SOON)
  const isSourceWrong = funds_account === 'UNSETTLED' || (amount.from && order.profit_sharing !== 'Y')
  if (isSourceWrong) throw new ApiError(errors.REFUND_SOURCE_WRONG)
}

async function requireOpenWallet(tx: Statements, payerId: string): Promise<void> {
  const payer = await readPayer(tx, payerId)
  if (payer?.wallet_state === 'FROZEN') throw new ApiError(errors.USER_ACCOUNT_ABNORMAL)
}

async function newRefund(
  tx: Transaction,
  { clock, random }: ProductContext,
  order: PaidOrder,
  request: RefundRequest,
  digest: string,
): Promise<Refund> {
  const { amount } = request
  const { promotions, ...parts } = partsOf(order, amount.refund, await listRefundsOf(tx, order))
  return {
    mchid: order.mchid,
    out_refund_no: request.out_refund_no,
    refund_id: newRefundId(clock.now(), random),
    sub_mchid: order.sub_mchid,
    out_trade_no: order.out_trade_no,
    transaction_id: order.transaction_id,
    reason: request.reason ?? '',
    notify_url: request.notify_url ?? '',
    asked_funds_account: request.funds_account ?? '',
    amount_from: amount.from ? JSON.stringify(amount.from.map(knownFields)) : '',
    goods_detail: request.goods_detail ? JSON.stringify(request.goods_detail) : '',
    content_digest: digest,
    refund: amount.refund,
    total: order.total,
    currency: currencyOf(amount),
    payer_total: order.payer_total,
    settlement_total: order.settlement_total,
    ...parts,
    promotion_detail: promotions.length > 0 ? JSON.stringify(promotions) : '',
    status: 'PROCESSING',
    channel: 'ORIGINAL',
    ...(await destinationOf(tx, order)),
    funds_account: '',
    create_time: clock.now(),
    success_time: null,
    abnormal_time: null,
    closed_time: null,
    unanswered: 0,
    due_at: null,
  }
}

/** A share as replies give it back, without what else was sent with it. */
function knownFields({ account, amount }: RefundToFund['from'][number]): RefundToFund['from'][number] {
  return { account, amount }
}

/** What the refund takes from each part of the order, given what earlier ones have taken. */
function partsOf(order: PaidOrder, refund: number, earlier: Awaited<ReturnType<typeof listRefundsOf>>) {
  const used = order.promotion_detail ? (JSON.parse(order.promotion_detail) as Promotion[]) : []
  const taken = earlier.flatMap(promotionsOf)
  const sumOf = (amounts: number[]) => amounts.reduce((sum, amount) => sum + amount, 0)
  const left = used.map(({ coupon_id, type, amount }) => {
    const parts = taken.filter(({ promotion_id }) => promotion_id === coupon_id)
    return { coupon_id, type, amount: amount - sumOf(parts.map(({ refund_amount }) => refund_amount)) }
  })
  const { coupons, ...parts } = refundParts(
    {
      total: refundableOf(order),
      settlement: order.settlement_total - sumOf(earlier.map(({ settlement_refund }) => settlement_refund)),
      fee: order.fee - sumOf(earlier.map(({ refund_fee }) => refund_fee)),
      coupons: left,
    },
    refund,
  )
  const promotions = used.map(
    ({ coupon_id, scope, type, amount }, index): RefundPromotion => ({
      ...{ promotion_id: coupon_id, scope, type, amount },
      refund_amount: coupons[index] ?? 0,
    }),
  )
  return { ...parts, promotions }
}

/** Back to what has paid: a card, or else the wallet. An advance is repaid first. */
async function destinationOf(
  tx: Statements,
  order: Order,
): Promise<Pick<Refund, 'destination' | 'user_received_account'>> {
  const payments = await paymentsOf(tx, orderSubject(order))
  const card = payments.find(({ state }) => state === 'APPROVED')
  if (card) {
    const user_received_account = bankAccountText(card.bank_type, card.card_id)
    return { destination: `card/${card.card_id}`, user_received_account }
  }
  const destination = order.bank_type === ADVANCE_BANK_TYPE ? 'advance' : 'wallet'
  return { destination, user_received_account: WALLET_TEXT }
}

/** Takes the money, or lets the refund wait for it if its merchant wants that, and writes both down. */
async function accept(
  tx: Transaction,
  platform: ProductContext,
  order: PaidOrder,
  refund: Refund,
): Promise<Refund> {
  const accepted = await fundRefund(tx, platform, refund)
  if (accepted.funds_account === '') await requirePatience(tx, payeeOf(refund))
  // Another order's refund has taken the number since we looked.
  if (!(await insertRefund(tx, accepted))) throw new ApiError(errors.REFUND_CHANGED)
  await countRefund(tx, order, accepted.refund, accepted.create_time)
  tx.afterCommit(() => platform.wake('refunds'))
  return accepted
}

/** Without money only the refunds of a merchant wait that is set so. */
async function requirePatience(tx: Statements, payeeMchid: string): Promise<void> {
  const payee = await findMerchant(tx, payeeMchid)
  if (payee?.refund_without_funds !== 'WAIT') throw new ApiError(errors.NOT_ENOUGH)
}
