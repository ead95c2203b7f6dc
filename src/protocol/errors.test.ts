import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ApiError, chooseLanguage, ERRORS, type ErrorName, LANGUAGES } from './errors.ts'

const NAMES = Object.keys(ERRORS) as ErrorName[]

const STATUSES: Record<string, readonly number[]> = {
  PARAM_ERROR: [400],
  INVALID_REQUEST: [400],
  SIGN_ERROR: [401],
  NO_AUTH: [403],
  OUT_TRADE_NO_USED: [403],
  NOT_FOUND: [404],
  RESOURCE_NOT_EXISTS: [404],
  RATELIMIT_EXCEEDED: [429],
  SYSTEM_ERROR: [500],
}

test('every error has a documented pair of status and code', () => {
  for (const name of NAMES) {
    const { code, status } = ERRORS[name]
    const known = STATUSES[code]
    if (known) assert.ok(known.includes(status), `${name}: ${status} ${code}`)
    assert.match(code, /^[A-Z_]+$/)
    assert.ok(status >= 400 && status <= 599, name)
  }
})

test('every error has a text in every language, without blanks around it', () => {
  for (const name of NAMES) {
    const { zh, hant, en } = ERRORS[name]
    for (const text of [zh, hant, en]) {
      assert.notEqual(text, '', name)
      assert.equal(text, text.trim(), name)
    }
    assert.doesNotMatch(en, /[一-鿿]/, `${name} has Chinese in its English text`)
    assert.match(zh, /[一-鿿]/, `${name} has no Chinese text`)
  }
})

test('the texts that were seen on the real platform are its own, to the letter', () => {
  const seen: Partial<Record<ErrorName, string>> = {
    MISSING_ACCEPT_OR_USER_AGENT: 'Http头缺少Accept或User-Agent',
    AUTHORIZATION_MALFORMED: 'Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》',
    AUTHORIZATION_SCHEME: 'Http头Authorization认证类型不正确',
    TIMESTAMP_SKEW: 'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟',
    MERCHANT_UNKNOWN: '签名错误',
    SERIAL_UNKNOWN: '商户证书序列号有误。请使用签名私钥匹配的证书序列号',
    CERTIFICATE_EXPIRED: '商户证书已过期。',
    CERTIFICATE_REVOKED: '商户证书已作废。',
    SIGNATURE_MISMATCH: '错误的签名，验签失败',
    APIV3_KEY_MISSING: '商户未设置APIv3密钥。',
    WECHATPAY_SERIAL_MISSING: 'HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)',
    WECHATPAY_SERIAL_WRONG: '平台证书序列号Wechatpay-Serial错误',
    DECRYPTION_FAILED: '平台私钥解密失败',
    NO_PLATFORM_CERTIFICATE:
      '无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。可查看指引https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/wxp-pub-key-guide.html',
  }
  for (const [name, text] of Object.entries(seen)) assert.equal(ERRORS[name as ErrorName].zh, text)
})

test('the number behind Request-ID is the known one, and that of a bad parameter otherwise', () => {
  const numbers: Partial<Record<ErrorName, number>> = {
    PARAM_ERROR: 268435461,
    MISSING_ACCEPT_OR_USER_AGENT: 268435461,
    AUTHORIZATION_MALFORMED: 270924360,
    SIGNATURE_MISMATCH: 268443699,
    RATELIMIT_EXCEEDED: 268447840,
    ORDER_UNKNOWN: 268512771,
    OUT_TRADE_NO_USED: 268498688,
    SUB_MCHID_NOT_BOUND: 268443701,
    SUB_MCHID_UNKNOWN: 268443704,
    CANNOT_COLLECT: 268448010,
  }
  for (const [name, number] of Object.entries(numbers)) {
    assert.equal(new ApiError(name as ErrorName).number, number, name)
  }
  for (const name of NAMES) assert.ok(new ApiError(name).number > 0, name)
})

test('a body has code, detail and message in this order, and no detail when there is none', () => {
  const detail = { field: '/appid', issue: '…', location: 'body', value: '' } as const
  assert.equal(
    JSON.stringify(new ApiError('PARAM_ERROR', detail).body('zh-CN')),
    '{"code":"PARAM_ERROR","detail":{"field":"/appid","issue":"…","location":"body","value":""},"message":"参数错误"}',
  )
  assert.equal(
    JSON.stringify(new ApiError('PLATE_UNKNOWN').body('zh-CN')),
    '{"code":"NOT_FOUND","message":"车牌不存在"}',
  )
})

test('the message is in the language that was asked for; Hong Kong and Taiwan share one', () => {
  const error = new ApiError('PARAM_ERROR')
  assert.deepEqual(
    LANGUAGES.map(language => [language, error.body(language).message]),
    [
      ['zh-CN', '参数错误'],
      ['en', 'A parameter is wrong'],
      ['zh-HK', '參數錯誤'],
      ['zh-TW', '參數錯誤'],
    ],
  )
  assert.equal(error.message, '参数错误')
  assert.equal(error.status, 400)
})

test('the first language of Accept-Language that the platform has is chosen, Simplified Chinese otherwise', () => {
  const cases: [string | undefined, string][] = [
    [undefined, 'zh-CN'],
    ['', 'zh-CN'],
    ['*', 'zh-CN'],
    ['en', 'en'],
    ['zh-CN', 'zh-CN'],
    ['zh-HK', 'zh-HK'],
    ['zh-TW', 'zh-TW'],
    ['EN', 'en'],
    ['zh-hk', 'zh-HK'],
    ['en-US', 'en'],
    ['en-GB;q=0.9', 'en'],
    ['fr, de', 'zh-CN'],
    ['fr-FR, en;q=0.5', 'en'],
    ['ja,zh-TW;q=0.9,en;q=0.8', 'zh-TW'],
    [' zh-TW ; q=1', 'zh-TW'],
    ['english', 'zh-CN'],
    ['zh,en;q=0.5', 'zh-CN'],
    [';;,,;', 'zh-CN'],
    [`${'x'.repeat(10_000)},en`, 'zh-CN'],
  ]
  for (const [header, language] of cases) assert.equal(chooseLanguage(header), language, header)
})

test('any header gives one of the four languages', () => {
  fc.assert(fc.property(fc.string(), header => LANGUAGES.includes(chooseLanguage(header))))
})
