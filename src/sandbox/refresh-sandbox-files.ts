import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listAppids, listSubMerchants } from '../merchants/change-merchant.ts'
import { listCertificatesOf } from '../merchants/merchant-certificates.ts'
import { findMerchant } from '../merchants/merchants.ts'
import { placeOfApiv3Key } from '../merchants/seal-for.ts'
import { useFirstCertificate } from './certificate-files.ts'
import type { SandboxContext } from './context.ts'
import {
  addressesOf,
  type MerchantFile,
  readMerchantFile,
  type SandboxFolder,
  writeFile,
  writeMerchantFile,
} from './files.ts'

type Known = Pick<SandboxContext, 'db' | 'clock' | 'secrets' | 'keys'>

/**
 * Makes the files say what the store says, after a start at another address and after changes of the merchants and of keys.
 * The folder of a merchant that is not in the store is not touched: its keys are given again when it comes back.
 */
export function refreshSandboxFiles(platform: Known, sandbox: SandboxFolder): Promise<void> {
  const done = refreshing.then(() => refresh(platform, sandbox))
  refreshing = done.catch(() => undefined)
  return done
}

/** One comes after the other, so that nobody writes what was read before a change. */
let refreshing: Promise<void> = Promise.resolve()

async function refresh(platform: Known, sandbox: SandboxFolder): Promise<void> {
  const { folder } = sandbox
  const { certificate } = platform.keys.signing('RSA', platform.clock.now())
  const path = join(folder, 'platform', 'platform_cert.pem')
  if (existsSync(path) && readFileSync(path, 'utf8') !== certificate) writeFile(path, certificate)
  const merchants = join(folder, 'merchants')
  for (const mchid of existsSync(merchants) ? readdirSync(merchants) : []) {
    if (existsSync(join(merchants, mchid, 'merchant.json'))) await refreshMerchant(platform, sandbox, mchid)
  }
}

async function refreshMerchant(
  { db, clock, secrets, keys }: Known,
  sandbox: SandboxFolder,
  mchid: string,
): Promise<void> {
  const merchant = await findMerchant(db, mchid)
  if (!merchant) return
  const appids = await listAppids(db, mchid)
  const sub_mchids = await listSubMerchants(db, mchid)
  const certificates = await listCertificatesOf(db, mchid)
  const signing = keys.newestSigning(merchant, clock.now())
  // From here on at one time, because others change what the file says of the merchant's own pair.
  useFirstCertificate(sandbox.folder, mchid, certificates)
  const own = join(sandbox.folder, 'merchants', mchid)
  const file = readMerchantFile(own)
  if (!file) return
  const { backup_url: _, ...kept } = file
  const changed: MerchantFile = {
    ...kept,
    apiv3_key: secrets.open(merchant.apiv3_key, placeOfApiv3Key(mchid)),
    appids,
    sub_mchids,
    platform_serial: signing.id,
    public_key_id: merchant.public_key_id,
    ...addressesOf(sandbox),
  }
  if (file.platform_serial !== signing.id) writeFile(join(own, 'platform_cert.pem'), signing.certificate)
  if (JSON.stringify(file) !== JSON.stringify(changed)) writeMerchantFile(own, changed)
}
