import type { ServerResponse } from 'node:http'
import { answerNotice, type OnError, type ReadNotice, writeAnswer } from './answer-notice.ts'
import type { NoticeHandler } from './notice.ts'
import { type IncomingNotice, incomingBody } from './raw-body.ts'

/** A listener for requests of `node:http` and of the frameworks that stand on it, such as Express 4 and 5, Koa and Nest. */
export function nodeHandler(read: ReadNotice, handle: NoticeHandler, onError: OnError) {
  return (request: IncomingNotice, response: ServerResponse): void => {
    const notice = async () => read(await incomingBody(request), request.headers)
    void answerNotice(request.method, notice, handle, onError).then(answer =>
      writeAnswer(response, answer, onError),
    )
  }
}
