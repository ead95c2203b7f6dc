import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ApiError, type ErrorEntry } from '../src/protocol/errors.ts'
import { general } from '../src/protocol/general-errors.ts'
import { ALL_ERRORS, DECLARED_ERRORS } from './all-errors.ts'

const project = dirname(dirname(fileURLToPath(import.meta.url)))

function named(name: string): ErrorEntry {
  return ALL_ERRORS.find(error => error.name === name) ?? assert.fail(`No error is called ${name}`)
}

/** Where an error is declared by its name with another value: what a reader is to do about it. */
function clashes(declared: ReadonlyMap<string, readonly ErrorEntry[]>): string[] {
  const first = new Map<string, { owner: string; error: ErrorEntry }>()
  return [...declared].flatMap(([owner, errors]) =>
    [...new Set(errors)].flatMap(error => {
      const known = first.get(error.name) ?? { owner, error }
      first.set(error.name, known)
      if (known.error === error) return []
      return [
        `${known.owner} and ${owner} have an error each that is called ${error.name}: give one of them another name, or, ` +
          'if it is the same error, move it to the errors.ts of the room that throws it for both',
      ]
    }),
  )
}

test('no two errors have the same name', () => {
  assert.deepEqual(clashes(new Map([['the gateway', Object.values(general)], ...DECLARED_ERRORS])), [])
})

test('two products that call different errors the same are named, with what to do', () => {
  const ours = { name: 'ORDER_UNKNOWN', status: 404, code: 'NOT_FOUND', zh: '', hant: '', en: '' }
  const shared = { ...ours, name: 'SHARED' }
  const found = clashes(
    new Map([
      ['parking', [ours, shared, ours]],
      ['invoices', [shared, { ...ours }]],
    ]),
  )
  assert.equal(found.length, 1)
  assert.match(found[0] ?? '', /^parking and invoices have an error each that is called ORDER_UNKNOWN: give/)
})

test('every error of an errors.ts is declared by a call', async () => {
  const files = globSync('src/{*,products/*/*}/errors.ts', {
    cwd: project,
    exclude: ['src/protocol/errors.ts'],
  })
  assert.ok(files.length > 0)
  for (const file of files) {
    const tables: Record<string, Record<string, ErrorEntry>> = await import(
      pathToFileURL(join(project, file)).href
    )
    for (const error of Object.values(tables).flatMap(table => Object.values(table)))
      assert.ok(
        ALL_ERRORS.includes(error),
        `No call declares ${error.name} of ${file}: declare it, or delete it`,
      )
  }
})

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
  for (const { name, code, status } of ALL_ERRORS) {
    const known = STATUSES[code]
    if (known) assert.ok(known.includes(status), `${name}: ${status} ${code}`)
    assert.match(code, /^[A-Z_]+$/)
    assert.ok(status >= 400 && status <= 599, name)
  }
})

test('every error has a text in every language, without blanks around it', () => {
  for (const { name, zh, hant, en } of ALL_ERRORS) {
    for (const text of [zh, hant, en]) {
      assert.notEqual(text, '', name)
      assert.equal(text, text.trim(), name)
    }
    assert.doesNotMatch(en, /[一-鿿]/, `${name} has Chinese in its English text`)
    assert.match(zh, /[一-鿿]/, `${name} has no Chinese text`)
  }
})

test('the texts that were seen on the real platform are its own, to the letter', () => {
  const seen: Record<string, string> = {
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
  for (const [name, text] of Object.entries(seen)) assert.equal(named(name).zh, text)
})

test('the number behind Request-ID is the known one, and that of a bad parameter otherwise', () => {
  const numbers: Record<string, number> = {
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
    assert.equal(new ApiError(named(name)).number, number, name)
  }
  for (const error of ALL_ERRORS) assert.ok(new ApiError(error).number > 0, error.name)
})
