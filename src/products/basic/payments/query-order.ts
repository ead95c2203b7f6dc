import { actingFor } from '../../../calls/acting-for.ts'
import type { Call } from '../../../calls/handler.ts'
import { ApiError } from '../../../protocol/errors.ts'
import type { Statements } from '../../../store/database.ts'
import type { MerchantOrder, PartnerOrder } from './contract.ts'
import { errors } from './errors.ts'
import type { PaymentOrder } from './payments.ts'
import { requireCaller, SUB_MERCHANT_REFUSALS } from './require-caller.ts'
import { shownOrder } from './show-order.ts'

/** The caller's order that `find` finds; any other is as if it did not exist. */
export async function queryOrder(
  request: { mchid?: string; sp_mchid?: string; sub_mchid?: string },
  { caller, mode, platform: { db } }: Call,
  find: (db: Statements) => Promise<PaymentOrder | undefined>,
): Promise<MerchantOrder & PartnerOrder> {
  requireCaller(caller, request.mchid ?? request.sp_mchid)
  const { subMchid } = await actingFor(db, caller, request.sub_mchid, SUB_MERCHANT_REFUSALS)
  const order = await find(db)
  if (order?.mchid !== caller.mchid) throw new ApiError(errors.ORDER_NOT_EXIST)
  if (order.sub_mchid !== subMchid) throw new ApiError(errors.ORDER_OF_OTHER_SUB_MERCHANT)
  return shownOrder(order, mode) as MerchantOrder & PartnerOrder
}
