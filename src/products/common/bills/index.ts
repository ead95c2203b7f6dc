import { endpoint } from '../../../calls/handler.ts'
import { product } from '../../product.ts'
import * as contract from './contract.ts'
import { downloadBill } from './download-bill.ts'
import { getFundFlowBill } from './get-fund-flow-bill.ts'
import { getSubMerchantFundFlowBill } from './get-sub-merchant-fund-flow-bill.ts'
import { getTradeBill } from './get-trade-bill.ts'

export const bills = product({
  name: 'bills',
  folder: new URL('.', import.meta.url),
  tables: { name: 'bills', url: new URL('./tables.sql', import.meta.url) },
  endpoints: [
    endpoint(contract.getTradeBill, getTradeBill),
    endpoint(contract.getFundFlowBill, getFundFlowBill),
    endpoint(contract.getSubMerchantFundFlowBill, getSubMerchantFundFlowBill),
    endpoint(contract.downloadBill, downloadBill),
  ],
  admin: async () => (await import('./admin/bills.ts')).bills,
})
