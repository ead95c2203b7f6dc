import pg from 'pg'
import type { SqlValue } from './database.ts'

const { builtins } = pg.types

/** Turns the text of a column into the value that SQLite would give. What is not named here stays text. */
const parsers: ReadonlyMap<number, (text: string) => SqlValue> = new Map([
  [builtins.BOOL, text => (text === 't' ? 1 : 0)],
  [builtins.INT2, Number],
  [builtins.INT4, Number],
  [builtins.INT8, toSafeInteger],
  [builtins.FLOAT4, Number],
  [builtins.FLOAT8, Number],
  // The type of `SUM` over BIGINT, and of `AVG`.
  [builtins.NUMERIC, text => (/^-?\d+$/.test(text) ? toSafeInteger(text) : Number(text))],
])

/** The column types for `pg`, made such that rows look alike on both engines. */
export const postgresTypes: pg.CustomTypesConfig = {
  getTypeParser: (type: number) => parsers.get(type) ?? keepText,
} as pg.CustomTypesConfig

function toSafeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`The integer ${text} is outside ±(2^53 − 1)`)
  return value
}

function keepText(text: string): string {
  return text
}
