import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Language } from '../protocol/errors.ts'
import { APIV3_KEY_LENGTH } from '../protocol/sealed-resource.ts'
import { rsa, type Suite } from '../protocol/suite.ts'
import type { Trust } from './key-ring.ts'
import type { OperationName } from './operations.ts'

/** What a client is made of. */
export interface ClientOptions {
  /** The merchant number that calls: a direct merchant's own, or the service provider's. */
  mchid: string
  /** Serial number of the merchant API certificate, 40 hexadecimal digits. */
  serial_no: string
  /** PEM of that certificate's private key (`apiclient_key.pem`). */
  privateKey: string
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

/** Fills in the defaults. Throws a `TypeError` that names the option, so that a wrong one is found at start. */
export function resolveOptions(options: ClientOptions): ResolvedOptions {
  const {
    mchid,
    serial_no,
    baseUrl,
    suite = rsa,
    fallbackUrl = baseUrl === undefined ? SECONDARY_URL : undefined,
  } = options
  if (!/^\d{1,32}$/.test(mchid)) throw new TypeError('mchid must be a merchant number')
  if (!/^[0-9A-Fa-f]{1,64}$/.test(serial_no)) {
    throw new TypeError('serial_no must be the hexadecimal serial number of the merchant API certificate')
  }
  const hosts = [originOf('baseUrl', baseUrl ?? PRIMARY_URL)] as [string, ...string[]]
  if (fallbackUrl !== undefined) hosts.push(originOf('fallbackUrl', fallbackUrl))
  return {
    mchid,
    serial_no,
    privateKey: parsePrivateKey(options.privateKey, suite),
    apiv3Key: checkApiv3Key(options.apiv3Key),
    trust: options.trust,
    suite,
    hosts,
    timeoutMs: within('timeoutMs', options.timeoutMs ?? DEFAULT_TIMEOUT_MS, 1, MAX_TIMEOUT_MS),
    retries: within('retries', options.retries ?? DEFAULT_RETRIES, 0, MAX_RETRIES),
    retryPauseMs: within(
      'retryPauseMs',
      options.retryPauseMs ?? DEFAULT_RETRY_PAUSE_MS,
      0,
      MAX_RETRY_PAUSE_MS,
    ),
    headers: headersOf(options),
    fetch: options.fetch ?? globalThis.fetch,
    onAttempt: options.onAttempt ?? (() => {}),
  }
}

/** Answers the key. Throws when it has not the length of one. */
export function checkApiv3Key(apiv3Key: string): string {
  if (Buffer.byteLength(apiv3Key) === APIV3_KEY_LENGTH) return apiv3Key
  throw new TypeError(`apiv3Key must have ${APIV3_KEY_LENGTH} characters, and has ${apiv3Key.length}`)
}

/** Reads a PEM private key. Throws when it is none, or not one of the suite. */
export function parsePrivateKey(pem: string, suite: Suite): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch (cause) {
    throw new TypeError('privateKey must be the PEM of a private key, the text of apiclient_key.pem', {
      cause,
    })
  }
  if (suite.takes(key)) return key
  const hint = suite === rsa ? '; with an SM2 key give suite: shangmi of boomgate/sdk/shangmi' : ''
  throw new TypeError(`privateKey must be an ${suite.algorithm} key${hint}`)
}

function headersOf({ userAgent, acceptLanguage }: ClientOptions): Record<string, string> {
  const headers = {
    Accept: 'application/json',
    // The signature is over the bytes before compression, so compression is not asked for.
    'Accept-Encoding': 'identity',
    'Accept-Language': acceptLanguage ?? 'zh-CN',
    'User-Agent': userAgent ?? `boomgate-sdk (node ${process.version})`,
  }
  // A header that cannot be sent is found here, and not at the first car.
  new Headers(headers)
  return headers
}

function originOf(name: string, url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const isOrigin = parsed && /^https?:$/.test(parsed.protocol) && parsed.href === `${parsed.origin}/`
  if (!isOrigin)
    throw new TypeError(`${name} must be a scheme and a host, such as https://api.mch.weixin.qq.com`)
  return parsed.origin
}

function within(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new TypeError(`${name} must be a whole number from ${least} to ${most}`)
}
