import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { Logger } from 'pino'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Mode, Operation } from '../contract/operation.ts'
import { requestCheck } from '../contract/validate.ts'
import type { Platform } from '../platform.ts'
import type { Endpoint } from '../products/handler.ts'
import { endpoints } from '../products/index.ts'
import { ApiError, chooseLanguage } from '../protocol/errors.ts'
import { newRequestId } from '../protocol/ids.ts'
import { beginExchange, exchangeOf } from './exchange.ts'
import { answerMalformedHttp } from './malformed-http.ts'
import { requestFields, unknownFields } from './request-fields.ts'
import { writeReplyHeaders } from './sign-response.ts'
import { identifyCaller, verifySignature } from './verify-request.ts'

/** The largest body of a request, in bytes. */
const MAX_BODY_BYTES = 1024 * 1024
/** The longest part of a path that a field can be; what is longer than the field is refused by the field's own rule. */
const MAX_PATH_FIELD_LENGTH = 8_192
/** The whole request must be here by then. */
const REQUEST_TIMEOUT_MS = 30_000
/** What the real hosts answer in `Keep-Alive`. */
const KEEP_ALIVE_MS = 8_000

const NO_BODY = Buffer.alloc(0)

/**
 * The HTTP side of the platform. A request passes these steps and no others:
 *
 * 1. routing: 404 and 405 with empty bodies; 2. `onRequest`: who calls, before a byte of the body is read;
 * 3. `preValidation`: the signature; 4. the operation's handler; 5. `onSend`: the reply's headers and signature.
 */
export function buildApp(platform: Platform, log: Logger): FastifyInstance {
  const app = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    clientErrorHandler: answerMalformedHttp,
    // A path that cannot be decoded is a path that does not exist.
    frameworkErrors: (_error, _request, reply: FastifyReply) => sendEmpty(reply, 404),
    routerOptions: {
      maxParamLength: MAX_PATH_FIELD_LENGTH,
      // The query is read from the raw target, with errors of our own.
      querystringParser: () => ({}),
    },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  // Before the body, because nothing in it may change the answer.
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done()
    const path = request.raw.url?.split('?')[0] ?? ''
    const known = endpoints.some(({ operation }) => pathPattern(operation).test(path))
    sendEmpty(reply, known ? 405 : 404)
  })
  app.get('/healthz', async () => {
    await platform.db.get('SELECT 1 AS alive')
    return { status: 'ok' }
  })
  app.register(async api => mountEndpoints(api, platform, log))
  return app
}

/** The calls, with the life of a request around them. */
function mountEndpoints(api: FastifyInstance, platform: Platform, log: Logger): void {
  const { clock, random, rules } = platform
  const limiter = new RateLimiterMemory({ points: rules.rateLimit, duration: 1 })

  api.addHook('onRequest', async request => {
    const exchange = {
      requestId: newRequestId(random),
      resultNumber: 0,
      startedAt: clock.wallNow(),
      language: chooseLanguage(request.headers['accept-language']),
      verified: false,
    }
    beginExchange(request, exchange)
    // A body is read whatever its type is called; the framework would refuse a name that is none.
    request.raw.headers['content-type'] = undefined
    Object.assign(exchange, await identifyCaller(request.headers, platform), { serial: serialOf(request) })
  })

  api.addHook('preValidation', async request => {
    const exchange = exchangeOf(request)
    const { authorization, caller } = exchange
    if (!authorization || !caller) throw new Error('The caller was not identified')
    const target = request.raw.url ?? ''
    verifySignature({ authorization, caller }, { method: request.method, target, body: bodyOf(request) })
    exchange.verified = true
  })

  api.addHook('onSend', async (request, reply, payload) => {
    reply.removeHeader('content-type')
    writeReplyHeaders(reply.raw, exchangeOf(request), typeof payload === 'string' ? payload : '', platform)
  })

  api.addHook('onResponse', async (request, reply) => {
    const { op, caller, code, requestId, startedAt, unknownFields } = exchangeOf(request)
    const ms = clock.wallNow() - startedAt
    log.info({
      op,
      mchid: caller?.mchid,
      status: reply.statusCode,
      code,
      request_id: requestId,
      ms,
      unknownFields,
    })
  })

  api.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    const exchange = exchangeOf(request)
    const shown = asApiError(error)
    if (shown.errorName === 'SYSTEM_ERROR') log.error({ err: error, request_id: exchange.requestId })
    exchange.resultNumber = shown.number
    const body = shown.body(exchange.language)
    exchange.code = body.code
    return reply.code(shown.status).send(body)
  })

  for (const endpoint of endpoints) mountEndpoint(api, platform, endpoint, limiter)
}

function mountEndpoint(
  api: FastifyInstance,
  platform: Platform,
  { operation, handler }: Endpoint,
  limiter: RateLimiterMemory,
): void {
  const check = requestCheck(operation)
  api.route({
    method: operation.method,
    url: operation.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    onRequest: async request => {
      exchangeOf(request).op = operation.name
    },
    handler: async request => {
      const exchange = exchangeOf(request)
      const { caller, serial } = exchange
      if (!caller) throw new Error('The caller was not identified')
      await limiter.consume(`${caller.mchid}/${operation.name}`).catch(refuseForRate)
      const params = request.params as Record<string, string>
      const fields = requestFields(operation, request.raw.url ?? '', params, bodyOf(request))
      const unknown = unknownFields(operation, fields)
      if (unknown.length > 0) exchange.unknownFields = unknown
      const mode: Mode = caller.kind === 'provider' ? 'partner' : 'merchant'
      return handler(check(mode, fields), { caller, serial, platform })
    },
  })
}

/** An empty reply that says its length, also to a HEAD. */
function sendEmpty(reply: FastifyReply, status: 404 | 405): void {
  reply.code(status).header('content-length', '0').send()
}

function serialOf(request: FastifyRequest): string | undefined {
  const serial = request.headers['wechatpay-serial']
  return typeof serial === 'string' && serial !== '' ? serial : undefined
}

function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : NO_BODY
}

function refuseForRate(reason: unknown): never {
  if (reason instanceof Error) throw reason
  throw new ApiError('RATELIMIT_EXCEEDED')
}

/** Anything that is not meant to be seen becomes a SYSTEM_ERROR; a body that could not be read is the caller's fault. */
function asApiError(error: FastifyError | ApiError): ApiError {
  if (error instanceof ApiError) return error
  const readFailure = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
  return new ApiError(readFailure ? 'BODY_TOO_LARGE' : 'SYSTEM_ERROR')
}

const patterns = new WeakMap<Operation, RegExp>()

/** Matches the paths of an operation, whatever the method. */
function pathPattern(operation: Operation): RegExp {
  const known = patterns.get(operation)
  if (known) return known
  const pattern = new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, '[^/]*')}$`)
  patterns.set(operation, pattern)
  return pattern
}
