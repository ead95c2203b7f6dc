import type { Injections } from '../faults/faults.ts'

/** A call that was answered, as the administration shows it. Times in milliseconds. */
export interface RecentCall {
  op: string
  request_id: string
  mchid: string | undefined
  /** `undefined` when nothing was to be sent. */
  status: number | undefined
  code: string | undefined
  wall_time: number
  duration_ms: number
  /** The numbers by which the request named what it is about. */
  numbers: Readonly<Partial<Record<(typeof NUMBERS)[number], string>>>
  wechatpay_serial: string | undefined
  injected: Injections
  unknown_fields: readonly string[] | undefined
}

/** Calls that are remembered. */
const MAX_CALLS = 1_000
const NUMBERS = ['out_parking_no', 'out_trade_no', 'out_refund_no'] as const
/** Nothing that is remembered is longer, in characters, and no list of names has more of them. */
const MAX_LENGTH = 64
const MAX_NAMES = 20

/** The newest calls of this node. They are overwritten in turn, so that remembering one costs the same for ever. */
export class RecentCalls {
  readonly #calls: RecentCall[] = []
  #noted = 0
  #changes = 0

  /** Calls that may have changed something, since the start. */
  get changes(): number {
    return this.#changes
  }

  noteChange(): void {
    this.#changes += 1
  }

  /** `fields` are those of the request, whatever they are. */
  note(call: Omit<RecentCall, 'numbers'>, fields: Readonly<Record<string, unknown>> = {}): void {
    const numbers: Partial<Record<(typeof NUMBERS)[number], string>> = {}
    for (const name of NUMBERS) {
      const number = fields[name]
      if (typeof number === 'string') numbers[name] = startOf(number)
    }
    const unknown_fields = call.unknown_fields?.slice(0, MAX_NAMES).map(startOf)
    const wechatpay_serial = call.wechatpay_serial && startOf(call.wechatpay_serial)
    this.#calls[this.#noted % MAX_CALLS] = { ...call, numbers, wechatpay_serial, unknown_fields }
    this.#noted += 1
  }

  /** Those that are there, the newest first, with their numbers from 1 on. */
  *newestFirst(): Generator<{ number: number; call: RecentCall }> {
    for (let number = this.#noted; number > Math.max(0, this.#noted - MAX_CALLS); number -= 1) {
      const call = this.#calls[(number - 1) % MAX_CALLS]
      if (call) yield { number, call }
    }
  }
}

/** The beginning of a text as a copy: a slice would keep the whole text in memory, which may be a body. */
function startOf(text: string): string {
  return Buffer.from(text.slice(0, MAX_LENGTH), 'utf16le').toString('utf16le')
}
