import type { Handler } from '../../../calls/handler.ts'
import type * as contract from './contract.ts'
import { errors } from './errors.ts'
import { prepay } from './prepay.ts'
import { h5UrlOf } from './sessions.ts'

export const h5Prepay: Handler<typeof contract.h5Prepay> = async (request, call) => ({
  h5_url: h5UrlOf(await prepay('H5', errors.ORDER_LAPSED, request, call), call.platform.publicUrl),
})
