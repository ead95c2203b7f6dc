import { isDeepStrictEqual } from 'node:util'
import type { RefundResult } from '../../src/products/common/refunds/contract.ts'
import { parseTime } from '../../src/protocol/time.ts'
import type { Invariant, View } from './invariants.ts'
import { sentences } from './money-invariants.ts'
import { LATER, noticeContradictions, refundKey, refundKeyOf } from './refund-history.ts'
import {
  allOrders,
  type NoticeRow,
  promotionsOf,
  type RefundRow,
  refundedPromotionsOf,
  type Snapshot,
} from './snapshot.ts'

/** The parts of an order that its refunds take, each beside what the order has of it. */
const PARTS = [
  ['refund', 'total'],
  ['payer_refund', 'payer_total'],
  ['discount_refund', 'discount_total'],
  ['settlement_refund', 'settlement_total'],
  ['refund_fee', 'fee'],
] as const

/** What is fixed when a refund is accepted. */
const FIXED = [
  ...([
    'refund_id',
    'out_trade_no',
    'transaction_id',
    'refund',
    'total',
    'payer_total',
    'payer_refund',
  ] as const),
  ...([
    'settlement_total',
    'settlement_refund',
    'discount_refund',
    'refund_fee',
    'promotion_detail',
  ] as const),
  ...(['create_time', 'notify_url'] as const),
]

/** What is true of refunds, of the orders that they belong to, and of the money that they move. */
export const REFUNDS = {
  /** Together they take no more of any part than there is, and all of each when the whole order went back. */
  refundsStayWithinTheirOrder({ now }) {
    const orders = allOrders(now)
    return [...refundsByOrder(now)].flatMap(([key, all]) => {
      const order = orders.get(key)
      if (!order || order.success_time === null) return [`${key} has refunds and was not paid`]
      const open = all.filter(({ status }) => status !== 'CLOSED')
      const taken = sumOf(open, 'refund')
      const found = PARTS.flatMap(([part, whole]) => {
        const has = order[whole] ?? 0
        const goes = sumOf(open, part)
        return isShare(goes, has, taken === order.total)
          ? []
          : [`${key} has ${has} of ${whole}, and ${goes} go back`]
      })
      for (const { coupon_id, amount } of promotionsOf(order)) {
        const goes = open
          .flatMap(refundedPromotionsOf)
          .filter(({ promotion_id }) => promotion_id === coupon_id)
        const sum = goes.reduce((total, { refund_amount }) => total + refund_amount, 0)
        if (!isShare(sum, amount, taken === order.total))
          found.push(`Coupon ${coupon_id} of ${key} is worth ${amount}, and ${sum} go back`)
      }
      return found
    })
  },

  partsOfRefundsAddUp: ({ now }) =>
    [...now.refunds].flatMap(([key, refund]) => {
      const coupons = refundedPromotionsOf(refund)
      const unpaid = coupons.filter(({ type }) => type === 'NOCASH')
      const sum = (parts: typeof coupons) =>
        parts.reduce((total, { refund_amount }) => total + refund_amount, 0)
      const { payer_refund, discount_refund, settlement_refund, refund_fee } = refund
      const isRight =
        payer_refund + discount_refund === refund.refund &&
        sum(coupons) === discount_refund &&
        settlement_refund === refund.refund - sum(unpaid) &&
        refund_fee <= settlement_refund &&
        [payer_refund, refund_fee, ...coupons.map(({ refund_amount }) => refund_amount)].every(
          part => part >= 0,
        )
      return isRight ? [] : [`The parts of refund ${key} do not add up: ${JSON.stringify(refund)}`]
    }),

  /** An order says REFUND from its first refund on, and knows what went back. */
  refundedOrdersSaySo({ now }) {
    const refunds = refundsByOrder(now)
    return [...allOrders(now)].flatMap(([key, { trade_state, refund_total, refund_count }]) => {
      const all = refunds.get(key) ?? []
      const open = all.filter(({ status }) => status !== 'CLOSED')
      const found: string[] = []
      if ((trade_state === 'REFUND') !== all.length > 0)
        found.push(`${key} is ${trade_state} and has ${all.length} refunds`)
      if (refund_total !== sumOf(open, 'refund') || refund_count !== open.length)
        found.push(
          `${key} counts ${refund_count} refunds of ${refund_total}, it has ${open.length} of ${sumOf(open, 'refund')}`,
        )
      return found
    })
  },

  refundsMoveAsTheirMachineSays: ({ before, now }) =>
    [...before.refunds].flatMap(([key, was]) => {
      const is = now.refunds.get(key)
      if (!is) return [`Refund ${key} is gone`]
      const found = FIXED.filter(field => was[field] !== is[field]).map(
        field => `${field} of refund ${key} was ${was[field]} and is ${is[field]}`,
      )
      if (!LATER[was.status].includes(is.status))
        found.push(`Refund ${key} was ${was.status} and is ${is.status}`)
      if (was.funds_account !== '' && was.funds_account !== is.funds_account)
        found.push(`Refund ${key} was paid from ${was.funds_account} and now from ${is.funds_account}`)
      return found
    }),

  refundsThatHaveEndedNeverChange: ({ before, now }) =>
    [...before.refunds].flatMap(([key, was]) => {
      const hasEnded = was.status === 'SUCCESS' || was.status === 'CLOSED'
      return hasEnded && !isDeepStrictEqual(was, now.refunds.get(key))
        ? [`Refund ${key} was ${JSON.stringify(was)} and is ${JSON.stringify(now.refunds.get(key))}`]
        : []
    }),

  timesOfRefundsFitTheirStatus: ({ now }) =>
    [...now.refunds].flatMap(([key, { status, success_time, closed_time, abnormal_time, funds_account }]) => {
      const isRight =
        (success_time !== null) === (status === 'SUCCESS') &&
        (closed_time !== null) === (status === 'CLOSED') &&
        (status !== 'ABNORMAL' || abnormal_time !== null) &&
        (status === 'PROCESSING' || (funds_account === '') === (status === 'CLOSED'))
      return isRight ? [] : [`Refund ${key} is ${status}: ${JSON.stringify(now.refunds.get(key))}`]
    }),

  /** What merchants gave for refunds that have not reached anybody yet. */
  refundingIsWhatIsOnItsWay({ db }) {
    return sentences(
      db,
      `SELECT 'The refunding account of ' || mchid || ' has ' || balance || ', and ' || underway || ' are on their way' AS what
         FROM (SELECT m.mchid, l.balance,
                      (SELECT CAST(COALESCE(SUM(r.settlement_refund), 0) AS BIGINT) FROM refunds r
                        WHERE CASE r.sub_mchid WHEN '' THEN r.mchid ELSE r.sub_mchid END = m.mchid
                          AND r.funds_account <> '' AND r.status IN ('PROCESSING', 'ABNORMAL')) AS underway
                 FROM merchants m JOIN ledger_accounts l ON l.account = 'merchant/' || m.mchid || '/refunding') AS refunding
        WHERE balance <> underway`,
    )
  },

  /** Each refund is taken from its merchant once and reaches its payer and its coupons once. */
  refundsAreBookedOnce({ db }) {
    return sentences(
      db,
      `SELECT 'Refund ' || mchid || '/' || out_refund_no || ' (' || status || ', ' || settlement_refund || ' with a fee of ' ||
              refund_fee || ') has taken ' || taken || ' and ' || returned || ' and paid out ' || paid AS what
         FROM (SELECT r.mchid, r.out_refund_no, r.status, r.funds_account, r.settlement_refund, r.refund_fee,
                      CAST(COALESCE(SUM(CASE l.kind WHEN 'refund' THEN l.amount END), 0) AS BIGINT) AS taken,
                      CAST(COALESCE(SUM(CASE l.kind WHEN 'fee_return' THEN l.amount END), 0) AS BIGINT) AS returned,
                      CAST(COALESCE(SUM(CASE l.kind WHEN 'refund_payout' THEN l.amount END), 0) AS BIGINT) AS paid
                 FROM refunds r
                 LEFT JOIN ledger_transfers l ON l.subject = 'order/' || r.mchid || '/' || r.out_trade_no
                                             AND l.state = 'POSTED'
                                             AND substr(l.entry, 1, length(r.out_refund_no) + 8) = 'refund/' || r.out_refund_no || '/'
                GROUP BY r.mchid, r.out_refund_no, r.status, r.funds_account, r.settlement_refund, r.refund_fee) AS booked
        WHERE taken <> CASE funds_account WHEN '' THEN 0 ELSE settlement_refund - refund_fee END
           OR returned <> CASE funds_account WHEN '' THEN 0 ELSE refund_fee END
           OR paid <> CASE status WHEN 'SUCCESS' THEN settlement_refund ELSE 0 END`,
    )
  },

  banksPayRefundsOnce,

  /** The platform keeps the fees of what was paid, less those that went back. */
  feesAreKept({ db }) {
    return sentences(
      db,
      `SELECT 'The fees of ' || mchid || ' are ' || balance || ', they should be ' || charged || ' less ' || returned AS what
         FROM (SELECT m.mchid, l.balance,
                      (SELECT CAST(COALESCE(SUM(t.fee), 0) AS BIGINT) FROM orders t
                        WHERE CASE t.sub_mchid WHEN '' THEN t.mchid ELSE t.sub_mchid END = m.mchid) AS charged,
                      (SELECT CAST(COALESCE(SUM(r.refund_fee), 0) AS BIGINT) FROM refunds r
                        WHERE CASE r.sub_mchid WHEN '' THEN r.mchid ELSE r.sub_mchid END = m.mchid
                          AND r.funds_account <> '') AS returned
                 FROM merchants m JOIN ledger_accounts l ON l.account = 'merchant/' || m.mchid || '/fees') AS fees
        WHERE balance <> charged - returned`,
    )
  },

  /** Whoever gave an address gets a notice of each end, and of a refund that waits for a decision. */
  refundsAreNoticed({ now, before, notices }) {
    const noticed = new Set(now.newNotices.filter(isOfRefund).map(keyOf))
    const changed = [...now.refunds].filter(
      ([key, { status }]) => noticed.has(key) || status !== before.refunds.get(key)?.status,
    )
    if (changed.length === 0) return []
    const sent = Map.groupBy([...notices.values()].filter(isOfRefund), keyOf)
    return changed.flatMap(([key, refund]) => noticesOf(key, refund, sent.get(key) ?? []))
  },
} as const satisfies Record<string, Invariant>

/** What is true of them when all that was due is done. */
export const REFUNDS_AT_THE_END = {
  refundsHaveEnded: ({ now }) =>
    [...now.refunds].flatMap(([key, { status }]) =>
      status === 'PROCESSING' ? [`Refund ${key} is still ${status}`] : [],
    ),

  refundsThatWereAnsweredExist: ({ now, history }) =>
    [...history.refunds.refunds].flatMap(([key, reported]) =>
      now.refunds.get(key)?.refund_id === reported.refund_id
        ? []
        : [`Refund ${key} was answered and does not exist`],
    ),

  /** The facts of a refund come from a last query here. */
  refundNoticesAgreeWithTheQuery: ({ notices, history }) =>
    [...notices.values()].filter(isOfRefund).flatMap(notice => {
      const queried = history.refunds.refunds.get(keyOf(notice))
      if (!queried) return [`Notice ${notice.id} is of a refund that no query knows`]
      return noticeContradictions(notice.resource as RefundResult, queried)
    }),
} as const satisfies Record<string, Invariant>

/** The banks' own books beside ours: a card gets what its refund is worth to the payer, once, and no refund that went elsewhere. */
async function banksPayRefundsOnce({ db, bank, now }: View): Promise<string[]> {
  const found: string[] = []
  const booked = await db.all<{ subject: string; entry: string; amount: number }>(
    `SELECT subject, entry, amount FROM ledger_transfers
      WHERE kind = 'refund_payout' AND credit_account = 'bank/clearing' AND state = 'POSTED'`,
  )
  const ours = new Map<string, number>()
  for (const { subject, entry, amount } of booked) {
    const key = refundKey(subject.split('/')[1] ?? '', entry.split('/')[1] ?? '')
    ours.set(key, (ours.get(key) ?? 0) + amount)
  }
  const asked = new Set(bank.refunds.keys())
  for (const [key, refund] of now.refunds) {
    const { refund_id, status, channel, destination, payer_refund } = refund
    asked.delete(refund_id)
    const taken = bank.takenBackFor(refund_id)
    if (taken !== 0 && taken !== payer_refund)
      found.push(`The bank put ${taken} on a card for ${payer_refund} of ${key}`)
    if (status === 'PROCESSING' || status === 'CLOSED') continue
    // The card of somebody who named one for an abnormal refund is not among those of our banks.
    const expected = channel === 'ORIGINAL' && destination.startsWith('card/') ? (ours.get(key) ?? 0) : 0
    if (taken !== expected)
      found.push(`The bank put ${taken} on a card for ${key} (${status}), and ${expected} are booked`)
  }
  for (const refundId of asked)
    found.push(`The bank was asked for refund ${refundId}, which is not on record`)
  return found
}

function refundsByOrder({ refunds }: Snapshot): Map<string, RefundRow[]> {
  return Map.groupBy(refunds.values(), ({ mchid, out_trade_no }) => `${mchid}/${out_trade_no}`)
}

function sumOf(refunds: readonly RefundRow[], part: (typeof PARTS)[number][0]): number {
  return refunds.reduce((sum, refund) => sum + refund[part], 0)
}

function isShare(part: number, whole: number, isAll: boolean): boolean {
  return isAll ? part === whole : part <= whole
}

function isOfRefund({ event_type }: NoticeRow): boolean {
  return event_type.startsWith('REFUND.')
}

function keyOf({ resource }: NoticeRow): string {
  return refundKeyOf(resource as RefundResult)
}

function noticesOf(key: string, refund: RefundRow, sent: readonly NoticeRow[]): string[] {
  const { status, notify_url, abnormal_time } = refund
  const expected = [
    ...(abnormal_time !== null ? ['REFUND.ABNORMAL'] : []),
    ...(status === 'SUCCESS' || status === 'CLOSED' ? [`REFUND.${status}`] : []),
  ]
  const types = sent
    .toSorted((one, other) => one.sequence - other.sequence)
    .map(({ event_type }) => event_type)
  if (types.join() !== (notify_url ? expected : []).join())
    return [`Refund ${key} is ${status}, and its notices are ${types.join(', ') || 'none'}`]
  return sent.flatMap(({ id, event_type, resource }) => {
    const reported = resource as RefundResult
    const pairs: [unknown, unknown][] = [
      [`REFUND.${reported.refund_status}`, event_type],
      [reported.refund_id, refund.refund_id],
      [reported.transaction_id, refund.transaction_id],
      [reported.out_trade_no, refund.out_trade_no],
      [reported.sub_mchid ?? '', refund.sub_mchid],
      [reported.amount.refund, refund.refund],
      [reported.amount.total, refund.total],
      [reported.amount.payer_refund, refund.payer_refund],
      [reported.amount.payer_total, refund.payer_total],
      [reported.success_time !== undefined, event_type === 'REFUND.SUCCESS'],
      ...(event_type === 'REFUND.SUCCESS'
        ? ([
            [parseTime(reported.success_time ?? ''), Math.floor((refund.success_time ?? 0) / 1000) * 1000],
            [reported.user_received_account, refund.user_received_account],
          ] as [unknown, unknown][])
        : []),
    ]
    return pairs
      .filter(([one, other]) => one !== other)
      .map(([one, other]) => `Notice ${id} (${event_type}) of refund ${key} says ${one} where it is ${other}`)
  })
}
