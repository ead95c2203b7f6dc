import { type KeyObject, X509Certificate } from 'node:crypto'

/** A platform certificate (平台证书), parsed. Times are wall time in milliseconds. */
export interface PlatformCertificate {
  /** As `normalSerial` writes it. */
  serial: string
  publicKey: KeyObject
  effectiveTime: number
  expireTime: number
}

/** Reads the PEM of a platform certificate. Throws a `TypeError` when it is none. */
export function parseCertificate(pem: string): PlatformCertificate {
  try {
    const certificate = new X509Certificate(pem)
    return {
      serial: normalSerial(certificate.serialNumber),
      publicKey: certificate.publicKey,
      effectiveTime: Date.parse(certificate.validFrom),
      expireTime: Date.parse(certificate.validTo),
    }
  } catch (cause) {
    throw new TypeError('A platform certificate must be the PEM of an X.509 certificate', { cause })
  }
}

/** A serial number in the one way in which it is compared: upper-case hexadecimal without leading zeros. */
export function normalSerial(serial: string): string {
  return serial.toUpperCase().replace(/^0+/, '')
}
