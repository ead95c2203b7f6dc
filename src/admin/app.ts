import { createHash, timingSafeEqual } from 'node:crypto'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { httpServer, type Refusals, TIMES } from '../http/http-server.ts'
import type { Refusal } from '../http/malformed-http.ts'
import { adminRequestCheck } from './check-request.ts'
import type { AdminContext, AdminEndpoint } from './operation.ts'
import { Problem } from './problems.ts'

/** The largest body of a request, in bytes. */
const MAX_BODY_BYTES = 1024 * 1024
/** The longest part of a path; what is longer than the field is refused by the field's own rule. */
const MAX_PATH_FIELD_LENGTH = 8_192

const PROBLEM_TYPE = 'application/problem+json'
const NO_BODY = Buffer.alloc(0)
/** Names under which a browser or a tool on this machine finds the loopback. */
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i

/**
 * The administration API. Before anything else, a request must come to the loopback by name, so that no page in a browser
 * reaches it by a name of its own (DNS rebinding), and carry the token of the data folder. Where it is published, others
 * know the machine by names of theirs, and only the token decides.
 */
export function buildAdminApp(
  context: AdminContext,
  token: string,
  { isPublished }: { isPublished: boolean },
): FastifyInstance {
  const guard = guardOf(token, isPublished)
  const patterns = patternsOf(context.endpoints)
  const app = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    bodyLimit: MAX_BODY_BYTES,
    serverFactory: onRequest => httpServer(onRequest, REFUSALS),
    return503OnClosing: false,
    // The server has answered.
    clientErrorHandler: () => {},
    frameworkErrors(_error, request, reply: FastifyReply) {
      refuse(reply, guard(request) ?? NO_SUCH_PATH)
    },
    routerOptions: { maxParamLength: MAX_PATH_FIELD_LENGTH, querystringParser: () => ({}) },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onRequest', (request, reply, done) => {
    const refusal = guard(request) ?? (request.is404 ? unknownRoute(request, reply, patterns) : undefined)
    if (refusal) return refuse(reply, refusal)
    // A body is read whatever its type is called.
    request.raw.headers['content-type'] = undefined
    done()
  })
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  // A connection whose request is still under way then ends with its reply, or closing would wait for its client.
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close')
    done(null, payload)
  })
  app.setErrorHandler((error: FastifyError | Problem, request, reply) => {
    const shown = asProblem(error)
    if (shown.status === 500)
      context.log.error({ err: error, op: `admin ${request.method} ${request.routeOptions.url}` })
    refuse(reply, shown)
  })
  for (const endpoint of context.endpoints) mount(app, endpoint, context)
  return app
}

function mount(app: FastifyInstance, { operation, handler }: AdminEndpoint, context: AdminContext): void {
  const check = adminRequestCheck(operation)
  app.route({
    method: operation.method,
    url: operation.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    async handler(request, reply) {
      const body = Buffer.isBuffer(request.body) ? request.body : NO_BODY
      const fields = check(request.raw.url ?? '', request.params as Record<string, string>, body)
      const answer = await handler(fields, context)
      // Consoles and scripts poll, and would bury what merchants do.
      context.log.debug({ op: operation.name, status: 200 })
      reply.header('cache-control', 'no-store').type('application/json; charset=utf-8')
      return reply.send(JSON.stringify(answer))
    },
  })
}

/** Answers what a request is refused with, whatever it asks for; `undefined` when it may ask. */
function guardOf(token: string, isPublished: boolean): (request: FastifyRequest) => Problem | undefined {
  const expected = digestOf(`Bearer ${token}`)
  return ({ headers }) => {
    if (!isPublished && !LOOPBACK.test(headers.host ?? ''))
      return new Problem(
        'WRONG_HOST',
        'Call 127.0.0.1, localhost or [::1], and no other name of this machine.',
      )
    // Digests have one length, so that the comparison shows nothing of the token.
    if (timingSafeEqual(digestOf(headers.authorization ?? ''), expected)) return undefined
    return new Problem(
      'UNAUTHORIZED',
      'Send `Authorization: Bearer <token>` with the token of admin.json in the data folder.',
    )
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

const NO_SUCH_PATH = new Problem('NOT_FOUND', 'There is no such path; /admin/v1/openapi.json lists them.')

interface Pattern {
  method: string
  pattern: RegExp
}

function patternsOf(endpoints: readonly AdminEndpoint[]): Pattern[] {
  return endpoints.map(({ operation: { method, path } }) => ({
    method,
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }))
}

function unknownRoute({ raw }: FastifyRequest, reply: FastifyReply, patterns: readonly Pattern[]): Problem {
  const path = raw.url?.split('?')[0] ?? ''
  const methods = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
  if (methods.length === 0) return NO_SUCH_PATH
  reply.header('allow', methods.join(', '))
  return new Problem('METHOD_NOT_ALLOWED', `This path takes ${methods.join(', ')}.`)
}

/** What is answered before there is a request to speak of, nor a token. */
const REFUSALS: Refusals = {
  malformed: error => refusal('400 Bad Request', malformedHttp(error)),
  wrongHost: refusal('400 Bad Request', new Problem('INVALID_REQUEST', 'Send exactly one Host header.')),
  noSuchMethod: refusal('405 Method Not Allowed', new Problem('METHOD_NOT_ALLOWED', 'This is no proxy.')),
}

function refusal(status: Refusal['status'], { body }: Problem): Refusal {
  return { status, type: PROBLEM_TYPE, body: JSON.stringify(body) }
}

function malformedHttp({ code }: { code?: string }): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem('INVALID_REQUEST', 'Path, query and headers have more than 16 KB in all.')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem('INVALID_REQUEST', `The request was not here within ${TIMES.request} ms.`)
  return new Problem(
    'INVALID_REQUEST',
    'This is no HTTP. Percent-encode the query and the path: they have ASCII characters only.',
  )
}

/** Anything that is not meant to be seen becomes an INTERNAL_ERROR, which shows nothing. */
function asProblem(error: FastifyError | Problem): Problem {
  if (error instanceof Problem) return error
  if (error.statusCode === 413)
    return new Problem('BODY_TOO_LARGE', `The body has more than ${MAX_BODY_BYTES} bytes.`)
  if (error.statusCode !== undefined && error.statusCode < 500)
    return new Problem('INVALID_REQUEST', 'The request could not be read.')
  return new Problem('INTERNAL_ERROR', 'The log on standard error says why; the call can be repeated.')
}

function refuse(reply: FastifyReply, problem: Problem): void {
  if (problem.problemName === 'UNAUTHORIZED') reply.header('www-authenticate', 'Bearer')
  reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type(`${PROBLEM_TYPE}; charset=utf-8`)
    .send(JSON.stringify(problem.body))
}
