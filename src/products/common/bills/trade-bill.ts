import type { Statements } from '../../../store/database.ts'
import type { BillDay } from './bill-day.ts'
import type { BillType } from './contract.ts'
import type { BillText } from './make-bill.ts'
import { mergeByTime, pagesOf } from './pages.ts'
import {
  addTo,
  type BilledPayment,
  type BilledRefund,
  COLUMNS,
  NO_TOTALS,
  paymentRow,
  refundRow,
  SUMMARY_COLUMNS,
  summaryRow,
} from './trade-rows.ts'

/**
 * The orders that a merchant number was paid on a day and the refunds that were accepted, in the order of their times; of a
 * provider's those of one sub-merchant, or with an empty `sub_mchid` all.
 */
export function tradeBill(
  db: Statements,
  { mchid, sub_mchid, type }: { mchid: string; sub_mchid: string; type: BillType },
  day: BillDay,
): BillText {
  const totals = { ...NO_TOTALS }
  return {
    columns: COLUMNS[type],
    async *pages() {
      const payments = type === 'REFUND' ? [] : [paymentsOf(db, mchid, day)]
      const refunds = type === 'SUCCESS' ? [] : [refundsOf(db, mchid, day)]
      for await (const page of mergeByTime<BilledPayment | BilledRefund>([...payments, ...refunds])) {
        // Here and not by the database, which would hold everybody up while it looks for a few among many.
        const rows = sub_mchid === '' ? page : page.filter(row => row.sub_mchid === sub_mchid)
        for (const row of rows) addTo(totals, row)
        yield rows.map(row =>
          row.refund_id === null ? paymentRow(row, type) : refundRow(row, type, day.snapshot),
        )
      }
    },
    summaryColumns: SUMMARY_COLUMNS[type],
    summary: () => summaryRow(totals, type),
  }
}

const OF_ORDER =
  't.appid, t.mchid, t.sub_mchid, t.transaction_id, t.out_trade_no, t.openid, t.trade_type, t.bank_type, t.currency, t.description, t.attach, t.fee_rate'

function paymentsOf(db: Statements, mchid: string, { begin, end }: BillDay): AsyncGenerator<BilledPayment[]> {
  return pagesOf((last, limit) =>
    db.all<BilledPayment>(
      `SELECT t.success_time AS time, ${OF_ORDER}, t.promotion_detail, NULL AS refund_id, t.total,
              t.settlement_total, t.fee
         FROM orders t
        WHERE t.mchid = $1 AND (t.success_time, t.out_trade_no) > ($2, $3) AND t.success_time < $4
        ORDER BY t.success_time, t.out_trade_no LIMIT $5`,
      mchid,
      last?.time ?? begin,
      last?.out_trade_no ?? '',
      end,
      limit,
    ),
  )
}

function refundsOf(db: Statements, mchid: string, { begin, end }: BillDay): AsyncGenerator<BilledRefund[]> {
  return pagesOf((last, limit) =>
    db.all<BilledRefund>(
      `SELECT r.create_time AS time, ${OF_ORDER}, r.promotion_detail, r.refund_id, r.out_refund_no, r.refund,
              r.settlement_refund, r.refund_fee, r.channel, r.success_time, r.abnormal_time, r.closed_time
         FROM refunds r JOIN orders t ON t.mchid = r.mchid AND t.out_trade_no = r.out_trade_no
        WHERE r.mchid = $1 AND (r.create_time, r.out_refund_no) > ($2, $3) AND r.create_time < $4
        ORDER BY r.create_time, r.out_refund_no LIMIT $5`,
      mchid,
      last?.time ?? begin,
      last?.out_refund_no ?? '',
      end,
      limit,
    ),
  )
}
