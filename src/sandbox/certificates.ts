import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import type { Clock } from '../clock/clock.ts'
import type { Random } from '../protocol/ids.ts'

const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
}
const DAY_MS = 24 * 60 * 60 * 1000
/** Platform and merchant certificates are valid for five years. */
export const CERTIFICATE_LIFETIME_MS = 1825 * DAY_MS

const ROOT_NAME = 'CN=Tenpay.com Root CA, OU=Tenpay.com CA Center, O=Tenpay.com, C=CN'

/** A key pair as PEM, PKCS#8 and SPKI. */
export interface KeyPairPem {
  private_key: string
  public_key: string
}

/**
 * A certificate with its key; the private one is empty when it stayed with who asked for it. The serial is forty upper-case
 * hexadecimal digits.
 */
export interface IssuedCertificate extends KeyPairPem, Validity {
  serial_no: string
  certificate: string
}

/** Makes a 2048-bit RSA key pair; runs in the thread pool. */
export async function newKeyPair(): Promise<{ keys: webcrypto.CryptoKeyPair; pem: KeyPairPem }> {
  const keys = await webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify'])
  const [pkcs8, spki] = await Promise.all([
    webcrypto.subtle.exportKey('pkcs8', keys.privateKey),
    webcrypto.subtle.exportKey('spki', keys.publicKey),
  ])
  const private_key = pem('PRIVATE KEY', Buffer.from(pkcs8))
  return { keys, pem: { private_key, public_key: pem('PUBLIC KEY', Buffer.from(spki)) } }
}

export function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** From when until when a certificate is valid, in milliseconds and whole seconds. */
export interface Validity {
  not_before: number
  not_after: number
}

/**
 * The validity of a certificate that is made now. It begins at the earlier of the two clocks and ends after the later one, so
 * that it holds by business time and real clients, which go by wall time, believe it too.
 */
export function validityFrom(clock: Pick<Clock, 'now' | 'wallNow'>): Validity {
  const clocks = [clock.now(), clock.wallNow()]
  const second = (instant: number) => Math.floor(instant / 1000) * 1000
  return {
    not_before: second(Math.min(...clocks)),
    not_after: second(Math.max(...clocks)) + CERTIFICATE_LIFETIME_MS,
  }
}

/** The root that issues platform and merchant certificates, as Tenpay.com's does. It outlives them by far. */
export async function newRoot({ not_before, not_after }: Validity): Promise<IssuedCertificate> {
  const { keys, pem } = await newKeyPair()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: ROOT_NAME,
    notBefore: new Date(not_before),
    notAfter: new Date(not_after + 3 * CERTIFICATE_LIFETIME_MS),
    signingAlgorithm: RSA,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  })
  return { ...issued(certificate), ...pem }
}

/** What a certificate is made of. */
export interface CertificateOrder extends Validity {
  subject: string
  /** PEM of the key that it is for; a key pair is made when absent. */
  public_key?: string | undefined
}

/** A certificate under the root whose private key is given, for a platform or a merchant. */
export async function newCertificate(
  rootKey: string,
  { subject, public_key, not_before, not_after }: CertificateOrder,
): Promise<IssuedCertificate> {
  const pem = public_key === undefined ? (await newKeyPair()).pem : { private_key: '', public_key }
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject,
    issuer: ROOT_NAME,
    notBefore: new Date(not_before),
    notAfter: new Date(not_after),
    signingAlgorithm: RSA,
    publicKey: new x509.PublicKey(pem.public_key),
    signingKey: await importIssuer(rootKey),
    extensions: endEntityExtensions(),
  })
  return { ...issued(certificate), ...pem }
}

/** What is wrong with a certificate request. */
export class CsrFault extends Error {
  override readonly name = 'CsrFault'
}

/** What a certificate of the platform or of a merchant says of its key, whatever its algorithm. */
export function endEntityExtensions(): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(
      x509.KeyUsageFlags.digitalSignature |
        x509.KeyUsageFlags.nonRepudiation |
        x509.KeyUsageFlags.keyEncipherment |
        x509.KeyUsageFlags.dataEncipherment,
      true,
    ),
  ]
}

/** The public key of a certificate request, both as PEM. Throws a {@link CsrFault}. */
export async function keyOfRequest(csr: string): Promise<string> {
  let request: x509.Pkcs10CertificateRequest
  try {
    request = new x509.Pkcs10CertificateRequest(csr)
  } catch {
    throw new CsrFault('is no certificate request in PEM')
  }
  const key = createPublicKey({ key: Buffer.from(request.publicKey.rawData), type: 'spki', format: 'der' })
  if (key.asymmetricKeyType !== 'rsa' || key.asymmetricKeyDetails?.modulusLength !== 2048)
    throw new CsrFault('must be for an RSA key of 2048 bits')
  if (!(await request.verify().catch(() => false))) throw new CsrFault('is not signed with its own key')
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

/** The root's key as it is stored, to issue further certificates with. */
function importIssuer(privateKey: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(privateKey).export({ type: 'pkcs8', format: 'der' })
  return webcrypto.subtle.importKey('pkcs8', der, RSA, false, ['sign'])
}

const SERIAL_BYTES = 20

/**
 * Forty hexadecimal digits, of which the first may be a zero as in real ones: a client that reads a serial as a number
 * loses it. A positive number in DER, whose first byte is not zero, or DER would leave it out.
 */
export function newSerial(random: Random = size => webcrypto.getRandomValues(Buffer.alloc(size))): string {
  const bytes = Buffer.from(random(SERIAL_BYTES))
  bytes[0] = (bytes[0] ?? 0) & 0x7f || 1
  return bytes.toString('hex')
}

function issued(certificate: x509.X509Certificate): Omit<IssuedCertificate, keyof KeyPairPem> {
  return {
    serial_no: certificate.serialNumber.toUpperCase(),
    certificate: `${certificate.toString('pem')}\n`,
    not_before: certificate.notBefore.getTime(),
    not_after: certificate.notAfter.getTime(),
  }
}
