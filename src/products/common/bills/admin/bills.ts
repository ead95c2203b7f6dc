import { adminList } from '../../../../admin/pages.ts'
import { shown } from '../../../../admin/show.ts'
import * as contract from './bills.contract.ts'

interface BillRow {
  bill_id: string
  mchid: string
  sub_mchid: string
  bill_date: string
  kind: 'TRADE' | 'FUND_FLOW'
  type: string
  row_count: number
  byte_length: number
  gzip_length: number
  sha1: string
  made_time: number
}

export const bills = [
  adminList(
    contract.listBills,
    {
      select: `SELECT bill_id, mchid, sub_mchid, bill_date, kind, type, row_count, byte_length, gzip_length, sha1, made_time
                 FROM bills`,
      filters: { mchid: 'mchid', bill_date: 'bill_date' },
      key: { made_time: 'number', bill_id: 'text' },
      newestFirst: true,
    },
    (row: BillRow) => shown(row, ['made_time']),
  ),
]
