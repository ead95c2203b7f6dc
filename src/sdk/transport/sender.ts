import { operations } from '../generated/index.ts'
import { NetworkError, NotSent, OutcomeUnknown, RateLimited, ReplyForged, WechatPayError } from './errors.ts'
import { Hosts } from './hosts.ts'
import { type Judgement, judgeReply, type VerifyReply } from './judge-reply.ts'
import type { Machine } from './machine.ts'
import { noReply, noReplyAnywhere, refusedByProxy } from './no-reply.ts'
import { type BrokenDownload, type Download, openDownload } from './open-download.ts'
import { ifUnknown, isRead, type Mode, type OperationName, unknownUntilFixed } from './operations.ts'
import type { ResolvedOptions } from './options.ts'
import { refusedAfterSilence } from './refusal.ts'
import { type RawReply, sendOnce } from './send-once.ts'
import { type AttemptEnd, pauseBefore, shouldRetry } from './should-retry.ts'
import { writeRequest } from './write-request.ts'

/** How a call is sent beside its request. */
export interface SendOptions {
  verify: VerifyReply
  /** For the header of that name. */
  wechatpaySerial: string | undefined
}

/** A call under way: how it is made once, and what its reply is worth. */
interface Call<Reply extends RawReply> {
  op: OperationName
  hosts: Hosts
  exchange(host: string): Promise<Reply>
  judge(reply: Reply): Promise<Judgement>
}

/** What came of an attempt: a value that is believed, or an error. */
type Attempt = { value: unknown } | Failure

interface Failure {
  error: WechatPayError
  end: AttemptEnd
  /** What has happened at this host, for a message that names several. */
  reason: string
}

/** Sends calls: signs, repeats where that is right, changes the host, verifies. */
export class Sender {
  readonly #mode: Mode
  readonly #options: ResolvedOptions
  readonly #machine: Machine
  readonly #hosts: Hosts

  constructor(mode: Mode, options: ResolvedOptions, machine: Machine) {
    this.#mode = mode
    this.#options = options
    this.#machine = machine
    this.#hosts = new Hosts(options.hosts, machine.wallNow)
  }

  /** Answers the reply's body. Throws a `WechatPayError`; at most `retries` + 1 attempts, each within `timeoutMs`. */
  send(op: OperationName, request: object, { verify, wechatpaySerial }: SendOptions): Promise<unknown> {
    const wire = writeRequest(operations[op], this.#mode, request)
    return this.#repeat({
      op,
      hosts: this.#hosts,
      exchange: host => sendOnce(wire, host, wechatpaySerial, this.#options, this.#machine),
      judge: reply => judgeReply(op, request, reply, verify),
    })
  }

  /**
   * Opens the file behind a download URL, which came in a verified reply: it is asked for where the URL says. The file
   * itself is not signed. Throws as `send` does; attempts end with the first byte. A file that stops coming then throws
   * what `broken` makes of it.
   */
  open(
    op: OperationName,
    url: URL,
    broken: BrokenDownload,
    { verify, wechatpaySerial }: SendOptions,
  ): Promise<Download> {
    const hosts = new Hosts([url.origin], this.#machine.wallNow)
    return this.#repeat({
      op,
      hosts,
      exchange: () => openDownload(url, wechatpaySerial, broken, this.#options, this.#machine),
      judge: async reply => (reply.download ? { value: reply.download } : judgeReply(op, {}, reply, verify)),
    }) as Promise<Download>
  }

  async #repeat<Reply extends RawReply>(call: Call<Reply>): Promise<unknown> {
    const { op, hosts } = call
    const { retries, retryPauseMs } = this.#options
    let mayBeDone = false
    /** What has happened at each host that was called, the last time. */
    const reasons = new Map<string, string>()
    /** Hosts that nothing can be sent to before somebody fixes what whatToDo names. */
    const untrusted = new Set<string>()
    for (let attempt = 1; ; attempt += 1) {
      const host = hosts.current(untrusted)
      const result = await this.#attempt(call, host, attempt)
      if ('value' in result) return result.value
      if (result.end === 'untrusted') untrusted.add(host)
      const decision = shouldRetry(operations[op], result.end, attempt, retries)
      if (decision === 'stop' || untrusted.size === hosts.urls.length) {
        reasons.delete(host)
        throw asOutcome(result.error, reasons, mayBeDone)
      }
      reasons.set(host, result.reason)
      mayBeDone ||= result.error instanceof OutcomeUnknown
      const isElsewhere = decision === 'repeat_elsewhere' && hosts.avoid(host)
      if (!isElsewhere) await this.#machine.pause(pauseBefore(attempt, retryPauseMs, this.#draw()))
    }
  }

  async #attempt<Reply extends RawReply>(
    { op, exchange, judge }: Call<Reply>,
    host: string,
    attempt: number,
  ): Promise<Attempt> {
    const startedAt = this.#machine.wallNow()
    let reply: Reply | undefined
    let result: Attempt
    try {
      reply = await exchange(host)
      // Only proxies answer so; the API never does.
      const judgement = reply.status === 407 ? { error: refusedByProxy(op, host) } : await judge(reply)
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
function asOutcome(
  error: WechatPayError,
  otherHosts: ReadonlyMap<string, string>,
  mayBeDone: boolean,
): WechatPayError {
  if (error instanceof NetworkError || error instanceof NotSent)
    return noReplyAnywhere(error, otherHosts, mayBeDone)
  const isAmbiguous = mayBeDone && !isRead(error.op) && !(error instanceof OutcomeUnknown)
  return isAmbiguous ? refusedAfterSilence(error) : error
}

function failure(error: WechatPayError, { status }: RawReply): Failure {
  const end = error instanceof ReplyForged ? 'forged' : status
  return { error, end, reason: `HTTP ${status}` }
}

/** What may be over at the next call, whatever it was. */
const PASSING = [OutcomeUnknown, NotSent, RateLimited]

/** A reply came, but the certificates that would verify it could not be had. */
function unverifiable(op: OperationName, reply: RawReply, cause: unknown): Failure {
  if (cause instanceof ReplyForged && cause.op === op) return failure(cause, reply)
  // After a limit of calls the next one may well succeed; any other refusal of the list stays until it is fixed.
  const isRefusal = cause instanceof WechatPayError && !PASSING.some(type => cause instanceof type)
  const error = new ReplyForged({
    op,
    status: reply.status,
    requestId: reply.header('Request-ID'),
    message: `The reply to ${op} could not be verified: ${cause instanceof Error ? cause.message : cause}`,
    whatToDo: isRefusal ? unknownUntilFixed(op, cause.whatToDo) : ifUnknown(op),
    cause,
  })
  return failure(error, reply)
}
