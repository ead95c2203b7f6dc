import type { IncomingHttpHeaders } from 'node:http'
import { answerNotice, type HandlerOptions, type ReadNotice } from './answer-notice.ts'
import type { Notice, NoticeHandler } from './notice.ts'
import { MAX_NOTICE_BYTES, tooLarge } from './raw-body.ts'

/** As much of a Fastify instance as the plugin uses, so that this package needs no types of Fastify. */
export interface FastifyScope {
  removeAllContentTypeParsers(): void
  addContentTypeParser(
    contentType: string,
    options: { parseAs: 'buffer'; bodyLimit: number },
    parser: (request: unknown, body: Buffer, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown
  setErrorHandler(
    handler: (error: Error & { statusCode?: number }, request: unknown, reply: FastifyReply) => unknown,
  ): unknown
  post(path: string, handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>): unknown
}

interface FastifyRequest {
  body: unknown
  headers: IncomingHttpHeaders
}

interface FastifyReply {
  code(status: number): { type(contentType: string): { send(body: string): unknown }; send(): unknown }
}

/**
 * A plugin that takes notices by POST at its prefix. Fastify parses JSON by itself, so the plugin has a parser of its own
 * that keeps the bytes; being inside a plugin, it changes no other route.
 */
export function fastifyPlugin(read: ReadNotice, handle: NoticeHandler, options?: HandlerOptions) {
  return async (scope: FastifyScope): Promise<void> => {
    const answer = async (notice: () => Promise<Notice>, reply: FastifyReply) => {
      const { status, body } = await answerNotice('POST', notice, handle, options)
      return body === ''
        ? reply.code(status).send()
        : reply.code(status).type('application/json; charset=utf-8').send(body)
    }
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: MAX_NOTICE_BYTES },
      (_request, body, done) => done(null, body),
    )
    // Fastify counts the bytes itself; its refusal gets the form that the platform knows.
    scope.setErrorHandler((error, _request, reply) => {
      const refusal = error.statusCode === 413 ? tooLarge() : error
      return answer(() => Promise.reject(refusal), reply)
    })
    scope.post('/', (request, reply) => answer(() => read(request.body ?? '', request.headers), reply))
  }
}
