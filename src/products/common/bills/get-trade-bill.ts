import type { Handler } from '../../../calls/handler.ts'
import { billLink, requireSubMerchant } from './apply-for-bill.ts'
import { billDay, requireReady } from './bill-day.ts'
import type * as contract from './contract.ts'
import { requiredBill } from './required-bill.ts'
import { tradeBill } from './trade-bill.ts'

/** The orders and refunds of a day; those of all sub-merchants when a provider names none. */
export const getTradeBill: Handler<typeof contract.getTradeBill> = async (request, { caller, platform }) => {
  const { db, clock } = platform
  const { bill_date, bill_type: type = 'ALL', tar_type, sub_mchid } = request
  const day = billDay(bill_date, clock.now())
  if (sub_mchid !== undefined) await requireSubMerchant(db, caller, sub_mchid)
  requireReady(day, clock.now())
  const { mchid } = caller
  const subject = { mchid, sub_mchid: sub_mchid ?? '', bill_date, kind: 'TRADE', type } as const
  const bill = await requiredBill(platform, subject, () => tradeBill(db, subject, day))
  return billLink(platform, bill, { mchid, gzip: tar_type === 'GZIP' })
}
