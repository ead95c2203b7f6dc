import { createPrivateKey, webcrypto } from 'node:crypto'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'

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

/** A certificate with its key. Times are wall time in milliseconds, the serial is forty upper-case hexadecimal digits. */
export interface IssuedCertificate extends KeyPairPem {
  serial_no: string
  certificate: string
  not_before: number
  not_after: number
}

/** Makes a 2048-bit RSA key pair; runs in the thread pool. */
export async function newKeyPair(): Promise<{ keys: webcrypto.CryptoKeyPair; pem: KeyPairPem }> {
  const keys = await webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify'])
  const [pkcs8, spki] = await Promise.all([
    webcrypto.subtle.exportKey('pkcs8', keys.privateKey),
    webcrypto.subtle.exportKey('spki', keys.publicKey),
  ])
  return { keys, pem: { private_key: pem('PRIVATE KEY', pkcs8), public_key: pem('PUBLIC KEY', spki) } }
}

function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** The root that issues platform and merchant certificates, as Tenpay.com's does. */
export async function newRoot(now: number): Promise<IssuedCertificate & { issuer: webcrypto.CryptoKey }> {
  const { keys, pem } = await newKeyPair()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: ROOT_NAME,
    notBefore: new Date(now),
    notAfter: new Date(now + 4 * CERTIFICATE_LIFETIME_MS),
    signingAlgorithm: RSA,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  })
  return { ...issued(certificate), ...pem, issuer: keys.privateKey }
}

/** The root's key as it is stored, to issue further certificates with. */
export function importIssuer(privateKey: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(privateKey).export({ type: 'pkcs8', format: 'der' })
  return webcrypto.subtle.importKey('pkcs8', der, RSA, false, ['sign'])
}

/** A certificate under the root for a platform or a merchant key. */
export async function newCertificate(
  subject: string,
  issuer: webcrypto.CryptoKey,
  now: number,
): Promise<IssuedCertificate> {
  const { keys, pem } = await newKeyPair()
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject,
    issuer: ROOT_NAME,
    notBefore: new Date(now),
    notAfter: new Date(now + CERTIFICATE_LIFETIME_MS),
    signingAlgorithm: RSA,
    publicKey: keys.publicKey,
    signingKey: issuer,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature |
          x509.KeyUsageFlags.nonRepudiation |
          x509.KeyUsageFlags.keyEncipherment |
          x509.KeyUsageFlags.dataEncipherment,
        true,
      ),
    ],
  })
  return { ...issued(certificate), ...pem }
}

/** Forty hexadecimal digits that do not start with a zero and are a positive number in DER. */
function newSerial(): string {
  const bytes = webcrypto.getRandomValues(Buffer.alloc(20))
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
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
