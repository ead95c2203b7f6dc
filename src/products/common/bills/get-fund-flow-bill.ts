import type { Handler } from '../../../calls/handler.ts'
import { billLink } from './apply-for-bill.ts'
import { billDay, requireReady } from './bill-day.ts'
import type * as contract from './contract.ts'
import { fundFlowBill } from './fund-flow-bill.ts'
import { requiredBill } from './required-bill.ts'

/** What moved on an account of the caller on a day; a provider's own accounts, never those of its sub-merchants. */
export const getFundFlowBill: Handler<typeof contract.getFundFlowBill> = async (
  request,
  { caller, platform },
) => {
  const { db, clock } = platform
  const { bill_date, account_type: type = 'BASIC', tar_type } = request
  const day = billDay(bill_date, clock.now())
  requireReady(day, clock.now())
  const { mchid } = caller
  const subject = { mchid, sub_mchid: '', bill_date, kind: 'FUND_FLOW', type } as const
  const bill = await requiredBill(platform, subject, () =>
    fundFlowBill(db, { mchid, type, now: clock.now() }, day),
  )
  return billLink(platform, bill, { mchid, gzip: tar_type === 'GZIP' })
}
