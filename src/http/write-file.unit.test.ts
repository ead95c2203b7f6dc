import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { FileReply } from '../calls/handler.ts'
import { NO_INJECTIONS } from '../faults/faults.ts'
import type { Exchange } from './exchange.ts'
import { writeFile } from './sign-response.ts'

const CHUNK = Buffer.alloc(64 * 1024, 'x')
/** More than all buffers between two ends of a connection together. */
const FAR_TOO_MANY = 16_384

/** A server whose one reply is this file: the connection of its reader, and how the writing ends. */
async function reading(
  t: TestContext,
  file: FileReply,
  stallMs?: number,
  injected = NO_INJECTIONS,
): Promise<[IncomingMessage, Promise<number>]> {
  const written = Promise.withResolvers<number>()
  written.promise.catch(() => undefined)
  const server = createServer((_request, response) => {
    const named = { requestId: 'A'.repeat(40), resultNumber: 0, language: 'zh-CN', injected }
    const exchange = named as Exchange
    writeFile(response, exchange, file, { now: 0, isLast: false }, stallMs).then(
      written.resolve,
      written.reject,
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const request = get(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const [reply] = (await once(request, 'response')) as [IncomingMessage]
  return [reply, written.promise]
}

/** Whether everything that the headers have promised has come. */
function isComplete(reply: IncomingMessage): Promise<boolean> {
  return new Promise(resolve => {
    reply
      .on('error', () => undefined)
      .on('close', () => resolve(reply.complete))
      .resume()
  })
}

test('a file goes out whole, under its own type and length', async t => {
  const file = new FileReply('text/plain', 3 * CHUNK.length, () => Readable.from([CHUNK, CHUNK, CHUNK]))
  const [reply, written] = await reading(t, file)
  assert.equal(reply.headers['content-type'], 'text/plain')
  assert.equal(reply.headers['content-length'], String(3 * CHUNK.length))
  assert.equal(reply.headers['request-id'], `${'A'.repeat(40)}-0`)
  assert.ok(await isComplete(reply))
  assert.equal(await written, 3 * CHUNK.length)
})

test('a file that is truncated on purpose ends in its middle, after all that was to come until then', async t => {
  const file = new FileReply('text/plain', 3 * CHUNK.length, () => Readable.from([CHUNK, CHUNK, CHUNK]))
  const injected = { REPLY_TRUNCATED: { fault_id: 'a', delay_ms: 0 } }
  const [reply, written] = await reading(t, file, undefined, injected)
  assert.equal(reply.headers['content-length'], String(3 * CHUNK.length))
  let received = 0
  reply.on('data', chunk => {
    received += chunk.length
  })
  assert.equal(await isComplete(reply), false)
  assert.deepEqual([received, await written], [1.5 * CHUNK.length, 1.5 * CHUNK.length])
})

test('a file that breaks off, or is shorter than it says, ends the connection', async t => {
  async function* broken() {
    yield CHUNK
    throw new Error('the disk is gone')
  }
  for (const [source, error] of [
    [broken, /the disk is gone/],
    [() => [CHUNK], /has 65536 of 131072 bytes/],
  ] as const) {
    const file = new FileReply('text/plain', 2 * CHUNK.length, () => Readable.from(source()))
    const [reply, written] = await reading(t, file)
    assert.equal(await isComplete(reply), false)
    await assert.rejects(written, error)
  }
})

test('a file that is longer than it says is a fault', async t => {
  const file = new FileReply('text/plain', CHUNK.length, () => Readable.from([CHUNK, CHUNK]))
  const [reply, written] = await reading(t, file)
  await isComplete(reply)
  await assert.rejects(written, /has more than 65536 bytes/)
})

test('a reader who hangs up ends the reading too, which was never far ahead', async t => {
  let read = 0
  let ended = false
  async function* endless() {
    try {
      for (; read < FAR_TOO_MANY; read += 1) yield CHUNK
    } finally {
      ended = true
    }
  }
  const file = new FileReply('text/plain', FAR_TOO_MANY * CHUNK.length, () => Readable.from(endless()))
  const [reply, written] = await reading(t, file)
  await once(reply, 'readable')
  reply.destroy()
  const bytes = await written
  assert.ok(bytes < FAR_TOO_MANY * CHUNK.length)
  assert.ok(ended)
  assert.ok(read < FAR_TOO_MANY / 4, `${read} chunks were read`)
})

test('a reader who takes nothing for long is given up', async t => {
  const chunks = Array.from({ length: FAR_TOO_MANY }, () => CHUNK)
  const file = new FileReply('text/plain', FAR_TOO_MANY * CHUNK.length, () => Readable.from(chunks))
  // Time is what this is about, so some must pass.
  const [reply, written] = await reading(t, file, 100)
  assert.ok((await written) < FAR_TOO_MANY * CHUNK.length)
  assert.equal(await isComplete(reply), false)
})
