import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DER, DerReader, writeDer } from './der.ts'

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const number = (hex: string, length = 4) => new DerReader(bytes(hex)).readUnsigned(length).toString('hex')

test('what is written is read back, whatever its length', () => {
  for (const length of [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xff00]) {
    const content = Buffer.alloc(length, 7)
    const inside = new DerReader(writeDer(DER.SEQUENCE, writeDer(DER.OCTET_STRING, content))).enter()
    assert.deepEqual(Buffer.from(inside.read(DER.OCTET_STRING)), content)
    inside.end()
  }
  assert.deepEqual(writeDer(DER.SEQUENCE, bytes('01'), bytes('02')), bytes('30 02 01 02'))
  assert.deepEqual(
    Buffer.from(new DerReader(bytes('04 01 07 ff')).readWhole(DER.OCTET_STRING)),
    bytes('04 01 07'),
  )
})

test('a number is read with as many bytes as are asked for', () => {
  assert.equal(number('02 01 00'), '00000000')
  assert.equal(number('02 02 00 80'), '00000080')
  assert.equal(number('02 05 00 ff ff ff ff'), 'ffffffff')
})

test('a number that is negative, padded, empty or too long is refused', () => {
  for (const hex of ['02 01 80', '02 02 00 7f', '02 00', '02 05 01 00 00 00 00', '02 06 00 ff ff ff ff ff'])
    assert.throws(() => number(hex), Error, hex)
})

test('another tag, a longer way to write a length, an early end and bytes that are left over are refused', () => {
  for (const hex of [
    '',
    '04',
    '05 00',
    '04 01',
    '04 81 01 07',
    '04 82 00 01 07',
    '04 80 07 00',
    '04 84 00 00 00 01 07',
  ])
    assert.throws(() => new DerReader(bytes(hex)).read(DER.OCTET_STRING), Error, hex)
  const reader = new DerReader(bytes('04 01 07 00'))
  reader.read(DER.OCTET_STRING)
  assert.throws(() => reader.end(), /1 bytes are left over/)
})

test('no bytes at all make it hang or read beyond their end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), input => {
      try {
        const whole = new DerReader(input).readWhole(input[0] ?? 0)
        assert.ok(whole.length <= input.length)
      } catch (error) {
        assert.ok(error instanceof Error && !(error instanceof assert.AssertionError))
      }
    }),
  )
})
