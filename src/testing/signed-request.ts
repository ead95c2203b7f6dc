import { createPrivateKey, randomBytes } from 'node:crypto'
import type { Method } from '../contract/operation.ts'
import { formatAuthorization } from '../protocol/authorization.ts'
import { newNonce } from '../protocol/ids.ts'
import { requestMessage } from '../protocol/signature.ts'
import { rsa, type Suite } from '../protocol/suite.ts'
import type { MerchantCredentials } from './start-platform.ts'

/** A request before it is signed. */
export interface UnsignedRequest {
  method: Method
  /** Path and query as they go over the wire. */
  target: string
  /** An object is written as JSON; text and bytes go as they are. */
  body?: object | string | Uint8Array
  headers?: Record<string, string>
  /** What is signed in place of the body: the `meta` of an upload. */
  signed?: string
}

/** What goes over the wire. */
export interface SignedRequest {
  method: Method
  target: string
  headers: Record<string, string>
  body: Buffer
}

/**
 * Signs a request as the merchant would, byte for byte as given; nothing is checked, so bad requests can be made too. For an
 * SM2 certificate give `shangmi` of `boomgate/sdk/shangmi` as the suite.
 */
export function signedRequest(
  merchant: Pick<MerchantCredentials, 'mchid' | 'serial_no' | 'private_key'>,
  { method, target, body = '', headers = {}, signed }: UnsignedRequest,
  suite: Suite = rsa,
): SignedRequest {
  const isBytes = typeof body === 'string' || body instanceof Uint8Array
  const bytes = Buffer.from(isBytes ? body : JSON.stringify(body))
  const timestamp = String(Math.floor(Date.now() / 1000))
  const nonce_str = newNonce(randomBytes)
  const message = requestMessage({
    method,
    target,
    timestamp,
    nonce: nonce_str,
    body: signed === undefined ? bytes : Buffer.from(signed),
  })
  const signature = suite.sign(message, createPrivateKey(merchant.private_key))
  const { mchid, serial_no } = merchant
  return {
    method,
    target,
    body: bytes,
    headers: {
      Accept: 'application/json',
      'User-Agent': 'boomgate-testing',
      ...(bytes.length > 0 && { 'Content-Type': 'application/json' }),
      Authorization: formatAuthorization({
        ...{ algorithm: suite.algorithm, mchid, nonce_str, signature, timestamp, serial_no },
      }),
      ...headers,
    },
  }
}
