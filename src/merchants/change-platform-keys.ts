import type { Algorithm } from '../protocol/suite.ts'
import type { Statements, Transaction } from '../store/database.ts'
import type { Secrets } from '../store/secrets.ts'
import { placeOfKey } from './platform-keys.ts'

/** A key of the platform as the table has it, but for the private key, which is not sealed yet. */
export interface NewPlatformKey {
  /** The serial number of a root or a certificate. */
  id: string
  kind: 'root' | 'certificate' | 'public_key'
  algorithm: Algorithm
  /** PEM, like the keys; empty for the public key. */
  certificate: string
  public_key: string
  private_key: string
  effective_time: number
  expire_time: number
}

/** A platform certificate as it is administered. */
export type PlatformCertificateRow = Pick<
  NewPlatformKey,
  'id' | 'algorithm' | 'effective_time' | 'expire_time'
>

/** A root with its private key opened. */
export type Root = Pick<NewPlatformKey, 'id' | 'certificate' | 'private_key'>

/** Puts a key on record; answers false when there is one of this id. */
export async function storePlatformKey(
  tx: Transaction,
  secrets: Secrets,
  key: NewPlatformKey,
): Promise<boolean> {
  const stored = await tx.run(
    `INSERT INTO platform_keys (id, kind, algorithm, certificate, public_key, private_key, effective_time, expire_time)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
    key.id,
    key.kind,
    key.algorithm,
    key.certificate,
    key.public_key,
    secrets.seal(key.private_key, placeOfKey(key.id)),
    key.effective_time,
    key.expire_time,
  )
  return stored === 1
}

/** The root that issues certificates of an algorithm. */
export async function findRoot(
  db: Statements,
  secrets: Secrets,
  algorithm: Algorithm,
): Promise<Root | undefined> {
  const root = await db.get<Root>(
    `SELECT id, certificate, private_key FROM platform_keys WHERE kind = 'root' AND algorithm = $1`,
    algorithm,
  )
  return root && { ...root, private_key: secrets.open(root.private_key, placeOfKey(root.id)) }
}

/** Lets nobody else change the platform's certificates until the transaction ends. */
export async function lockPlatformKeys(tx: Transaction): Promise<void> {
  await tx.get(`SELECT id FROM platform_keys WHERE kind = 'public_key' ${tx.forUpdate}`)
}

/** The platform certificates of an algorithm, or all of them, the oldest first. */
export function listPlatformCertificates(
  db: Statements,
  algorithm?: Algorithm,
): Promise<PlatformCertificateRow[]> {
  return db.all<PlatformCertificateRow>(
    `SELECT id, algorithm, effective_time, expire_time FROM platform_keys
      WHERE kind = 'certificate' AND (algorithm = $1 OR $1 = '') ORDER BY effective_time, id`,
    algorithm ?? '',
  )
}

/** Sets from when by business time a certificate is never used again. */
export async function endPlatformCertificate(tx: Transaction, id: string, expireTime: number): Promise<void> {
  await tx.run(`UPDATE platform_keys SET expire_time = $1 WHERE id = $2`, expireTime, id)
}
