import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { after, type TestContext, test } from 'node:test'
import { webhookSink } from '../testing/index.ts'
import { MAX_DELIVERIES, NOTICE_TIMEOUT_MS, noticeSender, publicLookup } from './send.ts'

// One attempt, against receivers that behave well and badly.

const { send: sendTo, close } = noticeSender()
after(close)

const send = (url: string, headers: Record<string, string>, body: string) =>
  sendTo(url, headers, body, 'sandbox')

const HEADERS = { 'Content-Type': 'application/json', 'Wechatpay-Nonce': 'abc', 'Request-ID': '08F2-0' }

/** Listens on the loopback until the test ends; answers the URL. */
async function listen(t: TestContext, server: Server): Promise<string> {
  const sockets = new Set<Socket>()
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`
}

function receiver(t: TestContext, listener: RequestListener): Promise<string> {
  return listen(t, createServer(listener))
}

test('200 and 204 acknowledge, with or without a body', async t => {
  const sink = await webhookSink()
  t.after(() => sink.close())
  sink.answerWith(200, 204, { status: 200, body: '{"code":"SUCCESS","message":"成功"}' })
  assert.deepEqual(await send(sink.url, HEADERS, '{}'), { status: 200, reply: '', failure: '' })
  assert.deepEqual(await send(sink.url, HEADERS, '{}'), { status: 204, reply: '', failure: '' })
  const reply = '{"code":"SUCCESS","message":"成功"}'
  assert.deepEqual(await send(sink.url, HEADERS, '{}'), { status: 200, reply, failure: '' })
})

test('any other status does not acknowledge, and its body is kept', async t => {
  const sink = await webhookSink()
  t.after(() => sink.close())
  for (const status of [201, 202, 205, 206, 301, 302, 304, 307, 400, 401, 404, 429, 500, 502, 503]) {
    sink.answerWith(status === 400 ? { status, body: '{"code":"FAIL"}' } : status)
    const reply = status === 400 ? '{"code":"FAIL"}' : ''
    const failure = `The reply was HTTP ${status}`
    assert.deepEqual(await send(sink.url, HEADERS, '{}'), { status, reply, failure })
  }
})

test('the body and the headers arrive as they were given, names in their exact case', async t => {
  const sink = await webhookSink()
  t.after(() => sink.close())
  const body = '{"summary":"停车入场状态通知"}'
  await send(sink.url, HEADERS, body)
  const { rawHeaders, body: received } = await sink.next()
  assert.equal(received, body)
  for (const [name, value] of Object.entries(HEADERS)) {
    assert.equal(rawHeaders[rawHeaders.indexOf(name) + 1], value, name)
  }
})

test('a redirect is not followed', async t => {
  const paths: string[] = []
  const url = await receiver(t, (request, response) => {
    paths.push(request.url ?? '')
    response.writeHead(307, { Location: '/elsewhere' }).end()
  })
  assert.equal((await send(url, HEADERS, '{}')).status, 307)
  assert.deepEqual(paths, ['/notify'])
})

test('a receiver that nobody runs, a reply that is no HTTP and a URL that is none are failures, never exceptions', async t => {
  const refused = await send('http://127.0.0.1:9/notify', HEADERS, '{}')
  assert.equal(refused.status, null)
  assert.match(refused.failure, /ECONNREFUSED/)

  const noHttp = createTcpServer(socket => socket.end('no HTTP at all\r\n\r\n'))
  const cutOff = createTcpServer(socket => socket.destroy())
  const headersOnly = createTcpServer(socket => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx'))
  for (const server of [noHttp, cutOff, headersOnly]) {
    const { status, reply, failure } = await send(await listen(t, server), HEADERS, '{}')
    assert.deepEqual({ status, reply }, { status: null, reply: '' })
    assert.notEqual(failure, '')
  }

  for (const url of ['nowhere', '', 'https://', 'https://%zz/', 'https://a:99999/', 'ftp://127.0.0.1/']) {
    for (const profile of ['sandbox', 'production'] as const) {
      const { status, failure } = await sendTo(url, HEADERS, '{}', profile)
      assert.equal(status, null)
      assert.notEqual(failure, '')
    }
  }
})

test('headers without end are a failure', async t => {
  const url = await receiver(t, (_request, response) => {
    response.writeHead(200, { 'X-Long': 'x'.repeat(100_000) }).end()
  })
  const { status, failure } = await send(url, HEADERS, '{}')
  assert.equal(status, null)
  assert.notEqual(failure, '')
})

test('of a huge reply the first 2 KiB are kept, and the status still counts', async t => {
  const url = await receiver(t, (_request, response) => {
    response.end('停'.repeat(1_000_000))
  })
  const { status, reply, failure } = await send(url, HEADERS, '{}')
  assert.deepEqual({ status, failure }, { status: 200, failure: '' })
  assert.ok(reply.startsWith('停'.repeat(682)))
  assert.ok(reply.length <= 684)
})

test('a reply without end is cut off: the connection is closed after 2 KiB', async t => {
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  const url = await receiver(t, (_request, response) => {
    const write = () => {
      while (!response.destroyed && response.write('x'.repeat(1_000)));
    }
    response.on('drain', write).on('close', () => resolve())
    write()
  })
  const { status, reply } = await send(url, HEADERS, '{}')
  assert.equal(status, 200)
  assert.equal(reply, 'x'.repeat(2_048))
  await closed
})

test('a reply may hold any bytes; what no store can keep is left out', async t => {
  const url = await receiver(t, (_request, response) => {
    response.end(Buffer.from([0x61, 0x00, 0x62, 0xff, 0xfe]))
  })
  const { reply } = await send(url, HEADERS, '{}')
  assert.equal(reply, 'ab��')
})

test('a receiver has five seconds for the whole reply', async t => {
  const silent = await receiver(t, () => undefined)
  const neverEnds = await receiver(t, (_request, response) => {
    response.writeHead(200).write('x')
  })
  const startedAt = performance.now()
  const late = Promise.withResolvers<never>()
  // A timer beside theirs, because a machine that stands still holds up both.
  const timer = setTimeout(() => late.reject(new Error('It took longer')), NOTICE_TIMEOUT_MS + 1_000)
  const attempts = [send(silent, HEADERS, '{}'), send(neverEnds, HEADERS, '{}')]
  const outcomes = await Promise.race([Promise.all(attempts), late.promise])
  clearTimeout(timer)
  const took = performance.now() - startedAt
  for (const { status, failure } of outcomes) {
    assert.deepEqual({ status, failure }, { status: null, failure: 'No reply within 5000 ms' })
  }
  assert.equal(NOTICE_TIMEOUT_MS, 5_000)
  assert.ok(took >= 4_990, `It took ${took} ms`)
})

test('as many notices as a node has in hand go to one receiver at once, so none waits in the time of another', async t => {
  const waiting: (() => void)[] = []
  const url = await receiver(t, (_request, response) => {
    waiting.push(() => response.writeHead(204).end())
    if (waiting.length === MAX_DELIVERIES) for (const answer of waiting) answer()
  })
  const deliveries = await Promise.all(Array.from({ length: MAX_DELIVERIES }, () => send(url, HEADERS, '{}')))
  assert.deepEqual(
    deliveries.map(({ status }) => status),
    Array.from({ length: MAX_DELIVERIES }, () => 204),
  )
})

test('closing ends the attempts that are under way', async t => {
  const sender = noticeSender()
  const { promise: arrived, resolve } = Promise.withResolvers<void>()
  const url = await receiver(t, () => resolve())
  const attempt = sender.send(url, HEADERS, '{}', 'sandbox')
  await arrived
  await sender.close()
  assert.equal((await attempt).status, null)
})

test('production does not send to a private host, also what was taken under another profile', async t => {
  const sink = await webhookSink()
  t.after(() => sink.close())
  const { port } = new URL(sink.url)
  for (const url of [
    sink.url,
    `https://127.0.0.1:${port}/notify`,
    `https://[::ffff:127.0.0.1]:${port}/notify`,
    `https://localhost:${port}/notify`,
    'https://192.168.0.1/notify',
    'https://169.254.169.254/latest/meta-data',
    'http://name:secret@127.0.0.1/notify',
    'http://127.1/notify',
  ]) {
    const { status, failure } = await sendTo(url, HEADERS, '{}', 'production')
    assert.equal(status, null)
    assert.match(failure, /^The production profile does not send there/, url)
  }
  assert.deepEqual(sink.received, [])
})

test('what stands before an @ is no part of the request', async t => {
  const received: unknown[] = []
  const url = await receiver(t, ({ url, headers }, response) => {
    received.push([url, headers.authorization])
    response.end()
  })
  assert.equal((await send(url.replace('http://', 'http://name:secret@'), HEADERS, '{}')).status, 200)
  assert.deepEqual(received, [['/notify', undefined]])
})

test('production knows no private address of a name: neither all of them nor the first', async () => {
  for (const all of [true, false]) {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    publicLookup('localhost', { all }, (error, address) => resolve({ message: error?.message, address }))
    assert.deepEqual(await promise, { message: 'localhost has no public address', address: '' })
  }
  const { promise, resolve } = Promise.withResolvers<unknown>()
  publicLookup('1.1.1.1', { all: true }, (error, addresses) => resolve({ error, addresses }))
  assert.deepEqual(await promise, { error: null, addresses: [{ address: '1.1.1.1', family: 4 }] })
  const one = Promise.withResolvers<unknown>()
  publicLookup('1.1.1.1', {}, (error, address, family) => one.resolve({ error, address, family }))
  assert.deepEqual(await one.promise, { error: null, address: '1.1.1.1', family: 4 })
})
