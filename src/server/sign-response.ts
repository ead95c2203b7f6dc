import type { ServerResponse } from 'node:http'
import type { Platform } from '../platform.ts'
import { newNonce } from '../protocol/ids.ts'
import { replyMessage, SIGNATURE_SCHEME, signMessage } from '../protocol/signature.ts'
import { replySigner } from '../protocol/trust.ts'
import type { Exchange } from './exchange.ts'

/**
 * Writes the headers of a reply, and the signature once the request's own was right.
 *
 * They go to the socket's response itself, because clients exist that look them up by exact case and the framework
 * writes names in lower case.
 */
export function writeReplyHeaders(
  response: ServerResponse,
  exchange: Exchange,
  payload: string,
  { keys, clock, random }: Pick<Platform, 'keys' | 'clock' | 'random'>,
): void {
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.setHeader('Cache-Control', 'no-cache, must-revalidate')
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('Request-ID', `${exchange.requestId}-${exchange.resultNumber}`)
  response.setHeader('Content-Language', exchange.language)
  const { caller, serial, verified } = exchange
  if (!verified || !caller) return
  const signer = keys.signer(
    replySigner(caller.trust_state, serial, caller.public_key_id),
    caller.public_key_id,
  )
  const timestamp = String(Math.floor(clock.wallNow() / 1000))
  const nonce = newNonce(random)
  response.setHeader('Wechatpay-Nonce', nonce)
  response.setHeader(
    'Wechatpay-Signature',
    signMessage(replyMessage(timestamp, nonce, payload), signer.privateKey),
  )
  response.setHeader('Wechatpay-Timestamp', timestamp)
  response.setHeader('Wechatpay-Serial', signer.serial)
  response.setHeader('Wechatpay-Signature-Type', SIGNATURE_SCHEME)
}
