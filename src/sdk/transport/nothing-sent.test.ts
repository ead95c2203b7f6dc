import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createSecureServer, request as secureRequest } from 'node:https'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { ProxyAgent } from 'undici'
import { tlsCredentials } from '../../sandbox/tls.ts'
import { NetworkError, NotSent, OutcomeUnknown, type WechatPayError } from './errors.ts'
import type { OperationName } from './operations.ts'
import { type ClientOptions, resolveOptions } from './options.ts'
import { Sender } from './sender.ts'

// What real servers and proxies do to the real `fetch`, and whether the SDK says rightly that nothing was sent.

const keyPair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
const { privateKey } = keyPair()
const { publicKey } = keyPair()
const PROXY_WANTS_A_LOGIN = 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n'
const NOBODY = 'http://127.0.0.1:9'

const open: Server[] = []
const sockets = new Set<Socket>()

async function listening(server: Server): Promise<number> {
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  open.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

after(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of open) server.close()
})

async function errorOf(more: Partial<ClientOptions>, op: OperationName = 'parking.createTransaction') {
  const options = resolveOptions({
    ...{ mchid: '1230000109', serial_no: 'AA', privateKey, apiv3Key: 'a'.repeat(32), retries: 0 },
    ...{ trust: { publicKeyId: 'PUB_KEY_ID_1', publicKey } },
    ...more,
  })
  const wallNow = () => 1_700_000_000_000
  const sender = new Sender('merchant', options, { wallNow, random: randomBytes, pause: async () => {} })
  const believed = { verify: async () => undefined, wechatpaySerial: undefined }
  return sender.send(op, { out_trade_no: 'T1' }, believed).then(
    () => assert.fail('The call has succeeded'),
    (error: WechatPayError) => error,
  )
}

function assertNotSent(error: WechatPayError, reason: RegExp, fix: RegExp): void {
  assert.ok(error instanceof NotSent && !(error instanceof OutcomeUnknown), error.message)
  assert.match(error.message, reason)
  assert.match(error.whatToDo, /^Nothing was sent: this call was certainly not accepted/)
  assert.match(error.whatToDo, fix)
}

test('TLS spoken to a plain port was not sent, and the message says what listens there', async () => {
  const plain = await listening(createHttpServer((_request, response) => response.end()))
  const banner = await listening(
    createServer(socket => socket.once('data', () => socket.end('SSH-2.0-a\r\n'))),
  )
  for (const port of [plain, banner]) {
    const error = await errorOf({ baseUrl: `https://127.0.0.1:${port}` })
    assertNotSent(error, /ERR_SSL_WRONG_VERSION_NUMBER|wrong version number/, /does not speak TLS.*http:\/\//)
  }
})

test('a host that ends the connection before TLS is there was sent nothing', async () => {
  const port = await listening(createServer(socket => socket.once('data', () => socket.end())))
  const error = await errorOf({ baseUrl: `https://127.0.0.1:${port}` })
  assertNotSent(error, /before secure TLS connection/, /Check baseUrl/)
})

test('a port that fetch forbids is named, and another host is called', async () => {
  const error = await errorOf({ baseUrl: 'http://127.0.0.1:6000' })
  assertNotSent(error, /http:\/\/127\.0\.0\.1:6000: bad port/, /use another port/)
  const both = await errorOf({
    baseUrl: 'http://127.0.0.1:6000',
    fallbackUrl: 'http://127.0.0.1:6667',
    retries: 3,
  })
  assertNotSent(
    both,
    /6667: bad port; called before: http:\/\/127\.0\.0\.1:6000, bad port$/,
    /use another port/,
  )
})

test('a proxy that wants a login has passed nothing on, whether it was to make a tunnel or to forward', async () => {
  const forwarding = createHttpServer((_request, response) => response.writeHead(407).end())
  const proxy = await listening(
    forwarding.on('connect', (_request, socket) => socket.end(PROXY_WANTS_A_LOGIN)),
  )
  const dispatcher = new ProxyAgent(`http://127.0.0.1:${proxy}`)
  const through: typeof fetch = (url, init) => fetch(url, { ...init, dispatcher } as RequestInit)
  try {
    const tunnel = await errorOf({ baseUrl: 'https://api.example.com', fetch: through })
    assertNotSent(
      tunnel,
      /not passed on to https:\/\/api\.example\.com: a proxy answered with HTTP 407$/,
      /wants a name and a password/,
    )
    // As a proxy does that `baseUrl` itself leads to.
    for (const retries of [0, 3]) {
      const forwarded = await errorOf({ baseUrl: `http://127.0.0.1:${proxy}`, retries })
      assertNotSent(forwarded, /a proxy answered with HTTP 407$/, /wants a name and a password/)
      assert.equal(forwarded.status, 407)
    }
    const read = await errorOf({ baseUrl: `http://127.0.0.1:${proxy}` }, 'parking.queryTransaction')
    assert.match(read.whatToDo, /^Nothing was sent\. To repeat it/)
  } finally {
    await dispatcher.close()
  }
})

test('a proxy that reaches nobody has sent nothing either', async () => {
  const proxy = await listening(
    createHttpServer().on('connect', (_request, socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')),
  )
  const dispatcher = new ProxyAgent(`http://127.0.0.1:${proxy}`)
  const through: typeof fetch = (url, init) => fetch(url, { ...init, dispatcher } as RequestInit)
  try {
    const error = await errorOf({ baseUrl: 'https://api.example.com', fetch: through })
    assertNotSent(error, /Proxy response \(502\)/, /Check baseUrl/)
  } finally {
    await dispatcher.close()
  }
})

test('a 407 after an attempt that may have arrived does not say that nothing was sent', async () => {
  const statuses = [503, 407]
  const answers: typeof fetch = async () => new Response('', { status: statuses.shift() ?? 0 })
  const error = await errorOf({ baseUrl: NOBODY, fetch: answers, retries: 1 })
  assert.ok(error instanceof NetworkError)
  assert.match(error.whatToDo, /may have been accepted.*queryTransaction.*name and a password/)
})

describe('garbage in a TLS connection over which the request has gone', () => {
  let port: number
  let received = 0

  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'boomgate-garbage-'))
    const credentials = await tlsCredentials(folder, { random: randomBytes, wallNow: Date.now() })
    rmSync(folder, { recursive: true })
    let client: Socket | undefined
    const secure = createSecureServer(credentials, request => {
      received += 1
      // A record of TLS 9.9: OpenSSL says "wrong version number", as it does of a port that speaks no TLS.
      request.on('data', () => client?.write(Buffer.from([23, 9, 9, 0, 1, 0])))
    })
    const upstream = await listening(secure)
    port = await listening(
      createServer(socket => {
        client = socket
        const server = connect(upstream, '127.0.0.1')
        server.on('error', () => {}).on('data', bytes => socket.write(bytes))
        socket.on('data', bytes => server.write(bytes)).on('close', () => server.destroy())
      }),
    )
  })

  /** Of `node:https`, as many clients from npm are: the socket's error comes as it is. */
  const byHttps: typeof fetch = (url, init) =>
    new Promise((_resolve, reject) => {
      const { method, headers, body } = init ?? {}
      const options = {
        method,
        headers: headers as Record<string, string>,
        rejectUnauthorized: false,
        agent: false,
      }
      secureRequest(String(url), options as object)
        .on('error', cause => reject(new TypeError('fetch failed', { cause })))
        .end(body)
    })

  test('is no reason to say that nothing was sent', async () => {
    const error = await errorOf({ baseUrl: `https://127.0.0.1:${port}`, fetch: byHttps })
    assert.equal(received, 1)
    assert.match(error.message, /wrong version number/)
    assert.ok(error instanceof OutcomeUnknown, error.message)
    assert.match(error.whatToDo, /may have been accepted/)
  })
})

test('a reason is never empty, nor that of a wrapper', async () => {
  const code = (error: Error, code: string) => Object.assign(error, { code })
  const failed = (cause: unknown) => new TypeError('fetch failed', { cause })
  const refused = (address: string) => code(new Error(`connect ECONNREFUSED ${address}`), 'ECONNREFUSED')
  for (const [thrown, reason] of [
    [
      failed(new AggregateError([refused('::1:9'), refused('127.0.0.1:9')])),
      /connect ECONNREFUSED ::1:9, connect/,
    ],
    [failed(code(new AggregateError([]), 'ETIMEDOUT')), /: ETIMEDOUT$/],
    [failed(new Error('')), /: Error$/],
    [
      failed(new Error('Request was cancelled.', { cause: new Error('the socket hung up') })),
      /: the socket hung up$/,
    ],
    [new Error(''), /: Error$/],
    ['gone', /something was thrown that is no error: gone$/],
    [undefined, /something was thrown that is no error: undefined$/],
    // Of a test runner that runs tests in a realm of their own.
    [
      runInNewContext(`new TypeError('fetch failed', { cause: new Error('of another realm') })`),
      /: of another realm$/,
    ],
  ] as const) {
    const { message } = await errorOf({ baseUrl: NOBODY, fetch: async () => Promise.reject(thrown) })
    assert.match(message, reason)
  }
})

test('an error of another realm that says that nothing was sent is believed', async () => {
  const thrown = runInNewContext(
    `new TypeError('fetch failed', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) })`,
  )
  assert.ok(
    (await errorOf({ baseUrl: NOBODY, fetch: async () => Promise.reject(thrown) })) instanceof NotSent,
  )
})

test('a fetch that ends with an error of its own when the time is over is said to have taken too long', async () => {
  const slow: typeof fetch = (_url, init) =>
    new Promise((_resolve, reject) => {
      // The signal's own timer does not keep a process alive.
      const alive = setTimeout(() => {}, 10_000)
      init?.signal?.addEventListener('abort', () => {
        clearTimeout(alive)
        reject(new Error('The user aborted a request.'))
      })
    })
  const error = await errorOf({ baseUrl: NOBODY, fetch: slow, timeoutMs: 5 })
  assert.match(error.message, /: it took longer than 5 ms$/)
})

test('a reply that is larger than any is not called silence', async () => {
  const large: typeof fetch = async () => new Response(Buffer.alloc(1024 * 1024 + 1))
  const error = await errorOf({ baseUrl: NOBODY, fetch: large })
  assert.ok(error instanceof NetworkError)
  assert.match(
    error.message,
    /^The reply to parking.createTransaction from http:\/\/127.0.0.1:9 cannot be read: it is larger than/,
  )
})
