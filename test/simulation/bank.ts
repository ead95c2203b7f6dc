import type { Bank, BankAnswer, BankPayment } from '../../src/funding/bank.ts'
import type { Life } from './crashing-store.ts'
import type { SeededRandom } from './random.ts'
import type { Trace } from './trace.ts'

type Outcome = Exclude<BankAnswer, 'unknown'>

/** A payment in the bank's own books. */
export interface BankBooking {
  card_id: string
  amount: number
  /** Undefined while the bank has not decided. */
  outcome: Outcome | undefined
  asked: number
}

/** Turns of the event loop that an answer takes at most. */
const SLOWEST_ANSWER = 4

/**
 * The banks of a simulation. Their books are outside the platform, so they outlive its crashes. A bank approves, has no
 * funds, refuses, decides later, forgets to answer, or answers something else than is said: all but the last are its right.
 */
export class SimulatedBank {
  readonly #random: SeededRandom
  readonly #trace: Trace
  readonly #cards = new Map<string, number>()
  readonly payments = new Map<string, BankBooking>()
  /** What no platform may do, such as asking for another amount under the same number. */
  readonly breaches: string[] = []
  /** True when every bank answers at once. */
  isCalm = false

  constructor(random: SeededRandom, trace: Trace) {
    this.#random = random
    this.#trace = trace
  }

  /** Puts money on a card; the first time that makes the card. */
  deposit(cardId: string, amount: number): void {
    this.#cards.set(cardId, (this.#cards.get(cardId) ?? 0) + amount)
  }

  /** What the banks have paid under a payment's number, in fen. */
  paidFor(paymentId: string): number {
    const payment = this.payments.get(paymentId)
    return payment?.outcome === 'approved' ? payment.amount : 0
  }

  /** The banks as one process of the platform reaches them. */
  reachedBy(life: Life): Bank {
    return {
      pay: async payment => {
        life.go()
        for (let turn = this.#random.below(SLOWEST_ANSWER); turn > 0; turn -= 1) await nextTurn()
        life.go()
        const answer = this.#pay(payment)
        this.#trace.add('bank', payment.payment_id, payment.amount, answer)
        life.pass('after_bank')
        if (answer === 'lost') throw new Error('The connection to the bank was lost')
        return answer
      },
    }
  }

  #pay({ payment_id, card_id, amount }: BankPayment): BankAnswer | 'lost' {
    const known = this.payments.get(payment_id)
    const booking: BankBooking = known ?? { card_id, amount, outcome: undefined, asked: 0 }
    this.payments.set(payment_id, booking)
    if (booking.card_id !== card_id || booking.amount !== amount) {
      this.breaches.push(`${payment_id} was asked for ${booking.amount} fen and then for ${amount}`)
    }
    booking.asked += 1
    if (!this.isCalm && booking.outcome === undefined && this.#random.chance(0.15)) return 'unknown'
    booking.outcome ??= this.#decide(booking)
    if (!this.isCalm && this.#random.chance(0.2)) return this.#random.chance(0.5) ? 'unknown' : 'lost'
    return booking.outcome
  }

  #decide({ card_id, amount }: BankBooking): Outcome {
    if (this.#random.chance(0.08)) return 'refused'
    const available = this.#cards.get(card_id) ?? 0
    if (available < amount) return 'no_funds'
    this.#cards.set(card_id, available - amount)
    return 'approved'
  }
}

/** Lets everything else in this turn of the event loop go first. */
export function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
