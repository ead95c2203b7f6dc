import type { MerchantOrder, PaymentResult as PaidOrder } from '../../src/products/basic/payments/contract.ts'
import type { PaymentResult } from '../../src/products/basic/payments/payment-results.ts'
import { orderKey } from './history.ts'
import type { Call } from './merchants.ts'

/** An order as queries and notices say it, in either mode. */
export type PaymentFacts = Partial<Omit<PaidOrder, 'amount'>> &
  Pick<MerchantOrder, 'out_trade_no' | 'trade_state' | 'amount'>

/** What was known of an order when something about it was asked. */
export interface KnownSale {
  facts: PaymentFacts | undefined
  accepted: Call | undefined
  isClosed: boolean
}

/** Something that was said of an order in passing: that it was refused because it is paid, or closed, or that it was closed. */
export interface Claim {
  key: string
  is: 'paid' | 'closed' | 'tried'
  by: string
}

/** Which states may be said of an order after each. */
const LATER: Readonly<Record<PaymentFacts['trade_state'], readonly PaymentFacts['trade_state'][]>> = {
  NOTPAY: ['NOTPAY', 'CLOSED', 'SUCCESS', 'REFUND'],
  SUCCESS: ['SUCCESS', 'REFUND'],
  REFUND: ['REFUND'],
  CLOSED: ['CLOSED'],
}

/** Which states may be said of what a payer did, after each. */
const LATER_RESULTS: Readonly<Record<PaymentResult['state'], readonly PaymentResult['state'][]>> = {
  PROCESSING: ['PROCESSING', 'PAID', 'REFUSED'],
  PAID: ['PAID'],
  CANCELLED: ['CANCELLED'],
  REFUSED: ['REFUSED'],
}

const ALWAYS_SAID = ['amount', 'out_trade_no', 'promotion_detail', 'trade_state', 'trade_state_desc']
const SAID_WHEN_PAID = ['attach', 'bank_type', 'payer', 'success_time', 'trade_type', 'transaction_id']

/** What was said of an order that cannot be, whatever was said before. */
export function impossibilities(facts: PaymentFacts, ordered: Call | undefined): string[] {
  const { trade_state, amount, promotion_detail = [] } = facts
  const isPaid = trade_state === 'SUCCESS' || trade_state === 'REFUND'
  const coupons = promotion_detail.reduce((sum, coupon) => sum + coupon.amount, 0)
  const payer = Object.keys(facts.payer ?? {})
  const isPartner = facts.sp_mchid !== undefined
  const claims: [string, boolean][] = [
    ['it has the fields of its mode', hasFieldsOfItsMode(facts, isPaid, ordered)],
    [
      'payer_total and the coupons make total',
      !isPaid || (amount.payer_total ?? 0) + coupons === amount.total,
    ],
    ['only who has paid has coupons', isPaid || coupons === 0],
    ['the payer is one of its mode', !isPaid || payer.includes(isPartner ? 'sp_openid' : 'openid')],
    [
      'it is what was ordered',
      !ordered || amount.total === (ordered.fields.amount as { total: number }).total,
    ],
  ]
  return claims
    .filter(([, holds]) => !holds)
    .map(([claim]) => `Order ${facts.out_trade_no} breaks "${claim}": ${JSON.stringify(facts)}`)
}

/** As the documents have them: numbers of the caller, and what is known only once it is paid. */
function hasFieldsOfItsMode(facts: PaymentFacts, isPaid: boolean, ordered: Call | undefined): boolean {
  if (!ordered) return true
  const { sub_mchid, sub_appid, scene_info } = ordered.fields as {
    sub_mchid?: string
    sub_appid?: string
    scene_info?: { device_id?: string }
  }
  const numbers = sub_mchid
    ? ['sp_appid', 'sp_mchid', 'sub_mchid', ...(sub_appid ? ['sub_appid'] : [])]
    : ['appid', 'mchid']
  const hasScene = !isPaid || scene_info?.device_id !== undefined
  const expected = [
    ...[...ALWAYS_SAID, ...numbers, ...(isPaid ? SAID_WHEN_PAID : [])],
    ...(hasScene ? ['scene_info'] : []),
  ]
  return expected.sort().join() === Object.keys(facts).sort().join()
}

/** What two accounts of one order contradict each other in, when the second is of a later moment. */
export function paymentContradictions(earlier: PaymentFacts, later: PaymentFacts): string[] {
  if (!LATER[earlier.trade_state].includes(later.trade_state))
    return [`Order ${later.out_trade_no} was ${earlier.trade_state} and is ${later.trade_state}`]
  const { trade_state: _, trade_state_desc: __, ...was } = earlier
  const { trade_state: ___, trade_state_desc: ____, ...is } = later
  const isSame =
    earlier.trade_state === 'NOTPAY' || earlier.trade_state === 'CLOSED'
      ? was.amount.total === is.amount.total
      : JSON.stringify(was) === JSON.stringify(is)
  return isSame
    ? []
    : [
        `Order ${later.out_trade_no} was told as ${JSON.stringify(earlier)} and now as ${JSON.stringify(later)}`,
      ]
}

/** Whether a notice is about an order of the basic payments. */
export function isPaymentNotice(resource: object): resource is PaidOrder {
  return 'trade_state_desc' in resource
}

/** The key of the order that a notice is about. */
export function paymentKeyOf({ mchid, sp_mchid, out_trade_no }: PaymentFacts | PaidOrder): string {
  return orderKey(mchid ?? sp_mchid ?? '', out_trade_no)
}

/** Everything that was said of orders of the basic payments, to merchants and to payers. */
export class PaymentHistory {
  readonly #facts = new Map<string, PaymentFacts>()
  readonly #results = new Map<string, PaymentResult>()
  /** The call behind what was accepted, by the order's key. */
  readonly accepted = new Map<string, Call>()
  /** Orders whose close was answered. */
  readonly closed = new Set<string>()
  /** Whoever looks at them takes them. */
  readonly claims: Claim[] = []

  /** The last that was said of each order, by its key. */
  get facts(): ReadonlyMap<string, PaymentFacts> {
    return this.#facts
  }

  /** The last that was said of each thing that a payer did, by payer and name. */
  get results(): ReadonlyMap<string, PaymentResult> {
    return this.#results
  }

  knownOf(key: string): KnownSale {
    return { facts: this.#facts.get(key), accepted: this.accepted.get(key), isClosed: this.closed.has(key) }
  }

  /** The platform has said how an order is; answers what cannot be true beside what it had said when it was asked. */
  tell(key: string, facts: PaymentFacts, before: PaymentFacts | undefined): string[] {
    const found = impossibilities(facts, this.accepted.get(key))
    if (before) found.push(...paymentContradictions(before, facts))
    const known = this.#facts.get(key)
    if (!known || LATER[known.trade_state].includes(facts.trade_state)) this.#facts.set(key, facts)
    return found
  }

  /** A payer was told what has become of something; answers what cannot be true beside what was told when it was begun. */
  tellResult(name: string, result: PaymentResult, before: PaymentResult | undefined): string[] {
    const known = this.#results.get(name)
    if (!known || LATER_RESULTS[known.state].includes(result.state)) this.#results.set(name, result)
    return !before || LATER_RESULTS[before.state].includes(result.state)
      ? []
      : [`Payment ${name} was ${before.state} and is ${result.state}`]
  }
}
