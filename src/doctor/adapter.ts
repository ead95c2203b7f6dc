import { CannotRun, Finding, NoSuchAdapter, ProgramGone } from './findings.ts'

/** An order in the merchant's own books. Amounts in fen. */
export interface BookedOrder {
  state: 'UNPAID' | 'PAID' | 'FAILED' | 'REFUNDED'
  /** The sum of all payments that were booked: a payment that was booked twice counts twice. */
  paid: number
  /** The sum of all refunds that were booked as arrived. */
  refunded: number
}

/** One call of an adapter, as docs/go-live.md describes it. */
export interface AdapterCall {
  call: string
  request: string
  reply: string
  meaning: string
}

const STATES: readonly unknown[] = ['UNPAID', 'PAID', 'FAILED', 'REFUNDED'] satisfies BookedOrder['state'][]
/** What a server answers for a path or a method that it does not have. */
const NO_SUCH_CALL: readonly number[] = [404, 405, 501]
/** How much of an answer that is not understood gets into a message. */
const MAX_SHOWN = 200

/** What a merchant's program offers to the doctor, over HTTP. An answer that is none of its own is a {@link Finding}. */
export class Adapter {
  readonly #url: string
  readonly #signal: AbortSignal
  /** Its option is named like it. */
  readonly #name: string

  constructor(name: string, url: string, signal: AbortSignal) {
    this.#name = name
    this.#url = url.replace(/\/+$/, '')
    this.#signal = signal
  }

  /** Such as `The gate adapter http://127.0.0.1:3000/gate`. */
  get description(): string {
    return `The ${this.#name} adapter ${this.#url}`
  }

  /** Makes sure that somebody listens. Throws {@link CannotRun}. */
  async requirePresence(): Promise<void> {
    try {
      await this.order('doctor-is-there')
    } catch (error) {
      if (!(error instanceof Finding)) throw error
      throw new CannotRun(
        `${error.message} Start the merchant's program with its ${this.#name} adapter, and name it with --${this.#name}; docs/go-live.md says what it answers.`,
        { cause: error },
      )
    }
  }

  /** The order in the merchant's books; `undefined` when they do not have it. */
  async order(outTradeNo: string): Promise<BookedOrder | undefined> {
    const path = `/orders/${encodeURIComponent(outTradeNo)}`
    const reply = await this.#send('GET', path)
    if (reply.status === 404) return undefined
    const order = this.#understood(`GET ${path}`, reply)
    if (!STATES.includes(order.state))
      throw this.misunderstood(`GET ${path}`, `state is one of ${STATES.join(', ')}`, order.state)
    for (const name of this.sums()) {
      if (!Number.isSafeInteger(order[name]))
        throw this.misunderstood(`GET ${path}`, `${name} is a whole number`, order[name])
    }
    return order as unknown as BookedOrder
  }

  /** What an order of the books counts: fen, and how often something was done. */
  protected sums(): readonly string[] {
    return ['paid', 'refunded']
  }

  /** Answers what the program said; `undefined` when it answered with an error, as it may after a fault. */
  protected async tried(path: string, body: object): Promise<Record<string, unknown> | undefined> {
    const reply = await this.#send('POST', path, body)
    return reply.status === 200 ? this.#understood(`POST ${path}`, reply) : undefined
  }

  protected async post(path: string, body: object): Promise<Record<string, unknown>> {
    return this.#understood(`POST ${path}`, await this.#send('POST', path, body))
  }

  /** The first call of a check: where it is not there, nothing is. */
  protected async firstPost(path: string, body: object): Promise<Record<string, unknown>> {
    const reply = await this.#send('POST', path, body)
    if (NO_SUCH_CALL.includes(reply.status))
      throw new NoSuchAdapter(
        `There is no ${this.#name} adapter at ${this.#url}: POST ${path} was answered with HTTP ${reply.status} (${reply.text.slice(0, MAX_SHOWN).trim()}).`,
        this.#name,
      )
    return this.#understood(`POST ${path}`, reply)
  }

  protected misunderstood(call: string, rule: string, value: unknown): Finding {
    return new Finding(
      `The ${this.#name} adapter's answer to ${call} is not understood: ${rule}, and it was ${(JSON.stringify(value) ?? 'absent').slice(0, MAX_SHOWN)}.`,
    )
  }

  async #send(method: string, path: string, body?: object): Promise<Answer> {
    try {
      const reply = await fetch(this.#url + path, {
        method,
        ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
        redirect: 'manual',
        signal: this.#signal,
      })
      return { status: reply.status, text: await reply.text() }
    } catch (cause) {
      if (this.#signal.aborted) throw cause
      throw new ProgramGone(`Nobody answers at the ${this.#name} adapter ${this.#url}.`, { cause })
    }
  }

  #understood(call: string, { status, text }: Answer): Record<string, unknown> {
    if (status !== 200)
      throw new Finding(
        `The ${this.#name} adapter answered ${call} with HTTP ${status}: ${text.slice(0, MAX_SHOWN)}`,
      )
    try {
      const value: unknown = JSON.parse(text)
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
    } catch {
      // Said below.
    }
    throw this.misunderstood(call, 'the answer is a JSON object', text)
  }
}

interface Answer {
  status: number
  text: string
}
