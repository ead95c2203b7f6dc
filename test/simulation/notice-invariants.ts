import type { EntranceStateChange, TransactionResult } from '../../src/products/industry/parking/contract.ts'
import { parseTime } from '../../src/protocol/time.ts'
import { contradictions, type History, orderKey, orderOfNotice, type SentNotice } from './history.ts'
import type { Invariant, View } from './invariants.ts'
import { isPaymentNotice, paymentKeyOf } from './payment-history.ts'
import { isAssessed } from './people.ts'
import { refundKeyOf } from './refund-history.ts'
import { type NoticeRow, type OrderRow, promotionsOf, type Snapshot } from './snapshot.ts'

/** What is true of the outbox and of what was sent from it. */
export const NOTICES = {
  resultsAreNoticed({ now, before, notices }) {
    const found: string[] = []
    const noticed = new Set(now.newNotices.map(keyOfNotice))
    const isChanged = ([key, order]: [string, OrderRow]) =>
      noticed.has(key) || !isSameState(order, before.orders.get(key))
    const changed = [...now.orders].filter(isChanged)
    if (changed.length === 0) return found
    const sent = Map.groupBy([...notices.values()].filter(isOfParking), keyOfNotice)
    for (const [key, order] of changed) found.push(...noticesOf(key, order, sent.get(key) ?? []))
    return found
  },

  /** While an order holds a stay nothing is reported of it, so what comes after a failed one cannot be judged. */
  staysAreNoticed({ now, notices, history }) {
    const charged = everCharged(now)
    return [...now.stays.values()].flatMap(stay => {
      const { id, mchid, out_parking_no, plate_number, usability } = stay
      const entry = history.entries.get(orderKey(mchid, out_parking_no))
      if (!entry || charged.has(id) || isAssessed(plate_number)) return []
      const last = stateNotices(notices, id).at(-1)
      const reported = last ? stateOf(last.resource as EntranceStateChange) : entry.state_at_entry
      return reported === usability
        ? []
        : [`The merchant got ${reported} of stay ${id}, which is ${usability}`]
    })
  },

  stayNoticesAreInOrder({ now, before, notices }) {
    const wasCharged = chargedEntries(before)
    const isCharged = chargedEntries(now)
    const charged = everCharged(now)
    return now.newNotices.filter(isStateChange).flatMap(({ id, resource }) => {
      const { parking_id } = resource as EntranceStateChange
      const found: string[] = []
      const holder = wasCharged.get(parking_id)
      if (holder !== undefined && isCharged.get(parking_id) === holder)
        found.push(`Notice ${id} is about stay ${parking_id}, which was charged`)
      const all = stateNotices(notices, parking_id)
      for (const [index, notice] of all.entries()) {
        const [one, next] = [notice, all[index + 1]].map(
          each => each && (each.resource as EntranceStateChange),
        )
        if (!one || !next) continue
        if ((parseTime(one.state_update_time) ?? 0) >= (parseTime(next.state_update_time) ?? 0))
          found.push(
            `Two changes of stay ${parking_id} are of ${one.state_update_time} and ${next.state_update_time}`,
          )
        if (stateOf(one) === stateOf(next) && !isAssessed(one.plate_number) && !charged.has(parking_id))
          found.push(`Stay ${parking_id} is reported to be ${stateOf(one)} twice in turn`)
      }
      return found
    })
  },

  firstAttemptsKeepTheirOrder({ history, notices, reordered }) {
    const found: string[] = []
    for (const group of subjects(notices, history)) {
      for (const [index, notice] of group.entries()) {
        const later = group[index + 1]
        if (reordered.has(notice.event_type)) continue
        if (later && later.begun < notice.ended) found.push(`Notice ${later.id} was sent before ${notice.id}`)
      }
    }
    return found
  },
} as const satisfies Record<string, Invariant>

/** What is true of them when nothing is due any more. */
export const NOTICES_AT_THE_END = {
  /** Each is acknowledged, or sent as often as the retry schedule says, or lost on purpose: what is lost is sent when it is replayed. */
  async changesAreNotifiedOrGivenUp({ db, notices, history }) {
    const lost = new Map((await db.all<LostNotice>(LOST)).map(one => [one.id, one]))
    return [...notices.values()].flatMap(({ id, event_type }) => {
      const fault = faultOfDelivery(history.notices.get(id), lost.get(id))
      return fault ? [`${event_type} ${id} ${fault}`] : []
    })
  },

  noticesSayWhatIsCommitted: ({ notices, history }) =>
    [...history.notices.values()].flatMap(({ id, plaintext }) => {
      const committed = notices.get(id)
      const isSame = committed && JSON.stringify(committed.resource) === plaintext
      return isSame ? [] : [`Notice ${id} says what was never committed: ${plaintext}`]
    }),

  /** The facts of an order come from a last query here. */
  queriesSayWhatNoticesSaid: ({ notices, history }) =>
    [...notices.values()].flatMap(({ id, event_type, resource }) => {
      if (!isOfParking({ event_type, resource })) return []
      const noticed = orderOfNotice(resource as TransactionResult)
      const queried = history.orders.get(orderKey(noticed.sp_mchid, noticed.out_trade_no))
      if (!queried) return [`Notice ${id} is of an order that no query knows`]
      return contradictions(noticed, queried).map(what => `Notice ${id} and the query differ: ${what}`)
    }),
} as const satisfies Record<string, Invariant>

/** A notice of which an attempt was not made on purpose. */
interface LostNotice {
  id: string
  /** On record: all of them, those before the last replay, and which was the last that was lost. */
  attempts: number
  attempts_before_replay: number
  lost_attempt: number
}

const LOST = `
  SELECT n.id, n.attempts, n.attempts_before_replay, MAX(a.attempt) AS lost_attempt
    FROM notices n JOIN notice_attempts a ON a.notice_id = n.id
   WHERE a.request_body = '' AND a.failure LIKE '%NOTICE_LOST%'
   GROUP BY n.id, n.attempts, n.attempts_before_replay`

/** What is wrong with how often a notice was sent; `undefined` when nothing is. */
function faultOfDelivery(sent: SentNotice | undefined, lost: LostNotice | undefined): string | undefined {
  const { attempts = 0, acknowledged = 0 } = sent ?? {}
  // A notice that was lost before its last replay is one like any other since then.
  if (!lost || lost.lost_attempt <= lost.attempts_before_replay)
    return acknowledged > 0 || attempts >= 16 ? undefined : `was sent ${attempts} times and never got`
  if (lost.lost_attempt !== lost.attempts_before_replay + 1) return 'was lost after it was sent'
  if (lost.attempts > lost.lost_attempt) return 'was sent after it was lost'
  // What was sent before a replay is no matter of the attempt that was lost after it.
  const isSentNevertheless = attempts > 0 && lost.attempts_before_replay === 0
  return isSentNevertheless ? `is lost and was sent ${attempts} times` : undefined
}

/** An order that has ended has its notices, each as the order was then; only what its payer has repaid is reported as repaid. */
function noticesOf(key: string, order: OrderRow, sent: readonly NoticeRow[]): string[] {
  const isPaid = order.trade_state === 'SUCCESS' || order.trade_state === 'REFUND'
  const expected = [
    ...(isPaid ? ['TRANSACTION.SUCCESS'] : []),
    ...(order.repayments > 0 ? ['TRANSACTION.PAY_BACK'] : []),
  ]
  const { FAIL: failures = [], other = [] } = Object.groupBy(sent, ({ event_type }) =>
    event_type === 'TRANSACTION.FAIL' ? 'FAIL' : 'other',
  )
  const types = other.map(({ event_type }) => event_type)
  if (types.toSorted().join() !== expected.toSorted().join() || !areAllFailures(order, failures))
    return [`${key} is ${order.trade_state}, and its notices are ${sent.map(nameOf).join(', ') || 'none'}`]
  const unlikeFailures = failures.flatMap(({ id, resource }) =>
    (resource as TransactionResult).trade_state === 'PAY_FAIL'
      ? []
      : [`Notice ${id} of ${key} is about no failure`],
  )
  const unlikeOrder = other.flatMap(({ id, event_type, resource }) => {
    const reported = resource as TransactionResult
    const repaid = event_type === 'TRANSACTION.PAY_BACK' ? 'Y' : order.user_repaid && 'N'
    // A notice may be older than the first refund.
    const state =
      reported.trade_state === 'SUCCESS' && order.trade_state === 'REFUND' ? 'SUCCESS' : order.trade_state
    const pairs = [
      [reported.trade_state, state],
      [reported.transaction_id, order.transaction_id],
      [
        reported.success_time && parseTime(reported.success_time),
        order.success_time && wholeSecond(order.success_time),
      ],
      [reported.bank_type, order.bank_type],
      [reported.user_repaid, repaid],
      [reported.amount.total, order.total],
      [reported.amount.payer_total, order.payer_total],
      [reported.amount.discount_total, order.discount_total],
      [couponIds(reported.promotion_detail), couponIds(promotionsOf(order))],
    ]
    return pairs
      .filter(([one, other]) => (one ?? null) !== (other ?? null))
      .map(([one, other]) => `Notice ${id} (${event_type}) of ${key} says ${one} where it is ${other}`)
  })
  return [...unlikeFailures, ...unlikeOrder]
}

/** Each failure has one notice, which is numbered by its last attempt; the last one is where the present charge began or ended. */
function areAllFailures(order: OrderRow, failures: readonly NoticeRow[]): boolean {
  const { trade_state, deduction_attempts, attempts_before } = order
  const last = trade_state === 'PAY_FAIL' ? deduction_attempts : attempts_before
  const numbers = failures.map(({ sequence }) => sequence)
  const hasBoth = trade_state !== 'PAY_FAIL' || attempts_before === 0 || numbers.includes(attempts_before)
  return new Set(numbers).size === numbers.length && Math.max(0, ...numbers) === last && hasBoth
}

function nameOf({ event_type, sequence }: NoticeRow): string {
  return `${event_type} ${sequence}`
}

function couponIds(promotions: readonly { coupon_id: string }[] = []): string {
  return promotions.map(({ coupon_id }) => coupon_id).join()
}

function wholeSecond(time: number): number {
  return Math.floor(time / 1000) * 1000
}

function isSameState(order: OrderRow, before: OrderRow | undefined): boolean {
  return order.trade_state === before?.trade_state && order.user_repaid === before.user_repaid
}

/** Entries that an order holds, which is one that has not failed, and that order with the charge that it is at. */
function chargedEntries({ orders }: Snapshot): Map<string, string> {
  const held = [...orders].filter(([, { trade_state }]) => trade_state !== 'PAY_FAIL')
  return new Map(
    held.map(([key, { parking_id, attempts_before }]) => [parking_id, `${key} ${attempts_before}`]),
  )
}

function everCharged({ orders }: Snapshot): Set<string> {
  return new Set([...orders.values()].map(({ parking_id }) => parking_id))
}

/** A notice of an order of parking. */
function isOfParking({ event_type, resource }: Pick<NoticeRow, 'event_type' | 'resource'>): boolean {
  return event_type.startsWith('TRANSACTION.') && !isPaymentNotice(resource)
}

function isStateChange({ event_type }: NoticeRow): boolean {
  return event_type === 'VEHICLE.ENTRANCE_STATE_CHANGE'
}

function stateNotices(notices: View['notices'], parkingId: string): NoticeRow[] {
  return [...notices.values()]
    .filter(
      notice => isStateChange(notice) && (notice.resource as EntranceStateChange).parking_id === parkingId,
    )
    .sort((one, other) => one.sequence - other.sequence)
}

/** In the words of an entry's reply. */
function stateOf({ parking_state, blocked_state_description }: EntranceStateChange): string {
  if (parking_state === 'NORMAL') return 'NORMAL'
  return blocked_state_description === 'REMOVE' ? 'OUT_SERVICE' : String(blocked_state_description)
}

/** What was sent about one thing, in the order in which it happened. */
function subjects(
  notices: View['notices'],
  history: History,
): { id: string; event_type: string; begun: number; ended: number }[][] {
  const sent = [...history.notices.values()].flatMap(({ id, event_type, begun, ended }) => {
    const notice = notices.get(id)
    return notice ? [{ id, event_type, begun, ended, notice, subject: keyOfNotice(notice) }] : []
  })
  return [...Map.groupBy(sent, ({ subject }) => subject).values()]
    .filter(group => group.length > 1)
    .map(group => group.sort((one, other) => one.notice.sequence - other.notice.sequence))
}

/** The order's key, the refund's, or the id of the stay. */
function keyOfNotice({ resource }: NoticeRow): string {
  if ('refund_status' in resource) return `refund ${refundKeyOf(resource)}`
  if (isPaymentNotice(resource)) return paymentKeyOf(resource)
  return 'out_trade_no' in resource ? orderKey(resource.sp_mchid, resource.out_trade_no) : resource.parking_id
}
