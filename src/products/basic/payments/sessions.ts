import { type Random, randomText } from '../../../protocol/ids.ts'
import { BEIJING_OFFSET_MS } from '../../../protocol/time.ts'
import type { Kind } from './kinds.ts'

/**
 * A new session: the prepay_id, or for a code what follows `pr=`. Nobody can guess one: a prepay_id has eighty random bits
 * behind its Beijing time, a code more.
 */
export function newSession(kind: Kind, nowMs: number, random: Random): string {
  // What was given at one time stands side by side in the index, so that a commit writes few of its pages.
  if (kind === 'NATIVE') return `${Math.floor(nowMs / 1_000).toString(36)}${randomText(14, random)}`
  const time = new Date(nowMs + BEIJING_OFFSET_MS).toISOString().replaceAll(/\D/g, '').slice(0, 14)
  return `wx${time}${Buffer.from(random(10)).toString('hex')}`
}

const CODE = 'weixin://wxpay/bizpayurl?pr='
export const H5_PATH = '/cgi-bin/mmpayweb-bin/checkmweb'
const PREPAY_ID = /^wx\d{14}[0-9a-f]{20}$/

export function codeUrlOf(session: string): string {
  return `${CODE}${session}`
}

/** Where a browser pays; `publicUrl` is the address of this platform. */
export function h5UrlOf(session: string, publicUrl: string): string {
  return `${publicUrl}${H5_PATH}?prepay_id=${session}&package=${packageOf(session)}`
}

/** The number beside the prepay_id in an h5_url, which follows from it. */
function packageOf(session: string): string {
  return String(Number.parseInt(session.slice(-8), 16)).padStart(10, '0')
}

/** The session of a `code_url`; `undefined` when it is none. */
export function sessionOfCodeUrl(codeUrl: string): string | undefined {
  return codeUrl.startsWith(CODE) ? codeUrl.slice(CODE.length) : undefined
}

/** The session of an `h5_url`, whatever host it names and with whatever else behind it; `undefined` when it is none. */
export function sessionOfH5Url(h5Url: string): string | undefined {
  const url = URL.parse(h5Url)
  const session = url?.searchParams.get('prepay_id') ?? ''
  const isPath = url?.pathname === H5_PATH && PREPAY_ID.test(session)
  return isPath && url.searchParams.get('package') === packageOf(session) ? session : undefined
}
