import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CertificateRow } from '../merchants/merchant-certificates.ts'
import type { IssuedCertificate } from './certificates.ts'
import { type MerchantFile, PRIVATE, writeFile, writeMerchantFile } from './files.ts'

/** A certificate by the names that a folder has for it. */
type Named = Pick<CertificateRow, 'certificate_id' | 'serial_no' | 'algorithm' | 'certificate'>

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
export function folderOfCertificate(
  folder: string,
  mchid: string,
  { certificate_id, serial_no }: Named,
): string | undefined {
  const own = ownFolder(mchid, certificate_id)
  if (existsSync(join(folder, own, KEY))) return own
  return readMerchantFile(folder, mchid)?.serial_no === serial_no ? `merchants/${mchid}` : undefined
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
  const file = readMerchantFile(folder, mchid)
  if (!file) return `There is no folder of ${mchid}.`
  if (wanted.serial_no === file.serial_no) return undefined
  if (wanted.algorithm !== 'RSA') return 'The pair in the folder itself is of RSA.'
  const source = join(folder, ownFolder(mchid, wanted.certificate_id), KEY)
  if (!existsSync(source))
    return `The private key of ${wanted.certificate_id} is not here; it was issued for a csr.`
  const target = join(folder, 'merchants', mchid)
  const present = certificates.find(({ serial_no }) => serial_no === file.serial_no)
  if (present && !existsSync(join(folder, ownFolder(mchid, present.certificate_id), KEY))) {
    const private_key = readFileSync(join(target, KEY), 'utf8')
    writeCertificate(folder, mchid, present.certificate_id, { ...present, private_key })
  }
  writeFile(join(target, KEY), readFileSync(source, 'utf8'), PRIVATE)
  writeFile(join(target, CERTIFICATE), wanted.certificate)
  writeMerchantFile(target, { ...file, serial_no: wanted.serial_no })
  return undefined
}

/** Goes back to the first certificate when the one in the folder is unknown, as after the restoring of an older snapshot. */
export function useFirstCertificate(folder: string, mchid: string, certificates: readonly Named[]): void {
  const serial = readMerchantFile(folder, mchid)?.serial_no
  const first = certificates.find(({ certificate_id }) => certificate_id === 'first')
  if (!first || certificates.some(({ serial_no }) => serial_no === serial)) return
  useCertificate(folder, mchid, first, certificates)
}

function ownFolder(mchid: string, certificateId: string): string {
  return `merchants/${mchid}/certificates/${certificateId}`
}

function readMerchantFile(folder: string, mchid: string): MerchantFile | undefined {
  const path = join(folder, 'merchants', mchid, 'merchant.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as MerchantFile) : undefined
}
