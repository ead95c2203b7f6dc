import type { Download } from '../transport/open-download.ts'
import type { Mode, OperationName, ReplyTo, RequestIn } from '../transport/operations.ts'
import { type Bill, billOf } from './bill.ts'
import { type BillFile, billBytes } from './bill-bytes.ts'
import { type FundFlowRow, type FundFlowSummary, fundFlowBill } from './fund-flow-bill.ts'
import { type TradeBillRow, type TradeBillSummary, tradeBill } from './trade-bill.ts'

/** A request without what the SDK adds, since it reads only compressed files. */
type ReadRequest<Request> = Omit<Request, 'tar_type' | 'algorithm'>

/**
 * The bills of one day each, from 10:00 Beijing time of the day after, for three months. `bill_date` is `yyyy-MM-dd`.
 * They are read by the calls that stand beside them.
 */
export interface Bills<M extends Mode> {
  /** The payments and refunds of a day (交易账单); all unless `bill_type` says otherwise. */
  tradeBill(request: ReadRequest<RequestIn<'bills.getTradeBill', M>>): Bill<TradeBillRow, TradeBillSummary>

  /** What came to your own account and left it (资金账单); the basic account unless `account_type` says otherwise. */
  fundFlowBill(
    request: ReadRequest<RequestIn<'bills.getFundFlowBill', M>>,
  ): Bill<FundFlowRow, FundFlowSummary>

  /**
   * The file behind a `download_url`, which is good for five minutes (下载账单). Nobody signs it, so compare the SHA-1 of
   * what it unpacks to with `hash_value`. Official page: 4012791868.
   */
  downloadBill(download_url: string): Promise<Download>
}

/** The bills of a provider's sub-merchants. */
export interface SubMerchantBills {
  /** As `fundFlowBill`, of the account of a sub-merchant. The file comes encrypted and is decrypted. */
  subMerchantFundFlowBill(
    request: ReadRequest<RequestIn<'bills.getSubMerchantFundFlowBill', 'partner'>>,
  ): Bill<FundFlowRow, FundFlowSummary>
}

const COMPRESSED = { tar_type: 'GZIP' }

/** What the bills take from a client. */
export interface BillCalls {
  call<Name extends OperationName>(op: Name, request: object): Promise<ReplyTo<Name>>
  open(downloadUrl: string): Promise<Download>
  decrypt(encrypted: string): string
}

/** The bills of a client. Only a provider's has those of sub-merchants. */
export function billsOf(
  mode: Mode,
  { call, open, decrypt }: BillCalls,
): Bills<Mode> & Partial<SubMerchantBills> {
  const bytes = (apply: () => Promise<readonly BillFile[]>) => () => billBytes({ apply, open, decrypt })
  const subMerchantFundFlowBill: SubMerchantBills['subMerchantFundFlowBill'] = request =>
    billOf(
      bytes(async () => {
        const asked = { ...request, ...COMPRESSED, algorithm: 'AEAD_AES_256_GCM' }
        const { download_bill_list: files } = await call('bills.getSubMerchantFundFlowBill', asked)
        return files.toSorted((one, other) => one.bill_sequence - other.bill_sequence)
      }),
      fundFlowBill,
    )
  return {
    tradeBill: request =>
      billOf(
        bytes(async () => [await call('bills.getTradeBill', { ...request, ...COMPRESSED })]),
        tradeBill,
      ),
    fundFlowBill: request =>
      billOf(
        bytes(async () => [await call('bills.getFundFlowBill', { ...request, ...COMPRESSED })]),
        fundFlowBill,
      ),
    downloadBill: open,
    ...(mode === 'partner' && { subMerchantFundFlowBill }),
  }
}
