import { errorTable } from '../../../protocol/errors.ts'

/** What the list of certificates is refused with. */
export const errors = errorTable({
  APIV3_KEY_MISSING: {
    status: 401,
    code: 'SIGN_ERROR',
    zh: '商户未设置APIv3密钥。',
    hant: '商戶未設置APIv3密鑰。',
    en: 'The merchant has not set an APIv3 key.',
    number: 268443699,
  },
  NO_PLATFORM_CERTIFICATE: {
    status: 404,
    code: 'RESOURCE_NOT_EXISTS',
    zh: '无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。可查看指引https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/wxp-pub-key-guide.html',
    hant: '無可用的平台證書，請在商戶平台-API安全申請使用微信支付公鑰。可查看指引https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/wxp-pub-key-guide.html',
    en: 'There is no platform certificate; apply for the WeChat Pay public key under API security of the merchant platform. See https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/wxp-pub-key-guide.html',
  },
})
