import { formatAuthorization } from '../../protocol/authorization.ts'
import { newNonce } from '../../protocol/ids.ts'
import { requestMessage } from '../../protocol/signature.ts'
import type { SignedMessage } from '../keys/verify-signed.ts'
import type { Machine } from './machine.ts'
import type { ResolvedOptions } from './options.ts'
import type { WireRequest } from './write-request.ts'

/** A reply before anything about it is believed. */
export interface RawReply extends SignedMessage {
  status: number
}

/** The connection ended, or broke, after the headers of a reply and before its end. */
export class ReplyEndedEarly extends Error {}
/** More came than any reply of the API has. */
export class ReplyTooLarge extends Error {}

/** The most bytes of a reply that are read; real ones have a few thousand. */
const MAX_REPLY_BYTES = 1024 * 1024

/**
 * Signs a request and sends it once. `wechatpaySerial` names the key that the platform shall answer and decrypt with.
 * Rejects when no whole reply came within the time limit.
 */
export async function sendOnce(
  wire: WireRequest,
  host: string,
  wechatpaySerial: string | undefined,
  options: ResolvedOptions,
  machine: Machine,
): Promise<RawReply> {
  const headers: Record<string, string> = wechatpaySerial ? { 'Wechatpay-Serial': wechatpaySerial } : {}
  const signal = AbortSignal.timeout(options.timeoutMs)
  try {
    return await readReply(await openReply(wire, host, { headers, signal }, options, machine))
  } catch (error) {
    // Not every `fetch` rejects with the signal's reason.
    throw signal.aborted ? signal.reason : error
  }
}

/** Signs a request, sends it once and answers as soon as the headers of a reply are there. */
export function openReply(
  wire: WireRequest,
  host: string,
  { headers, signal }: { headers: Record<string, string>; signal: AbortSignal },
  options: ResolvedOptions,
  machine: Machine,
): Promise<Response> {
  // Called without its object, because the global one of some runtimes refuses any other than its own.
  const { fetch } = options
  return fetch(host + wire.target, {
    method: wire.method,
    headers: {
      ...options.headers,
      ...(wire.body.length > 0 && { 'Content-Type': wire.contentType }),
      ...headers,
      Authorization: authorize(wire, options, machine),
    },
    ...(wire.body.length > 0 && { body: wire.body }),
    // The API never redirects, and a signed request is for the host that it was meant for.
    redirect: 'manual',
    signal,
  })
}

/** Reads a reply to its end. Rejects when it is larger than any of the API. */
export async function readReply(response: Response): Promise<RawReply> {
  return {
    status: response.status,
    header: name => response.headers.get(name) || undefined,
    body: await readBody(response),
  }
}

/** Each attempt has a time and a nonce of its own: the first one may be older than five minutes by the last. */
function authorize(
  { method, target, signed }: WireRequest,
  { mchid, serial_no, privateKey, suite }: ResolvedOptions,
  { wallNow, random }: Machine,
): string {
  const timestamp = String(Math.floor(wallNow() / 1000))
  const nonce_str = newNonce(random)
  const message = requestMessage({ method, target, timestamp, nonce: nonce_str, body: signed })
  return formatAuthorization({
    algorithm: suite.algorithm,
    mchid,
    nonce_str,
    signature: suite.sign(message, privateKey),
    timestamp,
    serial_no,
  })
}

async function readBody({ body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of piecesOf(body)) {
    length += chunk.length
    if (length > MAX_REPLY_BYTES) throw new ReplyTooLarge(`it is larger than ${MAX_REPLY_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function* piecesOf(body: Response['body']): AsyncGenerator<Uint8Array> {
  try {
    yield* body ?? []
  } catch (cause) {
    if (Object(cause).name === 'TimeoutError') throw cause
    // `fetch` says "terminated", and the socket's error is behind it.
    throw new ReplyEndedEarly('The reply ended early', { cause: Object(cause).cause ?? cause })
  }
}
