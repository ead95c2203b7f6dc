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

/** What came of an attempt: a value that is believed, or an error. */
type Attempt = { value: unknown } | { error: WechatPayError; end: AttemptEnd }

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
    const wire = writeRequest(operations[op], request)
    let wasSilent = false
    for (let attempt = 1; ; attempt += 1) {
      const host = this.#hosts.current()
      const result = await this.#attempt(op, request, wire, host, attempt, how)
      if ('value' in result) return result.value
      const { error, end } = result
      const decision = shouldRetry(operations[op], end, attempt, retries)
      if (decision === 'stop') throw asOutcome(wire, error, wasSilent)
      wasSilent ||= error instanceof OutcomeUnknown
      const isElsewhere = decision === 'repeat_elsewhere' && this.#hosts.avoid(host)
      if (!isElsewhere) await this.#machine.pause(pauseBefore(attempt, retryPauseMs, this.#draw()))
    }
  }

  async #attempt(
    op: OperationName,
    request: object,
    wire: WireRequest,
    host: string,
    attempt: number,
    { verify, wechatpaySerial }: SendOptions,
  ): Promise<Attempt> {
    const startedAt = this.#machine.wallNow()
    let reply: RawReply | undefined
    let result: Attempt
    try {
      reply = await sendOnce(wire, host, wechatpaySerial, this.#options, this.#machine)
      const judgement = await judgeReply(op, request, reply, verify)
      result = 'value' in judgement ? judgement : { ...judgement, end: endOf(judgement.error, reply) }
    } catch (cause) {
      result = reply ? unverifiable(op, reply, cause) : this.#noReply(op, host, cause)
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

  #noReply(op: OperationName, host: string, cause: unknown): Attempt {
    const error = new NetworkError({
      op,
      message: `${op} had no reply from ${host}: ${reasonOf(cause, this.#options.timeoutMs)}`,
      whatToDo: operations[op].ifUnknown,
      cause,
    })
    return { error, end: 'no_reply' }
  }

  /** From 0 to below 1. */
  #draw(): number {
    return (this.#machine.random(1)[0] ?? 0) / 256
  }
}

/** A refusal is the outcome of a call only if nothing else can have happened before. A read has no outcome to lose. */
function asOutcome({ method }: WireRequest, error: WechatPayError, wasSilent: boolean): WechatPayError {
  const isAmbiguous = wasSilent && method === 'POST' && !(error instanceof OutcomeUnknown)
  return isAmbiguous ? refusedAfterSilence(error) : error
}

function endOf(error: WechatPayError, reply: RawReply): AttemptEnd {
  return error instanceof ReplyForged ? 'forged' : reply.status
}

/** A reply came, but the certificates that would verify it could not be had. */
function unverifiable(op: OperationName, { status, header }: RawReply, cause: unknown): Attempt {
  if (cause instanceof ReplyForged && cause.op === op) return { error: cause, end: 'forged' }
  const error = new ReplyForged({
    op,
    status,
    requestId: header('Request-ID'),
    message: `The reply to ${op} could not be verified: ${cause instanceof Error ? cause.message : cause}`,
    whatToDo: operations[op].ifUnknown,
    cause,
  })
  return { error, end: 'forged' }
}

function reasonOf(cause: unknown, timeoutMs: number): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.name === 'TimeoutError') return `it took longer than ${timeoutMs} ms`
  // `fetch` says no more than "fetch failed"; the socket's error is behind it.
  const inner = cause.cause
  if (!(inner instanceof Error)) return cause.message
  return 'code' in inner ? `${inner.code} ${inner.message}`.trim() : inner.message
}
