import { AnswerNotWritten, answerNotice, type OnError, type ReadNotice } from './answer-notice.ts'
import type { NoticeHandler } from './notice.ts'
import { readRequest } from './raw-body.ts'

/** A function from `Request` to `Response`. */
export function fetchHandler(read: ReadNotice, handle: NoticeHandler, onError: OnError) {
  return async (request: Request): Promise<Response> => {
    const notice = async () => read(await readRequest(request), request.headers)
    const { status, body } = await answerNotice(request.method, notice, handle, onError)
    // Runtimes abort it when the sender has gone; not all have one.
    if (request.signal?.aborted) onError(new AnswerNotWritten(status, 'the sender has closed the connection'))
    if (body === '') return new Response(null, { status })
    return new Response(body, { status, headers: { 'Content-Type': 'application/json; charset=utf-8' } })
  }
}
