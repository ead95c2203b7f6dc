import { endpoint } from '../../src/calls/handler.ts'
import { product } from '../../src/products/product.ts'
import * as contract from './contract.ts'
import { findSales } from './find-sales.ts'
import { handOver } from './hand-over.ts'
import { sell } from './sell.ts'
import { uploadReceipt } from './upload-receipt.ts'

export const kiosk = product({
  name: 'kiosk',
  folder: new URL('.', import.meta.url),
  tables: { name: 'kiosk', url: new URL('./tables.sql', import.meta.url) },
  endpoints: [
    endpoint(contract.sell, sell),
    endpoint(contract.findSales, findSales),
    endpoint(contract.handOver, handOver),
    endpoint(contract.uploadReceipt, uploadReceipt),
  ],
  notices: [contract.saleResult],
})
