import type { KeyObject } from 'node:crypto'
import { rsa, type Suite } from '../../protocol/suite.ts'
import type { KeyText } from './key-text.ts'
import { isSameSerial, type PlatformCertificate } from './platform-certificate.ts'
import { type OwnKey, PUBLIC_KEY_PREFIX, readTrust } from './read-trust.ts'

/** The WeChat Pay public key (微信支付公钥) and its id, both from the merchant platform. */
export interface PublicKeyTrust {
  /** With its prefix `PUB_KEY_ID_`. */
  publicKeyId: string
  /** The text of `pub_key.pem`. */
  publicKey: KeyText
}

/** Platform certificates (平台证书): downloaded, and renewed when the platform has others. */
export interface CertificateTrust {
  /** The texts of those that are known already; may be empty, then they are downloaded before the first call. */
  certificates: readonly KeyText[]
}

/** Public key mode, certificate mode, or both for as long as the merchant switches from one to the other. */
export type Trust = PublicKeyTrust | CertificateTrust | (PublicKeyTrust & CertificateTrust)

/** The documents ask for a look at least every twelve hours. */
const REFRESH_AFTER_MS = 10 * 60 * 60 * 1000
/**
 * How often unknown serial numbers may cause a download. Certificates overlap by months, so a number that is unknown
 * right after a download is not a new certificate but a message that somebody made up; in a rehearsal, months pass in
 * seconds.
 */
const UNKNOWN_SERIAL_INTERVAL_MS = 10_000
/**
 * How long a failed download rests until an unknown serial number, which anybody can make up, causes another one, and
 * until it is renewed. After the switch to the public key there is no list any more, and each of them fails.
 */
const REST_MS = { unknownSerial: 1_000, renewal: 60_000 } as const

const PUBLIC_KEY_NEEDED =
  'The platform signs with its public key: set trust to { publicKeyId, publicKey } with exactly this id.'

/** The platform's keys that are believed, and the renewal of certificates. */
export class KeyRing {
  /** The algorithms of all keys of the ring. */
  readonly suite: Suite
  readonly #publicKey: { id: string; key: KeyObject } | undefined
  readonly #download: (() => Promise<PlatformCertificate[]>) | undefined
  readonly #wallNow: () => number
  #certificates: readonly PlatformCertificate[]
  #refreshedAt: number
  #lastForUnknown = Number.NEGATIVE_INFINITY
  #refreshing: Promise<void> | undefined
  /** What the last download has failed with, and when. */
  #failure: { at: number; error: unknown } | undefined

  /**
   * `download` is used in certificate mode only; without it the certificates are what they are. Certificates that are
   * given count as fresh, because looking at them again is the first thing that an unknown serial number does. `own` is
   * what must not be taken for the platform's. Throws a `TypeError` for trust that is none, or could verify nothing.
   */
  constructor(
    { trust, suite = rsa, own }: { trust: Trust; suite?: Suite | undefined; own?: OwnKey | undefined },
    wallNow: () => number,
    download?: () => Promise<PlatformCertificate[]>,
  ) {
    const { publicKey, certificates } = readTrust(trust, suite, own)
    this.suite = suite
    this.#publicKey = publicKey
    if (certificates) this.#download = download
    this.#certificates = certificates ?? []
    this.#wallNow = wallNow
    this.#refreshedAt = wallNow()
    if (this.#publicKey || this.#download || this.#valid().length > 0) return
    throw new TypeError(
      this.#certificates.length > 0
        ? 'trust.certificates have all expired: give those of now; only a client downloads them'
        : 'trust names no key: give { publicKeyId, publicKey } or { certificates: […] }; only a client downloads certificates',
    )
  }

  /** The public key's id, which every request names in public key mode. */
  get publicKeyId(): string | undefined {
    return this.#publicKey?.id
  }

  /**
   * Makes sure that a reply can be verified before a request is sent. A charge whose reply nobody can verify would have
   * an unknown outcome for no good reason.
   */
  async ready(): Promise<void> {
    this.#refreshInTime()
    if (this.#publicKey || this.#valid().length > 0) return
    await this.#refresh()
  }

  /** The key that a serial number names, after one look for new certificates; or why there is none. */
  async find(serial: string): Promise<KeyObject | { unknown: string }> {
    if (serial === this.#publicKey?.id) return this.#publicKey.key
    this.#refreshInTime()
    const known = this.#certificate(serial)
    if (known) return known
    if (serial.startsWith(PUBLIC_KEY_PREFIX) || !this.#download) return { unknown: this.#whyUnknown(serial) }
    await this.#refreshForUnknown()
    return this.#certificate(serial) ?? { unknown: this.#whyUnknown(serial) }
  }

  /** All keys that are believed now. */
  known(): { serial: string; publicKey: KeyObject }[] {
    const publicKey = this.#publicKey && [{ serial: this.#publicKey.id, publicKey: this.#publicKey.key }]
    return [...(publicKey ?? []), ...this.#valid()]
  }

  /** The key to encrypt fields with, and its serial number or id: the public key, or the newest certificate in effect. */
  async encryptionKey(): Promise<{ serial: string; publicKey: KeyObject }> {
    if (this.#publicKey) return { serial: this.#publicKey.id, publicKey: this.#publicKey.key }
    await this.ready()
    const now = this.#wallNow()
    const newestFirst = this.#valid().sort((one, other) => other.effectiveTime - one.effectiveTime)
    // A certificate of a platform whose clock is a little ahead is better than none.
    const chosen = newestFirst.find(({ effectiveTime }) => effectiveTime <= now) ?? newestFirst.at(-1)
    if (!chosen) throw new Error('All platform certificates have expired')
    return chosen
  }

  /**
   * A call that named a certificate was refused. That refusal is not signed, so no reply has named the next certificate yet:
   * looks for it. A download that fails is found out by whoever needs a certificate that is not there.
   */
  async lookForOthers(): Promise<void> {
    if (this.#publicKey || !this.#download) return
    await this.#refreshForUnknown().catch(() => {})
  }

  #certificate(serial: string): KeyObject | undefined {
    return this.#valid().find(certificate => isSameSerial(certificate.serial, serial))?.publicKey
  }

  /** The platform never uses a certificate after its end, so nobody else may. */
  #valid(): PlatformCertificate[] {
    const now = this.#wallNow()
    return this.#certificates.filter(({ expireTime }) => expireTime > now)
  }

  /** Renews in the background; a failure is found out by whoever needs a certificate that is not there. */
  #refreshInTime(): void {
    if (!this.#download || this.#certificates.length === 0) return
    if (this.#wallNow() - this.#refreshedAt < REFRESH_AFTER_MS || this.#rests('renewal')) return
    this.#refresh().catch(() => {})
  }

  #rests(reason: keyof typeof REST_MS): boolean {
    return this.#failure !== undefined && this.#wallNow() - this.#failure.at < REST_MS[reason]
  }

  async #refreshForUnknown(): Promise<void> {
    if (this.#refreshing) return this.#refreshing
    const now = this.#wallNow()
    if (now - this.#lastForUnknown < UNKNOWN_SERIAL_INTERVAL_MS) return
    if (this.#rests('unknownSerial')) throw this.#failure?.error
    await this.#refresh()
    this.#lastForUnknown = now
  }

  /** All who wait for certificates wait for the same download. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#downloadAll().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  async #downloadAll(): Promise<void> {
    if (!this.#download) throw new Error('All given platform certificates have expired')
    try {
      this.#certificates = await this.#download()
    } catch (error) {
      this.#failure = { at: this.#wallNow(), error }
      throw error
    }
    this.#failure = undefined
    this.#refreshedAt = this.#wallNow()
  }

  #whyUnknown(serial: string): string {
    const names = `It names the key ${serial}, which is not known here.`
    if (serial.startsWith(PUBLIC_KEY_PREFIX)) return `${names} ${PUBLIC_KEY_NEEDED}`
    if (!this.#download && this.#certificates.length === 0) {
      return `${names} The platform still signs with certificates: add certificates: [] to trust while you switch.`
    }
    return this.#download
      ? `${names} The platform's list of certificates has no such serial number either.`
      : `${names} Certificates were given but cannot be downloaded here; the platform has probably changed them.`
  }
}
