import { createPublicKey, type KeyObject } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '../clock/clock.ts'
import { type CertificateStatus, certificateStatus } from '../merchants/certificate-status.ts'
import { type Caller, findCaller } from '../merchants/merchants.ts'
import { type Authorization, parseAuthorization } from '../protocol/authorization.ts'
import { ApiError, type ErrorEntry } from '../protocol/errors.ts'
import { general } from '../protocol/general-errors.ts'
import { isFresh, requestMessage } from '../protocol/signature.ts'
import { type Algorithm, type Suite, suiteOf } from '../protocol/suite.ts'
import type { Database } from '../store/database.ts'
import type { Exchange } from './exchange.ts'

/** How many bytes of the body a refusal gives back; of a character that does not fit into them, none. */
const TRUNCATED_BODY_BYTES = 8

/** Finds the caller that an `Authorization` header names. */
export type CallerLookup = (mchid: string, serialNo: string) => Promise<Caller | undefined>

/** Callers that are remembered between two commits. */
const MAX_REMEMBERED = 1_000

/**
 * Looks callers up, and remembers them until the store changes. Only a store that is not shared can tell that it has not
 * changed; with a shared one every request looks again, so a revoked certificate is refused at once.
 */
export function callerLookup(db: Database): CallerLookup {
  const remembered = new Map<string, Caller | undefined>()
  let version: number | undefined
  return async (mchid, serialNo) => {
    if (db.shared) return findCaller(db, mchid, serialNo)
    const current = db.version()
    if (current !== version || remembered.size >= MAX_REMEMBERED) remembered.clear()
    version = current
    const key = `${mchid}/${serialNo}`
    if (remembered.has(key)) return remembered.get(key)
    const caller = await findCaller(db, mchid, serialNo)
    // A commit in the meantime may have changed what was read.
    if (db.version() === current) remembered.set(key, caller)
    return caller
  }
}

/**
 * The checks that need no body, in the official order: headers, `Authorization`, scheme, time, merchant, certificate.
 * Throws the first refusal; the order is part of the protocol.
 */
export async function identifyCaller(
  headers: IncomingHttpHeaders,
  lookUp: CallerLookup,
  clock: Clock,
): Promise<{ authorization: Authorization; caller: Caller; suite: Suite }> {
  if (!headers['user-agent']?.trim() || !headers.accept?.trim()) {
    throw new ApiError(general.MISSING_ACCEPT_OR_USER_AGENT)
  }
  const authorization = parseAuthorization(headers.authorization)
  if (authorization === 'malformed') throw new ApiError(general.AUTHORIZATION_MALFORMED)
  if (authorization === 'foreign_scheme') throw new ApiError(general.AUTHORIZATION_SCHEME)
  if (!isFresh(authorization.timestamp, clock.wallNow())) throw new ApiError(general.TIMESTAMP_SKEW)
  const caller = await lookUp(authorization.mchid, authorization.serial_no)
  if (!caller) throw new ApiError(general.MERCHANT_UNKNOWN)
  const { algorithm } = authorization
  // For a merchant that has not applied for it the scheme does not exist.
  if (algorithm === 'SM2' && caller.shangmi !== 1) throw new ApiError(general.AUTHORIZATION_SCHEME)
  const refusal = refusedCertificate(caller, algorithm, clock.now())
  if (refusal) throw new ApiError(refusal)
  return { authorization, caller, suite: await suiteOf(algorithm) }
}

/** What is wrong with the certificate that the caller names, by business time; when it begins does not matter. */
function refusedCertificate(
  { certificate, has_certificates }: Caller,
  algorithm: Algorithm,
  now: number,
): ErrorEntry | undefined {
  if (!has_certificates) return general.CERTIFICATE_NEVER_ISSUED
  // The scheme says which certificates can have signed, and among those there is none of this number.
  if (certificate?.algorithm !== algorithm) return general.SERIAL_UNKNOWN
  const status = certificateStatus(certificate, now)
  return status === 'VALID' ? undefined : REFUSALS[status]
}

const REFUSALS = {
  REVOKED: general.CERTIFICATE_REVOKED,
  REPLACED: general.CERTIFICATE_REPLACED,
  EXPIRED: general.CERTIFICATE_EXPIRED,
} as const satisfies Record<Exclude<CertificateStatus, 'VALID'>, ErrorEntry>

/**
 * Verifies the signature over the raw target and the raw bytes of the body; answers the caller who made it. An empty query
 * may be signed with its question mark and without, because both are known to work.
 */
export function verifySignature(
  { authorization, caller, suite }: Pick<Exchange, 'authorization' | 'caller' | 'suite'>,
  { method, target, body }: { method: string; target: string; body: Uint8Array },
  mismatch: ErrorEntry = general.SIGNATURE_MISMATCH,
): Caller {
  if (!authorization || !caller?.certificate) throw new Error('The caller was not identified')
  const { timestamp, nonce_str: nonce, signature } = authorization
  const key = parsedKey(caller.certificate.public_key)
  const messageOf = (signed: string) => requestMessage({ method, target: signed, timestamp, nonce, body })
  const message = messageOf(target)
  if (suite.verify(message, signature, key)) return caller
  if (target.endsWith('?') && suite.verify(messageOf(target.slice(0, -1)), signature, key)) return caller
  const start = new TextDecoder('utf-8', { ignoreBOM: true }).decode(body.subarray(0, TRUNCATED_BODY_BYTES), {
    stream: true,
  })
  throw new ApiError(mismatch, {
    detail: { issue: 'sign not match' },
    field: 'signature',
    location: 'authorization',
    sign_information: {
      method,
      sign_message_length: message.length,
      truncated_sign_message: `${method}\n${target}\n${timestamp}\n${nonce}\n${start}\n`,
      url: target,
    },
  })
}

const MAX_PARSED_KEYS = 10_000
const parsedKeys = new Map<string, KeyObject>()

/** Keys are found by their own text, so a merchant's new key can never be taken for the old one. */
function parsedKey(pem: string): KeyObject {
  const known = parsedKeys.get(pem)
  if (known) return known
  if (parsedKeys.size >= MAX_PARSED_KEYS) parsedKeys.clear()
  const key = createPublicKey(pem)
  parsedKeys.set(pem, key)
  return key
}
