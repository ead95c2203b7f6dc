import { paymentsOf } from '../funding/bank-payments.ts'
import { findHold, release } from '../funding/profit-sharing.ts'
import { transfersOf } from '../ledger/transfers.ts'
import { noticesAbout } from '../notices/find-notices.ts'
import { TRADE_STATES } from '../orders/order-state.ts'
import { findOrder, type Order, orderSubject } from '../orders/orders.ts'
import { refundSubject } from '../orders/refund-subject.ts'
import { formatTimeMs } from '../protocol/time.ts'
import type { Statements } from '../store/database.ts'
import { adminEndpoint } from './operation.ts'
import * as contract from './orders.contract.ts'
import { adminList } from './pages.ts'
import { conflict, notFound } from './problems.ts'
import { shown } from './show.ts'

export const orders = [
  adminList(
    contract.listOrders,
    {
      select: 'SELECT * FROM orders',
      filters: {
        payer_id: { column: 'payer_id', isNarrow: true },
        mchid: 'mchid',
        product: { column: 'product', isPlain: true },
      },
      states: { filter: 'trade_state', column: 'trade_state', values: TRADE_STATES, usual: 'SUCCESS' },
      key: { create_time: 'number', mchid: 'text', out_trade_no: 'text' },
      newestFirst: true,
    },
    listed,
  ),
  adminEndpoint(contract.getOrder, ({ mchid, out_trade_no }, { platform }) =>
    detailOf(platform.db, mchid, out_trade_no),
  ),
  adminEndpoint(contract.releaseOrder, ({ mchid, out_trade_no }, { platform }) =>
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
  const { mchid, out_trade_no, product, trade_type, sub_mchid, transaction_id, trade_state } = order
  const { description, payer_id } = order
  const { total, payer_total, discount_total, settlement_total, fee, refund_total } = order
  const { bank_type, user_repaid, profit_sharing } = order
  const { create_time, success_time } = order
  const row = {
    ...{ mchid, out_trade_no, product, trade_type, sub_mchid, transaction_id, trade_state },
    ...{ description, payer_id },
    ...{ total, payer_total, discount_total, settlement_total, fee, refund_total },
    ...{ bank_type, user_repaid, profit_sharing },
    ...{ create_time, success_time },
  }
  return shown(row, ['create_time', 'success_time']) as Listed
}

type Listed = import('../contract/schema.ts').Static<(typeof contract.listOrders)['reply']>['data'][number]

async function detailOf(db: Statements, mchid: string, outTradeNo: string) {
  const order = await requireOrder(db, mchid, outTradeNo)
  const { appid, sub_appid, attach, goods_tag, notify_url, openid, sub_openid, time_expire } = order
  const subject = orderSubject(order)
  const hold = await findHold(db, subject)
  const payments = await paymentsOf(db, subject)
  return {
    ...listed(order),
    ...{ appid, sub_appid, attach, goods_tag, notify_url, openid, sub_openid, subject },
    ...(time_expire !== null && { time_expire: formatTimeMs(time_expire) }),
    scene: JSON.parse(order.scene) as unknown,
    ...(order.promotion_detail && { promotion_detail: JSON.parse(order.promotion_detail) as unknown }),
    transfers: (await transfersOf(db, subject)).map(transfer => shown(transfer, ['business_time'])),
    bank_payments: payments.map(({ completes: _, subject: _subject, ...payment }) => payment),
    ...(hold && { hold: holdOf(hold) }),
    refunds: await refundsOf(db, order),
    notices: await noticesAbout(db, subject),
  }
}

/** Refunds in the order of their acceptance, each with its notices. There are 50 of an order at most. */
async function refundsOf(db: Statements, { mchid, out_trade_no }: Order) {
  const refunds = await db.all<{ out_refund_no: string; status: string; refund: number }>(
    `SELECT out_refund_no, status, refund FROM refunds
      WHERE mchid = $1 AND out_trade_no = $2 ORDER BY create_time, out_refund_no`,
    mchid,
    out_trade_no,
  )
  const withNotices = []
  for (const refund of refunds)
    withNotices.push({
      ...refund,
      notices: await noticesAbout(db, refundSubject({ mchid, out_refund_no: refund.out_refund_no })),
    })
  return withNotices
}

function holdOf({ amount, due_at, released_time }: NonNullable<Awaited<ReturnType<typeof findHold>>>) {
  return shown({ amount, due_at, released_time } as Record<'amount' | 'due_at' | 'released_time', number>, [
    'due_at',
    'released_time',
  ])
}
