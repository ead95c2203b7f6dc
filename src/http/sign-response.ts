import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { FileReply } from '../calls/handler.ts'
import { corruptedSignature } from '../faults/corrupted-signature.ts'
import { drawFrom, newNonce } from '../protocol/ids.ts'
import { replyMessage } from '../protocol/signature.ts'
import { endConnection } from './break-connection.ts'
import type { HttpContext } from './context.ts'
import type { Exchange } from './exchange.ts'
import { TIMES } from './http-server.ts'

/**
 * The five headers that sign a reply, names and values in turn; none on what the gateway refuses before the call. The
 * algorithms are those of that signature; the key is chosen by the merchant's trust state and the request's
 * `Wechatpay-Serial`.
 */
export function signatureHeaders(
  { caller, serial, suite, reached, injected }: Exchange,
  body: Uint8Array,
  { keys, clock, random }: Pick<HttpContext, 'keys' | 'clock' | 'random'>,
): string[] {
  if (!reached || !caller) return []
  const signer = keys.replySigner(caller, serial, suite.algorithm, {
    now: clock.now(),
    draw: () => drawFrom(random),
  })
  const timestamp = String(Math.floor(clock.wallNow() / 1000))
  const nonce = newNonce(random)
  const signature = signer.suite.sign(replyMessage(timestamp, nonce, body), signer.privateKey)
  return [
    'Wechatpay-Nonce',
    nonce,
    'Wechatpay-Signature',
    corruptedSignature(injected, signature),
    'Wechatpay-Timestamp',
    timestamp,
    'Wechatpay-Serial',
    signer.serial,
    'Wechatpay-Signature-Type',
    signer.suite.scheme,
  ]
}

/** A reply that is ready to be written. */
export interface Reply {
  status: number
  body: Uint8Array
  /** Wall time. */
  now: number
  /** Names and values in turn. */
  signature: readonly string[]
  /** True when its connection shall end with it. */
  isLast: boolean
  /** True when its connection shall end in the middle of the body, of which the headers promise all. */
  isTruncated: boolean
}

/**
 * Writes a whole reply: status, headers and body.
 *
 * It goes to the socket's response itself, because clients exist that look headers up by exact case and the framework
 * writes names in lower case.
 */
export function writeReply(
  response: ServerResponse,
  exchange: Exchange,
  { status, body, now, signature, isLast, isTruncated }: Reply,
): void {
  writeHead(response, exchange, {
    status,
    contentType: 'application/json; charset=utf-8',
    contentLength: body.length,
    now,
    signature,
    isLast,
  })
  if (!isTruncated) return void response.end(body)
  response.write(body.subarray(0, body.length / 2))
  endConnection(response)
}

/** Codes of a pipeline whose far end was closed. */
const HANG_UPS = ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_UNABLE_TO_PIPE', 'ECONNRESET', 'EPIPE']

/** How long a reader may take nothing of a file before its connection ends, in milliseconds. */
const STALL_MS = 60_000

/**
 * Writes a file as fast as its reader takes it, without a signature. Answers how many bytes went out: fewer than the file
 * has when the reader has gone, or has taken nothing for `stallMs`. A file that cannot be read to its end throws; then the
 * connection ends, because the headers have promised more.
 */
export async function writeFile(
  response: ServerResponse,
  exchange: Exchange,
  { contentType, contentLength, open }: FileReply,
  { now, isLast }: Pick<Reply, 'now' | 'isLast'>,
  stallMs = STALL_MS,
): Promise<number> {
  const half = exchange.injected.REPLY_TRUNCATED && Math.floor(contentLength / 2)
  let written = 0
  async function* counted(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      if (written + chunk.length > contentLength)
        throw new Error(`A file has more than ${contentLength} bytes`)
      const taken = chunk.subarray(0, half && half - written)
      written += taken.length
      yield taken
      if (written === half) return
    }
    if (written < contentLength) throw new Error(`A file has ${written} of ${contentLength} bytes`)
  }
  response.setTimeout(stallMs, () => response.destroy())
  const file = open()
  writeHead(response, exchange, { status: 200, contentType, contentLength, now, signature: [], isLast })
  try {
    await pipeline(file, counted, response, { end: half === undefined })
    if (half !== undefined) endConnection(response)
  } catch (error) {
    response.destroy()
    if (!(error instanceof Error && 'code' in error && HANG_UPS.includes(String(error.code)))) throw error
  }
  return written
}

interface Head {
  status: number
  contentType: string
  contentLength: number
  now: number
  signature: readonly string[]
  isLast: boolean
}

const KEPT_ALIVE = ['Connection', 'keep-alive', 'Keep-Alive', `timeout=${TIMES.keepAlive / 1000}`]
const CLOSED = ['Connection', 'close']

/** The headers of the real hosts, in their order; the framework would put those of the connection behind. */
function writeHead(
  response: ServerResponse,
  { requestId, resultNumber, language }: Exchange,
  { status, contentType, contentLength, now, signature, isLast }: Head,
): void {
  // A connection that is kept alive would keep a platform alive that is about to stop.
  const isKept = response.shouldKeepAlive && !isLast
  response.writeHead(status, [
    'Server',
    'nginx',
    'Date',
    new Date(now).toUTCString(),
    'Content-Type',
    contentType,
    'Content-Length',
    String(contentLength),
    ...(isKept ? KEPT_ALIVE : CLOSED),
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
}
