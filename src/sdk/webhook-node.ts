import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerNotice, type HandlerOptions, type ReadNotice, writeAnswer } from './answer-notice.ts'
import type { NoticeHandler } from './notice.ts'
import { readIncoming } from './raw-body.ts'

/** A request listener of `node:http` that takes every POST it is given as a notice. */
export function nodeHandler(read: ReadNotice, handle: NoticeHandler, options?: HandlerOptions) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const notice = async () => read(await readIncoming(request), request.headers)
    void answerNotice(request.method, notice, handle, options).then(answer => writeAnswer(response, answer))
  }
}
