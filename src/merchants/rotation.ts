import { BEIJING_OFFSET_MS } from '../protocol/time.ts'
import type { Merchant, Rotation } from './merchants.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** How many days before the end of the newest platform certificate the next one is made. */
export const NEXT_MADE_DAYS = 210
/** How many days before the end a merchant is shown the next one at the earliest, and to when it can put that off. */
export const NEXT_SHOWN_DAYS = { earliest: 180, latest: 120 } as const

/** All signatures, in hundredths of a percent. */
export const WHOLE = 10_000

/**
 * The share of the next certificate while a merchant goes over to it by the fixed plan, in hundredths of a percent: at first,
 * and after each Monday and Thursday at 10:00 Beijing time. The real steps are not published.
 */
const AUTOMATIC_SHARES = [1, 100, 500, 1_000, 2_000, 5_000, WHOLE] as const
const STEPS_AT_MS = 10 * 60 * 60 * 1000

/** What a merchant has set about certificates. */
export type RotationSettings = Pick<
  Merchant,
  'rotation' | 'rotation_since' | 'rotation_share' | 'next_certificate_days'
>

/** The certificates of one algorithm that have not ended and that a merchant is shown, the one that signs by itself first. */
export function shownCertificates<Certificate extends { expireTime: number }>(
  oldestFirst: readonly Certificate[],
  { next_certificate_days }: Pick<Merchant, 'next_certificate_days'>,
  now: number,
): readonly Certificate[] {
  const valid = oldestFirst.filter(({ expireTime }) => expireTime > now)
  return valid.filter((_, index) => {
    const before = valid[index - 1]
    return !before || shownFrom(before, next_certificate_days) <= now
  })
}

/** How a merchant goes over from the first to the second of the certificates that it is shown; the share of the second. */
export function rotationOf(
  { rotation, rotation_since, rotation_share, next_certificate_days }: RotationSettings,
  [current, next]: readonly { expireTime: number }[],
  now: number,
): { rotation: Rotation; share: number } {
  const isUnderWay =
    current !== undefined &&
    next !== undefined &&
    rotation_since !== null &&
    // A rotation ends with the old certificate, and what was set for that one says nothing of those that follow.
    rotation_since >= shownFrom(current, next_certificate_days)
  if (!isUnderWay || rotation === 'NONE') return { rotation: 'NONE', share: 0 }
  if (rotation === 'MANUAL') return { rotation, share: rotation_share }
  // What was reached by hand before is not given up, because a share only grows.
  return { rotation, share: Math.max(rotation_share, automaticShare(rotation_since, now)) }
}

function shownFrom({ expireTime }: { expireTime: number }, days: number): number {
  return expireTime - days * DAY_MS
}

function automaticShare(since: number, now: number): number {
  const steps = stepsUntil(now) - stepsUntil(since)
  return AUTOMATIC_SHARES[Math.min(steps, AUTOMATIC_SHARES.length - 1)] ?? WHOLE
}

/** How many Mondays and Thursdays at 10:00 Beijing time there have been since the first day of 1970, a Thursday. */
function stepsUntil(instant: number): number {
  const day = Math.floor((instant + BEIJING_OFFSET_MS - STEPS_AT_MS) / DAY_MS)
  const weeks = Math.floor(day / 7)
  return 2 * weeks + (day - 7 * weeks >= 4 ? 2 : 1)
}
