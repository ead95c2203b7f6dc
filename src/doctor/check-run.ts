import { setTimeout as pause } from 'node:timers/promises'
import type { AdminRequest } from '../admin-client/admin-client.ts'
import { systemClock } from '../clock/clock.ts'
import { type Random, randomText } from '../protocol/ids.ts'
import type { Adapter, BookedOrder } from './adapter.ts'
import type { AdminChange, Administration } from './administration.ts'
import { Finding, PlatformFailure } from './findings.ts'
import type { Attempt, Call, NoticeDetail, PlatformOrder, PlatformRefund } from './platform.ts'
import type { Undo } from './undo.ts'

/** What can be made to go wrong. */
export type FaultKind = AdminRequest<'putFault'>['kind']

/** What a car is charged in all checks, in fen. */
export const AMOUNT = 800
/** What is refunded of it, in fen. */
export const REFUND = 300
/** Who pays. */
export const PAYER = 'doctor'
/** What the payer's wallet is filled up to, in fen: a hundred payments. */
const WALLET = 100 * AMOUNT

/** States of an order that may still be paid. */
const UNPAID: ReadonlySet<string> = new Set(['ACCEPTED', 'NOTPAY'])

const POLL_MS = 20
/** How long the merchant's books may lag behind an answered notice. */
const BOOKING_MS = 3_000
/** How long a wrong booking is waited for at least; and how many times as long as a right one has ever taken. */
const QUIET_MS = 150
const QUIET_FACTOR = 2
/** The longest that the platform takes for an attempt: the merchant's five seconds, and some where much else is under way. */
const ATTEMPT_MS = 20_000
const SEE_LOG = "See the platform's log for what has failed, and run the check again."

/** What all checks of one run share. */
export interface Drill {
  /** Whom it is about. */
  mchid: string
  random: Random
  /** In which the names of this run's things begin. */
  prefix: string
  undo: Undo
  /** The longest that a booking has taken after its notice was answered. */
  slowestBookingMs: number
}

/** One check at work: the merchant's books, the platform's administration, and what is put back afterwards. */
export class CheckRun {
  readonly admin: Administration
  readonly #books: Adapter
  readonly signal: AbortSignal
  readonly #drill: Drill
  /** What stays changed. */
  readonly left: string[] = []

  constructor(drill: Drill, admin: Administration, books: Adapter, signal: AbortSignal) {
    this.#drill = drill
    this.admin = admin
    this.#books = books
    this.signal = signal
  }

  get random(): Random {
    return this.#drill.random
  }

  get mchid(): string {
    return this.#drill.mchid
  }

  /** Says what undoes the change that is made next; done after the check, the last one first. */
  undoneBy(change: AdminChange): Promise<void> {
    return this.#drill.undo.note(this.admin, change)
  }

  /** Says what cannot be put back. */
  leaves(thing: string): void {
    this.left.push(thing)
  }

  /** A name that nothing else has, at most 36 characters. */
  newId(): string {
    return `${this.#drill.prefix}${randomText(12, this.#drill.random)}`
  }

  /** A payer, the usual one unless said, whose wallet is filled. */
  async payer(payer: AdminRequest<'putPayer'> = { payer_id: PAYER }): Promise<string> {
    const { payer_id } = payer
    const { wallet } = await this.admin.call('putPayer', payer)
    const top_up_id = this.newId()
    if (payer_id === PAYER && wallet < AMOUNT)
      await this.admin.call('putTopUp', { payer_id, top_up_id, amount: WALLET - wallet })
    return payer_id
  }

  /** A number of an order that nobody has made. */
  newNumber(): string {
    return `DOCTOR${randomText(20, this.#drill.random)}`
  }

  /**
   * Has what is due done also where no workers run. Nobody waits for it: it ends after all notices in hand, and one of
   * another merchant whose receiver hangs takes seconds.
   */
  #settle(): void {
    // A platform that fails is met by whoever looks for what was done.
    this.admin.call('putDueWork', {}).catch(() => undefined)
  }

  /** The order as the platform has it; `undefined` when there is none. */
  async platformOrder(outTradeNo: string): Promise<PlatformOrder | undefined> {
    return this.admin.find('getOrder', { mchid: this.mchid, out_trade_no: outTradeNo })
  }

  async refundsOf(outTradeNo: string): Promise<PlatformRefund[]> {
    return (await this.admin.call('listRefunds', { mchid: this.mchid, out_trade_no: outTradeNo })).data
  }

  /** The id of the notice that tells that an order was paid. */
  async paymentNotice(outTradeNo: string): Promise<string> {
    this.#settle()
    const order = await this.#until(
      () => this.platformOrder(outTradeNo),
      found => found === undefined || !UNPAID.has(found.trade_state),
      ATTEMPT_MS,
    )
    if (!order)
      throw new Finding(
        `The platform has no order ${outTradeNo} of ${this.mchid}, which is the number that the program must call with (--mchid).`,
      )
    const notice = order.notices.find(({ event_type }) => event_type === 'TRANSACTION.SUCCESS')
    if (!notice)
      throw new PlatformFailure(
        `The order ${outTradeNo} is ${order.trade_state} and no payment was reported.`,
        SEE_LOG,
      )
    return notice.id
  }

  notice(id: string): Promise<NoticeDetail> {
    return this.admin.call('getNotice', { id })
  }

  /** Waits until a notice was sent `times`. */
  async attempted(id: string, times = 1): Promise<NoticeDetail> {
    this.#settle()
    const notice = await this.#until(
      () => this.notice(id),
      ({ sent }) => sent.length >= times,
      ATTEMPT_MS,
    )
    if (notice.sent.length < times)
      throw new PlatformFailure(`The platform has not sent the notice ${id}.`, SEE_LOG)
    return notice
  }

  /** Sends a notice once more, as it is, signed afresh. Answers the attempt. */
  async replay({ id, sent }: NoticeDetail): Promise<Attempt> {
    await this.admin.call('replayNotice', { id, replay_id: this.newId() })
    const { sent: now } = await this.attempted(id, sent.length + 1)
    return now[sent.length] as Attempt
  }

  /** Sends a genuine notice of any content to where another one went. Answers its first attempt. */
  async send(
    { notify_url, original_type }: Pick<NoticeDetail, 'notify_url' | 'original_type'>,
    event_type: string,
    resource: Record<string, unknown>,
  ): Promise<Attempt> {
    const id = this.newId()
    const notice = { mchid: this.mchid, notify_url, event_type, original_type, summary: event_type, resource }
    await this.admin.call('putNotice', { id, ...notice })
    const { sent } = await this.attempted(id)
    return sent[0] as Attempt
  }

  /**
   * The order in the merchant's books, as soon as it is as expected, or what it is when that does not happen.
   * `since`: when its notice can have been answered first.
   */
  async booked(
    outTradeNo: string,
    isExpected: (order: BookedOrder | undefined) => boolean,
    since = systemClock.wallNow(),
  ): Promise<BookedOrder | undefined> {
    const order = await this.#until(() => this.#books.order(outTradeNo), isExpected, BOOKING_MS)
    const tookMs = systemClock.wallNow() - since
    this.#drill.slowestBookingMs = Math.max(this.#drill.slowestBookingMs, tookMs)
    return order
  }

  /** The order in the merchant's books, after what must not be booked had the time to be. */
  async bookedAfterQuiet(outTradeNo: string): Promise<BookedOrder | undefined> {
    await pause(quietMs(this.#drill.slowestBookingMs), undefined, { signal: this.signal })
    return this.#books.order(outTradeNo)
  }

  /** Something goes wrong from now on, at most until the end of the check. */
  async fault(kind: FaultKind, rule: Omit<AdminRequest<'putFault'>, 'fault_id' | 'kind'>): Promise<void> {
    const fault_id = this.newId()
    await this.undoneBy({ call: 'deleteFault', request: { fault_id } })
    const ofMerchant = kind === 'HOST_DOWN' ? {} : { mchid: this.mchid }
    await this.admin.call('putFault', { fault_id, kind, ...ofMerchant, ...rule })
    await this.admin.untilAllNodesKnow()
  }

  /** A function that answers the merchant's calls of an operation since now, the oldest first. */
  async calls(op: string): Promise<() => Promise<Call[]>> {
    const filters = { op, limit: 100 }
    const known = new Set((await this.#callsBy(filters)).map(({ request_id }) => request_id))
    return async () =>
      (await this.#callsBy(filters)).filter(({ request_id }) => !known.has(request_id)).reverse()
  }

  /** The merchant's newest calls, the newest first; whichever node has answered them, the last one is among them. */
  async #callsBy(filters: AdminRequest<'listCalls'>): Promise<Call[]> {
    await this.admin.untilAllNodesKnow()
    return (await this.admin.call('listCalls', { ...filters, mchid: this.mchid })).data
  }

  /** The merchant's latest calls, as a finding names them. */
  async lastCalls(): Promise<string> {
    const data = await this.#callsBy({ limit: 3 })
    if (data.length === 0) return ` The platform has had no call of ${this.mchid}.`
    const calls = data.map(({ op, status, code }) =>
      [op, status ?? 'no reply', code].filter(Boolean).join(' '),
    )
    return ` The platform's latest calls of it: ${calls.reverse().join(', ')}.`
  }

  /** Business time. */
  async now(): Promise<number> {
    return Date.parse((await this.admin.call('getClock', {})).business_time)
  }

  /** Asks again and again until the answer is as expected or the time, in milliseconds, is over; answers the last one. */
  async #until<T>(ask: () => Promise<T>, isExpected: (value: T) => boolean, limitMs: number): Promise<T> {
    const limit = AbortSignal.timeout(limitMs)
    for (;;) {
      // The last look begins after the time is over, however long the one before it took.
      const isLast = limit.aborted
      const value = await ask()
      if (isLast || isExpected(value)) return value
      await pause(POLL_MS, undefined, { signal: this.signal })
    }
  }
}

/** How long a wrong booking is waited for: never longer than books may lag, however slow notices are, or checks end late. */
export function quietMs(slowestBookingMs: number): number {
  return Math.min(BOOKING_MS, Math.max(QUIET_MS, QUIET_FACTOR * slowestBookingMs))
}

/** A merchant takes a notice by answering 200 or 204. */
export function isAcknowledged({ reply_status }: Pick<Attempt, 'reply_status'>): boolean {
  return reply_status === 200 || reply_status === 204
}

/** `what` begins the finding. */
export function requireAcknowledged(what: string, attempt: Attempt | undefined): void {
  if (!attempt || !isAcknowledged(attempt))
    throw new Finding(`${what} was not acknowledged: ${answerOf(attempt)}.`)
}

/** What a merchant answered, such as `HTTP 500 {"code":"FAIL"}`. */
export function answerOf(attempt: Attempt | undefined): string {
  if (!attempt) return 'it was never sent'
  if (attempt.reply_status === undefined) return attempt.failure
  return `HTTP ${attempt.reply_status} ${attempt.reply_body.slice(0, 200)}`.trim()
}

/** An order of the merchant's books as a sentence has it. */
export function inWords(order: BookedOrder | undefined): string {
  if (!order) return 'that there is no such order'
  return `${order.state}, ${order.paid} fen paid, ${order.refunded} fen refunded`
}
