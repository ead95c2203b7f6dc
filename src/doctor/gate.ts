import type { AdminRequest } from '../admin-client/admin-client.ts'
import { CannotRun, Finding, NoSuchGate, ProgramGone } from './findings.ts'

/** The calls by which a gate charges, as the log and fault rules name them. */
export const GATE_CALLS = { charge: 'parking.createTransaction', query: 'parking.queryTransaction' } as const

/** A car as the gate's camera sees it. */
export interface Car {
  plate_number: string
  plate_color: AdminRequest<'putPlate'>['plate_color']
}

/** What a fault rule filters by that is about this car. */
export function ofCar({ plate_number }: Car): { fields: Record<string, string> } {
  return { fields: { plate_number } }
}

/** What became of a car that wants to leave. */
export interface Leaving {
  gate: 'OPEN' | 'CLOSED'
  /** The number under which it was charged, or under which that was tried last. */
  out_trade_no: string | undefined
}

/** An order in the merchant's own books. Amounts in fen. */
export interface BookedOrder {
  state: 'UNPAID' | 'PAID' | 'FAILED' | 'REFUNDED'
  /** The sum of all payments that were booked: a payment that was booked twice counts twice. */
  paid: number
  /** The sum of all refunds that were booked as arrived. */
  refunded: number
}

/** One call of the gate adapter, as docs/go-live.md describes it. */
export interface AdapterCall {
  call: string
  request: string
  reply: string
  meaning: string
}

/** The calls that a merchant's program offers to the doctor. */
export const ADAPTER_CALLS: readonly AdapterCall[] = [
  {
    call: 'POST /enter',
    request: '`plate_number` `plate_color` `time`',
    reply: '200, any JSON object',
    meaning: 'A car drives in at `time` (RFC 3339). Call `createParking` with it.',
  },
  {
    call: 'POST /leave',
    request: '`plate_number` `plate_color` `time` `amount`',
    reply: '200, `gate` and, if a charge was tried, `out_trade_no`',
    meaning:
      'The car wants to leave at `time`; charge `amount` fen, whatever your tariff says. `gate` is `OPEN` or `CLOSED`, as your program has decided. Answer when it has.',
  },
  {
    call: 'GET /orders/{out_trade_no}',
    request: '',
    reply: '200, `state` `paid` `refunded`; 404 for an order that your books do not have',
    meaning:
      'The order in your own books. `state` is `UNPAID`, `PAID`, `FAILED` or `REFUNDED`; `paid` and `refunded` are the sums in fen of all payments and of all arrived refunds that were booked. An order of which a part was refunded may be `PAID` or `REFUNDED`, as your books have it.',
  },
  {
    call: 'POST /refund',
    request: '`out_trade_no` `amount`',
    reply: '200, `out_refund_no`',
    meaning: 'Refund `amount` fen of a paid order, as your program does for a customer.',
  },
]

const STATES: readonly unknown[] = ['UNPAID', 'PAID', 'FAILED', 'REFUNDED'] satisfies BookedOrder['state'][]
/** What a server answers for a path or a method that it does not have. */
const NO_SUCH_CALL: readonly number[] = [404, 405, 501]
/** How much of an answer that is not understood gets into a message. */
const MAX_SHOWN = 200

/** The gate adapter of a merchant's program, over HTTP. An answer that is none of its own is a {@link Finding}. */
export class GateAdapter {
  readonly #url: string
  readonly #signal: AbortSignal

  constructor(url: string, signal: AbortSignal) {
    this.#url = url.replace(/\/+$/, '')
    this.#signal = signal
  }

  /** Makes sure that somebody listens. Throws {@link CannotRun}. */
  async requirePresence(): Promise<void> {
    try {
      await this.order('doctor-is-there')
    } catch (error) {
      if (!(error instanceof Finding)) throw error
      throw new CannotRun(
        `${error.message} Start the merchant's program with its gate adapter, and name it with --gate; docs/go-live.md says what it answers.`,
        { cause: error },
      )
    }
  }

  async enter(car: Car, time: string): Promise<void> {
    const reply = await this.#send('POST', '/enter', { ...car, time })
    if (NO_SUCH_CALL.includes(reply.status))
      throw new NoSuchGate(
        `There is no gate adapter at ${this.#url}: POST /enter was answered with HTTP ${reply.status} (${reply.text.slice(0, MAX_SHOWN).trim()}).`,
      )
    answerTo('POST /enter', reply)
  }

  async leave(car: Car, time: string, amount: number): Promise<Leaving> {
    const { gate, out_trade_no } = await this.#post('/leave', { ...car, time, amount })
    if (gate !== 'OPEN' && gate !== 'CLOSED')
      throw misunderstood('POST /leave', 'gate is OPEN or CLOSED', gate)
    if (out_trade_no === undefined || out_trade_no === null || out_trade_no === '')
      return { gate, out_trade_no: undefined }
    if (typeof out_trade_no !== 'string')
      throw misunderstood('POST /leave', 'out_trade_no is a string', out_trade_no)
    return { gate, out_trade_no }
  }

  /** The order in the merchant's books; `undefined` when they do not have it. */
  async order(outTradeNo: string): Promise<BookedOrder | undefined> {
    const path = `/orders/${encodeURIComponent(outTradeNo)}`
    const reply = await this.#send('GET', path)
    if (reply.status === 404) return undefined
    const { state, paid, refunded } = answerTo(`GET ${path}`, reply)
    if (!STATES.includes(state))
      throw misunderstood(`GET ${path}`, `state is one of ${STATES.join(', ')}`, state)
    for (const [name, value] of Object.entries({ paid, refunded })) {
      if (!Number.isSafeInteger(value))
        throw misunderstood(`GET ${path}`, `${name} is a whole number of fen`, value)
    }
    return { state, paid, refunded } as BookedOrder
  }

  /** Answers `out_refund_no`; `undefined` when the program answered with an error, which it may after a fault. */
  async refund(outTradeNo: string, amount: number): Promise<string | undefined> {
    const reply = await this.#send('POST', '/refund', { out_trade_no: outTradeNo, amount })
    if (reply.status !== 200) return undefined
    const { out_refund_no } = answerTo('POST /refund', reply)
    if (typeof out_refund_no !== 'string')
      throw misunderstood('POST /refund', 'out_refund_no is a string', out_refund_no)
    return out_refund_no
  }

  async #post(path: string, body: object): Promise<Record<string, unknown>> {
    return answerTo(`POST ${path}`, await this.#send('POST', path, body))
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
      throw new ProgramGone(`Nobody answers at the gate adapter ${this.#url}.`, { cause })
    }
  }
}

interface Answer {
  status: number
  text: string
}

function answerTo(call: string, { status, text }: Answer): Record<string, unknown> {
  if (status !== 200)
    throw new Finding(`The gate adapter answered ${call} with HTTP ${status}: ${text.slice(0, MAX_SHOWN)}`)
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    // Said below.
  }
  throw misunderstood(call, 'the answer is a JSON object', text)
}

function misunderstood(call: string, rule: string, value: unknown): Finding {
  return new Finding(
    `The gate adapter's answer to ${call} is not understood: ${rule}, and it was ${(JSON.stringify(value) ?? 'absent').slice(0, MAX_SHOWN)}.`,
  )
}
