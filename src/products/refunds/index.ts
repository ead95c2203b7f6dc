import { type Endpoint, endpoint } from '../handler.ts'
import * as contract from './contract.ts'
import { createAbnormalRefund } from './create-abnormal-refund.ts'
import { createRefund } from './create-refund.ts'
import { queryByOutRefundNo } from './query-by-out-refund-no.ts'

export const refunds: Endpoint[] = [
  endpoint(contract.createRefund, createRefund),
  endpoint(contract.queryByOutRefundNo, queryByOutRefundNo),
  endpoint(contract.createAbnormalRefund, createAbnormalRefund),
]
