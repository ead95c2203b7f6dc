import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { Logger } from 'pino'
import { type Endpoint, FileReply } from '../calls/handler.ts'
import { batch } from '../clock/batch.ts'
import { type InMode, isSigned, type Mode, type Operation, routesOf } from '../contract/operation.ts'
import { requestCheck } from '../contract/validate.ts'
import { type Injections, NO_INJECTIONS } from '../faults/faults.ts'
import { OF_SIGNATURES } from '../faults/rules.ts'
import { ApiError, chooseLanguage } from '../protocol/errors.ts'
import { general } from '../protocol/general-errors.ts'
import { newRequestId } from '../protocol/ids.ts'
import { rsa } from '../protocol/suite.ts'
import { accessPointOf } from './access-point.ts'
import { type AnsweredWith, answeredCall } from './answered-call.ts'
import { endConnection, resetConnection } from './break-connection.ts'
import { callLimits } from './call-limits.ts'
import type { HttpContext } from './context.ts'
import type { Exchange } from './exchange.ts'
import { type Health, mountHealth } from './health.ts'
import { hostCheck } from './host-check.ts'
import { httpServer } from './http-server.ts'
import { ConnectionReset, injectFaults, type Pauses, pauses, type Wait } from './inject-faults.ts'
import { REFUSALS } from './listen.ts'
import { callOptions } from './options.ts'
import { mountPages } from './pages.ts'
import { MAX_REST_BYTES, readForm, requireFile } from './read-upload.ts'
import { asApiError, requireMerchantFields, undefinedRefusal, WRONG_MODE } from './refusals.ts'
import { refusedRequest } from './refused-request.ts'
import { requestFields } from './request-fields.ts'
import { signatureHeaders, writeFile, writeReply } from './sign-response.ts'
import { unroutedReplies } from './unrouted.ts'
import { callerLookup, identifyCaller, verifySignature } from './verify-request.ts'

/** The largest body of a request, in bytes. */
const MAX_BODY_BYTES = 1024 * 1024
/** The longest part of a path that a field can be; what is longer than the field is refused by the field's own rule. */
const MAX_PATH_FIELD_LENGTH = 8_192

const NO_BODY = Buffer.alloc(0)

/** A request that belongs to an operation carries its exchange. */
interface ApiRequest extends FastifyRequest {
  exchange: Exchange
}

/**
 * The HTTP side of the platform. A request passes these steps and no others:
 *
 * 1. routing: 404 and 405 with empty bodies; 2. `onRequest`: who calls, before a byte of the body is read;
 * 3. the handler: signature, rate, fields, and the operation itself; 4. our signature and `writeReply`, or `writeFile`.
 */
export function buildApp(
  platform: HttpContext,
  log: Logger,
  health: Health,
  wait?: Wait | undefined,
): FastifyInstance {
  const unlessDown = hostCheck(platform, log)
  const { notFound, unrouted } = unroutedReplies(platform)
  const app = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    bodyLimit: MAX_BODY_BYTES,
    serverFactory: onRequest => httpServer(onRequest, REFUSALS),
    // While closing, what still comes in is answered like any other request, and its connection ends.
    return503OnClosing: false,
    // The server has answered.
    clientErrorHandler: () => {},
    // A path that cannot be decoded is a path that does not exist; no hook hears of it.
    frameworkErrors: (_error, request: FastifyRequest, reply: FastifyReply) =>
      unlessDown(request, reply, () => notFound(request, reply)),
    routerOptions: {
      maxParamLength: MAX_PATH_FIELD_LENGTH,
      // The query is read from the raw target, with errors of our own.
      querystringParser: () => ({}),
    },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.addHook('onRequest', unlessDown)
  // Before the body, because nothing in it may change the answer.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) unrouted(request, reply)
    else done()
  })
  mountHealth(app, health)
  mountPages(app, platform, log)
  app.register(async api => mountEndpoints(api, platform, log, pauses(wait)))
  return app
}

/** The calls, with the life of a request around them. */
function mountEndpoints(
  api: FastifyInstance,
  platform: HttpContext,
  log: Logger,
  { pause, end: endPauses }: Pauses,
): void {
  const options = platform.options.of(callOptions)
  const limits = callLimits(options)
  const findCaller = callerLookup(platform.db)
  const verifying = batch()
  const signing = batch()
  let closing = false
  api.decorateRequest('exchange')
  api.addHook('preClose', async () => {
    closing = true
    endPauses()
  })
  api.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    // What fails before the handler: an early refusal, or a body that could not be read.
    fail(reply, (request as ApiRequest).exchange, error)
  })
  for (const endpoint of platform.endpoints)
    for (const route of routesOf(endpoint.operation)) mount(endpoint, route)

  function mount({ operation, handler }: Endpoint, { path, modes }: Route): void {
    const check = requestCheck(operation)
    const { upload } = operation
    const refusesUndefined = operation.undefinedFields !== 'ignored' && options.undefinedFields === 'refuse'
    api.route({
      method: operation.method,
      url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
      ...(upload && { bodyLimit: 2 * upload.maxBytes + MAX_REST_BYTES }),
      async onRequest(request) {
        const exchange = begin(request, operation)
        Object.assign(request, { exchange })
        exchange.contentType = request.raw.headers['content-type']
        // A body is read whatever its type is called; the framework would refuse a name that is none.
        request.raw.headers['content-type'] = undefined
        const identified = await identifyCaller(request.headers, findCaller, platform.clock)
        // Another node has made the first certificate of these algorithms just now, and no reply could be signed.
        if (platform.keys.certificates(identified.suite.algorithm).length === 0) await platform.keys.reload()
        Object.assign(exchange, identified)
      },
      async handler(request, reply) {
        const { exchange } = request as ApiRequest
        try {
          const sent = Buffer.isBuffer(request.body) ? request.body : NO_BODY
          const form = upload && (await readForm(upload, exchange.contentType, sent))
          exchange.meta = form?.meta
          const body = exchange.meta ?? sent
          const target = request.raw.url ?? ''
          const caller = await verifying(() =>
            verifySignature(exchange, { method: request.method, target, body }, operation.signatureMismatch),
          )
          exchange.verified = true
          limits.requirePass(operation, caller, exchange.startedAt)
          const params = request.params as Record<string, string>
          const { fields, unknown } = requestFields(operation, modes, target, params, body)
          exchange.fields = fields
          if (unknown.length > 0) exchange.unknownFields = unknown
          const mode: Mode = caller.kind === 'provider' ? 'partner' : 'merchant'
          if (!modes[mode]) throw new ApiError(WRONG_MODE[mode])
          const checked = check(mode, fields)
          const file = upload && form && requireFile(upload, form, fields)
          if (unknown.length > 0 && refusesUndefined) throw undefinedRefusal(unknown)
          exchange.reached = true
          if (mode === 'merchant') requireMerchantFields(operation, fields)
          const call = { caller, mode, file, serial: exchange.serial, suite: exchange.suite, platform }
          const work = () => {
            if (operation.method !== 'GET') platform.noteChange()
            return handler(checked, call)
          }
          const answer = platform.faults.areThere('call')
            ? await underFaults(request, exchange, operation, work)
            : await work()
          if (answer instanceof FileReply) return sendFile(reply, exchange, answer)
          conclude(
            reply,
            exchange,
            operation.success ?? 200,
            answer === undefined ? '' : JSON.stringify(answer),
          )
        } catch (error) {
          if (error instanceof ConnectionReset) return hangUp(reply, exchange)
          if (exchange.verified) limits.noteRefusal(operation, exchange, error)
          fail(reply, exchange, error)
        }
      },
    })
  }

  async function underFaults<T>(
    { raw }: FastifyRequest,
    exchange: Exchange,
    operation: Operation,
    work: () => Promise<T>,
  ): Promise<T> {
    const { fields, caller } = exchange
    const mchid = caller?.mchid ?? ''
    const subject = { call: operation.id, mchid, host: accessPointOf(raw), content: fields }
    exchange.injected = await platform.faults.inject('call', subject, {
      except: isSigned(operation) ? [] : OF_SIGNATURES,
    })
    return injectFaults(exchange.injected, operation, pause, work)
  }

  function begin({ headers }: FastifyRequest, operation: Operation): Exchange {
    const serial = headers['wechatpay-serial']
    return {
      op: operation.id,
      requestId: newRequestId(platform.random),
      resultNumber: 0,
      startedAt: platform.clock.wallNow(),
      language: chooseLanguage(headers['accept-language']),
      authorization: undefined,
      caller: undefined,
      serial: typeof serial === 'string' && serial !== '' ? serial : undefined,
      suite: rsa,
      verified: false,
      reached: false,
      fields: undefined,
      injected: NO_INJECTIONS,
      unknownFields: undefined,
      contentType: undefined,
      meta: undefined,
      found: undefined,
    }
  }

  function fail(reply: FastifyReply, exchange: Exchange, error: unknown): void {
    const shown = asApiError(error)
    // What was meant to be seen is no fault of ours.
    if (shown.entry === general.SYSTEM_ERROR && shown !== error)
      log.error({ err: error, request_id: exchange.requestId })
    exchange.resultNumber = shown.number
    exchange.found = shown.found
    if (shown.entry.unsigned) exchange.reached = false
    const body = shown.body(exchange.language)
    conclude(reply, exchange, shown.status, JSON.stringify(body), body.code)
    if (shown.status === 401 && !exchange.verified)
      platform.refusals.note(refusedRequest(reply.request, exchange, shown, platform.clock.now()))
  }

  function conclude(
    reply: FastifyReply,
    exchange: Exchange,
    status: number,
    json: string,
    code?: string,
  ): void {
    reply.hijack()
    logCall(exchange, { status, code })
    const { REPLY_LOST, REPLY_TRUNCATED } = exchange.injected
    const body = Buffer.from(json)
    if (REPLY_LOST) {
      keepCall(reply, exchange, { status, code, body })
      endConnection(reply.raw)
      return
    }
    const isTruncated = REPLY_TRUNCATED !== undefined
    signing(() => signatureHeaders(exchange, body, platform))
      .then(signature => {
        keepCall(reply, exchange, { status, code, body, signature })
        writeReply(reply.raw, exchange, {
          ...{ status, body, signature, isTruncated },
          now: platform.clock.wallNow(),
          isLast: closing,
        })
      })
      .catch(error => {
        log.error({ err: error, request_id: exchange.requestId })
        reply.raw.destroy()
      })
  }

  /** Nothing was done, and nothing is said. */
  function hangUp(reply: FastifyReply, exchange: Exchange): void {
    reply.hijack()
    resetConnection(reply.raw)
    logCall(exchange, {})
    keepCall(reply, exchange, {})
  }

  /** The line of the log comes behind the last byte, because only then it is known how many there were. */
  function sendFile(reply: FastifyReply, exchange: Exchange, file: FileReply): void {
    reply.hijack()
    if (exchange.injected.REPLY_LOST) {
      logCall(exchange, { status: 200 })
      keepCall(reply, exchange, { status: 200 })
      endConnection(reply.raw)
      return
    }
    writeFile(reply.raw, exchange, file, { now: platform.clock.wallNow(), isLast: closing })
      .then(bytes => {
        logCall(exchange, { status: 200, bytes, bytes_missing: file.contentLength - bytes })
        keepCall(reply, exchange, { status: 200, length: bytes })
      })
      .catch(error => {
        log.error({ err: error, request_id: exchange.requestId })
        reply.raw.destroy()
      })
  }

  function keepCall({ request }: FastifyReply, exchange: Exchange, answer: AnsweredWith): void {
    const { recentCalls, clock } = platform
    if (!recentCalls.admits(exchange.verified, answer.status)) return
    recentCalls.note(answeredCall(request.raw, request.body, exchange, answer, clock))
  }

  function logCall(exchange: Exchange, result: CallResult): void {
    const { op, caller, requestId, startedAt, injected, unknownFields, found } = exchange
    const ms = platform.clock.wallNow() - startedAt
    const call = { op, mchid: caller?.mchid, request_id: requestId, unknown_fields: unknownFields }
    const faults = injected === NO_INJECTIONS ? undefined : namesOf(injected)
    log.info({ ...call, ...result, found, ms, faults })
  }
}

/** A path of an operation, with the modes that have it. */
interface Route {
  path: string
  modes: Partial<Record<Mode, InMode>>
}

/** What came of a call; without a status nothing was said. */
interface CallResult {
  status?: number
  code?: string | undefined
  /** Of a file. */
  bytes?: number
  bytes_missing?: number
}

function namesOf(injected: Injections): string[] {
  return Object.values(injected).map(({ fault_id }) => fault_id)
}
