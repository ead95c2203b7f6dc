import type { ActingFor } from '../../../calls/acting-for.ts'
import { contentDigest } from '../../../calls/content-digest.ts'
import type { ProductContext } from '../../../calls/context.ts'
import type { Handler } from '../../../calls/handler.ts'
import type { ReplyOf, RequestOf } from '../../../contract/operation.ts'
import { parameterError } from '../../../contract/validate.ts'
import type { Merchant } from '../../../merchants/merchants.ts'
import { noticesOptions } from '../../../notices/options.ts'
import { NOTHING_PAID } from '../../../orders/change-order.ts'
import { openidFor } from '../../../payers/openids.ts'
import { ApiError, type ErrorEntry } from '../../../protocol/errors.ts'
import { parseTime } from '../../../protocol/time.ts'
import type { Statements, Transaction } from '../../../store/database.ts'
import { requireWithinLimits } from './charge-limits.ts'
import { payeeOfCharge, requireSetup } from './charge-setup.ts'
import * as contract from './contract.ts'
import { errors } from './errors.ts'
import { type ParkingOptions, parkingOptions } from './options.ts'
import {
  chargeAgain,
  findOrder,
  insertCharge,
  isCharge,
  type NewCharge,
  type ParkingOrder,
  PRODUCT,
  transactionReply,
} from './orders.ts'
import { lockParkingToCharge } from './parkings.ts'
import { findPlateService, type Usability } from './plate-service.ts'
import { requireNotifyUrl, requirePlate } from './request-rules.ts'

type Request = RequestOf<typeof contract.createTransaction>
type TransactionReply = ReplyOf<typeof contract.createTransaction>

/**
 * Accepts a charge: checks it against its entry, registers the order and answers ACCEPTED once that is on disk. The
 * deduction comes later. The same `out_trade_no` with the same content answers the stored order as it is now; after
 * `PAY_FAIL` it charges anew.
 */
export const createTransaction: Handler<typeof contract.createTransaction> = async (
  request,
  { caller, platform },
) => {
  const { db, clock, options } = platform
  requirePlate(contract.createTransaction, request.parking_info, options.of(parkingOptions), '/parking_info')
  requireNotifyUrl(contract.createTransaction, request.notify_url, caller, options.of(noticesOptions))
  const stay = requireStay(request, clock.now())

  return db.transaction(async tx => {
    const acting = await payeeOfCharge(tx, caller, request.sub_mchid)
    const digest = digestOf(request, acting.subMchid, stay)
    const stored = () => storedOrder(tx, caller.mchid, request.out_trade_no, digest)
    const known = await stored()
    if (known && !hasFailed(known)) return transactionReply(known)
    try {
      return await acceptOrder(tx, platform, caller, acting, request, stay, digest, known)
    } catch (refusal) {
      // The same charge may have been accepted since we looked, and its order is what the checks then ran into.
      const first = refusal instanceof ApiError ? await stored() : undefined
      if (!first || hasFailed(first)) throw refusal
      return transactionReply(first)
    }
  })
}

function hasFailed({ trade_state }: ParkingOrder): boolean {
  return trade_state === 'PAY_FAIL'
}

/**
 * Makes the order of a charge that is new under its number, or takes up the one that has `failed`. Throws the first
 * refusal.
 */
async function acceptOrder(
  tx: Transaction,
  platform: ProductContext,
  caller: Merchant,
  acting: ActingFor,
  request: Request,
  stay: Stay,
  digest: string,
  failed: ParkingOrder | undefined,
): Promise<TransactionReply> {
  const { clock, options, wake } = platform
  const limits = options.of(parkingOptions)
  await requireSetup(tx, limits, caller, acting.payee, request)
  await requireWithinLimits(tx, limits, caller, acting, request, clock.now())
  await requireChargeableParking(tx, caller, acting, request, stay, limits, clock.now())
  const payerId = await requireUsablePayer(tx, request)

  const order = await newOrder(tx, platform, caller, acting, request, payerId, digest)
  // Another transaction was first: it has either this number or this entry.
  const isTaken = failed ? !(await chargeAgain(tx, order)) : !(await insertCharge(tx, order))
  if (isTaken) throw new ApiError(errors.PARKING_MISMATCH)
  tx.afterCommit(() => wake('settlement'))
  const { create_time } = failed ?? order
  return transactionReply({ ...order, ...NOTHING_PAID, create_time })
}

/** When the car came and went, in milliseconds. */
interface Stay {
  startedAt: number
  endedAt: number
}

/** Reads the stay's times; the exit is after the entry and not in the future. */
function requireStay(request: Request, now: number): Stay {
  const { start_time, end_time } = request.parking_info
  const startedAt = parseTime(start_time) ?? 0
  const endedAt = parseTime(end_time) ?? 0
  if (endedAt <= startedAt) {
    throw parameterError(
      contract.createTransaction,
      '/parking_info/end_time',
      end_time,
      '出场时间必须晚于入场时间',
    )
  }
  if (endedAt > now) {
    throw parameterError(
      contract.createTransaction,
      '/parking_info/end_time',
      end_time,
      '出场时间不得晚于当前时间',
    )
  }
  return { startedAt, endedAt }
}

/** Everything that makes two charges under one number the same charge. */
function digestOf(request: Request, subMchid: string, { startedAt, endedAt }: Stay): string {
  const { amount, parking_info } = request
  return contentDigest([
    request.appid,
    subMchid,
    // In merchant mode the field does not exist, so whatever was sent in it is ignored here too.
    subMchid === '' ? undefined : request.sub_appid,
    request.description,
    request.attach,
    request.goods_tag,
    request.notify_url,
    request.profit_sharing ?? 'N',
    amount.total,
    amount.currency ?? 'CNY',
    parking_info.parking_id,
    parking_info.plate_number,
    parking_info.plate_color,
    startedAt,
    endedAt,
    parking_info.parking_name,
    parking_info.charging_duration,
    parking_info.device_id,
  ])
}

/** The order under a number, if it is the same charge; a number with other content or of another product is taken. */
async function storedOrder(
  tx: Statements,
  mchid: string,
  outTradeNo: string,
  digest: string,
): Promise<ParkingOrder | undefined> {
  const stored = await findOrder(tx, { mchid, out_trade_no: outTradeNo })
  if (!stored) return undefined
  if (!isCharge(stored) || stored.content_digest !== digest) throw new ApiError(errors.OUT_TRADE_NO_USED)
  return stored
}

/** The entry exists, is the newest of its plate, is free, is the one described, and its time is not over. */
async function requireChargeableParking(
  tx: Transaction,
  caller: Merchant,
  { subMchid }: ActingFor,
  { parking_info }: Request,
  { startedAt, endedAt }: Stay,
  { parkingLifetime, chargeAfterExit }: ParkingOptions,
  now: number,
): Promise<void> {
  const parking = await lockParkingToCharge(tx, caller.mchid, parking_info.parking_id)
  if (!parking || parking.latest_parking_id !== parking.id) throw new ApiError(errors.PARKING_UNKNOWN)
  if (parking.charged_as === 'ACCEPTED') throw new ApiError(errors.PARKING_MISMATCH)
  if (parking.charged_as) throw new ApiError(errors.PARKING_UNKNOWN)

  const described =
    parking.sub_mchid === subMchid &&
    parking.plate_number === parking_info.plate_number &&
    parking.plate_color === parking_info.plate_color &&
    parking.parking_name === parking_info.parking_name &&
    parseTime(parking.start_time) === startedAt
  if (!described) throw new ApiError(errors.PARKING_MISMATCH)

  if (now - parking.create_time > parkingLifetime || now - endedAt > chargeAfterExit) {
    throw new ApiError(errors.PARKING_UNKNOWN)
  }
}

const UNUSABLE: Record<Exclude<Usability, 'NORMAL'>, ErrorEntry> = {
  OUT_SERVICE: errors.PLATE_UNKNOWN,
  PAUSE: errors.USER_STATE_ABNORMAL,
  OVERDUE: errors.PAYER_OVERDUE,
  EVALUATION_FAILED: errors.USER_STATE_ABNORMAL,
}

async function requireUsablePayer(tx: Statements, { parking_info }: Request): Promise<string> {
  const service = await findPlateService(tx, parking_info.plate_number, parking_info.plate_color)
  if (service.usability !== 'NORMAL') throw new ApiError(UNUSABLE[service.usability])
  if (service.wallet_state === 'FROZEN') throw new ApiError(errors.USER_STATE_ABNORMAL)
  return service.payer_id ?? ''
}

async function newOrder(
  tx: Statements,
  { clock, random, options }: ProductContext,
  caller: Merchant,
  { subMchid }: ActingFor,
  request: Request,
  payerId: string,
  digest: string,
): Promise<NewCharge> {
  const { amount, parking_info } = request
  const {
    parking_id,
    plate_number,
    plate_color,
    start_time,
    end_time,
    parking_name,
    charging_duration,
    device_id,
  } = parking_info
  const sub_appid = subMchid === '' ? '' : (request.sub_appid ?? '')
  const now = clock.now()
  return {
    mchid: caller.mchid,
    out_trade_no: request.out_trade_no,
    product: PRODUCT,
    trade_type: 'PAP',
    appid: request.appid,
    sub_mchid: subMchid,
    sub_appid,
    description: request.description,
    attach: request.attach ?? '',
    goods_tag: request.goods_tag ?? '',
    notify_url: request.notify_url,
    profit_sharing: request.profit_sharing ?? 'N',
    create_time: now,
    time_expire: null,
    trade_state: 'ACCEPTED',
    parking_id,
    scene: JSON.stringify({
      parking_id,
      plate_number,
      plate_color,
      start_time,
      end_time,
      parking_name,
      charging_duration,
      device_id,
    }),
    payer_id: payerId,
    openid: await openidFor(tx, payerId, request.appid, random),
    sub_openid: sub_appid && (await openidFor(tx, payerId, sub_appid, random)),
    total: amount.total,
    currency: amount.currency ?? 'CNY',
    content_digest: digest,
    due_at: now + (options.of(parkingOptions).deductionLadder[0] ?? 0),
  }
}
