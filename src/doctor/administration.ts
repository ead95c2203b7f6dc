import { CannotRun } from './findings.ts'

/** Where the administration API of a platform listens, and its token, as `admin.json` of its data folder says. */
export interface AdminAddress {
  url: string
  token: string
}

/** A call of the administration API that was not answered with 200. */
export class AdminRefusal extends Error {
  override readonly name = 'AdminRefusal'
  readonly status: number

  constructor(call: string, status: number, text: string) {
    super(`The platform's administration answered ${call} with ${status}: ${text}`)
    this.status = status
  }
}

/** The longest that one call may take, in milliseconds: making a platform certificate takes a second or two. */
const CALL_TIMEOUT_MS = 20_000

/**
 * The administration API, over HTTP. `path` is what follows `/admin/v1`. Each call can be repeated; each ends with
 * `signal`, and throws an {@link AdminRefusal} for every answer but 200.
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

  get<T>(path: string): Promise<T> {
    return this.#call('GET', path)
  }

  put<T = unknown>(path: string, body: object = {}): Promise<T> {
    return this.#call('PUT', path, body)
  }

  async delete(path: string): Promise<void> {
    await this.#call('DELETE', path)
  }

  async #call<T>(method: string, path: string, body?: object): Promise<T> {
    const limit = AbortSignal.timeout(CALL_TIMEOUT_MS)
    const signal = this.#signal ? AbortSignal.any([this.#signal, limit]) : limit
    const reply = await fetch(`${this.#address.url}/admin/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.#address.token}`,
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal,
    }).catch(cause => {
      if (this.#signal?.aborted) throw cause
      throw new CannotRun(
        `The platform's administration does not answer at ${this.#address.url}. Start the platform, or name it with --data or --admin-url.`,
        { cause },
      )
    })
    const text = await reply.text()
    if (reply.status !== 200) throw new AdminRefusal(`${method} ${path}`, reply.status, detailOf(text))
    return JSON.parse(text) as T
  }
}

/** What a refusal says to people. */
function detailOf(text: string): string {
  try {
    return String((JSON.parse(text) as { detail?: string }).detail ?? text)
  } catch {
    return text.slice(0, 200)
  }
}
