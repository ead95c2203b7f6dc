import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import type { TlsCredentials } from '../http/http-server.ts'
import type { Random } from '../protocol/ids.ts'
import { PRIVATE, writeFile } from './files.ts'

/** The names of the real hosts, for clients that are led here by their name resolution, and those of this machine. */
const NAMES: readonly { type: 'dns' | 'ip'; value: string }[] = [
  { type: 'dns', value: 'api.mch.weixin.qq.com' },
  { type: 'dns', value: 'api2.mch.weixin.qq.com' },
  { type: 'dns', value: 'api.wechatpay.cn' },
  { type: 'dns', value: 'api2.wechatpay.cn' },
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '::1' },
]
const DAY_MS = 24 * 60 * 60 * 1000
const CA_LIFETIME_MS = 3650 * DAY_MS
/** Some clients take no certificate of a server that is valid for longer. */
const LIFETIME_MS = 397 * DAY_MS
/** A start issues another certificate when this is left of the old one, or less. */
const RENEWED_BEFORE_MS = 90 * DAY_MS
const SERIAL_BYTES = 16

const CA_NAME = 'CN=Boomgate private CA'
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

interface Made {
  certificate: string
  key: string
}

/**
 * The certificate of the TLS listener, under a private CA of this data folder. `tls/ca.pem` is what clients have to
 * trust: it stays the same over restarts. `host` is the address or name that callers use, besides those that all certificates
 * have; `wallNow` in milliseconds.
 */
export async function tlsCredentials(
  folder: string,
  { random, wallNow, host = 'localhost' }: { random: Random; wallNow: number; host?: string },
): Promise<TlsCredentials> {
  const ca = kept(folder, 'ca', wallNow) ?? (await newCa(random, wallNow))
  keep(folder, 'ca', ca)
  const known = kept(folder, 'server', wallNow)
  const certificate = known && new X509Certificate(known.certificate)
  const isOfCa = certificate?.verify(new X509Certificate(ca.certificate).publicKey)
  const server =
    known && certificate && isOfCa && isFor(certificate, host)
      ? known
      : await newServer(ca, random, wallNow, host)
  keep(folder, 'server', server)
  return { key: server.key, cert: server.certificate }
}

function pathsOf(folder: string, name: 'ca' | 'server'): { certificate: string; key: string } {
  return { certificate: join(folder, 'tls', `${name}.pem`), key: join(folder, 'tls', `${name}_key.pem`) }
}

/** What an earlier start has made, unless it is missing, half written or ends soon. */
function kept(folder: string, name: 'ca' | 'server', wallNow: number): Made | undefined {
  const paths = pathsOf(folder, name)
  if (!existsSync(paths.certificate) || !existsSync(paths.key)) return undefined
  const made = { certificate: readFileSync(paths.certificate, 'utf8'), key: readFileSync(paths.key, 'utf8') }
  const endsAt = endOfPair(made)
  return endsAt !== undefined && endsAt - wallNow > RENEWED_BEFORE_MS ? made : undefined
}

/** When a certificate ends, in milliseconds; `undefined` when the key is another one's, or one of them cannot be read. */
function endOfPair({ certificate, key }: Made): number | undefined {
  try {
    const read = new X509Certificate(certificate)
    return read.checkPrivateKey(createPrivateKey(key)) ? read.validToDate.getTime() : undefined
  } catch {
    return undefined
  }
}

function keep(folder: string, name: 'ca' | 'server', { certificate, key }: Made): void {
  const paths = pathsOf(folder, name)
  if (existsSync(paths.certificate) && readFileSync(paths.certificate, 'utf8') === certificate) return
  writeFile(paths.key, key, PRIVATE)
  writeFile(paths.certificate, certificate)
}

async function newCa(random: Random, wallNow: number): Promise<Made> {
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(random),
    name: CA_NAME,
    notBefore: new Date(wallNow - DAY_MS),
    notAfter: new Date(wallNow + CA_LIFETIME_MS),
    signingAlgorithm: ECDSA,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate: `${certificate.toString('pem')}\n`, key: await pemOf(keys.privateKey) }
}

function isFor(certificate: X509Certificate, host: string): boolean {
  return (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined
}

async function newServer(ca: Made, random: Random, wallNow: number, host: string): Promise<Made> {
  const keys = await newKeys()
  const issuer = new x509.X509Certificate(ca.certificate)
  const der = x509.PemConverter.decodeFirst(ca.key)
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(random),
    subject: 'CN=api.mch.weixin.qq.com',
    issuer: issuer.subject,
    notBefore: new Date(wallNow - DAY_MS),
    notAfter: new Date(wallNow + LIFETIME_MS),
    signingAlgorithm: ECDSA,
    publicKey: keys.publicKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', der, ECDSA, false, ['sign']),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(namesWith(host)),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(await issuer.publicKey.export()),
    ],
  })
  return { certificate: `${certificate.toString('pem')}\n`, key: await pemOf(keys.privateKey) }
}

function namesWith(host: string) {
  const isKnown = NAMES.some(({ value }) => value === host)
  return [
    ...NAMES,
    ...(isKnown ? [] : [{ type: isIP(host) ? ('ip' as const) : ('dns' as const), value: host }]),
  ]
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify'])
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`
}

/** A positive number in DER that does not start with a zero. */
function newSerial(random: Random): string {
  const bytes = Buffer.from(random(SERIAL_BYTES))
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString('hex')
}
