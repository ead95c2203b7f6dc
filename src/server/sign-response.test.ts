import assert from 'node:assert/strict'
import { createPublicKey, verify, X509Certificate } from 'node:crypto'
import { after, afterEach, test } from 'node:test'
import { platformUnderTest, withQuery } from '../../test/platform.ts'
import { rawRequest, sendRaw } from '../../test/raw-http.ts'
import { TRUST_STATES, type TrustState } from '../protocol/trust.ts'
import { signedRequest } from '../testing/index.ts'

const running = await platformUnderTest({ after })
const { call } = running
const merchant = running.merchant('1230000109')

const setTrust = (trust: TrustState) =>
  running.platform.db.run('UPDATE merchants SET trust_state = $1', trust)
afterEach(() => setTrust('SWITCHING'))

const ECHO = { method: 'POST', target: '/v3/security/echo', body: { echo_message: '回显' } } as const
const PLATE_QUERY = withQuery('/v3/vehicle/parking/services/find', {
  appid: 'wxcbda96de0b165486',
  plate_number: '粤B10001',
  plate_color: 'BLUE',
  openid: 'oSandboxOwnerOfB100010000000',
})

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

test('a success carries every header in its exact case, because clients look them up by it', async () => {
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
  const names = reply.headers.map(([name]) => name.toLowerCase())
  assert.equal(new Set(names).size, names.length, 'No header comes twice')
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
      const reply = await call({ method: 'GET', target: PLATE_QUERY, headers })
      assert.equal(reply.statusCode, 200, reply.body)
      assert.equal(signerOf(reply), signer, `${trust}, ${named}`)
    }
  })

  test(`in the state ${trust} an empty or unknown Wechatpay-Serial is like none`, async () => {
    await setTrust(trust)
    for (const serial of ['', ' ', 'PUB_KEY_ID_0', 'x'.repeat(1000)]) {
      const reply = await call({
        method: 'GET',
        target: PLATE_QUERY,
        headers: { 'Wechatpay-Serial': serial },
      })
      assert.equal(reply.statusCode, 200, reply.body)
      assert.equal(signerOf(reply), ROWS[trust].nothing, serial)
    }
  })
}

test("while switching, the id of another merchant's public key is like none", async () => {
  const other = running.merchant('1230000100').public_key_id
  const reply = await call({ method: 'GET', target: PLATE_QUERY, headers: { 'Wechatpay-Serial': other } })
  assert.equal(signerOf(reply), 'certificate')
})

test('a refusal of a verified request is signed like a success, and its number says what it was', async () => {
  const refusals: [
    request: Parameters<typeof call>[0],
    mchid: string,
    status: number,
    code: string,
    number: number,
  ][] = [
    [
      { method: 'GET', target: '/v3/certificates?algorithm_type=x' },
      '1230000109',
      400,
      'PARAM_ERROR',
      268435461,
    ],
    [{ method: 'POST', target: '/v3/security/echo', body: '{' }, '1230000109', 400, 'PARAM_ERROR', 268435461],
    [{ method: 'GET', target: PLATE_QUERY }, '1230000110', 403, 'NO_AUTH', 268435461],
    [
      { method: 'GET', target: '/v3/vehicle/transactions/out-trade-no/unknown' },
      '1230000109',
      404,
      'NOT_FOUND',
      268512771,
    ],
  ]
  for (const [request, mchid, status, code, number] of refusals) {
    const reply = await call(request, mchid)
    assert.equal(reply.statusCode, status, reply.body)
    assert.equal(reply.json<{ code: string }>().code, code)
    assert.match(String(reply.headers['request-id']), new RegExp(`^[0-9A-F]{40}-${number}$`))
    assert.ok(signatureHolds(reply, running.merchant(mchid).platform_certificate))
    assert.deepEqual(Object.keys(reply.json<object>()), Object.keys(reply.json<object>()).toSorted())
  }
})

test('a refusal is in the language that was asked for, and says which that is', async () => {
  const languages: [asked: string | undefined, given: string, message: string][] = [
    [undefined, 'zh-CN', '参数错误'],
    ['zh-CN', 'zh-CN', '参数错误'],
    ['en', 'en', 'A parameter is wrong'],
    ['en-US,en;q=0.9', 'en', 'A parameter is wrong'],
    ['zh-HK', 'zh-HK', '參數錯誤'],
    ['zh-TW', 'zh-TW', '參數錯誤'],
    ['fr', 'zh-CN', '参数错误'],
    ['*', 'zh-CN', '参数错误'],
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
