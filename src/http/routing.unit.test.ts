import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { rawRequest, sendRaw } from '../../test/raw-http.ts'
import { routesOf } from '../contract/operation.ts'
import { products } from '../products/index.ts'
import { endpointsOf } from '../products/product.ts'
import { type SignedRequest, signedRequest, startPlatform } from '../testing/index.ts'

const endpoints = endpointsOf(products)

const running = await startPlatform()
after(() => running.stop())

type Sent = Pick<SignedRequest, 'target'> & {
  method: string
  body?: string
  headers?: SignedRequest['headers']
}

function send({ method, target, body = '', headers = {} }: Sent) {
  return sendRaw(running.baseUrl, rawRequest({ method, target, headers, body: Buffer.from(body) }))
}

async function assertEmpty(sent: Sent, status: 404 | 405): Promise<void> {
  const reply = await send(sent)
  assert.deepEqual([reply.status, reply.body], [status, ''], `${sent.method} ${sent.target}`)
  const headers = new Map(reply.headers.map(([name, value]) => [name.toLowerCase(), value]))
  assert.equal(headers.get('content-length'), '0', `${sent.method} ${sent.target}`)
  assert.ok(!headers.has('content-type') && !headers.has('transfer-encoding'))
  assert.ok(!headers.has('request-id'))
  for (const name of headers.keys()) assert.doesNotMatch(name, /^wechatpay-/)
}

test('a path that does not exist is 404 with an empty body, whatever the method and before anything else', async () => {
  for (const target of [
    '/',
    '/v3',
    '/nope',
    '/v3/certificate',
    '/v3/certificates/',
    '/v3/certificates/x',
    '/V3/certificates',
    '/v3/Certificates',
    '//v3/certificates',
    '/v3//certificates',
    '/v3/certificates;a=b',
    '/v3/./certificates',
    '/v3/x/../certificates',
    '/v3/refund/domestic/refunds/1/2',
    '/v3/security/echo/',
    '/pay/unifiedorder',
    '/nope?a=1',
    `/${'a'.repeat(10_000)}`,
  ]) {
    for (const method of ['GET', 'POST']) await assertEmpty({ method, target }, 404)
  }
  for (const method of ['HEAD', 'OPTIONS', 'PROPFIND', 'PUT', 'TRACE', 'QUERY']) {
    await assertEmpty({ method, target: '/nope' }, 404)
  }
  await assertEmpty({ method: 'OPTIONS', target: '*' }, 404)
})

test('a path that cannot be decoded does not exist', async () => {
  for (const part of ['%', '%z', '%zz', '%E7', '%ED%A0%80', '%C0%AF', '%FF']) {
    for (const method of ['GET', 'HEAD', 'POST']) {
      await assertEmpty({ method, target: `/v3/vehicle/transactions/out-trade-no/${part}` }, 404)
    }
  }
})

test('a part of a path that is longer than any field does not exist', async () => {
  await assertEmpty(
    { method: 'GET', target: `/v3/vehicle/transactions/out-trade-no/${'1'.repeat(9_000)}` },
    404,
  )
})

test('a wrong method is 405 with an empty body on every path, before anything else', async () => {
  for (const { operation } of endpoints) {
    const [{ path = '' } = {}] = routesOf(operation)
    const target = path.replaceAll(/\{\w+\}/g, '1217752501201407033233368018')
    for (const method of [
      'GET',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'HEAD',
      'OPTIONS',
      'TRACE',
      'PROPFIND',
      'QUERY',
    ]) {
      if (method !== operation.method) await assertEmpty({ method, target }, 405)
    }
    await assertEmpty({ method: 'DELETE', target: `${target}?a=1` }, 405)
  }
  for (const field of ['%E5%8D%95', '', 'a%2Fb', '%00']) {
    await assertEmpty({ method: 'POST', target: `/v3/vehicle/transactions/out-trade-no/${field}` }, 405)
  }
})

test('nothing in a request changes 404 and 405: no body, no length, no type of a body', async () => {
  const bodies: Pick<Sent, 'body' | 'headers'>[] = [
    { body: '{"a":1}', headers: { 'Content-Type': 'application/json' } },
    { body: '{', headers: { 'Content-Type': ';;' } },
    { body: '{', headers: { 'Content-Type': '' } },
    { body: 'a'.repeat(2_000_000) },
    { headers: { Authorization: 'Bearer x', Accept: '', 'User-Agent': '' } },
  ]
  for (const sent of bodies) {
    await assertEmpty({ ...sent, method: 'POST', target: '/nope' }, 404)
    await assertEmpty({ ...sent, method: 'POST', target: '/v3/certificates' }, 405)
    await assertEmpty({ ...sent, method: 'DELETE', target: '/v3/security/echo' }, 405)
  }
})

test('a signed request to a path that does not exist is 404 all the same', async () => {
  const request = signedRequest(running.merchant('1230000109'), { method: 'GET', target: '/v3/nope' })
  const reply = await sendRaw(running.baseUrl, rawRequest(request))
  assert.deepEqual([reply.status, reply.body], [404, ''])
})

test('GET /healthz answers to anybody as long as the store does', async () => {
  const reply = await send({ method: 'GET', target: '/healthz' })
  assert.deepEqual([reply.status, reply.body], [200, '{"status":"ok"}'])
  await assertEmpty({ method: 'POST', target: '/healthz' }, 404)
})
