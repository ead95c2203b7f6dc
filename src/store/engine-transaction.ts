import type { Row, SqlValue, Transaction } from './database.ts'

/** One connection of an engine, as far as an open transaction needs it. */
export interface EngineConnection {
  readonly forUpdate: Transaction['forUpdate']
  readonly skipLocked: Transaction['skipLocked']
  all(sql: string, parameters: readonly SqlValue[]): Row[] | Promise<Row[]>
  get(sql: string, parameters: readonly SqlValue[]): Row | undefined | Promise<Row | undefined>
  run(sql: string, parameters: readonly SqlValue[]): number | Promise<number>
  /** Runs a text of several statements, without parameters and without results. */
  script(sql: string): void | Promise<void>
}

/**
 * The transaction that `work` gets to see, on both engines.
 *
 * A statement that fails fails its transaction, even if `work` catches the error: PostgreSQL refuses everything after
 * an error, and SQLite must not behave otherwise. Where a failure is expected, `ON CONFLICT` says so in the statement.
 */
export class EngineTransaction implements Transaction {
  readonly forUpdate: Transaction['forUpdate']
  readonly skipLocked: Transaction['skipLocked']
  readonly #connection: EngineConnection
  readonly #callbacks: (() => void)[] = []
  #ended = false
  #failure: { readonly error: unknown } | undefined

  constructor(connection: EngineConnection) {
    this.#connection = connection
    this.forUpdate = connection.forUpdate
    this.skipLocked = connection.skipLocked
  }

  all<T extends object = Row>(sql: string, ...parameters: SqlValue[]): Promise<T[]> {
    return this.#send(() => this.#connection.all(sql, parameters)) as Promise<T[]>
  }

  get<T extends object = Row>(sql: string, ...parameters: SqlValue[]): Promise<T | undefined> {
    return this.#send(() => this.#connection.get(sql, parameters)) as Promise<T | undefined>
  }

  run(sql: string, ...parameters: SqlValue[]): Promise<number> {
    return this.#send(() => this.#connection.run(sql, parameters))
  }

  /** For migrations only; {@link runScript} is the way in. */
  script(sql: string): Promise<void> {
    return this.#send(() => this.#connection.script(sql))
  }

  afterCommit(callback: () => void): void {
    this.#refuseAfterEnd()
    this.#callbacks.push(callback)
  }

  /** From now on every use throws: the connection belongs to somebody else. */
  end(): void {
    this.#ended = true
  }

  /** What the first failed statement threw, whether or not `work` let it through. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure
  }

  /** Runs the callbacks of `afterCommit`. One that throws is reported as a warning and does not stop the others. */
  announceCommit(): void {
    for (const callback of this.#callbacks) {
      try {
        callback()
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error))
      }
    }
  }

  /** One engine answers at once and the other later; the first one need not wait for a turn of its own. */
  #send<T>(statement: () => T | Promise<T>): Promise<T> {
    try {
      this.#refuseAfterEnd()
      if (this.#failure) {
        throw new Error('The transaction is lost: an earlier statement failed', {
          cause: this.#failure.error,
        })
      }
    } catch (error) {
      return Promise.reject(error)
    }
    try {
      const result = statement()
      return result instanceof Promise ? result.catch(error => this.#fail(error)) : Promise.resolve(result)
    } catch (error) {
      return Promise.reject(this.#remember(error))
    }
  }

  #fail(error: unknown): never {
    throw this.#remember(error)
  }

  #remember(error: unknown): unknown {
    this.#failure ??= { error }
    return error
  }

  #refuseAfterEnd(): void {
    if (this.#ended) throw new Error('The transaction is over: it was used after its work had ended')
  }
}

/** Longest run of one script on PostgreSQL, in milliseconds: an index over a big table takes its time. */
export const SCRIPT_TIMEOUT_MS = 30 * 60_000

/** Runs a text of several statements inside `tx`. They are separated by the engine itself, never by us. */
export function runScript(tx: Transaction, sql: string): Promise<void> {
  if (!(tx instanceof EngineTransaction))
    throw new TypeError('Scripts run only on transactions of this folder')
  return tx.script(sql)
}
