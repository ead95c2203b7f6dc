import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, afterEach, test } from 'node:test'
import { platformUnderTest } from '../../../../test/platform.ts'
import { conforms } from '../../../contract/validate.ts'
import { openResource, type SealedResource } from '../../../protocol/sealed-resource.ts'
import { parseTime } from '../../../protocol/time.ts'
import * as contract from './contract.ts'

const { call, merchant, platform } = await platformUnderTest({ after })
const own = merchant('1230000109')

const change = (sql: string) => platform.db.run(`UPDATE merchants SET ${sql} WHERE mchid = '1230000109'`)
afterEach(() => change(`trust_state = 'SWITCHING', apiv3_key = '${own.apiv3_key}'`))

interface Listed {
  serial_no: string
  effective_time: string
  expire_time: string
  encrypt_certificate: SealedResource
}

const list = (query = '', mchid?: string) =>
  call({ method: 'GET', target: `/v3/certificates${query}` }, mchid)

async function listed(query = '', mchid?: string): Promise<Listed[]> {
  const reply = await list(query, mchid)
  assert.equal(reply.statusCode, 200, reply.body)
  assert.equal(conforms(contract.listCertificates.merchant.reply, reply.json()), undefined)
  return reply.json<{ data: Listed[] }>().data
}

test('the platform certificate is opened with the APIv3 key and is the one in the folder', async () => {
  const data = await listed()
  assert.equal(data.length, 1)
  const [{ serial_no, effective_time, expire_time, encrypt_certificate } = assert.fail()] = data
  assert.equal(openResource(encrypt_certificate, own.apiv3_key), own.platform_certificate)
  assert.equal(encrypt_certificate.algorithm, 'AEAD_AES_256_GCM')
  assert.equal(encrypt_certificate.associated_data, 'certificate')
  assert.match(encrypt_certificate.nonce, /^[0-9A-Za-z]{12}$/)
  const certificate = new X509Certificate(own.platform_certificate)
  assert.equal(serial_no, certificate.serialNumber)
  assert.equal(parseTime(effective_time), Date.parse(certificate.validFrom))
  assert.equal(parseTime(expire_time), Date.parse(certificate.validTo))
  assert.match(effective_time, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+08:00$/)
})

test('the keys of a reply are the official ones, in their order', async () => {
  const [first] = await listed()
  assert.deepEqual(Object.keys(first ?? {}), [
    'serial_no',
    'effective_time',
    'expire_time',
    'encrypt_certificate',
  ])
  assert.deepEqual(Object.keys(first?.encrypt_certificate ?? {}), [
    'algorithm',
    'ciphertext',
    'nonce',
    'associated_data',
  ])
})

test('algorithm_type is RSA unless said; ALL has the RSA certificates too, and there are none for SM2', async () => {
  const serials = async (query: string) => (await listed(query)).map(({ serial_no }) => serial_no)
  for (const query of ['', '?algorithm_type=RSA', '?algorithm_type=ALL']) {
    assert.deepEqual(await serials(query), [own.platform_serial], query)
  }
  assert.deepEqual(await serials('?algorithm_type=SM2'), [])
})

test('an algorithm_type that does not exist is refused with its value', async () => {
  for (const value of ['rsa', 'RSA2', '', 'x'.repeat(1000)]) {
    const reply = await list(`?algorithm_type=${value}`)
    assert.equal(reply.statusCode, 400)
    assert.deepEqual(reply.json(), {
      code: 'PARAM_ERROR',
      detail: {
        location: 'query',
        value: value.slice(0, 256),
      },
      message:
        '输入源“/query/algorithm_type”映射到值字段“算法类型”字符串规则校验失败，可选值为 RSA、SM2、ALL',
    })
  }
})

test('each merchant gets it under its own APIv3 key, with a nonce that is never used twice', async () => {
  const provider = merchant('1230000100')
  const [theirs] = await listed('', provider.mchid)
  assert.ok(theirs)
  assert.equal(openResource(theirs.encrypt_certificate, provider.apiv3_key), own.platform_certificate)
  assert.throws(() => openResource(theirs.encrypt_certificate, own.apiv3_key))
  const nonces = new Set<string>()
  for (let round = 0; round < 10; round++) {
    const [again] = await listed()
    nonces.add(again?.encrypt_certificate.nonce ?? '')
  }
  assert.equal(nonces.size, 10)
})

test('a change of the APIv3 key takes effect at once', async () => {
  const changed = 'k'.repeat(32)
  await change(`apiv3_key = '${changed}'`)
  const [first] = await listed()
  assert.ok(first)
  assert.equal(openResource(first.encrypt_certificate, changed), own.platform_certificate)
})

test('a merchant that has switched to the public key has no platform certificate: 404', async () => {
  await change(`trust_state = 'PUBLIC_KEY'`)
  const reply = await list()
  assert.deepEqual(
    [reply.statusCode, reply.body],
    [
      404,
      '{"code":"RESOURCE_NOT_EXISTS","message":"无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。可查看指引https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/wxp-pub-key-guide.html"}',
    ],
  )
  assert.equal(reply.headers['wechatpay-serial'], own.public_key_id)
})

test('a merchant that has not switched yet keeps getting it', async () => {
  await change(`trust_state = 'CERTIFICATE'`)
  assert.equal((await listed()).length, 1)
})

test('a merchant without an APIv3 key is refused with that', async () => {
  await change(`apiv3_key = ''`)
  const reply = await list()
  assert.deepEqual(
    [reply.statusCode, reply.body],
    [401, '{"code":"SIGN_ERROR","message":"商户未设置APIv3密钥。"}'],
  )
})

test('the list comes without a query, without Content-Type, and with a Wechatpay-Serial that is empty', async () => {
  const reply = await call({
    method: 'GET',
    target: '/v3/certificates?algorithm_type=RSA',
    headers: { 'Wechatpay-Serial': '', Accept: ' */*' },
  })
  assert.equal(reply.statusCode, 200)
  assert.equal(reply.headers['wechatpay-serial'], own.platform_serial)
})
