import { callErrors } from '../../../calls/errors.ts'
import type { Handler } from '../../../calls/handler.ts'
import { isBound } from '../../../merchants/merchants.ts'
import { ApiError } from '../../../protocol/errors.ts'
import type * as contract from './contract.ts'
import { errors } from './errors.ts'
import { findOrder, isCharge, transactionReply } from './orders.ts'

/** Gives an order back as it is now. Only orders of the charge call are found, and only the caller's own. */
export const queryTransaction: Handler<typeof contract.queryTransaction> = async (
  request,
  { caller, platform },
) => {
  const { db } = platform
  const { out_trade_no, sub_mchid = '' } = request
  // A direct merchant has no sub-merchants, so one that names a sub-merchant is refused, because they are not bound.
  if (sub_mchid && !(await isBound(db, caller.mchid, sub_mchid)))
    throw new ApiError(callErrors.SUB_MCHID_NOT_BOUND)
  const order = await findOrder(db, { mchid: caller.mchid, out_trade_no })
  if (order && !isCharge(order)) throw new ApiError(errors.NOT_A_PARKING_ORDER)
  if (order?.sub_mchid === sub_mchid) return transactionReply(order)
  throw new ApiError(errors.ORDER_UNKNOWN)
}
