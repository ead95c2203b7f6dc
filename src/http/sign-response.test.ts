import assert from 'node:assert/strict'
import { createPublicKey, verify, X509Certificate } from 'node:crypto'
import { after, afterEach, test } from 'node:test'
import { READ } from '../../test/calls.ts'
import { platformUnderTest } from '../../test/platform.ts'
import { rawRequest, sendRaw } from '../../test/raw-http.ts'
import { encryptField } from '../protocol/sensitive-field.ts'
import { TRUST_STATES, type TrustState } from '../protocol/trust.ts'
import { signedRequest, type UnsignedRequest } from '../testing/index.ts'

const running = await platformUnderTest({ after })
const { call } = running
const merchant = running.merchant('1230000109')

const setTrust = (trust: TrustState) =>
  running.platform.db.run('UPDATE merchants SET trust_state = $1', trust)
afterEach(() => setTrust('SWITCHING'))

const ECHO = { method: 'POST', target: '/v3/security/echo', body: { echo_message: '回显' } } as const

type Reply = Awaited<ReturnType<typeof call>>

function signatureHolds({ headers, body }: Pick<Reply, 'headers' | 'body'>, publicKeyPem: string): boolean {
  const message = `${headers['wechatpay-timestamp']}\n${headers['wechatpay-nonce']}\n${body}\n`
  const signature = Buffer.from(String(headers['wechatpay-signature']), 'base64')
  return verify('RSA-SHA256', Buffer.from(message), createPublicKey(publicKeyPem), signature)
}

/** Which of the merchant's two files verifies a reply; the header must name the same. */
function signerOf(reply: Reply): 'certificate' | 'public_key' {
  const byCertificate = signatureHolds(reply, merchant.platform_certificate)
  const byPublicKey = signatureHolds(reply, merchant.platform_public_key)
  assert.notEqual(byCertificate, byPublicKey)
  const serial = byCertificate ? merchant.platform_serial : merchant.public_key_id
  assert.equal(reply.headers['wechatpay-serial'], serial)
  return byCertificate ? 'certificate' : 'public_key'
}

/** In the order of the real hosts. */
const HEADERS = [
  'Server',
  'Date',
  'Content-Type',
  'Content-Length',
  'Connection',
  'Keep-Alive',
  'Cache-Control',
  'X-Content-Type-Options',
  'Request-ID',
  'Content-Language',
]
const SIGNATURE = [
  'Wechatpay-Nonce',
  'Wechatpay-Signature',
  'Wechatpay-Timestamp',
  'Wechatpay-Serial',
  'Wechatpay-Signature-Type',
]

test('a success carries every header in its exact case and order, because clients look them up by it', async () => {
  const request = signedRequest(merchant, { method: 'GET', target: '/v3/certificates' })
  const reply = await sendRaw(running.baseUrl, rawRequest(request))
  assert.equal(reply.status, 200)
  const headers = Object.fromEntries(reply.headers)
  assert.match(headers['Request-ID'] ?? '', /^[0-9A-F]{40}-0$/)
  assert.match(headers['Wechatpay-Nonce'] ?? '', /^[0-9a-f]{32}$/)
  assert.match(headers['Wechatpay-Signature'] ?? '', /^[A-Za-z0-9+/]{342}==$/)
  assert.match(headers['Wechatpay-Timestamp'] ?? '', /^\d{10}$/)
  assert.equal(headers['Wechatpay-Serial'], merchant.platform_serial)
  assert.equal(headers['Wechatpay-Signature-Type'], 'WECHATPAY2-SHA256-RSA2048')
  assert.equal(headers['Content-Type'], 'application/json; charset=utf-8')
  assert.equal(headers['Content-Language'], 'zh-CN')
  assert.equal(headers['Cache-Control'], 'no-cache, must-revalidate')
  assert.equal(headers['X-Content-Type-Options'], 'nosniff')
  assert.deepEqual(
    reply.headers.map(([name]) => name),
    [...HEADERS, ...SIGNATURE],
  )
  assert.equal(headers.Server, 'nginx')
  assert.deepEqual([headers.Connection, headers['Keep-Alive']], ['keep-alive', 'timeout=8'])
  assert.ok(Math.abs(Date.parse(headers.Date ?? '') - Date.now()) < 60_000)
  const {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Signature': signature,
  } = headers
  assert.ok(
    verify(
      'RSA-SHA256',
      Buffer.from(`${timestamp}\n${nonce}\n${reply.body}\n`),
      new X509Certificate(merchant.platform_certificate).publicKey,
      Buffer.from(signature ?? '', 'base64'),
    ),
  )
})

test('no two replies share a Request-ID or a nonce', async () => {
  const replies = await Promise.all(
    Array.from({ length: 20 }, () => call({ method: 'GET', target: '/v3/certificates' })),
  )
  for (const name of ['request-id', 'wechatpay-nonce']) {
    assert.equal(new Set(replies.map(({ headers }) => headers[name])).size, 20)
  }
})

const KEY_ID = 'the id of the public key'
const CERTIFICATE = 'the serial of the certificate'
const ROWS: Record<TrustState, Record<string, 'certificate' | 'public_key'>> = {
  CERTIFICATE: { nothing: 'certificate', [CERTIFICATE]: 'certificate', [KEY_ID]: 'certificate' },
  SWITCHING: { nothing: 'certificate', [CERTIFICATE]: 'certificate', [KEY_ID]: 'public_key' },
  PUBLIC_KEY: { nothing: 'public_key', [CERTIFICATE]: 'public_key', [KEY_ID]: 'public_key' },
}

for (const trust of TRUST_STATES) {
  test(`in the state ${trust} the right key signs, whatever Wechatpay-Serial names`, async () => {
    await setTrust(trust)
    for (const [named, signer] of Object.entries(ROWS[trust])) {
      const serials: Record<string, string | undefined> = {
        [KEY_ID]: merchant.public_key_id,
        [CERTIFICATE]: merchant.platform_serial,
      }
      const serial = serials[named]
      const headers: Record<string, string> = serial === undefined ? {} : { 'Wechatpay-Serial': serial }
      const reply = await call({ method: 'GET', target: READ, headers })
      assert.equal(reply.statusCode, 200, reply.body)
      assert.equal(signerOf(reply), signer, `${trust}, ${named}`)
    }
  })

  test(`in the state ${trust} an empty or unknown Wechatpay-Serial is like none`, async () => {
    await setTrust(trust)
    for (const serial of ['', ' ', 'PUB_KEY_ID_0', 'x'.repeat(1000)]) {
      const reply = await call({
        method: 'GET',
        target: READ,
        headers: { 'Wechatpay-Serial': serial },
      })
      assert.equal(reply.statusCode, 200, reply.body)
      assert.equal(signerOf(reply), ROWS[trust].nothing, serial)
    }
  })
}

test("while switching, the id of another merchant's public key is like none", async () => {
  const other = running.merchant('1230000100').public_key_id
  const reply = await call({ method: 'GET', target: READ, headers: { 'Wechatpay-Serial': other } })
  assert.equal(signerOf(reply), 'certificate')
})

test('what the call refuses is signed like a success, and its number says what it was', async () => {
  const refusals = [
    [READ, '1230000110', 403, 'NO_AUTH', 268435461],
    [`${READ}&sub_mchid=1`, '1230000109', 400, 'INVALID_REQUEST', 268443701],
    ['/v3/vehicle/transactions/out-trade-no/unknown', '1230000109', 404, 'NOT_FOUND', 268512771],
  ] as const
  for (const [target, mchid, status, code, number] of refusals) {
    const reply = await call({ method: 'GET', target }, mchid)
    assert.equal(reply.statusCode, status, reply.body)
    assert.equal(reply.json<{ code: string }>().code, code)
    assert.match(String(reply.headers['request-id']), new RegExp(`^[0-9A-F]{40}-${number}$`))
    assert.ok(signatureHolds(reply, running.merchant(mchid).platform_certificate))
    assert.deepEqual(Object.keys(reply.json<object>()), Object.keys(reply.json<object>()).toSorted())
  }
})

test('what the gateway refuses before the call has a Request-ID and the ordinary headers, and no signature', async () => {
  const { key, text } = {
    key: merchant.platform_serial,
    text: encryptField('hi', createPublicKey(merchant.certificate)),
  }
  const echo = (body: object | string, serial = key) => ({
    ...ECHO,
    body,
    headers: { 'Wechatpay-Serial': serial },
  })
  const encrypted = (encrypted_echo_message: string) => ({ echo_message: 'hi', encrypted_echo_message })
  const refusals: [request: UnsignedRequest, number: number][] = [
    [{ method: 'GET', target: '/v3/certificates?algorithm_type=x' }, 268435461],
    [{ method: 'GET', target: '/v3/vehicle/transactions/out-trade-no/a.b' }, 268435461],
    [{ method: 'GET', target: `${READ}&x=1` }, 270924358],
    [echo('{'), 268435461],
    [echo({}), 268435461],
    [echo({ echo_message: 1 }), 268435461],
    [echo({ echo_message: '😀' }), 268435461],
    [echo(encrypted('in the clear')), 268435461],
    [echo(encrypted(text)), 268435461],
    [echo(encrypted(text), ''), 268435461],
    [echo(encrypted(text), 'x'), 268435461],
  ]
  for (const [request, number] of refusals) {
    const sent = signedRequest(merchant, request)
    const reply = await sendRaw(running.baseUrl, rawRequest(sent))
    assert.equal(reply.status, 400, reply.body)
    assert.deepEqual(
      reply.headers.map(([name]) => name),
      HEADERS,
    )
    assert.match(new Map(reply.headers).get('Request-ID') ?? '', new RegExp(`^[0-9A-F]{40}-${number}$`))
  }
})

test('a connection that the client wants to end is said to end', async () => {
  const sent = signedRequest(merchant, { method: 'GET', target: '/v3/certificates' })
  const reply = await sendRaw(running.baseUrl, rawRequest(sent, { Connection: 'close' }))
  const headers = new Map(reply.headers)
  assert.deepEqual([headers.get('Connection'), headers.get('Keep-Alive')], ['close', undefined])
})

test('a refusal is in the language that was asked for, and says which that is', async () => {
  const rule = 'RSA、SM2、ALL'
  const simplified = `输入源“/query/algorithm_type”映射到值字段“算法类型”字符串规则校验失败，可选值为 ${rule}`
  const traditional = `輸入源“/query/algorithm_type”映射到值字段“算法类型”字符串規則校驗失敗，可選值為 ${rule}`
  const english = `The string from “/query/algorithm_type” is none of ${rule}`
  const languages: [asked: string | undefined, given: string, message: string][] = [
    [undefined, 'zh-CN', simplified],
    ['zh-CN', 'zh-CN', simplified],
    ['en', 'en', english],
    ['en-US,en;q=0.9', 'en', english],
    ['zh-HK', 'zh-HK', traditional],
    ['zh-TW', 'zh-TW', traditional],
    ['fr', 'zh-CN', simplified],
    ['*', 'zh-CN', simplified],
  ]
  for (const [asked, given, message] of languages) {
    const headers: Record<string, string> = asked === undefined ? {} : { 'Accept-Language': asked }
    const reply = await call({ method: 'GET', target: '/v3/certificates?algorithm_type=x', headers })
    assert.equal(reply.headers['content-language'], given, asked)
    assert.equal(reply.json<{ message: string }>().message, message)
  }
})

test('a refusal before the signature is in the language that was asked for too', async () => {
  const headers = { 'Accept-Language': 'en', Authorization: 'Bearer x' }
  const reply = await call({ ...ECHO, headers })
  assert.equal(reply.statusCode, 401)
  assert.equal(
    reply.body,
    '{"code":"SIGN_ERROR","message":"The authentication type of the Authorization header is not right"}',
  )
  assert.equal(reply.headers['content-language'], 'en')
})

test('Chinese is written as it is, not escaped, and its bytes are counted and signed', async () => {
  const headers = { 'Wechatpay-Serial': merchant.platform_serial }
  const reply = await call({ ...ECHO, headers })
  assert.equal(reply.body, '{"echo_message":"回显"}')
  assert.equal(reply.headers['content-length'], '25')
  assert.equal(signerOf(reply), 'certificate')
})
