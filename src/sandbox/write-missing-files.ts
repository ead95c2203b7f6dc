import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { certificateStatus } from '../merchants/certificate-status.ts'
import { listAppids, listSubMerchants, lockMerchant } from '../merchants/change-merchant.ts'
import { findRoot } from '../merchants/change-platform-keys.ts'
import {
  listCertificatesOf,
  MAX_VALID_CERTIFICATES,
  storeCertificate,
} from '../merchants/merchant-certificates.ts'
import type { Merchant } from '../merchants/merchants.ts'
import { placeOfApiv3Key } from '../merchants/seal-for.ts'
import { folderOfCertificate } from './certificate-files.ts'
import type { SandboxContext } from './context.ts'
import { type SandboxFolder, sandboxFile, writeFile, writeMerchantFolder } from './files.ts'
import { issueCertificate } from './issue-certificate.ts'
import { certificateRow, merchantSubject } from './issue-merchant.ts'

type Known = Pick<SandboxContext, 'db' | 'clock' | 'random' | 'secrets' | 'keys' | 'seeds'>
type Caller = Pick<Merchant, 'mchid' | 'apiv3_key' | 'public_key_id'>

/** What the folder says of the platform's own keys. */
interface PlatformFiles {
  serial_no: string
  certificate: string
  public_key: string
}

/**
 * Writes the files of the sandbox that the data folder lacks: that of a second node, or beside a restored store. The private
 * keys of merchants are in no store, so one whose folder has no key of its certificates gets another certificate.
 */
export async function writeMissingFiles(platform: Known, sandbox: SandboxFolder): Promise<void> {
  const { db, clock, secrets, keys } = platform
  const { id: serial_no, certificate } = keys.signing('RSA', clock.now())
  const public_key = keys.publicKey.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const root = await findRoot(db, secrets, 'RSA')
  const texts = {
    ...(root && { [join('platform', 'ca.pem')]: root.certificate }),
    [join('platform', 'platform_cert.pem')]: certificate,
    [join('platform', 'pub_key.pem')]: public_key,
    'sandbox.json': sandboxFile(platform.seeds),
  }
  for (const [name, text] of Object.entries(texts)) {
    const path = join(sandbox.folder, name)
    if (!existsSync(path)) writeFile(path, text)
  }
  const callers = await db.all<Caller>(
    `SELECT mchid, apiv3_key, public_key_id FROM merchants WHERE kind <> 'sub' ORDER BY mchid`,
  )
  for (const caller of callers)
    await writeKeys(platform, sandbox, caller, { serial_no, certificate, public_key })
}

async function writeKeys(
  platform: Known,
  sandbox: SandboxFolder,
  { mchid, apiv3_key, public_key_id }: Caller,
  files: PlatformFiles,
): Promise<void> {
  const { db, clock, secrets } = platform
  const own = `merchants/${mchid}`
  const held = await listCertificatesOf(db, mchid)
  if (held.some(certificate => folderOfCertificate(sandbox.folder, mchid, certificate) === own)) return
  const certificate = await issueCertificate(platform, 'RSA', { subject: merchantSubject(mchid) })
  const certificate_id = `written-${certificate.serial_no.slice(-8).toLowerCase()}`
  const appids = await listAppids(db, mchid)
  const sub_mchids = await listSubMerchants(db, mchid)
  await db.transaction(async tx => {
    await lockMerchant(tx, mchid)
    const valid = (await listCertificatesOf(tx, mchid)).filter(
      row => row.algorithm === 'RSA' && certificateStatus(row, clock.now()) === 'VALID',
    )
    if (valid.length >= MAX_VALID_CERTIFICATES)
      throw new Error(
        `The keys of ${mchid} cannot be written: it has ${valid.length} valid certificates, which is the limit. Revoke one first.`,
      )
    await storeCertificate(tx, certificateRow(mchid, certificate, { certificate_id, algorithm: 'RSA' }))
    const credentials = {
      certificate,
      apiv3_key: secrets.open(apiv3_key, placeOfApiv3Key(mchid)),
      public_key_id,
    }
    writeMerchantFolder(sandbox, { mchid, appids, sub_mchids }, credentials, files)
  })
}
