import { chmodSync, closeSync, existsSync, openSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Database, Row, SqlValue, Transaction } from './database.ts'
import { type FileIdentity, identityOf, isSameFile } from './file-identity.ts'
import { GroupCommit } from './group-commit.ts'
import { SqliteConnection } from './sqlite-connection.ts'

/** The log is copied into the database file once it has this many pages of 4 KiB (16 MiB), by the commit that fills it. */
const CHECKPOINT_PAGES = 4_000

/** A log that has grown beyond this many bytes (a long read held it up) is cut back to it after the next checkpoint. */
const MAX_IDLE_LOG_BYTES = 64 * 1024 * 1024

/** Readable only by its owner. */
const PRIVATE = 0o600

/** How long a transaction may wait for something that is not the database, in milliseconds. Everybody waits with it. */
const WORK_LIMIT_MS = 10_000

/**
 * Opens the SQLite file at `path` and creates it if it is missing, readable only by its owner.
 *
 * There are two connections: transactions run on the one that writes (see `GroupCommit`), statements outside a
 * transaction on the one that reads, which sees only what is committed.
 */
export function openSqlite(path: string, options: { workLimitMs?: number } = {}): Database {
  // An absolute path keeps SQLite from taking `:memory:` or `file:…` for something else than a file name.
  const file = resolve(path)
  makePrivate(file)
  const writer = new SqliteConnection(file, { readOnly: false })
  writer.script(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA journal_size_limit = ${MAX_IDLE_LOG_BYTES};
  `)
  const reader = new SqliteConnection(file, { readOnly: true })
  return new SqliteDatabase(file, writer, reader, options.workLimitMs ?? WORK_LIMIT_MS)
}

/**
 * A new file belongs only to its owner from the first moment. One that is there may have come with another mode, from a backup
 * say, and so may its log; those that SQLite makes have the mode of the file.
 */
function makePrivate(file: string): void {
  // One that is there is not opened: closing it again would free the locks that this process has on it.
  if (!existsSync(file)) closeSync(openSync(file, 'a', PRIVATE))
  for (const ending of ['', '-wal', '-shm']) {
    if (existsSync(file + ending)) chmodSync(file + ending, PRIVATE)
  }
}

class SqliteDatabase implements Database {
  readonly engine = 'sqlite'
  readonly shared = false
  readonly #file: string
  readonly #identity: FileIdentity | undefined
  readonly #writer: SqliteConnection
  readonly #reader: SqliteConnection
  readonly #commits: GroupCommit
  #closing: Promise<void> | undefined

  constructor(file: string, writer: SqliteConnection, reader: SqliteConnection, workLimitMs: number) {
    this.#file = file
    this.#identity = identityOf(file)
    this.#writer = writer
    this.#reader = reader
    this.#commits = new GroupCommit(writer, workLimitMs, () => this.#requireFile())
  }

  async all<T extends object = Row>(sql: string, ...parameters: SqlValue[]): Promise<T[]> {
    return this.#reader.all(sql, parameters) as T[]
  }

  async get<T extends object = Row>(sql: string, ...parameters: SqlValue[]): Promise<T | undefined> {
    return this.#reader.get(sql, parameters) as T | undefined
  }

  run(sql: string, ...parameters: SqlValue[]): Promise<number> {
    return this.transaction(tx => tx.run(sql, ...parameters))
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#closing) throw new Error('The database is closed')
    return this.#commits.add(work)
  }

  version(): number {
    return this.#commits.groups
  }

  missingFile(): string | undefined {
    return isSameFile(this.#file, this.#identity) ? undefined : this.#file
  }

  /** SQLite goes on with a file that was deleted, and what it commits then is gone with the process. */
  #requireFile(): void {
    const missing = this.missingFile()
    if (missing !== undefined) throw new Error(`${missing} is gone, so nothing can be committed`)
  }

  async rewriteFiles(): Promise<void> {
    await this.#commits.idle()
    // The copy that is made on the way may be larger than the memory. The log holds the new pages until they are in place.
    this.#writer.script(`
      PRAGMA temp_store = FILE; VACUUM; PRAGMA temp_store = MEMORY;
      PRAGMA wal_checkpoint(TRUNCATE)
    `)
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown()
    return this.#closing
  }

  async #shutDown(): Promise<void> {
    await this.#commits.idle()
    this.#reader.close()
    // The last connection to close also removes the log, but only if it has used it, as this statement does.
    this.#writer.script('PRAGMA wal_checkpoint(TRUNCATE)')
    this.#writer.close()
  }
}
