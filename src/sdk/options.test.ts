import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { type ClientOptions, resolveOptions } from './options.ts'
import { optionsFromFolder } from './options-from-folder.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
})

const options: ClientOptions = {
  mchid: '1230000109',
  serial_no: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
  privateKey,
  apiv3Key: 'a'.repeat(32),
  trust: { publicKeyId: 'PUB_KEY_ID_1', publicKey },
}

test('without a baseUrl the two official hosts are asked, with one only that one', () => {
  const hosts = (more: Partial<ClientOptions>) => resolveOptions({ ...options, ...more }).hosts
  assert.deepEqual(hosts({}), ['https://api.mch.weixin.qq.com', 'https://api2.mch.weixin.qq.com'])
  assert.deepEqual(hosts({ baseUrl: 'http://127.0.0.1:8080/' }), ['http://127.0.0.1:8080'])
  assert.deepEqual(hosts({ baseUrl: 'http://one', fallbackUrl: 'http://two' }), ['http://one', 'http://two'])
})

const WRONG: [name: string, more: Partial<ClientOptions>][] = [
  ['mchid', { mchid: '' }],
  ['serial_no', { serial_no: 'xyz' }],
  ['privateKey', { privateKey: 'apiclient_key.pem' }],
  ['privateKey', { privateKey: publicKey }],
  ['privateKey', { privateKey: elliptic as string }],
  ['apiv3Key', { apiv3Key: 'short' }],
  ['baseUrl', { baseUrl: 'api.mch.weixin.qq.com' }],
  ['baseUrl', { baseUrl: 'https://proxy.example.com/wechat' }],
  ['baseUrl', { baseUrl: 'ftp://example.com' }],
  ['fallbackUrl', { fallbackUrl: '' }],
  ['timeoutMs', { timeoutMs: 0 }],
  ['retries', { retries: 1.5 }],
  ['retries', { retries: 6 }],
  ['retryPauseMs', { retryPauseMs: -1 }],
]

for (const [name, more] of WRONG) {
  test(`a wrong ${name} (${String(Object.values(more)[0]).slice(0, 20)}) is found when the client is made`, () => {
    assert.throws(
      () => resolveOptions({ ...options, ...more }),
      (error: Error) => error instanceof TypeError && error.message.startsWith(name),
    )
  })
}

test('a user agent that cannot be sent is found when the client is made', () => {
  assert.throws(() => resolveOptions({ ...options, userAgent: 'car\npark' }), TypeError)
})

test('an error about a key does not repeat the key', () => {
  const secret = 'this-is-no-pem-but-a-secret'
  assert.throws(
    () => resolveOptions({ ...options, privateKey: secret, apiv3Key: secret }),
    (error: Error) => !error.message.includes(secret),
  )
})

test('a folder without a merchant is named, with what to do', () => {
  assert.throws(
    () => optionsFromFolder('/nowhere/merchants/1'),
    /merchant\.json cannot be read\. A sandbox writes it/,
  )
})
