import { endpoint } from '../../../calls/handler.ts'
import { product } from '../../product.ts'
import * as contract from './contract.ts'
import { createAbnormalRefund } from './create-abnormal-refund.ts'
import { createRefund } from './create-refund.ts'
import { refundOptions } from './options.ts'
import { refundPayouts } from './pay-out-refund.ts'
import { queryByOutRefundNo } from './query-by-out-refund-no.ts'

export const refunds = product({
  name: 'refunds',
  folder: new URL('.', import.meta.url),
  tables: { name: 'refunds', url: new URL('./tables.sql', import.meta.url) },
  options: refundOptions,
  endpoints: [
    endpoint(contract.createRefund, createRefund),
    endpoint(contract.queryByOutRefundNo, queryByOutRefundNo),
    endpoint(contract.createAbnormalRefund, createAbnormalRefund),
  ],
  notices: [contract.refundResult],
  admin: async () => (await import('./admin/refunds.ts')).refunds,
  jobs: platform => [refundPayouts(platform)],
})
