import { X509Certificate } from 'node:crypto'
import type { CertificateRow } from '../merchants/change-merchant.ts'
import type { PlatformKeys } from '../merchants/platform-keys.ts'
import { type Random, randomDigits, randomText } from '../protocol/ids.ts'
import { APIV3_KEY_LENGTH } from '../protocol/sealed-resource.ts'
import { formatDate } from '../protocol/time.ts'
import type { Database } from '../store/database.ts'
import type { IssuedCertificate } from './certificates.ts'
import type { MerchantKeys } from './create-world.ts'
import { readMerchantFolder, writeMerchantFolder } from './files.ts'

/** What a merchant who calls is given, apart from the merchant. */
export type Credentials = Omit<MerchantKeys, 'merchant'>

/**
 * Makes keys and a certificate for a new merchant number. What the folder holds from an earlier life, before a reset say,
 * is given again, so that those who hold it can go on.
 */
export async function issueMerchant(
  db: Database,
  random: Random,
  { folder, mchid, wallNow }: { folder: string; mchid: string; wallNow: number },
): Promise<Credentials> {
  const root = await db.get<{ certificate: string; private_key: string }>(
    `SELECT certificate, private_key FROM platform_keys WHERE kind = 'root'`,
  )
  if (!root) throw new Error('The world has no root to issue certificates from')
  const known = readMerchantFolder(folder, mchid)
  if (known && isIssuedBy(known.certificate.certificate, root.certificate, wallNow)) {
    return { ...known, apiv3_key: known.apiv3_key || randomText(APIV3_KEY_LENGTH, random) }
  }
  const now = Math.floor(wallNow / 1000) * 1000
  // Loaded here, because certificates are seldom made.
  const { importIssuer, newCertificate } = await import('./certificates.ts')
  const issuer = await importIssuer(root.private_key)
  return {
    certificate: await newCertificate(merchantSubject(mchid), issuer, now),
    apiv3_key: randomText(APIV3_KEY_LENGTH, random),
    public_key_id: newPublicKeyId(mchid, now, random),
  }
}

/** The subject of a merchant's certificate, as WeChat Pay writes it. */
export function merchantSubject(mchid: string): string {
  return `CN=${mchid}, O=微信商户系统, OU=Boomgate sandbox, L=Shenzhen, C=CN`
}

/** The id under which one merchant knows the platform's public key. */
export function newPublicKeyId(mchid: string, now: number, random: Random): string {
  return `PUB_KEY_ID_01${mchid}${formatDate(now)}${randomDigits(14, random)}`
}

/** A merchant's certificate as the table has it. */
export function certificateRow(mchid: string, issued: IssuedCertificate): CertificateRow {
  const { serial_no, certificate, public_key, not_before, not_after } = issued
  return {
    ...{ serial_no, mchid, certificate_id: 'first', algorithm: 'RSA' },
    ...{ certificate, public_key, not_before, not_after, revoked: 0, replaced_from: null },
  }
}

/** Writes the folder that the program of a new merchant reads. */
export function handOver(
  keys: PlatformKeys,
  { folder, baseUrl }: { folder: string; baseUrl: string },
  mchid: string,
  credentials: Credentials,
): void {
  const { id: serial, certificate } = keys.certificate
  const public_key = keys.publicKey.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const platform = { serial_no: serial, certificate, public_key }
  writeMerchantFolder(folder, { mchid, appids: [], sub_mchids: [] }, credentials, platform, baseUrl)
}

function isIssuedBy(certificate: string, root: string, now: number): boolean {
  const held = new X509Certificate(certificate)
  return held.verify(new X509Certificate(root).publicKey) && held.validToDate.getTime() > now
}
