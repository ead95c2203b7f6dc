import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { htmlReply, jsonReply, type Page, scriptCall } from '../calls/page.ts'
import * as Type from '../contract/schema.ts'
import { products } from '../products/index.ts'
import { product } from '../products/product.ts'
import { startPlatform } from '../testing/index.ts'

// A product that has pages only.

const leaflet: Page = {
  id: 'leaflets.leaflet',
  method: 'GET',
  path: '/leaflets/one',
  handler: async ({ query, referer, userAgent }) =>
    htmlReply(JSON.stringify([query.getAll('a'), referer, userAgent]), 'https:'),
}
const taken = scriptCall(
  'leaflets.take',
  '/leaflets/taken',
  Type.Object({ copies: Type.Integer({ minimum: 1, maximum: 9 }), note: Type.Optional(Type.String()) }),
  async ({ copies }) => {
    if (copies === 9) throw new Error('the press is broken')
    return jsonReply({ copies })
  },
)
const leaflets = product({
  name: 'leaflets',
  folder: new URL('.', import.meta.url),
  endpoints: [],
  pages: () => [leaflet, taken],
})

const running = await startPlatform({ publicUrl: 'https://pay.example.com', rules: { logLevel: 'silent' } }, [
  ...products,
  leaflets,
])
after(() => running.stop())
const { app } = running

const OWN = {
  host: '127.0.0.1:8080',
  origin: 'http://127.0.0.1:8080',
  'sec-fetch-site': 'same-origin',
  'content-type': 'application/json',
}

function take(payload: string, headers: object = {}) {
  return app.inject({ method: 'POST', url: '/leaflets/taken', headers: { ...OWN, ...headers }, payload })
}

test('a page is given what the browser says, and is neither signed nor kept among the calls', async () => {
  const headers = { referer: 'http://a.example/', 'user-agent': 'Desktop' }
  const reply = await app.inject({ url: '/leaflets/one?a=1&b=%ZZ&a=%E5%81%9C?', headers })
  assert.deepEqual(reply.json(), [['1', '停?'], 'http://a.example/', 'Desktop'])
  assert.equal(reply.headers['content-type'], 'text/html; charset=utf-8')
  assert.deepEqual(
    Object.keys(reply.headers).filter(name => /^(wechatpay-|request-id)/.test(name)),
    [],
  )
  await running.platform.recentCalls.flush()
  const kept = await running.platform.db.all(
    "SELECT request FROM recent_calls WHERE request LIKE '%/leaflets/one%'",
  )
  assert.deepEqual(kept, [])
})

test('pages are not kept, not guessed at, and say who may embed them', async () => {
  const { headers } = await app.inject({ url: '/leaflets/one' })
  const policy = String(headers['content-security-policy'])
  assert.match(policy, /^default-src 'none'; script-src 'self'; .*frame-ancestors https:$/)
  assert.doesNotMatch(policy, /unsafe|\*/)
  const script = await take('{"copies":1}')
  assert.equal(script.headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'")
  for (const reply of [headers, script.headers])
    assert.partialDeepStrictEqual(reply, {
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
})

test('a script of a page is answered, and a request from anywhere else is refused', async () => {
  assert.deepEqual((await take('{"copies":2}')).json(), { copies: 2 })
  const proxied = { host: 'inner:8080', origin: 'https://pay.example.com' }
  assert.equal((await take('{"copies":2}', proxied)).statusCode, 200)
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { origin: 'http://127.0.0.1:9999' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
  ])
    assert.equal((await take('{"copies":2}', headers)).statusCode, 403, JSON.stringify(headers))
})

test('a body that is not what the page declares is refused with what is wrong, and one beyond the limit too', async () => {
  for (const [payload, message] of [
    ['', /must be object/],
    ['{', /must be object/],
    ['[]', /must be object/],
    ['{}', /must have required property 'copies'/],
    ['{"copies":"1"}', /must be integer/],
    ['{"copies":10}', /must be <= 9/],
    ['{"copies":1,"note":"\\u0000"}', /must be object/],
    [`{"copies":1,"note":${'['.repeat(40)}${']'.repeat(40)}}`, /must be object/],
  ] as const) {
    const reply = await take(payload)
    assert.equal(reply.statusCode, 400, payload)
    assert.match(reply.json<{ message: string }>().message, message, payload)
  }
  const large = await take(JSON.stringify({ copies: 1, note: 'x'.repeat(64 * 1024) }))
  assert.deepEqual([large.statusCode, large.json().message], [413, 'The body has more than 65536 bytes.'])
  assert.equal((await take(JSON.stringify({ copies: 1, note: 'x'.repeat(60 * 1024) }))).statusCode, 200)
})

test('a page that fails shows nothing of the cause', async () => {
  const reply = await take('{"copies":9}')
  assert.deepEqual([reply.statusCode, reply.json()], [500, { message: '系统繁忙，请稍后再试' }])
  assert.equal(reply.headers['x-content-type-options'], 'nosniff')
})

test('the path of a page is 405 by another method, and no other path is there', async () => {
  for (const [method, url, status] of [
    ['POST', '/leaflets/one', 405],
    ['GET', '/leaflets/taken', 405],
    ['OPTIONS', '/leaflets/taken', 405],
    ['GET', '/leaflets', 404],
    ['GET', '/leaflets/one/', 404],
  ] as const) {
    const reply = await app.inject({ method, url })
    assert.deepEqual([reply.statusCode, reply.body], [status, ''], `${method} ${url}`)
  }
})
