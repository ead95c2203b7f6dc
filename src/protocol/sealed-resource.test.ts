import assert from 'node:assert/strict'
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { APIV3_KEY_LENGTH, openResource, sealResource } from './sealed-resource.ts'

const KEY = 'Ab0Ab0Ab0Ab0Ab0Ab0Ab0Ab0Ab0Ab0Ab'
const OTHER_KEY = 'Ab0Ab0Ab0Ab0Ab0Ab0Ab0Ab0Ab0Ab0Ac'
const NONCE = '61f9c719728a'

const key = fc.stringMatching(/^[0-9A-Za-z]{32}$/)
const nonce = fc.stringMatching(/^[0-9A-Za-z]{12}$/)

test('AES-256-GCM gives the published result of its twelve zero bytes of nonce and empty text', () => {
  const zeros = createCipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12))
  zeros.final()
  assert.equal(zeros.getAuthTag().toString('hex'), '530f8afbc74536b9a963b4f1c4cb738b')
})

test('a sealed resource is the ciphertext and its tag under the bytes of key, nonce and associated data', () => {
  const sealed = sealResource('{"id":"停车"}', KEY, NONCE, 'transaction')
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(KEY, 'ascii'), Buffer.from(NONCE, 'ascii'))
  cipher.setAAD(Buffer.from('transaction', 'utf8'))
  const expected = Buffer.concat([
    cipher.update('{"id":"停车"}', 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ])
  assert.deepEqual(sealed, {
    algorithm: 'AEAD_AES_256_GCM',
    ciphertext: expected.toString('base64'),
    nonce: NONCE,
    associated_data: 'transaction',
  })
  assert.equal(KEY.length, APIV3_KEY_LENGTH)
})

test('a receiver opens it with nothing but the key and the three fields', () => {
  const sealed = sealResource('-----BEGIN CERTIFICATE-----', KEY, NONCE, 'certificate')
  const bytes = Buffer.from(sealed.ciphertext, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', KEY, sealed.nonce)
  decipher.setAAD(Buffer.from(sealed.associated_data)).setAuthTag(bytes.subarray(-16))
  const text = decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
  assert.equal(text, '-----BEGIN CERTIFICATE-----')
})

test('whatever was sealed is opened again, with any text and any associated data', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      key,
      nonce,
      fc.string({ unit: 'grapheme' }),
      (text, apiv3Key, iv, aad) => {
        assert.equal(openResource(sealResource(text, apiv3Key, iv, aad), apiv3Key), text)
      },
    ),
  )
})

test('empty and absent associated data are the same', () => {
  const { ciphertext, nonce: iv } = sealResource('text', KEY, NONCE, '')
  assert.equal(openResource({ ciphertext, nonce: iv }, KEY), 'text')
})

test('one changed bit anywhere in ciphertext or tag is refused', () => {
  const sealed = sealResource('{"amount":{"total":100}}', KEY, NONCE, 'transaction')
  const bytes = Buffer.from(sealed.ciphertext, 'base64')
  for (let index = 0; index < bytes.length; index++) {
    const changed = Buffer.from(bytes)
    changed[index] = (changed[index] ?? 0) ^ 1
    assert.throws(() => openResource({ ...sealed, ciphertext: changed.toString('base64') }, KEY))
  }
})

test('a wrong key, nonce or associated data is refused', () => {
  const sealed = sealResource('text', KEY, NONCE, 'transaction')
  assert.throws(() => openResource(sealed, OTHER_KEY))
  assert.throws(() => openResource(sealed, KEY.slice(1)), /key length/i)
  assert.throws(() => openResource({ ...sealed, nonce: '61f9c719728b' }, KEY))
  assert.throws(() => openResource({ ...sealed, associated_data: 'certificate' }, KEY))
  assert.throws(() => openResource({ ...sealed, associated_data: '' }, KEY))
})

test('a nonce that is not twelve bytes long is refused by name', () => {
  const sealed = sealResource('text', KEY, NONCE, '')
  for (const wrong of ['', '61f9c719728', '61f9c719728a0', '61f9c719728é', '随机随机随机随机随机随机']) {
    assert.throws(() => openResource({ ...sealed, nonce: wrong }, KEY), /nonce is not 12 bytes/, wrong)
  }
})

test('a ciphertext without room for a tag is refused by name', () => {
  for (const ciphertext of ['', 'AAAA', Buffer.alloc(15).toString('base64'), '***']) {
    assert.throws(() => openResource({ ciphertext, nonce: NONCE }, KEY), /shorter than its tag/)
  }
})
