import type { KeyObject } from 'node:crypto'
import {
  isFresh,
  MAX_SKEW_SECONDS,
  PROBE_PREFIX,
  replyMessage,
  SIGNATURE_SCHEME,
  verifyMessage,
} from '../protocol/signature.ts'

/** Reads a header by its name, whatever the case; `undefined` when it is absent or empty. */
export type ReadHeader = (name: string) => string | undefined

/** A reply or a notice as it came: the signature covers the raw bytes. */
export interface SignedMessage {
  header: ReadHeader
  body: Uint8Array
}

/** Why a signature is not accepted. */
export interface SignatureFault {
  reason: 'headers_missing' | 'foreign_scheme' | 'clock' | 'probe' | 'unknown_serial' | 'mismatch'
  /** One sentence for people. */
  explanation: string
}

/** The key that a serial number or key id names, or why there is none. */
export type FindKey = (serial: string) => Promise<KeyObject | { unknown: string }>

const SIGNED_HEADERS = [
  'Wechatpay-Timestamp',
  'Wechatpay-Nonce',
  'Wechatpay-Signature',
  'Wechatpay-Serial',
  'Wechatpay-Signature-Type',
] as const

/**
 * Checks the signature of a reply or a notice: all five headers, the scheme, five minutes of clock, the key, the bytes.
 * Answers the first fault, or `undefined` when the platform did sign these bytes. Official page: 4013053249, 4013053420.
 */
export async function verifySigned(
  { header, body }: SignedMessage,
  findKey: FindKey,
  wallNow: number,
): Promise<SignatureFault | undefined> {
  const missing = SIGNED_HEADERS.filter(name => header(name) === undefined)
  if (missing.length > 0) {
    return { reason: 'headers_missing', explanation: `It lacks ${missing.join(', ')}.` }
  }
  const read = (name: (typeof SIGNED_HEADERS)[number]): string => header(name) ?? ''
  const scheme = read('Wechatpay-Signature-Type')
  if (scheme !== SIGNATURE_SCHEME) {
    return { reason: 'foreign_scheme', explanation: `It is signed by ${scheme}, not by ${SIGNATURE_SCHEME}.` }
  }
  const timestamp = read('Wechatpay-Timestamp')
  // An old message with a right signature is one that somebody recorded.
  if (!/^\d{1,12}$/.test(timestamp) || !isFresh(timestamp, wallNow)) return clockFault(timestamp, wallNow)

  const signature = read('Wechatpay-Signature')
  if (signature.startsWith(PROBE_PREFIX)) {
    const explanation = `Its signature starts with ${PROBE_PREFIX}: the platform sends a few wrong ones on purpose.`
    return { reason: 'probe', explanation }
  }
  const key = await findKey(read('Wechatpay-Serial'))
  if ('unknown' in key) return { reason: 'unknown_serial', explanation: key.unknown }
  if (verifyMessage(replyMessage(timestamp, read('Wechatpay-Nonce'), body), signature, key)) return undefined
  return { reason: 'mismatch', explanation: 'Its signature does not fit its bytes.' }
}

function clockFault(timestamp: string, wallNow: number): SignatureFault {
  const seconds = Math.round(wallNow / 1000 - Number(timestamp))
  const how = Number.isFinite(seconds)
    ? `${Math.abs(seconds)} s ${seconds < 0 ? 'ahead of' : 'behind'} this machine's clock`
    : 'no time at all'
  return {
    reason: 'clock',
    explanation: `Its Wechatpay-Timestamp is ${how}; ${MAX_SKEW_SECONDS} s are allowed.`,
  }
}

/** True when a message claims to be signed. */
export function isSigned(header: ReadHeader): boolean {
  return header('Wechatpay-Signature') !== undefined
}
