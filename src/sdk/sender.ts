import {
  NetworkError,
  OutcomeUnknown,
  ReplyForged,
  refusedAfterSilence,
  type WechatPayError,
} from './errors.ts'
import { Hosts } from './hosts.ts'
import { judgeReply, type VerifyReply } from './judge-reply.ts'
import type { Machine } from './machine.ts'
import { type OperationName, operations } from './operations.ts'
import type { ResolvedOptions } from './options.ts'
import { type RawReply, sendOnce } from './send-once.ts'
import { type AttemptEnd, pauseBefore, shouldRetry } from './should-retry.ts'
import { type WireRequest, writeRequest } from './write-request.ts'

/** How a call is sent beside its request. */
export interface SendOptions {
  verify: VerifyReply
  /** For the header of that name. */
  wechatpaySerial: string | undefined
}

/** A call under way. */
interface Call extends SendOptions {
  op: OperationName
  request: object
  wire: WireRequest
}

/** What came of an attempt: a value that is believed, or an error. */
type Attempt = { value: unknown } | Failure

interface Failure {
  error: WechatPayError
  end: AttemptEnd
  /** The platform may have carried it out. */
  mayBeDone: boolean
}

/** Sends calls: signs, repeats where that is right, changes the host, verifies. */
export class Sender {
  readonly #options: ResolvedOptions
  readonly #machine: Machine
  readonly #hosts: Hosts

  constructor(options: ResolvedOptions, machine: Machine) {
    this.#options = options
    this.#machine = machine
    this.#hosts = new Hosts(options.hosts, machine.wallNow)
  }

  /** Answers the reply's body. Throws a `WechatPayError`; at most `retries` + 1 attempts, each within `timeoutMs`. */
  async send(op: OperationName, request: object, how: SendOptions): Promise<unknown> {
    const { retries, retryPauseMs } = this.#options
    const call = { op, request, wire: writeRequest(operations[op], request), ...how }
    let mayBeDone = false
    for (let attempt = 1; ; attempt += 1) {
      const host = this.#hosts.current()
      const result = await this.#attempt(call, host, attempt)
      if ('value' in result) return result.value
      const decision = shouldRetry(operations[op], result.end, attempt, retries)
      if (decision === 'stop') throw asOutcome(call, result.error, mayBeDone)
      mayBeDone ||= result.mayBeDone
      const isElsewhere = decision === 'repeat_elsewhere' && this.#hosts.avoid(host)
      if (!isElsewhere) await this.#machine.pause(pauseBefore(attempt, retryPauseMs, this.#draw()))
    }
  }

  async #attempt(call: Call, host: string, attempt: number): Promise<Attempt> {
    const { op, request, wire, verify, wechatpaySerial } = call
    const startedAt = this.#machine.wallNow()
    let reply: RawReply | undefined
    let result: Attempt
    try {
      reply = await sendOnce(wire, host, wechatpaySerial, this.#options, this.#machine)
      const judgement = await judgeReply(op, request, reply, verify)
      result = 'value' in judgement ? judgement : failure(judgement.error, reply)
    } catch (cause) {
      result = reply ? unverifiable(op, reply, cause) : noReply(op, host, cause, this.#options.timeoutMs)
    }
    this.#options.onAttempt({
      op,
      attempt,
      host,
      durationMs: this.#machine.wallNow() - startedAt,
      status: reply?.status,
      requestId: reply?.header('Request-ID'),
      error: 'error' in result ? result.error : undefined,
    })
    return result
  }

  /** From 0 to below 1. */
  #draw(): number {
    return (this.#machine.random(1)[0] ?? 0) / 256
  }
}

/** A refusal is the outcome of a call only if nothing can have happened before. A read has no outcome to lose. */
function asOutcome({ wire }: Call, error: WechatPayError, mayBeDone: boolean): WechatPayError {
  const isAmbiguous = mayBeDone && wire.method === 'POST' && !(error instanceof OutcomeUnknown)
  return isAmbiguous ? refusedAfterSilence(error) : error
}

function failure(error: WechatPayError, { status }: RawReply): Failure {
  const end = error instanceof ReplyForged ? 'forged' : status
  return { error, end, mayBeDone: error instanceof OutcomeUnknown }
}

/** A reply came, but the certificates that would verify it could not be had. */
function unverifiable(op: OperationName, reply: RawReply, cause: unknown): Failure {
  if (cause instanceof ReplyForged && cause.op === op) return failure(cause, reply)
  const error = new ReplyForged({
    op,
    status: reply.status,
    requestId: reply.header('Request-ID'),
    message: `The reply to ${op} could not be verified: ${cause instanceof Error ? cause.message : cause}`,
    whatToDo: operations[op].ifUnknown,
    cause,
  })
  return failure(error, reply)
}

function noReply(op: OperationName, host: string, cause: unknown, timeoutMs: number): Failure {
  const error = new NetworkError({
    op,
    message: `${op} had no reply from ${host}: ${reasonOf(cause, timeoutMs)}`,
    whatToDo: operations[op].ifUnknown,
    cause,
  })
  return { error, end: 'no_reply', mayBeDone: !NEVER_CONNECTED.has(codeOf(cause)) }
}

/** What the system says when there never was a connection, so that nothing can have been sent. */
const NEVER_CONNECTED = new Set<unknown>([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** `fetch` says no more than "fetch failed"; the socket's error is behind it. */
function codeOf(cause: unknown): unknown {
  const inner = cause instanceof Error ? cause.cause : undefined
  return inner instanceof Error && 'code' in inner ? inner.code : undefined
}

function reasonOf(cause: unknown, timeoutMs: number): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.name === 'TimeoutError') return `it took longer than ${timeoutMs} ms`
  const inner = cause.cause instanceof Error ? cause.cause.message : cause.message
  return [codeOf(cause), inner].filter(Boolean).join(' ')
}
