import type { Cause } from './causes.ts'
import type { Variant } from './variant.ts'

/** Whoever asks for the time twice, one after the other, gets it so far apart, in seconds. */
const MAX_TWICE_SECONDS = 3
/** The same in milliseconds, where the second is another. */
const MAX_TWICE_MS = 250
/** As far from the header's a timestamp may be that was made for another moment. */
const MAX_APART_SECONDS = 300
/** One that was made when the program has started is older. */
const MAX_OLDER_SECONDS = 1200
const MAX_ZONE_HOURS = 14

/** Timestamps that are tried together with everything else that may be wrong, the likely ones first. */
export function nearTimes(timestamp: string): Variant[] {
  return [
    ...secondsApart(timestamp, 1, MAX_TWICE_SECONDS),
    variantOf(`${timestamp}.0`, 'timestamp_unit'),
    variantOf(`${timestamp}\n`, 'line_blanks'),
  ]
}

/** Those in milliseconds of about the same second, and with them as a fraction: the header may have been made a moment later. */
export function* timesInMilliseconds(timestamp: string): Generator<Variant> {
  const start = Number(timestamp) * 1000
  for (let ms = start; ms < start + 1000; ms += 1) yield variantOf(String(ms), 'timestamp_unit')
  for (let ms = 1; ms < 1000; ms += 1) yield variantOf(String((start + ms) / 1000), 'timestamp_unit')
}

/** Those of a time that was taken some minutes before or after the one of the header. */
export function farTimes(timestamp: string): Generator<Variant> {
  return secondsApart(timestamp, MAX_TWICE_SECONDS + 1, MAX_APART_SECONDS)
}

/** What remains and is tried singly. */
export function* rareTimes(timestamp: string): Generator<Variant> {
  const seconds = Number(timestamp)
  for (let apart = 1; apart <= MAX_TWICE_MS; apart += 1)
    for (const ms of [seconds * 1000 - apart, seconds * 1000 + 999 + apart])
      yield variantOf(String(ms), 'timestamp_unit')
  for (let apart = MAX_APART_SECONDS + 1; apart <= MAX_OLDER_SECONDS; apart += 1)
    yield variantOf(String(seconds - apart), 'timestamp_differs')
  for (let hours = -MAX_ZONE_HOURS; hours <= MAX_ZONE_HOURS; hours += 1)
    for (const apart of [0, -1, 1])
      yield variantOf(String(seconds + hours * 3600 + apart), 'timestamp_differs')
}

function* secondsApart(timestamp: string, from: number, to: number): Generator<Variant> {
  const seconds = Number(timestamp)
  for (let apart = from; apart <= to; apart += 1)
    for (const signed of [seconds - apart, seconds + apart])
      yield variantOf(String(signed), 'timestamp_differs')
}

function variantOf(timestamp: string, cause: Cause): Variant {
  return { causes: [cause], change: { timestamp } }
}
