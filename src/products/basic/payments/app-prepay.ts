import type { Handler } from '../../../calls/handler.ts'
import type * as contract from './contract.ts'
import { errors } from './errors.ts'
import { prepay } from './prepay.ts'

export const appPrepay: Handler<typeof contract.appPrepay> = async (request, call) => ({
  prepay_id: await prepay('APP', errors.ORDER_LAPSED, request, call),
})
