import { formatTimeMs } from '../protocol/time.ts'

/** A row as a reply shows it: times of the named columns as RFC 3339, and nothing that is not there. */
export function shown<Row extends object, Time extends keyof Row>(
  row: Row,
  times: readonly Time[],
): { [Column in keyof Row]: Column extends Time ? string : Row[Column] } {
  const entries = Object.entries(row)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => [name, times.includes(name as Time) ? formatTimeMs(value) : value])
  return Object.fromEntries(entries)
}
