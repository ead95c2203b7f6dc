import { createPublicKey } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CertificateRow } from '../merchants/merchant-certificates.ts'
import type { IssuedCertificate } from './certificates.ts'
import { PRIVATE, readMerchantFile, writeFile, writeMerchantFile } from './files.ts'

/** A certificate by the names that a folder has for it. */
type Named = Pick<CertificateRow, 'certificate_id' | 'serial_no' | 'algorithm' | 'certificate' | 'public_key'>

const KEY = 'apiclient_key.pem'
const CERTIFICATE = 'apiclient_cert.pem'

/** Writes a certificate and its key to a folder of their own below the merchant's. */
export function writeCertificate(
  folder: string,
  mchid: string,
  certificateId: string,
  { private_key, certificate }: Pick<IssuedCertificate, 'private_key' | 'certificate'>,
): void {
  const own = join(folder, ownFolder(mchid, certificateId))
  writeFile(join(own, KEY), private_key, PRIVATE)
  writeFile(join(own, CERTIFICATE), certificate)
}

/** Where the private key of a certificate is, below the data folder; `undefined` when the platform does not have it. */
export function folderOfCertificate(folder: string, mchid: string, wanted: Named): string | undefined {
  const places = [ownFolder(mchid, wanted.certificate_id), `merchants/${mchid}`]
  return places.find(place => keyIn(join(folder, place), wanted) !== undefined)
}

/** Why {@link useCertificate} cannot be done. */
export function refusedUse(folder: string, mchid: string, wanted: Named): string | undefined {
  const file = readMerchantFile(join(folder, 'merchants', mchid))
  if (!file) return `There is no folder of ${mchid}.`
  if (wanted.serial_no === file.serial_no) return undefined
  if (wanted.algorithm !== 'RSA') return 'The pair in the folder itself is of RSA.'
  if (keyIn(join(folder, ownFolder(mchid, wanted.certificate_id)), wanted) !== undefined) return undefined
  return `The private key of ${wanted.certificate_id} is not here; it was issued for a csr, or its folder is another's.`
}

/**
 * Makes a certificate and its key those that the merchant's folder has and names. What it had before gets a folder of its own,
 * so that one can go back. Answers why it cannot be, or `undefined`.
 */
export function useCertificate(
  folder: string,
  mchid: string,
  wanted: Named,
  certificates: readonly Named[],
): string | undefined {
  const refusal = refusedUse(folder, mchid, wanted)
  const file = readMerchantFile(join(folder, 'merchants', mchid))
  if (refusal !== undefined || !file || wanted.serial_no === file.serial_no) return refusal
  const target = join(folder, 'merchants', mchid)
  const present = certificates.find(({ serial_no }) => serial_no === file.serial_no)
  const presentKey = present && keyIn(target, present)
  if (present && presentKey !== undefined)
    writeCertificate(folder, mchid, present.certificate_id, { ...present, private_key: presentKey })
  const own = join(folder, ownFolder(mchid, wanted.certificate_id))
  writeFile(join(target, KEY), keyIn(own, wanted) ?? '', PRIVATE)
  writeFile(join(target, CERTIFICATE), wanted.certificate)
  writeMerchantFile(target, { ...file, serial_no: wanted.serial_no })
  return undefined
}

/** The private key that a folder has, if it is that of the certificate: a folder may be left from an earlier life. */
function keyIn(folder: string, { public_key }: Named): string | undefined {
  const path = join(folder, KEY)
  if (!existsSync(path)) return undefined
  const key = readFileSync(path, 'utf8')
  try {
    return createPublicKey(key).export({ type: 'spki', format: 'pem' }) === public_key ? key : undefined
  } catch {
    return undefined
  }
}

/** Goes back to the first certificate when the one in the folder is unknown, as after the restoring of an older snapshot. */
export function useFirstCertificate(folder: string, mchid: string, certificates: readonly Named[]): void {
  const serial = readMerchantFile(join(folder, 'merchants', mchid))?.serial_no
  const first = certificates.find(({ certificate_id }) => certificate_id === 'first')
  if (!first || certificates.some(({ serial_no }) => serial_no === serial)) return
  useCertificate(folder, mchid, first, certificates)
}

function ownFolder(mchid: string, certificateId: string): string {
  return `merchants/${mchid}/certificates/${certificateId}`
}
