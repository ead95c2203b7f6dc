import { errorTable } from '../protocol/errors.ts'

/** What calls of several products are refused with: for whom they act, and what they send encrypted. */
export const callErrors = errorTable({
  // For whom a call acts.
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

  // Encrypted fields.
  WECHATPAY_SERIAL_MISSING: {
    status: 400,
    code: 'PARAM_ERROR',
    unsigned: true,
    zh: 'HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)',
    hant: 'HTTP header缺少微信支付平台證書序號(Wechatpay-Serial)',
    en: 'The HTTP header lacks the serial number of the platform certificate (Wechatpay-Serial)',
  },
  WECHATPAY_SERIAL_WRONG: {
    status: 400,
    code: 'PARAM_ERROR',
    unsigned: true,
    zh: '平台证书序列号Wechatpay-Serial错误',
    hant: '平台證書序號Wechatpay-Serial錯誤',
    en: 'The platform certificate serial number Wechatpay-Serial is wrong',
  },
  CIPHERTEXT_EXPECTED: {
    status: 400,
    code: 'PARAM_ERROR',
    unsigned: true,
    zh: '请确认待处理的消息是否为加密后的密文',
    hant: '請確認待處理的消息是否為加密後的密文',
    en: 'Make sure that the message to be processed is an encrypted text',
  },
  DECRYPTION_FAILED: {
    status: 400,
    code: 'PARAM_ERROR',
    unsigned: true,
    zh: '平台私钥解密失败',
    hant: '平台私鑰解密失敗',
    en: 'Decryption with the platform private key failed',
  },
})
