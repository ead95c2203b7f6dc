import { createRequire } from 'node:module'
import { join } from 'node:path'
import { rsa } from '../../protocol/suite.ts'
import type { Trust } from '../keys/key-ring.ts'
import { checkChoice, checkText } from './check-options.ts'
import { type ClientOptions, checkCertificate, parsePrivateKey } from './options.ts'

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
 * Reads from the disk at once, so it is for the start of a program. Throws when a file cannot be read, when `merchant.json`
 * lacks a value, or when `apiclient_cert.pem` is not the certificate of its numbers and of `apiclient_key.pem`; the error
 * says which.
 */
export function optionsFromFolder(
  path: string,
  { trust = 'both' }: { trust?: FolderTrust } = {},
): ClientOptions {
  const read = (name: string): string => readText(join(path, name))
  const file = parseMerchant(join(path, 'merchant.json'), read('merchant.json'))
  const privateKey = read('apiclient_key.pem')
  checkFolder(path, () =>
    checkCertificate(read('apiclient_cert.pem'), { ...file, privateKey: parsePrivateKey(privateKey, rsa) }),
  )
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
    privateKey,
    apiv3Key: file.apiv3_key,
    trust: trusts[checkChoice('trust', trust, ['certificate', 'public-key', 'both'])](),
    baseUrl: file.base_url,
    ...(file.backup_url !== undefined && { fallbackUrl: file.backup_url }),
  }
}

/** Where the disk has other files than one sandbox wrote, such as a key of an earlier one. */
function checkFolder(path: string, check: () => void): void {
  try {
    check()
  } catch (error) {
    throw new TypeError(`${path}: ${Object(error).message}`, { cause: error })
  }
}

function parseMerchant(path: string, text: string): MerchantFile {
  try {
    const file = JSON.parse(text) as MerchantFile
    for (const name of ['mchid', 'serial_no', 'base_url'] as const) checkText(name, file[name])
    return file
  } catch (cause) {
    throw new TypeError(`${path} is not what a sandbox has written: ${Object(cause).message}`, { cause })
  }
}

function readText(path: string): string {
  // Loaded when it is used, because there are runtimes without a disk, which have no such module.
  const { readFileSync }: typeof import('node:fs') = createRequire(join(process.cwd(), 'a.js'))('node:fs')
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Error(
      `${path} cannot be read. A sandbox writes it at its first start, below its data folder: start it, or name that folder.`,
      { cause },
    )
  }
}
