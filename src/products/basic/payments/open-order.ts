import { findMerchant, type Merchant } from '../../../merchants/merchants.ts'
import type { Statements, Transaction } from '../../../store/database.ts'
import { type Client, type ClientParameters, quoted, readParameters } from './client-parameters.ts'
import { refusedSignature } from './explain-signature.ts'
import { KIND_RULES, type Kind } from './kinds.ts'
import { findPayment, findSession, type PaymentOrder } from './payments.ts'
import { isAlwaysAnother } from './sandbox-payers.ts'
import { sessionOfCodeUrl, sessionOfH5Url } from './sessions.ts'
import { type Refusal, refusal, type ShownName } from './shown-texts.ts'

/** How a payer comes to an order: a code that was scanned, an H5 page, or what a page or app hands to WeChat. */
export type Entry =
  | { way: 'code_url' | 'h5_url'; url: string }
  | {
      way: Client
      parameters: ClientParameters
      /** That of the mini program, or of `wx.config`, which the parameters need not repeat. */
      appid?: string | undefined
    }

/** An order that can be paid now, and who gets its money. */
export interface Opened {
  order: PaymentOrder
  payee: Merchant
}

/**
 * The order behind an entry, if it can be paid now, locked by a clause of its transaction. Without a payer it is the one that
 * anybody could pay who may.
 */
export async function openOrder(
  db: Statements,
  now: number,
  entry: Entry,
  payerId: string | undefined,
  lock: Transaction['forUpdate'] = '',
): Promise<Opened | Refusal> {
  const read = 'url' in entry ? undefined : readParameters(entry.way, entry.parameters, entry.appid)
  if (read && 'explanation' in read) return read
  const session = 'url' in entry ? sessionOf(entry) : read?.session
  const found = session === undefined ? undefined : await findSession(db, session)
  const order = found && (await findPayment(db, found, lock))
  // A newer code may have come before the lock.
  const isReplaced = order && KIND_RULES[order.kind].replaces && order.session !== session
  if (!order || isReplaced) return unknownSession(entry, session, undefined)
  if (!WAYS[order.kind].includes(entry.way)) return unknownSession(entry, session, order.kind)
  if (read && 'parameters' in entry) {
    const appids = [order.appid, order.sub_appid].filter(Boolean)
    const appid = read.appid || entry.appid || (order.sub_openid !== '' ? order.sub_appid : order.appid)
    if (!appids.includes(appid))
      return refusal('APPID_WRONG', `The app id is ${appid}; the order was made for ${appids.join(' and ')}.`)
    if (read.partnerId !== undefined && read.partnerId !== order.mchid)
      return refusal('APPID_WRONG', `partnerId is ${quoted(read.partnerId)}; ${order.mchid} has ordered.`)
    const signer = { mchid: order.mchid, sub_mchid: order.sub_mchid, appids }
    const wrong = await refusedSignature(db, signer, appid, read, now)
    if (wrong) return wrong
  }
  const refused = refusedPayer(order, payerId, entry, found?.session_time ?? 0, now)
  if (refused) return refused
  const payee = await payeeOf(db, order)
  if (payee.collection_restricted === 1)
    return refusal('RESTRICTED', `${payee.mchid} has collection_restricted.`)
  return { order, payee }
}

/** By which ways an order of a kind can be paid. A mini program pays an order of the JSAPI call, too. */
const WAYS: Record<Kind, readonly Entry['way'][]> = {
  JSAPI: ['jsapi', 'mini_program'],
  MINI_PROGRAM: ['mini_program'],
  APP: ['app'],
  H5: ['h5_url'],
  NATIVE: ['code_url'],
}

function sessionOf({ way, url }: { way: 'code_url' | 'h5_url'; url: string }): string | undefined {
  return way === 'code_url' ? sessionOfCodeUrl(url) : sessionOfH5Url(url)
}

const UNKNOWN: Record<Entry['way'], ShownName> = {
  code_url: 'CODE_EXPIRED',
  h5_url: 'H5_EXPIRED',
  jsapi: 'LAPSED',
  mini_program: 'LAPSED',
  app: 'APP_SESSION_UNKNOWN',
}

function unknownSession({ way }: Entry, session: string | undefined, kind: Kind | undefined): Refusal {
  if (kind)
    return refusal(
      'SCENE_WRONG',
      `The order was made by the prepay call of ${kind}, which ${way} cannot pay.`,
    )
  if (session === undefined) return refusal(UNKNOWN[way], `This is no ${way} of this platform.`)
  return refusal(UNKNOWN[way], 'No order has this session, or a newer code has replaced it.')
}

/** Why this payer, or without one anybody, cannot pay the order now. */
function refusedPayer(
  order: PaymentOrder,
  payerId: string | undefined,
  { way }: Entry,
  sessionTime: number,
  now: number,
): Refusal | undefined {
  if (order.success_time !== null) return refusal('PAID', 'The order is paid.')
  if (order.trade_state === 'CLOSED') return refusal('LAPSED', 'The order is closed.')
  if (now - sessionTime > KIND_RULES[order.kind].sessionLife) {
    const life = `${KIND_RULES[order.kind].sessionLife / 60_000} minutes`
    return refusal(
      UNKNOWN[way] === 'APP_SESSION_UNKNOWN' ? 'LAPSED' : UNKNOWN[way],
      `It is valid for ${life}: order again under the same number with the same parameters.`,
    )
  }
  if (order.time_expire !== null && now > order.time_expire)
    return refusal('TOO_LATE', 'time_expire has passed.')
  if (payerId !== undefined && (isAlwaysAnother(payerId) || (order.bound_payer_id ?? payerId) !== payerId))
    return otherPayer(way)
  if (order.asking !== null)
    return refusal('UNDER_WAY', 'A bank has not answered for an earlier attempt yet.')
  return undefined
}

/** Who gets the money of an order. */
export async function payeeOf(db: Statements, { mchid, sub_mchid }: PaymentOrder): Promise<Merchant> {
  const payee = await findMerchant(db, sub_mchid || mchid)
  if (!payee) throw new Error(`There is no merchant ${sub_mchid || mchid}`)
  return payee
}

function otherPayer(way: Entry['way']): Refusal {
  if (way === 'code_url') return refusal('CODE_OF_OTHERS', 'Another payer has scanned the code first.')
  if (way === 'h5_url') return refusal('H5_OF_OTHERS', 'Another payer has opened the h5_url first.')
  return refusal('OTHER_PAYER', 'The order was made for the openid of another payer.')
}
