import pg from 'pg'
import type { Row, SqlValue } from './database.ts'
import { type EngineConnection, SCRIPT_TIMEOUT_MS } from './engine-transaction.ts'
import { checkSqlValue } from './sql-value.ts'

/** How many different texts are prepared under a name. Later ones are planned each time: the server keeps every name. */
const MAX_NAMED_STATEMENTS = 1_000

/** The names of prepared statements, by their text. They are the same on every connection of this process. */
const statementNames = new Map<string, string>()

/** What `pg` wants to know about one statement. */
export function toQuery(sql: string, parameters: readonly SqlValue[]): pg.QueryConfig {
  for (const value of parameters) checkSqlValue(value)
  return { name: statementName(sql), text: sql, values: parameters as SqlValue[] }
}

/**
 * One connection that was taken out of the pool for a transaction.
 *
 * It sends one statement at a time, so that `work` may start several at once, as it may on SQLite.
 */
export class PostgresConnection implements EngineConnection {
  readonly forUpdate = 'FOR NO KEY UPDATE'
  readonly skipLocked = 'FOR NO KEY UPDATE SKIP LOCKED'
  readonly #client: pg.PoolClient
  #last: Promise<unknown> = Promise.resolve()
  #broken = false

  constructor(client: pg.PoolClient) {
    this.#client = client
  }

  /** Whether the connection may have lost its server, or its place in the conversation with it. */
  get isBroken(): boolean {
    return this.#broken
  }

  async all(sql: string, parameters: readonly SqlValue[]): Promise<Row[]> {
    return (await this.#send(toQuery(sql, parameters))).rows
  }

  async get(sql: string, parameters: readonly SqlValue[]): Promise<Row | undefined> {
    return (await this.#send(toQuery(sql, parameters))).rows[0]
  }

  async run(sql: string, parameters: readonly SqlValue[]): Promise<number> {
    return (await this.#send(toQuery(sql, parameters))).rowCount ?? 0
  }

  async script(sql: string): Promise<void> {
    // Without parameters the text goes out as one simple query, which the server itself takes apart.
    await this.#send({ text: sql, query_timeout: SCRIPT_TIMEOUT_MS } as pg.QueryConfig)
  }

  /** Sends a command such as `BEGIN`; answers what the server says it did, which for a `COMMIT` may be `ROLLBACK`. */
  async command(sql: string): Promise<string> {
    return (await this.#send({ text: sql })).command
  }

  async #send(query: pg.QueryConfig): Promise<pg.QueryResult<Row>> {
    const result = this.#last.then(() => this.#client.query<Row>(query))
    this.#last = result.catch(() => undefined)
    try {
      return await result
    } catch (error) {
      // The server's own refusals leave the connection usable; a timeout or a lost socket does not.
      if (!(error instanceof pg.DatabaseError)) this.#broken = true
      throw error
    }
  }
}

function statementName(sql: string): string | undefined {
  const known = statementNames.get(sql)
  if (known || statementNames.size >= MAX_NAMED_STATEMENTS) return known
  const name = `s${statementNames.size + 1}`
  statementNames.set(sql, name)
  return name
}
