import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { checkFunction, checkNames } from '../transport/check-options.ts'
import type { Notice, NoticeHandler } from './notice.ts'
import { NoticeRefused } from './notice-refused.ts'

/** Headers of a request, as any framework has them; the case of their names does not matter. */
export type NoticeHeaders =
  | Headers
  | IncomingHttpHeaders
  | Record<string, string | readonly string[] | undefined>

/** How a handler reports what did not go well. */
export interface HandlerOptions {
  /**
   * Given each refused notice, everything that your handler throws, and an `AnswerNotWritten` for each answer that could not
   * be written; standard error unless said. It must not throw.
   */
  onError?: OnError
}

export type OnError = (error: unknown) => void

/**
 * The platform does not have the answer to a notice, because the connection was closed, mostly after its 5 s, or because
 * something else has answered the request. It counts as none, so the notice comes again, also when it was handled.
 */
export class AnswerNotWritten extends Error {
  /** HTTP status of the answer; 204 when the notice was handled. */
  readonly status: number

  constructor(status: number, why: string) {
    const outcome = status === 204 ? 'handled' : 'not handled'
    super(
      `The notice was ${outcome}, but the answer ${status} could not be written: ${why}. It will come again.`,
    )
    this.name = 'AnswerNotWritten'
    this.status = status
  }
}

/** Where a handler reports to. Throws a `TypeError` for a handler or options that are none. */
export function checkHandler(handle: unknown, options: unknown = {}): OnError {
  checkFunction('handle', handle)
  checkNames('options', options, ['onError'])
  const { onError = printError } = options as HandlerOptions
  checkFunction('onError', onError)
  return onError
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
  onError: OnError,
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
export function writeAnswer(
  response: ServerResponse,
  { status, body }: NoticeAnswer,
  onError: OnError,
): void {
  if (!watchAnswer(response, status, onError)) return
  const headers = {
    ...(body !== '' && { 'Content-Type': 'application/json; charset=utf-8' }),
    ...(!response.req.complete && { Connection: 'close' }),
  }
  response.writeHead(status, headers).end(body)
}

/** Whether an answer can still be written. What cannot be, now or at the end, is reported. */
export function watchAnswer(response: ServerResponse, status: number, onError: OnError): boolean {
  const report = (why: string) => onError(new AnswerNotWritten(status, why))
  if (response.headersSent || response.writableEnded) {
    report(`something else has answered ${response.statusCode} already (in Koa set ctx.respond = false)`)
    return false
  }
  const isClosed = response.destroyed || response.req.socket?.destroyed
  if (isClosed) report('the sender has closed the connection')
  else
    response.once('close', () => {
      if (!response.writableFinished) report('the connection was closed before its end')
    })
  return !isClosed
}

function failure(status: number, message: string): NoticeAnswer {
  return { status, body: JSON.stringify({ code: 'FAIL', message }) }
}

function printError(error: unknown): void {
  console.error(error instanceof NoticeRefused ? error.message : error)
}
