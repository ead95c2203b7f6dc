import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Notice, NoticeHandler } from './notice.ts'
import { NoticeRefused } from './notice-refused.ts'

/** Headers of a request, as any framework has them; the case of their names does not matter. */
export type NoticeHeaders =
  | Headers
  | IncomingHttpHeaders
  | Record<string, string | readonly string[] | undefined>

/** How a handler reports what it did not answer with 204. */
export interface HandlerOptions {
  /** Given each refused notice and everything that your handler throws; standard error unless said. It must not throw. */
  onError?: (error: unknown) => void
}

/** Verifies and opens a notice. */
export type ReadNotice = (body: unknown, headers: NoticeHeaders) => Promise<Notice>

/** What the platform is answered. `body` is empty or JSON. */
export interface NoticeAnswer {
  status: number
  body: string
}

/**
 * Reads a notice, gives it to the merchant's handler and says what to answer: 204 when the handler has returned, the
 * refusal's status, or 500 when it threw. It never throws itself.
 */
export async function answerNotice(
  method: string | undefined,
  notice: () => Promise<Notice>,
  handle: NoticeHandler,
  { onError = printError }: HandlerOptions = {},
): Promise<NoticeAnswer> {
  if (method !== 'POST') return failure(405, 'Notices are sent by POST')
  try {
    await handle(await notice())
    return { status: 204, body: '' }
  } catch (error) {
    onError(error)
    if (error instanceof NoticeRefused) return failure(error.status, error.message)
    // What the merchant's own code says is nothing for the outside.
    return failure(500, 'The receiver has failed')
  }
}

/** Writes an answer. After a body that was not read to its end the connection cannot be used again. */
export function writeAnswer(response: ServerResponse, { status, body }: NoticeAnswer): void {
  // The sender has gone, or another handler was faster.
  if (response.headersSent || response.destroyed) return
  const headers = {
    ...(body !== '' && { 'Content-Type': 'application/json; charset=utf-8' }),
    ...(!response.req.complete && { Connection: 'close' }),
  }
  response.writeHead(status, headers).end(body)
}

function failure(status: number, message: string): NoticeAnswer {
  return { status, body: JSON.stringify({ code: 'FAIL', message }) }
}

function printError(error: unknown): void {
  console.error(error instanceof NoticeRefused ? error.message : error)
}
