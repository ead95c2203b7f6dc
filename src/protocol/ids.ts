import { BEIJING_OFFSET_MS, formatDate } from './time.ts'

/** Gives `size` random bytes. The platform uses the system's generator; a simulation gives a seeded one. */
export type Random = (size: number) => Uint8Array

const DAY_MS = 24 * 60 * 60 * 1000
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** `length` letters and digits. */
export function randomText(length: number, random: Random): string {
  let text = ''
  for (const byte of random(length)) text += LETTERS[byte % LETTERS.length]
  return text
}

/** `length` decimal digits. */
export function randomDigits(length: number, random: Random): string {
  let text = ''
  for (const byte of random(length)) text += byte % 10
  return text
}

/** Thirty-two lower-case hexadecimal digits, as `Wechatpay-Nonce` has them. */
export function newNonce(random: Random): string {
  return Buffer.from(random(16)).toString('hex')
}

/** The first part of `Request-ID`: forty upper-case hexadecimal digits. */
export function newRequestId(random: Random): string {
  return Buffer.from(random(20)).toString('hex').toUpperCase()
}

/**
 * WeChat Pay order number (transaction_id): 28 digits, with the Beijing date in the middle. It begins with the time of
 * day, so that orders which are made together stand together in an index. Twelve random digits keep a hundred thousand
 * orders of one moment apart.
 */
export function newTransactionId(nowMs: number, random: Random): string {
  const timeOfDay = String(Math.floor((((nowMs + BEIJING_OFFSET_MS) % DAY_MS) * 10_000) / DAY_MS)).padStart(
    4,
    '0',
  )
  const digits = randomDigits(12, random)
  return `4200${timeOfDay}${digits.slice(0, 2)}${formatDate(nowMs)}${digits.slice(2)}`
}

/** WeChat Pay refund number (refund_id): 29 digits, with the Beijing date in the middle. */
export function newRefundId(nowMs: number, random: Random): string {
  const digits = randomDigits(16, random)
  return `50000${digits.slice(0, 5)}${formatDate(nowMs)}${digits.slice(5)}`
}

/** Notice id: a version 7 UUID, which begins with the time, so that notices made together stand together in an index. */
export function newNoticeId(nowMs: number, random: Random): string {
  const bytes = Buffer.alloc(16)
  bytes.set(random(10), 6)
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** A number from 0 to below 1, in steps of 1/65536: finer than any share that is set. */
export function drawFrom(random: Random): number {
  return Buffer.from(random(2)).readUInt16BE() / 0x1_0000
}
