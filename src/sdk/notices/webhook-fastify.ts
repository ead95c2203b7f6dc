import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { answerNotice, type OnError, type ReadNotice, watchAnswer } from './answer-notice.ts'
import type { Notice, NoticeHandler } from './notice.ts'
import { readIncoming } from './raw-body.ts'

/** As much of a Fastify instance as the plugin uses, so that this package needs no types of Fastify. */
export interface FastifyScope {
  removeAllContentTypeParsers(): void
  addContentTypeParser(
    contentType: string,
    parser: (request: unknown, payload: IncomingMessage) => Promise<unknown>,
  ): unknown
  setErrorHandler(handler: (error: Error, request: unknown, reply: FastifyReply) => unknown): unknown
  post(path: string, handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>): unknown
}

interface FastifyRequest {
  body: unknown
  headers: IncomingHttpHeaders
}

interface FastifyReply {
  raw: ServerResponse
  header(name: string, value: string): unknown
  code(status: number): { type(contentType: string): { send(body: string): unknown }; send(): unknown }
}

/**
 * A plugin that takes notices by POST at its prefix. Fastify parses JSON by itself, so the plugin has a parser of its own
 * that keeps the bytes; being inside a plugin, it changes no other route. The parser reads the body itself, because that
 * of Fastify waits for one that a hook has read.
 */
export function fastifyPlugin(read: ReadNotice, handle: NoticeHandler, onError: OnError) {
  return async (scope: FastifyScope): Promise<void> => {
    const answer = async (notice: () => Promise<Notice>, reply: FastifyReply) => {
      const { status, body } = await answerNotice('POST', notice, handle, onError)
      if (!watchAnswer(reply.raw, status, onError)) return reply
      if (!reply.raw.req.complete) reply.header('Connection', 'close')
      return body === ''
        ? reply.code(status).send()
        : reply.code(status).type('application/json; charset=utf-8').send(body)
    }
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, payload) => readIncoming(payload))
    // What the parser refuses gets the form that the platform knows.
    scope.setErrorHandler((error, _request, reply) => answer(() => Promise.reject(error), reply))
    scope.post('/', (request, reply) => answer(() => read(request.body ?? '', request.headers), reply))
  }
}
