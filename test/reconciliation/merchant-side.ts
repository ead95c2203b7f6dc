import type {
  Bill,
  FundFlowRow,
  FundFlowSummary,
  MerchantClient,
  PartnerClient,
  ReplyTo,
  RequestIn,
  TradeBillRow,
  TradeBillSummary,
  WebhookReceiver,
} from '../../src/sdk/index.ts'

/** What a car park does with the SDK, whichever mode its merchant number is of. */
export interface MerchantSide {
  /** The merchant number that the money belongs to. */
  mchid: string
  webhooks: WebhookReceiver
  enter(request: RequestIn<'parking.createParking', 'merchant'>): Promise<ReplyTo<'parking.createParking'>>
  charge(
    request: RequestIn<'parking.createTransaction', 'merchant'>,
  ): Promise<ReplyTo<'parking.createTransaction'>>
  refund(request: RequestIn<'refunds.createRefund', 'merchant'>): Promise<ReplyTo<'refunds.createRefund'>>
  settle(
    request: RequestIn<'refunds.createAbnormalRefund', 'merchant'>,
  ): Promise<ReplyTo<'refunds.createAbnormalRefund'>>
  tradeBill(bill_date: string): Bill<TradeBillRow, TradeBillSummary>
  fundFlowBill(bill_date: string, account_type: 'BASIC' | 'OPERATION'): Bill<FundFlowRow, FundFlowSummary>
}

/** A direct merchant. */
export function directSide({ mchid, webhooks, parking, refunds, bills }: MerchantClient): MerchantSide {
  return {
    mchid,
    webhooks,
    enter: request => parking.createParking(request),
    charge: request => parking.createTransaction(request),
    refund: request => refunds.createRefund(request),
    settle: request => refunds.createAbnormalRefund(request),
    tradeBill: bill_date => bills.tradeBill({ bill_date }),
    fundFlowBill: (bill_date, account_type) => bills.fundFlowBill({ bill_date, account_type }),
  }
}

/** A sub-merchant, whose provider calls for it and reads its bills. */
export function subMerchantSide(provider: PartnerClient, sub_mchid: string): MerchantSide {
  const { webhooks, parking, refunds, bills } = provider
  return {
    mchid: sub_mchid,
    webhooks,
    enter: request => parking.createParking({ ...request, sub_mchid }),
    charge: request => parking.createTransaction({ ...request, sub_mchid }),
    refund: request => refunds.createRefund({ ...request, sub_mchid }),
    settle: request => refunds.createAbnormalRefund({ ...request, sub_mchid }),
    tradeBill: bill_date => bills.tradeBill({ bill_date, sub_mchid }),
    fundFlowBill: (bill_date, account_type) =>
      bills.subMerchantFundFlowBill({ bill_date, sub_mchid, account_type }),
  }
}
