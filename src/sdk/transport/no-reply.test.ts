import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { tlsCredentials } from '../../sandbox/tls.ts'
import { NetworkError, NotSent, OutcomeUnknown, ReplyForged, type WechatPayError } from './errors.ts'
import type { VerifyReply } from './judge-reply.ts'
import type { OperationName } from './operations.ts'
import { resolveOptions } from './options.ts'
import { errorOf as refusalOf } from './refusal.ts'
import { Sender } from './sender.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

/** As `fetch` fails: the reason is behind it. `syscall` is what has failed, where the system says it. */
const failed = (code: string, syscall?: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(`because of ${code}`), { code, syscall }) })

interface Setting {
  baseUrl?: string
  fallbackUrl?: string
  /** What comes of each attempt; the real `fetch` is called when there is none. */
  plan?: (Error | number)[]
  op?: OperationName
  verify?: VerifyReply
}

/** The error of a call, at most as many attempts long as the plan. */
async function errorOf(setting: Setting) {
  return (await endOf(setting)).error
}

/** The same with the hosts that were called. */
async function endOf({
  baseUrl = 'http://one',
  fallbackUrl,
  plan,
  op = 'parking.createTransaction',
  verify = async () => undefined,
}: Setting) {
  const left = [...(plan ?? [])]
  const asked: string[] = []
  const transport: typeof fetch = async url => {
    asked.push(new URL(String(url)).host)
    const next = left.shift()
    if (typeof next === 'number') return new Response('', { status: next })
    throw next
  }
  const options = resolveOptions({
    mchid: '1230000109',
    serial_no: 'AA',
    privateKey,
    apiv3Key: 'a'.repeat(32),
    trust: { publicKeyId: 'PUB_KEY_ID_1', publicKey },
    baseUrl,
    ...(fallbackUrl && { fallbackUrl }),
    ...(plan && { fetch: transport }),
    retries: Math.max(0, (plan?.length ?? 1) - 1),
  })
  const machine = {
    wallNow: () => 1_700_000_000_000,
    random: (size: number) => new Uint8Array(size),
    pause: async () => {},
  }
  const sender = new Sender('merchant', options, machine)
  const request = { out_trade_no: 'T1' }
  const error = await sender.send(op, request, { verify, wechatpaySerial: undefined }).then(
    () => assert.fail('The call has succeeded'),
    (error: WechatPayError) => error,
  )
  return { error, asked }
}

/** A server that answers the start of a reply and then ends the connection. */
async function endingEarly(t: TestContext): Promise<string> {
  const answer = (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"out_')
  const server = createServer(socket => socket.once('data', () => answer(socket))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  return `http://127.0.0.1:${address.port}`
}

/** A URL at which nobody listens any more, and one of a server that nobody has reason to trust. */
async function unreachable(t: TestContext) {
  const requests: string[] = []
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-untrusted-'))
  const credentials = await tlsCredentials(folder, { random: randomBytes, wallNow: Date.now() })
  rmSync(folder, { recursive: true })
  const secure = createSecureServer(credentials, ({ url = '' }, response) => {
    requests.push(url)
    response.end()
  })
  const plain = createServer()
  for (const server of [secure, plain]) await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => secure.close())
  const [untrusted, closed] = [secure, plain].map(server => (server.address() as AddressInfo).port)
  await once(plain.close(), 'close')
  return { closed: `http://127.0.0.1:${closed}`, untrusted: `https://127.0.0.1:${untrusted}`, requests }
}

const MAY_HAVE_ARRIVED = /may have been accepted.*queryTransaction/

for (const [code, fixed] of [
  ['SELF_SIGNED_CERT_IN_CHAIN', /NODE_EXTRA_CA_CERTS=<ca\.pem>, or give the client a `fetch`/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', /NODE_EXTRA_CA_CERTS=<ca\.pem>/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /NODE_EXTRA_CA_CERTS=<ca\.pem>/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', /check baseUrl/],
  ['CERT_HAS_EXPIRED', /has expired/],
] as const) {
  test(`untrusted TLS, ${code}: nothing was sent, it is not repeated, and what to fix is said`, async () => {
    for (const op of ['parking.createTransaction', 'parking.queryTransaction'] as const) {
      const { error, asked } = await endOf({ plan: [failed(code), failed(code), failed(code)], op })
      assert.ok(error instanceof NotSent)
      assert.match(error.message, new RegExp(code))
      assert.match(error.whatToDo, /^Nothing was sent/)
      assert.match(error.whatToDo, fixed)
      assert.doesNotMatch(error.whatToDo, /may have been/)
      assert.deepEqual(asked, ['one'])
    }
  })
}

for (const [code, syscall] of [
  ['ECONNREFUSED', 'connect'],
  ['ENOTFOUND', 'getaddrinfo'],
  ['EAI_AGAIN', 'getaddrinfo'],
  ['EHOSTUNREACH', 'connect'],
  ['ENETUNREACH', 'connect'],
  ['ETIMEDOUT', 'connect'],
  ['UND_ERR_CONNECT_TIMEOUT', undefined],
] as const) {
  test(`${code} at each attempt: nothing was sent, so a charge was certainly not accepted`, async () => {
    const error = await errorOf({ plan: [failed(code, syscall), failed(code, syscall)] })
    assert.ok(error instanceof NotSent && !(error instanceof OutcomeUnknown))
    assert.match(error.whatToDo, /^Nothing was sent: this call was certainly not accepted/)
    assert.match(error.whatToDo, /An earlier call with the same number is as unknown as it was/)
    assert.match(error.whatToDo, /Check baseUrl.*same request again/)
    const read = await errorOf({ plan: [failed(code, syscall)], op: 'parking.queryTransaction' })
    assert.match(read.whatToDo, /^Nothing was sent\. Check baseUrl.*ask again/)
  })

  test(`${code} after an attempt that may have arrived: the outcome is unknown`, async () => {
    for (const first of [failed('ECONNRESET', 'read'), 503]) {
      const error = await errorOf({ plan: [first, failed(code, syscall)], fallbackUrl: 'http://two' })
      assert.ok(error instanceof NetworkError && error instanceof OutcomeUnknown)
      assert.match(error.whatToDo, MAY_HAVE_ARRIVED)
      assert.doesNotMatch(error.whatToDo, /Nothing was sent/)
    }
  })
}

test('what breaks on a connection that was there does not say that nothing was sent', async () => {
  for (const [code, syscall] of [
    ['ECONNRESET', 'read'],
    ['EPIPE', 'write'],
    ['EHOSTUNREACH', 'read'],
    ['ETIMEDOUT', 'read'],
    ['ENETUNREACH', undefined],
    ['UND_ERR_SOCKET', undefined],
  ] as const) {
    const error = await errorOf({ plan: [failed(code, syscall)] })
    assert.ok(error instanceof OutcomeUnknown, code)
    assert.match(error.whatToDo, MAY_HAVE_ARRIVED)
  }
})

test('a name with several addresses was not connected to when none of them was', async () => {
  const refused = Object.assign(new Error(''), { code: 'ECONNREFUSED', syscall: 'connect' })
  const reset = Object.assign(new Error(''), { code: 'ECONNRESET', syscall: 'read' })
  const atAll = (...errors: Error[]) =>
    new TypeError('fetch failed', {
      cause: Object.assign(new AggregateError(errors), { code: 'ECONNREFUSED' }),
    })
  assert.ok((await errorOf({ plan: [atAll(refused, refused)] })) instanceof NotSent)
  assert.ok((await errorOf({ plan: [atAll(refused, reset)] })) instanceof OutcomeUnknown)
})

test('the real fetch, where nobody listens, and where the certificate is of an unknown authority', async t => {
  const { closed, untrusted, requests } = await unreachable(t)
  for (const [baseUrl, said] of [
    [closed, /ECONNREFUSED/],
    [untrusted, /UNABLE_TO_VERIFY_LEAF_SIGNATURE/],
  ] as const) {
    const error = await errorOf({ baseUrl })
    assert.ok(error instanceof NotSent, error.message)
    assert.match(error.message, said)
  }
  assert.deepEqual(requests, [])
})

test('a host that is not trusted is called no more, and another one is', async () => {
  const distrusted = failed('CERT_HAS_EXPIRED')
  const both = await endOf({ plan: [distrusted, distrusted, 200], fallbackUrl: 'http://two' })
  assert.deepEqual(both.asked, ['one', 'two'])
  assert.ok(both.error instanceof NotSent)
  assert.match(
    both.error.message,
    /http:\/\/two: CERT_HAS_EXPIRED.*called before: http:\/\/one, CERT_HAS_EXPIRED/,
  )
  const oneIsSlow = await endOf({ plan: [503, distrusted, 503, 503], fallbackUrl: 'http://two' })
  assert.deepEqual(oneIsSlow.asked, ['one', 'two', 'one', 'one'])
})

test('untrusted TLS after an attempt that may have arrived does not say that nothing was sent', async () => {
  const plan = [failed('ECONNRESET'), failed('CERT_HAS_EXPIRED')]
  const error = await errorOf({ plan })
  assert.ok(error instanceof NetworkError)
  assert.match(error.whatToDo, MAY_HAVE_ARRIVED)
  assert.match(error.whatToDo, /has expired/)
  assert.doesNotMatch(error.whatToDo, /othing was sent/)
})

test('a refusal after attempts of which nothing was sent is the outcome', async () => {
  for (const [fallbackUrl, first] of [
    ['http://two', failed('CERT_HAS_EXPIRED')],
    [undefined, failed('ECONNREFUSED', 'connect')],
  ] as const) {
    const error = await errorOf({ plan: [first, 400], ...(fallbackUrl && { fallbackUrl }) })
    assert.equal(error.status, 400)
    assert.equal(error.name, 'InvalidRequest')
  }
})

test('when no host has replied the message names each with its own reason', async () => {
  const plan = [failed('ENOTFOUND'), failed('ECONNREFUSED'), failed('EHOSTUNREACH', 'connect')]
  const { message } = await errorOf({ plan, fallbackUrl: 'http://two' })
  assert.equal(
    message,
    'parking.createTransaction had no reply from http://one: EHOSTUNREACH because of EHOSTUNREACH; ' +
      'called before: http://two, ECONNREFUSED because of ECONNREFUSED',
  )
  const { message: afterStatus } = await errorOf({
    plan: [503, failed('ECONNREFUSED')],
    fallbackUrl: 'http://two',
  })
  assert.match(afterStatus, /http:\/\/two: ECONNREFUSED.*; called before: http:\/\/one, HTTP 503$/)
})

test('a reply that ends in the middle of its body is said to have ended early', async t => {
  const error = await errorOf({ baseUrl: await endingEarly(t) })
  assert.ok(error instanceof NetworkError)
  assert.match(
    error.message,
    /^The reply to parking.createTransaction from http:\/\/127\S+ ended early: UND_ERR_SOCKET/,
  )
  assert.match(error.whatToDo, /may have been accepted/)
})

test('a reply that cannot be verified because the list of certificates is refused says what to fix', async () => {
  const listRefused = (status: number, code: string) => async () => {
    throw refusalOf({ op: 'certificates.listCertificates', status, code, text: '', verified: false })
  }
  const none = await errorOf({ plan: [200], verify: listRefused(404, 'RESOURCE_NOT_EXISTS') })
  assert.ok(none instanceof ReplyForged)
  assert.match(none.whatToDo, /may have been accepted.*fixed: .*set trust to \{ publicKeyId/)
  const limited = await errorOf({ plan: [200], verify: listRefused(429, 'RATELIMIT_EXCEEDED') })
  assert.doesNotMatch(limited.whatToDo, /fixed/)
})
