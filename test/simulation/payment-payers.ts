import { openidFor } from '../../src/payers/openids.ts'
import type { Entry } from '../../src/products/basic/payments/open-order.ts'
import { type Payment, pay } from '../../src/products/basic/payments/pay.ts'
import { APPID, SUB_APPID } from '../parking.ts'
import type { SimulatedMerchant } from './merchants.ts'
import type { Node } from './nodes.ts'
import { isOpen, type KnownPayment, PREPAYS, type Session, type Shopper } from './payment-desk.ts'
import type { PaymentHistory } from './payment-history.ts'
import type { Deed } from './people.ts'
import type { SeededRandom } from './random.ts'
import type { Trace } from './trace.ts'

/** What payers do with an order, and how often. */
const DEEDS = { pay: 30, cancel: 6, again: 5, forged: 3, stranger: 5, twice: 6, rivals: 6, older: 4 } as const
type PayersDeed = keyof typeof DEEDS

const MINUTE = 60_000
/** For how long a session can be used. */
const LIVES = { JSAPI: 120, MINI_PROGRAM: 120, APP: 120, H5: 5, NATIVE: 120 } as const

/** How many of the latest orders are still thought of. */
const RECENT = 10

interface Parts {
  random: SeededRandom
  trace: Trace
  history: { payments: PaymentHistory; broken: string[] }
  merchants: readonly SimulatedMerchant[]
  payerIds: readonly string[]
}

/** What is done with an order at one moment, by one payer or by two. */
export interface Visit {
  payment: KnownPayment
  deeds: readonly Deed[]
}

/** Something of a payer that must not succeed, and why. */
type Refused = string | undefined

/** Payers who scan codes, open links, and are on the pages of merchants. */
export class PaymentPayers {
  readonly #random: SeededRandom
  readonly #trace: Trace
  readonly #history: Parts['history']
  readonly #merchants: readonly SimulatedMerchant[]
  readonly #payerIds: readonly string[]
  /** Those whose openids merchants know. */
  readonly shoppers: Shopper[] = []
  /** Who has opened an order first, as far as anybody outside can know. */
  readonly #openers = new Map<KnownPayment, string>()
  readonly #visits: Visit[] = []
  #numbers = 0

  constructor({ random, trace, history, merchants, payerIds }: Parts) {
    this.#random = random
    this.#trace = trace
    this.#history = history
    this.#merchants = merchants
    this.#payerIds = payerIds
  }

  /** Every payer comes to the merchants' apps once. */
  beginnings(): Deed[] {
    return this.#payerIds.map(payer_id => ({
      name: `openids ${payer_id}`,
      perform: async ({ running: { platform } }) => {
        const { db, random } = platform
        const shopper = await db.transaction(async tx => ({
          payer_id,
          openid: await openidFor(tx, payer_id, APPID, random),
          sub_openid: await openidFor(tx, payer_id, SUB_APPID, random),
        }))
        this.shoppers.push(shopper)
      },
    }))
  }

  /** What is done next with an order, if there is one. */
  next(now: number): Visit | undefined {
    const random = this.#random
    const deed = random.weighted(DEEDS)
    if (deed === 'again') return random.pickSome(this.#visits.slice(-RECENT))
    const ordered = this.#merchants.flatMap(({ payments }) => payments.known.slice(-RECENT))
    const known = ordered.filter(({ sessions }) => sessions.length > 0)
    const open = known.filter(isOpen)
    const fresh = open.filter(payment => lifeLeft(payment, now) > 0)
    const payment = random.pickSome(random.chance(0.85) ? fresh : random.chance(0.5) ? open : known)
    if (!payment) return undefined
    const one = this.#deed(payment, deed, this.#payerOf(payment, deed))
    const other = deed === 'rivals' && this.#deed(payment, deed, random.pick(this.#payerIds))
    const visit = { payment, deeds: deed === 'twice' ? [one, one] : other ? [one, other] : [one] }
    this.#visits.push(visit)
    return visit
  }

  #payerOf(payment: KnownPayment, deed: PayersDeed): string {
    const expected = payment.payer_id ?? this.#openers.get(payment)
    const isExpected = expected !== undefined && deed !== 'stranger' && this.#random.chance(0.9)
    const payerId = isExpected ? expected : this.#random.pick(this.#payerIds)
    if (expected === undefined) this.#openers.set(payment, payerId)
    return payerId
  }

  #deed(payment: KnownPayment, deed: PayersDeed, payer_id: string): Deed {
    const random = this.#random
    this.#numbers += 1
    const payment_id = `p${this.#numbers}`
    const session = (deed === 'older' ? random.pick(payment.sessions) : payment.sessions.at(-1)) as Session
    const source = random.chance(0.6)
      ? undefined
      : random.pick(['wallet', `card-${payer_id}-1`, `card-${payer_id}-2`])
    const made: Payment = {
      ...{ payer_id, payment_id, source },
      entry: this.#entryOf(payment, session, deed === 'forged'),
      action: deed === 'cancel' ? 'CANCEL' : 'PAY',
    }
    const never =
      deed === 'forged'
        ? 'what was handed over was changed on its way'
        : payment.payer_id !== undefined && payment.payer_id !== payer_id
          ? `the order was made for ${payment.payer_id}`
          : undefined
    let isFirst = true
    return {
      name: `${deed} ${payment.out_trade_no} ${payer_id} ${payment_id}`,
      perform: async node => {
        const refused = never ?? (isFirst ? refusedNow(payment, session, node) : undefined)
        isFirst = false
        return this.#pay(node, payment, made, refused)
      },
    }
  }

  async #pay(
    node: Node,
    { out_trade_no, call }: KnownPayment,
    payment: Payment,
    refused: Refused,
  ): Promise<unknown> {
    const { payments, broken } = this.#history
    const name = `${payment.payer_id}/${payment.payment_id}`
    const before = payments.results.get(name)
    const result = await pay(node.running.platform, payment)
    // Nobody hears what a process says that has died meanwhile.
    if (node.life.isOver) return undefined
    if (result === 'other_content') {
      broken.push(`Payment ${name} is repeated and is said to be another one`)
      return result
    }
    broken.push(...payments.tellResult(name, result, before))
    this.#trace.count(`payer ${result.shown || result.state}`)
    if (result.out_trade_no === '') return result.shown
    if (refused) broken.push(`Payment ${name} of ${out_trade_no} is ${result.state}, although ${refused}`)
    if (result.out_trade_no !== out_trade_no || result.mchid !== call.merchant.mchid)
      broken.push(`Payment ${name} of ${out_trade_no} is one of ${result.out_trade_no}`)
    return `${result.state} ${result.shown}`
  }

  #entryOf(
    { prepay, appid, call: { merchant } }: KnownPayment,
    { value }: Session,
    isForged: boolean,
  ): Entry {
    const random = this.#random
    if (prepay === 'nativePrepay') return { way: 'code_url', url: isForged ? `${value}x` : value }
    if (prepay === 'h5Prepay') return { way: 'h5_url', url: isForged ? `${value}1` : value }
    const timeStamp = '1503719100'
    const nonceStr = Buffer.from(random.bytes(12)).toString('hex')
    const isApp = prepay === 'appPrepay'
    const fourth = isApp ? value : `prepay_id=${value}`
    const lines = [appid, timeStamp, isForged ? `${nonceStr}x` : nonceStr, fourth]
    const signature = merchant.signText(lines.map(line => `${line}\n`).join(''))
    const signed = { timeStamp, nonceStr }
    if (isApp) {
      const named = { appId: appid, partnerId: merchant.mchid, prepayId: value, packageValue: 'Sign=WXPay' }
      return { way: 'app', parameters: { ...named, ...signed, sign: signature } }
    }
    const given = { ...signed, package: fourth, signType: 'RSA', paySign: signature }
    if (prepay === 'miniProgramPrepay' || random.chance(0.3))
      return { way: 'mini_program', parameters: given, appid }
    return { way: 'jsapi', parameters: { ...given, appId: appid } }
  }
}

/** For how long the newest session of an order can still be used. */
function lifeLeft({ prepay, sessions }: KnownPayment, now: number): number {
  return (sessions.at(-1)?.time ?? 0) + LIVES[PREPAYS[prepay].kind] * MINUTE - now
}

/** Why a session cannot be used any more, as far as its merchant can know. */
function refusedNow({ prepay, sessions }: KnownPayment, session: Session, { running }: Node): Refused {
  const { kind } = PREPAYS[prepay]
  const age = running.platform.clock.now() - session.time
  if (age > LIVES[kind] * MINUTE) return `its session was given ${age / MINUTE} minutes before`
  // Of two that were given at once it is not known which is the newer one.
  const isReplaced = kind === 'NATIVE' && sessions.some(({ time }) => time > session.time)
  return isReplaced ? 'a newer code has replaced this one' : undefined
}
