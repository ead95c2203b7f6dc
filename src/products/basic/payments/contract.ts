import { callErrors } from '../../../calls/errors.ts'
import { text } from '../../../contract/fields.ts'
import { notice } from '../../../contract/notice.ts'
import { type CallInSdk, NO_CONTENT, operation } from '../../../contract/operation.ts'
import * as Type from '../../../contract/schema.ts'
import { general } from '../../../protocol/general-errors.ts'
import { errors } from './errors.ts'
import {
  anyPayer,
  appid,
  h5SceneInfo,
  mchid,
  merchantOrder,
  merchantPayer,
  outTradeNo,
  paidOrder,
  partnerOrder,
  partnerPayer,
  prepayFields,
  sceneInfo,
  spAppid,
  spMchid,
  subAppid,
  subMchid,
  subsidyInfo,
  transactionId,
} from './order-fields.ts'
import { closeRefusals, ORDER_NOT_FOUND, prepayRefusals } from './refusals.ts'

const optional = Type.Optional

const MERCHANT = '/v3/pay/transactions'
const PARTNER = '/v3/pay/partner/transactions'
/** What all of these calls have beside what they are. */
const common = {
  limits: { exceeded: errors.PAYMENT_FREQUENCY_LIMITED },
  signatureMismatch: errors.PAYMENT_SIGNATURE_MISMATCH,
} as const

const ofMerchant = { appid, mchid, ...prepayFields }
const ofPartner = {
  ...{ sp_appid: spAppid, sp_mchid: spMchid, sub_appid: optional(subAppid), sub_mchid: subMchid },
  ...prepayFields,
}
const anyScene = { scene_info: optional(sceneInfo) }

const first = [
  errors.PAYMENT_FREQUENCY_LIMITED,
  general.PARAM_ERROR,
  errors.MCHID_DIFFERS,
  errors.PAYMENT_SUB_MCHID_UNKNOWN,
  errors.PAYMENT_SUB_MCHID_NOT_BOUND,
] as const

/** What every prepay call is refused with; `closed` is what the call's page says of a number whose order is closed. */
const prepayErrors = (closed: (typeof errors)['ORDER_CLOSED' | 'ORDER_LAPSED']) => [
  ...first,
  callErrors.WECHATPAY_SERIAL_MISSING,
  callErrors.WECHATPAY_SERIAL_WRONG,
  callErrors.CIPHERTEXT_EXPECTED,
  callErrors.DECRYPTION_FAILED,
  errors.ORDERED_OTHERWISE,
  errors.ORDER_CHANGED,
  errors.ORDER_PAID_BEFORE,
  closed,
  errors.APPID_MCHID_NOT_MATCH,
  errors.SUB_APPID_NOT_MATCH,
  errors.NOT_PERMITTED,
  errors.COLLECTION_RESTRICTED,
]
const openidErrors = [
  errors.OPENID_MISSING,
  errors.PAYER_OPENID_WRONG,
  errors.OPENID_OF_OTHER_APP,
  errors.SUB_OPENID_OF_OTHER_APP,
] as const

const inSdk = (what: string): CallInSdk => ({
  description:
    `${what} Amounts are fen. The same number with the same parameters may be ordered again and gives a fresh session; ` +
    'with others it is refused.\n\nNothing is paid yet: give goods when a `PaymentNotice` says so or a query answers ' +
    '`SUCCESS`, and compare `amount.total` with your own order.',
  ifUnknown:
    'The order may exist, but nobody can pay it without what the reply gives. Send the same request with the same ' +
    'out_trade_no again.',
  refusals: prepayRefusals,
})

const prepayReply = Type.Object({
  prepay_id: text('预支付交易会话标识', 64, { description: 'Valid for two hours' }),
})

export const jsapiPrepay = operation({
  id: 'payments.jsapiPrepay',
  method: 'POST',
  title: { zh: 'JSAPI/小程序下单', en: 'JSAPI and mini program prepay' },
  merchant: {
    path: `${MERCHANT}/jsapi`,
    page: '/doc/v3/merchant/4012791856',
    request: Type.Object({ ...ofMerchant, ...anyScene, payer: merchantPayer, subsidy_info: subsidyInfo }),
    reply: prepayReply,
  },
  partner: {
    path: `${PARTNER}/jsapi`,
    page: '/doc/v3/partner/4012738519',
    request: Type.Object({ ...ofPartner, ...anyScene, payer: partnerPayer, subsidy_info: subsidyInfo }),
    reply: prepayReply,
  },
  errors: [...prepayErrors(errors.ORDER_LAPSED), ...openidErrors, general.SYSTEM_ERROR],
  ...common,
  sdk: inSdk('Orders for a page inside WeChat or a mini program.'),
})

export const miniProgramPrepay = operation({
  id: 'payments.miniProgramPrepay',
  method: 'POST',
  title: { zh: '小程序支付下单', en: 'Mini program prepay' },
  partner: {
    path: `${PARTNER}/miniprogram`,
    page: '/doc/v3/partner/4012759974',
    request: Type.Object({ ...ofPartner, ...anyScene, payer: partnerPayer }),
    reply: prepayReply,
  },
  errors: [...prepayErrors(errors.ORDER_CLOSED), ...openidErrors, general.SYSTEM_ERROR],
  ...common,
  sdk: inSdk(
    'Orders for a mini program; `jsapiPrepay` does the same and is the one that the documents have.',
  ),
})

export const appPrepay = operation({
  id: 'payments.appPrepay',
  method: 'POST',
  title: { zh: 'APP下单', en: 'App prepay' },
  merchant: {
    path: `${MERCHANT}/app`,
    page: '/doc/v3/merchant/4013070347',
    request: Type.Object({ ...ofMerchant, ...anyScene, payer: anyPayer, subsidy_info: subsidyInfo }),
    reply: prepayReply,
  },
  partner: {
    path: `${PARTNER}/app`,
    page: '/doc/v3/partner/4013080231',
    request: Type.Object({ ...ofPartner, ...anyScene, payer: anyPayer, subsidy_info: subsidyInfo }),
    reply: prepayReply,
  },
  errors: [...prepayErrors(errors.ORDER_LAPSED), general.SYSTEM_ERROR],
  ...common,
  sdk: inSdk('Orders for an app.'),
})

const h5Reply = Type.Object({
  h5_url: text('支付跳转链接', 256, { description: 'Valid for five minutes' }),
})

export const h5Prepay = operation({
  id: 'payments.h5Prepay',
  method: 'POST',
  title: { zh: 'H5下单', en: 'H5 prepay' },
  merchant: {
    path: `${MERCHANT}/h5`,
    page: '/doc/v3/merchant/4012791834',
    request: Type.Object({ ...ofMerchant, payer: anyPayer, scene_info: h5SceneInfo }),
    reply: h5Reply,
  },
  partner: {
    path: `${PARTNER}/h5`,
    page: '/doc/v3/partner/4012738604',
    request: Type.Object({ ...ofPartner, payer: anyPayer, scene_info: h5SceneInfo }),
    reply: h5Reply,
  },
  errors: [...prepayErrors(errors.ORDER_LAPSED), general.SYSTEM_ERROR],
  ...common,
  sdk: inSdk(
    'Orders for a page in a browser outside of WeChat: send the payer to `h5_url` from the page that ordered.',
  ),
})

const nativeReply = Type.Object({
  code_url: text('二维码链接', 64, { description: 'The content of a QR code; valid for two hours' }),
})

export const nativePrepay = operation({
  id: 'payments.nativePrepay',
  method: 'POST',
  title: { zh: 'Native下单', en: 'Native prepay' },
  merchant: {
    path: `${MERCHANT}/native`,
    page: '/doc/v3/merchant/4012791877',
    request: Type.Object({ ...ofMerchant, ...anyScene, payer: anyPayer }),
    reply: nativeReply,
  },
  partner: {
    path: `${PARTNER}/native`,
    page: '/doc/v3/partner/4012738659',
    request: Type.Object({ ...ofPartner, ...anyScene, payer: anyPayer }),
    reply: nativeReply,
  },
  errors: [...prepayErrors(errors.ORDER_CLOSED), general.SYSTEM_ERROR],
  ...common,
  sdk: inSdk('Orders for a QR code that the payer scans: show `code_url` as one.'),
})

const queryErrors = [
  ...first,
  errors.ORDER_NOT_EXIST,
  errors.ORDER_OF_OTHER_SUB_MERCHANT,
  general.SYSTEM_ERROR,
]
const queryInSdk: Pick<CallInSdk, 'description' | 'refusals'> = {
  description:
    'The order as it is now. One that waits for its payer is `NOTPAY`, also after its `time_expire`: close it before ' +
    'another number is ordered for the same goods.\n\nThrows `NotFound` when there is no order under the number.',
  refusals: [ORDER_NOT_FOUND],
}

export const queryOrderById = operation({
  id: 'payments.queryOrderById',
  method: 'GET',
  title: { zh: '微信支付订单号查询订单', en: 'Query order by transaction_id' },
  merchant: {
    path: `${MERCHANT}/id/{transaction_id}`,
    page: '/doc/v3/merchant/4012791858',
    request: Type.Object({ transaction_id: transactionId, mchid }),
    reply: merchantOrder,
  },
  partner: {
    path: `${PARTNER}/id/{transaction_id}`,
    page: '/doc/v3/partner/4012738973',
    request: Type.Object({ transaction_id: transactionId, sp_mchid: spMchid, sub_mchid: subMchid }),
    reply: partnerOrder,
  },
  errors: queryErrors,
  ...common,
  sdk: { ...queryInSdk, echoes: ['transaction_id'] },
})

export const queryOrderByOutTradeNo = operation({
  id: 'payments.queryOrderByOutTradeNo',
  method: 'GET',
  title: { zh: '商户订单号查询订单', en: 'Query order by out_trade_no' },
  merchant: {
    path: `${MERCHANT}/out-trade-no/{out_trade_no}`,
    page: '/doc/v3/merchant/4012791859',
    request: Type.Object({ out_trade_no: outTradeNo, mchid }),
    reply: merchantOrder,
  },
  partner: {
    path: `${PARTNER}/out-trade-no/{out_trade_no}`,
    page: '/doc/v3/partner/4012760115',
    request: Type.Object({ out_trade_no: outTradeNo, sp_mchid: spMchid, sub_mchid: subMchid }),
    reply: partnerOrder,
  },
  errors: queryErrors,
  ...common,
  sdk: { ...queryInSdk, echoes: ['out_trade_no'] },
})

export const closeOrder = operation({
  id: 'payments.closeOrder',
  method: 'POST',
  title: { zh: '关闭订单', en: 'Close order' },
  merchant: {
    path: `${MERCHANT}/out-trade-no/{out_trade_no}/close`,
    page: '/doc/v3/merchant/4012791860',
    request: Type.Object({ out_trade_no: outTradeNo, mchid }),
    reply: NO_CONTENT,
  },
  partner: {
    path: `${PARTNER}/out-trade-no/{out_trade_no}/close`,
    page: '/doc/v3/partner/4012760108',
    request: Type.Object({ out_trade_no: outTradeNo, sp_mchid: spMchid, sub_mchid: subMchid }),
    reply: NO_CONTENT,
  },
  success: 204,
  errors: [
    ...first,
    errors.ORDERED_OTHERWISE,
    errors.ORDER_OF_OTHER_SUB_MERCHANT,
    errors.ORDER_PAID,
    errors.PAYMENT_UNDER_WAY,
    general.SYSTEM_ERROR,
  ],
  ...common,
  sdk: {
    description:
      'Closes an order that was not paid, so that nobody can pay it any more; closing it again is no error. A number that ' +
      'was never ordered is closed too, and cannot be ordered afterwards.\n\nThrows `InvalidRequest` for a paid order, and `PaymentUnderWay` while a bank is asked for its money.',
    ifUnknown:
      'The order may be closed. Close it again, or query it: `SUCCESS` means that it was paid first.',
    refusals: closeRefusals,
  },
})

/** Sent to the order's `notify_url` once it is paid. */
export const paymentResult = notice({
  id: 'payments.paymentResult',
  originalType: 'transaction',
  events: { 'TRANSACTION.SUCCESS': '支付成功' },
  marks: { trade_state_desc: true },
  title: { zh: '支付成功回调通知', en: 'Payment result' },
  pages: { merchant: '/doc/v3/merchant/4012791861', partner: '/doc/v3/partner/4012085146' },
  sdk: {
    types: { notice: 'PaymentNotice', resource: 'PaidOrder' },
    descriptions: {
      notice:
        'An order was paid. Compare `out_trade_no` and `amount.total`, in fen, with your own order before you give goods, ' +
        'and give them once: the notice may come again.',
      resource:
        'The paid order: with `appid` and `mchid` in merchant mode, with `sp_appid`, `sp_mchid` and `sub_mchid` in partner mode.',
    },
    needs: ['out_trade_no', 'trade_state', 'transaction_id'],
  },
  resource: paidOrder,
})

export type PaymentResult = Type.Static<typeof paidOrder>
export type { MerchantOrder, PartnerOrder, TradeType } from './order-fields.ts'
