import { createPublicKey, X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SandboxContext } from './context.ts'
import type { MerchantKeys, SandboxKeys } from './create-sandbox.ts'
import { APPID, SANDBOX_MERCHANTS, sandboxPermissions } from './merchants.ts'

/** Readable only by its owner, because it is or holds a secret. */
export const PRIVATE = 0o600
const PUBLIC = 0o644

/** What `merchants/<mchid>/merchant.json` holds. */
export interface MerchantFile {
  mchid: string
  /** Of `apiclient_cert.pem`. */
  serial_no: string
  apiv3_key: string
  appids: string[]
  sub_mchids: string[]
  /** Of `platform_cert.pem`. */
  platform_serial: string
  /** Of `pub_key.pem`. */
  public_key_id: string
  /** Where the platform listens. */
  base_url: string
  /** Its second access point; absent when it has none. */
  backup_url?: string
}

/** Where the files of a sandbox are, and the addresses that they name. */
export interface SandboxFolder {
  folder: string
  /** Where the platform listens. */
  baseUrl: string
  /** Its second access point, if it has one. */
  backupUrl: string | undefined
}

/** Writes everything that a person or a merchant's program needs to know of a new sandbox. */
export function writeSandboxFiles(
  sandbox: SandboxFolder,
  keys: SandboxKeys,
  seeds: SandboxContext['seeds'],
): void {
  const { folder } = sandbox
  const { root, platform, publicKey } = keys
  writeFile(join(folder, 'platform', 'ca.pem'), root.certificate)
  writeFile(join(folder, 'platform', 'platform_cert.pem'), platform.certificate)
  writeFile(join(folder, 'platform', 'pub_key.pem'), publicKey.public_key)
  const own = { ...platform, public_key: publicKey.public_key }
  for (const { merchant, ...credentials } of keys.merchants) {
    writeMerchantFolder(sandbox, merchant, credentials, own)
  }
  writeFile(join(folder, 'sandbox.json'), sandboxFile(seeds))
}

/** Writes what the program of one merchant reads. */
export function writeMerchantFolder(
  sandbox: SandboxFolder,
  { mchid, appids, sub_mchids }: Pick<MerchantFile, 'mchid' | 'appids' | 'sub_mchids'>,
  { certificate, apiv3_key, public_key_id }: Omit<MerchantKeys, 'merchant'>,
  platform: { serial_no: string; certificate: string; public_key: string },
): void {
  const own = join(sandbox.folder, 'merchants', mchid)
  writeFile(join(own, 'apiclient_key.pem'), certificate.private_key, PRIVATE)
  writeFile(join(own, 'apiclient_cert.pem'), certificate.certificate)
  writeFile(join(own, 'platform_cert.pem'), platform.certificate)
  writeFile(join(own, 'pub_key.pem'), platform.public_key)
  writeMerchantFile(own, {
    mchid,
    serial_no: certificate.serial_no,
    apiv3_key,
    appids,
    sub_mchids,
    platform_serial: platform.serial_no,
    public_key_id,
    ...addressesOf(sandbox),
  })
}

/** What `merchant.json` says of where the platform listens. */
export function addressesOf({
  baseUrl,
  backupUrl,
}: SandboxFolder): Pick<MerchantFile, 'base_url' | 'backup_url'> {
  return { base_url: baseUrl, ...(backupUrl !== undefined && { backup_url: backupUrl }) }
}

/** `merchant.json` of a merchant's folder; `undefined` when there is none. Throws, and names the file, when it is damaged. */
export function readMerchantFile(own: string): MerchantFile | undefined {
  const path = join(own, 'merchant.json')
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as MerchantFile
  } catch {
    // The parser's own words would quote the file, which holds a secret.
    throw new Error(`${path} is damaged: fix it, or remove its folder`)
  }
}

/** What a merchant's folder holds of its own keys; `undefined` when it lacks one of them, as after they were handed over. */
export function readMerchantFolder(
  folder: string,
  mchid: string,
): Omit<MerchantKeys, 'merchant'> | undefined {
  const own = join(folder, 'merchants', mchid)
  const file = readMerchantFile(own)
  const isThere = (name: string) => existsSync(join(own, name))
  if (!file || !isThere('apiclient_key.pem') || !isThere('apiclient_cert.pem')) return undefined
  const read = (name: string) => readFileSync(join(own, name), 'utf8')
  const private_key = read('apiclient_key.pem')
  const certificate = read('apiclient_cert.pem')
  const { validFromDate, validToDate } = new X509Certificate(certificate)
  return {
    certificate: {
      serial_no: file.serial_no,
      certificate,
      private_key,
      public_key: createPublicKey(private_key).export({ type: 'spki', format: 'pem' }).toString(),
      not_before: validFromDate.getTime(),
      not_after: validToDate.getTime(),
    },
    apiv3_key: file.apiv3_key,
    public_key_id: file.public_key_id,
  }
}

export function writeMerchantFile(folder: string, file: MerchantFile): void {
  writeFile(join(folder, 'merchant.json'), `${JSON.stringify(file, null, 2)}\n`, PRIVATE)
}

/** What the sandbox has, for programs. */
export function sandboxFile(seeds: SandboxContext['seeds']): string {
  const shown = seeds.map(seed => seed.shown({ appid: APPID }))
  const merchants = SANDBOX_MERCHANTS.map(merchant => {
    const { has_permissions: _, ...shown } = merchant
    return { ...shown, permissions: sandboxPermissions(merchant, seeds) }
  })
  return `${JSON.stringify(Object.assign({ merchants }, ...shown), null, 2)}\n`
}

/**
 * Written beside and renamed, so that a reader never sees half a file. What a crash has left half written goes first: a
 * file that is there keeps its mode.
 */
export function writeFile(path: string, text: string, mode = PUBLIC): void {
  mkdirSync(join(path, '..'), { recursive: true })
  rmSync(`${path}.new`, { force: true })
  writeFileSync(`${path}.new`, text, { mode, flag: 'wx' })
  renameSync(`${path}.new`, path)
}
