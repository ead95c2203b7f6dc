import type { Mode } from '../../contract/operation.ts'
import type { OperationName, ReplyTo, RequestIn } from '../transport/operations.ts'
import { type Bill, billOf } from './bill.ts'
import { type BillFile, billBytes } from './bill-bytes.ts'
import { type FundFlowRow, type FundFlowSummary, fundFlowBill } from './fund-flow-bill.ts'
import type { Download } from './open-download.ts'
import { type TradeBillRow, type TradeBillSummary, tradeBill } from './trade-bill.ts'

/** A request without what the SDK adds, since it reads compressed files alone. */
type ReadRequest<Request> = Omit<Request, 'tar_type' | 'algorithm'>

/**
 * The bills of one day each, from 10:00 Beijing time of the day after, for three months. `bill_date` is `yyyy-MM-dd`.
 * The first three read a bill; the others are the calls that they are made of.
 */
export interface Bills<M extends Mode> {
  /** The payments and refunds of a day (交易账单); all unless `bill_type` says otherwise. */
  tradeBill(request: ReadRequest<RequestIn<'getTradeBill', M>>): Bill<TradeBillRow, TradeBillSummary>

  /** What came to your own account and left it (资金账单); the basic account unless `account_type` says otherwise. */
  fundFlowBill(request: ReadRequest<RequestIn<'getFundFlowBill', M>>): Bill<FundFlowRow, FundFlowSummary>

  /**
   * Applies for a trade bill (申请交易账单). Throws `NoStatement`, `StatementCreating`, `InvalidRequest` for another day.
   * Official page: 4012791866, partner get-trade-bill.
   */
  getTradeBill(request: RequestIn<'getTradeBill', M>): Promise<ReplyTo<'getTradeBill'>>

  /** Applies for a fund flow bill (申请资金账单); at most three a second. Official page: 4012791867, partner get-fund-bill. */
  getFundFlowBill(request: RequestIn<'getFundFlowBill', M>): Promise<ReplyTo<'getFundFlowBill'>>

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
    request: ReadRequest<RequestIn<'getSubMerchantFundFlowBill', 'partner'>>,
  ): Bill<FundFlowRow, FundFlowSummary>

  /**
   * Applies for the fund flow bill of a sub-merchant (申请单个子商户资金账单). Official page: partner
   * get-sub-mch-fund-flow-bill.
   */
  getSubMerchantFundFlowBill(
    request: RequestIn<'getSubMerchantFundFlowBill', 'partner'>,
  ): Promise<ReplyTo<'getSubMerchantFundFlowBill'>>
}

const COMPRESSED = { tar_type: 'GZIP' }

/** What the bills take from a client. */
export interface BillCalls {
  call<Name extends OperationName>(op: Name, request: object): Promise<ReplyTo<Name>>
  open(downloadUrl: string): Promise<Download>
  decrypt(encrypted: string): string
}

/** The bills of a client. A direct merchant has no sub-merchants, so its type leaves theirs out. */
export function billsOf<M extends Mode>({ call, open, decrypt }: BillCalls): Bills<M> & SubMerchantBills {
  const bytes = (apply: () => Promise<readonly BillFile[]>) => () => billBytes({ apply, open, decrypt })
  return {
    tradeBill: request =>
      billOf(
        bytes(async () => [await call('getTradeBill', { ...request, ...COMPRESSED })]),
        tradeBill,
      ),
    fundFlowBill: request =>
      billOf(
        bytes(async () => [await call('getFundFlowBill', { ...request, ...COMPRESSED })]),
        fundFlowBill,
      ),
    subMerchantFundFlowBill: request =>
      billOf(
        bytes(async () => {
          const asked = { ...request, ...COMPRESSED, algorithm: 'AEAD_AES_256_GCM' }
          const { download_bill_list: files } = await call('getSubMerchantFundFlowBill', asked)
          return files.toSorted((one, other) => one.bill_sequence - other.bill_sequence)
        }),
        fundFlowBill,
      ),
    getTradeBill: request => call('getTradeBill', request),
    getFundFlowBill: request => call('getFundFlowBill', request),
    getSubMerchantFundFlowBill: request => call('getSubMerchantFundFlowBill', request),
    downloadBill: open,
  }
}
