import type { SqlValue } from './database.ts'

/**
 * Refuses a parameter that the engines would not store alike: a fraction, an integer outside ±(2^53 − 1), `NaN`,
 * `undefined`, an object. SQLite would store some of them silently as something else.
 */
export function checkSqlValue(value: SqlValue): void {
  if (value === null || typeof value === 'string' || Number.isSafeInteger(value)) return
  const shown = typeof value === 'number' ? String(value) : typeof value
  throw new TypeError(`A statement takes text, safe integers and null as parameters, not ${shown}`)
}
