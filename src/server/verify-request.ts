import { createPublicKey, type KeyObject } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { type Caller, findCaller } from '../merchants/merchants.ts'
import type { Platform } from '../platform.ts'
import { type Authorization, parseAuthorization } from '../protocol/authorization.ts'
import { ApiError } from '../protocol/errors.ts'
import { isFresh, requestMessage, verifyMessage } from '../protocol/signature.ts'

/** How many characters of the body a refusal gives back. */
const TRUNCATED_BODY_LENGTH = 8

/**
 * The checks that need no body, in the official order: headers, `Authorization`, scheme, time, merchant, certificate.
 * Throws the first refusal; the order is part of the protocol.
 */
export async function identifyCaller(
  headers: IncomingHttpHeaders,
  { db, clock }: Pick<Platform, 'db' | 'clock'>,
): Promise<{ authorization: Authorization; caller: Caller }> {
  if (!headers['user-agent']?.trim() || !headers.accept?.trim()) {
    throw new ApiError('MISSING_ACCEPT_OR_USER_AGENT')
  }
  const authorization = parseAuthorization(headers.authorization)
  if (authorization === 'malformed') throw new ApiError('AUTHORIZATION_MALFORMED')
  if (authorization === 'foreign_scheme') throw new ApiError('AUTHORIZATION_SCHEME')
  const wallNow = clock.wallNow()
  if (!isFresh(authorization.timestamp, wallNow)) throw new ApiError('TIMESTAMP_SKEW')
  const caller = await findCaller(db, authorization.mchid, authorization.serial_no)
  if (!caller) throw new ApiError('MERCHANT_UNKNOWN')
  const { certificate } = caller
  if (!certificate) throw new ApiError('SERIAL_UNKNOWN')
  if (certificate.revoked === 1) throw new ApiError('CERTIFICATE_REVOKED')
  if (certificate.not_after <= wallNow || certificate.not_before > wallNow)
    throw new ApiError('CERTIFICATE_EXPIRED')
  return { authorization, caller }
}

/** Verifies the signature over the raw target and the raw bytes of the body. */
export function verifySignature(
  { authorization, caller }: { authorization: Authorization; caller: Caller },
  { method, target, body }: { method: string; target: string; body: Uint8Array },
): void {
  const { timestamp, nonce_str: nonce, signature } = authorization
  const message = requestMessage({ method, target, timestamp, nonce, body })
  if (verifyMessage(message, signature, parsedKey(caller.certificate?.public_key ?? ''))) return
  const start = Buffer.from(body).toString('utf8').slice(0, TRUNCATED_BODY_LENGTH)
  throw new ApiError('SIGNATURE_MISMATCH', {
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
