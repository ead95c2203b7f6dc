import { formatTime } from '../../src/protocol/time.ts'
import type { OperationName } from '../../src/sdk/transport/operations.ts'
import { APPID, type Fields, SUB_APPID } from '../parking.ts'
import type { Call, KnownCharge, SimulatedMerchant } from './merchants.ts'
import type { PaymentFacts } from './payment-history.ts'
import type { SeededRandom } from './random.ts'

/** The calls of the basic payments. */
export const PAYMENT_OPERATIONS = {
  jsapiPrepay: 'payments.jsapiPrepay',
  miniProgramPrepay: 'payments.miniProgramPrepay',
  appPrepay: 'payments.appPrepay',
  h5Prepay: 'payments.h5Prepay',
  nativePrepay: 'payments.nativePrepay',
  queryPayment: 'payments.queryOrderByOutTradeNo',
  queryPaymentById: 'payments.queryOrderById',
  closePayment: 'payments.closeOrder',
} as const satisfies Record<string, OperationName>
export type PaymentCallName = keyof typeof PAYMENT_OPERATIONS

/** The prepay calls, each with its path and with what the platform has to make of it. */
export const PREPAYS = {
  jsapiPrepay: { path: 'jsapi', kind: 'JSAPI', tradeType: 'JSAPI' },
  miniProgramPrepay: { path: 'miniprogram', kind: 'MINI_PROGRAM', tradeType: 'JSAPI' },
  appPrepay: { path: 'app', kind: 'APP', tradeType: 'APP' },
  h5Prepay: { path: 'h5', kind: 'H5', tradeType: 'MWEB' },
  nativePrepay: { path: 'native', kind: 'NATIVE', tradeType: 'NATIVE' },
} as const
export type PrepayName = keyof typeof PREPAYS

/** How often each prepay call is made; the one of mini programs only by providers. */
const PREPAY_WEIGHTS = { nativePrepay: 5, jsapiPrepay: 5, h5Prepay: 3, appPrepay: 2 } as const

/** What a merchant does here, and how often beside its other calls. */
export const PAYMENT_DEEDS = {
  ...{ sell: 8, sellAgain: 5, sellOtherwise: 2 },
  ...{ queryPayment: 4, queryPaymentById: 2, closePayment: 3, closeUnknown: 1 },
} as const
export type PaymentDeed = keyof typeof PAYMENT_DEEDS

const LIMITS = [['no_balance'], ['no_debit'], ['balance_only'], ['no_credit']] as const

const MINUTE = 60_000
/** How many of the latest orders are still thought of. */
const RECENT = 12

/** Somebody with WeChat, whom merchants know by openids. */
export interface Shopper {
  payer_id: string
  openid: string
  sub_openid: string
}

/** By which a payer comes to an order, and when it was given. */
export interface Session {
  value: string
  time: number
}

/** An order that a merchant has made, as far as it knows. */
export interface KnownPayment extends KnownCharge {
  prepay: PrepayName
  /** Only this one can pay it, where it was made for an openid. */
  payer_id: string | undefined
  /** The app id of its page or app. */
  appid: string
  /** The oldest first. */
  sessions: Session[]
}

/** Where a merchant sells by the basic payments, and what it knows of that. */
export class PaymentDesk {
  readonly known: KnownPayment[] = []
  readonly #merchant: SimulatedMerchant
  readonly #random: SeededRandom
  /** Numbers that were closed before anything was ordered under them. */
  readonly #closedEarly: string[] = []

  constructor(merchant: SimulatedMerchant, random: SeededRandom) {
    this.#merchant = merchant
    this.#random = random
  }

  /** The call of a deed; `undefined` when there is nothing to do it with. */
  draw(deed: PaymentDeed, shoppers: readonly Shopper[], now: number): Call | undefined {
    const random = this.#random
    const recent = this.known.slice(-RECENT)
    const payment = random.pickSome(recent)
    switch (deed) {
      case 'sell':
        return this.#sell(random.pickSome(shoppers), now)
      case 'sellAgain':
        return random.pickSome(random.chance(0.8) ? recent.filter(isOpen) : recent)?.call
      case 'sellOtherwise':
        return payment && this.#otherwise(payment)
      case 'queryPayment':
        return payment && this.query(payment)
      case 'queryPaymentById': {
        const paid = random.pickSome(recent.filter(({ transaction_id }) => transaction_id))
        return paid && this.#queryById(paid)
      }
      case 'closePayment': {
        const closed = random.pickSome(random.chance(0.6) ? recent.filter(isOpen) : recent)
        return closed && this.close(closed.out_trade_no)
      }
      case 'closeUnknown': {
        const number = this.#merchant.newNumber('M')
        this.#closedEarly.push(number)
        return this.close(number)
      }
    }
  }

  query({ out_trade_no }: Pick<KnownPayment, 'out_trade_no'>): Call {
    return this.#call('queryPayment', 'GET', `out-trade-no/${out_trade_no}`, {})
  }

  /** Closes a number, whether it was ordered or not. */
  close(out_trade_no: string): Call {
    return this.#call('closePayment', 'POST', `out-trade-no/${out_trade_no}/close`, {})
  }

  /** Takes what a reply says; a session is as old as its reply. */
  learnReply(call: Call, body: Record<string, unknown>, now: number): void {
    if (isPrepay(call)) {
      const payment = this.known.find(({ out_trade_no }) => out_trade_no === call.fields.out_trade_no)
      const value = String(body.prepay_id ?? body.code_url ?? body.h5_url)
      payment?.sessions.push({ value, time: now })
    } else if (call.name === 'closePayment') {
      this.learn({ out_trade_no: numberOf(call), trade_state: 'CLOSED' })
    } else {
      this.learn(body as PaymentFacts)
    }
  }

  /** Takes what a query or a notice says, perhaps late. */
  learn({
    out_trade_no,
    trade_state,
    transaction_id,
  }: Pick<PaymentFacts, 'out_trade_no' | 'trade_state' | 'transaction_id'>): void {
    const payment = this.known.find(known => known.out_trade_no === out_trade_no)
    if (!payment) return
    if (payment.state === undefined || payment.state === 'NOTPAY' || trade_state === 'REFUND')
      payment.state = trade_state
    payment.transaction_id ??= transaction_id
  }

  #sell(shopper: Shopper | undefined, now: number): Call | undefined {
    const random = this.#random
    const { sub_mchid } = this.#merchant
    const prepay: PrepayName =
      sub_mchid && random.chance(0.1) ? 'miniProgramPrepay' : random.weighted(PREPAY_WEIGHTS)
    const isForOpenid = prepay === 'jsapiPrepay' || prepay === 'miniProgramPrepay'
    if (isForOpenid && !shopper) return undefined
    // Only one sub-merchant has an app of its own.
    const hasSubApp = sub_mchid === '1900000109' && random.chance(0.5)
    const isOfSubApp = hasSubApp && random.chance(0.5)
    const early = random.chance(0.05) ? this.#closedEarly.shift() : undefined
    const out_trade_no = early ?? this.#merchant.newNumber('M')
    const fields = {
      ...(sub_mchid ? { sp_appid: APPID, ...(hasSubApp && { sub_appid: SUB_APPID }) } : { appid: APPID }),
      ...{ description: '停车场月卡', out_trade_no, notify_url: this.#merchant.notifyUrl },
      ...(random.chance(0.5) && { attach: out_trade_no }),
      ...(random.chance(0.5) && { goods_tag: 'WXG' }),
      ...(random.chance(0.1) && { limit_pay: random.pick(LIMITS) }),
      ...(random.chance(0.4) && { settle_info: { profit_sharing: true } }),
      ...(random.chance(0.25) && { time_expire: formatTime(now + random.between(2, 90) * MINUTE) }),
      amount: { total: random.between(1, 2_000), ...(random.chance(0.5) && { currency: 'CNY' }) },
      ...this.#sceneOf(prepay),
      ...(isForOpenid && shopper && { payer: this.#payerOf(shopper, isOfSubApp) }),
    }
    const call = this.#call(prepay, 'POST', PREPAYS[prepay].path, fields)
    const payment: KnownPayment = {
      ...{ call, prepay, out_trade_no, state: undefined, transaction_id: undefined, sessions: [] },
      payer_id: isForOpenid ? shopper?.payer_id : undefined,
      appid: isOfSubApp ? SUB_APPID : APPID,
    }
    this.known.push(payment)
    this.#merchant.orders.push(payment)
    return call
  }

  #payerOf({ openid, sub_openid }: Shopper, isOfSubApp: boolean): Fields {
    if (!this.#merchant.sub_mchid) return { openid }
    return isOfSubApp ? { sub_openid } : { sp_openid: openid }
  }

  #sceneOf(prepay: PrepayName): Fields {
    const random = this.#random
    const device = random.chance(0.2) && { device_id: 'G1' }
    const scene = { payer_client_ip: '14.23.150.211', ...device }
    if (prepay === 'h5Prepay') return { scene_info: { ...scene, h5_info: { type: 'Wap' } } }
    return random.chance(0.3) ? { scene_info: scene } : {}
  }

  /** The same number for something else, or by another call, which no merchant should do. */
  #otherwise({ call, prepay }: KnownPayment): Call {
    if (this.#random.chance(0.7))
      return { ...call, fields: { ...call.fields, description: 'Something else' } }
    const { payer: _, scene_info: __, ...fields } = call.fields
    const other = prepay === 'nativePrepay' ? 'appPrepay' : 'nativePrepay'
    return this.#call(other, 'POST', PREPAYS[other].path, fields)
  }

  #queryById({ transaction_id }: KnownPayment): Call {
    return this.#call('queryPaymentById', 'GET', `id/${transaction_id}`, {})
  }

  #call(name: PaymentCallName, method: Call['method'], path: string, fields: Fields): Call {
    const { mchid, sub_mchid } = this.#merchant
    const mode = sub_mchid ? '/partner' : ''
    const who = sub_mchid ? { sp_mchid: mchid } : { mchid }
    return this.#merchant.newCall(name, method, `/v3/pay${mode}/transactions/${path}`, { ...who, ...fields })
  }
}

/** Whether a merchant still waits for the payer of an order. */
export function isOpen({ state }: KnownPayment): boolean {
  return state === undefined || state === 'NOTPAY'
}

export function isPaymentCall({ name }: Call): boolean {
  return name in PAYMENT_OPERATIONS
}

/** The number of the order that a call is about, where it is known to the merchant. */
export function numberOf({ fields, target }: Call): string {
  return String(
    fields.out_trade_no ??
      target
        .replace(/\/close$/, '')
        .split('/')
        .at(-1),
  )
}

export function isPrepay(call: Call): call is Call & { name: PrepayName } {
  return call.name in PREPAYS
}
