import { endpoint } from '../../../calls/handler.ts'
import { product } from '../../product.ts'
import * as contract from './contract.ts'
import { securityEcho } from './security-echo.ts'

export const security = product({
  name: 'security',
  folder: new URL('.', import.meta.url),
  endpoints: [endpoint(contract.securityEcho, securityEcho)],
  notices: [contract.securityEchoResult],
})
