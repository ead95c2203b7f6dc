import type { IncomingMessage } from 'node:http'
import { NoticeRefused } from './notice-refused.ts'

/** Far more than a notice has, and little enough for a receiver that is open to everyone; 256 KiB. */
export const MAX_NOTICE_BYTES = 256 * 1024

/** A request of `node:http`, as frameworks hand it on. */
export type IncomingNotice = IncomingMessage & {
  /** Bytes after `express.raw`, an object after a JSON parser. */
  body?: unknown
  /** Where a `verify` function of a parser, Nest or a hosting platform has put the bytes. */
  rawBody?: unknown
}

/** The bytes of a body that somebody else has read. Throws `NoticeRefused` when it was parsed, or is too large. */
export function rawBody(body: unknown): Uint8Array {
  const bytes = bytesOf(body)
  if (!bytes) throw bodyParsed(`Its body is no bytes but ${kindOf(body)}.`)
  if (bytes.length > MAX_NOTICE_BYTES) throw tooLarge()
  return bytes
}

/**
 * The body of a request, wherever it is by now. An object means that a parser was faster; its bytes are gone, and writing it
 * as JSON again would give others. Throws `NoticeRefused` then, at once.
 */
export async function incomingBody(request: IncomingNotice): Promise<Uint8Array> {
  const { rawBody: kept, body } = request
  if (bytesOf(kept)) return rawBody(kept)
  if (bytesOf(body)) return rawBody(body)
  if (wasRead(request) && body !== undefined && body !== null) return rawBody(body)
  return readIncoming(request)
}

/**
 * Reads a request to its end. It stops listening when the limit is passed and does not close the connection, because the
 * refusal still has to be written to it; iterating over the stream would close it. What was read before would never come
 * again, so it is not waited for.
 */
export function readIncoming(request: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    if (wasRead(request)) return reject(bodyParsed('Its body was read before it came to this handler.'))
    if (request.destroyed) return reject(endedEarly())
    const chunks: Uint8Array[] = []
    let length = 0
    const end = (act: () => void) => {
      request.removeAllListeners('data')
      act()
    }
    request.on('data', (chunk: Uint8Array | string) => {
      // Somebody may have set an encoding; each that `request` can have can be turned back.
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, request.readableEncoding ?? 'utf8') : chunk
      length += bytes.length
      chunks.push(bytes)
      if (length > MAX_NOTICE_BYTES) end(() => reject(tooLarge()))
    })
    request.once('end', () => end(() => resolve(Buffer.concat(chunks))))
    request.once('error', error => end(() => reject(error)))
    // A sender that goes away in the middle ends without an error.
    request.once('close', () => end(() => reject(endedEarly())))
  })
}

/** Reads the body of a `Request`. Throws `NoticeRefused` when somebody has read it, or is about to. */
export async function readRequest(request: Request): Promise<Uint8Array> {
  if (request.bodyUsed || request.body?.locked)
    throw bodyParsed('The body of its Request was read before it came to this handler.')
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.length
    if (length > MAX_NOTICE_BYTES) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The refusal of a body above the limit. */
export function tooLarge(): NoticeRefused {
  return new NoticeRefused('body_too_large', `Its body has more than ${MAX_NOTICE_BYTES} bytes.`)
}

function bodyParsed(explanation: string): NoticeRefused {
  return new NoticeRefused('body_parsed', explanation)
}

function endedEarly(): Error {
  return new Error('The request ended in the middle of its body')
}

function wasRead(request: IncomingMessage): boolean {
  return request.readableDidRead || request.readableEnded
}

/** The bytes of a text, of a buffer and of whatever looks at one; those of another realm are no instances of ours. */
function bytesOf(body: unknown): Uint8Array | undefined {
  if (typeof body === 'string') return Buffer.from(body)
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const isBuffer = /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(body))
  return isBuffer ? Buffer.from(body as ArrayBuffer) : undefined
}

function kindOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return String(body)
  const { name } = Object(body.constructor)
  return typeof name === 'string' && name !== '' ? `an object of type ${name}` : 'an object'
}
