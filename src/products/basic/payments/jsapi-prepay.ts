import type { Handler } from '../../../calls/handler.ts'
import type * as contract from './contract.ts'
import { errors } from './errors.ts'
import { prepay } from './prepay.ts'

export const jsapiPrepay: Handler<typeof contract.jsapiPrepay> = async (request, call) => ({
  prepay_id: await prepay('JSAPI', errors.ORDER_LAPSED, request, call),
})
