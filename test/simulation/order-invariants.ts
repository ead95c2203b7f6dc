import { orderKey } from './history.ts'
import type { Invariant } from './invariants.ts'
import { type OrderRow, promotionsOf, type Snapshot } from './snapshot.ts'

/** What is true of orders, of the entries that they charge, and of what was said of both. */
export const ORDERS = {
  wordsStayTrue({ history, now }) {
    const lost = [...history.orders.entries()].flatMap(([key, reported]) => {
      const order = now.orders.get(key)
      if (!order) return [`Order ${key} was answered as ${reported.trade_state} and does not exist`]
      const { parking_id, total } = order
      const isSame = parking_id === reported.parking_info?.parking_id && total === reported.amount.total
      return isSame ? [] : [`Order ${key} is another one than it was answered as`]
    })
    return [...history.broken, ...lost]
  },

  /** A charge that was accepted is answered in the same way, until its order has failed. */
  acceptedChargesStayAccepted: ({ history, now }) =>
    history.refusedAgain.splice(0).flatMap(key => {
      const { trade_state, attempts_before = 0 } = now.orders.get(key) ?? {}
      if (trade_state === 'PAY_FAIL' || attempts_before > 0) return []
      return [`The charge of ${key} was accepted, and refused when it was repeated`]
    }),

  /** A call to an access point that is down does nothing, and nothing is done without a call. */
  whatIsDoneWasAsked({ history: { arrived }, now }) {
    const stays = [...now.stays.values()].map(({ mchid, out_parking_no }) => orderKey(mchid, out_parking_no))
    const refunds = [...now.refunds.keys()].map(key => `refund ${key}`)
    return [...now.orders.keys(), ...now.payments.keys(), ...stays, ...refunds]
      .filter(key => !arrived.has(key))
      .map(key => `There is ${key}, and no call for it has arrived`)
  },

  oneEntryOneCharge({ now }) {
    const charged = new Map<string, string>()
    return [...now.orders].flatMap(([key, { parking_id, trade_state }]) => {
      if (trade_state === 'PAY_FAIL') return []
      const other = charged.get(parking_id)
      charged.set(parking_id, key)
      return other ? [`Entry ${parking_id} is charged by ${other} and ${key}`] : []
    })
  },

  /** The newest entry of a plate in service; what happens within one instant may have come in any order. */
  async onlyWhatCanBeChargedIsCharged({ db, now, before }) {
    const added = [...now.orders].filter(([key, order]) => isAccepted(order, before.orders.get(key)))
    const found: string[] = []
    for (const [key, { parking_id, mchid, out_trade_no }] of added) {
      if (before.orders.has(key) && !before.stays.has(parking_id) && !now.stays.has(parking_id))
        found.push(`${key} charges stay ${parking_id} again, which is not the newest of its plate`)
      const [was, is] = [before, now].map(({ stays }) => stays.get(parking_id)?.usability ?? 'NORMAL')
      if (was !== 'NORMAL' && is === was && !wasNormalMeanwhile(now, parking_id))
        found.push(`${key} charges stay ${parking_id}, which is ${is}`)
      const newer = await db.get<{ id: string }>(
        `SELECT n.id FROM orders t
           JOIN parking_charges c ON c.mchid = t.mchid AND c.out_trade_no = t.out_trade_no
           JOIN parkings p ON p.id = c.parking_id
           JOIN parkings n ON n.plate_number = p.plate_number AND n.plate_color = p.plate_color
          WHERE t.mchid = $1 AND t.out_trade_no = $2
            AND n.create_time > p.create_time AND n.create_time < t.create_time`,
        mchid,
        out_trade_no,
      )
      if (newer) found.push(`${key} charges stay ${parking_id}, after which came ${newer.id}`)
    }
    return found
  },

  /** An entry that never was charged and has no newer one beside it was never otherwise. */
  async newestEntriesAreKnown({ db, history }) {
    const found: string[] = []
    for (const id of history.unknownEntries.splice(0)) {
      const newest = await db.get(
        `SELECT p.id FROM parkings p
          WHERE p.id = $1
            AND NOT EXISTS (SELECT 1 FROM parking_charges t WHERE t.parking_id = p.id)
            AND NOT EXISTS (SELECT 1 FROM parkings n
                             WHERE n.plate_number = p.plate_number AND n.plate_color = p.plate_color
                               AND n.id <> p.id AND n.create_time >= p.create_time)`,
        id,
      )
      if (newest)
        found.push(`Stay ${id} is the newest of its plate, and its charge was refused as if it were not`)
    }
    return found
  },

  amountsAddUp: ({ now }) =>
    [...now.orders].flatMap(([key, order]) => {
      const { trade_state, total, payer_total, discount_total } = order
      if (trade_state === 'ACCEPTED' || trade_state === 'PAY_FAIL') return []
      const coupons = promotionsOf(order).reduce((sum, { amount }) => sum + amount, 0)
      const isRight =
        (payer_total ?? 0) + (discount_total ?? 0) === total && coupons === (discount_total ?? 0)
      return isRight
        ? []
        : [`${key}: ${payer_total} and ${discount_total} (coupons ${coupons}) make ${total}`]
    }),

  noStateMovesBackwards: ({ before, now }) =>
    [...before.orders].flatMap(([key, was]) => {
      const is = now.orders.get(key)
      if (!is) return [`Order ${key} is gone`]
      const found: string[] = []
      const isRefunded = was.trade_state === 'SUCCESS' && is.trade_state === 'REFUND'
      const isChargedAgain = was.trade_state === 'PAY_FAIL' && is.attempts_before >= was.deduction_attempts
      const isOnward = was.trade_state === 'ACCEPTED' || isRefunded || isChargedAgain
      if (is.trade_state !== was.trade_state && !isOnward)
        found.push(`${key} was ${was.trade_state} and is ${is.trade_state}`)
      if (is.openid !== was.openid && is.attempts_before === was.attempts_before)
        found.push(`${key} was of ${was.openid} and is of ${is.openid}`)
      if (was.user_repaid === 'Y' && is.user_repaid !== 'Y') found.push(`${key} is not repaid any more`)
      for (const field of [
        'transaction_id',
        'success_time',
        'bank_type',
        'payer_total',
        'settlement_total',
        'fee',
        'parking_id',
      ] as const) {
        if (was[field] !== null && was[field] !== is[field])
          found.push(`${field} of ${key} was ${was[field]} and is ${is[field]}`)
      }
      return found
    }),
} as const satisfies Record<string, Invariant>

/** What is true of them when nothing is under way and merchants have asked for everything that they had no answer to. */
export const ORDERS_AT_THE_END = {
  /** Whatever became of the reply: lost, late, wrongly signed, never sent. */
  queriesSettleEveryOutcome: ({ history, now }) =>
    [...now.orders].flatMap(([key, { trade_state }]) => {
      const reported = history.orders.get(key)?.trade_state
      return reported === trade_state
        ? []
        : [`${key} is ${trade_state}, and the query says ${reported ?? 'nothing'}`]
    }),
} as const satisfies Record<string, Invariant>

/** Whether an order was accepted since: as a new one, or once more after it has failed. */
function isAccepted(is: OrderRow, was: OrderRow | undefined): boolean {
  return was === undefined || is.attempts_before > was.attempts_before
}

/** A debt may end with a refund and begin anew with the very charge that it had not allowed before. */
function wasNormalMeanwhile({ newNotices }: Snapshot, parkingId: string): boolean {
  return newNotices.some(
    ({ resource }) =>
      'parking_state' in resource && resource.parking_id === parkingId && resource.parking_state === 'NORMAL',
  )
}
