import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { type Algorithm, rsa, type Suite } from '../protocol/suite.ts'
import { noticeSigner, replySigner, type SignerKind } from '../protocol/trust.ts'
import type { Statements } from '../store/database.ts'
import type { Secrets } from '../store/secrets.ts'
import type { Merchant } from './merchants.ts'

interface PlatformKeyRow {
  id: string
  kind: 'certificate' | 'public_key'
  algorithm: Algorithm
  certificate: string
  public_key: string
  private_key: string
  effective_time: number
  expire_time: number
}

/** A key that the platform signs and decrypts with. */
export interface PlatformKey {
  id: string
  suite: Suite
  privateKey: KeyObject
  publicKey: KeyObject
  /** PEM; empty for the public key. */
  certificate: string
  effectiveTime: number
  expireTime: number
}

/** Signs in the name that the `Wechatpay-Serial` header then has. */
export interface Signer {
  serial: string
  suite: Suite
  privateKey: KeyObject
}

/** When and for whom a key is chosen. */
export interface Choice {
  /** Business time. */
  now: number
  /** From 0 to below 1; drawn where two keys share the signatures. */
  draw(): number
}

/** The platform's keys, held as parsed keys. Which of them is used depends on the merchant and on business time. */
export interface PlatformKeys {
  /** One key, with an id for each merchant. */
  readonly publicKey: PlatformKey
  /** The certificate that signs where nobody goes over to another. */
  readonly certificate: PlatformKey
  /** The key that signs a reply to a request with this `Wechatpay-Serial`. */
  replySigner(
    caller: Merchant,
    wechatpaySerial: string | undefined,
    algorithm: Algorithm,
    choice: Choice,
  ): Signer
  noticeSigner(receiver: Merchant, choice: Choice): Signer
  /** The key that a request's `Wechatpay-Serial` names for its fields; `undefined` when the caller may not use it. */
  decryptor(
    caller: Merchant,
    wechatpaySerial: string,
    algorithm: Algorithm,
    now: number,
  ): PlatformKey | undefined
  /** The certificates that a merchant is shown; none for one of the public key alone. */
  listed(caller: Merchant, now: number): readonly PlatformKey[]
}

/** Reads the keys. Throws when the world has none, because nothing can be answered without. */
export async function loadPlatformKeys(
  db: Statements,
  secrets: Secrets,
  wallNow: number,
): Promise<PlatformKeys> {
  const rows = await db.all<PlatformKeyRow>(
    `SELECT id, kind, algorithm, certificate, public_key, private_key, effective_time, expire_time
       FROM platform_keys WHERE kind <> 'root' AND expire_time > $1 ORDER BY effective_time DESC`,
    wallNow,
  )
  const certificates = rows.filter(row => row.kind === 'certificate').map(row => parse(row, secrets))
  const publicKey = rows.filter(row => row.kind === 'public_key').map(row => parse(row, secrets))[0]
  const signing = certificates.findLast(key => key.effectiveTime <= wallNow)
  if (!signing || !publicKey)
    throw new Error('The store has no platform certificate or no public key that is valid now')
  const signer = (kind: SignerKind, { public_key_id }: Merchant): Signer =>
    kind === 'public_key' ? { ...publicKey, serial: public_key_id } : { ...signing, serial: signing.id }
  return {
    publicKey,
    certificate: signing,
    replySigner: (caller, serial) =>
      signer(replySigner(caller.trust_state, serial, caller.public_key_id), caller),
    noticeSigner: (receiver, { draw }) =>
      signer(noticeSigner(receiver.trust_state, receiver.notice_key_share, draw()), receiver),
    decryptor(caller, serial) {
      const isKey = serial === caller.public_key_id
      // Encryption and signature of one call are of the same kind, so a key that this merchant's replies are not signed
      // with is as wrong as an unknown one.
      const answersWithKey = replySigner(caller.trust_state, serial, caller.public_key_id) === 'public_key'
      if (isKey !== answersWithKey) return undefined
      return isKey ? publicKey : certificates.find(key => key.id === serial.toUpperCase())
    },
    listed: caller => (caller.trust_state === 'PUBLIC_KEY' ? [] : certificates),
  }
}

/** Where the private key of a platform key is kept. */
export function placeOfKey(id: string): string {
  return `platform_keys/${id}`
}

function parse(row: PlatformKeyRow, secrets: Secrets): PlatformKey {
  return {
    id: row.id,
    suite: rsa,
    privateKey: createPrivateKey(secrets.open(row.private_key, placeOfKey(row.id))),
    publicKey: createPublicKey(row.public_key),
    certificate: row.certificate,
    effectiveTime: row.effective_time,
    expireTime: row.expire_time,
  }
}
