import { type KeyObject, X509Certificate } from 'node:crypto'

/** A platform certificate (平台证书), parsed. Times are wall time in milliseconds. */
export interface PlatformCertificate {
  /** Upper-case hexadecimal, as the platform names it, with a zero that it begins with. */
  serial: string
  publicKey: KeyObject
  effectiveTime: number
  expireTime: number
}

/** Reads the PEM of a platform certificate, as the platform sends it. Throws a `TypeError` when it is none. */
export function parseCertificate(pem: string): PlatformCertificate {
  try {
    return platformCertificate(new X509Certificate(pem))
  } catch (cause) {
    throw new TypeError('A platform certificate must be the PEM of an X.509 certificate', { cause })
  }
}

/** What the SDK needs of a certificate. */
export function platformCertificate(certificate: X509Certificate): PlatformCertificate {
  return {
    serial: serialOf(certificate),
    publicKey: certificate.publicKey,
    effectiveTime: Date.parse(certificate.validFrom),
    expireTime: Date.parse(certificate.validTo),
  }
}

/** Deno leaves a zero in front away, and the platform does not know the rest. */
function serialOf({ serialNumber }: X509Certificate): string {
  return serialNumber.length % 2 === 0 ? serialNumber : `0${serialNumber}`
}

/** True for two ways to write one serial number, which differ in case or in leading zeros. */
export function isSameSerial(one: string, other: string): boolean {
  return withoutZeros(one) === withoutZeros(other)
}

function withoutZeros(serial: string): string {
  return serial.toUpperCase().replace(/^0+/, '')
}
