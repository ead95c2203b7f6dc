import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { replyMessage, signMessage } from '../../protocol/signature.ts'
import { rsa } from '../../protocol/suite.ts'
import { explainMismatch, type Mismatch, type MismatchCause } from './explain-mismatch.ts'
import { signTestNotice } from './sign-test-notice.ts'
import { createWebhookReceiver } from './webhook-receiver.ts'

const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const { privateKey, publicKey } = keyPair()
const second = keyPair()
const stranger = keyPair()
const TIMESTAMP = '1700000000'
const NONCE = 'C5AC7061FCCAB6BF3E254DCF98995B8C'
const BODY = '{"id":"1","a":"停车/","n":{"b":[1,2]}}'

function causeOf(
  changes: Partial<Mismatch> & { signed?: string; by?: KeyObject; damage?: (text: string) => string },
): MismatchCause | undefined {
  const { signed = BODY, by = privateKey, damage = text => text, ...received } = changes
  const signature = damage(signMessage(replyMessage(TIMESTAMP, NONCE, signed), by))
  const mismatch = {
    ...{ suite: rsa, timestamp: TIMESTAMP, nonce: NONCE, signature, serial: 'ONE' },
    ...{ body: Buffer.from(signed), key: publicKey, ...received },
  }
  const known = [
    { serial: 'ONE', publicKey },
    { serial: 'TWO', publicKey: second.publicKey },
  ]
  return explainMismatch(mismatch, known).likelyCause
}

const received = (body: string | Buffer) => causeOf({ body: Buffer.from(body) })

test('a body that was parsed and written again is named, however it was written', () => {
  const value = JSON.parse(BODY)
  for (const body of [
    JSON.stringify(value, null, 2),
    JSON.stringify(value, null, '\t'),
    BODY.replaceAll(':', ': ').replaceAll(',', ', '),
    BODY.replace('停车', '\\u505c\\u8f66'),
    BODY.replace('/', '\\/'),
  ])
    assert.equal(received(body), 'body_rewritten', body)
  const sorted = '{"a":1,"id":"1"}'
  assert.equal(causeOf({ signed: sorted, body: Buffer.from('{"id":"1","a":1}') }), 'body_rewritten')
})

test('a body in Base64, as API gateways hand it on, is named with how to decode it', async () => {
  for (const encoding of ['base64', 'base64url'] as const)
    assert.equal(received(Buffer.from(BODY).toString(encoding)), 'body_base64')
  const { receiver, headers, body } = notice()
  await assert.rejects(receiver.readNotice(Buffer.from(body).toString('base64'), headers), {
    ...{ reason: 'mismatch', likelyCause: 'body_base64', status: 401 },
    message: /is the Base64 of what.*Buffer\.from\(event\.body, 'base64'\).*isBase64Encoded/,
  })
})

/** What writes a JSON text from a map that keeps no order, or another one. */
const REORDERED: Record<string, (value: Record<string, unknown>) => unknown> = {
  'sorted by name': value => sorted(value, (one, other) => (one < other ? -1 : 1)),
  'sorted by length, as jsonb of PostgreSQL has them': value =>
    sorted(value, (one, other) => one.length - other.length || (one < other ? -1 : 1)),
  'sorted backwards': value => sorted(value, (one, other) => (one < other ? 1 : -1)),
}

function sorted(value: unknown, compare: (one: string, other: string) => number): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([one], [other]) => compare(one, other))
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member, compare)]))
}

for (const [how, reorder] of Object.entries(REORDERED)) {
  test(`a notice whose keys are ${how} is named`, async () => {
    const { receiver, headers, body } = notice()
    const value = JSON.parse(body)
    for (const text of [JSON.stringify(reorder(value)), JSON.stringify(reorder(value), null, 2)]) {
      assert.notEqual(text, body)
      await assert.rejects(receiver.readNotice(text, headers), {
        ...{ reason: 'mismatch', likelyCause: 'body_reordered' },
        message: /keys of the body are in another order.*express\.raw/,
      })
    }
  })
}

test('the order of the official sample is known too', () => {
  const resource =
    '{"original_type":"transaction","algorithm":"AEAD_AES_256_GCM","ciphertext":"a/+=","associated_data":"","nonce":"n"}'
  const signed = `{"id":"1","create_time":"2026","resource_type":"encrypt-resource","event_type":"A","summary":"成功","resource":${resource}}`
  const received = JSON.stringify(sorted(JSON.parse(signed), (one, other) => (one < other ? -1 : 1)))
  assert.equal(causeOf({ signed, body: Buffer.from(received) }), 'body_reordered')
})

test('a line feed that was added or lost is named', () => {
  assert.equal(received(`${BODY}\n`), 'body_line_feed')
  assert.equal(received(`${BODY}\r\n`), 'body_line_feed')
  assert.equal(causeOf({ signed: `${BODY}\n`, body: Buffer.from(BODY) }), 'body_line_feed')
})

test('a body that was read as Latin-1, one with a byte order mark and one that was lost are named', () => {
  assert.equal(received(Buffer.from(Buffer.from(BODY).toString('latin1'))), 'body_decoded')
  assert.equal(received(`\ufeff${BODY}`), 'body_byte_order_mark')
  assert.equal(received(''), 'body_lost')
})

test('another body under the right key is distinguished from another key', () => {
  assert.equal(received(BODY.replace('1', '2')), 'other_body')
  assert.equal(causeOf({ by: second.privateKey }), 'other_key')
  assert.equal(causeOf({ by: stranger.privateKey }), 'wrong_key')
})

test('headers of another message, in another order or twice are named', () => {
  assert.equal(causeOf({ timestamp: NONCE, nonce: TIMESTAMP }), 'headers_mixed')
  assert.equal(causeOf({ timestamp: '1700000009' }), 'headers_mixed')
  assert.equal(causeOf({ nonce: `${NONCE}, ${NONCE}` }), 'headers_mixed')
  assert.equal(causeOf({ nonce: NONCE.toLowerCase() }), 'headers_mixed')
})

test('a signature that was damaged on its way is named', () => {
  for (const damage of [
    // Hardly any signature has no + at all.
    (text: string) => text.replaceAll('+', ' ').replace(/^(?!.* )/, ' '),
    (text: string) => text.replaceAll('+', '-').replaceAll('/', '_'),
    encodeURIComponent,
    (text: string) => text.replaceAll(/(.{64})/g, '$1\n'),
    (text: string) => text.slice(0, 200),
    () => '%%%',
  ])
    assert.equal(causeOf({ damage }), 'signature_damaged')
})

test('a large body costs no more than a moment', () => {
  const body = Buffer.from(`{"a":"${'x'.repeat(10_000_000)}"}`)
  assert.equal(causeOf({ signed: 'else', body }), 'other_body')
})

/** A notice and its receiver. */
function notice() {
  const pem = (key: KeyObject, type: 'spki' | 'pkcs8') => key.export({ type, format: 'pem' }).toString()
  const apiv3Key = 'k'.repeat(32)
  const serial = 'PUB_KEY_ID_TEST'
  const receiver = createWebhookReceiver({
    apiv3Key,
    trust: { publicKeyId: serial, publicKey: pem(publicKey, 'spki') },
  })
  const resource = { out_trade_no: '1' }
  const signing = { apiv3Key, privateKey: pem(privateKey, 'pkcs8'), serial }
  return { receiver, ...signTestNotice({ event_type: 'TRANSACTION.SUCCESS', resource, ...signing }) }
}

test('a refused notice says what has happened and what to do', async () => {
  const pem = (key: KeyObject, type: 'spki' | 'pkcs8') => key.export({ type, format: 'pem' }).toString()
  const apiv3Key = 'k'.repeat(32)
  const trust = { publicKeyId: 'PUB_KEY_ID_TEST', publicKey: pem(publicKey, 'spki') }
  const receiver = createWebhookReceiver({ apiv3Key, trust })
  const notice = (key: KeyObject) =>
    signTestNotice({
      ...{ event_type: 'TRANSACTION.SUCCESS', resource: { out_trade_no: '1' }, apiv3Key },
      ...{ privateKey: pem(key, 'pkcs8'), serial: 'PUB_KEY_ID_TEST' },
    })
  const { headers, body } = notice(privateKey)
  await assert.rejects(receiver.readNotice(JSON.stringify(JSON.parse(body), null, 2), headers), {
    ...{ name: 'NoticeRefused', reason: 'mismatch', likelyCause: 'body_rewritten' },
    message: /parsed and written again.*express\.raw/,
  })
  const foreign = notice(stranger.privateKey)
  await assert.rejects(receiver.readNotice(foreign.body, foreign.headers), {
    ...{ likelyCause: 'wrong_key', message: /not the platform’s.*Download the public key/ },
  })
  await assert.rejects(receiver.readNotice(body, {}), { reason: 'headers_missing', likelyCause: undefined })
})
