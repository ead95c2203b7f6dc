import { isDeepStrictEqual } from 'node:util'
import type { LightMyRequestResponse } from 'fastify'
import { type AccessPoint, type FaultKind, OF_SIGNATURES } from '../../src/faults/rules.ts'
import type { PaymentResult } from '../../src/products/basic/payments/contract.ts'
import type { Refund, RefundResult } from '../../src/products/common/refunds/contract.ts'
import type { EntranceStateChange, TransactionResult } from '../../src/products/industry/parking/contract.ts'
import { ReplyForged } from '../../src/sdk/transport/errors.ts'
import type { Asked } from './access.ts'
import { type EntryFacts, type History, type OrderFacts, orderKey, orderOfNotice } from './history.ts'
import {
  type Call,
  isRefundCall,
  type KnownCharge,
  type KnownStay,
  type SignedCall,
  type SimulatedMerchant,
} from './merchants.ts'
import type { Node, Nodes } from './nodes.ts'
import type { NoticeOnItsWay, Receivers } from './notice-network.ts'
import {
  isPaymentCall,
  type KnownPayment,
  numberOf,
  PAYMENT_DEEDS,
  type PaymentDeed,
  type Shopper,
} from './payment-desk.ts'
import { isPaymentNotice, type KnownSale, paymentKeyOf } from './payment-history.ts'
import { judgePayment } from './payment-judge.ts'
import { PLATES } from './people.ts'
import type { SeededRandom } from './random.ts'
import { refundKey, unlikeItsRequest } from './refund-history.ts'
import type { Trace } from './trace.ts'

const CALLS = {
  ...{
    enter: 26,
    leave: 40,
    leaveOlder: 4,
    repeat: 22,
    leaveAgain: 1,
    chargeAgain: 24,
    otherContent: 1,
    query: 6,
    find: 1,
  },
  ...{ refund: 22, refunds: 3, refundOther: 1, queryRefund: 6, settleRefund: 3 },
  ...PAYMENT_DEEDS,
} as const
type CallKind = keyof typeof CALLS
/** What becomes of a request on its way. */
const FATES = { fine: 12, lost: 2, reply_lost: 3, twice: 3, late: 2 } as const

/** How often a merchant without a reply asks the other access point at once, as the SDK does, and does not repeat later. */
const ELSEWHERE_CHANCE = 0.5

const ENTRY_UNKNOWN = '停车入场ID不存在'

/** How many of the latest orders and refunds are still thought of. */
const RECENT = 12

/** A call that was signed and is somewhere in the network. */
interface Signed extends SignedCall {
  call: Call
}

/** What was said of a call's order, entry or refund before the call arrived. */
interface Known {
  key: string
  order: OrderFacts | undefined
  entry: EntryFacts | undefined
  refund: Refund | undefined
  sale: KnownSale
}

/** A call at the platform. */
interface Delivered {
  call: Call
  node: Node
  /** Its access point was down, so that it must not have arrived. */
  isDown: boolean
  before: Known
  reply: Asked['reply']
}

/** A call that a fault makes wait, and whose merchant has given it up. */
interface Waiting extends Delivered {
  goOn(): void
}

interface Parts {
  random: SeededRandom
  trace: Trace
  history: History
  nodes: Nodes
  merchants: readonly SimulatedMerchant[]
  /** Those whose openids merchants know. */
  shoppers: readonly Shopper[]
}

/**
 * What merchants and the platform say to each other, over a network that loses, doubles, delays and reorders requests.
 * Everything that the platform says is held against what it said before.
 */
export class Traffic implements Receivers {
  readonly #random: SeededRandom
  readonly #trace: Trace
  readonly #history: History
  readonly #nodes: Nodes
  readonly #merchants: readonly SimulatedMerchant[]
  readonly #shoppers: readonly Shopper[]
  /** Cars that are in a car park, by their plates; the last one to let a car in has it. */
  readonly #inside = new Map<string, KnownStay>()
  /** Calls without an answer, which their merchants repeat. */
  readonly #unanswered: Call[] = []
  readonly #onTheWay: Signed[] = []
  readonly #waiting: Waiting[] = []
  /** The newest stay of each plate. */
  readonly #newest = new Map<string, KnownStay>()
  /** The calls behind what was accepted, by the key of the order or entry. */
  readonly #accepted = new Map<string, Call>()

  constructor({ random, trace, history, nodes, merchants, shoppers }: Parts) {
    this.#random = random
    this.#trace = trace
    this.#history = history
    this.#nodes = nodes
    this.#merchants = merchants
    this.#shoppers = shoppers
  }

  /** Some merchant makes a call. */
  async call(): Promise<void> {
    const random = this.#random
    const now = this.#nodes.clock.now()
    const merchant = random.pick(this.#merchants)
    const what = random.weighted(CALLS)
    const calls =
      what === 'refunds'
        ? this.#drawRefunds(merchant)
        : [
            isPaymentDeed(what)
              ? merchant.payments.draw(what, this.#shoppers, now)
              : this.#draw(merchant, what, now),
          ]
    await Promise.all(calls.map(call => call && this.#exchange(call, random.weighted(FATES))))
  }

  /** Some merchant orders, for a payer who is about to pay. */
  async sell(): Promise<void> {
    const random = this.#random
    const { payments } = random.pick(this.#merchants)
    const deed = random.chance(0.8) ? 'sell' : 'sellAgain'
    const call = payments.draw(deed, this.#shoppers, this.#nodes.clock.now())
    if (call) await this.#exchange(call, random.weighted(FATES))
  }

  /** Its merchant closes an order. */
  close({ call, out_trade_no }: KnownPayment): Promise<void> {
    return this.#exchange(call.merchant.payments.close(out_trade_no), this.#random.weighted(FATES))
  }

  /** Several refunds of one order at once, together more than it is worth. */
  #drawRefunds(merchant: SimulatedMerchant): Call[] {
    const paid = merchant.orders.filter(order => isPaid(order) && merchant.refunds.restOf(order) > 0)
    const charge = this.#random.pickSome(paid.slice(-RECENT))
    return charge
      ? Array.from({ length: this.#random.between(2, 5) }, () => merchant.refunds.newRefund(charge))
      : []
  }

  #draw(
    merchant: SimulatedMerchant,
    what: Exclude<CallKind, 'refunds' | PaymentDeed>,
    now: number,
  ): Call | undefined {
    const random = this.#random
    const recent = merchant.stays.slice(-6)
    const mayBeCharged = ({ id, charges }: KnownStay) =>
      id !== undefined && charges.every(({ state }) => state === 'PAY_FAIL' || state === 'refused')
    switch (what) {
      case 'enter': {
        // Who has not paid for the last stay seldom comes again before it is charged once more.
        const unpaid = new Set(this.#failed().map(({ fields }) => fields.plate_number))
        const outside = PLATES.filter(
          ({ plate_number }) => !this.#inside.has(plate_number) && !unpaid.has(plate_number),
        )
        // Now and then a car is let in whose exit nobody has seen.
        const plate = (random.chance(0.75) && random.pickSome(outside)) || random.pick(PLATES)
        const stay = merchant.newStay(plate, now)
        this.#inside.set(plate.plate_number, stay)
        this.#newest.set(plate.plate_number, stay)
        return stay.create
      }
      case 'leave': {
        const parked = [...this.#inside.values()].filter(mayBeCharged)
        const stay = random.pickSome(random.chance(0.93) ? parked : recent.filter(mayBeCharged))
        return stay?.create.merchant.newCharge(stay, now)?.call
      }
      case 'leaveOlder': {
        // A stay that was never charged, of a car that has come again since: it has left for free, or unseen.
        const older = this.#merchants
          .flatMap(({ stays }) => stays)
          .filter(({ id, charges }) => id !== undefined && charges.length === 0)
          .filter(stay => this.#newest.get(stay.fields.plate_number) !== stay)
        const stay = random.pickSome(older)
        return stay?.create.merchant.newCharge(stay, now)?.call
      }
      case 'leaveAgain': {
        const stay = random.pickSome(recent.filter(({ id, charges }) => id && charges.length > 0))
        return stay && merchant.newCharge(stay, now)?.call
      }
      case 'repeat':
        return this.#unanswered.shift() ?? random.pickSome([...this.#accepted.values()])
      case 'chargeAgain': {
        return random.pickSome(this.#failed())?.charges.at(-1)?.call
      }
      case 'otherContent': {
        const charge = random.pickSome(merchant.charges.slice(-10))
        return charge && merchant.otherContent(charge)
      }
      case 'query': {
        const asked = merchant.charges.filter(({ state }) => state !== 'refused' || random.chance(0.1))
        const charge = random.pickSome(asked.slice(-10))
        return charge && merchant.query(charge)
      }
      case 'find': {
        const known = random.pickSome([...this.#history.orders.values()].slice(-20))
        return known && merchant.find(random.pick(PLATES), known.payer.openid)
      }
      case 'refund': {
        const paid = merchant.orders.filter(isPaid)
        // Now and then somebody mistakes the order, or the merchant.
        const charges = random.chance(0.95) ? paid : random.pick(this.#merchants).orders
        const hasRest = random.chance(0.8)
        const charge = random.pickSome(
          charges.filter(one => !hasRest || merchant.refunds.restOf(one) > 0).slice(-RECENT),
        )
        return charge && merchant.refunds.newRefund(charge)
      }
      case 'refundOther': {
        const refund = random.pickSome(merchant.refunds.known.slice(-RECENT))
        return refund && merchant.refunds.otherContent(refund)
      }
      case 'queryRefund': {
        const refund = random.pickSome(merchant.refunds.known.slice(-RECENT))
        return refund && merchant.refunds.query(refund)
      }
      case 'settleRefund': {
        const all = this.#merchants.flatMap(({ refunds }) => refunds.known)
        const abnormal = all.filter(({ status }) => status === 'ABNORMAL')
        const refund = random.pickSome(random.chance(0.9) ? abnormal : all.slice(-RECENT))
        return refund?.call.merchant.refunds.settle(refund)
      }
    }
  }

  /** Stays whose last charge has failed, and whose cars have not come again since: they can be charged once more. */
  #failed(): KnownStay[] {
    return [...this.#newest.values()].filter(({ charges }) => charges.at(-1)?.state === 'PAY_FAIL')
  }

  /** Sends a call through the network; a merchant who gets no answer will repeat it. */
  async #exchange(call: Call, fate: keyof typeof FATES): Promise<void> {
    const signed = { call, ...call.merchant.sign(call) }
    this.#trace.count(`request ${fate}`)
    if (fate === 'late') this.#onTheWay.push(signed)
    if (fate === 'lost' || fate === 'late') return void this.#unanswered.push(call)
    const copies = Array.from({ length: fate === 'twice' ? 2 : 1 }, () => this.#reach(signed))
    const [{ reply, isSure } = { isSure: false }] = await Promise.all(copies)
    if (!reply || !isSure || fate === 'reply_lost') return void this.#unanswered.push(call)
    if (isSuccess(reply))
      call.merchant.learnReply(call, reply.statusCode === 204 ? {} : reply.json(), this.#nodes.clock.now())
    if (call.name === 'charge') this.#openGate(call, reply.statusCode === 200)
    // What is refused for now is sent again under its number.
    if (call.name === 'refund' && isForNow(reply) && this.#random.chance(0.5)) this.#unanswered.push(call)
  }

  /** The gate opens on an accepted charge. After a refused one the driver pays on site, or something is tried again. */
  #openGate({ merchant, fields }: Call, isAccepted: boolean): void {
    const stay = merchant.stays.find(({ charges }) => charges.some(({ call }) => call.fields === fields))
    const charge = stay?.charges.find(({ call }) => call.fields === fields)
    if (!stay || !charge) return
    // What was refused is no order, so the stay can be charged under another number.
    if (!isAccepted) charge.state ??= 'refused'
    const { plate_number } = stay.fields
    const isLeaving = isAccepted || this.#random.chance(0.4)
    if (isLeaving && this.#inside.get(plate_number) === stay) this.#inside.delete(plate_number)
  }

  /** Lets some of the calls that were delayed arrive, and some that wait go on, in any order. */
  async deliverSome(): Promise<void> {
    const random = this.#random
    while (this.#onTheWay.length > 0 && random.chance(0.4)) {
      const [signed] = this.#onTheWay.splice(random.below(this.#onTheWay.length), 1)
      if (signed) await this.#deliver(signed, this.#drawPoint())
    }
    while (this.#waiting.length > 0 && random.chance(0.4)) await this.#goOn(random.pick(this.#waiting))
  }

  /** Lets what waits at a process go on, because it ends. */
  async letGo(node: Node | undefined): Promise<void> {
    for (const waiting of this.#waiting.filter(one => one.node === node)) await this.#goOn(waiting)
  }

  /** Its merchant hears nothing of the reply, which is held against everything else all the same. */
  async #goOn(waiting: Waiting): Promise<void> {
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
    waiting.goOn()
    const reply = await this.#hear(waiting)
    if (reply) this.#trace.count(`late reply ${reply.statusCode}`)
  }

  #drawPoint(): AccessPoint {
    return this.#random.chance(0.9) ? 'api' : 'api2'
  }

  /** Asks one access point, and perhaps the other. A refusal after silence is not sure to be the outcome. */
  async #reach(signed: Signed): Promise<{ reply: LightMyRequestResponse | undefined; isSure: boolean }> {
    const { call } = signed
    const first = this.#drawPoint()
    const reply = await this.#deliver(signed, first)
    if (reply || !this.#random.chance(ELSEWHERE_CHANCE)) return { reply, isSure: true }
    this.#trace.count('asked elsewhere')
    const again = await this.#deliver({ call, ...call.merchant.sign(call) }, first === 'api' ? 'api2' : 'api')
    return { reply: again, isSure: (again && isSuccess(again)) || call.method === 'GET' }
  }

  /** A request arrives, unless its access point is down. */
  async #deliver(signed: Signed, point: AccessPoint): Promise<LightMyRequestResponse | undefined> {
    const { call } = signed
    const { access, all } = this.#nodes
    const node = this.#random.pick(all)
    const before = this.#knownOf(call)
    const isDown = access.down === point
    if (!isDown) this.#history.arrived.add(before.key)
    // Limits of calls in a second are of wall time, which no seed draws: such calls have a second of their own.
    if (isRefundCall(call)) this.#nodes.passSecond()
    const { reply, goOn } = await access.ask(node, signed, call.method, point)
    const delivered = { call, node, isDown, before, reply }
    if (!goOn) return this.#hear(delivered)
    this.#trace.add(call.name, signed.url, 'waits')
    this.#waiting.push({ ...delivered, goOn })
    return undefined
  }

  /** The reply as far as a merchant can believe it. Nothing comes back from a process that has died meanwhile. */
  async #hear({
    call,
    node,
    isDown,
    before,
    reply: coming,
  }: Delivered): Promise<LightMyRequestResponse | undefined> {
    const reply = await coming
    if (node.life.isOver) return undefined
    if (reply && isDown) this.#history.broken.push(`A host is down and answers ${call.name} of ${before.key}`)
    const faults = reply && (await this.#faultsOf(node, reply))
    if (reply && !faults) return undefined
    if (reply && faults) await this.#requireBelief(call, reply, faults)
    // What a fault answers in the platform's place says nothing: the merchant repeats it or asks.
    if (!reply || faults?.some(kind => kind !== 'LATENCY')) {
      this.#trace.add(call.name, call.target, 'faulty')
      this.#trace.count(isDown ? 'host down' : 'faulty call')
      return undefined
    }
    this.#trace.add(call.name, call.target, reply.statusCode, reply.body)
    this.#trace.count(isSuccess(reply) ? call.name : `${call.name}: ${reply.json().message}`)
    this.#judge(call, reply, before)
    return reply
  }

  /** What was injected into the call behind a reply; `undefined` when the process has died before it was kept. */
  async #faultsOf(
    { running, life }: Node,
    { headers }: LightMyRequestResponse,
  ): Promise<readonly FaultKind[] | undefined> {
    await life.safely(() => running.platform.recentCalls.flush())
    const [requestId = ''] = String(headers['request-id']).split('-')
    const call = await this.#nodes.db.get<{ faults: string | null }>(
      'SELECT faults FROM recent_calls WHERE request_id = $1',
      requestId,
    )
    if (!call && life.isOver) return undefined
    if (!call) throw new Error(`The call ${requestId} was not kept`)
    const faults = JSON.parse(call.faults ?? '[]') as { kind: FaultKind }[]
    return faults.map(({ kind }) => kind)
  }

  /** The SDK believes a reply, be it a success or a refusal, unless its signature was corrupted. */
  async #requireBelief(
    call: Call,
    reply: LightMyRequestResponse,
    faults: readonly FaultKind[],
  ): Promise<void> {
    const judgement = await call.merchant.judge(call, reply)
    const isForged = 'error' in judgement && judgement.error instanceof ReplyForged
    const isCorrupted = OF_SIGNATURES.some(kind => faults.includes(kind))
    if (isForged === isCorrupted) return
    const why = 'error' in judgement ? judgement.error.message : `HTTP ${reply.statusCode}`
    const taken = isForged ? 'is not believed' : 'is believed with a wrong signature'
    this.#history.broken.push(`The reply to ${call.name} of ${this.#keyOf(call)} ${taken}: ${why}`)
  }

  #keyOf(call: Call): string {
    const { mchid } = call.merchant
    if (isRefundCall(call)) return `refund ${refundKey(mchid, numberOfRefund(call))}`
    return orderKey(mchid, String(call.fields.out_parking_no ?? numberOf(call)))
  }

  #knownOf(call: Call): Known {
    const key = this.#keyOf(call)
    const { orders, entries, refunds } = this.#history
    const refund = isRefundCall(call) && refunds.refunds.get(key.slice('refund '.length))
    return {
      ...{ key, order: orders.get(key), entry: entries.get(key), refund: refund || undefined },
      sale: this.#history.payments.knownOf(key),
    }
  }

  /** What a reply says must fit to what was said before it was asked for. */
  #judge(call: Call, reply: LightMyRequestResponse, before: Known): void {
    if (isRefundCall(call)) this.#judgeRefund(call, reply, before)
    else if (isPaymentCall(call)) this.#judgePayment(call, reply, before)
    else this.#judgeOrder(call, reply, before)
  }

  #judgeOrder(call: Call, reply: LightMyRequestResponse, before: Known): void {
    const { key, order, entry } = before
    const { broken } = this.#history
    const { statusCode } = reply
    if (statusCode >= 500) broken.push(`${call.name} of ${key} is answered ${statusCode}: ${reply.body}`)
    const accepted = this.#accepted.get(key)
    const isRepeated = accepted !== undefined && (call.name === 'query' || isSameCall(call, accepted))
    if (isRepeated && statusCode !== 200) {
      // After PAY_FAIL a repeated charge is checked anew.
      if (call.name === 'charge') this.#history.refusedAgain.push(key)
      else broken.push(`${call.name} of ${key} was accepted, and now ${reply.body}`)
    }
    if (call.name === 'charge' && reply.json().message === ENTRY_UNKNOWN)
      this.#history.unknownEntries.push((call.fields.parking_info as { parking_id: string }).parking_id)
    if (statusCode !== 200) return
    if (call.name === 'create') {
      const { id, state, block_reason } = reply.json<{ id: string; state: string; block_reason?: string }>()
      const { out_parking_no } = call.fields as { out_parking_no: string }
      this.#history.tellEntry(
        { id, mchid: call.merchant.mchid, out_parking_no, state_at_entry: block_reason ?? state },
        entry,
      )
      this.#accepted.set(key, call)
    } else if (call.name !== 'find') {
      const facts = reply.json<OrderFacts>()
      if (call.name === 'charge' && accepted && !isSameCall(call, accepted))
        broken.push(`${key} was accepted for something else`)
      this.#history.tellOrder(facts, order, call.name)
      if (call.name === 'charge' && order?.trade_state === 'PAY_FAIL' && facts.trade_state === 'ACCEPTED')
        this.#trace.count('charged again')
      if (facts.trade_state !== 'ACCEPTED')
        this.#trace.count(facts.bank_type ? `paid by ${facts.bank_type}` : facts.trade_state)
      if (facts.promotion_detail) this.#trace.count(`order with ${facts.promotion_detail.length} coupons`)
      if (call.name === 'charge') this.#accepted.set(key, call)
    }
  }

  #judgePayment(call: Call, reply: LightMyRequestResponse, { key, sale }: Known): void {
    const { broken, payments } = this.#history
    broken.push(...judgePayment(payments, call, reply, key, sale))
    const facts = payments.facts.get(key)
    if (!facts || !call.name.startsWith('query')) return
    this.#trace.count(`payment ${facts.trade_state}`)
    if (facts.bank_type) this.#trace.count(`payment by ${facts.trade_type} from ${facts.bank_type}`)
    if (facts.promotion_detail?.length) this.#trace.count('payment with coupons')
  }

  #judgeRefund(call: Call, reply: LightMyRequestResponse, { key, refund: before }: Known): void {
    const { broken, refunds } = this.#history
    const { statusCode, body } = reply
    if (statusCode >= 500) broken.push(`${call.name} of ${key} is answered ${statusCode}: ${body}`)
    const accepted = this.#accepted.get(key)
    const isKnown = accepted !== undefined && (call.name === 'queryRefund' || isSameCall(call, accepted))
    if (isKnown && statusCode !== 200) broken.push(`${call.name} of ${key} was accepted, and now ${body}`)
    if (statusCode !== 200) return
    const facts = reply.json<Refund>()
    broken.push(...refunds.tell(refundKey(call.merchant.mchid, facts.out_refund_no), facts, before))
    this.#trace.count(`refund ${facts.status}`)
    this.#trace.count(`refund from ${facts.funds_account}`)
    if (facts.status === 'SUCCESS') this.#trace.count(`refund by ${facts.channel}`)
    if (facts.promotion_detail) this.#trace.count('refund with coupons')
    if (call.name !== 'refund') return
    if (accepted && !isSameCall(call, accepted)) broken.push(`${key} was accepted for something else`)
    broken.push(...unlikeItsRequest(call, facts))
    this.#accepted.set(key, call)
  }

  #receiverOf({ path }: NoticeOnItsWay): SimulatedMerchant {
    const merchant = this.#merchants.find(({ notifyUrl }) => new URL(notifyUrl).pathname === path)
    if (!merchant) throw new Error(`Nobody is at ${path}`)
    return merchant
  }

  /** The platform has tried to send a notice. */
  async attempted(notice: NoticeOnItsWay, acknowledged: boolean): Promise<string> {
    const { id, event_type, plaintext, isGenuine } = await this.#receiverOf(notice).look(notice)
    if (!isGenuine && !(await this.#isCorrupted(id)))
      this.#history.broken.push(`Notice ${id} has a wrong signature, and nobody wanted it to`)
    this.#history.tellNotice({ id, event_type, plaintext }, acknowledged && isGenuine)
    this.#trace.count(event_type)
    const resource = JSON.parse(plaintext) as
      | EntranceStateChange
      | TransactionResult
      | RefundResult
      | PaymentResult
    if (isPaymentNotice(resource))
      this.#history.broken.push(...this.#history.payments.tell(paymentKeyOf(resource), resource, undefined))
    else if ('trade_state' in resource)
      this.#history.tellOrder(orderOfNotice(resource), undefined, `Notice ${id}`)
    this.#trace.add('sent', event_type, plaintext)
    return id
  }

  async #isCorrupted(id: string): Promise<boolean> {
    const row = await this.#nodes.db.get<{ faults: string }>('SELECT faults FROM notices WHERE id = $1', id)
    return /NOTICE_PROBE|NOTICE_WRONG_SIGNATURE/.test(row?.faults ?? '')
  }

  ended(id: string): void {
    this.#history.endAttempt(id)
  }

  /** A notice has come through. */
  async arrived(notice: NoticeOnItsWay): Promise<void> {
    const merchant = this.#receiverOf(notice)
    const { plaintext, isGenuine } = await merchant.look(notice)
    if (isGenuine) merchant.learnNotice(JSON.parse(plaintext))
  }

  /** Merchants ask what has become of their refunds, and decide about those that could not be paid out. Nothing is late any more. */
  async settleRefunds(): Promise<void> {
    while (this.#onTheWay.length + this.#waiting.length > 0) await this.deliverSome()
    for (const { refunds } of this.#merchants) {
      for (const refund of refunds.known) {
        if (!refund.refund_id || refund.status === 'SUCCESS' || refund.status === 'CLOSED') continue
        await this.#exchange(refunds.query(refund), 'fine')
        const settled = refund.status === 'ABNORMAL' && refunds.settle(refund)
        if (settled) await this.#exchange(settled, 'fine')
      }
    }
  }

  /**
   * Every order and every refund is queried: one may have been accepted by a process that died before it could say so, or
   * whose word was lost.
   */
  async finish(): Promise<void> {
    for (const merchant of this.#merchants) {
      const { charges, refunds, payments } = merchant
      for (const payment of payments.known) await this.#exchange(payments.query(payment), 'fine')
      for (const charge of charges) await this.#exchange(merchant.query(charge), 'fine')
      for (const refund of refunds.known) await this.#exchange(refunds.query(refund), 'fine')
    }
  }
}

/** Whether a merchant knows that a charge was paid. */
function isPaid({ state }: KnownCharge): boolean {
  return state === 'SUCCESS' || state === 'REFUND'
}

function isPaymentDeed(what: CallKind): what is PaymentDeed {
  return what in PAYMENT_DEEDS
}

function isSuccess({ statusCode }: LightMyRequestResponse): boolean {
  return statusCode < 300
}

/** A refusal that the documents ask to try again later with the same number. */
function isForNow(reply: LightMyRequestResponse): boolean {
  return reply.statusCode !== 200 && ['NOT_ENOUGH', 'FREQUENCY_LIMITED'].includes(reply.json().code)
}

function numberOfRefund({ fields, target }: Call): string {
  return String(fields.out_refund_no ?? target.split('/').at(-1))
}

/** A repeated call has the same parameters. */
function isSameCall(one: Call, other: Call): boolean {
  return one === other || (one.name === other.name && isDeepStrictEqual(one.fields, other.fields))
}
