import { X509Certificate } from 'node:crypto'
import { findRoot } from '../merchants/change-platform-keys.ts'
import type { CertificateRow } from '../merchants/merchant-certificates.ts'
import { type Random, randomDigits, randomText } from '../protocol/ids.ts'
import { APIV3_KEY_LENGTH } from '../protocol/sealed-resource.ts'
import { formatDate } from '../protocol/time.ts'
import type { IssuedCertificate } from './certificates.ts'
import type { SandboxContext } from './context.ts'
import type { MerchantKeys } from './create-sandbox.ts'
import { readMerchantFolder, type SandboxFolder, writeMerchantFolder } from './files.ts'
import { issueCertificate } from './issue-certificate.ts'

const FIRST = { certificate_id: 'first', algorithm: 'RSA' } as const

/** What a merchant who calls is given, apart from the merchant. */
export type Credentials = Omit<MerchantKeys, 'merchant'>

/**
 * Makes keys and a certificate for a new merchant number. What the folder holds from an earlier life, before a reset say,
 * is given again, so that those who hold it can go on.
 */
export async function issueMerchant(
  platform: Pick<SandboxContext, 'db' | 'clock' | 'random' | 'secrets'>,
  { folder, mchid }: { folder: string; mchid: string },
): Promise<Credentials> {
  const { db, clock, random, secrets } = platform
  const known = readMerchantFolder(folder, mchid)
  const root = known && (await findRoot(db, secrets, 'RSA'))
  if (root && isIssuedBy(known.certificate.certificate, root.certificate, clock.now())) {
    return { ...known, apiv3_key: known.apiv3_key || randomText(APIV3_KEY_LENGTH, random) }
  }
  return {
    certificate: await issueCertificate(platform, 'RSA', { subject: merchantSubject(mchid) }),
    apiv3_key: randomText(APIV3_KEY_LENGTH, random),
    public_key_id: newPublicKeyId(mchid, clock.now(), random),
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

/** A merchant's certificate as the table has it; the one that comes with the merchant is called `first`. */
export function certificateRow(
  mchid: string,
  issued: Omit<IssuedCertificate, 'private_key'>,
  { certificate_id, algorithm }: Pick<CertificateRow, 'certificate_id' | 'algorithm'> = FIRST,
): CertificateRow {
  const { serial_no, certificate, public_key, not_before, not_after } = issued
  return {
    ...{ serial_no, mchid, certificate_id, algorithm },
    ...{ certificate, public_key, not_before, not_after, revoked: 0, replaced_from: null },
  }
}

/** Writes the folder that the program of a new merchant reads. */
export function handOver(
  { keys, clock }: Pick<SandboxContext, 'keys' | 'clock'>,
  sandbox: SandboxFolder,
  mchid: string,
  credentials: Credentials,
): void {
  const { id: serial_no, certificate } = keys.signing('RSA', clock.now())
  const public_key = keys.publicKey.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const platform = { serial_no, certificate, public_key }
  writeMerchantFolder(sandbox, { mchid, appids: [], sub_mchids: [] }, credentials, platform)
}

function isIssuedBy(certificate: string, root: string, now: number): boolean {
  const held = new X509Certificate(certificate)
  return held.verify(new X509Certificate(root).publicKey) && held.validToDate.getTime() > now
}
