import type { PaymentResult as PaidOrder } from '../../src/products/basic/payments/contract.ts'
import { formatTime } from '../../src/protocol/time.ts'
import { orderKey } from './history.ts'
import type { Invariant } from './invariants.ts'
import { sentences } from './money-invariants.ts'
import { PREPAYS, type PrepayName } from './payment-desk.ts'
import { isPaymentNotice, paymentKeyOf } from './payment-history.ts'
import type { PaymentRow, ResultRow } from './payment-snapshot.ts'
import { type NoticeRow, promotionsOf, type Snapshot } from './snapshot.ts'

/** What follows each state. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  NOTPAY: ['NOTPAY', 'CLOSED', 'SUCCESS', 'REFUND'],
  SUCCESS: ['SUCCESS', 'REFUND'],
  REFUND: ['REFUND'],
  CLOSED: ['CLOSED'],
}

/** What stays as it was ordered, and what stays as it was paid. */
const ORDERED = ['total', 'trade_type', 'kind', 'description', 'attach', 'create_time', 'sub_mchid'] as const
const PAID = [
  ...(['transaction_id', 'success_time', 'bank_type', 'payer_id', 'openid', 'sub_openid'] as const),
  ...(['payer_total', 'discount_total', 'promotion_detail', 'settlement_total', 'fee'] as const),
] as const

/** What is true of orders of the basic payments, of what payers do with them, and of what was said of both. */
export const PAYMENTS = {
  /** The kind, the amount and the texts are those of a call that has arrived. */
  paymentsAreAsOrdered: ({ history: { payments }, now }) =>
    [...now.payments].flatMap(([key, payment]) => {
      const call = payments.accepted.get(key)
      if (!call || payment.kind === null) return []
      const { kind, tradeType } = PREPAYS[call.name as PrepayName]
      const {
        amount,
        description,
        attach = '',
      } = call.fields as {
        amount: { total: number }
        description: string
        attach?: string
      }
      const pairs = [
        [payment.kind, kind],
        [payment.trade_type, tradeType],
        [payment.total, amount.total],
        [payment.description, description],
        [payment.attach, attach],
        [payment.sub_mchid, call.merchant.sub_mchid ?? ''],
      ]
      return pairs
        .filter(([is, ordered]) => is !== ordered)
        .map(([is, ordered]) => `${key} has ${is} where ${ordered} was ordered`)
    }),

  acceptedPaymentsExist: ({ history: { payments }, now }) =>
    [...payments.accepted.keys()]
      .filter(key => !now.payments.get(key)?.kind)
      .map(key => `${key} was accepted and does not exist`),

  paymentsMoveAsTheirMachineSays: ({ before, now }) =>
    [...before.payments].flatMap(([key, was]) => {
      const is = now.payments.get(key)
      if (!is) return [`Payment ${key} is gone`]
      const fixed = was.success_time === null ? ORDERED : [...ORDERED, ...PAID]
      const changed = fixed.filter(field => was[field] !== is[field])
      return [
        ...(NEXT[was.trade_state]?.includes(is.trade_state)
          ? []
          : [`${key} was ${was.trade_state} and is ${is.trade_state}`]),
        ...(was.bound_payer_id !== null && was.bound_payer_id !== is.bound_payer_id
          ? [`${key} was of ${was.bound_payer_id} and is of ${is.bound_payer_id}`]
          : []),
        ...changed.map(field => `${field} of ${key} was ${was[field]} and is ${is[field]}`),
      ]
    }),

  /** An order waits for its payer, for a bank, or for nothing any more. */
  paymentsWaitForSomething: ({ now }) =>
    [...now.payments].flatMap(([key, { kind, trade_state, asking, due_at, waits }]) => {
      if (kind === null)
        return trade_state === 'CLOSED' ? [] : [`${key} was never ordered and is ${trade_state}`]
      const isOpen = trade_state === 'NOTPAY'
      const isRight =
        isOpen === (due_at !== null) && (asking !== null) === waits > 0 && (isOpen || waits === 0)
      return isRight
        ? []
        : [
            `${key} is ${trade_state}, due at ${due_at}, asks "${asking}", and ${waits} banks have not answered`,
          ]
    }),

  paymentsAddUp: ({ now }) =>
    [...now.payments].flatMap(([key, payment]) => {
      const { trade_state, total, payer_total, discount_total, success_time, transaction_id } = payment
      const isPaid = trade_state === 'SUCCESS' || trade_state === 'REFUND'
      if (isPaid !== (success_time !== null) || isPaid !== (transaction_id !== null))
        return [`${key} is ${trade_state} with ${transaction_id}, paid at ${success_time}`]
      const coupons = promotionsOf(payment).reduce((sum, { amount }) => sum + amount, 0)
      return !isPaid || ((payer_total ?? 0) + (discount_total ?? 0) === total && coupons === discount_total)
        ? []
        : [`${key}: ${payer_total} and ${discount_total} (coupons ${coupons}) make ${total}`]
    }),

  /** Nobody else than its payer has come to an order, and a paid one was paid by one thing that this payer did. */
  paymentsAreOfOnePayer({ now }) {
    const byOrder = resultsByOrder(now)
    return [...now.payments].flatMap(([key, { bound_payer_id, payer_id, success_time, waits }]) => {
      const results = byOrder.get(key) ?? []
      const others = results.filter(result => result.payer_id !== bound_payer_id)
      const paid = results.filter(({ state }) => state === 'PAID').length
      const waiting = results.filter(({ state }) => state === 'PROCESSING').length
      return [
        ...others.map(
          other => `${key} is of ${bound_payer_id}, and ${other.payer_id} was there: ${other.state}`,
        ),
        ...(paid === (success_time === null ? 0 : 1) ? [] : [`${key} was paid ${paid} times`]),
        ...(waiting === (waits > 0 ? 1 : 0) ? [] : [`${waiting} payments of ${key} wait for ${waits} banks`]),
        ...(success_time !== null && payer_id !== bound_payer_id
          ? [`${key} is of ${bound_payer_id} and was paid by ${payer_id}`]
          : []),
      ]
    })
  },

  resultsStayAsTheyWereTold({ history: { payments }, now }) {
    const states = new Map(now.results.map(one => [`${one.payer_id}/${one.payment_id}`, one.state]))
    return [...payments.results].flatMap(([name, { state }]) => {
      const is = states.get(name)
      return is === state || (state === 'PROCESSING' && is !== undefined)
        ? []
        : [`Payment ${name} was told as ${state} and is ${is}`]
    })
  },

  /** What is done with an order is done in its time. */
  nothingIsPaidTooLate({ db }) {
    return sentences(
      db,
      `SELECT 'Payment ' || r.payment_id || ' of ' || r.out_trade_no || ' is of ' || r.create_time || ', after ' || o.time_expire AS what
         FROM payer_payments r JOIN orders o ON o.mchid = r.mchid AND o.out_trade_no = r.out_trade_no
        WHERE r.create_time > o.time_expire`,
    )
  },

  /** What was said of an order in passing is so from then on. */
  whatWasSaidOfPaymentsIsSo: ({ history: { payments }, now }) =>
    payments.claims.splice(0).flatMap(({ key, is, by }) => {
      const payment = now.payments.get(key)
      const isSo =
        is === 'paid'
          ? payment?.success_time != null
          : is === 'closed'
            ? payment?.trade_state === 'CLOSED'
            : (payment?.attempts ?? 0) > 0
      return isSo ? [] : [`${by} said that ${key} is ${is}, and it is ${payment?.trade_state}`]
    }),

  /** One notice of each paid order, which says what was paid, and none of others. */
  paidOrdersAreNoticed({ now, before, notices }) {
    const noticed = new Set(now.newNotices.filter(isOfPayment).map(keyOf))
    const changed = [...now.payments].filter(
      ([key, { success_time }]) =>
        noticed.has(key) || (success_time !== null && before.payments.get(key)?.success_time == null),
    )
    if (changed.length === 0) return []
    const sent = Map.groupBy([...notices.values()].filter(isOfPayment), keyOf)
    return changed.flatMap(([key, payment]) => noticeOf(key, payment, sent.get(key) ?? []))
  },
} as const satisfies Record<string, Invariant>

/** What is true of them when nothing is due any more. */
export const PAYMENTS_AT_THE_END = {
  unpaidOrdersAreClosed: ({ now }) => [
    ...[...now.payments]
      .filter(([, { trade_state }]) => trade_state === 'NOTPAY')
      .map(([key]) => `${key} is still not paid, weeks after it was ordered`),
    ...now.results
      .filter(({ state }) => state === 'PROCESSING')
      .map(({ payment_id, out_trade_no }) => `Payment ${payment_id} of ${out_trade_no} is still under way`),
  ],

  /** Whatever became of the reply to what has ordered, paid or closed it. */
  queriesSettlePayments: ({ history, now }) =>
    [...now.payments].flatMap(([key, { kind, trade_state }]) => {
      const told = history.payments.facts.get(key)?.trade_state
      const expected = kind === null ? undefined : trade_state
      return told === expected ? [] : [`${key} is ${expected}, and the query says ${told}`]
    }),

  /** The facts of an order come from a last query here. */
  paymentNoticesAgreeWithTheQuery: ({ notices, history }) =>
    [...notices.values()].filter(isOfPayment).flatMap(notice => {
      const { trade_state: _, trade_state_desc: __, ...noticed } = notice.resource as PaidOrder
      const {
        trade_state: ___,
        trade_state_desc: ____,
        ...queried
      } = (history.payments.facts.get(keyOf(notice)) ?? {}) as Partial<PaidOrder>
      return JSON.stringify(noticed) === JSON.stringify(queried)
        ? []
        : [`Notice ${notice.id} says ${JSON.stringify(noticed)}, and the query ${JSON.stringify(queried)}`]
    }),
} as const satisfies Record<string, Invariant>

function noticeOf(key: string, payment: PaymentRow, sent: readonly NoticeRow[]): string[] {
  const expected = payment.success_time === null ? 0 : 1
  if (sent.length !== expected) return [`${key} is ${payment.trade_state} and has ${sent.length} notices`]
  return sent.flatMap(({ id, event_type, resource }) => {
    const said = resource as PaidOrder
    const pairs: [unknown, unknown][] = [
      [event_type, 'TRANSACTION.SUCCESS'],
      [said.trade_state, 'SUCCESS'],
      [said.out_trade_no, payment.out_trade_no],
      [said.sub_mchid ?? '', payment.sub_mchid],
      [said.transaction_id, payment.transaction_id],
      [said.trade_type, payment.trade_type],
      [said.bank_type, payment.bank_type],
      [said.attach, payment.attach],
      [said.success_time, formatTime(payment.success_time ?? 0)],
      [said.payer.openid ?? said.payer.sp_openid, payment.openid],
      [said.payer.sub_openid ?? '', payment.sub_openid],
      [said.amount.total, payment.total],
      [said.amount.payer_total, payment.payer_total],
      [couponsOf(said.promotion_detail), couponsOf(promotionsOf(payment))],
    ]
    return pairs
      .filter(([says, is]) => says !== is)
      .map(([says, is]) => `Notice ${id} of ${key} says ${says} where it is ${is}`)
  })
}

function couponsOf(promotions: readonly { coupon_id: string; amount: number }[] = []): string {
  return promotions.map(({ coupon_id, amount }) => `${coupon_id} ${amount}`).join()
}

function isOfPayment({ resource }: NoticeRow): boolean {
  return isPaymentNotice(resource)
}

function keyOf({ resource }: NoticeRow): string {
  return paymentKeyOf(resource as PaidOrder)
}

function resultsByOrder({ results }: Snapshot): Map<string, ResultRow[]> {
  return Map.groupBy(results, ({ mchid, out_trade_no }) => orderKey(mchid, out_trade_no))
}
