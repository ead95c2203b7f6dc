import { setTimeout as pause } from 'node:timers/promises'
import {
  type AdminAddress,
  type AdminCall,
  AdminClient,
  AdminError,
  type AdminReply,
  type AdminRequest,
  httpRequestOf,
} from '../admin-client/admin-client.ts'
import { systemClock } from '../clock/clock.ts'
import { CannotRun, PlatformFailure } from './findings.ts'

/** A call of the administration that changes something, and can be made at any time and again. */
export type AdminChange<Call extends AdminCall = AdminCall> = {
  [One in Call]: { call: One; request: AdminRequest<One> }
}[Call]

/** A call of the administration API that was answered, and not with 200. */
export class AdminRefusal extends PlatformFailure {
  override readonly name = 'AdminRefusal'
  readonly status: number

  constructor(call: string, status: number, cause: AdminError) {
    super(
      `The platform's administration answered ${call} with ${status}: ${cause.message}`,
      adviceFor(status),
      {
        cause,
      },
    )
    this.status = status
  }
}

/** A call of the administration API that was not answered. */
export class AdminLost extends PlatformFailure {
  override readonly name = 'AdminLost'

  constructor({ url }: AdminAddress, reason: string, cause: unknown) {
    super(
      `The platform's administration does not answer at ${url}: ${reason}.`,
      'Start the platform, or name it with --data or --admin-url.',
      { cause },
    )
  }
}

/** For whoever has nothing to report yet: a platform that fails ends the command with one message. */
export async function orCannotRun<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof PlatformFailure)) throw error
    const advice = error instanceof AdminRefusal ? '' : ` ${error.whatToDo}`
    throw new CannotRun(`${error.message}${advice}`, { cause: error })
  }
}

function adviceFor(status: number): string {
  if (status === 401)
    return 'The token is another one now, as after `admin.json` was deleted: run the check again, with the new one if you give --admin-token.'
  if (status >= 500)
    return "See the platform's log for this call, fix what it names, and run the check again."
  return 'Fix what the refusal names, and run the check again.'
}

/** The longest that one call may take, in milliseconds: making a platform certificate takes a second or two. */
const CALL_TIMEOUT_MS = 20_000
/** A call that is cut off by the end of its check is no lost one before it has taken this long, in milliseconds. */
const SLOW_CALL_MS = 2_000
/** How long is waited to see whether anybody is there, in milliseconds. */
const PRESENCE_MS = 5_000

/**
 * The administration API, over HTTP. Each call can be repeated; each ends with `signal`, and throws a
 * {@link PlatformFailure} for everything but an answer with 200.
 */
export class Administration {
  readonly #address: AdminAddress
  readonly #client: AdminClient
  readonly #signal: AbortSignal | undefined

  constructor(address: AdminAddress, signal?: AbortSignal) {
    this.#address = address
    this.#client = new AdminClient(address)
    this.#signal = signal
  }

  /** The same administration, whose calls end with another signal. */
  until(signal: AbortSignal): Administration {
    return new Administration(this.#address, signal)
  }

  /** Why nobody is there who lets us in; `undefined` when somebody is. */
  async absence(): Promise<PlatformFailure | undefined> {
    try {
      await this.until(AbortSignal.timeout(PRESENCE_MS)).call('getClock', {})
      return undefined
    } catch (error) {
      if (error instanceof PlatformFailure) return error
      return new AdminLost(this.#address, 'no answer in time', error)
    }
  }

  /** Like `call`, and `undefined` where nothing of this name is. */
  find<Call extends AdminCall>(
    call: Call,
    request: AdminRequest<Call>,
  ): Promise<AdminReply<Call> | undefined> {
    return this.call(call, request).catch(error => {
      if (error instanceof AdminRefusal && error.status === 404) return undefined
      throw error
    })
  }

  async change<Call extends AdminCall>({ call, request }: AdminChange<Call>): Promise<void> {
    await this.call(call, request)
  }

  /** Waits until all nodes act by what was changed, and their calls are listed; not at all where there is one node only. */
  async untilAllNodesKnow(): Promise<void> {
    const { lag_ms } = await this.call('getNode', {})
    if (lag_ms > 0) await pause(lag_ms, undefined, { signal: this.#signal })
  }

  async call<Call extends AdminCall>(call: Call, request: AdminRequest<Call>): Promise<AdminReply<Call>> {
    const limit = AbortSignal.timeout(CALL_TIMEOUT_MS)
    const signal = this.#signal ? AbortSignal.any([this.#signal, limit]) : limit
    const askedAt = systemClock.wallNow()
    try {
      return await this.#client.call(call, request, { signal })
    } catch (error) {
      if (!(error instanceof AdminError)) throw error
      const { method, path } = shortRequest(call, request)
      if (error.status !== undefined) throw new AdminRefusal(`${method} ${path}`, error.status, error)
      const tookMs = systemClock.wallNow() - askedAt
      if (this.#signal?.aborted && tookMs < SLOW_CALL_MS) throw error.cause
      const reason = signal.aborted ? `no answer within ${(tookMs / 1000).toFixed(1)} s` : error.message
      throw new AdminLost(this.#address, `${method} ${path}: ${reason}`, error)
    }
  }
}

/** How a call travels, for people: without what all paths begin with. */
export function shortRequest<Call extends AdminCall>(call: Call, request: AdminRequest<Call>) {
  const { method, target, body } = httpRequestOf(call, request)
  return { method, path: target.replace(/^\/admin\/v1/, ''), body }
}
