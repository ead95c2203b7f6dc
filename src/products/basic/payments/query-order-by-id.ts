import type { Handler } from '../../../calls/handler.ts'
import type * as contract from './contract.ts'
import { findPaymentById } from './payments.ts'
import { queryOrder } from './query-order.ts'

export const queryOrderById: Handler<typeof contract.queryOrderById> = (request, call) =>
  queryOrder(request, call, db => findPaymentById(db, request.transaction_id))
