import type { Bank, BankAnswer, BankPayment, BankRefund } from '../../src/funding/bank.ts'
import type { Life } from './crashing-store.ts'
import type { SeededRandom } from './random.ts'
import type { Trace } from './trace.ts'

type Outcome = Exclude<BankAnswer, 'unknown'>

/** A payment or a refund in the bank's own books. */
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
  readonly refunds = new Map<string, BankBooking>()
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

  /** What the banks have put on a card under a refund's number, in fen. */
  takenBackFor(refundId: string): number {
    const refund = this.refunds.get(refundId)
    return refund?.outcome === 'approved' ? refund.amount : 0
  }

  /** The banks as one process of the platform reaches them. */
  reachedBy(life: Life): Bank {
    const ask = async (id: string, amount: number, answerOf: () => BankAnswer | 'lost') => {
      life.go()
      for (let turn = this.#random.below(SLOWEST_ANSWER); turn > 0; turn -= 1) await nextTurn()
      life.go()
      const answer = answerOf()
      this.#trace.add('bank', id, amount, answer)
      this.#trace.count(`bank ${answer}`)
      life.pass('after_bank')
      if (answer === 'lost') throw new Error('The connection to the bank was lost')
      return answer
    }
    return {
      pay: payment => ask(payment.payment_id, payment.amount, () => this.#pay(payment)),
      refund: refund => ask(refund.refund_id, refund.amount, () => this.#refund(refund)),
    }
  }

  #pay({ payment_id, card_id, amount }: BankPayment): BankAnswer | 'lost' {
    const booking = this.#bookingOf(this.payments, payment_id, card_id, amount)
    return this.#answer(booking, () => this.#decide(booking))
  }

  #refund({ refund_id, card_id, amount }: BankRefund): BankAnswer | 'lost' {
    const booking = this.#bookingOf(this.refunds, refund_id, card_id, amount)
    return this.#answer(booking, () => this.#takeBack(booking))
  }

  #bookingOf(books: Map<string, BankBooking>, id: string, cardId: string, amount: number): BankBooking {
    const booking = books.get(id) ?? { card_id: cardId, amount, outcome: undefined, asked: 0 }
    books.set(id, booking)
    if (booking.card_id !== cardId || booking.amount !== amount)
      this.breaches.push(`${id} was asked for ${booking.amount} fen and then for ${amount}`)
    booking.asked += 1
    return booking
  }

  /** What a bank has decided, or nothing that helps. */
  #answer(booking: BankBooking, decide: () => Outcome): BankAnswer | 'lost' {
    if (!this.isCalm && booking.outcome === undefined && this.#random.chance(0.15)) return 'unknown'
    booking.outcome ??= decide()
    if (!this.isCalm && this.#random.chance(0.2)) return this.#random.chance(0.5) ? 'unknown' : 'lost'
    return booking.outcome
  }

  /** A card that was closed takes nothing. */
  #takeBack({ card_id, amount }: BankBooking): Outcome {
    if (this.#random.chance(0.3)) return 'refused'
    this.deposit(card_id, amount)
    return 'approved'
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
