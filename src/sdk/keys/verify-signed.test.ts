import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { replyMessage, SIGNATURE_SCHEME, signMessage } from '../../protocol/signature.ts'
import { rsa } from '../../protocol/suite.ts'
import { verifySigned } from './verify-signed.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const NOW = 1_700_000_000_000
const BODY = Buffer.from('{"a":"停车"}')

function headersAt(seconds: number): Record<string, string> {
  const timestamp = String(seconds)
  return {
    'wechatpay-timestamp': timestamp,
    'wechatpay-nonce': 'n',
    'wechatpay-signature': signMessage(replyMessage(timestamp, 'n', BODY), privateKey),
    'wechatpay-serial': 'PUB_KEY_ID_1',
    'wechatpay-signature-type': SIGNATURE_SCHEME,
  }
}

async function faultOf(
  changes: Record<string, string | undefined>,
  body: Uint8Array = BODY,
  seconds = NOW / 1000,
) {
  const headers: Record<string, string | undefined> = { ...headersAt(seconds), ...changes }
  const fault = await verifySigned(
    { header: name => headers[name.toLowerCase()], body },
    {
      suite: rsa,
      find: async serial => (serial === 'PUB_KEY_ID_1' ? publicKey : { unknown: `no ${serial}` }),
      known: () => [],
    },
    NOW,
  )
  return fault?.reason
}

test('a message is believed when its five headers and its bytes fit', async () => {
  assert.equal(await faultOf({}), undefined)
})

test('an empty body is signed too', async () => {
  const signature = signMessage(replyMessage(String(NOW / 1000), 'n', ''), privateKey)
  assert.equal(await faultOf({ 'wechatpay-signature': signature }, Buffer.alloc(0)), undefined)
})

test('each of the five headers is needed', async () => {
  for (const name of Object.keys(headersAt(0)))
    assert.equal(await faultOf({ [name]: undefined }), 'headers_missing', name)
})

test('five minutes are allowed and not a second more, either way', async () => {
  const at = (seconds: number) => faultOf({}, BODY, NOW / 1000 + seconds)
  assert.deepEqual([await at(-300), await at(300)], [undefined, undefined])
  assert.deepEqual([await at(-301), await at(301)], ['clock', 'clock'])
})

test('a timestamp that is no decimal number is no time', async () => {
  for (const timestamp of ['now', '1e9', '-1', '0x65', '1700000000.5', '9'.repeat(13)]) {
    assert.equal(await faultOf({ 'wechatpay-timestamp': timestamp }), 'clock', timestamp)
  }
})

test('one changed byte, a signature of other bytes and one that is no Base64 are all simply wrong', async () => {
  const changed = Buffer.from(BODY)
  changed[2] = 0x62
  assert.equal(await faultOf({}, changed), 'mismatch')
  for (const signature of ['AAAA', '====', 'not base64 at all', `${headersAt(0)['wechatpay-signature']}AA`]) {
    assert.equal(await faultOf({ 'wechatpay-signature': signature }), 'mismatch', signature)
  }
})

test('a probe is named as one, whatever follows its prefix', async () => {
  for (const rest of ['', '!', 'YWJj', '停']) {
    assert.equal(await faultOf({ 'wechatpay-signature': `WECHATPAY/SIGNTEST/${rest}` }), 'probe')
  }
})

test('another scheme and an unknown key are named', async () => {
  assert.equal(await faultOf({ 'wechatpay-signature-type': 'WECHATPAY2-SM2-WITH-SM3' }), 'foreign_scheme')
  assert.equal(await faultOf({ 'wechatpay-serial': 'PUB_KEY_ID_2' }), 'unknown_serial')
})
