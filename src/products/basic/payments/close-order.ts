import { actingFor } from '../../../calls/acting-for.ts'
import type { Handler } from '../../../calls/handler.ts'
import * as orders from '../../../orders/change-order.ts'
import { findOrder } from '../../../orders/orders.ts'
import { ApiError } from '../../../protocol/errors.ts'
import type { Statements, Transaction } from '../../../store/database.ts'
import type * as contract from './contract.ts'
import { errors } from './errors.ts'
import { findPayment, type PaymentOrder, PRODUCT, updatePayment } from './payments.ts'
import { requireCaller, SUB_MERCHANT_REFUSALS } from './require-caller.ts'

/**
 * Closes an order that was not paid; a closed one stays as it is. A number that was never ordered is closed too, so that
 * nothing can be ordered under it afterwards.
 */
export const closeOrder: Handler<typeof contract.closeOrder> = async (request, { caller, platform }) => {
  requireCaller(caller, request.mchid ?? request.sp_mchid)
  const { out_trade_no } = request
  const key = { mchid: caller.mchid, out_trade_no }
  return platform.db.transaction(async tx => {
    const { subMchid } = await actingFor(tx, caller, request.sub_mchid, SUB_MERCHANT_REFUSALS)
    const isNew = await closeNumber(tx, { ...key, sub_mchid: subMchid }, platform.clock.now())
    if (isNew) return undefined
    const order = await findOrder(tx, caller.mchid, out_trade_no, tx.forUpdate)
    if (order?.product !== PRODUCT) throw new ApiError(errors.ORDERED_OTHERWISE)
    if (order.sub_mchid !== subMchid) throw new ApiError(errors.ORDER_OF_OTHER_SUB_MERCHANT)
    if (order.success_time !== null) throw new ApiError(errors.ORDER_PAID)
    const payment = await findPayment(tx, key)
    if (!payment || payment.trade_state === 'CLOSED') return undefined
    if (payment.asking !== null) throw new ApiError(errors.PAYMENT_UNDER_WAY)
    await closePayment(tx, payment)
    return undefined
  })
}

/** Closes a locked order that waits for its payer. */
export async function closePayment(tx: Transaction, order: PaymentOrder): Promise<void> {
  await orders.closeOrder(tx, order)
  await updatePayment(tx, order, { ...order, due_at: null })
}

/** Takes a number that nobody has ordered. Answers false when there is an order under it. */
function closeNumber(
  tx: Statements,
  key: { mchid: string; out_trade_no: string; sub_mchid: string },
  now: number,
): Promise<boolean> {
  return orders.insertOrder(tx, {
    ...key,
    ...{ product: PRODUCT, trade_type: '', trade_state: 'CLOSED', create_time: now, time_expire: null },
    ...{ appid: '', sub_appid: '', description: '', attach: '', goods_tag: '', notify_url: '' },
    ...{ profit_sharing: 'N', scene: '{}', payer_id: null, openid: '', sub_openid: '' },
    ...{ total: 0, currency: 'CNY', content_digest: '' },
  })
}
