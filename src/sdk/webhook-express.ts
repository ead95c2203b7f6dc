import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerNotice, type HandlerOptions, type ReadNotice, writeAnswer } from './answer-notice.ts'
import type { NoticeHandler } from './notice.ts'
import { readIncoming } from './raw-body.ts'

/** As much of Express's request as is looked at. */
export type ExpressRequest = IncomingMessage & {
  /** Bytes after `express.raw`, an object after `express.json`. */
  body?: unknown
  /** Where a `verify` function of a parser, or a hosting platform, has put the bytes. */
  rawBody?: unknown
}

/** A handler for Express 4 and 5. */
export function expressHandler(read: ReadNotice, handle: NoticeHandler, options?: HandlerOptions) {
  return (request: ExpressRequest, response: ServerResponse): void => {
    const notice = async () => read(await bodyOf(request), request.headers)
    void answerNotice(request.method, notice, handle, options).then(answer => writeAnswer(response, answer))
  }
}

/**
 * The body as bytes, wherever it is by now. An object means that a parser was faster; its bytes are gone, and writing it
 * as JSON again would give others, so it is passed on to be refused with that reason.
 */
async function bodyOf(request: ExpressRequest): Promise<unknown> {
  const { rawBody, body } = request
  if (rawBody instanceof Uint8Array || typeof rawBody === 'string') return rawBody
  if (body instanceof Uint8Array || typeof body === 'string') return body
  return request.readableDidRead ? body : readIncoming(request)
}
