import assert from 'node:assert/strict'
import { constants, generateKeyPairSync, privateDecrypt, publicEncrypt } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { decryptField, encryptField, MAX_SENSITIVE_BYTES } from './sensitive-field.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
const OAEP = constants.RSA_PKCS1_OAEP_PADDING

test('a field is encrypted with OAEP over SHA-1, so that any implementation of it decrypts it', () => {
  const encrypted = encryptField('粤B888888', publicKey)
  assert.match(encrypted, /^[A-Za-z0-9+/]{342}==$/)
  const bytes = Buffer.from(encrypted, 'base64')
  assert.equal(
    privateDecrypt({ key: privateKey, padding: OAEP, oaepHash: 'sha1' }, bytes).toString('utf8'),
    '粤B888888',
  )
  assert.throws(() => privateDecrypt({ key: privateKey, padding: OAEP, oaepHash: 'sha256' }, bytes))
})

test('a field that another implementation encrypted is decrypted', () => {
  const bytes = publicEncrypt({ key: publicKey, padding: OAEP, oaepHash: 'sha1' }, Buffer.from('停车'))
  assert.equal(decryptField(bytes.toString('base64'), privateKey), '停车')
})

test('every text of up to 214 bytes comes back as it was', () => {
  const text = fc
    .string({ unit: 'grapheme', maxLength: 100 })
    .filter(value => Buffer.byteLength(value) <= MAX_SENSITIVE_BYTES)
  fc.assert(
    fc.property(text, value => {
      assert.equal(decryptField(encryptField(value, publicKey), privateKey), value)
    }),
    { numRuns: 50 },
  )
})

test('214 bytes fit into a field and 215 do not, counted in UTF-8', () => {
  assert.equal(MAX_SENSITIVE_BYTES, 214)
  for (const fitting of ['a'.repeat(214), `${'中'.repeat(71)}a`]) {
    assert.equal(decryptField(encryptField(fitting, publicKey), privateKey), fitting)
  }
  for (const tooLong of ['a'.repeat(215), '中'.repeat(72)])
    assert.throws(() => encryptField(tooLong, publicKey))
})

test('the same text is never encrypted to the same bytes', () => {
  assert.notEqual(encryptField('text', publicKey), encryptField('text', publicKey))
})

test('a field for another key, with other padding or that is no Base64 is refused', () => {
  assert.throws(() => decryptField(encryptField('text', other.publicKey), privateKey))
  const sha256 = publicEncrypt({ key: publicKey, padding: OAEP, oaepHash: 'sha256' }, Buffer.from('text'))
  assert.throws(() => decryptField(sha256.toString('base64'), privateKey))
  for (const bad of ['', 'AAAA', '***', '明文']) assert.throws(() => decryptField(bad, privateKey))
})
