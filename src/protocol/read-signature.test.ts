import assert from 'node:assert/strict'
import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  privateEncrypt,
  randomBytes,
  sign,
} from 'node:crypto'
import { test } from 'node:test'
import { guessPss, openSignature } from './read-signature.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const large = generateKeyPairSync('rsa', { modulusLength: 3072 })
const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
/** Small enough that thousands of signatures are opened in no time. */
const SMALL = generateKeyPairSync('rsa', { modulusLength: 512 })
const MESSAGE = Buffer.from('GET\n/v3/certificates\n1\nn\n\n')
const OTHER = Buffer.from('GET\n/v3/certificates\n1\nn\n')

test('the digest that was signed comes back, with its kind', () => {
  for (const digest of ['sha256', 'sha1', 'md5', 'sha512', 'sha384', 'sha224']) {
    const opened = openSignature(sign(digest, MESSAGE, privateKey), publicKey)
    assert.deepEqual(
      [opened?.padding, opened?.digest, opened?.signedDigest],
      ['PKCS1', digest, createHash(digest).update(MESSAGE).digest('hex')],
    )
    assert.ok(opened?.fits(MESSAGE))
    assert.ok(!opened?.fits(OTHER))
  }
})

test('PSS is known by its form, whatever its digests and its salt are', () => {
  const padding = constants.RSA_PKCS1_PSS_PADDING
  for (const [digest, saltLength] of [
    ['sha256', 32],
    ['sha256', 0],
    ['sha1', 20],
    ['sha512', 64],
  ] as const) {
    const opened = openSignature(sign(digest, MESSAGE, { key: privateKey, padding, saltLength }), publicKey)
    assert.deepEqual([opened?.padding, opened?.digest], ['PSS', digest])
    assert.ok(opened?.fits(MESSAGE))
    assert.ok(!opened?.fits(OTHER))
  }
})

test('PSS with all the salt that there is room for is a guess, which a message confirms', () => {
  const padding = constants.RSA_PKCS1_PSS_PADDING
  const signature = sign('sha256', MESSAGE, { key: privateKey, padding })
  assert.equal(openSignature(signature, publicKey), undefined)
  const guessed = guessPss(signature, publicKey)
  assert.deepEqual([guessed?.padding, guessed?.digest], ['PSS', 'sha256'])
  assert.ok(guessed?.fits(MESSAGE))
  assert.ok(!guessed?.fits(OTHER))
  assert.equal(guessPss(sign('sha256', MESSAGE, privateKey), publicKey), undefined)
})

test('a signature that has lost the zeros in front, as a big number does, opens as none', () => {
  const messages = Array.from({ length: 5_000 }, (_, index) => Buffer.from(String(index)))
  const signature = messages
    .map(message => sign('sha256', message, SMALL.privateKey))
    .find(([first]) => first === 0)
  assert.ok(signature && openSignature(signature, SMALL.publicKey))
  assert.equal(openSignature(signature.subarray(1), SMALL.publicKey), undefined)
})

test('a number that chance has made opens as no signature', () => {
  // What opens has at least eight bytes of a form; with two less so many numbers would show it.
  for (let count = 0; count < 20_000; count += 1) {
    const number = randomBytes(64)
    number[0] = 0
    assert.equal(openSignature(number, SMALL.publicKey), undefined)
  }
})

test('a PSS signature whose mask gives a leading one for another digest keeps its own', () => {
  const key = createPublicKey({
    format: 'der',
    type: 'spki',
    key: Buffer.from(
      'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQChtxqx8HIhYvrEXgXLtkkqBbbqtKYnt5Zq3e16u0OQ+5SkrPHP1dgwNYaRAryP+ec/RKZNn5FE3auqPgl+keO2rDVEeG3GR0bUE/NuKLZI9LfG+Y3sPH5wqh1NXiBIH+7niPqRaKOWxRSSuLSl3zBC4g3tyF26yexU44G2u6p7GwIDAQAB',
      'base64',
    ),
  })
  const signature =
    'Pt6uFUmgbDt2CLbc09+OdK+dk9UpdG0r2UQxlz6JQTpvBwo87L/AATZ8bHkx+Qw7gRISsGae0HmYrxZM4iUNJr4QbQio2zK0qsEAfVDuy6UWeA5E3LJZ7mkZfnG3SJTU6DsXODqAkML3aWpflYgMKkoau6FL0Db26QywWoWxIX4='
  const opened = openSignature(Buffer.from(signature, 'base64'), key)
  assert.equal(opened?.digest, 'sha1')
  assert.ok(opened?.fits(Buffer.from('boomgate')))
})

test('data that was encrypted with the private key is compared as digest and as itself', () => {
  const digest = createHash('sha256').update(MESSAGE).digest()
  for (const data of [digest, Buffer.from(digest.toString('hex')), MESSAGE]) {
    const opened = openSignature(privateEncrypt(privateKey, data), publicKey)
    assert.deepEqual([opened?.digest, opened?.signedDigest], ['none', ''])
    assert.ok(opened?.fits(MESSAGE))
    assert.ok(!opened?.fits(OTHER))
  }
})

test('a signature of another key, of another length and one that is none open under no key', () => {
  for (const signature of [
    sign('sha256', MESSAGE, other.privateKey),
    sign('sha256', MESSAGE, large.privateKey),
    Buffer.alloc(0),
    Buffer.alloc(256),
    Buffer.alloc(256, 0xff),
  ])
    assert.equal(openSignature(signature, publicKey), undefined)
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  assert.equal(openSignature(sign('sha256', MESSAGE, curve.privateKey), curve.publicKey), undefined)
  assert.ok(openSignature(sign('sha256', MESSAGE, large.privateKey), large.publicKey)?.fits(MESSAGE))
})
