import { type Endpoint, endpoint } from '../handler.ts'
import * as contract from './contract.ts'
import { createParking } from './create-parking.ts'
import { createTransaction } from './create-transaction.ts'
import { queryPlateService } from './query-plate-service.ts'
import { queryTransaction } from './query-transaction.ts'

export const parking: Endpoint[] = [
  endpoint(contract.queryPlateService, queryPlateService),
  endpoint(contract.createParking, createParking),
  endpoint(contract.createTransaction, createTransaction),
  endpoint(contract.queryTransaction, queryTransaction),
]
