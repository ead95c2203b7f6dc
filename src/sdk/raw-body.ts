import type { IncomingMessage } from 'node:http'
import { NoticeRefused } from './notice-refused.ts'

/** Far more than a notice has, and little enough for a receiver that is open to everyone; 256 KiB. */
export const MAX_NOTICE_BYTES = 256 * 1024

/** The bytes of a body that somebody else has read. Throws `NoticeRefused` when it was parsed, or is too large. */
export function rawBody(body: unknown): Uint8Array {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  if (!(bytes instanceof Uint8Array)) {
    throw new NoticeRefused(
      'body_parsed',
      `Its body is no bytes but ${body === null ? 'null' : typeof body}.`,
    )
  }
  if (bytes.length > MAX_NOTICE_BYTES) throw tooLarge()
  return bytes
}

/**
 * Reads a request to its end. It stops listening when the limit is passed and leaves the connection alone, because the
 * refusal still has to be written to it; iterating over the stream would close it.
 */
export function readIncoming(request: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let length = 0
    const end = (act: () => void) => {
      request.removeAllListeners('data')
      act()
    }
    request.on('data', (chunk: Uint8Array) => {
      length += chunk.length
      chunks.push(chunk)
      if (length > MAX_NOTICE_BYTES) end(() => reject(tooLarge()))
    })
    request.once('end', () => end(() => resolve(Buffer.concat(chunks))))
    request.once('error', error => end(() => reject(error)))
    // A sender that goes away in the middle ends without an error.
    request.once('close', () => end(() => reject(new Error('The request ended in the middle of its body'))))
  })
}

/** Reads the body of a `Request`. */
export async function readRequest(request: Request): Promise<Uint8Array> {
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
