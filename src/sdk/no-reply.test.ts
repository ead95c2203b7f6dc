import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { NetworkError, ReplyForged, errorOf as refusalOf, type WechatPayError } from './errors.ts'
import type { VerifyReply } from './judge-reply.ts'
import type { OperationName } from './operations.ts'
import { resolveOptions } from './options.ts'
import { Sender } from './sender.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

/** As `fetch` fails: the reason is behind it. */
const failed = (code: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(`because of ${code}`), { code }) })

interface Setting {
  baseUrl?: string
  fallbackUrl?: string
  /** What comes of each attempt; the real `fetch` is asked when there is none. */
  plan?: (Error | number)[]
  op?: OperationName
  verify?: VerifyReply
}

/** The error of a call, as many attempts long as the plan. */
async function errorOf({
  baseUrl = 'http://one',
  fallbackUrl,
  plan,
  op = 'createTransaction',
  verify = async () => undefined,
}: Setting) {
  const left = [...(plan ?? [])]
  const transport: typeof fetch = async () => {
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
  const sender = new Sender(options, machine)
  const request = { out_trade_no: 'T1' }
  return sender.send(op, request, { verify, wechatpaySerial: undefined }).then(
    () => assert.fail('The call has succeeded'),
    (error: WechatPayError) => error,
  )
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

for (const [code, mended] of [
  ['SELF_SIGNED_CERT_IN_CHAIN', /NODE_EXTRA_CA_CERTS=<ca\.pem>/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', /NODE_EXTRA_CA_CERTS=<ca\.pem>/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /NODE_EXTRA_CA_CERTS=<ca\.pem>/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', /check baseUrl/],
  ['CERT_HAS_EXPIRED', /has expired/],
] as const) {
  test(`untrusted TLS, ${code}: nothing was sent, and what to mend is said in place of "ask again"`, async () => {
    for (const op of ['createTransaction', 'queryTransaction'] as const) {
      const error = await errorOf({ plan: [failed(code), failed(code)], op })
      assert.ok(error instanceof NetworkError)
      assert.match(error.whatToDo, /nothing was done/)
      assert.match(error.whatToDo, mended)
      assert.doesNotMatch(error.whatToDo, /ask again|may have been/)
    }
  })
}

test('untrusted TLS after an attempt that may have arrived does not say that nothing was done', async () => {
  const plan = [failed('ECONNRESET'), failed('CERT_HAS_EXPIRED')]
  const { whatToDo } = await errorOf({ plan })
  assert.match(whatToDo, /may have been accepted.*queryTransaction/)
  assert.match(whatToDo, /has expired/)
  assert.doesNotMatch(whatToDo, /nothing was done/)
})

test('a refusal after untrusted TLS is the outcome, because nothing was sent before', async () => {
  const error = await errorOf({ plan: [failed('CERT_HAS_EXPIRED'), 400] })
  assert.equal(error.status, 400)
  assert.ok(!(error instanceof NetworkError) && !(error instanceof ReplyForged))
  assert.equal(error.name, 'InvalidRequest')
})

test('when no host has replied the message names each with its own reason', async () => {
  const plan = [failed('ENOTFOUND'), failed('ECONNREFUSED'), failed('EHOSTUNREACH')]
  const { message } = await errorOf({ plan, fallbackUrl: 'http://two' })
  assert.equal(
    message,
    'createTransaction had no reply from http://one: EHOSTUNREACH because of EHOSTUNREACH; ' +
      'asked before: http://two, ECONNREFUSED because of ECONNREFUSED',
  )
  const { message: afterStatus } = await errorOf({
    plan: [503, failed('ECONNREFUSED')],
    fallbackUrl: 'http://two',
  })
  assert.match(afterStatus, /http:\/\/two: ECONNREFUSED.*; asked before: http:\/\/one, HTTP 503$/)
})

test('a reply that ends in the middle of its body is said to have ended early', async t => {
  const error = await errorOf({ baseUrl: await endingEarly(t) })
  assert.ok(error instanceof NetworkError)
  assert.match(
    error.message,
    /^The reply to createTransaction from http:\/\/127\S+ ended early: UND_ERR_SOCKET/,
  )
  assert.match(error.whatToDo, /may have been accepted/)
})

test('a reply that cannot be verified because the list of certificates is refused says what to mend', async () => {
  const listRefused = (status: number, code: string) => async () => {
    throw refusalOf({ op: 'listCertificates', status, code, text: '', verified: false })
  }
  const none = await errorOf({ plan: [200], verify: listRefused(404, 'RESOURCE_NOT_EXISTS') })
  assert.ok(none instanceof ReplyForged)
  assert.match(none.whatToDo, /may have been accepted.*mended: .*set trust to \{ publicKeyId/)
  const limited = await errorOf({ plan: [200], verify: listRefused(429, 'RATELIMIT_EXCEEDED') })
  assert.doesNotMatch(limited.whatToDo, /mended/)
})
