import type { Rules } from '../calls/context.ts'
import type { TrustState } from '../protocol/trust.ts'
import type { SecretsKeys } from '../store/secrets.ts'

/** Everything that can be set at start. Each option has an environment variable; docs/operations.md lists them. */
export interface Config {
  port: number
  host: string
  /** Where the second access point listens; it is not there when absent. */
  backupPort?: number | undefined
  /** Where the platform listens with TLS, under a private CA; nowhere when absent. */
  tlsPort?: number | undefined
  /** The host that `merchant.json`, download URLs and the banner name; the address that is listened on when absent. */
  advertise?: string | undefined
  /** Where the administration API listens; it is not there when absent. */
  adminPort?: number
  /** The address that it listens on; the loopback when absent. */
  adminHost?: string | undefined
  /** Whether to write the files of the sandbox that the data folder lacks, with other certificates for its merchants. */
  writeMissingKeys?: boolean | undefined
  /** The data folder. */
  data: string
  /** A `postgres://` URL; SQLite in the data folder when absent. */
  database: string | undefined
  /** The trust state that all merchants of the sandbox are put into; left as it is when absent. */
  trust: TrustState | undefined
  /** What seals the secrets of the store; they are stored as they are when absent. From the environment alone. */
  secretsKeys?: SecretsKeys | undefined
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  rules: Rules
  /** Scheme and host that download URLs begin with; where the platform listens when absent. */
  publicUrl?: string | undefined
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export const DEFAULT_RULES: Rules = {
  profile: 'sandbox',
  deductionLadder: [0, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR],
  advanceGrace: 0,
  profitSharingHold: 30 * DAY,
  plateSyntax: 'ANY',
  // Nobody has published a limit. This one is far away and keeps every sum of the books a safe integer.
  maxChargeAmount: 10_000_000_000,
  maxDailyAmount: Infinity,
  maxDailyCharges: Infinity,
  parkingLifetime: Infinity,
  chargeAfterExit: Infinity,
  chargeSetupCode: 'INVALID_REQUEST',
  walletRefundDelay: 5 * MINUTE,
  cardRefundDelay: DAY,
  refundInterval: MINUTE,
  publishedLimits: 'on',
  rateLimit: 1_000,
  undefinedFields: 'refuse',
}

/** Business time plus this is still a date that can be written. */
const LONGEST = 36_500 * DAY

const UNITS: Record<string, number> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY }

/** Reads `500ms`, `15s`, `10m`, `6h`, `30d`; answers milliseconds. Throws with what to write instead. */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text.trim()) ?? []
  if (!amount || !unit)
    throw new Error(`"${text}" is no duration: write a number with ms, s, m, h or d, such as 10m`)
  const duration = Number(amount) * (UNITS[unit] ?? 1)
  if (duration > LONGEST) throw new Error(`"${text}" is longer than a hundred years`)
  return duration
}

/** Reads a scheme and a host, such as `https://pay.example.com`. Throws with what to write instead. */
export function parseOrigin(text: string): string {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`)
    throw new Error(`"${text}" is no scheme and host: write one such as https://pay.example.com`)
  return url.origin
}

/** Reads a name or an address without a scheme and a port. Throws with what to write instead. */
export function parseHost(text: string): string {
  const url = URL.parse(`http://${text.includes(':') ? `[${text}]` : text}`)
  if (!url || url.href !== `${url.origin}/` || url.port !== '')
    throw new Error(`"${text}" is no host: write a name or an address, such as sandbox.example`)
  return text
}

/** Reads a comma-separated list of durations. */
export function parseLadder(text: string): number[] {
  return text.split(',').map(parseDuration)
}
