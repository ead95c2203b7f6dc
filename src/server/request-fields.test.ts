import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { platformUnderTest } from '../../test/platform.ts'
import { rawRequest, sendRaw } from '../../test/raw-http.ts'
import { signedRequest } from '../testing/index.ts'

const running = await platformUnderTest({ after })

async function get(target: string, mchid = '1230000109') {
  const request = signedRequest(running.merchant(mchid), { method: 'GET', target })
  const { status, body } = await sendRaw(running.baseUrl, rawRequest(request))
  return { status, body, json: <T>() => JSON.parse(body) as T }
}

async function post(body: string | Uint8Array, headers: Record<string, string> = {}) {
  const merchant = running.merchant('1230000109')
  const sent = { 'Wechatpay-Serial': merchant.platform_serial, ...headers }
  const request = signedRequest(merchant, {
    method: 'POST',
    target: '/v3/security/echo',
    body,
    headers: sent,
  })
  const reply = await sendRaw(running.baseUrl, rawRequest(request))
  return [reply.status, reply.body]
}

const FIND = '/v3/vehicle/parking/services/find'
const REST = 'appid=wxcbda96de0b165486&plate_color=BLUE&openid=oSandboxOwnerOfB100010000000'
const ORDER = '/v3/vehicle/transactions/out-trade-no'

const PARAM_ERROR = (location: string, field?: string) =>
  `{"code":"PARAM_ERROR","detail":{${field ? `"field":"${field}",` : ''}"location":"${location}"},"message":"参数错误"}`

test('a query is verified as it was sent, in every encoding that a client may choose', async () => {
  for (const query of [
    `${REST}&plate_number=%E7%B2%A4B10001`,
    `${REST}&plate_number=%e7%b2%a4B10001`,
    `${REST}&plate_number=%E7%B2%A4%42%31%30%30%30%31`,
    `plate_number=%E7%B2%A4B10001&${REST}`,
    `&&${REST}&plate_number=%E7%B2%A4B10001&`,
    `${REST}&plate%5Fnumber=%E7%B2%A4B10001`,
    `${REST}&plate_number=%E7%B2%A4B10001&more=a+b&flag&empty=&a=b=c&%E7%B2%A4=1&'()*!~$,;:@/?`,
  ]) {
    const reply = await get(`${FIND}?${query}`)
    assert.equal(reply.status, 200, `${query}: ${reply.body}`)
    assert.equal(reply.json<{ plate_number: string }>().plate_number, '粤B10001')
  }
})

test('a plus sign in a query is a space', async () => {
  const reply = await get(`${FIND}?${REST}&plate_number=%E7%B2%A4B+10001`)
  assert.equal(reply.status, 400)
  assert.equal(reply.json<{ detail: { value: string } }>().detail.value, '粤B 10001')
})

test('a path is verified as it was sent, and its parts are decoded', async () => {
  for (const target of ['/v3/%63ertificates', '/v3/certificates?', '/v3/certificates#top']) {
    assert.equal((await get(target)).status, 200, target)
  }
  assert.equal((await get(`${ORDER}/a%2Db`)).status, 404)
  for (const [part, value] of [
    ['a%2Fb', 'a/b'],
    ['%E5%8D%95', '单'],
    ['a%20b', 'a b'],
    ['a+b', 'a+b'],
    ['%2530', '%30'],
    ['', ''],
  ]) {
    const reply = await get(`${ORDER}/${part}`)
    assert.equal(reply.status, 400, part)
    const { detail } = reply.json<{ detail: { field: string; location: string; value: string } }>()
    assert.deepEqual([detail.field, detail.location, detail.value], ['out_trade_no', 'url', value])
  }
})

test('a part of the path that holds NUL or half a character is refused by the name of its field', async () => {
  for (const part of ['%00', 'a%00b', '%F0%9F%98%80']) {
    const reply = await get(`${ORDER}/${part}`)
    assert.deepEqual(
      [reply.status, reply.body],
      [
        400,
        '{"code":"PARAM_ERROR","detail":{"field":"out_trade_no","location":"url"},"message":"参数错误，请检查out_trade_no"}',
      ],
    )
  }
})

test('a query that cannot be decoded is refused, with the name of the field where it is known', async () => {
  const cases: [query: string, field?: string][] = [
    ['algorithm_type=%'],
    ['algorithm_type=%zz'],
    ['algorithm_type=%E7'],
    ['algorithm_type=%ED%A0%80'],
    ['algorithm_type=%00'],
    ['algorithm_type=%F0%9F%98%80'],
    ['%zz=1'],
    ['%00=1'],
  ]
  for (const [query] of cases) {
    const reply = await get(`/v3/certificates?${query}`)
    assert.equal(reply.status, 400, query)
    const field = query.startsWith('algorithm_type') ? 'algorithm_type' : undefined
    assert.equal(reply.body, PARAM_ERROR('query', field), query)
  }
})

test('a parameter that comes twice is refused, and named when the call knows it', async () => {
  const twice = await get('/v3/certificates?algorithm_type=RSA&algorithm_type=RSA')
  assert.deepEqual([twice.status, twice.body], [400, PARAM_ERROR('query', 'algorithm_type')])
  const escaped = await get('/v3/certificates?algorithm_type=RSA&algorithm%5Ftype=SM2')
  assert.deepEqual([escaped.status, escaped.body], [400, PARAM_ERROR('query', 'algorithm_type')])
  const unknown = await get('/v3/certificates?a=1&a=2')
  assert.deepEqual([unknown.status, unknown.body], [400, PARAM_ERROR('query')])
})

test('names that every object has are parameters like any other', async () => {
  for (const query of ['constructor=1&toString=2', '__proto__=1', 'hasOwnProperty=', '__proto__[a]=1']) {
    assert.equal((await get(`/v3/certificates?${query}`)).status, 200, query)
  }
  const twice = await get('/v3/certificates?constructor=1&constructor=2')
  assert.deepEqual([twice.status, twice.body], [400, PARAM_ERROR('query')])
})

test('sixty-four parameters are read, and more are refused, also five thousand', async () => {
  const query = (count: number) => Array.from({ length: count }, (_, index) => index).join('&')
  assert.equal((await get(`/v3/certificates?${query(64)}`)).status, 200)
  for (const count of [65, 3_000]) {
    const reply = await get(`/v3/certificates?${query(count)}`)
    assert.deepEqual([reply.status, reply.body], [400, PARAM_ERROR('query')], String(count))
  }
  const reply = await get(`/v3/certificates?${'a&'.repeat(5_000)}`)
  assert.deepEqual([reply.status, reply.body], [400, PARAM_ERROR('query')])
})

test('a body that is no JSON object is refused, whatever it is', async () => {
  const refusal =
    '{"code":"PARAM_ERROR","detail":{"issue":"请求体不是合法的 JSON 对象","location":"body"},"message":"参数错误"}'
  for (const body of [
    '',
    ' ',
    'null',
    '[]',
    '"text"',
    '1',
    'echo_message=hi',
    '{"echo_message":"hi"',
    '{"echo_message":"hi","echo_message":"hi"}',
    '{"echo_message":"😀"}',
    '{"echo_message":"\\u0000"}',
    '{"echo_message":"hi","__proto__":{}}',
    '{"echo_message":"hi","n":1e400}',
    '\ufeff{"echo_message":"hi"}',
    `{"echo_message":"hi","deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    Buffer.from([0x7b, 0xff, 0x7d]),
  ]) {
    assert.deepEqual(await post(body), [400, refusal], String(body).slice(0, 80))
  }
})

test('a body is read whatever its type is called, and without a type', async () => {
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'json',
    ';;',
    '',
    'a/b/c',
  ]) {
    const reply = await post('{"echo_message":"hi"}', { 'Content-Type': type })
    assert.deepEqual(reply, [200, '{"echo_message":"hi"}'], type)
  }
})

test('a body of 1 MB is read and one byte more is refused before the signature is looked at', async () => {
  const start = '{"echo_message":"hi","more":"'
  const body = (size: number) => `${start}${'a'.repeat(size - start.length - 2)}"}`
  assert.deepEqual(await post(body(1024 * 1024)), [200, '{"echo_message":"hi"}'])
  const tooLarge = [400, '{"code":"INVALID_REQUEST","message":"请求体过大或读取失败"}']
  assert.deepEqual(await post(body(1024 * 1024 + 1)), tooLarge)
})

test('a large body is refused also when its length is not said beforehand', async () => {
  const merchant = running.merchant('1230000109')
  const { body, ...request } = signedRequest(merchant, {
    method: 'POST',
    target: '/v3/security/echo',
    body: 'a'.repeat(1024 * 1024 + 1),
  })
  const chunked = Buffer.from(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`)
  const bytes = rawRequest({ ...request, body: chunked }, { 'Transfer-Encoding': 'chunked' })
  const reply = await sendRaw(running.baseUrl, bytes)
  assert.deepEqual(
    [reply.status, reply.body],
    [400, '{"code":"INVALID_REQUEST","message":"请求体过大或读取失败"}'],
  )
})

test('a body on a GET is no part of the request', async () => {
  const request = signedRequest(running.merchant('1230000109'), { method: 'GET', target: '/v3/certificates' })
  const bytes = rawRequest({ ...request, body: Buffer.from('{"a":1}') })
  assert.equal((await sendRaw(running.baseUrl, bytes)).status, 200)
})
