import type { KeyObject } from 'node:crypto'
import type { Language } from '../../protocol/errors.ts'
import { APIV3_KEY_LENGTH } from '../../protocol/sealed-resource.ts'
import { rsa, type Suite } from '../../protocol/suite.ts'
import type { Trust } from '../keys/key-ring.ts'
import { isSamePair, type KeyText, readKeyText } from '../keys/key-text.ts'
import { isSameSerial } from '../keys/platform-certificate.ts'
import { checkChoice, checkFunction, checkNames, checkText } from './check-options.ts'
import type { OperationName } from './operations.ts'

/** What a client is made of. */
export interface ClientOptions {
  /** The merchant number that calls: a direct merchant's own, or the service provider's. */
  mchid: string
  /** Serial number of the merchant API certificate, 40 hexadecimal digits. */
  serial_no: string
  /**
   * The text of that certificate's private key (`apiclient_key.pem`), without a password. See `KeyText` for the forms in
   * which it is read.
   */
  privateKey: KeyText
  /**
   * The text of that certificate itself (`apiclient_cert.pem`). Nothing needs it; when it is given, `mchid`, `serial_no` and
   * `privateKey` must be those of this certificate, so that another one is found when the client is made.
   */
  certificate?: KeyText
  /** The APIv3 key (APIv3密钥): 32 digits and letters. */
  apiv3Key: string
  /** Which keys of the platform are believed. */
  trust: Trust
  /**
   * Give `shangmi` of `boomgate/sdk/shangmi` when the merchant has applied for 国密 and `privateKey` is an SM2 key: then all
   * signatures, encrypted fields and notices use SM2, SM3 and SM4. RSA and AES unless said.
   */
  suite?: Suite
  /** `https://api.mch.weixin.qq.com` unless said. A scheme and a host; the signature covers the path as the host sees it. */
  baseUrl?: string
  /** Asked when `baseUrl` does not answer. `https://api2.mch.weixin.qq.com` unless `baseUrl` is given. */
  fallbackUrl?: string
  /** How long one attempt may take, connection and body included, in milliseconds; 5000 unless said. */
  timeoutMs?: number
  /** Repetitions of one call, 0 to 5; 2 unless said. See `shouldRetry` for what is repeated. */
  retries?: number
  /** The pause before the first repetition, in milliseconds; 500 unless said. It doubles up to 5 s. */
  retryPauseMs?: number
  userAgent?: string
  /** The language of error messages; `zh-CN` unless said. */
  acceptLanguage?: Language
  /**
   * Sends in place of the global `fetch`, for instance through a proxy of the company. It must not follow redirects, nor
   * repeat by itself: what its last attempt ends with would say that nothing was sent, and the first one was.
   */
  fetch?: typeof globalThis.fetch
  /** Called after each attempt, for logs and metrics. It must not throw. */
  onAttempt?: (report: AttemptReport) => void
}

/** What came of one attempt of a call. */
export interface AttemptReport {
  op: OperationName
  /** 1 for the first. */
  attempt: number
  host: string
  durationMs: number
  /** `undefined` when no reply came. */
  status: number | undefined
  requestId: string | undefined
  /** Why this attempt is no success. */
  error: Error | undefined
}

/** Options with their defaults, checked and parsed. */
export interface ResolvedOptions {
  mchid: string
  serial_no: string
  privateKey: KeyObject
  apiv3Key: string
  trust: Trust
  suite: Suite
  hosts: readonly [string, ...string[]]
  timeoutMs: number
  retries: number
  retryPauseMs: number
  /** Headers that all requests carry. */
  headers: Record<string, string>
  fetch: typeof globalThis.fetch
  onAttempt: (report: AttemptReport) => void
}

const PRIMARY_URL = 'https://api.mch.weixin.qq.com'
const SECONDARY_URL = 'https://api2.mch.weixin.qq.com'
const DEFAULT_TIMEOUT_MS = 5_000
const MAX_TIMEOUT_MS = 120_000
/** The documents say two to three repetitions. */
const DEFAULT_RETRIES = 2
const MAX_RETRIES = 5
const DEFAULT_RETRY_PAUSE_MS = 500
const MAX_RETRY_PAUSE_MS = 5_000

const LANGUAGES = ['zh-CN', 'en', 'zh-HK', 'zh-TW'] as const satisfies readonly Language[]

/** The names of all options. The compiler holds the list complete. */
export const OPTION_NAMES: readonly string[] = Object.keys({
  ...{ mchid: true, serial_no: true, privateKey: true, certificate: true, apiv3Key: true, trust: true },
  ...{ suite: true, baseUrl: true, fallbackUrl: true, timeoutMs: true, retries: true, retryPauseMs: true },
  ...{ userAgent: true, acceptLanguage: true, fetch: true, onAttempt: true },
} satisfies Record<keyof ClientOptions, true>)

/**
 * Fills in the defaults; an optional one that is `undefined` has its default. Throws a `TypeError` that begins with the
 * option's name, so that a wrong or a misspelt one is found at start.
 */
export function resolveOptions(options: ClientOptions): ResolvedOptions {
  checkNames('options', options, OPTION_NAMES)
  const {
    baseUrl,
    fallbackUrl = baseUrl === undefined ? SECONDARY_URL : undefined,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    retries = DEFAULT_RETRIES,
    retryPauseMs = DEFAULT_RETRY_PAUSE_MS,
  } = options
  const suite = checkSuite(options.suite)
  const mchid = checkText('mchid', options.mchid)
  if (!/^\d{1,32}$/.test(mchid)) throw new TypeError('mchid must be a merchant number')
  const serial_no = checkText('serial_no', options.serial_no)
  if (!/^[0-9A-Fa-f]{1,64}$/.test(serial_no)) {
    throw new TypeError('serial_no must be the hexadecimal serial number of the merchant API certificate')
  }
  const privateKey = parsePrivateKey(options.privateKey, suite)
  if (options.certificate !== undefined)
    checkCertificate(options.certificate, { mchid, serial_no, privateKey })
  for (const name of ['fetch', 'onAttempt'] as const)
    if (options[name] !== undefined) checkFunction(name, options[name])
  const hosts = [originOf('baseUrl', baseUrl === undefined ? PRIMARY_URL : baseUrl)] as [string, ...string[]]
  if (fallbackUrl !== undefined) hosts.push(originOf('fallbackUrl', fallbackUrl))
  return {
    mchid,
    serial_no,
    privateKey,
    apiv3Key: checkApiv3Key(options.apiv3Key),
    trust: options.trust,
    suite,
    hosts,
    timeoutMs: within('timeoutMs', timeoutMs, 1, MAX_TIMEOUT_MS),
    retries: within('retries', retries, 0, MAX_RETRIES),
    retryPauseMs: within('retryPauseMs', retryPauseMs, 0, MAX_RETRY_PAUSE_MS),
    headers: headersOf(options),
    fetch: options.fetch ?? globalThis.fetch,
    onAttempt: options.onAttempt ?? (() => {}),
  }
}

/** Answers the key. Throws a `TypeError` when it is none. */
export function checkApiv3Key(apiv3Key: unknown): string {
  const key = checkText('apiv3Key', apiv3Key)
  if (key.length !== APIV3_KEY_LENGTH)
    throw new TypeError(`apiv3Key must have ${APIV3_KEY_LENGTH} characters, and has ${key.length}`)
  if (!/^[\x21-\x7e]+$/.test(key)) throw new TypeError('apiv3Key must have only digits and letters')
  return key
}

/** Answers the suite, RSA and AES unless said. Throws a `TypeError` when it is none. */
export function checkSuite(suite: unknown = rsa): Suite {
  if (typeof Object(suite).takes !== 'function')
    throw new TypeError('suite must be the shangmi of boomgate/sdk/shangmi, or left out')
  return suite as Suite
}

/** Reads a private key. Throws a `TypeError` when it is none, or not one of the suite. */
export function parsePrivateKey(text: unknown, suite: Suite): KeyObject {
  const found = readKeyText('privateKey', text)
  const [key, ...others] = found.flatMap(each => (each.kind === 'private key' ? [each.key] : []))
  if (!key)
    throw new TypeError(
      `privateKey is a ${found[0].kind}: give the private key, the text of apiclient_key.pem`,
    )
  if (others.some(other => !isSamePair(other, key)))
    throw new TypeError('privateKey has several private keys: give the one of the merchant API certificate')
  if (suite.takes(key)) return key
  const hint = suite === rsa ? '; with an SM2 key give suite: shangmi of boomgate/sdk/shangmi' : ''
  throw new TypeError(`privateKey must be an ${suite.algorithm} key${hint}`)
}

/** Throws a `TypeError` unless the merchant's certificate is the one of the other options. */
export function checkCertificate(
  text: unknown,
  { mchid, serial_no, privateKey }: Pick<ResolvedOptions, 'mchid' | 'serial_no' | 'privateKey'>,
): void {
  const found = readKeyText('certificate', text)
  const own = found.flatMap(each => (each.kind === 'certificate' ? [each.certificate] : []))[0]
  if (!own) throw new TypeError(`certificate is a ${found[0].kind}: give the text of apiclient_cert.pem`)
  if (!isSameSerial(own.serialNumber, serial_no))
    throw new TypeError(`serial_no is not that of certificate, which is ${own.serialNumber}`)
  if (!isSamePair(privateKey, own.publicKey))
    throw new TypeError('privateKey does not belong to certificate: give the key that was made for it')
  const number = /^CN=(\d+)$/m.exec(own.subject)?.[1] ?? mchid
  if (number !== mchid) throw new TypeError(`mchid is not that of certificate, which is ${number}`)
}

function headersOf({
  userAgent = `boomgate-sdk (node ${process.version})`,
  acceptLanguage = 'zh-CN',
}: ClientOptions): Record<string, string> {
  return {
    Accept: 'application/json',
    // The signature is over the bytes before compression, so compression is not asked for.
    'Accept-Encoding': 'identity',
    'Accept-Language': checkChoice('acceptLanguage', acceptLanguage, LANGUAGES),
    'User-Agent': checkUserAgent(userAgent),
  }
}

/** A header that cannot be sent is found here, and not at the first car. */
function checkUserAgent(userAgent: unknown): string {
  const text = checkText('userAgent', userAgent)
  if (!/^[\x20-\x7e]+$/.test(text)) throw new TypeError('userAgent must have only ASCII characters')
  return text
}

function originOf(name: string, given: unknown): string {
  const url = checkText(name, given)
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const isOrigin = parsed && /^https?:$/.test(parsed.protocol) && parsed.href === `${parsed.origin}/`
  if (!isOrigin)
    throw new TypeError(`${name} must be a scheme and a host, such as https://api.mch.weixin.qq.com`)
  return parsed.origin
}

function within(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw new TypeError(`${name} must be a whole number from ${least} to ${most}`)
}
