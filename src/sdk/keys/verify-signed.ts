import type { KeyObject } from 'node:crypto'
import { isFresh, MAX_SKEW_SECONDS, PROBE_PREFIX, replyMessage } from '../../protocol/signature.ts'
import type { Suite } from '../../protocol/suite.ts'
import { explainMismatch, type MismatchCause, type NamedKey } from '../notices/explain-mismatch.ts'

/** Reads a header by its name, whatever the case; `undefined` when it is absent or empty. */
export type ReadHeader = (name: string) => string | undefined

/** A reply or a notice as it came: the signature covers the raw bytes. */
export interface SignedMessage {
  header: ReadHeader
  body: Uint8Array
}

/** Why a signature is not accepted. */
export interface SignatureFault {
  /** With `mismatch`: what has probably happened. */
  likelyCause?: MismatchCause | undefined
  reason: 'headers_missing' | 'foreign_scheme' | 'clock' | 'probe' | 'unknown_serial' | 'mismatch'
  /** One sentence for people. */
  explanation: string
}

/** The platform's keys that are believed. */
export interface BelievedKeys {
  /** The algorithms of all of them. */
  suite: Suite
  /** The key that a serial number or key id names, or why there is none. */
  find(serial: string): Promise<KeyObject | { unknown: string }>
  /** Those that may have signed in place of the named one, only for an explanation. */
  known(): readonly NamedKey[]
}

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
  keys: BelievedKeys,
  wallNow: number,
): Promise<SignatureFault | undefined> {
  const missing = SIGNED_HEADERS.filter(name => header(name) === undefined)
  if (missing.length > 0) {
    return { reason: 'headers_missing', explanation: `It lacks ${missing.join(', ')}.` }
  }
  const read = (name: (typeof SIGNED_HEADERS)[number]): string => header(name) ?? ''
  const { suite } = keys
  const scheme = read('Wechatpay-Signature-Type')
  if (scheme !== suite.scheme) {
    return { reason: 'foreign_scheme', explanation: `It is signed by ${scheme}, not by ${suite.scheme}.` }
  }
  const timestamp = read('Wechatpay-Timestamp')
  // An old message with a right signature is one that somebody recorded.
  if (!/^\d{1,12}$/.test(timestamp) || !isFresh(timestamp, wallNow)) return clockFault(timestamp, wallNow)

  const signature = read('Wechatpay-Signature')
  if (signature.startsWith(PROBE_PREFIX)) {
    const explanation = `Its signature starts with ${PROBE_PREFIX}: the platform sends a few wrong ones on purpose.`
    return { reason: 'probe', explanation }
  }
  const serial = read('Wechatpay-Serial')
  const key = await keys.find(serial)
  if ('unknown' in key) return { reason: 'unknown_serial', explanation: key.unknown }
  const nonce = read('Wechatpay-Nonce')
  if (suite.verify(replyMessage(timestamp, nonce, body), signature, key)) return undefined
  const { likelyCause, explanation } = explainMismatch(
    { suite, timestamp, nonce, signature, serial, body, key },
    keys.known(),
  )
  return {
    reason: 'mismatch',
    likelyCause,
    explanation: ['Its signature does not fit its bytes.', explanation].join(' ').trim(),
  }
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
