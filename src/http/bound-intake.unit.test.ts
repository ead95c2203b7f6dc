import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { startPlatform } from '../testing/index.ts'
import { httpServer } from './http-server.ts'
import { REFUSALS } from './listen.ts'

/** The smallest request, or one of them. */
const SMALL = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const FLOOD_BYTES = 200 * 1024
/** More than one connection may ever have in hand: what is counted, and what fits into the slice that goes past it. */
const BOUND = 128
/** Rounds of another client after which a server that had not stopped reading would have read on. */
const ROUNDS = 20

async function serverUnderTest(t: TestContext, onRequest: RequestListener) {
  const sockets: Socket[] = []
  const server = httpServer(onRequest, REFUSALS)
  server.on('connection', (socket: Socket) => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}/other`, sockets }
}

async function connected(t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

async function othersAreServed(url: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) assert.equal((await fetch(url)).status, 200)
}

test('a connection has few requests in hand, is not read on until they are answered, and loses none', async t => {
  let waiting: ServerResponse[] | undefined = []
  let begun = 0
  const { port, url, sockets } = await serverUnderTest(t, (request, reply) => {
    if (request.url === '/other') return void reply.end()
    begun += 1
    if (waiting) waiting.push(reply)
    else setImmediate(() => reply.end())
  })
  const client = await connected(t, port)
  const total = Math.ceil(FLOOD_BYTES / SMALL.length)
  client.write(SMALL.repeat(total))
  await othersAreServed(url)
  assert.ok(begun > 0 && begun < BOUND, `${begun} in hand`)
  assert.ok((sockets[0]?.bytesRead ?? 0) < FLOOD_BYTES / 2, `${sockets[0]?.bytesRead} bytes read`)

  let answered = 0
  const everything = new Promise<void>(resolve => {
    client.on('data', chunk => {
      answered += chunk.toString('latin1').split('HTTP/1.1 200').length - 1
      if (answered === total) resolve()
    })
  })
  const held = waiting
  waiting = undefined
  for (const reply of held) reply.end()
  await everything
  assert.equal(begun, total)
})

test('a connection whose replies are not read is not read either', async t => {
  const body = Buffer.alloc(100_000)
  let begun = 0
  const { port, url, sockets } = await serverUnderTest(t, (request, reply) => {
    if (request.url === '/other') return void reply.end()
    begun += 1
    reply.end(body)
  })
  const client = await connected(t, port)
  client.pause()
  client.write(SMALL.repeat(Math.ceil((10 * FLOOD_BYTES) / SMALL.length)))
  let before = -1
  for (; before !== begun; await othersAreServed(url)) before = begun
  // What the system itself keeps for a reader comes on top.
  assert.ok(begun < BOUND + 200, `${begun} in hand`)
  assert.ok((sockets[0]?.bytesRead ?? 0) < FLOOD_BYTES, `${sockets[0]?.bytesRead} bytes read`)
})

test('bodies come whole through what is held back, whatever their length and however they are cut', async t => {
  const { port } = await serverUnderTest(t, async (request, reply) => {
    let length = 0
    for await (const chunk of request) length += chunk.length
    reply.end(`${length}.`)
  })
  const lengths = [0, 1, 2_000, 2_048, 2_049, 65_536, 1_000_000]
  const client = await connected(t, port)
  const bytes = Buffer.concat(
    lengths.map(length =>
      Buffer.concat([
        Buffer.from(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`),
        Buffer.alloc(length, 'x'),
      ]),
    ),
  )
  for (let at = 0; at < bytes.length; at += 50_001) client.write(bytes.subarray(at, at + 50_001))
  let text = ''
  const bodies = () => [...text.matchAll(/\r\n\r\n(?:\w+\r\n)?(\d+)\./g)].map(([, length]) => Number(length))
  for await (const chunk of client) {
    text += chunk
    if (bodies().length === lengths.length) break
  }
  assert.deepEqual(bodies(), lengths)
})

test('no listener of the platform lets a connection have more in hand, and all answer others meanwhile', async t => {
  const running = await startPlatform({ backup: true, tls: true })
  t.after(() => running.stop())
  const inHand = new Map<Socket, number>()
  let most = 0
  const note = (message: unknown) => {
    const { socket, response } = message as {
      socket: Socket
      request: IncomingMessage
      response: ServerResponse
    }
    const change = (by: number) => {
      const count = (inHand.get(socket) ?? 0) + by
      inHand.set(socket, count)
      most = Math.max(most, count)
    }
    change(1)
    response.once('close', () => change(-1))
  }
  subscribe('http.server.request.start', note)
  t.after(() => unsubscribe('http.server.request.start', note))
  const urls = [running.baseUrl, running.backupUrl ?? '', running.tls?.url ?? '', running.admin.url]
  for (const url of urls) {
    const port = Number(new URL(url).port)
    const path = url === running.admin.url ? '/admin/v1/clock' : '/v3/certificates'
    const flood = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`.repeat(FLOOD_BYTES / 50))
    for (let count = 0; count < 3; count += 1) {
      const socket = url.startsWith('https')
        ? connectTls({ port, host: '127.0.0.1', ca: running.tls?.ca ?? '', servername: 'localhost' })
        : connect(port, '127.0.0.1')
      socket.on('error', () => undefined).pause()
      t.after(() => socket.destroy())
      await once(socket, url.startsWith('https') ? 'secureConnect' : 'connect')
      socket.write(flood)
    }
  }
  await othersAreServed(`${running.baseUrl}/healthz`)
  assert.equal(inHand.size > urls.length * 3, true)
  assert.ok(most > 1 && most < BOUND, `${most} in hand`)
})
