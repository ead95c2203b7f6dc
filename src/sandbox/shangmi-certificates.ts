import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { DER, DerReader, writeDer } from '../protocol/der.ts'
import { shangmi } from '../protocol/shangmi.ts'
import {
  CERTIFICATE_LIFETIME_MS,
  type CertificateOrder,
  CsrFault,
  endEntityExtensions,
  type IssuedCertificate,
  type KeyPairPem,
  newSerial,
  pem,
  type Validity,
} from './certificates.ts'

// The same certificates as beside this file, with SM2 keys and signed by SM2 with SM3, which WebCrypto does not know.

const ROOT_NAME = 'CN=Tenpay.com Root CA SM2, OU=Tenpay.com CA Center, O=Tenpay.com, C=CN'
/** 1.2.156.10197.1.501: SM2 with SM3. */
const SIGNATURE_ALGORITHM = writeDer(
  DER.SEQUENCE,
  writeDer(DER.OBJECT_IDENTIFIER, Buffer.from('2a811ccf55018375', 'hex')),
)
const VERSION_3 = writeDer(DER.VERSION, writeDer(DER.INTEGER, Buffer.from([2])))
/** Years from then on have four digits. */
const UTC_TIME_ENDS = Date.UTC(2050, 0, 1)

/** The root of the SM2 certificates; it has signed itself. */
export async function newRoot({ not_before, not_after }: Validity): Promise<IssuedCertificate> {
  const keys = await newKeyPair()
  return issue(keys, keys.private_key, {
    subject: ROOT_NAME,
    ...{ not_before, not_after: not_after + 3 * CERTIFICATE_LIFETIME_MS },
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  })
}

/** A certificate under the root whose private key is given, for a platform or a merchant. */
export async function newCertificate(
  rootKey: string,
  { public_key, ...order }: CertificateOrder,
): Promise<IssuedCertificate> {
  const keys = public_key === undefined ? await newKeyPair() : { private_key: '', public_key }
  return issue(keys, rootKey, {
    ...order,
    extensions: endEntityExtensions(),
  })
}

/** The public key of a certificate request (RFC 2986), both as PEM. Throws a {@link CsrFault}. */
export async function keyOfRequest(csr: string): Promise<string> {
  let key: KeyObject
  let signed: Uint8Array
  let signature: Uint8Array
  try {
    const [, base64 = ''] = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([^-]+)-----END/.exec(csr) ?? []
    const request = new DerReader(Buffer.from(base64, 'base64')).enter()
    signed = request.readWhole(DER.SEQUENCE)
    request.read(DER.SEQUENCE)
    signature = request.read(DER.BIT_STRING).subarray(1)
    const content = new DerReader(signed).enter()
    content.readUnsigned(1)
    content.read(DER.SEQUENCE)
    key = createPublicKey({ key: Buffer.from(content.readWhole(DER.SEQUENCE)), type: 'spki', format: 'der' })
  } catch {
    throw new CsrFault('is no certificate request in PEM')
  }
  if (!shangmi.takes(key)) throw new CsrFault('must be for an SM2 key')
  if (!shangmi.verify(signed, Buffer.from(signature).toString('base64'), key))
    throw new CsrFault('is not signed with its own key under the user id 1234567812345678')
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

interface Content extends Validity {
  subject: string
  extensions: readonly x509.Extension[]
}

/** RFC 5280 section 4.1. */
function issue(
  keys: KeyPairPem,
  rootKey: string,
  { subject, not_before, not_after, extensions }: Content,
): IssuedCertificate {
  const serial_no = newSerial()
  const toSign = writeDer(
    DER.SEQUENCE,
    VERSION_3,
    writeDer(DER.INTEGER, Buffer.from(serial_no, 'hex')),
    SIGNATURE_ALGORITHM,
    nameOf(ROOT_NAME),
    writeDer(DER.SEQUENCE, timeOf(not_before), timeOf(not_after)),
    nameOf(subject),
    createPublicKey(keys.public_key).export({ type: 'spki', format: 'der' }),
    writeDer(
      DER.EXTENSIONS,
      writeDer(DER.SEQUENCE, ...extensions.map(({ rawData }) => Buffer.from(rawData))),
    ),
  )
  const signature = Buffer.from(shangmi.sign(toSign, createPrivateKey(rootKey)), 'base64')
  const certificate = writeDer(
    DER.SEQUENCE,
    toSign,
    SIGNATURE_ALGORITHM,
    writeDer(DER.BIT_STRING, Buffer.from([0]), signature),
  )
  return {
    serial_no: serial_no.toUpperCase(),
    certificate: pem('CERTIFICATE', certificate),
    ...{ not_before, not_after, ...keys },
  }
}

function nameOf(name: string): Buffer {
  return Buffer.from(new x509.Name(name).toArrayBuffer())
}

function timeOf(instant: number): Buffer {
  const digits = new Date(instant).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return instant < UTC_TIME_ENDS
    ? writeDer(DER.UTC_TIME, Buffer.from(digits.slice(2)))
    : writeDer(DER.GENERALIZED_TIME, Buffer.from(digits))
}

async function newKeyPair(): Promise<KeyPairPem> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('ec', {
    namedCurve: 'SM2',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return { private_key: privateKey, public_key: publicKey }
}
