import type { Handler } from '../../../calls/handler.ts'
import type * as contract from './contract.ts'
import { errors } from './errors.ts'
import { prepay } from './prepay.ts'
import { codeUrlOf } from './sessions.ts'

export const nativePrepay: Handler<typeof contract.nativePrepay> = async (request, call) => ({
  code_url: codeUrlOf(await prepay('NATIVE', errors.ORDER_CLOSED, request, call)),
})
