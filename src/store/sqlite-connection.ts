import type { Row, SqlValue } from './database.ts'
import type { EngineConnection } from './engine-transaction.ts'
import { DatabaseSync, type StatementSync } from './node-sqlite.ts'
import { checkSqlValue } from './sql-value.ts'

/** How many prepared statements one connection keeps. The program has a few hundred; the oldest one gives way. */
const MAX_STATEMENTS = 1_000

/** How long a statement waits for a lock that another process holds, in milliseconds: a backup tool, a `sqlite3` shell. */
const BUSY_TIMEOUT_MS = 5_000

/**
 * Memory for pages per connection, in KiB. The one that reads holds the inner pages of the indexes of a million orders;
 * the one that writes needs the last pages of each table. The files are in the cache of the operating system besides.
 */
const PAGE_CACHE_KIB = { reader: 8_000, writer: 4_000 }

/** A prepared statement, with what node:sqlite does not check or remember. */
interface Prepared {
  readonly statement: StatementSync
  readonly parameterCount: number
  /** Which parameter each `?` of the statement stands for, from 0. */
  readonly order: readonly number[]
  columnCount: number
  toRow: RowFactory
}

type RowFactory = (values: readonly SqlValue[]) => Row

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
      `PRAGMA foreign_keys = ON; PRAGMA cache_size = -${options.readOnly ? PAGE_CACHE_KIB.reader : PAGE_CACHE_KIB.writer}; PRAGMA temp_store = MEMORY`,
    )
  }

  /** False when nothing is open, and also after an error (a full disk, say) that ended the transaction by itself. */
  get isTransaction(): boolean {
    return this.#database.isTransaction
  }

  all(sql: string, parameters: readonly SqlValue[]): Row[] {
    const prepared = this.#prepare(sql)
    const results = prepared.statement.all(...bind(prepared, parameters)) as unknown as SqlValue[][]
    return results.map(values => toRow(prepared, values))
  }

  get(sql: string, parameters: readonly SqlValue[]): Row | undefined {
    const prepared = this.#prepare(sql)
    const values = prepared.statement.get(...bind(prepared, parameters)) as unknown as SqlValue[] | undefined
    return values && toRow(prepared, values)
  }

  run(sql: string, parameters: readonly SqlValue[]): number {
    const prepared = this.#prepare(sql)
    return Number(prepared.statement.run(...bind(prepared, parameters)).changes)
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
    const order = [...sql.matchAll(PARAMETER)].map(([, number]) => Number(number) - 1)
    const statement = this.#database.prepare(sql.replaceAll(PARAMETER, '?'))
    statement.setReturnArrays(true)
    const prepared = {
      statement,
      parameterCount: Math.max(-1, ...order) + 1,
      order,
      ...rowFactory(statement),
    }
    this.#statements.set(sql, prepared)
    return prepared
  }
}

/** `$1` in our statements, which hold no text of their own with a dollar sign. */
const PARAMETER = /\$(\d+)/g

/**
 * The values for the `?` of a statement, in their order: binding by place costs a third less than binding by name. Integers go in
 * as integers: node:sqlite binds every number as a float.
 */
function bind(prepared: Prepared, parameters: readonly SqlValue[]): (string | bigint | null)[] {
  if (parameters.length !== prepared.parameterCount) {
    // SQLite itself would take the missing ones as NULL.
    throw new TypeError(
      `The statement takes ${prepared.parameterCount} parameters and got ${parameters.length}`,
    )
  }
  for (const value of parameters) checkSqlValue(value)
  return prepared.order.map(index => {
    const value = parameters[index] as SqlValue
    return typeof value === 'number' ? BigInt(value) : value
  })
}

function toRow(prepared: Prepared, values: readonly SqlValue[]): Row {
  // A `SELECT *` has new columns after an `ALTER TABLE`, which SQLite takes in by itself.
  if (values.length !== prepared.columnCount) Object.assign(prepared, rowFactory(prepared.statement))
  return prepared.toRow(values)
}

/**
 * Writes a function that makes a row with an object literal, because setting thirty properties one by one makes a
 * read cost three times as much. The names are those of our own tables.
 */
function rowFactory(statement: StatementSync): Pick<Prepared, 'columnCount' | 'toRow'> {
  const columns = statement.columns()
  const members = columns.map(({ name }, index) => `${JSON.stringify(name)}: values[${index}]`)
  const toRow = new Function('values', `return { ${members.join(', ')} }`) as RowFactory
  return { columnCount: columns.length, toRow }
}
