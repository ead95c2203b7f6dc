import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { verifiedBySm2 } from '../../test/shangmi.ts'
import { DER, DerReader, writeDer } from '../protocol/der.ts'
import { shangmi } from '../protocol/shangmi.ts'
import { pem } from './certificates.ts'
import { keyOfRequest, newCertificate, newRoot } from './shangmi-certificates.ts'

const validity = { not_before: Date.UTC(2026, 0, 1), not_after: Date.UTC(2031, 0, 1) }
const SUBJECT = 'CN=1230000109, O=微信商户系统, L=Shenzhen, C=CN'
const root = await newRoot(validity)

/** What is signed in a certificate, and its signature. */
function signed(certificate: string): { content: Uint8Array; signature: string } {
  const inside = new DerReader(new X509Certificate(certificate).raw).enter()
  const content = inside.readWhole(DER.SEQUENCE)
  inside.read(DER.SEQUENCE)
  return { content, signature: Buffer.from(inside.read(DER.BIT_STRING).subarray(1)).toString('hex') }
}

test('Node reads a certificate with everything that was ordered, and its key fits', async () => {
  const issued = await newCertificate(root.private_key, { subject: SUBJECT, ...validity })
  const parsed = new X509Certificate(issued.certificate)
  assert.match(issued.serial_no, /^[0-7][0-9A-F]{39}$/)
  assert.equal(parsed.serialNumber, issued.serial_no)
  assert.equal(parsed.subject, SUBJECT.replaceAll(', ', '\n'))
  assert.equal(Date.parse(parsed.validFrom), validity.not_before)
  assert.equal(Date.parse(parsed.validTo), validity.not_after)
  assert.equal(parsed.ca, false)
  assert.ok(parsed.checkIssued(new X509Certificate(root.certificate)))
  assert.ok(parsed.checkPrivateKey(createPrivateKey(issued.private_key)))
  assert.equal(parsed.publicKey.export({ type: 'spki', format: 'pem' }), issued.public_key)
  assert.ok(shangmi.takes(parsed.publicKey))
})

test('the root has signed itself and what it issues, by SM2 with SM3', async () => {
  const issued = await newCertificate(root.private_key, { subject: SUBJECT, ...validity })
  const key = createPublicKey(root.public_key)
  for (const certificate of [root.certificate, issued.certificate]) {
    const { content, signature } = signed(certificate)
    assert.ok(verifiedBySm2(content, signature, key))
    assert.equal(verifiedBySm2(content, signature, createPublicKey(issued.public_key)), false)
  }
  const parsed = new X509Certificate(root.certificate)
  assert.ok(parsed.ca)
  assert.ok(parsed.checkIssued(parsed))
  assert.ok(Date.parse(parsed.validTo) > validity.not_after)
})

test('dates before and after 2050 are written as certificates have them', async () => {
  for (const year of [1990, 2049, 2050, 2090]) {
    const not_after = Date.UTC(year, 5, 30, 12, 34, 56)
    const { certificate } = await newCertificate(root.private_key, {
      subject: SUBJECT,
      not_before: 0,
      not_after,
    })
    assert.equal(Date.parse(new X509Certificate(certificate).validTo), not_after)
  }
})

/** A certificate request for a key, signed by another one if that is given. */
function request(key = generateKeyPairSync('ec', { namedCurve: 'SM2' }), signer = key): string {
  const spki = key.publicKey.export({ type: 'spki', format: 'der' })
  const content = writeDer(DER.SEQUENCE, Buffer.from('020100', 'hex'), writeDer(DER.SEQUENCE), spki)
  const algorithm = Buffer.from('300a06082a811ccf55018375', 'hex')
  const signature = Buffer.from(shangmi.sign(content, signer.privateKey), 'base64')
  const bits = writeDer(DER.BIT_STRING, Buffer.alloc(1), signature)
  return pem('CERTIFICATE REQUEST', writeDer(DER.SEQUENCE, content, algorithm, bits))
}

test('a certificate is issued for the key of a request, whose private key stays where it is', async () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'SM2' })
  const public_key = await keyOfRequest(request(key))
  const issued = await newCertificate(root.private_key, { subject: SUBJECT, public_key, ...validity })
  assert.equal(issued.private_key, '')
  const { publicKey } = new X509Certificate(issued.certificate)
  assert.equal(
    publicKey.export({ type: 'spki', format: 'pem' }),
    key.publicKey.export({ type: 'spki', format: 'pem' }),
  )
})

test('a request that is none, for another kind of key or signed by another key is refused', async () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'SM2' })
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  for (const [csr, fault] of [
    ['', /no certificate request in PEM/],
    [root.certificate, /no certificate request in PEM/],
    [request().replace(/\n..../, '\nAAAA'), /no certificate request in PEM/],
    [request(p256, other), /must be for an SM2 key/],
    [request(undefined, other), /not signed with its own key/],
  ] as const)
    await assert.rejects(keyOfRequest(csr), { name: 'CsrFault', message: fault })
})
