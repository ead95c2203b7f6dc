import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { after, type TestContext, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { parseReply, type RawReply, rawRequest, sendRaw } from '../../test/raw-http.ts'
import { type SignedRequest, signedRequest, startPlatform } from '../testing/index.ts'
import { httpServer, TIMES } from './http-server.ts'
import { REFUSALS } from './listen.ts'

const running = await startPlatform({ backup: true, tls: true })
after(() => running.stop())

const MALFORMED = '{"code":"INVALID_REQUEST","message":"Http请求格式错误或Http头过大"}'
const CLOSED: [string, string] = ['Connection', 'close']

/** All listeners of the calls, as what sends bytes to them and reads the first reply. */
const listeners: [name: string, send: (bytes: Buffer | string) => Promise<RawReply>][] = [
  ['the main port', bytes => sendRaw(running.baseUrl, bytes)],
  ['the backup', bytes => sendRaw(running.backupUrl ?? '', bytes)],
  ['TLS', sendOverTls],
]

async function sendOverTls(bytes: Buffer | string): Promise<RawReply> {
  const { url, ca } = running.tls ?? { url: '', ca: '' }
  const socket = connectTls({
    port: Number(new URL(url).port),
    host: '127.0.0.1',
    servername: 'localhost',
    ca,
  })
  socket.write(bytes)
  let text = ''
  // Asks for the end of the connection by what it sends.
  for await (const chunk of socket) text += chunk
  return parseReply(text)
}

function certificates(more: Partial<SignedRequest> = {}): Buffer {
  const request = signedRequest(running.merchant('1230000109'), { method: 'GET', target: '/v3/certificates' })
  return rawRequest({ ...request, ...more }, { Connection: 'close' })
}

test('an expectation that nobody knows is ignored, and 100-continue is met', async () => {
  for (const [name, send] of listeners) {
    const { headers } = signedRequest(running.merchant('1230000109'), {
      method: 'GET',
      target: '/v3/certificates',
    })
    for (const expect of ['tea', '200-ok', ''])
      assert.equal(
        (await send(certificates({ headers: { ...headers, Expect: expect } }))).status,
        200,
        `${name} ${expect}`,
      )
    const continued = await send(certificates({ headers: { ...headers, Expect: '100-Continue' } }))
    assert.equal(continued.status, 100, name)
    assert.match(continued.body, /^HTTP\/1\.1 200 OK\r\n/)
  }
})

test('HTTP/1.1 without a host, or with two, is refused with a body, and HTTP/1.0 needs none', async () => {
  for (const [name, send] of listeners) {
    for (const hosts of ['', 'Host: a\r\nhost: b\r\n', 'Host: a\r\nHost: a\r\n']) {
      const reply = await send(`GET /healthz HTTP/1.1\r\n${hosts}\r\n`)
      assert.deepEqual([reply.status, reply.body], [400, MALFORMED], name)
      assert.deepEqual(reply.headers, [
        ['Content-Type', 'application/json; charset=utf-8'],
        ['Content-Length', String(Buffer.byteLength(MALFORMED))],
        CLOSED,
      ])
    }
    assert.equal((await send('GET /healthz HTTP/1.0\r\n\r\n')).status, 200, name)
  }
})

test('CONNECT is a wrong method, and ends the connection', async () => {
  for (const [name, send] of listeners) {
    const reply = await send(
      'CONNECT api.mch.weixin.qq.com:443 HTTP/1.1\r\nHost: api.mch.weixin.qq.com:443\r\n\r\n',
    )
    assert.deepEqual(reply, { status: 405, headers: [['Content-Length', '0'], CLOSED], body: '' }, name)
  }
})

test('a request in front of a CONNECT gets its own reply', async () => {
  const keptAlive = certificates().toString('latin1').replace('Connection: close\r\n', '')
  const reply = await sendOverTls(`${keptAlive}CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n`)
  assert.equal(reply.status, 200)
  assert.doesNotMatch(reply.body, /HTTP\/1\.1/)
})

test('a target in absolute form means its path and query, which is what is signed', async () => {
  for (const [name, send] of listeners) {
    for (const origin of ['http://api.mch.weixin.qq.com', 'HTTPS://anywhere:8443']) {
      const signed = signedRequest(running.merchant('1230000109'), {
        method: 'GET',
        target: '/v3/certificates?algorithm_type=RSA',
      })
      assert.equal(
        (await send(certificates({ ...signed, target: origin + signed.target }))).status,
        200,
        name,
      )
      const whole = signedRequest(running.merchant('1230000109'), {
        method: 'GET',
        target: origin + signed.target,
      })
      assert.equal((await send(certificates(whole))).status, 401, name)
    }
    for (const target of ['http://a', 'http://a?b', 'ftp://a/healthz', 'http:///healthz'])
      assert.equal(
        (await send(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)).status,
        404,
        target,
      )
  }
})

test('the host of an absolute target counts, whatever the header says', async t => {
  await running.faults.put({ kind: 'HOST_DOWN', host: 'api2' })
  t.after(() => running.faults.remove('HOST_DOWN'))
  const send = (origin: string, host: string) =>
    sendRaw(running.baseUrl, `GET ${origin}/v3/certificates HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  assert.equal((await send('http://api2.mch.weixin.qq.com', 'api.mch.weixin.qq.com')).status, Number.NaN)
  assert.equal((await send('http://api.mch.weixin.qq.com', 'api2.mch.weixin.qq.com')).status, 400)
})

test('the administration answers the same with problems, and its guard reads the absolute form too', async () => {
  const { url, token } = running.admin
  const send = (line: string, headers: string) =>
    sendRaw(url, `${line} HTTP/1.1\r\n${headers}Authorization: Bearer ${token}\r\n\r\n`)
  const path = '/admin/v1/clock'
  assert.equal((await send(`GET ${path}`, 'Host: localhost\r\nExpect: tea\r\n')).status, 200)
  assert.equal((await send(`GET http://localhost${path}`, 'Host: attacker.example\r\n')).status, 200)
  assert.equal((await send(`GET http://attacker.example${path}`, 'Host: localhost\r\n')).status, 421)
  for (const [line, headers, status, type] of [
    [`GET ${path}`, '', 400, 'invalid-request'],
    [`GET ${path}`, 'Host: localhost\r\nHost: localhost\r\n', 400, 'invalid-request'],
    ['CONNECT localhost:1', 'Host: localhost:1\r\n', 405, 'method-not-allowed'],
  ] as const) {
    const reply = await send(line, headers)
    assert.deepEqual([reply.status, JSON.parse(reply.body).type], [status, `urn:boomgate:problem:${type}`])
    assert.deepEqual(reply.headers.at(0), ['Content-Type', 'application/problem+json; charset=utf-8'])
    assert.deepEqual(reply.headers.at(-1), CLOSED)
  }
})

/** A server whose times are so short that their end can be waited for. */
async function hastyServer(
  t: TestContext,
  onRequest: RequestListener,
  times: Partial<typeof TIMES>,
): Promise<Socket> {
  const server = httpServer(onRequest, REFUSALS, undefined, { ...TIMES, lookEvery: 10, ...times })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined)
  t.after(() => {
    socket.destroy()
    server.close()
  })
  await once(socket, 'connect')
  return socket
}

for (const [what, begin, more] of [
  ['no request', '', ''],
  ['headers', 'GET / HTTP/1.1\r\n', 'X: x\r\n'],
  ['a body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n', 'x'],
] as const) {
  test(`a connection that sends ${what} bit by bit is refused when its time is over`, async t => {
    const socket = await hastyServer(t, () => {}, { request: 50 })
    if (begin !== '') socket.write(begin)
    const drip = setInterval(() => socket.write(more), 5)
    let reply = ''
    for await (const chunk of socket) reply += chunk
    clearInterval(drip)
    assert.match(reply, /^HTTP\/1\.1 400 Bad Request\r\n/)
  })
}

test('a connection whose replies nobody reads ends, and one that waits for its reply does not', async t => {
  const closed = Promise.withResolvers<void>()
  const socket = await hastyServer(
    t,
    (request, reply) => {
      if (request.url === '/slow') {
        // The time that ends a stalled connection passes twice.
        request.socket.once('timeout', () => {
          request.socket.setTimeout(50)
          request.socket.once('timeout', () => reply.end('slow'))
        })
        return
      }
      request.socket.once('close', () => closed.resolve())
      reply.end(Buffer.alloc(10_000_000))
    },
    { stall: 50 },
  )
  socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
  const [slow] = await once(socket, 'data')
  assert.match(String(slow), /^HTTP\/1\.1 200 OK\r\n/)
  socket.pause()
  socket.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n')
  await closed.promise
})

test('requests and handshakes have 30 seconds, and every listener looks at them each second', () => {
  assert.deepEqual(TIMES, { request: 30_000, lookEvery: 1_000, keepAlive: 8_000, stall: 60_000 })
  const { headersTimeout, requestTimeout, keepAliveTimeout, timeout, maxConnections } = running.app.server
  assert.deepEqual(
    { headersTimeout, requestTimeout, keepAliveTimeout, timeout, maxConnections },
    {
      headersTimeout: 30_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 8_000,
      timeout: 60_000,
      maxConnections: 5_000,
    },
  )
})
