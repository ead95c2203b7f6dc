import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { newCertificate, newRoot } from '../../sandbox/certificates.ts'
import { isSameSerial, parseCertificate, platformCertificate } from './platform-certificate.ts'

test('a serial number is read as the platform names it, and compared without regard to case and zeros', async () => {
  const validity = { not_before: Date.parse('2024-01-01'), not_after: Date.parse('2029-01-01') }
  const root = await newRoot(validity)
  const { public_key } = await newCertificate(root.private_key, {
    subject: 'CN=Tenpay.com sign',
    ...validity,
  })
  let issued: Awaited<ReturnType<typeof newCertificate>>
  do
    issued = await newCertificate(root.private_key, {
      subject: 'CN=Tenpay.com sign',
      public_key,
      ...validity,
    })
  while (!issued.serial_no.startsWith('0'))
  const { serial, publicKey } = parseCertificate(issued.certificate)
  assert.equal(serial, issued.serial_no)
  assert.equal(serial, new X509Certificate(issued.certificate).serialNumber)
  assert.equal(publicKey.export({ type: 'spki', format: 'pem' }), public_key)
  assert.ok(isSameSerial(serial, serial.slice(1).toLowerCase()))
  assert.ok(!isSameSerial(serial, `1${serial.slice(1)}`))
})

test('a serial number has whole bytes, also where the runtime leaves a zero in front away', () => {
  for (const serialNumber of ['0A11', 'A11'])
    assert.equal(platformCertificate({ serialNumber } as X509Certificate).serial, '0A11')
})
