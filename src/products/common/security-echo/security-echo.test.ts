import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { after, afterEach, test } from 'node:test'
import { platformUnderTest } from '../../../../test/platform.ts'
import { openResource, type SealedResource } from '../../../protocol/sealed-resource.ts'
import { decryptField, encryptField, MAX_SENSITIVE_BYTES } from '../../../protocol/sensitive-field.ts'
import type { TrustState } from '../../../protocol/trust.ts'
import { type ReceivedCallback, webhookSink } from '../../../testing/index.ts'

const { call, merchant, platform, runDue } = await platformUnderTest({ after })
const sink = await webhookSink()
after(() => sink.close())

const own = merchant('1230000109')
const ownKey = createPrivateKey(own.private_key)

/** A kind of key that the platform has, as the merchant knows it. */
interface TheirKey {
  serial: string
  key: KeyObject
}
const CERTIFICATE: TheirKey = { serial: own.platform_serial, key: createPublicKey(own.platform_certificate) }
const PUBLIC_KEY: TheirKey = { serial: own.public_key_id, key: createPublicKey(own.platform_public_key) }

const setTrust = (trust: TrustState) => platform.db.run('UPDATE merchants SET trust_state = $1', trust)
afterEach(() => setTrust('SWITCHING'))

interface Echo {
  echo_message: string
  encrypted_echo_message?: string
  notify_url?: string
}

function send(body: object | string, serial: string | undefined = own.platform_serial) {
  const headers: Record<string, string> = serial === undefined ? {} : { 'Wechatpay-Serial': serial }
  return call({ method: 'POST', target: '/v3/security/echo', body, headers })
}

async function echo(body: Echo, serial?: string): Promise<Echo> {
  const reply = await send(body, serial)
  assert.equal(reply.statusCode, 200, reply.body)
  return reply.json<Echo>()
}

async function assertRefused(reply: ReturnType<typeof send>, message: string): Promise<void> {
  const { statusCode, body } = await reply
  assert.deepEqual([statusCode, body], [400, `{"code":"PARAM_ERROR","message":"${message}"}`])
}

test('a message comes back as it was', async () => {
  for (const echo_message of ['hi', '粤B888888', '"quoted" \\ \n', 'a'.repeat(MAX_SENSITIVE_BYTES)]) {
    assert.deepEqual(await echo({ echo_message }), { echo_message })
  }
})

for (const [name, { serial, key }] of Object.entries({
  certificate: CERTIFICATE,
  'public key': PUBLIC_KEY,
})) {
  test(`a field encrypted with the ${name} comes back encrypted to the merchant's certificate`, async () => {
    for (const message of ['secret', '粤B888888', 'a'.repeat(MAX_SENSITIVE_BYTES)]) {
      const reply = await echo(
        { echo_message: 'hi', encrypted_echo_message: encryptField(message, key) },
        serial,
      )
      assert.deepEqual(Object.keys(reply), ['echo_message', 'encrypted_echo_message'])
      assert.equal(decryptField(reply.encrypted_echo_message ?? '', ownKey), message)
    }
  })

  test(`the reply to a call that names the ${name} is signed with it while switching`, async () => {
    const reply = await send({ echo_message: 'hi' }, serial)
    assert.equal(reply.headers['wechatpay-serial'], serial)
    const { 'wechatpay-timestamp': timestamp, 'wechatpay-nonce': nonce } = reply.headers
    const signature = Buffer.from(String(reply.headers['wechatpay-signature']), 'base64')
    assert.ok(verify('RSA-SHA256', Buffer.from(`${timestamp}\n${nonce}\n${reply.body}\n`), key, signature))
  })
}

test('a serial number may be written in lower case', async () => {
  const encrypted_echo_message = encryptField('secret', CERTIFICATE.key)
  const reply = await echo({ echo_message: 'hi', encrypted_echo_message }, own.platform_serial.toLowerCase())
  assert.equal(decryptField(reply.encrypted_echo_message ?? '', ownKey), 'secret')
})

test('a call without Wechatpay-Serial, or with an empty one, is refused', async () => {
  const message = 'HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)'
  const bare = call({ method: 'POST', target: '/v3/security/echo', body: { echo_message: 'hi' } })
  await assertRefused(bare, message)
  await assertRefused(send({ echo_message: 'hi' }, ''), message)
})

test("a Wechatpay-Serial that names none of the caller's keys is refused", async () => {
  for (const serial of [
    'F'.repeat(40),
    'PUB_KEY_ID_0',
    merchant('1230000100').public_key_id,
    own.serial_no,
    own.public_key_id.replace('PUB_KEY_ID_', ''),
    'PUB_KEY',
  ]) {
    await assertRefused(send({ echo_message: 'hi' }, serial), '平台证书序列号Wechatpay-Serial错误')
  }
})

test('the kind of key that does not sign the replies of a merchant cannot be named either', async () => {
  for (const [trust, { serial }] of [
    ['PUBLIC_KEY', CERTIFICATE],
    ['CERTIFICATE', PUBLIC_KEY],
  ] as const) {
    await setTrust(trust)
    await assertRefused(send({ echo_message: 'hi' }, serial), '平台证书序列号Wechatpay-Serial错误')
  }
})

test('a field encrypted with another key than the one that is named does not decrypt', async () => {
  const merchantsOwn = createPublicKey(own.certificate)
  for (const [key, serial] of [
    [CERTIFICATE.key, PUBLIC_KEY.serial],
    [PUBLIC_KEY.key, CERTIFICATE.serial],
    [merchantsOwn, CERTIFICATE.serial],
  ] as const) {
    const encrypted_echo_message = encryptField('secret', key)
    await assertRefused(send({ echo_message: 'hi', encrypted_echo_message }, serial), '平台私钥解密失败')
  }
})

test('what is no ciphertext is refused with that, and a text that no field can hold does not decrypt', async () => {
  for (const encrypted_echo_message of ['secret', '***', 'AAAA', 'A'.repeat(344), 'A'.repeat(1024)]) {
    await assertRefused(
      send({ echo_message: 'hi', encrypted_echo_message }),
      '请确认待处理的消息是否为加密后的密文',
    )
  }
  for (const encrypted_echo_message of [
    `${'A'.repeat(342)}==`,
    encryptField('a\0b', CERTIFICATE.key),
    encryptField('😀', CERTIFICATE.key),
  ]) {
    await assertRefused(send({ echo_message: 'hi', encrypted_echo_message }), '平台私钥解密失败')
  }
})

test('a field that is missing, empty, too long or of another type is refused by its name', async () => {
  const cases: [body: object, field: string][] = [
    [{}, '/echo_message'],
    [{ echo_message: '' }, '/echo_message'],
    [{ echo_message: 1 }, '/echo_message'],
    [{ echo_message: 'a'.repeat(MAX_SENSITIVE_BYTES + 1) }, '/echo_message'],
    [{ echo_message: '中'.repeat(72) }, '/echo_message'],
    [{ echo_message: 'hi', encrypted_echo_message: '' }, '/encrypted_echo_message'],
    [{ echo_message: 'hi', encrypted_echo_message: 'A'.repeat(1025) }, '/encrypted_echo_message'],
    [{ echo_message: 'hi', notify_url: 'merchant.example' }, '/notify_url'],
    [{ echo_message: 'hi', notify_url: 'https://merchant.example/?a=1' }, '/notify_url'],
  ]
  for (const [body, field] of cases) {
    const reply = await send(body)
    assert.equal(reply.statusCode, 400)
    const { code, message } = reply.json<{ code: string; message: string }>()
    assert.equal(code, 'PARAM_ERROR')
    assert.ok(message.includes(`“/body${field}”`), message)
  }
})

interface Envelope {
  id: string
  create_time: string
  resource_type: string
  event_type: string
  summary: string
  resource: SealedResource & { original_type: string }
}

function openedBy(callback: ReceivedCallback, { serial, key }: TheirKey): { envelope: Envelope; echo: Echo } {
  const { headers, body } = callback
  const message = `${headers['wechatpay-timestamp']}\n${headers['wechatpay-nonce']}\n${body}\n`
  const signature = Buffer.from(String(headers['wechatpay-signature']), 'base64')
  assert.equal(headers['wechatpay-serial'], serial)
  assert.ok(verify('RSA-SHA256', Buffer.from(message), key, signature))
  const envelope = JSON.parse(body) as Envelope
  return { envelope, echo: JSON.parse(openResource(envelope.resource, own.apiv3_key)) as Echo }
}

test('with a notify_url the same follows as a notice, which the keys of the merchant verify and open', async () => {
  const encrypted_echo_message = encryptField('secret', CERTIFICATE.key)
  await echo({ echo_message: '回显', encrypted_echo_message, notify_url: sink.url })
  await runDue()
  const callback = await sink.next()
  const { envelope, echo: notified } = openedBy(callback, CERTIFICATE)
  assert.equal(notified.echo_message, '回显')
  assert.equal(decryptField(notified.encrypted_echo_message ?? '', ownKey), 'secret')
  assert.match(envelope.id, /^[0-9a-f-]{36}$/)
  assert.deepEqual(
    [envelope.resource_type, envelope.event_type, envelope.summary, envelope.resource.original_type],
    ['encrypt-resource', 'SECURITY_ECHO.SUCCESS', '签名验签测试成功', 'security'],
  )
  assert.equal(callback.headers['content-type'], 'application/json')
  for (const name of ['Wechatpay-Signature-Type', 'Wechatpay-Nonce', 'Request-ID']) {
    assert.ok(callback.rawHeaders.includes(name), name)
  }
})

test('after the switch a notice is signed with the public key', async () => {
  await setTrust('PUBLIC_KEY')
  await echo({ echo_message: 'hi', notify_url: sink.url }, PUBLIC_KEY.serial)
  await runDue()
  assert.deepEqual(openedBy(await sink.next(), PUBLIC_KEY).echo, { echo_message: 'hi' })
})

test('a refused call sends nothing', async () => {
  const rows = () => platform.db.all('SELECT id FROM notices')
  const before = (await rows()).length
  await send({ echo_message: 'hi', notify_url: sink.url, encrypted_echo_message: 'AAAA' })
  await send({ echo_message: 'hi', notify_url: sink.url }, 'F'.repeat(40))
  await send({ echo_message: '', notify_url: sink.url })
  assert.equal((await rows()).length, before)
})

test('a merchant without an APIv3 key gets its reply and no notice, because nothing could seal it', async () => {
  const setKey = (key: string) =>
    platform.db.run('UPDATE merchants SET apiv3_key = $1 WHERE mchid = $2', key, own.mchid)
  const count = async () => (await platform.db.all('SELECT id FROM notices')).length
  const before = await count()
  await setKey('')
  await echo({ echo_message: 'hi', notify_url: sink.url })
  await setKey(own.apiv3_key)
  assert.equal(await count(), before)
})

test('a production platform refuses http and private addresses as notify_url, with the reason', async t => {
  const production = await platformUnderTest(t, { rules: { profile: 'production' } })
  const { platform_serial } = production.merchant('1230000109')
  const cases: [notify_url: string, issue: string][] = [
    ['http://merchant.example/notify', '回调通知url必须为https'],
    ['https://localhost/notify', '回调通知url必须为外网可访问的地址'],
    ['https://127.0.0.1/notify', '回调通知url必须为外网可访问的地址'],
    ['https://[::1]/notify', '回调通知url必须为外网可访问的地址'],
  ]
  for (const [notify_url, issue] of cases) {
    const reply = await production.call({
      method: 'POST',
      target: '/v3/security/echo',
      body: { echo_message: 'hi', notify_url },
      headers: { 'Wechatpay-Serial': platform_serial },
    })
    assert.equal(reply.statusCode, 400)
    assert.deepEqual(reply.json(), {
      code: 'PARAM_ERROR',
      detail: { location: 'body', value: notify_url },
      message: `输入源“/body/notify_url”校验失败，${issue}`,
    })
  }
})
