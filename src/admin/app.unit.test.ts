import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pino from 'pino'
import { adminCalls } from '../../test/admin-calls.ts'
import { chargeCalls } from '../../test/charges.ts'
import { sendRaw } from '../../test/raw-http.ts'
import { sandboxWithoutStore } from '../../test/sandbox.ts'
import { adminEndpointsOf } from '../node/admin-endpoints.ts'
import { products } from '../products/index.ts'
import { GatedDatabase } from '../store/gated-database.ts'
import { createTestStore } from '../store/testing.ts'
import { signedRequest, startPlatform } from '../testing/index.ts'
import { listenForAdmin } from './listen.ts'

const adminEndpoints = await adminEndpointsOf(products)

const running = await startPlatform()
after(() => running.stop())
const { url, token } = running.admin
const admin = adminCalls(running)

/** Sends bytes as they are and answers status, body and headers. */
async function send(lines: string[], body = '') {
  const request = [...lines, `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close', '', body]
  const reply = await sendRaw(url, Buffer.from(request.join('\r\n')))
  const headers = new Map(reply.headers.map(([name, value]) => [name.toLowerCase(), value]))
  return { status: reply.status, body: reply.body === '' ? undefined : JSON.parse(reply.body), headers }
}

const host = new URL(url).host
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'
const authorization = `Authorization: Bearer ${token}`

test('it listens on 127.0.0.1, and the data folder says where and with which token only to its owner', () => {
  const path = join(running.folder, 'admin.json')
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { url, token })
  assert.equal(statSync(path).mode & 0o077, 0)
  assert.equal(new URL(url).hostname, '127.0.0.1')
  assert.match(token, /^[\w-]{43}$/)
})

test('without the right token everything is 401, also a path that does not exist', async () => {
  const wrong = [
    [],
    ['Authorization: Bearer'],
    ['Authorization: Bearer '],
    [`Authorization: Bearer ${token.slice(1)}`],
    [`Authorization: Bearer ${token}x`],
    [`Authorization: Basic ${token}`],
    [`Authorization: ${token}`],
    [`X-Authorization: Bearer ${token}`],
  ]
  for (const headers of wrong) {
    for (const target of ['/admin/v1/merchants', '/admin/v1/openapi.json', '/nope', '/', '/%zz']) {
      const reply = await send([`GET ${target} HTTP/1.1`, `Host: ${host}`, ...headers])
      assert.equal(reply.status, 401, `${target} ${headers}`)
      assert.equal(reply.body.type, 'urn:boomgate:problem:unauthorized')
      assert.equal(reply.headers.get('www-authenticate'), 'Bearer')
    }
  }
})

test('a name that is not the loopback is refused, whatever the token: no page of the web comes here by its own name', async () => {
  const foreign = [
    'example.com',
    'localhost.example.com',
    '127.0.0.1.example.com',
    '127.0.0.2',
    '0.0.0.0',
    '[::]',
    '',
  ]
  for (const name of [...foreign, ...foreign.map(name => `${name}:${new URL(url).port}`)]) {
    const reply = await send(['GET /admin/v1/merchants HTTP/1.1', `Host: ${name}`, authorization])
    assert.equal(reply.status, 421, name)
    assert.equal(reply.body.type, 'urn:boomgate:problem:wrong-host')
  }
  for (const name of [host, 'localhost', 'LOCALHOST:1', '[::1]:8090', '127.0.0.1']) {
    const reply = await send(['GET /admin/v1/clock HTTP/1.1', `Host: ${name}`, authorization])
    assert.equal(reply.status, 200, name)
  }
})

test('a path that does not exist is 404, a method that it has not 405 with those that it has', async () => {
  for (const path of ['/', '/nope', '/merchants/1/2', '/../v1/nope']) {
    admin.refused(await admin.get(path), 'NOT_FOUND', /openapi\.json/)
  }
  const reply = await admin.call('DELETE', '/merchants/1230000109')
  admin.refused(reply, 'METHOD_NOT_ALLOWED', /GET, PUT/)
  assert.equal(reply.headers.get('allow'), 'GET, PUT')
  for (const { operation } of adminEndpoints) {
    const path = operation.path.replace('/admin/v1', '').replaceAll(/\{\w+\}/g, '1')
    admin.refused(await admin.call('PATCH', path), 'METHOD_NOT_ALLOWED')
    admin.refused(await admin.call('POST', path), 'METHOD_NOT_ALLOWED')
  }
  const broken = await send(['GET /admin/v1/payers/%zz HTTP/1.1', `Host: ${host}`, authorization])
  assert.equal(broken.status, 404)
})

test('a body that is no JSON object, or has names twice, is refused and says how it must be', async () => {
  for (const body of [
    'x',
    '[]',
    '1',
    'null',
    '"a"',
    '{"score":1,"score":2}',
    '{"a":"\\u0000"}',
    '{"a":1e400}',
    '{',
  ]) {
    const reply = await send(['PUT /admin/v1/payers/a HTTP/1.1', `Host: ${host}`, authorization], body)
    assert.equal(reply.status, 400, body)
    assert.match(reply.body.detail, /JSON object/)
  }
  const large = await send(
    ['PUT /admin/v1/payers/a HTTP/1.1', `Host: ${host}`, authorization],
    `{"a":"${'a'.repeat(1_100_000)}"}`,
  )
  assert.deepEqual([large.status, large.body.type], [413, 'urn:boomgate:problem:body-too-large'])
})

test('what is no HTTP is answered with how it must be: a query that is not percent-encoded, and headers beyond the limit', async () => {
  for (const target of ['/admin/v1/orders?payer_id=粤', '/admin/v1/payers/粤', '/admin/v1/payers\0']) {
    const reply = await send([`GET ${target} HTTP/1.1`, `Host: ${host}`, authorization])
    assert.deepEqual([reply.status, reply.headers.get('content-type')], [400, PROBLEM_TYPE])
    assert.equal(reply.body.type, 'urn:boomgate:problem:invalid-request')
    assert.match(reply.body.detail, /Percent-encode the query/)
  }
  const large = await send(['GET /admin/v1/payers HTTP/1.1', `Host: ${host}`, `X: ${'a'.repeat(20_000)}`])
  assert.deepEqual([large.status, large.headers.get('content-type')], [400, PROBLEM_TYPE])
  assert.match(large.body.detail, /16 KB/)
})

test('every wrong field is named with what it must be, and a field that is unknown is refused as a typo', async () => {
  const reply = await admin.put('/payers/a', {
    score: 1,
    wallet_state: 'OPEN',
    advance_limit: '5',
    scoer: 700,
  })
  admin.refusedField(reply, 'score', /at least 350/)
  admin.refusedField(reply, 'wallet_state', /NORMAL, FROZEN/)
  admin.refusedField(reply, 'advance_limit', /whole number/)
  admin.refusedField(reply, 'scoer', /unknown; there are payer_id, score/)
  admin.refusedField(await admin.get('/clock?now=1'), 'now', /unknown; this call has no fields/)
  const profile = await admin.put('/merchants/1230000109', { notify_profile: 'x' })
  admin.refusedField(profile, 'notify_profile', /must be one of "", sandbox, production/)
  admin.refusedField(await admin.put('/payers/a', { payer_id: 'a' }), 'payer_id', /by the path only/)
  admin.refusedField(await admin.put('/payers/a%20b'), 'payer_id', /no spaces/)
  admin.refusedField(await admin.put('/payers/%F0%9F%98%80'), 'payer_id', /cannot be stored/)
  admin.refusedField(await admin.get('/payers?limit=0'), 'limit', /at least 1/)
  admin.refusedField(await admin.get('/payers?limit=101'), 'limit', /at most 100/)
  admin.refusedField(await admin.get('/payers?limit=ten'), 'limit', /whole number/)
  admin.refusedField(await admin.get('/payers?limit=1&limit=2'), 'limit', /twice/)
  admin.refusedField(await admin.get('/payers?name=a'), 'name', /unknown/)
  admin.refused(await admin.get('/payers?limit=%ff'), 'INVALID_REQUEST', /percent-encoded/)
  admin.refused(await admin.put('/payers/a?score=700'), 'INVALID_REQUEST', /no query/)
  const many = Array.from({ length: 65 }, (_, index) => `a${index}=1`).join('&')
  admin.refused(await admin.get(`/payers?${many}`), 'INVALID_REQUEST', /more than 64/)
  const path = '/merchants/1230000109/apps/wx1'
  admin.refused(await admin.call('DELETE', path, {}), 'INVALID_REQUEST', /has no body/)
})

test('a list comes in pages, and a cursor that is none is refused', async () => {
  const seen: string[] = []
  let after = ''
  do {
    const { body } = await admin.get(`/merchants?limit=3${after && `&after=${after}`}`)
    assert.ok(body.data.length <= 3)
    seen.push(...body.data.map(({ mchid }: { mchid: string }) => mchid))
    after = body.next
  } while (after)
  assert.deepEqual(seen, [...new Set(seen)].sort())
  assert.deepEqual((await admin.get('/merchants')).body.data.length, seen.length)
  const forged = ['x', 'bnVsbA', 'WzFd', 'W10', 'WyJhIiwiYiJd', 'WyJcdTAwMDAiXQ'].map(text =>
    encodeURIComponent(text),
  )
  for (const cursor of forged) {
    admin.refusedField(await admin.get(`/merchants?after=${cursor}`), 'after', /page before/)
    admin.refusedField(await admin.get(`/orders?after=${cursor}`), 'after', /page before/)
  }
})

test('a fault of ours is 500 and shows nothing of its cause', async t => {
  const broken = await sandboxWithoutStore(t)
  const reply = await fetch(`${broken.admin.url}/admin/v1/merchants`, {
    headers: { authorization: `Bearer ${broken.admin.token}` },
  })
  assert.equal(reply.status, 500)
  assert.deepEqual(await reply.json(), {
    type: 'urn:boomgate:problem:internal-error',
    title: 'The platform has failed',
    status: 500,
    detail: 'The log on standard error says why; the call can be repeated.',
  })
})

test('the token outlives a restart, and a file without one gets a new one', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-admin-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const address = join(folder, 'admin.json')
  const { platform, scheduler } = running
  const gate = new GatedDatabase(platform.db)
  const context = {
    ...{ platform, gate, scheduler, log: pino({ level: 'silent' }) },
    endpoints: adminEndpoints,
  }
  const listen = async () => {
    const admin = await listenForAdmin(
      { ...context, sandbox: { folder, baseUrl: running.baseUrl, backupUrl: undefined, trust: undefined } },
      0,
    )
    await admin.app.close()
    return admin.token
  }
  const first = await listen()
  assert.equal(await listen(), first)
  for (const content of ['{}', 'x', '{"token":"short"}', '{"token":7}']) {
    writeFileSync(address, content)
    assert.notEqual(await listen(), first)
    assert.equal(statSync(address).mode & 0o077, 0)
  }
})

test('a move of the clock that is under way ends when the platform stops, and goes on at the next start', async t => {
  const store = createTestStore()
  t.after(() => store.remove())
  const release = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const send = async () => {
    begun.resolve()
    await release.promise
    return { status: 500, reply: '', failure: 'no' }
  }
  const first = await startPlatform({ open: () => store.open(), send })
  const calls = adminCalls(first)
  await calls.put('/clock', { mode: 'FROZEN' })
  const merchants = chargeCalls(
    (request, mchid = '1230000109') => {
      const { method, target, headers, body } = signedRequest(first.merchant(mchid), request)
      return first.app.inject({ method, url: target, headers, payload: body })
    },
    () => first.platform.clock.now(),
  )
  await merchants.accept()
  const move = calls.put('/clock/moves/day', { step_ms: 86_400_000 })
  await begun.promise
  const stopped = first.stop()
  release.resolve()
  calls.refused(await move, 'CONFLICT', /goes on when it is repeated/)
  await stopped
  const second = await startPlatform({ open: () => store.open() })
  t.after(() => second.stop())
  const again = adminCalls(second)
  assert.equal((await again.get('/clock/moves/day')).body.finished, false)
  const { body } = await again.put('/clock/moves/day', { step_ms: 86_400_000 })
  assert.deepEqual([body.finished, body.done.notices > 5], [true, true])
})
