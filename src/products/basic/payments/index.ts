import { endpoint } from '../../../calls/handler.ts'
import { product } from '../../product.ts'
import { appPrepay } from './app-prepay.ts'
import { cashierPages } from './cashier/index.ts'
import { handedOver } from './client-contract.ts'
import { closeOrder } from './close-order.ts'
import * as contract from './contract.ts'
import { h5Prepay } from './h5-prepay.ts'
import { jsapiPrepay } from './jsapi-prepay.ts'
import { PERMISSIONS } from './kinds.ts'
import { miniProgramPrepay } from './mini-program-prepay.ts'
import { nativePrepay } from './native-prepay.ts'
import { paymentsOptions } from './options.ts'
import { queryOrderById } from './query-order-by-id.ts'
import { queryOrderByOutTradeNo } from './query-order-by-out-trade-no.ts'
import { seed } from './seed.ts'
import { unfinished } from './unfinished.ts'

export const payments = product({
  name: 'payments',
  folder: new URL('.', import.meta.url),
  tables: { name: 'payments', url: new URL('./tables.sql', import.meta.url) },
  options: paymentsOptions,
  permissions: PERMISSIONS,
  endpoints: [
    endpoint(contract.jsapiPrepay, jsapiPrepay),
    endpoint(contract.appPrepay, appPrepay),
    endpoint(contract.h5Prepay, h5Prepay),
    endpoint(contract.nativePrepay, nativePrepay),
    endpoint(contract.miniProgramPrepay, miniProgramPrepay),
    endpoint(contract.queryOrderById, queryOrderById),
    endpoint(contract.queryOrderByOutTradeNo, queryOrderByOutTradeNo),
    endpoint(contract.closeOrder, closeOrder),
  ],
  notices: [contract.paymentResult],
  clientParameters: handedOver,
  seed,
  pages: cashierPages,
  admin: async () => (await import('./admin/index.ts')).admin,
  jobs: platform => [unfinished(platform)],
})
