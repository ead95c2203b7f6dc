import { ApiError } from '../../../protocol/errors.ts'
import { BEIJING_OFFSET_MS, parseTime } from '../../../protocol/time.ts'
import { errors } from './errors.ts'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
/** How long after its day a bill shows it as it was, and how long after its day it can be applied for. */
const SNAPSHOT_AFTER_MS = 9 * HOUR_MS
const READY_AFTER_MS = 10 * HOUR_MS
const MONTHS_KEPT = 3

/** A day in Beijing time, in milliseconds of business time. */
export interface BillDay {
  /** Such as `2026-06-01`. */
  date: string
  begin: number
  /** The midnight with which it ends, which is not of it. */
  end: number
  /** The instant as of which its bills are: what changes later is in none of them. */
  snapshot: number
}

/** The day that a bill is applied for. Throws BILL_DATE_WRONG unless it is one of the three months before today. */
export function billDay(date: string, now: number): BillDay {
  const begin = parseTime(`${date}T00:00:00+08:00`)
  if (begin === undefined) throw wrongDate(date, '账单日期不是合法的日期')
  if (begin >= midnightBefore(now)) throw wrongDate(date, '账单日期必须早于当天')
  if (begin < firstDay(now)) throw wrongDate(date, '仅支持三个月内的账单')
  const end = begin + DAY_MS
  return { date, begin, end, snapshot: end + SNAPSHOT_AFTER_MS }
}

/** Throws STATEMENT_CREATING before ten in the morning of the next day. */
export function requireReady({ end }: BillDay, now: number): void {
  if (now < end + READY_AFTER_MS) throw new ApiError(errors.STATEMENT_CREATING)
}

/** Beijing time has no daylight saving. */
function midnightBefore(instant: number): number {
  return Math.floor((instant + BEIJING_OFFSET_MS) / DAY_MS) * DAY_MS - BEIJING_OFFSET_MS
}

/** The same day of the month three months ago, or the last of that month where it is shorter. */
function firstDay(now: number): number {
  const today = new Date(now + BEIJING_OFFSET_MS)
  const [year, month] = [today.getUTCFullYear(), today.getUTCMonth() - MONTHS_KEPT]
  const lastOfMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(today.getUTCDate(), lastOfMonth)) - BEIJING_OFFSET_MS
}

function wrongDate(value: string, issue: string): ApiError {
  return new ApiError(errors.BILL_DATE_WRONG, { field: 'bill_date', issue, location: 'query', value })
}
