import assert from 'node:assert/strict'
import { createSign, createVerify, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  isFresh,
  MAX_SKEW_SECONDS,
  PROBE_PREFIX,
  replyMessage,
  requestMessage,
  SIGNATURE_SCHEME,
  signMessage,
  verifyMessage,
} from './signature.ts'

/** Any UTF-16 unit, also half a surrogate pair. */
const character = fc.nat({ max: 0xffff }).map(code => String.fromCharCode(code))

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const other = generateKeyPairSync('rsa', { modulusLength: 2048 })

const NO_BODY = Buffer.alloc(0)
const NONCE = 'vDit3y4Fmv45dem0CSmKbBK4tUHRR8Dj'

test('a request is signed as method, target, timestamp, nonce and body, each line ended by LF', () => {
  const body = Buffer.from('{"appid":"wxcbda96de0b165486","attach":"停车"}')
  const message = requestMessage({
    method: 'POST',
    target: '/v3/vehicle/transactions/parking',
    timestamp: '1554208460',
    nonce: NONCE,
    body,
  })
  assert.deepEqual(
    message,
    Buffer.from(
      `POST\n/v3/vehicle/transactions/parking\n1554208460\n${NONCE}\n{"appid":"wxcbda96de0b165486","attach":"停车"}\n`,
      'utf8',
    ),
  )
})

test('the message of a request without a body ends in an empty line; the captured one is 85 bytes long', () => {
  const message = requestMessage({
    method: 'GET',
    target: '/v3/certificates?algorithm_type=RSA',
    timestamp: '1680144553',
    nonce: NONCE,
    body: NO_BODY,
  })
  assert.equal(message.toString('utf8'), `GET\n/v3/certificates?algorithm_type=RSA\n1680144553\n${NONCE}\n\n`)
  assert.equal(message.length, 85)
})

test('a body that ends in LF gets one more, and bytes that are no text stay as they are', () => {
  const request = { method: 'POST', target: '/', timestamp: '1', nonce: 'n' }
  assert.equal(
    requestMessage({ ...request, body: Buffer.from('{"a":1}\n') }).toString('latin1'),
    'POST\n/\n1\nn\n{"a":1}\n\n',
  )
  assert.equal(
    requestMessage({ ...request, body: Buffer.from([0xff, 0x00, 0x0d]) }).toString('latin1'),
    'POST\n/\n1\nn\n\xff\x00\r\n',
  )
})

test('a target is signed as it is written: no decoding, no re-encoding, no sorting', () => {
  for (const target of [
    '/v3/vehicle/parking/services/find?plate_number=%E7%B2%A4B888888&appid=wx1',
    '/v3/vehicle/parking/services/find?plate_number=%e7%b2%a4B888888&appid=wx1',
    '/v3/a%2Fb?z=1&a=2&z=3+4&empty=&flag',
    '/v3/vehicle/parking/services/find?plate_number=粤B888888',
  ]) {
    const message = requestMessage({ method: 'GET', target, timestamp: '1', nonce: 'n', body: NO_BODY })
    assert.deepEqual(message, Buffer.from(`GET\n${target}\n1\nn\n\n`, 'utf8'))
  }
})

test('a reply is signed as timestamp, nonce and body; without a body the third line is empty', () => {
  assert.equal(replyMessage('1', 'n', '{"a":"中"}').toString('utf8'), '1\nn\n{"a":"中"}\n')
  assert.equal(replyMessage('1', 'n', '').toString('utf8'), '1\nn\n\n')
  assert.deepEqual(replyMessage('1', 'n', Buffer.from('{"a":"中"}')), replyMessage('1', 'n', '{"a":"中"}'))
})

test('a signature is SHA256withRSA in standard Base64 on one line', () => {
  const message = requestMessage({
    method: 'GET',
    target: '/v3/certificates',
    timestamp: '1',
    nonce: 'n',
    body: NO_BODY,
  })
  const signature = signMessage(message, privateKey)
  assert.match(signature, /^[A-Za-z0-9+/]{342}==$/)
  assert.equal(signature, createSign('RSA-SHA256').update(message).sign(privateKey, 'base64'))
  assert.ok(
    createVerify('RSA-SHA256')
      .update('GET\n/v3/certificates\n1\nn\n\n')
      .verify(publicKey, signature, 'base64'),
  )
  assert.equal(SIGNATURE_SCHEME, 'WECHATPAY2-SHA256-RSA2048')
})

test('whatever was signed verifies, and no longer once one byte was changed', () => {
  const changed = fc.record({
    message: fc.uint8Array({ minLength: 1, maxLength: 400 }),
    at: fc.nat(),
    flip: fc.integer({ min: 1, max: 255 }),
  })
  fc.assert(
    fc.property(changed, ({ message, at, flip }) => {
      const signature = signMessage(message, privateKey)
      assert.ok(verifyMessage(message, signature, publicKey))
      const index = at % message.length
      message[index] = (message[index] ?? 0) ^ flip
      assert.equal(verifyMessage(message, signature, publicKey), false)
    }),
  )
})

test('a signature by another key is not valid', () => {
  const message = Buffer.from('1\nn\n{}\n')
  assert.equal(verifyMessage(message, signMessage(message, other.privateKey), publicKey), false)
})

test('a signature that cannot be decoded, a probe and a truncated one are not valid and throw nothing', () => {
  const message = Buffer.from('1\nn\n{}\n')
  const signature = signMessage(message, privateKey)
  for (const bad of [
    '',
    ' ',
    '=',
    '签名',
    signature.slice(0, -8),
    signature.slice(1),
    `${signature}AAAA`,
    `${signature} `,
    `${signature}\n`,
    signature.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '-'),
    PROBE_PREFIX,
    `${PROBE_PREFIX}${signature.slice(PROBE_PREFIX.length)}`,
    `${PROBE_PREFIX}not*base64*at*all`,
  ]) {
    assert.equal(verifyMessage(message, bad, publicKey), false, bad)
  }
})

test('random text is never a valid signature', () => {
  const message = Buffer.from('1\nn\n{}\n')
  fc.assert(fc.property(fc.string({ unit: character }), text => !verifyMessage(message, text, publicKey)))
})

test('a timestamp is fresh up to five minutes before and after the clock, and text that is no number never', () => {
  const now = 1_700_000_000_000
  const fresh = (seconds: number) => isFresh(String(now / 1000 + seconds), now)
  assert.equal(MAX_SKEW_SECONDS, 300)
  assert.deepEqual([-301, -300, 0, 300, 301].map(fresh), [false, true, true, true, false])
  assert.equal(isFresh('now', now), false)
  assert.equal(isFresh('1700000000000', now), false)
})
