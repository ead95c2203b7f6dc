import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { request } from 'node:http'
import { after, beforeEach, test } from 'node:test'
import { chargeOf, MERCHANT, PARTNER, parkingUnderTest } from '../../test/parking.ts'
import { withQuery } from '../../test/platform.ts'
import { type RawReply, rawRequest, sendRaw, sendRawUntilEnd } from '../../test/raw-http.ts'
import { replyMessage, verifyMessage } from '../protocol/signature.ts'
import { type SignedRequest, signedRequest, type TestFault } from '../testing/index.ts'

// What goes wrong with calls on purpose, as it is on the wire.

const parking = await parkingUnderTest({ after }, { backup: true })
const { platform, faults, merchant, park, accept } = parking

beforeEach(async () => {
  const rules = await platform.db.all<{ fault_id: string }>('SELECT fault_id FROM faults')
  for (const { fault_id } of rules) await faults.remove(fault_id)
})

const QUERY = withQuery('/v3/vehicle/parking/services/find', {
  appid: 'wxcbda96de0b165486',
  plate_number: '粤B10001',
  plate_color: 'BLUE',
  openid: 'oSandboxOwnerOfB100010000000',
})

const query = (mchid = '1230000109') => signedRequest(merchant(mchid), { method: 'GET', target: QUERY })
const send = (signed: SignedRequest, url = parking.baseUrl) => sendRaw(url, rawRequest(signed))

/** A charge of a fresh stay, signed. */
async function freshCharge() {
  const body = chargeOf(await park())
  const target = '/v3/vehicle/transactions/parking'
  return { signed: signedRequest(merchant('1230000109'), { method: 'POST', target, body }), ...body }
}

async function isOnRecord(outTradeNo: string): Promise<boolean> {
  return (await parking.query(outTradeNo)).statusCode === 200
}

const header = ({ headers }: RawReply, name: string) => headers.find(([known]) => known === name)?.[1] ?? ''

function isVerified(reply: RawReply): boolean {
  const { platform_certificate } = merchant('1230000109')
  const { publicKey } = new X509Certificate(platform_certificate)
  const message = replyMessage(
    header(reply, 'Wechatpay-Timestamp'),
    header(reply, 'Wechatpay-Nonce'),
    reply.body,
  )
  return verifyMessage(message, header(reply, 'Wechatpay-Signature'), publicKey)
}

/** How the connection of a request ends without a whole reply. */
function endOf(signed: SignedRequest): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const sent = request(
    parking.baseUrl + signed.target,
    { method: signed.method, headers: signed.headers },
    reply => {
      reply.on('data', () => {})
      reply.on('end', () => resolve('end'))
      reply.on('error', (error: NodeJS.ErrnoException) => resolve(`body ${error.code}`))
    },
  )
  sent.on('error', (error: NodeJS.ErrnoException) => resolve(`${error.code} ${error.message}`))
  sent.end(signed.body)
  return promise
}

/** What one rule of a kind does to a charge, and whether the charge was made. */
const DONE_OR_NOT: [kind: TestFault['kind'], status: number, code: string | undefined, isDone: boolean][] = [
  ['RATE_LIMITED', 429, 'RATELIMIT_EXCEEDED', false],
  ['ERROR_BEFORE_COMMIT', 500, 'SYSTEM_ERROR', false],
  ['ERROR_AFTER_COMMIT', 500, 'SYSTEM_ERROR', true],
  ['CONNECTION_RESET', Number.NaN, undefined, false],
  ['REPLY_LOST', Number.NaN, undefined, true],
]
for (const [kind, status, code, isDone] of DONE_OR_NOT) {
  test(`${kind}: the charge is ${isDone ? 'done' : 'not done'}, and repeated it succeeds once`, async () => {
    await faults.put({ kind, call: 'createTransaction', count: 1 })
    const { signed, out_trade_no } = await freshCharge()
    const reply = await send(signed)
    assert.deepEqual([reply.status, reply.body && JSON.parse(reply.body).code], [status, code ?? ''])
    if (code) assert.ok(isVerified(reply))
    assert.equal(await isOnRecord(out_trade_no), isDone)
    assert.equal((await send(signed)).status, 200)
    assert.equal(await isOnRecord(out_trade_no), true)
    const { matched, injected } = (await faults.find(kind)) ?? {}
    assert.deepEqual([matched, injected], [1, 1])
  })
}

test('a 500 on purpose stays a 500: it is no refusal, of which the platform bears a few a second', async () => {
  await faults.put({ kind: 'ERROR_BEFORE_COMMIT', call: 'createRefund' })
  const body = { out_trade_no: 'T1', out_refund_no: 'R1', amount: { refund: 1, total: 1, currency: 'CNY' } }
  const signed = () =>
    signedRequest(merchant('1230000109'), { method: 'POST', target: '/v3/refund/domestic/refunds', body })
  const replies = await Promise.all(Array.from({ length: 20 }, () => send(signed())))
  assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([500]))
})

test('CONNECTION_RESET is a reset, and REPLY_LOST an end without a byte', async () => {
  await faults.put({ kind: 'CONNECTION_RESET' })
  assert.match(await endOf(query()), /^ECONNRESET read/)
  await faults.remove('CONNECTION_RESET')
  await faults.put({ kind: 'REPLY_LOST' })
  assert.match(await endOf(query()), /^ECONNRESET socket hang up/)
})

test('REPLY_LOST: the charge is in the store for everybody before the connection ends', async () => {
  await faults.put({ kind: 'REPLY_LOST', call: 'createTransaction', count: 1 })
  const { signed, out_trade_no } = await freshCharge()
  assert.equal(await sendRawUntilEnd(parking.baseUrl, rawRequest(signed)), '')
  const row = await platform.db.get(
    'SELECT trade_state FROM transactions WHERE out_trade_no = $1',
    out_trade_no,
  )
  assert.deepEqual(row, { trade_state: 'ACCEPTED' })
})

test('ERROR_AFTER_COMMIT hides a refusal too', async () => {
  await faults.put({ kind: 'ERROR_AFTER_COMMIT', call: 'queryTransaction' })
  assert.equal((await parking.query('unknown')).statusCode, 500)
})

test('REPLY_TRUNCATED: all headers with the full length, half of the body, and the end of the connection', async () => {
  const whole = await send(query())
  await faults.put({ kind: 'REPLY_TRUNCATED' })
  const text = await sendRawUntilEnd(parking.baseUrl, rawRequest(query()))
  const [head = '', body] = text.split('\r\n\r\n')
  assert.match(head, new RegExp(`Content-Length: ${Buffer.byteLength(whole.body)}\r\n`))
  assert.match(head, /Wechatpay-Signature: /)
  assert.equal(
    body,
    Buffer.from(whole.body)
      .subarray(0, Buffer.byteLength(whole.body) / 2)
      .toString(),
  )
  assert.equal(await endOf(query()), 'body ECONNRESET')
})

test('REPLY_WRONG_SIGNATURE is well-formed Base64 of the right length, and not of this reply', async () => {
  await faults.put({ kind: 'REPLY_WRONG_SIGNATURE' })
  const reply = await send(query())
  const signature = header(reply, 'Wechatpay-Signature')
  assert.equal(Buffer.from(signature, 'base64').length, 256)
  assert.equal(Buffer.from(signature, 'base64').toString('base64'), signature)
  assert.deepEqual([reply.status, isVerified(reply)], [200, false])
  await faults.remove('REPLY_WRONG_SIGNATURE')
  assert.ok(isVerified(await send(query())))
})

test('REPLY_PROBE begins with WECHATPAY/SIGNTEST/, and goes before a wrong signature', async () => {
  await faults.put({ kind: 'REPLY_WRONG_SIGNATURE' })
  await faults.put({ kind: 'REPLY_PROBE' })
  const reply = await send(query())
  assert.match(header(reply, 'Wechatpay-Signature'), /^WECHATPAY\/SIGNTEST\/[0-9A-Za-z+/]+=*$/)
  assert.equal(isVerified(reply), false)
})

test('LATENCY waits by the wall clock before anything is done, and is not waited for by one who stops', async t => {
  const other = await parkingUnderTest(t)
  await other.faults.put({ kind: 'LATENCY', delay_ms: 120_000, call: 'queryPlateService' })
  const waiting = sendRaw(
    other.baseUrl,
    rawRequest(signedRequest(other.merchant('1230000109'), { method: 'GET', target: QUERY })),
  )
  while ((await other.faults.find('LATENCY'))?.injected !== 1)
    await new Promise(resolve => setImmediate(resolve))
  const closed = other.app.close()
  assert.equal((await waiting).status, 200)
  await closed
  await faults.put({ kind: 'LATENCY', delay_ms: 30 })
  await send(query())
  const { data } = await callsOf('op=queryPlateService&limit=1')
  assert.ok((data[0]?.duration_ms ?? 0) >= 29)
})

test('the limit of a call that has one of its own is refused in its words', async () => {
  await faults.put({ kind: 'RATE_LIMITED', call: 'queryByOutRefundNo' })
  const reply = await parking.queryRefund('R1')
  assert.deepEqual([reply.statusCode, reply.json().code], [429, 'FREQUENCY_LIMITED'])
})

test('a fault is injected into the calls that fit all filters of its rule, and into no other', async () => {
  const stay = await park()
  const { out_trade_no } = await accept(stay)
  const plate_number = String(stay.request.plate_number)
  const fitting: [filter: Partial<TestFault>, fits: () => Promise<{ statusCode: number }>][] = [
    [{ call: 'createParking' }, () => parking.create({ ...stay.request })],
    [{ fields: { plate_number } }, () => parking.create({ ...stay.request })],
    [{ fields: { plate_number } }, () => parking.charge(chargeOf(stay))],
    [{ fields: { out_trade_no } }, () => parking.query(out_trade_no)],
    [{ fields: { out_refund_no: 'R-1' } }, () => parking.queryRefund('R-1')],
    [{ mchid: PARTNER.mchid }, () => parking.query('T-1', PARTNER)],
    [{ host: 'api' }, () => parking.query('T-1')],
  ]
  for (const [filter, call] of fitting) {
    await faults.put({ kind: 'ERROR_BEFORE_COMMIT', ...filter })
    assert.equal((await call()).statusCode, 500, JSON.stringify(filter))
    assert.equal(
      (await parking.query('T-2', PARTNER)).statusCode,
      'mchid' in filter || 'host' in filter ? 500 : 404,
    )
  }
  await faults.put({
    kind: 'ERROR_BEFORE_COMMIT',
    call: 'queryTransaction',
    fields: { out_trade_no },
    mchid: MERCHANT.mchid,
  })
  assert.equal((await parking.query(out_trade_no)).statusCode, 500)
  assert.notEqual((await parking.query(out_trade_no, PARTNER)).statusCode, 500)
  assert.equal((await parking.create({ ...stay.request })).statusCode, 200)
})

test('what is not authentic or cannot be read is matched by no rule', async () => {
  await faults.put({ kind: 'ERROR_BEFORE_COMMIT' })
  const { headers, ...rest } = query()
  const forged = {
    ...headers,
    Authorization: (headers.Authorization ?? '').replace(/signature="..../, 'signature="AAAA'),
  }
  assert.equal((await send({ ...rest, headers: forged })).status, 401)
  assert.equal((await parking.create({ plate_number: 7 })).statusCode, 400)
  assert.deepEqual((await faults.find('ERROR_BEFORE_COMMIT'))?.matched, 0)
})

test('a call gets one fault of each kind, by the first rule of it that injects', async () => {
  await faults.put({ fault_id: 'b', kind: 'ERROR_BEFORE_COMMIT' })
  await faults.put({ fault_id: 'a', kind: 'ERROR_BEFORE_COMMIT', count: 1 })
  await faults.put({ fault_id: 'c', kind: 'REPLY_PROBE' })
  const counts = async () => {
    const found = await Promise.all(['a', 'b', 'c'].map(id => faults.find(id)))
    return found.map(fault => [fault?.matched, fault?.injected])
  }
  assert.equal((await parking.query('T-1')).statusCode, 500)
  assert.deepEqual(await counts(), [
    [1, 1],
    [0, 0],
    [1, 1],
  ])
  assert.equal((await parking.query('T-1')).statusCode, 500)
  assert.deepEqual(await counts(), [
    [1, 1],
    [1, 1],
    [2, 2],
  ])
})

test('HOST_DOWN resets all requests to one access point, by its port or its official name, while the other answers', async () => {
  const at = async (url: string, Host: string) => (await sendRaw(url, rawRequest(query(), { Host }))).status
  const backup = parking.backupUrl ?? ''
  const places: [url: string, host: string][] = [
    [parking.baseUrl, 'localhost'],
    [parking.baseUrl, 'api.mch.weixin.qq.com:8080'],
    [backup, 'API.wechatpay.cn'],
    [backup, 'localhost'],
    [parking.baseUrl, 'api2.mch.weixin.qq.com'],
    [parking.baseUrl, 'api2.wechatpay.cn'],
  ]
  const all = async () => {
    const seen = []
    for (const [url, host] of places) seen.push(await at(url, host))
    return seen
  }
  assert.deepEqual(await all(), [200, 200, 200, 200, 200, 200])
  const down = Number.NaN
  await faults.put({ kind: 'HOST_DOWN', host: 'api' })
  assert.deepEqual(await all(), [down, down, down, 200, 200, 200])
  assert.match(await endOf(query()), /^ECONNRESET read/)
  assert.equal((await fetch(`${parking.baseUrl}/healthz`)).status, 200)
  const undecodable = 'GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n'
  assert.deepEqual((await sendRaw(parking.baseUrl, undecodable)).status, down)
  assert.deepEqual((await sendRaw(backup, undecodable)).status, 404)
  await faults.put({ kind: 'HOST_DOWN', host: 'api2' })
  assert.deepEqual(await all(), [200, 200, 200, down, down, down])
  await faults.put({ kind: 'HOST_DOWN' })
  assert.deepEqual(await all(), [down, down, down, down, down, down])
})

test('the second access point answers as the first one does, to the last header', async () => {
  const signed = query()
  const [one, other] = [await send(signed), await send(signed, parking.backupUrl)]
  assert.deepEqual(
    other.headers.map(([name]) => name),
    one.headers.map(([name]) => name),
  )
  assert.equal(other.body, one.body)
  assert.deepEqual((await sendRaw(parking.backupUrl ?? '', 'no HTTP\r\n\r\n')).status, 400)
})

interface SeenCall {
  op: string
  status?: number
  duration_ms: number
  faults: object[]
}

async function callsOf(query: string): Promise<{ data: SeenCall[]; next?: string }> {
  const { url, token } = parking.admin
  const reply = await fetch(`${url}/admin/v1/calls?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return (await reply.json()) as { data: SeenCall[] }
}
