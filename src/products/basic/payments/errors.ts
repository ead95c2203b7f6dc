import { errorTable } from '../../../protocol/errors.ts'

/** What calls of basic payments are refused with, by their pages and by what the platform was seen to answer. */
export const errors = errorTable({
  PAYMENT_FREQUENCY_LIMITED: {
    status: 429,
    code: 'FREQUENCY_LIMITED',
    zh: '频率超限',
    hant: '頻率超限',
    en: 'The call frequency is above the limit',
    number: 268447840,
  },
  /** In place of the gateway's usual text. */
  PAYMENT_SIGNATURE_MISMATCH: {
    status: 401,
    code: 'SIGN_ERROR',
    unsigned: true,
    zh: '签名错误，请检查后再试',
    hant: '簽名錯誤，請檢查後再試',
    en: 'The signature is wrong, check it and try again',
    number: 268443699,
  },
  /** The number in the body or in the query is not the one that signs. */
  MCHID_DIFFERS: {
    status: 400,
    code: 'PARAM_ERROR',
    zh: 'http header中的mchid与post payload中的mchid不匹配',
    hant: 'http header中的mchid與post payload中的mchid不匹配',
    en: 'The mchid of the http header and that of the post payload do not match',
  },
  PAYMENT_SUB_MCHID_UNKNOWN: {
    status: 400,
    code: 'MCH_NOT_EXISTS',
    zh: '商户号不存在',
    hant: '商戶號不存在',
    en: 'The merchant number does not exist',
    number: 268443704,
  },
  PAYMENT_SUB_MCHID_NOT_BOUND: {
    status: 403,
    code: 'NO_AUTH',
    zh: '受理关系不存在',
    hant: '受理關係不存在',
    en: 'The provider may not act for the sub-merchant',
    number: 268443701,
  },
  APPID_MCHID_NOT_MATCH: {
    status: 400,
    code: 'APPID_MCHID_NOT_MATCH',
    zh: 'appid和mch_id不匹配，请检查后再试',
    hant: 'appid和mch_id不匹配，請檢查後再試',
    en: 'appid and mch_id do not match, check them and try again',
    number: 268445527,
  },
  SUB_APPID_NOT_MATCH: {
    status: 400,
    code: 'APPID_MCHID_NOT_MATCH',
    zh: 'sub_mch_id与sub_appid不匹配',
    hant: 'sub_mch_id與sub_appid不匹配',
    en: 'sub_mch_id and sub_appid do not match',
    number: 268445527,
  },
  NOT_PERMITTED: {
    status: 403,
    code: 'NO_AUTH',
    zh: '商户号该产品权限未开通，请前往商户平台>产品中心检查后重试',
    hant: '商戶號該產品權限未開通，請前往商戶平台>產品中心檢查後重試',
    en: 'The merchant number was not given this product, see the product centre of the merchant platform',
  },
  COLLECTION_RESTRICTED: {
    status: 403,
    code: 'NO_AUTH',
    zh: '此商家的收款功能已被限制，暂无法支付。商家可登录微信商户平台/微信支付商家助手小程序/经营账户页面查看原因和解决方案',
    hant: '此商家的收款功能已被限制，暫無法支付。商家可登錄微信商戶平台/微信支付商家助手小程序/經營賬戶頁面查看原因和解決方案',
    en: 'The merchant may not collect payments at present; it can see the cause on the merchant platform',
    number: 268448010,
  },
  OPENID_MISSING: {
    status: 400,
    code: 'PARAM_ERROR',
    zh: 'JSAPI支付必须传openid',
    hant: 'JSAPI支付必須傳openid',
    en: 'A JSAPI payment needs an openid',
    number: 268501013,
  },
  /** Nobody has it under any app. */
  PAYER_OPENID_WRONG: {
    status: 400,
    code: 'PARAM_ERROR',
    zh: '无效的openid',
    hant: '無效的openid',
    en: 'The openid is not valid',
    number: 268501013,
  },
  OPENID_OF_OTHER_APP: {
    status: 400,
    code: 'PARAM_ERROR',
    zh: 'appid与openid不匹配',
    hant: 'appid與openid不匹配',
    en: 'appid and openid do not match',
    number: 268501013,
  },
  SUB_OPENID_OF_OTHER_APP: {
    status: 400,
    code: 'PARAM_ERROR',
    zh: 'sub_appid和sub_openid不匹配',
    hant: 'sub_appid和sub_openid不匹配',
    en: 'sub_appid and sub_openid do not match',
    number: 268501013,
  },
  /** The same number with other parameters, or one that was closed before it was ordered. */
  ORDER_CHANGED: {
    status: 400,
    code: 'INVALID_REQUEST',
    zh: '请求重入时，参数与首次请求时不一致',
    hant: '請求重入時，參數與首次請求時不一致',
    en: 'The request came before with other parameters',
    number: 268498688,
  },
  /** The same number by another prepay call, or by another product. */
  ORDERED_OTHERWISE: {
    status: 400,
    code: 'INVALID_REQUEST',
    zh: '201 商户订单号重复',
    hant: '201 商戶訂單號重複',
    en: '201 The order number is used',
    number: 268498688,
  },
  /** The order of the number is paid. */
  ORDER_PAID_BEFORE: {
    status: 403,
    code: 'OUT_TRADE_NO_USED',
    zh: '商户订单号重复',
    hant: '商戶訂單號重複',
    en: 'The order number is used',
    number: 268498689,
  },
  ORDER_CLOSED: {
    status: 400,
    code: 'ORDER_CLOSED',
    zh: '订单已关闭',
    hant: '訂單已關閉',
    en: 'The order is closed',
    number: 268447914,
  },
  /** A closed order, where the page of the call has no row for it. */
  ORDER_LAPSED: {
    status: 400,
    code: 'INVALID_REQUEST',
    zh: '该订单已失效',
    hant: '該訂單已失效',
    en: 'The order has lapsed',
    number: 268447914,
  },
  ORDER_NOT_EXIST: {
    status: 404,
    code: 'ORDER_NOT_EXIST',
    zh: '订单不存在',
    hant: '訂單不存在',
    en: 'The order does not exist',
    number: 268512771,
  },
  /** The order was made for another sub-merchant. */
  ORDER_OF_OTHER_SUB_MERCHANT: {
    status: 400,
    code: 'INVALID_REQUEST',
    zh: '子商户号和订单信息不匹配',
    hant: '子商戶號和訂單資訊不匹配',
    en: 'The sub-merchant number and the order do not match',
    number: 268447845,
  },
  /** A paid order cannot be closed. */
  ORDER_PAID: {
    status: 400,
    code: 'INVALID_REQUEST',
    zh: '该订单已支付',
    hant: '該訂單已支付',
    en: 'The order is paid',
    number: 268498689,
  },
  /** A bank was asked for the money and has not answered yet. */
  PAYMENT_UNDER_WAY: {
    status: 403,
    code: 'TRADE_ERROR',
    zh: '交易错误',
    hant: '交易錯誤',
    en: 'The order is being paid',
  },
})
