import { endpoint } from '../../../calls/handler.ts'
import { product } from '../../product.ts'
import { announceRepayment } from './announce-repayment.ts'
import * as contract from './contract.ts'
import { createParking } from './create-parking.ts'
import { createTransaction } from './create-transaction.ts'
import { parkingOptions } from './options.ts'
import { PERMISSION } from './permission.ts'
import { plateContext } from './plate-context.ts'
import { queryPlateService } from './query-plate-service.ts'
import { queryTransaction } from './query-transaction.ts'
import { seed } from './seed.ts'
import { settlement } from './settle-transaction.ts'
import { standingChanged } from './standing-changed.ts'

export const parking = product({
  name: 'parking',
  folder: new URL('.', import.meta.url),
  tables: { name: 'parking', url: new URL('./tables.sql', import.meta.url) },
  options: parkingOptions,
  permissions: [PERMISSION],
  endpoints: [
    endpoint(contract.queryPlateService, queryPlateService),
    endpoint(contract.createParking, createParking),
    endpoint(contract.createTransaction, createTransaction),
    endpoint(contract.queryTransaction, queryTransaction),
  ],
  notices: [contract.entranceStateChange, contract.transactionResult],
  seed,
  admin: async () => (await import('./admin/index.ts')).admin,
  jobs: platform => [settlement(platform)],
  listeners: platform => ({
    standingChanged: (tx, change) => standingChanged(tx, plateContext(platform), change),
    advanceRepaid: (tx, subject) => announceRepayment(tx, platform, subject),
  }),
})
