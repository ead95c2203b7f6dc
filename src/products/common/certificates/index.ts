import { endpoint } from '../../../calls/handler.ts'
import { product } from '../../product.ts'
import * as contract from './contract.ts'
import { listCertificates } from './list-certificates.ts'

export const certificates = product({
  name: 'certificates',
  folder: new URL('.', import.meta.url),
  endpoints: [endpoint(contract.listCertificates, listCertificates)],
})
