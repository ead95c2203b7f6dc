import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { platformUnderTest } from '../../test/platform.ts'
import { rawRequest, sendRaw } from '../../test/raw-http.ts'
import { products } from '../products/index.ts'
import { endpointsOf } from '../products/product.ts'
import { signedRequest } from '../testing/index.ts'

const endpoints = endpointsOf(products)

const running = await platformUnderTest({ after })

async function get(target: string, mchid = '1230000109') {
  const request = signedRequest(running.merchant(mchid), { method: 'GET', target })
  const { status, body } = await sendRaw(running.baseUrl, rawRequest(request))
  return { status, body, json: <T>() => JSON.parse(body) as T }
}

async function post(
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  target = '/v3/security/echo',
) {
  const merchant = running.merchant('1230000109')
  const sent = { 'Wechatpay-Serial': merchant.platform_serial, ...headers }
  const request = signedRequest(merchant, {
    method: 'POST',
    target,
    body,
    headers: sent,
  })
  const reply = await sendRaw(running.baseUrl, rawRequest(request))
  return [reply.status, reply.body]
}

const FIND = '/v3/vehicle/parking/services/find'
const REST = 'appid=wxcbda96de0b165486&plate_color=BLUE&openid=oSandboxOwnerOfB100010000000'
const ORDER = '/v3/vehicle/transactions/out-trade-no'

const unreadable = (location: 'query' | 'body', issue: string) =>
  `{"code":"PARAM_ERROR","detail":{"issue":"${issue}","location":"${location}"},"message":"参数错误"}`
const undefinedParameters = (...pointers: string[]) => [
  400,
  `{"code":"PARAM_ERROR","detail":{"location":null,"value":${JSON.stringify(pointers)}},"message":"请求中含有未在API文档中定义的参数"}`,
]
const NOT_UTF8 = [400, '{"code":"INVALID_REQUEST","message":"请求内容传入了非UTF8参数"}']

test('a query is verified as it was sent, in every encoding that a client may choose', async () => {
  for (const query of [
    `${REST}&plate_number=%E7%B2%A4B10001`,
    `${REST}&plate_number=%e7%b2%a4B10001`,
    `${REST}&plate_number=%E7%B2%A4%42%31%30%30%30%31`,
    `plate_number=%E7%B2%A4B10001&${REST}`,
    `&&${REST}&plate_number=%E7%B2%A4B10001&`,
    `${REST}&plate%5Fnumber=%E7%B2%A4B10001`,
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

async function answerOf(target: string, mchid?: string) {
  const { status, body } = await get(target, mchid)
  return [status, body]
}

test('NUL in a path or a query is refused by the name of its field, and what UTF-8 of three bytes cannot hold by its own', async () => {
  for (const part of ['%00', 'a%00b']) {
    const { status, json } = await get(`${ORDER}/${part}`)
    const { message, detail } = json<{ message: string; detail: { issue: string } }>()
    assert.deepEqual([status, message], [400, '参数错误，请检查out_trade_no'])
    assert.equal(detail.issue, '输入源“/uri_template/out_trade_no”含有空字符')
  }
  assert.match(
    (await get('/v3/certificates?algorithm_type=%00')).body,
    /"输入源“\/query\/algorithm_type”含有空字符"/,
  )
  assert.deepEqual(await answerOf(`${ORDER}/%F0%9F%98%80`), NOT_UTF8)
  for (const query of ['algorithm_type=%E7', 'algorithm_type=%ED%A0%80', 'x=%F0%9F%98%80', '%FF=1'])
    assert.deepEqual(await answerOf(`/v3/certificates?${query}`), NOT_UTF8, query)
})

test('a query that is not percent-encoded is refused, with the name of the field where it is known', async () => {
  for (const query of ['algorithm_type=%', 'algorithm_type=%zz', 'algorithm_type=%E'])
    assert.match(
      (await get(`/v3/certificates?${query}`)).body,
      /"location":"query".*"message":"输入源“\/query\/algorithm_type”校验失败，不是合法的百分号编码"/,
    )
  for (const query of ['%zz=1', 'x=%'])
    assert.deepEqual(await answerOf(`/v3/certificates?${query}`), [
      400,
      unreadable('query', '查询参数不是合法的百分号编码'),
    ])
})

test('a field that comes twice, by the query or by path and query or body, is refused by both places', async () => {
  const twice = (source: string, name: string, first: string) =>
    `无法将输入源“${source}”映射到目标字段“${name}”中，此字段并非多重字段但被输入源“${first}”映射过了。`
  const certificates = {
    code: 'PARAM_ERROR',
    detail: { location: 'query' },
    message: twice('/query/algorithm_type', '算法类型', '/query/algorithm_type'),
  }
  for (const query of ['algorithm_type=RSA&algorithm_type=RSA', 'algorithm_type=RSA&algorithm%5Ftype=SM2'])
    assert.deepEqual((await get(`/v3/certificates?${query}`)).json(), certificates)
  const { detail } = (await get(`${ORDER}/T1?out_trade_no=T1`)).json<{ detail: object }>()
  assert.deepEqual(detail, {
    field: 'out_trade_no',
    issue: twice('/query/out_trade_no', '商户订单号', '/uri_template/out_trade_no'),
    location: 'query',
  })
  const path = '/v3/refund/domestic/refunds/42/apply-abnormal-refund'
  assert.deepEqual(await post('{"refund_id":"42"}', {}, path), [
    400,
    `{"code":"PARAM_ERROR","detail":{"location":"body"},"message":"${twice('/body/refund_id', '微信支付退款单号', '/uri_template/refund_id')}"}`,
  ])
})

test('sixty-four parameters are read, and more are refused, also five thousand', async () => {
  const query = (count: number) => Array.from({ length: count }, (_, index) => index).join('&')
  assert.equal((await get(`/v3/certificates?${query(64)}`)).status, 200)
  const refusal = [400, unreadable('query', '查询参数多于 64 个')]
  for (const count of [65, 3_000])
    assert.deepEqual(await answerOf(`/v3/certificates?${query(count)}`), refusal)
  assert.deepEqual(await answerOf(`/v3/certificates?${'a&'.repeat(5_000)}`), refusal)
})

test('parameters that are not defined are refused, all at once, in body and query and inside of objects', async () => {
  assert.deepEqual(
    await post('{"echo_message":"hi","notifyurl":"x","profitsharing":"Y"}'),
    undefinedParameters('/body/notifyurl', '/body/profitsharing'),
  )
  const found = `${FIND}?${REST}&plate_number=%E7%B2%A4B10001`
  assert.deepEqual(
    await answerOf(`${found}&more=a+b&flag&a=b=c&a=d&toString=1&__proto__=1`),
    undefinedParameters('/query/more', '/query/flag', '/query/a', '/query/toString', '/query/__proto__'),
  )
  assert.deepEqual(await answerOf(`${ORDER}/T1?mchid=1230000109`), undefinedParameters('/query/mchid'))
  const refund = {
    ...{ out_trade_no: 'T1', out_refund_no: 'R1', appid: 'x' },
    amount: { total: 1, refund: 1, currency: 'CNY', from: [{ account: 'AVAILABLE', amount: 1, a: 1 }], b: 1 },
  }
  const REFUNDS = '/v3/refund/domestic/refunds'
  assert.deepEqual(
    await post(JSON.stringify(refund), {}, REFUNDS),
    undefinedParameters('/body/appid', '/body/amount/from/0/a', '/body/amount/b'),
  )
  // A POST defines no query.
  assert.deepEqual(
    await post('{"echo_message":"hi"}', {}, '/v3/security/echo?echo_message=hi'),
    undefinedParameters('/query/echo_message'),
  )
})

test('a field of the other mode is defined, because both modes share their paths', async () => {
  assert.deepEqual(await answerOf(`${ORDER}/T1?sub_mchid=1900000109`), [
    400,
    '{"code":"INVALID_REQUEST","message":"服务商和子商户没有绑定关系"}',
  ])
})

test('bills and certificates ignore parameters that are not defined', async () => {
  for (const query of [
    'x=1&x=2',
    'constructor=1&toString=2',
    '__proto__=1&__proto__[a]=1',
    'hasOwnProperty=',
  ])
    assert.equal((await get(`/v3/certificates?${query}`)).status, 200, query)
  const { body } = await get('/v3/bill/fundflowbill?bill_date=2026-01-02&bill_type=ALL')
  assert.doesNotMatch(body, /未在API文档中定义/)
})

test('every call refuses parameters that are not defined, except for those', () => {
  const ignoring = endpoints.filter(({ operation }) => operation.undefinedFields === 'ignored')
  assert.deepEqual(ignoring.map(({ operation }) => operation.merchant?.path.split('/')[2]).sort(), [
    'bill',
    'bill',
    'bill',
    'billdownload',
    'certificates',
  ])
})

test('an option makes a platform ignore them everywhere', async t => {
  const { call, merchant } = await platformUnderTest(t, { rules: { undefinedFields: 'ignore' } })
  const headers = { 'Wechatpay-Serial': merchant('1230000109').platform_serial }
  const reply = await call({
    method: 'POST',
    target: '/v3/security/echo?x=1',
    body: { echo_message: 'hi', more: { deep: [null, 1.5] } },
    headers,
  })
  assert.deepEqual([reply.statusCode, reply.body], [200, '{"echo_message":"hi"}'])
})

test('sixty thousand keys are refused by the first thirty-two names, in less than a second', async () => {
  const members = Array.from({ length: 60_000 }, (_, index) => `"k${index}":${index}.0`)
  const body = `{"echo_message":"hi",${members.join(',')}}`
  assert.ok(body.length < 1024 * 1024)
  const before = process.cpuUsage()
  const refusal = await post(body)
  const { user, system } = process.cpuUsage(before)
  assert.deepEqual(
    refusal,
    undefinedParameters(...Array.from({ length: 32 }, (_, index) => `/body/k${index}`)),
  )
  assert.ok(user + system < 1_000_000, `${user + system} µs`)
})

test('no body is a body without fields: the first field that is required is missing', async () => {
  const missing =
    '{"code":"PARAM_ERROR","detail":{"location":"body","value":""},"message":"输入源“/body/echo_message”映射到字段“回显信息”必填性规则校验失败，此字段为必填项"}'
  assert.deepEqual(await post(''), [400, missing])
  assert.deepEqual(await post('{"echo_message":null}'), [400, missing])
})

test('a body that is no JSON object is refused, and what could be done otherwise is named', async () => {
  const NO_OBJECT = '请求体不是合法的 JSON 对象'
  const cases: [body: string | Uint8Array, issue: string][] = [
    ...[' ', 'null', '[]', '"text"', '1', 'echo_message=hi', '{"echo_message":"hi"'].map(
      (body): [string, string] => [body, NO_OBJECT],
    ),
    ['\ufeff{"echo_message":"hi"}', '请求体以字节顺序标记（BOM）开头，请使用不带BOM的UTF-8编码'],
    ['{"echo_message":"\\u0000"}', '请求体含有空字符（\\\\u0000）'],
    [`{"echo_message":"hi","deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, '请求体的 JSON 嵌套过深'],
  ]
  for (const [body, issue] of cases)
    assert.deepEqual(await post(body), [400, unreadable('body', issue)], String(body).slice(0, 80))
})

test('bytes that are no UTF-8 and characters of four bytes have one refusal, also as escapes and in names', async () => {
  for (const body of [
    Buffer.from([0x7b, 0xff, 0x7d]),
    '{"echo_message":"😀"}',
    '{"echo_message":"\\ud83d\\ude00"}',
    '{"echo_message":"hi","😀":1}',
  ])
    assert.deepEqual(await post(body), NOT_UTF8)
})

test('of two equal keys the last is taken', async () => {
  assert.deepEqual(await post('{"echo_message":"no","echo_message":"hi"}'), [200, '{"echo_message":"hi"}'])
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
  const start = '{"echo_message":"hi"'
  const body = (size: number) => `${start}${' '.repeat(size - start.length - 1)}}`
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
