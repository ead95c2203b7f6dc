import { type Endpoint, endpoint } from '../handler.ts'
import * as contract from './contract.ts'
import { downloadBill } from './download-bill.ts'
import { getFundFlowBill } from './get-fund-flow-bill.ts'
import { getSubMerchantFundFlowBill } from './get-sub-merchant-fund-flow-bill.ts'
import { getTradeBill } from './get-trade-bill.ts'

export const bills: Endpoint[] = [
  endpoint(contract.getTradeBill, getTradeBill),
  endpoint(contract.getFundFlowBill, getFundFlowBill),
  endpoint(contract.getSubMerchantFundFlowBill, getSubMerchantFundFlowBill),
  endpoint(contract.downloadBill, downloadBill),
]
