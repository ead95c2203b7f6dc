import { type ActingFor, actingFor } from '../../../calls/acting-for.ts'
import { contentDigest } from '../../../calls/content-digest.ts'
import type { ProductContext } from '../../../calls/context.ts'
import { decryptText, requireDecryptor } from '../../../calls/decrypt-field.ts'
import type { Call } from '../../../calls/handler.ts'
import { isAppBound, type Merchant } from '../../../merchants/merchants.ts'
import { hasPermission } from '../../../merchants/permissions.ts'
import { findOrder } from '../../../orders/orders.ts'
import { ApiError, type ErrorEntry } from '../../../protocol/errors.ts'
import { parseTime } from '../../../protocol/time.ts'
import type { Transaction } from '../../../store/database.ts'
import { errors } from './errors.ts'
import { KIND_RULES, type Kind } from './kinds.ts'
import type { TradeType } from './order-fields.ts'
import { payerOf, type RequestedPayer } from './payer-of.ts'
import { findPayment, insertPayment, type NewPayment, PRODUCT, renewSession } from './payments.ts'
import { requireCaller, SUB_MERCHANT_REFUSALS } from './require-caller.ts'
import { newSession } from './sessions.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** An order that nobody has paid is closed after this time. */
export const ORDER_LIFE_MS = 7 * DAY_MS
/** `time_expire` is moved to be no earlier and no later than this from now. */
const EARLIEST_EXPIRY_MS = MINUTE_MS
const LATEST_EXPIRY_MS = 15 * DAY_MS

/** What prepay calls of both modes have in common, as far as the platform acts on it. */
export interface PrepayRequest {
  appid?: string
  mchid?: string
  sp_appid?: string
  sp_mchid?: string
  sub_appid?: string | undefined
  sub_mchid?: string
  description: string
  out_trade_no: string
  time_expire?: string
  attach?: string
  notify_url: string
  goods_tag?: string
  limit_pay?: readonly string[]
  support_fapiao?: boolean
  amount: { total: number; currency?: string }
  detail?: object
  settle_info?: { profit_sharing?: boolean }
  scene_info?: object
  subsidy_info?: object
  payer?: RequestedPayer & { identity?: { type: string; number: string; name: string } }
}

/**
 * Orders: registers the order, or finds it again when it is the same one, and answers a session by which its payer comes to
 * it. `closed` is the refusal of a number whose order is closed.
 */
export async function prepay(
  kind: Kind,
  closed: ErrorEntry,
  request: PrepayRequest,
  call: Call,
): Promise<string> {
  const { caller, platform } = call
  requireCaller(caller, request.mchid ?? request.sp_mchid)
  return platform.db.transaction(async tx => {
    const acting = await actingFor(tx, caller, request.sub_mchid, SUB_MERCHANT_REFUSALS)
    requireReadableIdentity(request, call)
    const digest = digestOf(request, acting)
    const again = () => orderAgain(tx, platform, kind, closed, caller.mchid, request.out_trade_no, digest)
    const known = await again()
    if (known !== undefined) return known
    await requireSetup(tx, kind, caller, acting, request)
    const order = await newOrder(tx, platform, kind, caller, acting, request, digest)
    if (await insertPayment(tx, order)) return order.session
    // The same request was first, or another order has the number.
    return (await again()) ?? order.session
  })
}

/** A new session for an order that is ordered again. `undefined` when the number is free. */
async function orderAgain(
  tx: Transaction,
  { clock, random }: ProductContext,
  kind: Kind,
  closed: ErrorEntry,
  mchid: string,
  out_trade_no: string,
  digest: string,
): Promise<string | undefined> {
  const order = await findOrder(tx, mchid, out_trade_no, tx.forUpdate)
  if (!order) return undefined
  const payment = order.product === PRODUCT ? await findPayment(tx, order) : undefined
  if (!payment)
    throw new ApiError(order.product === PRODUCT ? errors.ORDER_CHANGED : errors.ORDERED_OTHERWISE)
  if (payment.success_time !== null) throw new ApiError(errors.ORDER_PAID_BEFORE)
  if (payment.trade_state === 'CLOSED') throw new ApiError(closed)
  if (payment.kind !== kind) throw new ApiError(errors.ORDERED_OTHERWISE)
  if (payment.content_digest !== digest) throw new ApiError(errors.ORDER_CHANGED)
  const session = newSession(kind, clock.now(), random)
  await renewSession(tx, payment, session, clock.now())
  return session
}

/** Everything that makes two requests under one number the same request. */
function digestOf(request: PrepayRequest, { subMchid }: ActingFor): string {
  const { amount, payer } = request
  const { type = undefined } = payer?.identity ?? {}
  return contentDigest([
    request.appid ?? request.sp_appid,
    subMchid,
    request.sub_appid,
    request.description,
    request.time_expire && parseTime(request.time_expire),
    request.attach,
    request.notify_url,
    request.goods_tag,
    // What is encrypted differs each time.
    JSON.stringify([payer?.openid, payer?.sp_openid, payer?.sub_openid, type]),
    JSON.stringify([request.limit_pay, request.support_fapiao, request.detail, request.scene_info]),
    JSON.stringify([request.settle_info?.profit_sharing, request.subsidy_info]),
    amount.total,
    amount.currency ?? 'CNY',
  ])
}

/** Nobody's documents are known here, so a name and a number need only be encrypted to the platform. */
function requireReadableIdentity({ payer }: PrepayRequest, call: Call): void {
  if (!payer?.identity) return
  const key = requireDecryptor(call)
  decryptText(payer.identity.number, key)
  decryptText(payer.identity.name, key)
}

/** The app ids are bound, and caller and payee may use this kind of payment. */
async function requireSetup(
  tx: Transaction,
  kind: Kind,
  caller: Merchant,
  { payee }: ActingFor,
  request: PrepayRequest,
): Promise<void> {
  const appid = request.appid ?? request.sp_appid ?? ''
  if (!(await isAppBound(tx, appid, caller.mchid))) throw new ApiError(errors.APPID_MCHID_NOT_MATCH)
  if (request.sub_appid !== undefined && !(await isAppBound(tx, request.sub_appid, payee.mchid)))
    throw new ApiError(errors.SUB_APPID_NOT_MATCH)
  const { permission } = KIND_RULES[kind]
  if (!hasPermission(caller, permission) || !hasPermission(payee, permission))
    throw new ApiError(errors.NOT_PERMITTED)
  if (payee.collection_restricted === 1) throw new ApiError(errors.COLLECTION_RESTRICTED)
}

async function newOrder(
  tx: Transaction,
  { clock, random }: ProductContext,
  kind: Kind,
  caller: Merchant,
  { subMchid }: ActingFor,
  request: PrepayRequest,
  digest: string,
): Promise<NewPayment> {
  const now = clock.now()
  const { limit_pay, support_fapiao, detail, scene_info, subsidy_info } = request
  const tradeType: TradeType = KIND_RULES[kind].tradeType
  return {
    mchid: caller.mchid,
    out_trade_no: request.out_trade_no,
    product: PRODUCT,
    trade_type: tradeType,
    appid: request.appid ?? request.sp_appid ?? '',
    sub_mchid: subMchid,
    sub_appid: request.sub_appid ?? '',
    description: request.description,
    attach: request.attach ?? '',
    goods_tag: request.goods_tag ?? '',
    notify_url: request.notify_url,
    profit_sharing: request.settle_info?.profit_sharing ? 'Y' : 'N',
    create_time: now,
    time_expire: request.time_expire === undefined ? null : expiryOf(request.time_expire, now),
    trade_state: 'NOTPAY',
    scene: JSON.stringify({ kind, scene_info, detail, limit_pay, support_fapiao, subsidy_info }),
    payer_id: null,
    openid: '',
    sub_openid: '',
    ...(kind === 'JSAPI' || kind === 'MINI_PROGRAM' ? await payerOf(tx, request, request.payer ?? {}) : {}),
    total: request.amount.total,
    currency: request.amount.currency ?? 'CNY',
    content_digest: digest,
    kind,
    session: newSession(kind, now, random),
    due_at: now + ORDER_LIFE_MS,
  }
}

/** A time too early or too late is moved, not refused. */
function expiryOf(timeExpire: string, now: number): number {
  const asked = parseTime(timeExpire) ?? 0
  return Math.min(Math.max(asked, now + EARLIEST_EXPIRY_MS), now + LATEST_EXPIRY_MS)
}
