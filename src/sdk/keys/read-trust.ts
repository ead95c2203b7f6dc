import type { KeyObject, X509Certificate } from 'node:crypto'
import type { Suite } from '../../protocol/suite.ts'
import { checkNames, checkText, typeOf } from '../transport/check-options.ts'
import { isSamePair, readKeyText } from './key-text.ts'
import { isSameSerial, type PlatformCertificate, platformCertificate } from './platform-certificate.ts'

/** Trust, read and checked. What the merchant did not give is `undefined`. */
export interface BelievedTrust {
  publicKey: { id: string; key: KeyObject } | undefined
  certificates: PlatformCertificate[] | undefined
}

/** What is the merchant's own, and so never the platform's. */
export interface OwnKey {
  serial_no: string
  privateKey: KeyObject
}

export const PUBLIC_KEY_PREFIX = 'PUB_KEY_ID_'

const NAMES = ['publicKeyId', 'publicKey', 'certificates']
const SHAPE = 'trust must be { publicKeyId, publicKey }, { certificates: […] } or both in one object'

/**
 * Reads which keys of the platform are believed. Throws a `TypeError` that begins with the option's name: a wrong key
 * would otherwise be found out when the reply to the first charge cannot be verified.
 */
export function readTrust(trust: unknown, suite: Suite, own?: OwnKey): BelievedTrust {
  if (typeof trust !== 'object' || trust === null || Array.isArray(trust))
    throw new TypeError(`${SHAPE}, and is ${typeOf(trust)}`)
  checkNames('trust', trust, NAMES, 'trust.')
  const given = trust as Record<string, unknown>
  const publicKey =
    'publicKeyId' in given || 'publicKey' in given
      ? readPublicKey(given.publicKeyId, given.publicKey, own)
      : undefined
  const certificates = 'certificates' in given ? readCertificates(given.certificates, own) : undefined
  if (!publicKey && !certificates) throw new TypeError(SHAPE)
  const keys = [publicKey?.key, ...(certificates ?? []).map(each => each.publicKey)]
  if (keys.some(key => key && !suite.takes(key)))
    throw new TypeError(`trust must have ${suite.algorithm} keys only, because the suite is for those`)
  return { publicKey, certificates }
}

function readPublicKey(publicKeyId: unknown, publicKey: unknown, own: OwnKey | undefined) {
  const id = checkText('trust.publicKeyId', publicKeyId)
  if (!/^PUB_KEY_ID_[\x21-\x7e]+$/.test(id))
    throw new TypeError(
      `trust.publicKeyId must start with ${PUBLIC_KEY_PREFIX}, and be as the merchant platform shows it`,
    )
  const name = 'trust.publicKey'
  const found = readKeyText(name, publicKey)
  if (found.some(({ kind }) => kind === 'private key'))
    throw new TypeError(`${name} is a private key: give the WeChat Pay public key (pub_key.pem)`)
  const keys = found.flatMap(each => (each.kind === 'public key' ? [each.key] : []))
  const [key] = keys
  if (!key)
    throw new TypeError(
      `${name} is a certificate: give the WeChat Pay public key (pub_key.pem); platform certificates are trust.certificates`,
    )
  if (keys.some(other => !isSamePair(other, key)))
    throw new TypeError(`${name} has several keys: give the one of the id`)
  if (own && isSamePair(own.privateKey, key))
    throw new TypeError(`${name} is the merchant’s own: give the WeChat Pay public key (pub_key.pem)`)
  return { id, key }
}

function readCertificates(given: unknown, own: OwnKey | undefined): PlatformCertificate[] {
  const name = 'trust.certificates'
  if (!Array.isArray(given)) throw new TypeError(`${name} must be a list, and is ${typeOf(given)}`)
  return given.flatMap((text, index) => certificatesIn(`${name}[${index}]`, text, own))
}

/** The platform certificates in one text. A chain has those of its authorities too, which sign no message. */
function certificatesIn(name: string, text: unknown, own: OwnKey | undefined): PlatformCertificate[] {
  const found = readKeyText(name, text).map(each => {
    if (each.kind !== 'certificate')
      throw new TypeError(`${name} is a ${each.kind}: give a platform certificate${hintFor(each.kind)}`)
    return each.certificate
  })
  const certificates = found.filter(certificate => !certificate.ca)
  if (certificates.length === 0)
    throw new TypeError(`${name} is the certificate of an authority: give a platform certificate`)
  for (const certificate of certificates) checkIsPlatforms(name, certificate, own)
  return certificates.map(platformCertificate)
}

function hintFor(kind: string): string {
  return kind === 'public key' ? '; a public key is trust.publicKey, with its trust.publicKeyId' : ''
}

function checkIsPlatforms(name: string, certificate: X509Certificate, own: OwnKey | undefined): void {
  const isOwnKey = own && isSamePair(own.privateKey, certificate.publicKey)
  // The name in a merchant's certificate is its number; in the platform's it is "Tenpay.com sign".
  if (isOwnKey || /^CN=\d+$/m.test(certificate.subject))
    throw new TypeError(`${name} is a merchant’s certificate (apiclient_cert.pem): give the platform’s`)
  if (own && isSameSerial(own.serial_no, certificate.serialNumber))
    throw new TypeError('serial_no is that of a platform certificate: give that of apiclient_cert.pem')
}
