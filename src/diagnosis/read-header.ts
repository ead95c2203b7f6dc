import type { Authorization } from '../protocol/authorization.ts'
import type { Cause } from './causes.ts'

/** What can be read of an `Authorization` header, however malformed it is. */
export interface ReadHeader {
  fields: Partial<Authorization>
  cause: Cause
  /** What exactly is wrong with it; empty when nothing is. */
  fault: string
}

const NAMES = ['mchid', 'nonce_str', 'signature', 'timestamp', 'serial_no'] as const
const MAX_LENGTH = 4096
/** Seconds with a fraction, or a date with its time. */
const TIME = /^(?:\d{10}\.\d+|\d{14}|\d{4}-\d\d-\d\d\b.*)$/
const UNITS: Record<number, string> = { 13: 'milliseconds', 16: 'microseconds', 19: 'nanoseconds' }

/** Reads a header that was refused, and says what is wrong with it. */
export function readHeader(header: string | undefined): ReadHeader {
  if (!header) return { fields: {}, cause: 'authorization_missing', fault: 'It is absent or empty.' }
  const fields: Partial<Authorization> = {}
  const counts = new Map<string, number>()
  for (const [, name = '', value = ''] of header
    .slice(0, MAX_LENGTH)
    .matchAll(/(?<![A-Za-z_])([A-Za-z_]+)="([^"]*)"/g)) {
    counts.set(name, (counts.get(name) ?? 0) + 1)
    if (isName(name)) fields[name] ??= name === 'serial_no' ? value.toUpperCase() : value
  }
  const unit = UNITS[fields.timestamp?.length ?? 0]
  if (unit && /^\d+$/.test(fields.timestamp ?? ''))
    return { fields, cause: 'timestamp_unit', fault: `timestamp="${fields.timestamp}" is in ${unit}.` }
  if (TIME.test(fields.timestamp ?? ''))
    return { fields, cause: 'timestamp_unit', fault: `It has timestamp="${fields.timestamp}".` }
  return { fields, cause: 'authorization_malformed', fault: faultOf(header, fields, counts) }
}

function isName(name: string): name is (typeof NAMES)[number] {
  return (NAMES as readonly string[]).includes(name)
}

function faultOf(
  header: string,
  fields: Partial<Authorization>,
  counts: ReadonlyMap<string, number>,
): string {
  if (header.length > MAX_LENGTH) return `It has ${header.length} characters; ${MAX_LENGTH} are allowed.`
  if (/^[a-z_]+=/.test(header)) return 'It lacks its type in front.'
  if (!/^\S+ /.test(header)) return 'There is no blank behind its type.'
  const twice = [...counts].find(([, count]) => count > 1)
  if (twice) return `It has ${twice[0]} ${twice[1]} times.`
  const unknown = [...counts.keys()].filter(name => !isName(name))
  const missing = NAMES.filter(name => fields[name] === undefined)
  const [verb, names] = [unknown.length === 1 ? 'is' : 'are', unknown.join(' and ')]
  const renamed = unknown.length > 0 ? ` It has ${names}, which ${verb} none of its fields.` : ''
  if (missing.length > 0) {
    const bare = missing.filter(name => new RegExp(`${name}\\W{0,6}[=:]`).test(header))
    const quotes = bare.length > 0 ? ' Values stand in straight quotes, right behind the =.' : ''
    return `It lacks ${missing.map(name => `${name}="…"`).join(', ')}.${renamed}${quotes}`
  }
  const empty = NAMES.filter(name => fields[name] === '')
  if (empty.length > 0) return `Its ${empty.join(', ')} is empty.`
  if (!/^\d+$/.test(fields.timestamp ?? '')) return `timestamp="${fields.timestamp}" is no number of seconds.`
  return `${betweenPairs(header)}${renamed}`
}

/** Characters that are shown of what does not belong where it is. */
const SHOWN = 16

/** What stands where a comma and the next pair belong. */
function betweenPairs(header: string): string {
  let rest = header.slice(header.indexOf(' ') + 1)
  for (;;) {
    const [pair, name] = /^\s*([A-Za-z_]+)="[^"]*"\s*/.exec(rest) ?? []
    if (pair === undefined) return `Where a pair belongs there is \`${rest.slice(0, SHOWN)}\`.`
    rest = rest.slice(pair.length)
    if (rest === ',') return 'There is a comma behind its last pair.'
    if (!rest.startsWith(','))
      return `Behind the value of ${name} there is \`${rest.slice(0, SHOWN)}\` where a comma and the next pair belong.`
    rest = rest.slice(1)
  }
}
