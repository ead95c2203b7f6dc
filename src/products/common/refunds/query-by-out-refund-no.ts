import type { Handler } from '../../../calls/handler.ts'
import { ApiError } from '../../../protocol/errors.ts'
import type * as contract from './contract.ts'
import { errors } from './errors.ts'
import { findRefund, refundReply } from './refunds.ts'
import { requireSubMerchant } from './require-sub-merchant.ts'

/** Gives a refund back as it is now. Only the caller's own are found and, in partner mode, those of the named sub-merchant. */
export const queryByOutRefundNo: Handler<typeof contract.queryByOutRefundNo> = async (
  { out_refund_no, sub_mchid },
  { caller, platform },
) => {
  const { db } = platform
  const subMchid = await requireSubMerchant(db, caller, sub_mchid)
  const refund = await findRefund(db, { mchid: caller.mchid, out_refund_no })
  if (refund?.sub_mchid !== subMchid) throw new ApiError(errors.REFUND_UNKNOWN)
  return refundReply(refund)
}
