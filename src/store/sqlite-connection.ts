import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Row, SqlValue } from './database.ts'
import type { EngineConnection } from './engine-transaction.ts'
import { checkSqlValue } from './sql-value.ts'

/** How many prepared statements one connection keeps. The program has a few hundred; the oldest one gives way. */
const MAX_STATEMENTS = 1_000

/** How long a statement waits for a lock that another process holds, in milliseconds: a backup tool, a `sqlite3` shell. */
const BUSY_TIMEOUT_MS = 5_000

/** Memory for pages per connection, in KiB. The files are in the page cache of the operating system besides. */
const PAGE_CACHE_KIB = 16_000

/** A prepared statement, with what node:sqlite does not check or remember. */
interface Prepared {
  readonly statement: StatementSync
  readonly parameterCount: number
  columns: readonly string[]
}

/**
 * One connection to a SQLite file: prepared statements by their text, `$1` parameters, plain objects as rows.
 *
 * Rows are read as arrays and put together here, because that costs less than the objects node:sqlite makes, and
 * because those have no prototype and so would not be deeply equal to the rows of PostgreSQL.
 */
export class SqliteConnection implements EngineConnection {
  readonly forUpdate = ''
  readonly skipLocked = ''
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, Prepared>()

  constructor(path: string, options: { readOnly: boolean }) {
    this.#database = new DatabaseSync(path, { readOnly: options.readOnly, timeout: BUSY_TIMEOUT_MS })
    this.script(
      `PRAGMA foreign_keys = ON; PRAGMA cache_size = -${PAGE_CACHE_KIB}; PRAGMA temp_store = MEMORY`,
    )
  }

  /** False when nothing is open, and also after an error (a full disk, say) that ended the transaction by itself. */
  get isTransaction(): boolean {
    return this.#database.isTransaction
  }

  all(sql: string, parameters: readonly SqlValue[]): Row[] {
    const prepared = this.#prepare(sql)
    const results = prepared.statement.all(bind(prepared, parameters)) as unknown as SqlValue[][]
    return results.map(values => toRow(prepared, values))
  }

  get(sql: string, parameters: readonly SqlValue[]): Row | undefined {
    const prepared = this.#prepare(sql)
    const values = prepared.statement.get(bind(prepared, parameters)) as unknown as SqlValue[] | undefined
    return values && toRow(prepared, values)
  }

  run(sql: string, parameters: readonly SqlValue[]): number {
    const prepared = this.#prepare(sql)
    return Number(prepared.statement.run(bind(prepared, parameters)).changes)
  }

  script(sql: string): void {
    // What was prepared before may have other columns afterwards.
    this.#statements.clear()
    this.#database.exec(sql)
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #prepare(sql: string): Prepared {
    const known = this.#statements.get(sql)
    if (known) return known
    if (this.#statements.size >= MAX_STATEMENTS) {
      const [oldest] = this.#statements.keys()
      this.#statements.delete(oldest as string)
    }
    const statement = this.#database.prepare(sql)
    statement.setReturnArrays(true)
    const prepared = { statement, parameterCount: countParameters(sql), columns: columnNames(statement) }
    this.#statements.set(sql, prepared)
    return prepared
  }
}

/** `$1` is a parameter with the name "1". Integers go in as integers: node:sqlite binds every number as a float. */
function bind(prepared: Prepared, parameters: readonly SqlValue[]): Record<string, string | bigint | null> {
  if (parameters.length !== prepared.parameterCount) {
    // SQLite itself would take the missing ones as NULL.
    throw new TypeError(
      `The statement takes ${prepared.parameterCount} parameters and got ${parameters.length}`,
    )
  }
  const bound: Record<string, string | bigint | null> = {}
  for (let index = 0; index < parameters.length; index += 1) {
    const value = parameters[index] as SqlValue
    checkSqlValue(value)
    bound[index + 1] = typeof value === 'number' ? BigInt(value) : value
  }
  return bound
}

function toRow(prepared: Prepared, values: readonly SqlValue[]): Row {
  // A `SELECT *` has new columns after an `ALTER TABLE`, which SQLite takes in by itself.
  if (values.length !== prepared.columns.length) prepared.columns = columnNames(prepared.statement)
  const { columns } = prepared
  const row: Row = {}
  for (let index = 0; index < values.length; index += 1) {
    row[columns[index] as string] = values[index] as SqlValue
  }
  return row
}

function columnNames(statement: StatementSync): string[] {
  return statement.columns().map(column => column.name)
}

function countParameters(sql: string): number {
  let highest = 0
  for (const [, number] of sql.matchAll(/\$(\d+)/g)) highest = Math.max(highest, Number(number))
  return highest
}
