import type { Tamper } from './crashing-store.ts'
import type { InvariantName } from './invariants.ts'

/** A bug that is planted to see that the simulation finds it. */
export interface Plant {
  name: string
  tamper: Tamper
  /** The first seed to run, where what it corrupts is rare; 1 unless said. */
  firstSeed?: number
  /** The invariants that say what it breaks; which of them is first depends on what happens. */
  breaks: readonly InvariantName[]
}

/** Only pretends to send a statement. */
export const skip =
  (start: string, parameter?: string | RegExp): Tamper =>
  (sql, parameters) => {
    const isMeant = sql.trimStart().startsWith(start)
    const isIt = (value: unknown) =>
      typeof parameter === 'string' ? value === parameter : parameter?.test(String(value))
    return isMeant && (parameter === undefined || parameters.some(isIt)) ? 'skip' : sql
  }

/** Sends a statement that was written wrongly. */
export const miswrite =
  (start: string, right: string, wrong: string): Tamper =>
  sql =>
    sql.trimStart().startsWith(start) ? sql.replace(right, wrong) : sql

/** Several tampers, of which the first that changes a statement counts. */
export const firstOf =
  (...tampers: Tamper[]): Tamper =>
  (sql, parameters) => {
    for (const tamper of tampers) {
      const sent = tamper(sql, parameters)
      if (sent !== sql) return sent
    }
    return sql
  }
