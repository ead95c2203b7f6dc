import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { SignerKind } from '../protocol/trust.ts'
import type { Statements } from '../store/database.ts'

interface PlatformKeyRow {
  id: string
  kind: 'certificate' | 'public_key'
  certificate: string
  public_key: string
  private_key: string
  effective_time: number
  expire_time: number
}

/** A key that the platform signs and decrypts with. Times are wall time in milliseconds. */
export interface PlatformKey {
  id: string
  privateKey: KeyObject
  publicKey: KeyObject
  /** PEM; empty for the public key. */
  certificate: string
  effectiveTime: number
  expireTime: number
}

/** The platform's keys, read at start and held as parsed keys. */
export interface PlatformKeys {
  /** All certificates that are not past their end, the latest effective first. */
  certificates: readonly PlatformKey[]
  publicKey: PlatformKey
  /** The key for a kind of signer, with the serial number or id that the `Wechatpay-Serial` header names. */
  signer(kind: SignerKind, publicKeyId: string): { serial: string; privateKey: KeyObject }
  /** The private key that a request's `Wechatpay-Serial` names; `undefined` when it names none of the caller's. */
  decryptor(serial: string, publicKeyId: string): KeyObject | undefined
}

/** Reads the keys. Throws when the world has none, because nothing can be answered without. */
export async function loadPlatformKeys(db: Statements, wallNow: number): Promise<PlatformKeys> {
  const rows = await db.all<PlatformKeyRow>(
    `SELECT id, kind, certificate, public_key, private_key, effective_time, expire_time
       FROM platform_keys WHERE kind <> 'root' AND expire_time > $1 ORDER BY effective_time DESC`,
    wallNow,
  )
  const certificates = rows.filter(row => row.kind === 'certificate').map(parse)
  const publicKey = rows.filter(row => row.kind === 'public_key').map(parse)[0]
  const signing = certificates.findLast(key => key.effectiveTime <= wallNow)
  if (!signing || !publicKey)
    throw new Error('The store has no platform certificate or no public key that is valid now')
  return {
    certificates,
    publicKey,
    signer: (kind, publicKeyId) =>
      kind === 'public_key'
        ? { serial: publicKeyId, privateKey: publicKey.privateKey }
        : { serial: signing.id, privateKey: signing.privateKey },
    decryptor: (serial, publicKeyId) =>
      serial === publicKeyId
        ? publicKey.privateKey
        : certificates.find(key => key.id === serial.toUpperCase())?.privateKey,
  }
}

function parse(row: PlatformKeyRow): PlatformKey {
  return {
    id: row.id,
    privateKey: createPrivateKey(row.private_key),
    publicKey: createPublicKey(row.public_key),
    certificate: row.certificate,
    effectiveTime: row.effective_time,
    expireTime: row.expire_time,
  }
}
