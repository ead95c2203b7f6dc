import type { Database, SqlValue, Statements, Transaction } from './database.ts'

/**
 * A store whose writers can be kept out for a moment. What changes everything at once needs that: on PostgreSQL it locks all
 * tables, and would lose every deadlock with writers that have some of them; and what writers have read before, such as
 * business time, is not true any more behind it.
 */
export class GatedDatabase implements Database {
  readonly #db: Database
  #underWay = 0
  #whenNone: (() => void) | undefined
  /** Set while the gate is closed. */
  #opened: Promise<void> | undefined

  readonly #beforeWriting: () => Promise<void> | undefined

  /** `beforeWriting` is called before each write and transaction, which waits for it if there is something to wait for. */
  constructor(db: Database, beforeWriting: () => Promise<void> | undefined = () => undefined) {
    this.#db = db
    this.#beforeWriting = beforeWriting
  }

  get engine(): Database['engine'] {
    return this.#db.engine
  }

  get shared(): boolean {
    return this.#db.shared
  }

  all: Statements['all'] = (sql, ...parameters) => this.#db.all(sql, ...parameters)

  get: Statements['get'] = (sql, ...parameters) => this.#db.get(sql, ...parameters)

  run(sql: string, ...parameters: SqlValue[]): Promise<number> {
    return this.#pass(() => this.#db.run(sql, ...parameters))
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#pass(() => this.#db.transaction(work))
  }

  version(): number | undefined {
    return this.#db.version()
  }

  missingFile(): string | undefined {
    return this.#db.missingFile()
  }

  rewriteFiles(): Promise<void> {
    return this.#db.rewriteFiles()
  }

  close(): Promise<void> {
    return this.#db.close()
  }

  /**
   * Gives the store to `change` while no writer of this process is under way; those that come meanwhile wait until it has
   * ended. One change comes after the other.
   */
  async exclusively<T>(change: (db: Database) => Promise<T>): Promise<T> {
    while (this.#opened) await this.#opened
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#opened = promise
    try {
      if (this.#underWay > 0) await new Promise<void>(none => (this.#whenNone = none))
      return await change(this.#db)
    } finally {
      this.#opened = undefined
      resolve()
    }
  }

  async #pass<T>(write: () => Promise<T>): Promise<T> {
    while (this.#opened) await this.#opened
    this.#underWay += 1
    try {
      const before = this.#beforeWriting()
      if (before) await before
      return await write()
    } finally {
      this.#underWay -= 1
      if (this.#underWay === 0) this.#whenNone?.()
    }
  }
}
