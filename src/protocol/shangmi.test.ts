import assert from 'node:assert/strict'
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { sm2, sm3, sm4 } from 'sm-crypto-v2'
import { DER, DerReader, writeDer } from './der.ts'
import { shangmi } from './shangmi.ts'
import { type Suite, suiteOf } from './suite.ts'

const KEY = 'Ab0Ab0Ab0Ab0Ab0Ab0Ab0Ab0Ab0Ab0Ab'
const NONCE = '61f9c719728a'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'SM2' })
const other = generateKeyPairSync('ec', { namedCurve: 'SM2' })

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')

/** The key pair of the examples in GM/T 0003.5, on the curve that everybody uses. */
const STANDARD_SCALAR = '3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8'
const STANDARD = keysOf(
  STANDARD_SCALAR,
  `09F9DF31 1E5421A1 50DD7D16 1E4BC5C6 72179FAD 1833FC07 6BB08FF3 56F35020
   CCEA490C E26775A5 2DC6EA71 8CC1AA60 0AED05FB F35E084A 6632F607 2DA9AD13`,
)

/** Keys out of the bare numbers: PKCS#8 around ECPrivateKey. */
function keysOf(scalar: string, point: string): { privateKey: KeyObject; publicKey: KeyObject } {
  const spki = hex(`3059301306072a8648ce3d020106082a811ccf5501822d03420004${point}`)
  const inner = writeDer(DER.SEQUENCE, hex('020101'), writeDer(DER.OCTET_STRING, hex(scalar)))
  const algorithm = hex('301306072a8648ce3d020106082a811ccf5501822d')
  const pkcs8 = writeDer(DER.SEQUENCE, hex('020100'), algorithm, writeDer(DER.OCTET_STRING, inner))
  return {
    privateKey: createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }),
    publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }),
  }
}

/** A signature or an encrypted text out of its parts. */
const sequence = (...parts: Buffer[]) => writeDer(DER.SEQUENCE, ...parts).toString('base64')
/** A number as DER has it: no zeros in front but one where it would be negative otherwise. */
function number(text: string): Buffer {
  const all = hex(text)
  const digits = all.subarray(
    Math.max(
      0,
      all.findIndex(byte => byte !== 0),
    ),
  )
  return writeDer(DER.INTEGER, (digits[0] ?? 0) < 0x80 ? digits : Buffer.concat([Buffer.alloc(1), digits]))
}

test('SM3 gives the published digest, and the one of OpenSSL', () => {
  const digest = '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'
  assert.equal(sm3(Buffer.from('abc')), digest)
  assert.equal(createHash('sm3').update('abc').digest('hex'), digest)
})

test('SM4-GCM gives the result of RFC 8998, A.1', () => {
  const plaintext = 'AA BB CC DD EE FF EE AA'
    .split(' ')
    .map(byte => byte.repeat(8))
    .join('')
  const options = {
    mode: 'gcm',
    iv: hex('00001234567800000000ABCD'),
    associatedData: hex('FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2'),
    output: 'array',
    outputTag: true,
  } as const
  const sealed = sm4.encrypt(hex(plaintext), hex('0123456789ABCDEFFEDCBA9876543210'), options)
  assert.deepEqual(
    Buffer.from(sealed.output),
    hex(`17F399F08C67D5EE19D0DC9969C4BB7D 5FD46FD3756489069157B282BB200735
         D82710CA5C22F0CCFA7CBF93D496AC15 A56834CBCF98C397B4024A2691233B8D`),
  )
  assert.deepEqual(Buffer.from(sealed.tag ?? []), hex('83DE3541E4C2B58177E065A9BF7B62EC'))
})

test('the signature of the standard’s example fits its message, under the user id 1234567812345678', () => {
  const signature = sequence(
    number('F5A03B06 48D2C463 0EEAC513 E1BB81A1 5944DA38 27D5B741 43AC7EAC EEE720B3'),
    number('B1B6AA29 DF212FD8 763182BC 0D421CA1 BB9038FD 1F7F42D4 840B69C4 85BBC1AA'),
  )
  assert.ok(shangmi.verify(Buffer.from('message digest'), signature, STANDARD.publicKey))
  assert.equal(shangmi.verify(Buffer.from('message digesT'), signature, STANDARD.publicKey), false)
})

test('the encrypted text of the standard’s example is decrypted: C1, C3, C2 in ASN.1', () => {
  const encrypted = sequence(
    number('04EBFC71 8E8D1798 62043226 8E77FEB6 415E2EDE 0E073C0F 4F640ECD 2E149A73'),
    number('E858F9D8 1E5430A5 7B36DAAB 8F950A3C 64E6EE6A 63094D99 283AFF76 7E124DF0'),
    writeDer(
      DER.OCTET_STRING,
      hex('59983C18 F809E262 923C53AE C295D303 83B54E39 D609D160 AFCB1908 D0BD8766'),
    ),
    writeDer(DER.OCTET_STRING, hex('21886CA9 89CA9C7D 58087307 CA93092D 651EFA')),
  )
  assert.equal(shangmi.decryptField(encrypted, STANDARD.privateKey), 'encryption standard')
})

test('whatever was signed verifies with only the library, and no longer once one byte was changed', () => {
  const spki = publicKey.export({ type: 'spki', format: 'der' }).subarray(-65).toString('hex')
  const changed = fc.record({ message: fc.uint8Array({ minLength: 1, maxLength: 400 }), at: fc.nat() })
  fc.assert(
    fc.property(changed, ({ message, at }) => {
      const signature = shangmi.sign(message, privateKey)
      const asHex = Buffer.from(signature, 'base64').toString('hex')
      assert.ok(
        sm2.doVerifySignature(message, asHex, spki, { hash: true, der: true, userId: '1234567812345678' }),
      )
      assert.ok(shangmi.verify(message, signature, publicKey))
      const index = at % message.length
      message[index] = (message[index] ?? 0) ^ 1
      assert.equal(shangmi.verify(message, signature, publicKey), false)
    }),
    { numRuns: 20 },
  )
})

test('a signature by another key, of another family or under another user id is not valid', () => {
  const message = Buffer.from('1\nn\n{}\n')
  const signature = shangmi.sign(message, privateKey)
  assert.equal(shangmi.verify(message, signature, other.publicKey), false)
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  assert.equal(shangmi.verify(message, signature, rsa.publicKey), false)
  assert.throws(() => shangmi.sign(message, rsa.privateKey), /not an SM2 key/)

  const signed = sm2.doSignature(message, STANDARD_SCALAR, { hash: true, der: true, userId: '' })
  const nameless = Buffer.from(signed, 'hex').toString('base64')
  assert.equal(shangmi.verify(message, nameless, STANDARD.publicKey), false)
})

test('a signature that is written in another way is not valid and throws nothing', () => {
  const message = Buffer.from('1\nn\n{}\n')
  const signature = shangmi.sign(message, privateKey)
  const der = Buffer.from(signature, 'base64')
  const inside = new DerReader(der).enter()
  const r = inside.readUnsigned(32).toString('hex')
  const s = inside.readUnsigned(32).toString('hex')
  const order = 'FFFFFFFE FFFFFFFF FFFFFFFF FFFFFFFF 7203DF6B 21C6052B 53BBF409 39D54123'
  assert.ok(shangmi.verify(message, sequence(number(r), number(s)), publicKey))
  for (const bad of [
    '',
    '=',
    '签名',
    'WECHATPAY/SIGNTEST/abc',
    `${signature}\n`,
    signature.slice(0, -8),
    Buffer.concat([der, Buffer.alloc(1)]).toString('base64'),
    hex(r + s).toString('base64'),
    sequence(number('00'), number(s)),
    sequence(number(r), number('00')),
    sequence(number(order), number(s)),
    sequence(number(r), number(order)),
    sequence(number(r), number(s), number('01')),
  ]) {
    assert.equal(shangmi.verify(message, bad, publicKey), false, bad)
  }
  fc.assert(fc.property(fc.string(), text => !shangmi.verify(message, text, publicKey)))
})

test('a field is encrypted as SEQUENCE of x, y, digest and ciphertext, and comes back whatever its length', () => {
  for (const text of ['停', 'x', '张三', 'a'.repeat(127), 'a'.repeat(5_000)]) {
    const encrypted = shangmi.encryptField(text, publicKey)
    const inside = new DerReader(Buffer.from(encrypted, 'base64')).enter()
    const [x, y] = [inside.readUnsigned(32), inside.readUnsigned(32)]
    assert.ok(sm2.verifyPublicKey(`04${x.toString('hex')}${y.toString('hex')}`))
    assert.equal(inside.read(DER.OCTET_STRING).length, 32)
    assert.equal(inside.read(DER.OCTET_STRING).length, Buffer.byteLength(text))
    inside.end()
    assert.equal(shangmi.decryptField(encrypted, privateKey), text)
    assert.throws(() => shangmi.decryptField(encrypted, other.privateKey), /not encrypted to this key/)
  }
  assert.throws(() => shangmi.encryptField('', publicKey), RangeError)
})

test('of a single byte none goes out as it is', () => {
  for (let round = 0; round < 300; round++) {
    const encrypted = Buffer.from(shangmi.encryptField('x', publicKey), 'base64')
    assert.notEqual(encrypted.at(-1), 'x'.charCodeAt(0))
  }
})

test('an encrypted text with a point that is not on the curve is refused before the key is used', () => {
  const digest = writeDer(DER.OCTET_STRING, Buffer.alloc(32))
  const ciphertext = writeDer(DER.OCTET_STRING, Buffer.alloc(5))
  const beside = sequence(number('01'), number('01'), digest, ciphertext)
  assert.throws(() => shangmi.decryptField(beside, privateKey), /not on curve/)
  assert.throws(() => shangmi.decryptField('', privateKey))
  assert.throws(() => shangmi.decryptField('AAAA', privateKey))
  assert.throws(() =>
    shangmi.decryptField(
      sequence(number('01'), number('01'), writeDer(DER.OCTET_STRING), ciphertext),
      privateKey,
    ),
  )
})

test('a sealed resource is SM4-GCM under the first half of the SM3 digest of the APIv3 key', () => {
  const sealed = shangmi.seal('{"id":"停车"}', KEY, NONCE, 'transaction')
  const bytes = Buffer.from(sealed.ciphertext, 'base64')
  const key = createHash('sm3').update(KEY).digest().subarray(0, 16)
  const plain = sm4.decrypt(bytes.subarray(0, -16), key, {
    mode: 'gcm',
    iv: Buffer.from(NONCE),
    associatedData: Buffer.from('transaction'),
    tag: bytes.subarray(-16),
    output: 'string',
  })
  assert.equal(plain, '{"id":"停车"}')
  assert.deepEqual(Object.keys(sealed), ['algorithm', 'ciphertext', 'nonce', 'associated_data'])
  assert.equal(sealed.algorithm, shangmi.sealing)
})

test('whatever was sealed is opened again, and not with another key, nonce, associated data or a changed byte', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'grapheme' }),
      fc.nat(),
      (text, aad, at) => {
        const sealed = shangmi.seal(text, KEY, NONCE, aad)
        assert.equal(shangmi.open(sealed, KEY), text)
        assert.throws(() => shangmi.open(sealed, `${KEY.slice(1)}x`))
        assert.throws(() => shangmi.open({ ...sealed, nonce: '61f9c719728b' }, KEY))
        assert.throws(() => shangmi.open({ ...sealed, associated_data: `${aad}x` }, KEY))
        const bytes = Buffer.from(sealed.ciphertext, 'base64')
        bytes.writeUInt8(bytes.readUInt8(at % bytes.length) ^ 1, at % bytes.length)
        assert.throws(() => shangmi.open({ ...sealed, ciphertext: bytes.toString('base64') }, KEY))
      },
    ),
  )
})

test('a sealed resource without associated data is opened; a cut one and a nonce of another length are not', () => {
  const { associated_data: _, ...sealed } = shangmi.seal('text', KEY, NONCE, '')
  assert.equal(shangmi.open(sealed, KEY), 'text')
  assert.throws(() => shangmi.open({ ...sealed, ciphertext: 'AAAA' }, KEY), /shorter than its tag/)
  assert.throws(() => shangmi.open({ ...sealed, nonce: 'short' }, KEY), /12 bytes/)
})

test('each suite takes the keys of its own family, private and public', async () => {
  const rsaKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const takes = (suite: Suite) =>
    [privateKey, publicKey, STANDARD.privateKey, rsaKeys.privateKey, rsaKeys.publicKey, p256.publicKey].map(
      key => suite.takes(key),
    )
  assert.deepEqual(takes(await suiteOf('SM2')), [true, true, true, false, false, false])
  assert.deepEqual(takes(await suiteOf('RSA')), [false, false, false, true, true, false])
  assert.equal(await suiteOf('SM2'), shangmi)
})
