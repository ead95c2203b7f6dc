import assert from 'node:assert/strict'
import { test } from 'node:test'
import type {
  MerchantClient,
  Notice,
  PartnerClient,
  Refund,
  RefundResult,
  ReplyTo,
  RequestIn,
  Transaction,
} from './index.ts'

// These assertions are made by the compiler; running the file only shows that it was compiled.

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Argument<Method extends (...parameters: never[]) => unknown> = NonNullable<Parameters<Method>[0]>
type Assert<Condition extends true> = Condition

type MerchantParking = MerchantClient['parking']
type PartnerParking = PartnerClient['parking']
type JsapiParameters = ReturnType<MerchantClient['payments']['jsapiParameters']>
type Prepaid = Awaited<ReturnType<MerchantClient['payments']['jsapiPrepay']>>
type IsRequired<Fields, Name extends keyof Fields> =
  Record<string, never> extends Pick<Fields, Name> ? false : true
type Event<Type extends Notice['event_type']> = Notice & { event_type: Type }

export type Assertions = [
  // A provider's parking calls need a sub-merchant, each of them.
  Assert<IsRequired<Argument<PartnerParking['queryPlateService']>, 'sub_mchid'>>,
  Assert<IsRequired<Argument<PartnerParking['createParking']>, 'sub_mchid'>>,
  Assert<IsRequired<Argument<PartnerParking['createTransaction']>, 'sub_mchid'>>,
  Assert<IsRequired<Argument<PartnerParking['queryTransaction']>, 'sub_mchid'>>,
  Assert<IsRequired<Argument<PartnerClient['refunds']['createRefund']>, 'sub_mchid'>>,
  Assert<IsRequired<Argument<PartnerClient['refunds']['queryByOutRefundNo']>, 'sub_mchid'>>,
  Assert<IsRequired<Argument<PartnerClient['refunds']['createAbnormalRefund']>, 'sub_mchid'>>,
  // A bill of all sub-merchants needs none; the bills of sub-merchants' own accounts are only a provider's.
  Assert<Equal<IsRequired<Argument<PartnerClient['bills']['tradeBill']>, 'sub_mchid'>, false>>,
  Assert<IsRequired<Argument<PartnerClient['bills']['subMerchantFundFlowBill']>, 'sub_mchid'>>,
  Assert<IsRequired<Argument<PartnerClient['bills']['getSubMerchantFundFlowBill']>, 'sub_mchid'>>,
  Assert<
    Equal<
      Extract<keyof MerchantClient['bills'], 'subMerchantFundFlowBill' | 'getSubMerchantFundFlowBill'>,
      never
    >
  >,
  // A call whose fields are all optional needs no request.
  Assert<Equal<Parameters<MerchantClient['certificates']['listCertificates']>['length'], 0 | 1>>,
  // Whether a file is compressed is the SDK's business.
  Assert<Equal<keyof Argument<MerchantClient['bills']['tradeBill']>, 'bill_date' | 'bill_type'>>,
  // Its other calls do not, and a direct merchant's never do.
  Assert<
    Equal<'sub_mchid' extends keyof Argument<PartnerClient['security']['securityEcho']> ? true : false, false>
  >,
  Assert<Equal<'sub_mchid' extends keyof Argument<MerchantParking['createParking']> ? true : false, false>>,
  // What is there in one mode only is asked for in that mode only.
  Assert<Equal<RequestIn<'bills.getSubMerchantFundFlowBill', 'merchant'>, never>>,
  Assert<Equal<ReplyTo<'parking.queryTransaction'>, Transaction>>,
  // A request of one mode is no request of the other.
  Assert<
    Equal<MerchantParking['queryTransaction'] extends PartnerParking['queryTransaction'] ? true : false, true>
  >,
  Assert<
    Equal<
      Argument<MerchantParking['createParking']> extends Argument<PartnerParking['createParking']> ? 1 : 0,
      0
    >
  >,
  // Values are the wire's own.
  Assert<Equal<Argument<MerchantParking['createTransaction']>['trade_scene'], 'PARKING'>>,
  Assert<
    Equal<Argument<MerchantParking['createTransaction']>['amount'], { total: number; currency?: 'CNY' }>
  >,
  Assert<Equal<Awaited<ReturnType<MerchantParking['queryTransaction']>>, Transaction>>,
  Assert<Equal<Awaited<ReturnType<MerchantParking['createParking']>>['state'], 'NORMAL' | 'BLOCKED'>>,
  // The event type says what a notice holds.
  Assert<Equal<Event<'TRANSACTION.SUCCESS'>['resource']['out_trade_no'], string>>,
  Assert<Equal<Event<'REFUND.CLOSED'>['resource'], RefundResult>>,
  Assert<Equal<Awaited<ReturnType<MerchantClient['refunds']['createRefund']>>, Refund>>,
  Assert<Equal<Event<'VEHICLE.ENTRANCE_STATE_CHANGE'>['resource']['parking_state'], 'NORMAL' | 'BLOCKED'>>,
  Assert<Equal<Event<'unknown'>['resource'], unknown>>,
  // And so does its kind, where several products send one event type.
  Assert<Equal<(Notice & { kind: 'refunds.refundResult' })['resource'], RefundResult>>,
  Assert<Equal<Event<'TRANSACTION.SUCCESS'>['kind'], 'parking.transactionResult' | 'payments.paymentResult'>>,
  // What clients hand to WeChat is made at once and without a call, in both modes, of the reply of the order's call.
  Assert<
    Equal<
      ReturnType<MerchantClient['payments']['jsapiParameters']>,
      ReturnType<PartnerClient['payments']['jsapiParameters']>
    >
  >,
  Assert<Equal<keyof Argument<PartnerClient['payments']['appParameters']>, 'appid' | keyof Prepaid>>,
  Assert<Equal<JsapiParameters['signType'], 'RSA'>>,
  Assert<Equal<JsapiParameters['timeStamp'], string>>,
  Assert<
    Equal<
      Exclude<keyof JsapiParameters, 'appId'>,
      keyof ReturnType<MerchantClient['payments']['miniProgramParameters']>
    >
  >,
  Assert<Equal<ReturnType<PartnerClient['payments']['appParameters']>['packageValue'], 'Sign=WXPay'>>,
]

/** A direct merchant's call compiles in its own mode and in no other. */
export function wrongMode(client: PartnerClient, merchant: MerchantClient): void {
  void merchant.parking.queryTransaction({ out_trade_no: 'T1' })
  // @ts-expect-error The only way to state that a call does not compile: a provider must name its sub-merchant.
  void client.parking.queryTransaction({ out_trade_no: 'T1' })
}

test('the types of both modes and of notices are as the contract declares them', () => {
  assert.equal(typeof wrongMode, 'function')
})
