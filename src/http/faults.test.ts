import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { request } from 'node:http'
import { after, beforeEach, test } from 'node:test'
import { READ, READ_OP } from '../../test/calls.ts'
import { chargesUnderTest } from '../../test/charges.ts'
import { type RawReply, rawRequest, sendRaw, sendRawUntilEnd } from '../../test/raw-http.ts'
import { paidOrder, refundOf } from '../../test/refunds.ts'
import { MERCHANT, PARTNER } from '../../test/sandbox.ts'
import { replyMessage, verifyMessage } from '../protocol/signature.ts'
import { type SignedRequest, signedRequest, type TestFault } from '../testing/index.ts'

// What goes wrong with calls on purpose, as it is on the wire.

const running = await chargesUnderTest(
  { after },
  { backup: true, rules: { refundInterval: 0, publishedLimits: 'off' } },
)
const { platform, faults, merchant } = running
const order = await paidOrder(running)

beforeEach(async () => {
  const rules = await platform.db.all<{ fault_id: string }>('SELECT fault_id FROM faults')
  for (const { fault_id } of rules) await faults.remove(fault_id)
})

const query = (mchid = '1230000109') => signedRequest(merchant(mchid), { method: 'GET', target: READ })
const send = (signed: SignedRequest, url = running.baseUrl) => sendRaw(url, rawRequest(signed))

const REFUNDS = '/v3/refund/domestic/refunds'

/** A refund under a fresh number, which moves money, signed. */
function freshRefund() {
  const body = refundOf(order, 1)
  return { signed: signedRequest(merchant('1230000109'), { method: 'POST', target: REFUNDS, body }), ...body }
}

async function isOnRecord(outRefundNo: string): Promise<boolean> {
  return (await running.queryRefund(outRefundNo)).statusCode === 200
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
    running.baseUrl + signed.target,
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

/** What one rule of a kind does to a refund, and whether the refund was made. */
const DONE_OR_NOT: [kind: TestFault['kind'], status: number, code: string | undefined, isDone: boolean][] = [
  ['RATE_LIMITED', 429, 'FREQUENCY_LIMITED', false],
  ['ERROR_BEFORE_COMMIT', 500, 'SYSTEM_ERROR', false],
  ['ERROR_AFTER_COMMIT', 500, 'SYSTEM_ERROR', true],
  ['CONNECTION_RESET', Number.NaN, undefined, false],
  ['REPLY_LOST', Number.NaN, undefined, true],
]
for (const [kind, status, code, isDone] of DONE_OR_NOT) {
  test(`${kind}: the refund is ${isDone ? 'done' : 'not done'}, and repeated it succeeds once`, async () => {
    await faults.put({ kind, call: 'refunds.createRefund', count: 1 })
    const { signed, out_refund_no } = freshRefund()
    const reply = await send(signed)
    assert.deepEqual([reply.status, reply.body && JSON.parse(reply.body).code], [status, code ?? ''])
    if (code) assert.ok(isVerified(reply))
    assert.equal(await isOnRecord(out_refund_no), isDone)
    assert.equal((await send(signed)).status, 200)
    assert.equal(await isOnRecord(out_refund_no), true)
    const { matched, injected } = (await faults.find(kind)) ?? {}
    assert.deepEqual([matched, injected], [1, 1])
  })
}

test('a 500 on purpose stays a 500: it is no refusal, of which the platform bears a few a second', async () => {
  await faults.put({ kind: 'ERROR_BEFORE_COMMIT', call: 'refunds.createRefund' })
  const body = { out_trade_no: 'T1', out_refund_no: 'R1', amount: { refund: 1, total: 1, currency: 'CNY' } }
  const signed = () => signedRequest(merchant('1230000109'), { method: 'POST', target: REFUNDS, body })
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

test('REPLY_LOST: the refund is in the store for everybody before the connection ends', async () => {
  await faults.put({ kind: 'REPLY_LOST', call: 'refunds.createRefund', count: 1 })
  const { signed, out_refund_no } = freshRefund()
  assert.equal(await sendRawUntilEnd(running.baseUrl, rawRequest(signed)), '')
  const row = await platform.db.get('SELECT status FROM refunds WHERE out_refund_no = $1', out_refund_no)
  assert.deepEqual(row, { status: 'PROCESSING' })
})

test('ERROR_AFTER_COMMIT hides a refusal too', async () => {
  await faults.put({ kind: 'ERROR_AFTER_COMMIT', call: 'refunds.queryByOutRefundNo' })
  assert.equal((await running.queryRefund('unknown')).statusCode, 500)
})

test('REPLY_TRUNCATED: all headers with the full length, half of the body, and the end of the connection', async () => {
  const whole = await send(query())
  await faults.put({ kind: 'REPLY_TRUNCATED' })
  const text = await sendRawUntilEnd(running.baseUrl, rawRequest(query()))
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
  const other = await chargesUnderTest(t)
  await other.faults.put({ kind: 'LATENCY', delay_ms: 120_000, call: READ_OP })
  const waiting = sendRaw(
    other.baseUrl,
    rawRequest(signedRequest(other.merchant('1230000109'), { method: 'GET', target: READ })),
  )
  while ((await other.faults.find('LATENCY'))?.injected !== 1)
    await new Promise(resolve => setImmediate(resolve))
  const closed = other.app.close()
  assert.equal((await waiting).status, 200)
  await closed
  await faults.put({ kind: 'LATENCY', delay_ms: 30 })
  await send(query())
  const { data } = await callsOf(`op=${READ_OP}&limit=1`)
  assert.ok((data[0]?.duration_ms ?? 0) >= 29)
})

test('the limit of a call that has one of its own is refused in its words', async () => {
  await faults.put({ kind: 'RATE_LIMITED', call: 'refunds.queryByOutRefundNo' })
  const own = await running.queryRefund('R1')
  assert.deepEqual([own.statusCode, own.json().code], [429, 'FREQUENCY_LIMITED'])
  await faults.put({ kind: 'RATE_LIMITED', call: READ_OP })
  const usual = await running.call({ method: 'GET', target: READ })
  assert.deepEqual([usual.statusCode, usual.json().code], [429, 'RATELIMIT_EXCEEDED'])
})

test('a fault is injected into the calls that fit all filters of its rule, and into no other', async () => {
  const { out_trade_no } = order
  const refund = (amount: number) => running.refund(refundOf(order, amount))
  const fitting: [filter: Partial<TestFault>, fits: () => Promise<{ statusCode: number }>][] = [
    [{ call: 'refunds.createRefund' }, () => refund(1)],
    [{ fields: { out_trade_no } }, () => refund(1)],
    // Inside of `amount`.
    [{ fields: { refund: 2 } }, () => refund(2)],
    [{ fields: { out_trade_no, refund: 2 } }, () => refund(2)],
    [{ fields: { out_refund_no: 'R-1' } }, () => running.queryRefund('R-1')],
    [{ mchid: PARTNER.mchid }, () => running.queryRefund('R-1', PARTNER)],
    [{ host: 'api' }, () => running.queryRefund('R-1')],
  ]
  for (const [filter, call] of fitting) {
    await faults.put({ kind: 'ERROR_BEFORE_COMMIT', ...filter })
    assert.equal((await call()).statusCode, 500, JSON.stringify(filter))
    assert.equal(
      (await running.queryRefund('R-2', PARTNER)).statusCode,
      'mchid' in filter || 'host' in filter ? 500 : 404,
    )
  }
  await faults.put({
    kind: 'ERROR_BEFORE_COMMIT',
    call: 'refunds.createRefund',
    fields: { out_trade_no, refund: 3 },
    mchid: MERCHANT.mchid,
  })
  assert.equal((await refund(3)).statusCode, 500)
  assert.notEqual((await running.refund(refundOf(order, 3), PARTNER)).statusCode, 500)
  assert.equal((await refund(4)).statusCode, 200)
  assert.equal((await running.query(out_trade_no)).statusCode, 200)
})

test('what is not authentic or cannot be read is matched by no rule', async () => {
  await faults.put({ kind: 'ERROR_BEFORE_COMMIT' })
  const { headers, ...rest } = query()
  const forged = {
    ...headers,
    Authorization: (headers.Authorization ?? '').replace(/signature="..../, 'signature="AAAA'),
  }
  assert.equal((await send({ ...rest, headers: forged })).status, 401)
  assert.equal((await running.refund({ out_refund_no: 7 })).statusCode, 400)
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
  assert.equal((await running.query('T-1')).statusCode, 500)
  assert.deepEqual(await counts(), [
    [1, 1],
    [0, 0],
    [1, 1],
  ])
  assert.equal((await running.query('T-1')).statusCode, 500)
  assert.deepEqual(await counts(), [
    [1, 1],
    [1, 1],
    [2, 2],
  ])
})

test('HOST_DOWN resets all requests to one access point, by its port or its official name, while the other answers', async () => {
  const at = async (url: string, Host: string) => (await sendRaw(url, rawRequest(query(), { Host }))).status
  const backup = running.backupUrl ?? ''
  const places: [url: string, host: string][] = [
    [running.baseUrl, 'localhost'],
    [running.baseUrl, 'api.mch.weixin.qq.com:8080'],
    [backup, 'API.wechatpay.cn'],
    [backup, 'localhost'],
    [running.baseUrl, 'api2.mch.weixin.qq.com'],
    [running.baseUrl, 'api2.wechatpay.cn'],
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
  assert.equal((await fetch(`${running.baseUrl}/healthz`)).status, 200)
  const undecodable = 'GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n'
  assert.deepEqual((await sendRaw(running.baseUrl, undecodable)).status, down)
  assert.deepEqual((await sendRaw(backup, undecodable)).status, 404)
  await faults.put({ kind: 'HOST_DOWN', host: 'api2' })
  assert.deepEqual(await all(), [200, 200, 200, down, down, down])
  await faults.put({ kind: 'HOST_DOWN' })
  assert.deepEqual(await all(), [down, down, down, down, down, down])
})

test('the second access point answers as the first one does, to the last header', async () => {
  const signed = query()
  const [one, other] = [await send(signed), await send(signed, running.backupUrl)]
  assert.deepEqual(
    other.headers.map(([name]) => name),
    one.headers.map(([name]) => name),
  )
  assert.equal(other.body, one.body)
  assert.deepEqual((await sendRaw(running.backupUrl ?? '', 'no HTTP\r\n\r\n')).status, 400)
})

interface SeenCall {
  op: string
  status?: number
  duration_ms: number
  faults: object[]
}

async function callsOf(query: string): Promise<{ data: SeenCall[]; next?: string }> {
  const { url, token } = running.admin
  const reply = await fetch(`${url}/admin/v1/calls?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return (await reply.json()) as { data: SeenCall[] }
}
