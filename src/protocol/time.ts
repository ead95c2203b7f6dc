const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-](?:0\d|1\d|2[0-3]):[0-5]\d)$/
/** Beijing time has no daylight saving. */
export const BEIJING_OFFSET_MS = 8 * 60 * 60 * 1000
const MINUTE_MS = 60_000

/** The first instant whose year Beijing time writes with five digits. */
const END_OF_TIME_MS = Date.UTC(10_000, 0, 1) - BEIJING_OFFSET_MS

/**
 * Reads an RFC 3339 time with any offset and fraction; answers milliseconds since 1970 or `undefined`, also for what
 * {@link formatTime} could not write again.
 *
 * `Date.parse` would let 30 February roll over to March, so the fields are checked here.
 */
export function parseTime(text: string): number | undefined {
  const match = RFC_3339.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', offset = 'Z'] = match
  const date = [Number(year), Number(month), Number(day)] as const
  if (!isDate(...date) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const local = Date.UTC(date[0], date[1] - 1, date[2], Number(hour), Number(minute), Number(second))
  // Two-digit years would be taken for those of the last century.
  if (date[0] < 100) return undefined
  const instant = local + Number(fraction.slice(0, 3).padEnd(3, '0')) - offsetMs(offset)
  return instant < END_OF_TIME_MS ? instant : undefined
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function isDate(year: number, month: number, day: number): boolean {
  if (day < 1 || day > (DAYS[month - 1] ?? 0)) return false
  return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0))
}

function offsetMs(offset: string): number {
  if (offset === 'Z') return 0
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6))
  return (offset[0] === '-' ? -minutes : minutes) * MINUTE_MS
}

/** Under load the same few seconds are asked for again and again. */
const KEPT_SECONDS = 8
const seconds = new Float64Array(KEPT_SECONDS).fill(Number.NaN)
const texts: string[] = new Array(KEPT_SECONDS).fill('')

/** `2017-08-26T10:43:39+08:00`: Beijing time to the second, as every reply has it. */
export function formatTime(ms: number): string {
  const second = Math.floor(ms / 1000)
  const place = second & (KEPT_SECONDS - 1)
  if (second !== seconds[place]) {
    texts[place] = `${new Date(ms + BEIJING_OFFSET_MS).toISOString().slice(0, 19)}+08:00`
    seconds[place] = second
  }
  return texts[place] as string
}

/** `2015-05-20T13:29:35.120+08:00`: the same with milliseconds, as `state_update_time` has it. */
export function formatTimeMs(ms: number): string {
  return `${new Date(ms + BEIJING_OFFSET_MS).toISOString().slice(0, 23)}+08:00`
}

const DAY_MS = 24 * 60 * 60 * 1000
/** The midnight in Beijing with which the day of an instant begins. */
export function startOfDay(ms: number): number {
  return ms - ((ms + BEIJING_OFFSET_MS) % DAY_MS)
}

let lastDay = Number.NaN
let lastDate = ''

/** `20170826` in Beijing time, the date inside order numbers. */
export function formatDate(ms: number): string {
  const day = Math.floor((ms + BEIJING_OFFSET_MS) / DAY_MS)
  if (day !== lastDay) {
    lastDate = new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')
    lastDay = day
  }
  return lastDate
}
