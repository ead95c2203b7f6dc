import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { type Algorithm, type Suite, suiteOf } from '../protocol/suite.ts'
import { noticeSigner, replySigner, type SignerKind, switchingShare } from '../protocol/trust.ts'
import { CachedValue } from '../store/cached-value.ts'
import type { Database, Statements } from '../store/database.ts'
import type { Secrets } from '../store/secrets.ts'
import type { Merchant, Rotation } from './merchants.ts'
import { rotationOf, shownCertificates, WHOLE } from './rotation.ts'

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
  /** Business time from which it is never used; the public key has no end. */
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

interface Keys {
  publicKey: PlatformKey
  /** Of each algorithm that there are certificates of, the oldest first. */
  certificates: Partial<Record<Algorithm, readonly PlatformKey[]>>
}

/**
 * The platform's keys, held as parsed keys. Which of them is used depends on the merchant and on business time, and nothing
 * is read from the store for it. There is one public key, for RSA; what uses SM2 has only certificates.
 */
export class PlatformKeys {
  readonly #keys: CachedValue<Keys>

  private constructor(keys: CachedValue<Keys>) {
    this.#keys = keys
  }

  /** Reads the keys. Throws when the store has none, because nothing can be answered without. */
  static async open(db: Database, secrets: Secrets): Promise<PlatformKeys> {
    const parsed = new Map<string, PlatformKey>()
    return new PlatformKeys(await CachedValue.open(db, () => readKeys(db, secrets, parsed)))
  }

  /** Reads them again, after a commit that changed them. */
  reload(): Promise<void> {
    return this.#keys.reload()
  }

  /** Takes over what other nodes change, until {@link stop}. `onError` hears of looks that failed. */
  watch(onError: (error: unknown) => void): void {
    this.#keys.watch(onError)
  }

  stop(): Promise<void> {
    return this.#keys.stop()
  }

  /** One key, with an id for each merchant. */
  get publicKey(): PlatformKey {
    return this.#keys.value.publicKey
  }

  /** Every certificate that was ever made, the oldest first. */
  certificates(algorithm: Algorithm = 'RSA'): readonly PlatformKey[] {
    return this.#keys.value.certificates[algorithm] ?? []
  }

  /** The certificate that signs for those who do not go over to another. Throws when the algorithm has none at all. */
  signing(algorithm: Algorithm, now: number): PlatformKey {
    const certificates = this.certificates(algorithm)
    // The next one is made months before it is needed; a node that does not know it yet uses the last that it knows.
    const signing = certificates.find(({ expireTime }) => expireTime > now) ?? certificates.at(-1)
    if (!signing) throw new Error(`The platform has no ${algorithm} certificate`)
    return signing
  }

  /** The newest certificate that signs for a merchant: the next one as soon as it has a share of the signatures. */
  newestSigning(merchant: Merchant, now: number): PlatformKey {
    const [, next] = this.#shown(merchant, 'RSA', now)
    return next && this.rotation(merchant, now).share > 0 ? next : this.signing('RSA', now)
  }

  /** The key that signs a reply to a request with this `Wechatpay-Serial`. */
  replySigner(
    caller: Merchant,
    wechatpaySerial: string | undefined,
    algorithm: Algorithm,
    choice: Choice,
  ): Signer {
    const kind = replySigner(caller.trust_state, wechatpaySerial, caller.public_key_id)
    return this.#signer(kind, caller, algorithm, choice)
  }

  /** The key that signs one attempt of a notice. */
  noticeSigner(receiver: Merchant, choice: Choice): Signer {
    const share = noticeKeyShare(receiver, choice.now)
    const kind = noticeSigner(receiver.trust_state, share, share > 0 ? choice.draw() : 0)
    return this.#signer(kind, receiver, receiver.shangmi === 1 ? 'SM2' : 'RSA', choice)
  }

  /** The key that a request's `Wechatpay-Serial` names for its fields; `undefined` when the caller may not use it. */
  decryptor(
    caller: Merchant,
    wechatpaySerial: string,
    algorithm: Algorithm,
    now: number,
  ): PlatformKey | undefined {
    // Encryption and signature of one call are of the same kind, so a key that this merchant's replies are not signed
    // with is as wrong as an unknown one.
    const kind = replySigner(caller.trust_state, wechatpaySerial, caller.public_key_id)
    if (algorithm === 'RSA' && kind === 'public_key')
      return wechatpaySerial === caller.public_key_id ? this.publicKey : undefined
    const serial = wechatpaySerial.toUpperCase()
    return this.listed(caller, now, algorithm).find(({ id }) => id === serial)
  }

  /**
   * The certificates that a merchant is shown, the oldest first; none of RSA for one that has only the public key, none of SM2 for
   * one that may not use it.
   */
  listed(caller: Merchant, now: number, algorithm: Algorithm = 'RSA'): readonly PlatformKey[] {
    if (algorithm === 'RSA' ? caller.trust_state === 'PUBLIC_KEY' : caller.shangmi !== 1) return []
    return this.#shown(caller, algorithm, now)
  }

  /** How a merchant goes over to the next certificate, and the share of signatures that has, in hundredths of a percent. */
  rotation(
    merchant: Merchant,
    now: number,
    algorithm: Algorithm = 'RSA',
  ): { rotation: Rotation; share: number } {
    return rotationOf(merchant, this.listed(merchant, now, algorithm), now)
  }

  #shown(merchant: Merchant, algorithm: Algorithm, now: number): readonly PlatformKey[] {
    return shownCertificates(this.certificates(algorithm), merchant, now)
  }

  #signer(kind: SignerKind, merchant: Merchant, algorithm: Algorithm, { now, draw }: Choice): Signer {
    if (algorithm === 'RSA' && kind === 'public_key') return signer(this.publicKey, merchant.public_key_id)
    const current = this.signing(algorithm, now)
    // Nearly always there is nothing to draw.
    if (merchant.rotation === 'NONE') return signer(current)
    const shown = this.#shown(merchant, algorithm, now)
    const { share } = rotationOf(merchant, shown, now)
    return signer((share > 0 && draw() * WHOLE < share && shown[1]) || current)
  }
}

/** The share of a merchant's notices that the public key signs while it switches, in percent. */
export function noticeKeyShare(
  { trust_state, switching_since, notice_key_share }: Merchant,
  now: number,
): number {
  if (trust_state !== 'SWITCHING') return trust_state === 'PUBLIC_KEY' ? 100 : 0
  return switching_since === null ? notice_key_share : switchingShare(switching_since, now)
}

/** Where the private key of a platform key is kept. */
export function placeOfKey(id: string): string {
  return `platform_keys/${id}`
}

function signer(key: PlatformKey, serial = key.id): Signer {
  return { serial, suite: key.suite, privateKey: key.privateKey }
}

/** A key never changes, so it is parsed once; its end may be brought forward. */
async function readKeys(db: Statements, secrets: Secrets, parsed: Map<string, PlatformKey>): Promise<Keys> {
  const rows = await db.all<PlatformKeyRow>(
    `SELECT id, kind, algorithm, certificate, public_key, private_key, effective_time, expire_time
       FROM platform_keys WHERE kind <> 'root' ORDER BY effective_time, id`,
  )
  let publicKey: PlatformKey | undefined
  const certificates: Partial<Record<Algorithm, PlatformKey[]>> = {}
  for (const row of rows) {
    const key = { ...(parsed.get(row.id) ?? (await parse(row, secrets))), expireTime: row.expire_time }
    parsed.set(row.id, key)
    if (row.kind === 'public_key') publicKey = key
    else certificates[row.algorithm] = [...(certificates[row.algorithm] ?? []), key]
  }
  if (!certificates.RSA || !publicKey)
    throw new Error('The store has no platform certificate or no public key')
  return { publicKey, certificates }
}

async function parse(row: PlatformKeyRow, secrets: Secrets): Promise<PlatformKey> {
  return {
    id: row.id,
    suite: await suiteOf(row.algorithm),
    privateKey: createPrivateKey(secrets.open(row.private_key, placeOfKey(row.id))),
    publicKey: createPublicKey(row.public_key),
    certificate: row.certificate,
    effectiveTime: row.effective_time,
    expireTime: row.expire_time,
  }
}
