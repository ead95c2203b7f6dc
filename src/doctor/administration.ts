import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../clock/clock.ts'
import { CannotRun, PlatformFailure } from './findings.ts'

/** Where the administration API of a platform listens, and its token, as `admin.json` of its data folder says. */
export interface AdminAddress {
  url: string
  token: string
}

/** A call of the administration that changes something, and can be made at any time and again. `path` follows `/admin/v1`. */
export interface AdminChange {
  method: 'PUT' | 'DELETE'
  path: string
  body?: object
}

/** A call of the administration API that was answered, and not with 200. */
export class AdminRefusal extends PlatformFailure {
  override readonly name = 'AdminRefusal'
  readonly status: number

  constructor(call: string, status: number, text: string) {
    super(`The platform's administration answered ${call} with ${status}: ${text}`, adviceFor(status))
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
    return "See the platform's log for this call, mend what it names, and run the check again."
  return 'Mend what the refusal names, and run the check again.'
}

/** The longest that one call may take, in milliseconds: making a platform certificate takes a second or two. */
const CALL_TIMEOUT_MS = 20_000
/** A call that is cut off by the end of its check is no lost one before it has taken this long, in milliseconds. */
const SLOW_CALL_MS = 2_000
/** How long is waited to see whether anybody is there, in milliseconds. */
const PRESENCE_MS = 5_000

/**
 * The administration API, over HTTP. `path` is what follows `/admin/v1`. Each call can be repeated; each ends with
 * `signal`, and throws an {@link PlatformFailure} for everything but an answer with 200.
 */
export class Administration {
  readonly #address: AdminAddress
  readonly #signal: AbortSignal | undefined

  constructor(address: AdminAddress, signal?: AbortSignal) {
    this.#address = address
    this.#signal = signal
  }

  /** The same administration, whose calls end with another signal. */
  until(signal: AbortSignal): Administration {
    return new Administration(this.#address, signal)
  }

  /** Why nobody is there who lets us in; `undefined` when somebody is. */
  async absence(): Promise<PlatformFailure | undefined> {
    try {
      await this.until(AbortSignal.timeout(PRESENCE_MS)).get('/clock')
      return undefined
    } catch (error) {
      if (error instanceof PlatformFailure) return error
      return new AdminLost(this.#address, 'no answer in time', error)
    }
  }

  get<T>(path: string): Promise<T> {
    return this.#call('GET', path)
  }

  /** Like `get`, and `undefined` where nothing of this name is. */
  find<T>(path: string): Promise<T | undefined> {
    return this.get<T>(path).catch(error => {
      if (error instanceof AdminRefusal && error.status === 404) return undefined
      throw error
    })
  }

  put<T = unknown>(path: string, body: object = {}): Promise<T> {
    return this.#call('PUT', path, body)
  }

  async delete(path: string): Promise<void> {
    await this.#call('DELETE', path)
  }

  /** Waits until all nodes act by what was changed, and their calls are listed; not at all where there is one node only. */
  async untilAllNodesKnow(): Promise<void> {
    const { lag_ms } = await this.get<{ lag_ms: number }>('/node')
    if (lag_ms > 0) await pause(lag_ms, undefined, { signal: this.#signal })
  }

  async change({ method, path, body }: AdminChange): Promise<void> {
    await this.#call(method, path, body)
  }

  async #call<T>(method: string, path: string, body?: object): Promise<T> {
    const limit = AbortSignal.timeout(CALL_TIMEOUT_MS)
    const signal = this.#signal ? AbortSignal.any([this.#signal, limit]) : limit
    const askedAt = systemClock.wallNow()
    try {
      const reply = await fetch(`${this.#address.url}/admin/v1${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${this.#address.token}`,
          ...(body && { 'Content-Type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal,
      })
      const text = await reply.text()
      if (reply.status !== 200) throw new AdminRefusal(`${method} ${path}`, reply.status, detailOf(text))
      return JSON.parse(text) as T
    } catch (cause) {
      if (cause instanceof AdminRefusal) throw cause
      const tookMs = systemClock.wallNow() - askedAt
      if (this.#signal?.aborted && tookMs < SLOW_CALL_MS) throw cause
      const reason = signal.aborted ? `no answer within ${(tookMs / 1000).toFixed(1)} s` : reasonOf(cause)
      throw new AdminLost(this.#address, `${method} ${path}: ${reason}`, cause)
    }
  }
}

/** `fetch` says that it has failed, and why is behind it. */
function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? (error.cause ?? error) : error
  if (!(reason instanceof Error)) return String(reason)
  return reason.message || ('code' in reason ? String(reason.code) : reason.name)
}

/** What a refusal says to people. */
function detailOf(text: string): string {
  try {
    return String((JSON.parse(text) as { detail?: string }).detail ?? text)
  } catch {
    return text.slice(0, 200)
  }
}
