import { type Endpoint, endpoint } from '../handler.ts'
import * as contract from './contract.ts'
import { listCertificates } from './list-certificates.ts'

export const certificates: Endpoint[] = [endpoint(contract.listCertificates, listCertificates)]
