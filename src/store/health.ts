import type { Database } from './database.ts'

/** A write that has succeeded is not repeated for this long, in milliseconds. */
const WRITTEN_LATELY_MS = 5_000
/** How long the store may take for one look, in milliseconds. */
const LIMIT_MS = 3_000

/** Wall time in milliseconds; the host's may go back. */
interface WallClock {
  wallNow(): number
}

/** Why the store cannot be used: a sentence for anybody, and the error for the log. */
export interface StoreFault {
  says: string
  error: unknown
}

/**
 * Whether the store can be read and written. A look reads a row, and writes one unless such a write has succeeded lately:
 * however many look, the checks cost one sync in five seconds at most, and under load that write shares one with others.
 */
export class StoreHealth {
  readonly #db: Database
  readonly #clock: WallClock
  readonly #limitMs: number
  #writtenAt = Number.NEGATIVE_INFINITY
  #writing: Promise<unknown> | undefined

  constructor(db: Database, clock: WallClock, limitMs = LIMIT_MS) {
    this.#db = db
    this.#clock = clock
    this.#limitMs = limitMs
  }

  /** What is wrong with the store now; `undefined` when nothing is. */
  async fault(): Promise<StoreFault | undefined> {
    const missing = this.#db.missingFile()
    if (missing !== undefined)
      return { says: 'The file of the store is gone.', error: new Error(`${missing} is gone`) }
    try {
      await this.#inTime(this.#db.get('SELECT 1 AS alive'))
    } catch (error) {
      return { says: 'The store cannot be read.', error }
    }
    try {
      await this.#requireWrite()
      return undefined
    } catch (error) {
      return { says: 'The store cannot be written.', error }
    }
  }

  async #requireWrite(): Promise<void> {
    const now = this.#clock.wallNow()
    const age = now - this.#writtenAt
    // The host's clock may have gone back.
    if (age >= 0 && age < WRITTEN_LATELY_MS) return
    this.#writing ??= this.#db.run('UPDATE store_checks SET wall_time = $1 WHERE id = 1', now).finally(() => {
      this.#writing = undefined
    })
    await this.#inTime(this.#writing)
    this.#writtenAt = now
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>()
    const late = new Error(`The store has not answered within ${this.#limitMs} ms`)
    const timer = setTimeout(() => reject(late), this.#limitMs)
    try {
      return await Promise.race([work, promise])
    } finally {
      clearTimeout(timer)
    }
  }
}
