import { paymentsOf } from '../funding/bank-payments.ts'
import { findHold, release } from '../funding/profit-sharing.ts'
import { transfersOf } from '../ledger/transfers.ts'
import { findOrder, type Order, orderSubject } from '../orders/orders.ts'
import { firstNoticeId } from '../protocol/ids.ts'
import type { Statements } from '../store/database.ts'
import { adminEndpoint } from './operation.ts'
import * as contract from './orders.contract.ts'
import { merchantFilter, OF_ENTRY, pageOf } from './pages.ts'
import { conflict, notFound } from './problems.ts'
import { shown } from './show.ts'

export const transactions = [
  adminEndpoint(
    contract.listTransactions,
    ({ mchid, payer_id, parking_id, trade_state, ...page }, { platform }) =>
      pageOf(
        platform.db,
        page,
        {
          select: 'SELECT * FROM transactions',
          conditions: [
            merchantFilter(mchid),
            ['payer_id = ?', payer_id],
            [OF_ENTRY, parking_id],
            ['trade_state = ?', trade_state],
          ],
          key: { create_time: 'number', mchid: 'text', out_trade_no: 'text' },
          newestFirst: true,
        },
        listed,
      ),
  ),
  adminEndpoint(contract.getTransaction, ({ mchid, out_trade_no }, { platform }) =>
    detailOf(platform.db, mchid, out_trade_no),
  ),
  adminEndpoint(contract.releaseTransaction, ({ mchid, out_trade_no }, { platform }) =>
    platform.db.transaction(async tx => {
      const order = await requireOrder(tx, mchid, out_trade_no)
      if (!(await release(tx, platform, orderSubject(order))))
        throw conflict(
          'No money of this order is held: it is not paid, or was charged without profit_sharing.',
        )
      return detailOf(tx, mchid, out_trade_no)
    }),
  ),
]

async function requireOrder(db: Statements, mchid: string, outTradeNo: string): Promise<Order> {
  const order = await findOrder(db, mchid, outTradeNo)
  if (!order) throw notFound('order', `${mchid}/${outTradeNo}`)
  return order
}

function listed(order: Order) {
  const { mchid, out_trade_no, sub_mchid, transaction_id, trade_state, description, parking_id, payer_id } =
    order
  const { total, payer_total, discount_total, settlement_total, fee, refund_total } = order
  const { bank_type, user_repaid, profit_sharing } = order
  const { create_time, success_time, deduction_attempts, due_at } = order
  const row = {
    ...{ mchid, out_trade_no, sub_mchid, transaction_id, trade_state, description, parking_id, payer_id },
    ...{ total, payer_total, discount_total, settlement_total, fee, refund_total },
    ...{ bank_type, user_repaid, profit_sharing },
    ...{ create_time, success_time, deduction_attempts, due_at },
  }
  return shown(row, ['create_time', 'success_time', 'due_at']) as Listed
}

type Listed = import('../contract/schema.ts').Static<
  (typeof contract.listTransactions)['reply']
>['data'][number]

async function detailOf(db: Statements, mchid: string, outTradeNo: string) {
  const order = await requireOrder(db, mchid, outTradeNo)
  const { appid, sub_appid, attach, goods_tag, notify_url, openid, sub_openid } = order
  const subject = orderSubject(order)
  const hold = await findHold(db, subject)
  const payments = await paymentsOf(db, subject)
  return {
    ...listed(order),
    ...{ appid, sub_appid, attach, goods_tag, notify_url, openid, sub_openid, subject },
    parking_info: JSON.parse(order.parking_info) as unknown,
    ...(order.promotion_detail && { promotion_detail: JSON.parse(order.promotion_detail) as unknown }),
    transfers: (await transfersOf(db, subject)).map(transfer => shown(transfer, ['business_time'])),
    bank_payments: payments.map(({ completes: _, subject: _subject, ...payment }) => payment),
    ...(hold && { hold: holdOf(hold) }),
    refunds: await refundsOf(db, order),
    notices: await noticesOf(db, order, subject),
  }
}

/** Refunds in the order of their acceptance. */
function refundsOf(db: Statements, { mchid, out_trade_no }: Order) {
  return db.all<{ out_refund_no: string; status: string; refund: number }>(
    `SELECT out_refund_no, status, refund FROM refunds
      WHERE mchid = $1 AND out_trade_no = $2 ORDER BY create_time, out_refund_no`,
    mchid,
    out_trade_no,
  )
}

function holdOf({ amount, due_at, released_time }: NonNullable<Awaited<ReturnType<typeof findHold>>>) {
  return shown({ amount, due_at, released_time } as Record<'amount' | 'due_at' | 'released_time', number>, [
    'due_at',
    'released_time',
  ])
}

interface NoticeRow {
  id: string
  event_type: string
  state: string
  attempts: number
}

/** A failed order has no time of its end; its deductions are over by then. */
const LONGEST_DEDUCTION_MS = 31 * 24 * 60 * 60 * 1000
/** A notice comes to be in the transaction that pays, a little after that has read its time. */
const TRANSACTION_MS = 10_000

/** Notices of an order are found by their time, with which their ids begin, and by what they say. */
async function noticesOf(db: Statements, order: Order, subject: string): Promise<NoticeRow[]> {
  if (order.trade_state === 'ACCEPTED') return []
  const { create_time, success_time } = order
  const ended = await noticesWithin(
    db,
    order,
    success_time ?? create_time,
    success_time ? success_time + TRANSACTION_MS : create_time + LONGEST_DEDUCTION_MS,
  )
  const advance = await db.get<{ repaid_time: number | null }>(
    'SELECT repaid_time FROM advances WHERE subject = $1',
    subject,
  )
  const repaid = advance?.repaid_time ?? success_time
  if (repaid === null || repaid === success_time) return ended
  const later = await noticesWithin(db, order, repaid, repaid + TRANSACTION_MS)
  return [...ended, ...later.filter(({ id }) => !ended.some(notice => notice.id === id))]
}

function noticesWithin(db: Statements, order: Order, from: number, to: number): Promise<NoticeRow[]> {
  const quoted = JSON.stringify(order.out_trade_no).replaceAll(/[\\%_]/g, '\\$&')
  return db.all<NoticeRow>(
    `SELECT id, event_type, state, attempts FROM notices
      WHERE mchid = $1 AND id >= $2 AND id < $3 AND event_type LIKE 'TRANSACTION.%'
        AND resource LIKE $4 ESCAPE '\\'
      ORDER BY id LIMIT 100`,
    order.mchid,
    firstNoticeId(from),
    firstNoticeId(to + 1),
    `%"out_trade_no":${quoted}%`,
  )
}
