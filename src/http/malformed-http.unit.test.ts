import assert from 'node:assert/strict'
import { after, afterEach, test } from 'node:test'
import { READ } from '../../test/calls.ts'
import { type RawReply, rawRequest, sendPart, sendRaw, sendRawUntilEnd } from '../../test/raw-http.ts'
import { type SignedRequest, signedRequest, startPlatform } from '../testing/index.ts'

const running = await startPlatform()
after(() => running.stop())

afterEach(async () => {
  const reply = await sendRaw(running.baseUrl, rawRequest(signed('/v3/certificates')))
  assert.equal(reply.status, 200, 'The platform no longer answers')
})

const MALFORMED = '{"code":"INVALID_REQUEST","message":"Http请求格式错误或Http头过大"}'

function signed(target: string, body?: object | string): SignedRequest {
  const merchant = running.merchant('1230000109')
  const method = body === undefined ? 'GET' : 'POST'
  const headers = { 'Wechatpay-Serial': merchant.platform_serial }
  return signedRequest(merchant, { method, target, headers, ...(body !== undefined && { body }) })
}

const echo = () => signed('/v3/security/echo', '{"echo_message":"hi"}')

function assertMalformed(reply: RawReply, about: string): void {
  assert.deepEqual([reply.status, reply.body], [400, MALFORMED], about)
  assert.deepEqual(reply.headers, [
    ['Content-Type', 'application/json; charset=utf-8'],
    ['Content-Length', String(Buffer.byteLength(MALFORMED))],
    ['Connection', 'close'],
  ])
}

test('what is no HTTP is answered with a 400 that says so, and the connection is closed', async () => {
  for (const bytes of [
    Buffer.from('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'latin1'),
    Buffer.alloc(1000, 0xff),
    'hello\r\n\r\n',
    'GET\r\n\r\n',
    'GET /v3/certificates HTTX/1.1\r\n\r\n',
    'GET /v3/certificates HTTP/9.9\r\nHost: localhost\r\n\r\n',
    'GET /v3/certificates HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n',
    'GET /v3/certificates HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n',
    'BREW /v3/certificates HTTP/1.1\r\nHost: localhost\r\n\r\n',
  ]) {
    assertMalformed(await sendRaw(running.baseUrl, bytes), JSON.stringify(bytes.toString()))
  }
})

test('a target with bytes that are not ASCII is no HTTP, also when it was signed like that', async () => {
  const request = signed(decodeURIComponent(READ))
  assertMalformed(await sendRaw(running.baseUrl, rawRequest(request)), 'unencoded Chinese')
})

test('headers of more than 16 KB are refused', async () => {
  const request = signed('/v3/certificates')
  const large = await sendRaw(running.baseUrl, rawRequest(request, { 'X-Large': 'a'.repeat(20_000) }))
  assertMalformed(large, 'one large header')
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`X-Header-${index}`, 'value']))
  assertMalformed(await sendRaw(running.baseUrl, rawRequest(request, many)), 'many headers')
  const target = rawRequest(signed(`/v3/certificates?a=${'a'.repeat(20_000)}`))
  assertMalformed(await sendRaw(running.baseUrl, target), 'a long target')
})

test('a request without a host is refused', async () => {
  const { Host: _, ...headers } = { Host: '', ...signed('/v3/certificates').headers }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const reply = await sendRaw(running.baseUrl, `GET /v3/certificates HTTP/1.1\r\n${lines.join('')}\r\n`)
  assert.equal(reply.status, 400)
})

test('a length of the body that is no number, or two that differ, is refused', async () => {
  for (const length of ['-1', 'x', '0x15', '1e2', '21, 22', '99999999999999999999999']) {
    const reply = await sendRaw(running.baseUrl, rawRequest(echo(), { 'Content-Length': length }))
    assertMalformed(reply, length)
  }
  const chunked = { 'Content-Length': '21', 'Transfer-Encoding': 'chunked' }
  assertMalformed(await sendRaw(running.baseUrl, rawRequest(echo(), chunked)), 'both kinds of length')
})

test('a body that ends before its length is refused', async () => {
  const reply = await sendPart(running.baseUrl, rawRequest(echo(), { 'Content-Length': '500' }))
  assertMalformed(reply, 'a short body')
})

test('a body that is longer than its length is verified at its length', async () => {
  const reply = await sendRaw(running.baseUrl, rawRequest(echo(), { 'Content-Length': '5' }))
  assert.equal(reply.status, 401)
  assert.match(reply.body, /"sign_message_length":73,/)
})

test('chunks are put together and verified as one body', async () => {
  const { body, ...request } = echo()
  const chunks = [body.subarray(0, 5), body.subarray(5, 6), body.subarray(6)]
  const text = chunks.map(chunk => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')
  for (const headers of [request.headers, { ...request.headers, 'Content-Type': '' }]) {
    const framed = rawRequest(
      { ...request, headers, body: Buffer.from(`${text}0\r\n\r\n`) },
      { 'Transfer-Encoding': 'chunked' },
    )
    const reply = await sendRaw(running.baseUrl, framed)
    assert.deepEqual([reply.status, reply.body], [200, '{"echo_message":"hi"}'])
  }
})

test('chunks that are no chunks, or never end, are refused', async () => {
  for (const body of ['zz\r\n', '5\r\nabcdefgh\r\n', 'fffffffffffffffff\r\n', '-1\r\n']) {
    const bytes = rawRequest({ ...echo(), body: Buffer.from(body) }, { 'Transfer-Encoding': 'chunked' })
    assertMalformed(await sendRaw(running.baseUrl, bytes), body)
  }
  const open = rawRequest({ ...echo(), body: Buffer.from('5\r\nab') }, { 'Transfer-Encoding': 'chunked' })
  assertMalformed(await sendPart(running.baseUrl, open), 'the sender gives up')
})

test('a request that was done gets its own reply, not the refusal of the garbage behind it', async () => {
  for (const connection of ['close', 'keep-alive']) {
    const request = rawRequest(echo(), { Connection: connection })
    const bytes = Buffer.concat([request, Buffer.from('garbage\r\n\r\ngarbage\r\n\r\n')])
    const replies = await sendRawUntilEnd(running.baseUrl, bytes)
    assert.match(replies, /^HTTP\/1\.1 200 OK\r\n/, connection)
    assert.match(replies, /\r\n\r\n\{"echo_message":"hi"\}$/, connection)
  }
})

test('behind a body that was refused unread the connection goes on with the next request', async () => {
  const large = { ...echo(), body: Buffer.alloc(3 * 1024 * 1024, 'a') }
  const chunks = `${large.body.length.toString(16)}\r\n${large.body}\r\n0\r\n\r\n`
  const refused = [
    rawRequest(large),
    rawRequest({ ...large, body: Buffer.from(chunks) }, { 'Transfer-Encoding': 'chunked' }),
    rawRequest({ ...large, headers: { ...large.headers, Authorization: 'Bearer x' } }),
    rawRequest({ ...large, target: '/nope' }),
  ]
  const next = rawRequest(signed('/v3/certificates'), { Connection: 'close' })
  for (const first of refused) {
    const replies = await sendRawUntilEnd(running.baseUrl, Buffer.concat([first, next]))
    const statuses = [...replies.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))
    assert.equal(statuses.length, 2)
    assert.ok((statuses[0] ?? 0) >= 400)
    assert.equal(statuses[1], 200)
  }
})

test('a sender that gives up at any byte of its request hurts nobody', async () => {
  const bytes = rawRequest(echo())
  for (let length = 0; length < bytes.length; length += 23) {
    const reply = await sendPart(running.baseUrl, bytes.subarray(0, length))
    assert.ok(Number.isNaN(reply.status) || reply.status === 400, `${length} bytes: ${reply.status}`)
  }
})
