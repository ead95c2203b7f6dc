import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Trust } from './key-ring.ts'
import type { ClientOptions } from './options.ts'

/** What `merchant.json` of a sandbox folder says; the other names in it are not needed here. */
interface MerchantFile {
  mchid: string
  serial_no: string
  apiv3_key: string
  public_key_id: string
  base_url: string
  backup_url?: string
}

/** Which of the platform's keys to take from the folder. A new sandbox uses both, as a merchant who is switching does. */
export type FolderTrust = 'certificate' | 'public-key' | 'both'

/**
 * Reads the folder of a sandbox merchant, `data/merchants/<mchid>`, into the options of a client: numbers, keys and where
 * the sandbox listens, its second access point too if it has one. Give other options beside it: `{ ...optionsFromFolder(path), timeoutMs: 2000 }`.
 *
 * Reads from the disk at once, so it is for the start of a program. Throws when a file cannot be read; the error says which.
 */
export function optionsFromFolder(
  path: string,
  { trust = 'both' }: { trust?: FolderTrust } = {},
): ClientOptions {
  const read = (name: string): string => readText(join(path, name))
  const file = JSON.parse(read('merchant.json')) as MerchantFile
  const publicKey = () => ({ publicKeyId: file.public_key_id, publicKey: read('pub_key.pem') })
  const certificates = () => ({ certificates: [read('platform_cert.pem')] })
  const trusts: Record<FolderTrust, () => Trust> = {
    'public-key': publicKey,
    certificate: certificates,
    both: () => ({ ...publicKey(), ...certificates() }),
  }
  return {
    mchid: file.mchid,
    serial_no: file.serial_no,
    privateKey: read('apiclient_key.pem'),
    apiv3Key: file.apiv3_key,
    trust: trusts[trust](),
    baseUrl: file.base_url,
    ...(file.backup_url !== undefined && { fallbackUrl: file.backup_url }),
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Error(
      `${path} cannot be read. A sandbox writes it at its first start, below its data folder: start it, or name that folder.`,
      { cause },
    )
  }
}
