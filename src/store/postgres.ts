import pg from 'pg'
import type { Database, Row, SqlValue, Transaction } from './database.ts'
import { EngineTransaction } from './engine-transaction.ts'
import { PostgresConnection, toQuery } from './postgres-connection.ts'
import { postgresTypes } from './postgres-types.ts'

/** Connections of one process, unless the caller says otherwise. A server takes 100 in all as it is installed. */
const DEFAULT_MAX_CONNECTIONS = 20

/** How often a transaction is tried before a deadlock or a serialisation failure goes to the caller. */
const MAX_ATTEMPTS = 5

/** How long a caller waits for a connection, be it a new one or one that others have in use, in milliseconds. */
const CONNECTION_TIMEOUT_MS = 10_000

/** How long an unused connection is kept, in milliseconds. */
const IDLE_TIMEOUT_MS = 60_000

/** How long the server works on one statement, in milliseconds. */
const STATEMENT_TIMEOUT_MS = 30_000

/** How long a statement waits for a row that another transaction has locked, in milliseconds. */
const LOCK_TIMEOUT_MS = 10_000

/** How long an open transaction may wait for something that is not the database, in milliseconds; then it is ended. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000

/** How long we wait for a reply before we take the server for gone: the statement's own limit and time for the way. */
const REPLY_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000

/** `serialization_failure` and `deadlock_detected`: the transaction is rolled back and meant to be tried again. */
const RETRYABLE_CODES: ReadonlySet<unknown> = new Set(['40001', '40P01'])

/** The advisory lock for the creation of a schema: any number, so long as it stays the same. */
const SCHEMA_LOCK = 7_275_001

/** Names that need no quotes; the name comes from configuration and goes into a statement as it is. */
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/

/** How to use a PostgreSQL server. */
export interface PostgresOptions {
  /** Most connections that this process opens. */
  maxConnections?: number
  /** The schema that holds the tables. It is created if it is missing; without it the server's search path decides. */
  schema?: string
}

/** Connects to the PostgreSQL database at `url`. Fails at once if the server can't be reached or refuses. */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Database> {
  const { maxConnections = DEFAULT_MAX_CONNECTIONS, schema } = options
  if (schema !== undefined && !SCHEMA_NAME.test(schema)) throw new Error(`Not a name for a schema: ${schema}`)
  const address = addressOf(url)
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    query_timeout: REPLY_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'boomgate',
    types: postgresTypes,
    onConnect: client => prepareSession(client, schema),
  })
  // The pool has already dropped an idle connection that was lost. Without a listener the process would end.
  pool.on('error', () => undefined)
  try {
    if (schema === undefined) await pool.query('SELECT 1')
    else await ensureSchema(pool, schema)
  } catch (cause) {
    await pool.end()
    throw new Error(`The database at ${address} cannot be used: ${reasonOf(cause)}`, { cause })
  }
  return new PostgresDatabase(pool)
}

/** Host, port and name as the client understands the URL; never its password, which the client's own error repeats. */
function addressOf(url: string): string {
  try {
    const { host, port, database } = new pg.Client({ connectionString: url })
    return `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`
  } catch {
    throw new Error(
      'The URL of the database cannot be read. Write postgres://user:password@host:port/name, and percent-encode what is special in the password.',
    )
  }
}

/** A connection that failed on each of a name's addresses has no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '')
    return [...new Set(error.errors.map(reasonOf))].join('; ')
  return error instanceof Error ? error.message || error.name : String(error)
}

/** Looks first, because `IF NOT EXISTS` asks for the right to create even when there is nothing to create. */
async function ensureSchema(pool: pg.Pool, schema: string): Promise<void> {
  const { rows } = await pool.query('SELECT to_regnamespace($1) IS NOT NULL AS found', [schema])
  if (rows[0].found) return
  // Both statements are one transaction; the lock keeps two first starts from creating it at the same time.
  await pool.query(`SELECT pg_advisory_xact_lock(${SCHEMA_LOCK}); CREATE SCHEMA IF NOT EXISTS ${schema}`)
}

/** Settings are sent as statements, not as start-up options: those a connection pooler between us might refuse. */
async function prepareSession(client: pg.ClientBase, schema: string | undefined): Promise<void> {
  // A connection can also be lost while a transaction has it; the statement under way reports that.
  client.on('error', () => undefined)
  await client.query(`
    SET synchronous_commit = on;
    SET statement_timeout = ${STATEMENT_TIMEOUT_MS};
    SET lock_timeout = ${LOCK_TIMEOUT_MS};
    SET idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_TIMEOUT_MS};
    ${schema === undefined ? '' : `SET search_path = ${schema}`}
  `)
}

class PostgresDatabase implements Database {
  readonly engine = 'postgres'
  readonly shared = true
  readonly #pool: pg.Pool
  readonly #underWay = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  async all<T extends object = Row>(sql: string, ...parameters: SqlValue[]): Promise<T[]> {
    return (await this.#query(sql, parameters)).rows as T[]
  }

  async get<T extends object = Row>(sql: string, ...parameters: SqlValue[]): Promise<T | undefined> {
    return (await this.#query(sql, parameters)).rows[0] as T | undefined
  }

  async run(sql: string, ...parameters: SqlValue[]): Promise<number> {
    return (await this.#query(sql, parameters)).rowCount ?? 0
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#track(() => this.#untilSettled(() => this.#attempt(work)))
  }

  version(): undefined {
    return undefined
  }

  missingFile(): undefined {
    return undefined
  }

  async rewriteFiles(): Promise<void> {}

  close(): Promise<void> {
    this.#closing ??= this.#shutDown()
    return this.#closing
  }

  async #query(sql: string, parameters: readonly SqlValue[]): Promise<pg.QueryResult> {
    const query = toQuery(sql, parameters)
    return this.#track(() => this.#untilSettled(() => this.#pool.query(query)))
  }

  /** Tries again what the server has rolled back to resolve a deadlock. It has lifted the deadlock, so without delay. */
  async #untilSettled<T>(attempt: () => Promise<T>): Promise<T> {
    for (let attemptNumber = 1; ; attemptNumber += 1) {
      try {
        return await attempt()
      } catch (error) {
        if (attemptNumber === MAX_ATTEMPTS || !isRetryable(error)) throw error
      }
    }
  }

  async #attempt<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect()
    const connection = new PostgresConnection(client)
    const tx = new EngineTransaction(connection)
    const loss = watchForLoss(client)
    try {
      await connection.command('BEGIN ISOLATION LEVEL READ COMMITTED')
      const result = await Promise.race([work(tx), loss.promise])
      tx.end()
      await commit(connection, tx)
      client.release()
      tx.announceCommit()
      return result
    } catch (error) {
      tx.end()
      client.release(!(await rollBack(connection)))
      // A retry is decided by what the database said, however `work` may have wrapped it.
      throw tx.failure && isRetryable(tx.failure.error) ? tx.failure.error : error
    } finally {
      loss.stop()
    }
  }

  /** `close` waits for what is under way. The pool by itself would forget those who still wait for a connection. */
  async #track<T>(start: () => Promise<T>): Promise<T> {
    if (this.#closing) throw new Error('The database is closed')
    const promise = start()
    this.#underWay.add(promise)
    try {
      return await promise
    } finally {
      this.#underWay.delete(promise)
    }
  }

  async #shutDown(): Promise<void> {
    await Promise.allSettled(this.#underWay)
    await this.#pool.end()
  }
}

/** Rejects when the connection is lost, also while no statement is under way: the server ends idle transactions so. */
function watchForLoss(client: pg.PoolClient): { promise: Promise<never>; stop: () => void } {
  const { promise, reject } = Promise.withResolvers<never>()
  // The loss may come before anybody listens to the promise.
  promise.catch(() => undefined)
  client.once('error', reject)
  return { promise, stop: () => client.removeListener('error', reject) }
}

async function commit(connection: PostgresConnection, tx: EngineTransaction): Promise<void> {
  if (tx.failure) throw tx.failure.error
  const done = await connection.command('COMMIT')
  // The server answers a COMMIT after a failed statement with a rollback and without an error.
  if (done !== 'COMMIT')
    throw new Error('The transaction was rolled back: a statement failed that nobody waited for')
}

/** Answers whether the connection can be used again. A connection that is closed instead is rolled back by the server. */
async function rollBack(connection: PostgresConnection): Promise<boolean> {
  if (connection.isBroken) return false
  try {
    await connection.command('ROLLBACK')
    return true
  } catch {
    return false
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof pg.DatabaseError && RETRYABLE_CODES.has(error.code)
}
