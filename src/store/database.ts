/** A value that both engines store alike. Booleans are 0 and 1, times are milliseconds, amounts are fen. */
export type SqlValue = string | number | null

/** One row, keyed by column name. Integers outside the safe range make the read fail; they are never rounded. */
export type Row = Record<string, SqlValue>

/** How statements are sent. The text is the same for both engines: `$1`, `$2`, … and the common subset of SQL. */
export interface Statements {
  /** All rows of the result, in its order. */
  all<T extends object = Row>(sql: string, ...parameters: SqlValue[]): Promise<T[]>
  /** The first row of the result, or `undefined`. */
  get<T extends object = Row>(sql: string, ...parameters: SqlValue[]): Promise<T | undefined>
  /** Runs a statement that changes rows; answers how many it changed. */
  run(sql: string, ...parameters: SqlValue[]): Promise<number>
}

/**
 * An open transaction. Inside it only the database is awaited: on SQLite every queued transaction waits for this one.
 *
 * `forUpdate` and `skipLocked` are the clauses for the end of a `SELECT` that locks its rows. They are empty on SQLite,
 * where there is only one writer anyway. Keys never change, so the locks do not hold up those who only refer to a row.
 */
export interface Transaction extends Statements {
  readonly forUpdate: '' | 'FOR NO KEY UPDATE'
  readonly skipLocked: '' | 'FOR NO KEY UPDATE SKIP LOCKED'
  /** Runs `callback` once the transaction is committed and synced; never if it rolls back. */
  afterCommit(callback: () => void): void
}

/** One store. Statements outside a transaction read what is committed. */
export interface Database extends Statements {
  readonly engine: 'sqlite' | 'postgres'
  /**
   * Whether other nodes may read and write this store at the same time; false where this process is the only one. Everything
   * that nodes do for the sake of others asks this: leases, looking for changes, waiting for what others have in hand.
   */
  readonly shared: boolean
  /**
   * Runs `work` as one transaction and answers its result after the commit is on disk. An error thrown by `work` rolls
   * everything back and is thrown on. `work` may be run again after a deadlock, so it must have no effect but on `tx`.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /**
   * Changes with every commit; `undefined` where the store is shared, because nobody can know that of others. What was read at
   * a version is true as long as the version is the same.
   */
  version(): number | undefined
  /** The path of a file that this store is kept in and that is no longer there; `undefined` when nothing is missing. */
  missingFile(): string | undefined
  /** Leaves nothing in the files of what was overwritten or deleted; they are SQLite's, so PostgreSQL does nothing. */
  rewriteFiles(): Promise<void>
  /** Waits for the transactions under way and gives the files or connections back. */
  close(): Promise<void>
}
