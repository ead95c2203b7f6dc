import { BILL_ERRORS } from './bill-errors.ts'
import { PARKING_ERRORS } from './parking-errors.ts'
import { REFUND_ERRORS } from './refund-errors.ts'

/** One error as it goes over the wire, in each language. */
export interface ErrorEntry {
  status: number
  code: string
  /** The official text; the others are our translations. */
  zh: string
  hant: string
  en: string
  /** The number behind the last `-` of `Request-ID`, where one is known; otherwise that of a bad parameter. */
  number?: number
}

/**
 * Every error that the platform answers with, once. One `code` has several texts and statuses, so each entry has a name
 * of its own; clients branch on status and code alone.
 */
export const ERRORS = {
  // The early refusals, in the order of their checks.
  MISSING_ACCEPT_OR_USER_AGENT: {
    status: 400,
    code: 'INVALID_REQUEST',
    zh: 'Http头缺少Accept或User-Agent',
    hant: 'Http頭缺少Accept或User-Agent',
    en: 'The HTTP header lacks Accept or User-Agent',
  },
  HEADERS_TOO_LARGE: {
    status: 400,
    code: 'INVALID_REQUEST',
    zh: 'Http请求格式错误或Http头过大',
    hant: 'Http請求格式錯誤或Http頭過大',
    en: 'The HTTP request is malformed or its headers are too large',
  },
  BODY_TOO_LARGE: {
    status: 400,
    code: 'INVALID_REQUEST',
    zh: '请求体过大或读取失败',
    hant: '請求體過大或讀取失敗',
    en: 'The request body is too large or could not be read',
  },
  AUTHORIZATION_MALFORMED: {
    status: 401,
    code: 'SIGN_ERROR',
    zh: 'Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》',
    hant: 'Http頭Authorization值格式錯誤，請參考《微信支付商戶REST API簽名規則》',
    en: 'The Authorization header is malformed, see the signature rules of the merchant REST API',
    number: 270924360,
  },
  AUTHORIZATION_SCHEME: {
    status: 401,
    code: 'SIGN_ERROR',
    zh: 'Http头Authorization认证类型不正确',
    hant: 'Http頭Authorization認證類型不正確',
    en: 'The authentication type of the Authorization header is not right',
    number: 270924360,
  },
  TIMESTAMP_SKEW: {
    status: 401,
    code: 'SIGN_ERROR',
    zh: 'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟',
    hant: 'Http頭Authorization中的timestamp與發起請求的時間不得超過5分鐘',
    en: 'The timestamp in the Authorization header must be within 5 minutes of the request',
    number: 270924360,
  },
  MERCHANT_UNKNOWN: {
    status: 401,
    code: 'SIGN_ERROR',
    zh: '签名错误',
    hant: '簽名錯誤',
    en: 'The signature is wrong',
    number: 268443699,
  },
  SERIAL_UNKNOWN: {
    status: 401,
    code: 'SIGN_ERROR',
    zh: '商户证书序列号有误。请使用签名私钥匹配的证书序列号',
    hant: '商戶證書序列號有誤。請使用簽名私鑰匹配的證書序列號',
    en: 'The merchant certificate serial number is wrong; use that of the certificate whose key signed',
    number: 268443699,
  },
  CERTIFICATE_EXPIRED: {
    status: 401,
    code: 'SIGN_ERROR',
    zh: '商户证书已过期。',
    hant: '商戶證書已過期。',
    en: 'The merchant certificate has expired.',
    number: 268443699,
  },
  CERTIFICATE_REVOKED: {
    status: 401,
    code: 'SIGN_ERROR',
    zh: '商户证书已作废。',
    hant: '商戶證書已作廢。',
    en: 'The merchant certificate was revoked.',
    number: 268443699,
  },
  CERTIFICATE_REPLACED: {
    status: 401,
    code: 'SIGN_ERROR',
    zh: '已更换证书，请使用新证书',
    hant: '已更換證書，請使用新證書',
    en: 'The certificate was replaced; use the new one',
    number: 268443699,
  },
  CERTIFICATE_NEVER_ISSUED: {
    status: 401,
    code: 'SIGN_ERROR',
    zh: '商户未申请过证书。',
    hant: '商戶未申請過證書。',
    en: 'The merchant has never applied for a certificate.',
    number: 268443699,
  },
  SIGNATURE_MISMATCH: {
    status: 401,
    code: 'SIGN_ERROR',
    zh: '错误的签名，验签失败',
    hant: '錯誤的簽名，驗簽失敗',
    en: 'The signature is wrong, verification failed',
    number: 268443699,
  },
  APIV3_KEY_MISSING: {
    status: 401,
    code: 'SIGN_ERROR',
    zh: '商户未设置APIv3密钥。',
    hant: '商戶未設置APIv3密鑰。',
    en: 'The merchant has not set an APIv3 key.',
    number: 268443699,
  },

  // Rules that hold for every call.
  RATELIMIT_EXCEEDED: {
    status: 429,
    code: 'RATELIMIT_EXCEEDED',
    zh: '达到调用速率限制',
    hant: '達到調用速率限制',
    en: 'The call rate limit is reached',
    number: 268447840,
  },
  FREQUENCY_LIMITED: {
    status: 429,
    code: 'FREQUENCY_LIMITED',
    zh: '频率限制',
    hant: '頻率限制',
    en: 'The call frequency is limited',
    number: 268447840,
  },
  PARAM_ERROR: {
    status: 400,
    code: 'PARAM_ERROR',
    zh: '参数错误',
    hant: '參數錯誤',
    en: 'A parameter is wrong',
  },
  SYSTEM_ERROR: {
    status: 500,
    code: 'SYSTEM_ERROR',
    zh: '出现内部服务器错误',
    hant: '出現內部伺服器錯誤',
    en: 'An internal server error occurred',
    number: 268435464,
  },

  // Who may call for whom.
  NOT_ENROLLED: {
    status: 403,
    code: 'NO_AUTH',
    zh: '商户未入驻',
    hant: '商戶未入駐',
    en: 'The merchant has not enrolled in score parking',
  },
  CANNOT_COLLECT: {
    status: 403,
    code: 'NO_AUTH',
    zh: '当前商户无法扣款',
    hant: '當前商戶無法扣款',
    en: 'The merchant cannot collect payments at present',
    number: 268448010,
  },
  SUB_MCHID_UNKNOWN: {
    status: 400,
    code: 'INVALID_REQUEST',
    zh: '子商户号不存在,请检查后再试',
    hant: '子商戶號不存在,請檢查後再試',
    en: 'The sub-merchant number does not exist, check it and try again',
    number: 268443704,
  },
  SUB_MCHID_NOT_BOUND: {
    status: 400,
    code: 'INVALID_REQUEST',
    zh: '服务商和子商户没有绑定关系',
    hant: '服務商和子商戶沒有綁定關係',
    en: 'The service provider and the sub-merchant are not bound',
    number: 268443701,
  },

  ...PARKING_ERRORS,
  ...REFUND_ERRORS,
  ...BILL_ERRORS,

  // Keys and encrypted fields.
  NO_PLATFORM_CERTIFICATE: {
    status: 404,
    code: 'RESOURCE_NOT_EXISTS',
    zh: '无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。可查看指引https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/wxp-pub-key-guide.html',
    hant: '無可用的平台證書，請在商戶平台-API安全申請使用微信支付公鑰。可查看指引https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/wxp-pub-key-guide.html',
    en: 'There is no platform certificate; apply for the WeChat Pay public key under API security of the merchant platform. See https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/wxp-pub-key-guide.html',
  },
  WECHATPAY_SERIAL_MISSING: {
    status: 400,
    code: 'PARAM_ERROR',
    zh: 'HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)',
    hant: 'HTTP header缺少微信支付平台證書序號(Wechatpay-Serial)',
    en: 'The HTTP header lacks the serial number of the platform certificate (Wechatpay-Serial)',
  },
  WECHATPAY_SERIAL_WRONG: {
    status: 400,
    code: 'PARAM_ERROR',
    zh: '平台证书序列号Wechatpay-Serial错误',
    hant: '平台證書序號Wechatpay-Serial錯誤',
    en: 'The platform certificate serial number Wechatpay-Serial is wrong',
  },
  DECRYPTION_FAILED: {
    status: 400,
    code: 'PARAM_ERROR',
    zh: '平台私钥解密失败',
    hant: '平台私鑰解密失敗',
    en: 'Decryption with the platform private key failed',
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorName = keyof typeof ERRORS
