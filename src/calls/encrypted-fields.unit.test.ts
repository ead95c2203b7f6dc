import assert from 'node:assert/strict'
import { constants, createPublicKey, type KeyObject, publicEncrypt } from 'node:crypto'
import { after, test } from 'node:test'
import { adminClient } from '../../test/admin.ts'
import { MERCHANT, sandboxUnderTest } from '../../test/sandbox.ts'
import { encryptField } from '../protocol/sensitive-field.ts'

// Every refusal of an encrypted field, with both kinds of key and in each call that has one.

const running = await sandboxUnderTest({ after }, { rules: { publishedLimits: 'off' } })
const { call, merchant, clock } = running
const admin = adminClient(running)
const own = merchant(MERCHANT.mchid)
const DAY = 24 * 60 * 60 * 1000

const OK = 'decrypted'
const MISSING = 'HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)'
const WRONG = '平台证书序列号Wechatpay-Serial错误'
const IN_THE_CLEAR = '请确认待处理的消息是否为加密后的密文'
const UNDECIPHERED = '平台私钥解密失败'

/** Sends an encrypted field; answers the text of the refusal, or that it was decrypted. */
type Send = (serial: string | undefined, encrypted: string) => Promise<string>

async function outcome(target: string, body: object, serial: string | undefined): Promise<string> {
  const headers: Record<string, string> = serial === undefined ? {} : { 'Wechatpay-Serial': serial }
  const reply = await call({ method: 'POST', target, body, headers })
  const { code, message } = reply.json<{ code?: string; message?: string }>()
  // What is decrypted is looked at before the refund is looked for, and there is none.
  if (code === undefined || code === 'RESOURCE_NOT_EXISTS') return OK
  assert.deepEqual([reply.statusCode, code], [400, 'PARAM_ERROR'], reply.body)
  return message ?? ''
}

const echo: Send = (serial, encrypted_echo_message) =>
  outcome('/v3/security/echo', { echo_message: 'hi', encrypted_echo_message }, serial)

const redirect: Send = (serial, bank_account) =>
  outcome(
    '/v3/refund/domestic/refunds/42/apply-abnormal-refund',
    {
      ...{ out_refund_no: 'R', type: 'USER_BANK_CARD', bank_type: 'ICBC_DEBIT' },
      ...{ bank_account, real_name: bank_account },
    },
    serial,
  )

const CALLS: readonly [name: string, send: Send][] = [
  ['echo', echo],
  ['an abnormal refund', redirect],
]

const certificate = { serial: own.platform_serial, key: createPublicKey(own.platform_certificate) }
const publicKey = { serial: own.public_key_id, key: createPublicKey(own.platform_public_key) }
const KINDS = [
  ['certificate', 'CERTIFICATE', certificate, publicKey],
  ['public key', 'PUBLIC_KEY', publicKey, certificate],
] as const

const NUMBER = '6222620000000000403'
const encrypt = (key: KeyObject) => encryptField(NUMBER, key)

function padded(key: KeyObject, padding: object): string {
  return publicEncrypt({ key, ...padding }, Buffer.from(NUMBER)).toString('base64')
}

for (const [name, send] of CALLS) {
  for (const [kind, trust_state, { serial, key }, other] of KINDS) {
    test(`${name}, with the ${kind}: the right one, none, an unknown one, a foreign one, one of the other kind`, async () => {
      await admin.put(`/merchants/${own.mchid}`, { trust_state })
      const encrypted = encrypt(key)
      assert.equal(await send(serial, encrypted), OK)
      for (const absent of [undefined, '']) assert.equal(await send(absent, encrypted), MISSING)
      const provider = merchant('1230000100')
      for (const foreign of [
        'F'.repeat(40),
        'x',
        `${serial}0`,
        own.serial_no,
        provider.public_key_id,
        provider.serial_no,
        publicKey.serial.replace('PUB_KEY_ID_', ''),
        other.serial,
      ]) {
        assert.equal(await send(foreign, encrypted), WRONG, foreign)
      }
    })

    test(`${name}, with the ${kind}: what was not encrypted to it, or in another way, does not decrypt`, async () => {
      await admin.put(`/merchants/${own.mchid}`, { trust_state })
      const encrypted = encrypt(key)
      for (const plain of [NUMBER, '张三', 'AAAA', '=', encrypted.slice(0, -8), `${encrypted}!`])
        assert.equal(await send(serial, plain), IN_THE_CLEAR, plain)
      for (const wrong of [
        encrypt(other.key),
        encrypt(createPublicKey(own.certificate)),
        encrypted.replace(/^./, first => (first === 'A' ? 'B' : 'A')),
        padded(key, { padding: constants.RSA_PKCS1_PADDING }),
        padded(key, { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }),
      ]) {
        assert.equal(await send(serial, wrong), UNDECIPHERED, wrong)
      }
    })
  }

  test(`${name}: while switching either kind may be named, and each decrypts only its own`, async () => {
    await admin.put(`/merchants/${own.mchid}`, { trust_state: 'SWITCHING' })
    for (const [one, other] of [
      [certificate, publicKey],
      [publicKey, certificate],
    ] as const) {
      assert.equal(await send(one.serial, encrypt(one.key)), OK)
      assert.equal(await send(one.serial, encrypt(other.key)), UNDECIPHERED)
    }
  })
}

test('a certificate that is not shown yet, and one that has ended, can be named by no call', async () => {
  await admin.put(`/merchants/${own.mchid}`, { trust_state: 'CERTIFICATE' })
  const ends = (days: number) => new Date(clock.now() + days * DAY).toISOString()
  await admin.put(`/platform-certificates/${certificate.serial}`, { expire_time: ends(200) })
  const { data } = await admin.get<{ data: { serial_no: string }[] }>('/platform-certificates')
  const [, next = assert.fail()] = data
  const all = async (serial: string, key: KeyObject, expected: string) => {
    for (const [name, send] of CALLS) assert.equal(await send(serial, encrypt(key)), expected, name)
  }
  await all(next.serial_no, certificate.key, WRONG)
  await all(certificate.serial, certificate.key, OK)
  clock.advance(20 * DAY)
  await all(next.serial_no, certificate.key, UNDECIPHERED)
  clock.advance(180 * DAY)
  await all(certificate.serial, certificate.key, WRONG)
  const [, { publicKey: nextKey } = assert.fail()] = running.platform.keys.certificates()
  await all(next.serial_no, nextKey, OK)
})
