import { adminEndpoint } from '../../../../admin/operation.ts'
import { adminList } from '../../../../admin/pages.ts'
import { notFound } from '../../../../admin/problems.ts'
import { shown } from '../../../../admin/show.ts'
import type { Static } from '../../../../contract/schema.ts'
import { transfersOf } from '../../../../ledger/transfers.ts'
import { noticesAbout } from '../../../../notices/find-notices.ts'
import { orderSubject } from '../../../../orders/orders.ts'
import { refundSubject } from '../../../../orders/refund-subject.ts'
import type { Statements } from '../../../../store/database.ts'
import * as contract from './refunds.contract.ts'

const LISTED = `mchid, out_refund_no, refund_id, sub_mchid, out_trade_no, transaction_id, status, channel, user_received_account,
                refund, payer_refund, discount_refund, settlement_refund, refund_fee, funds_account, create_time,
                success_time, abnormal_time, closed_time, due_at`
const DETAIL = `${LISTED}, reason, notify_url, destination, unanswered, amount_from, goods_detail, promotion_detail`

type Listed = Static<(typeof contract.listRefunds)['reply']>['data'][number]
type Detail = Static<(typeof contract.getRefund)['reply']>

const TIMES = ['create_time', 'success_time', 'abnormal_time', 'closed_time', 'due_at'] as const
type Time = (typeof TIMES)[number]

/** As the table has it: times in milliseconds or null, JSON as text, which is empty where there is none. */
type RefundRow = Omit<Listed, Time> & Record<Time, number | null>
type DetailRow = RefundRow &
  Pick<Detail, 'reason' | 'notify_url' | 'destination' | 'unanswered'> &
  Record<'amount_from' | 'goods_detail' | 'promotion_detail', string>

export const refunds = [
  adminList(
    contract.listRefunds,
    {
      select: `SELECT ${LISTED} FROM refunds`,
      filters: { mchid: 'mchid', out_trade_no: { column: 'out_trade_no', isNarrow: true } },
      states: { filter: 'status', column: 'status', values: contract.STATUSES, usual: 'SUCCESS' },
      key: { create_time: 'number', mchid: 'text', out_refund_no: 'text' },
      newestFirst: true,
    },
    (row: RefundRow) => shown(row, TIMES) as Listed,
  ),
  adminEndpoint(contract.getRefund, ({ mchid, out_refund_no }, { platform }) =>
    detailOf(platform.db, mchid, out_refund_no),
  ),
]

async function detailOf(db: Statements, mchid: string, outRefundNo: string): Promise<Detail> {
  const row = await db.get<DetailRow>(
    `SELECT ${DETAIL} FROM refunds WHERE mchid = $1 AND out_refund_no = $2`,
    mchid,
    outRefundNo,
  )
  if (!row) throw notFound('refund', `${mchid}/${outRefundNo}`)
  const { amount_from, goods_detail, promotion_detail, ...rest } = row
  const subject = orderSubject(row)
  const transfers = await transfersOf(db, subject)
  return {
    ...(shown(rest, TIMES) as Omit<Detail, 'subject' | 'transfers' | 'notices'>),
    ...(amount_from && { amount_from: JSON.parse(amount_from) as unknown }),
    ...(goods_detail && { goods_detail: JSON.parse(goods_detail) as unknown }),
    ...(promotion_detail && { promotion_detail: JSON.parse(promotion_detail) as unknown }),
    subject,
    transfers: transfers
      .filter(({ entry }) => entry.startsWith(`refund/${outRefundNo}/`))
      .map(transfer => shown(transfer, ['business_time'])),
    notices: await noticesAbout(db, refundSubject(row)),
  }
}
