import type { ServerResponse } from 'node:http'
import type { Platform } from '../platform.ts'
import { newNonce } from '../protocol/ids.ts'
import { replyMessage, SIGNATURE_SCHEME, signMessage } from '../protocol/signature.ts'
import { replySigner } from '../protocol/trust.ts'
import type { Exchange } from './exchange.ts'

/**
 * The five headers that sign a reply, names and values in turn; none before the request's own signature was right. The
 * key is chosen by the merchant's trust state and the request's `Wechatpay-Serial`.
 */
export function signatureHeaders(
  { caller, serial, verified }: Exchange,
  body: Uint8Array,
  { keys, clock, random }: Pick<Platform, 'keys' | 'clock' | 'random'>,
): string[] {
  if (!verified || !caller) return []
  const signer = keys.signer(
    replySigner(caller.trust_state, serial, caller.public_key_id),
    caller.public_key_id,
  )
  const timestamp = String(Math.floor(clock.wallNow() / 1000))
  const nonce = newNonce(random)
  return [
    'Wechatpay-Nonce',
    nonce,
    'Wechatpay-Signature',
    signMessage(replyMessage(timestamp, nonce, body), signer.privateKey),
    'Wechatpay-Timestamp',
    timestamp,
    'Wechatpay-Serial',
    signer.serial,
    'Wechatpay-Signature-Type',
    SIGNATURE_SCHEME,
  ]
}

/** A reply that is ready to be written. */
export interface Reply {
  status: number
  body: Uint8Array
  /** Names and values in turn. */
  signature: readonly string[]
  /** True when its connection shall end with it. */
  isLast: boolean
}

/**
 * Writes a whole reply: status, headers and body.
 *
 * It goes to the socket's response itself, because clients exist that look headers up by exact case and the framework
 * writes names in lower case.
 */
export function writeReply(
  response: ServerResponse,
  { requestId, resultNumber, language }: Exchange,
  { status, body, signature, isLast }: Reply,
): void {
  // A connection that is kept alive would keep a platform alive that is about to stop.
  if (isLast) response.setHeader('Connection', 'close')
  response.writeHead(status, [
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(body.length),
    'Cache-Control',
    'no-cache, must-revalidate',
    'X-Content-Type-Options',
    'nosniff',
    'Request-ID',
    `${requestId}-${resultNumber}`,
    'Content-Language',
    language,
    ...signature,
  ])
  response.end(body)
}
