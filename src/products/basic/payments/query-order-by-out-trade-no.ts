import type { Handler } from '../../../calls/handler.ts'
import type * as contract from './contract.ts'
import { findPayment } from './payments.ts'
import { queryOrder } from './query-order.ts'

export const queryOrderByOutTradeNo: Handler<typeof contract.queryOrderByOutTradeNo> = (request, call) => {
  const { out_trade_no } = request
  return queryOrder(request, call, db => findPayment(db, { mchid: call.caller.mchid, out_trade_no }))
}
