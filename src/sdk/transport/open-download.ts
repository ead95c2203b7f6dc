import type { Machine } from './machine.ts'
import type { ResolvedOptions } from './options.ts'
import { openReply, type RawReply, readReply } from './send-once.ts'
import { NO_BODY } from './write-request.ts'

/** The bytes of a file on their way. Leaving the loop early ends the download. */
export type Download = AsyncIterable<Uint8Array>

/** The error of a file that has stopped coming, with why in words. */
export type BrokenDownload = (why: string, cause: unknown) => Error

/** A reply in place of a file, or the file, of which nothing is read yet. */
export interface DownloadReply extends RawReply {
  download: Download | undefined
}

/**
 * Signs the request for a file and sends it once. `timeoutMs` is for the headers and for each wait between two pieces of
 * the file, not for the whole of it. Rejects when no headers came in time; a file that stops coming throws in the loop.
 */
export async function openDownload(
  url: URL,
  wechatpaySerial: string | undefined,
  broken: BrokenDownload,
  options: ResolvedOptions,
  machine: Machine,
): Promise<DownloadReply> {
  const exchange = new AbortController()
  const wire = { method: 'GET', target: url.pathname + url.search, ...NO_BODY } as const
  // A file is no JSON, but its refusal is.
  const headers = { Accept: '*/*', ...(wechatpaySerial && { 'Wechatpay-Serial': wechatpaySerial }) }
  const { signal } = exchange
  const opening = openReply(wire, url.origin, { headers, signal }, options, machine)
  const response = await inTime(opening, exchange, options.timeoutMs)
  if (response.status !== 200) {
    return { ...(await inTime(readReply(response), exchange, options.timeoutMs)), download: undefined }
  }
  return {
    status: 200,
    header: name => response.headers.get(name) || undefined,
    body: Buffer.alloc(0),
    download: chunksOf(response, exchange, broken, options.timeoutMs),
  }
}

async function* chunksOf(
  { body }: Response,
  exchange: AbortController,
  broken: BrokenDownload,
  timeoutMs: number,
): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader()
  if (!reader) return
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read(), exchange, timeoutMs)
      if (done) return
      yield value
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw broken(why, cause)
  } finally {
    // Whoever has read enough gives the connection back; after the last byte this does nothing.
    exchange.abort()
  }
}

/** Waits for a step of an exchange, which ends when the step takes too long. */
async function inTime<T>(step: Promise<T>, exchange: AbortController, timeoutMs: number): Promise<T> {
  const limit = AbortSignal.timeout(timeoutMs)
  const end = () => exchange.abort(limit.reason)
  limit.addEventListener('abort', end)
  try {
    return await step
  } finally {
    limit.removeEventListener('abort', end)
  }
}
