import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { newCertificate, newRoot, newSerial } from './certificates.ts'

const validity = { not_before: Date.parse('2024-01-01'), not_after: Date.parse('2029-01-01') }

test('a serial has forty digits, may begin with a zero, and is a positive number without a zero byte before it', () => {
  const serialFrom = (first: number) => newSerial(size => new Uint8Array(size).fill(0xab).fill(first, 0, 1))
  for (const [first, digits] of [
    [0x00, '01'],
    [0x0a, '0a'],
    [0x4c, '4c'],
    [0x7f, '7f'],
    [0x80, '01'],
    [0x8a, '0a'],
    [0xff, '7f'],
  ] as const) {
    assert.equal(serialFrom(first), digits + 'ab'.repeat(19))
  }
})

test('one certificate in eight has a serial that begins with a zero, and it reads the same from the certificate', async () => {
  const root = await newRoot(validity)
  const { public_key } = await newCertificate(root.private_key, { subject: 'CN=1230000109', ...validity })
  const ofZero = async () => {
    for (let count = 0; count < 1_000; count += 1) {
      const issued = await newCertificate(root.private_key, {
        subject: 'CN=1230000109',
        public_key,
        ...validity,
      })
      if (issued.serial_no.startsWith('0')) return issued
    }
    return assert.fail('None of a thousand')
  }
  const { serial_no, certificate } = await ofZero()
  assert.match(serial_no, /^0[1-9A-F][0-9A-F]{38}$/)
  assert.equal(new X509Certificate(certificate).serialNumber, serial_no)
})
