import type { Algorithm } from '../protocol/suite.ts'
import type { Statements, Transaction } from '../store/database.ts'

/** How many certificates of one algorithm a merchant may sign with at once. */
export const MAX_VALID_CERTIFICATES = 3

/** A merchant API certificate. Its dates, in milliseconds, are compared with business time. */
export interface CertificateRow {
  serial_no: string
  mchid: string
  /** Its name in the administration, `first` for the one that came with the merchant. */
  certificate_id: string
  algorithm: Algorithm
  /** PEM, like the key. */
  certificate: string
  public_key: string
  not_before: number
  not_after: number
  revoked: number
  /** Business time from which another one has taken its place. */
  replaced_from: number | null
}

const COLUMNS =
  'serial_no, mchid, certificate_id, algorithm, certificate, public_key, not_before, not_after, revoked, replaced_from'

/** Puts a merchant's certificate on record; one that is there is left as it is. */
export async function storeCertificate(tx: Transaction, certificate: CertificateRow): Promise<void> {
  await tx.run(
    `INSERT INTO merchant_certificates (${COLUMNS})
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
    certificate.serial_no,
    certificate.mchid,
    certificate.certificate_id,
    certificate.algorithm,
    certificate.certificate,
    certificate.public_key,
    certificate.not_before,
    certificate.not_after,
    certificate.revoked,
    certificate.replaced_from,
  )
}

/** A merchant's certificates, the oldest first. */
export function listCertificatesOf(db: Statements, mchid: string): Promise<CertificateRow[]> {
  return db.all<CertificateRow>(
    `SELECT ${COLUMNS} FROM merchant_certificates WHERE mchid = $1 ORDER BY not_before, serial_no`,
    mchid,
  )
}

export function findCertificate(
  db: Statements,
  mchid: string,
  certificateId: string,
): Promise<CertificateRow | undefined> {
  return db.get<CertificateRow>(
    `SELECT ${COLUMNS} FROM merchant_certificates WHERE mchid = $1 AND certificate_id = $2`,
    mchid,
    certificateId,
  )
}

/** Writes down whether a certificate is refused, and from when on. */
export async function changeCertificate(
  tx: Transaction,
  serialNo: string,
  { revoked, replaced_from }: Pick<CertificateRow, 'revoked' | 'replaced_from'>,
): Promise<void> {
  await tx.run(
    'UPDATE merchant_certificates SET revoked = $1, replaced_from = $2 WHERE serial_no = $3',
    revoked,
    replaced_from,
    serialNo,
  )
}
