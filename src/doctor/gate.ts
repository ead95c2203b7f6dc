import type { AdminRequest } from '../admin-client/admin-client.ts'
import { Adapter, type AdapterCall } from './adapter.ts'

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

/** The gate adapter of a merchant's program. */
export class GateAdapter extends Adapter {
  constructor(url: string, signal: AbortSignal) {
    super('gate', url, signal)
  }

  async enter(car: Car, time: string): Promise<void> {
    await this.firstPost('/enter', { ...car, time })
  }

  async leave(car: Car, time: string, amount: number): Promise<Leaving> {
    const { gate, out_trade_no } = await this.post('/leave', { ...car, time, amount })
    if (gate !== 'OPEN' && gate !== 'CLOSED')
      throw this.misunderstood('POST /leave', 'gate is OPEN or CLOSED', gate)
    if (out_trade_no === undefined || out_trade_no === null || out_trade_no === '')
      return { gate, out_trade_no: undefined }
    if (typeof out_trade_no !== 'string')
      throw this.misunderstood('POST /leave', 'out_trade_no is a string', out_trade_no)
    return { gate, out_trade_no }
  }

  /** Answers `out_refund_no`; `undefined` when the program answered with an error, which it may after a fault. */
  async refund(outTradeNo: string, amount: number): Promise<string | undefined> {
    const answer = await this.tried('/refund', { out_trade_no: outTradeNo, amount })
    if (answer && typeof answer.out_refund_no !== 'string')
      throw this.misunderstood('POST /refund', 'out_refund_no is a string', answer.out_refund_no)
    return answer?.out_refund_no as string | undefined
  }
}
