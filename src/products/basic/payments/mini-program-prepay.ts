import type { Handler } from '../../../calls/handler.ts'
import type * as contract from './contract.ts'
import { errors } from './errors.ts'
import { prepay } from './prepay.ts'

export const miniProgramPrepay: Handler<typeof contract.miniProgramPrepay> = async (request, call) => ({
  prepay_id: await prepay('MINI_PROGRAM', errors.ORDER_CLOSED, request, call),
})
