import type { ServerResponse } from 'node:http'
import type { Platform } from '../platform.ts'
import { newNonce } from '../protocol/ids.ts'
import { replyMessage, SIGNATURE_SCHEME, signMessage } from '../protocol/signature.ts'
import { replySigner } from '../protocol/trust.ts'
import type { Exchange } from './exchange.ts'

/**
 * Writes a whole reply: status, headers, the signature once the request's own was right, and the body.
 *
 * It goes to the socket's response itself, because clients exist that look headers up by exact case and the framework
 * writes names in lower case.
 */
export function writeReply(
  response: ServerResponse,
  exchange: Exchange,
  { status, body }: { status: number; body: string },
  platform: Pick<Platform, 'keys' | 'clock' | 'random'>,
): void {
  const bytes = Buffer.from(body)
  const headers = [
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(bytes.length),
    'Cache-Control',
    'no-cache, must-revalidate',
    'X-Content-Type-Options',
    'nosniff',
    'Request-ID',
    `${exchange.requestId}-${exchange.resultNumber}`,
    'Content-Language',
    exchange.language,
  ]
  if (exchange.verified) headers.push(...signatureHeaders(exchange, bytes, platform))
  response.writeHead(status, headers)
  response.end(bytes)
}

function signatureHeaders(
  { caller, serial }: Exchange,
  body: Uint8Array,
  { keys, clock, random }: Pick<Platform, 'keys' | 'clock' | 'random'>,
): string[] {
  if (!caller) throw new Error('A verified request has a caller')
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
