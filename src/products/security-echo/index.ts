import { type Endpoint, endpoint } from '../handler.ts'
import * as contract from './contract.ts'
import { securityEcho } from './security-echo.ts'

export const security: Endpoint[] = [endpoint(contract.securityEcho, securityEcho)]
