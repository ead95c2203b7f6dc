import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { replyMessage, signMessage } from '../../protocol/signature.ts'
import type { NoticeHeaders } from './answer-notice.ts'
import { NoticeRefused } from './notice-refused.ts'
import { signTestNotice, type TestNotice } from './sign-test-notice.ts'
import { createWebhookReceiver } from './webhook-receiver.ts'

const keyPair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
const { publicKey, privateKey } = keyPair()
const apiv3Key = 'k'.repeat(32)
const serial = 'PUB_KEY_ID_TEST'
const receiver = createWebhookReceiver({ apiv3Key, trust: { publicKeyId: serial, publicKey } })

const REFUND = { out_refund_no: 'R1', refund_status: 'SUCCESS', amount: { refund: 888 } }
const ORDER = {
  ...{ out_trade_no: 'T1', trade_state: 'SUCCESS', trade_scene: 'PARKING' },
  amount: { total: 888 },
}

function sign(changes: Partial<TestNotice> = {}) {
  return signTestNotice({
    event_type: 'TRANSACTION.SUCCESS',
    resource: ORDER,
    apiv3Key,
    privateKey,
    serial,
    ...changes,
  })
}

/** The headers of a text that is a notice already. */
function signed(body: string) {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = signMessage(replyMessage(timestamp, 'N', body), createPrivateKey(privateKey))
  const headers = { ...sign().headers, 'Wechatpay-Timestamp': timestamp, 'Wechatpay-Nonce': 'N' }
  return { headers: { ...headers, 'Wechatpay-Signature': signature } }
}

async function read(changes: Partial<TestNotice> = {}) {
  const { headers, body } = sign(changes)
  return receiver.readNotice(body, headers)
}

async function refusal(body: unknown, headers: NoticeHeaders): Promise<NoticeRefused> {
  const error = await receiver.readNotice(body as string, headers).then(
    () => assert.fail('The notice was taken'),
    (error: unknown) => error,
  )
  assert.ok(error instanceof NoticeRefused)
  return error
}

test('a genuine notice is given with its type, its fields and its plaintext', async () => {
  const notice = await read({ id: 'EV-1', create_time: '2026-01-01T00:00:00+08:00', summary: '支付成功' })
  assert.equal(notice.event_type, 'TRANSACTION.SUCCESS')
  assert.deepEqual(notice.resource, ORDER)
  assert.equal(notice.id, 'EV-1')
  assert.equal(notice.create_time, '2026-01-01T00:00:00+08:00')
  assert.equal(notice.summary, '支付成功')
  assert.equal(notice.plaintext, JSON.stringify(ORDER))
})

test('each event that the contract knows is distinguished by its type', async () => {
  const change = { parking_id: '1', parking_state: 'NORMAL' }
  for (const [event_type, resource] of [
    ['VEHICLE.ENTRANCE_STATE_CHANGE', change],
    ['TRANSACTION.SUCCESS', ORDER],
    ['TRANSACTION.FAIL', ORDER],
    ['TRANSACTION.PAY_BACK', ORDER],
    ['REFUND.SUCCESS', REFUND],
    ['REFUND.ABNORMAL', { ...REFUND, refund_status: 'ABNORMAL' }],
    ['REFUND.CLOSED', { ...REFUND, refund_status: 'CLOSED' }],
    ['SECURITY_ECHO.SUCCESS', { echo_message: 'hello' }],
  ] as const) {
    const notice = await read({ event_type, resource, original_type: '' })
    assert.equal(notice.event_type, event_type)
    assert.deepEqual(notice.resource, resource)
  }
})

test('an event of another product is given as unknown, not thrown', async () => {
  const notice = await read({ event_type: 'COUPON.USE', resource: { coupon_id: '1' } })
  assert.equal(notice.event_type, 'unknown')
  assert.equal(notice.event_type === 'unknown' && notice.wire_event_type, 'COUPON.USE')
  assert.deepEqual(notice.resource, { coupon_id: '1' })
})

test('a test notice is of the type that its event belongs to', () => {
  const original = (event_type: string) =>
    JSON.parse(sign({ event_type }).body).resource.original_type as string
  assert.equal(original('REFUND.ABNORMAL'), 'refund')
  assert.equal(original('TRANSACTION.SUCCESS'), 'transaction')
})

test('the body may be text or bytes, and headers of any kind and any case', async () => {
  const { headers, body } = sign()
  const upper = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
  )
  const lists = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]),
  )
  for (const someHeaders of [headers, upper, lists, new Headers(headers)]) {
    for (const someBody of [body, Buffer.from(body), new Uint8Array(Buffer.from(body))]) {
      assert.equal((await receiver.readNotice(someBody, someHeaders)).event_type, 'TRANSACTION.SUCCESS')
    }
  }
})

test('every kind of buffer is a body, also a part of one and one of another realm', async () => {
  // An odd length would have no words of two and more bytes.
  const { headers, body } = sign({ resource: { ...ORDER, attach: '停车' } })
  const text = body.padEnd(Math.ceil(Buffer.byteLength(body) / 8) * 8 - Buffer.byteLength(body) + body.length)
  const { headers: padded } = signed(text)
  const bytes = new Uint8Array(Buffer.from(text))
  const within = Buffer.concat([Buffer.from('12345678'), bytes, Buffer.from('12345678')])
  const shared = new SharedArrayBuffer(bytes.length)
  new Uint8Array(shared).set(bytes)
  for (const view of [
    bytes.buffer,
    shared,
    new DataView(bytes.buffer),
    new Int8Array(bytes.buffer),
    new Uint8ClampedArray(bytes.buffer),
    new Uint16Array(bytes.buffer),
    new Int32Array(bytes.buffer),
    new Float64Array(bytes.buffer),
    new BigUint64Array(bytes.buffer),
    within.subarray(8, -8),
    runInNewContext('Uint8Array.from(bytes)', { bytes }),
    runInNewContext('Uint8Array.from(bytes).buffer', { bytes }),
  ]) {
    const notice = await receiver.readNotice(view as ArrayBuffer, padded)
    assert.equal(notice.event_type, 'TRANSACTION.SUCCESS')
  }
  assert.equal((await receiver.readNotice(Buffer.from(body), headers)).event_type, 'TRANSACTION.SUCCESS')
})

test('what is no body is named by its type', async () => {
  const { headers, body } = sign()
  for (const [given, kind] of [
    [undefined, /no bytes but undefined/],
    [null, /no bytes but null/],
    [Promise.resolve(body), /no bytes but an object of type Promise/],
    [new Blob([body]), /an object of type Blob/],
    [Object.create(null), /no bytes but an object\./],
  ] as const) {
    const error = await refusal(given, headers)
    assert.equal(error.reason, 'body_parsed')
    assert.match(error.message, kind)
  }
  assert.equal((await refusal(body, undefined as never)).reason, 'headers_missing')
})

test('the spellings of the notice page become those of the query, and the plaintext keeps them', async () => {
  const { event_type, resource, plaintext } = await read({
    resource: {
      ...ORDER,
      trade_state: 'ACCEPT',
      promotion_detail: [
        { promotion_id: '1', activity_id: '2', amount: 5 },
        { coupon_id: '3', stock_id: '4', amount: 5 },
        { coupon_id: '5', promotion_id: '6', stock_id: '7', activity_id: '8', amount: 5 },
      ],
    },
  })
  assert.ok(event_type === 'TRANSACTION.SUCCESS')
  assert.equal(resource.trade_state, 'ACCEPTED')
  assert.deepEqual(resource.promotion_detail, [
    { coupon_id: '1', stock_id: '2', amount: 5 },
    { coupon_id: '3', stock_id: '4', amount: 5 },
    { coupon_id: '5', promotion_id: '6', stock_id: '7', activity_id: '8', amount: 5 },
  ])
  assert.match(plaintext, /"ACCEPT".*promotion_id.*activity_id/)
})

test('states of samples that are not official are read as what they mean', async () => {
  for (const [written, meant] of [
    ['FAIL', 'PAY_FAIL'],
    ['PAY_BACK', 'SUCCESS'],
    ['REFUND', 'REFUND'],
    ['constructor', 'constructor'],
  ]) {
    const { event_type, resource } = await read({ resource: { ...ORDER, trade_state: written } })
    assert.ok(event_type === 'TRANSACTION.SUCCESS')
    assert.equal(resource.trade_state, meant)
  }
})

test('both names of the encrypted echo are read', async () => {
  const resource = { echo_message: 'a', encrypt_echo_message: 'b' }
  const notice = await read({ event_type: 'SECURITY_ECHO.SUCCESS', resource })
  assert.deepEqual(notice.resource, { echo_message: 'a', encrypted_echo_message: 'b' })
})

test('missing headers point at a proxy', async () => {
  const { headers, body } = sign()
  const { 'Wechatpay-Signature': _, 'Wechatpay-Nonce': __, ...others } = headers
  const error = await refusal(body, others)
  assert.equal(error.reason, 'headers_missing')
  assert.equal(error.status, 401)
  assert.match(error.message, /Wechatpay-Nonce, Wechatpay-Signature.*proxy/)
})

test('a body that was parsed points at the parser', async () => {
  const { headers, body } = sign()
  const error = await refusal(JSON.parse(body), headers)
  assert.equal(error.reason, 'body_parsed')
  assert.equal(error.status, 500)
  assert.match(error.message, /express\.raw/)
})

test('a body that was written again points at the framework', async () => {
  const { headers, body } = sign()
  const error = await refusal(JSON.stringify(JSON.parse(body), null, 2), headers)
  assert.equal(error.reason, 'mismatch')
  assert.equal(error.status, 401)
  assert.match(error.message, /framework has parsed the body/)
})

test('a clock that is off is named with its distance', async () => {
  const { headers, body } = sign({ timestamp: Math.floor(Date.now() / 1000) - 900 })
  const error = await refusal(body, headers)
  assert.equal(error.reason, 'clock')
  assert.match(error.message, /90\d s behind .* clock/)
})

test('an unknown key points at certificates that have changed, or at the public key', async () => {
  const changed = sign({ serial: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1' })
  assert.match((await refusal(changed.body, changed.headers)).message, /still signs with certificates/)
  const switched = sign({ serial: 'PUB_KEY_ID_OTHER' })
  const error = await refusal(switched.body, switched.headers)
  assert.equal(error.reason, 'unknown_serial')
  assert.match(error.message, /with exactly this id\.$/, 'nothing vague follows what is known exactly')
})

test('a probe is refused like any wrong signature, and named', async () => {
  const { headers, body } = sign()
  const error = await refusal(body, { ...headers, 'Wechatpay-Signature': 'WECHATPAY/SIGNTEST/!' })
  assert.equal(error.reason, 'probe')
  assert.equal(error.status, 401)
})

test('a signature by another key, and one that cannot be decoded, are refused', async () => {
  const { headers, body } = sign({ privateKey: keyPair().privateKey })
  assert.equal((await refusal(body, headers)).reason, 'mismatch')
  assert.equal((await refusal(body, { ...headers, 'Wechatpay-Signature': '%%%' })).reason, 'mismatch')
})

test('another APIv3 key is named', async () => {
  const { headers, body } = sign({ apiv3Key: 'x'.repeat(32) })
  const error = await refusal(body, headers)
  assert.equal(error.reason, 'cannot_decrypt')
  assert.equal(error.status, 500)
  assert.match(error.message, /apiv3Key/)
})

test('a plaintext that lacks what it is about is refused, not guessed', async () => {
  const { out_trade_no, trade_state, trade_scene } = ORDER
  for (const changes of [
    { resource: { trade_scene, out_trade_no } },
    { resource: { trade_scene, trade_state } },
    { resource: { trade_state_desc: '支付成功', out_trade_no, trade_state } },
    { event_type: 'VEHICLE.ENTRANCE_STATE_CHANGE', resource: [{ parking_id: '1' }] },
  ]) {
    const { headers, body } = sign(changes)
    assert.equal((await refusal(body, headers)).reason, 'malformed')
  }
})

test('a body above 256 KiB is refused before its signature is looked at', async () => {
  const error = await refusal(Buffer.alloc(256 * 1024 + 1), {})
  assert.equal(error.reason, 'body_too_large')
  assert.equal(error.status, 413)
})

test('a test notice carries exactly the headers of a real one', () => {
  const { headers, body } = sign({ timestamp: 1_700_000_000 })
  assert.deepEqual(Object.keys(headers), [
    'Content-Type',
    'Wechatpay-Timestamp',
    'Wechatpay-Nonce',
    'Wechatpay-Signature',
    'Wechatpay-Serial',
    'Wechatpay-Signature-Type',
  ])
  assert.equal(headers['Wechatpay-Timestamp'], '1700000000')
  assert.deepEqual(Object.keys(JSON.parse(body)), [
    'id',
    'create_time',
    'resource_type',
    'event_type',
    'summary',
    'resource',
  ])
})

test('a receiver that could never verify anything is refused when it is made', () => {
  assert.throws(
    () => createWebhookReceiver({ apiv3Key, trust: { certificates: [] } }),
    /only a client downloads/,
  )
  assert.throws(
    () => createWebhookReceiver({ apiv3Key: '', trust: { publicKeyId: serial, publicKey } }),
    /apiv3Key/,
  )
})
