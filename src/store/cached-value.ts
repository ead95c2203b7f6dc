import type { Database } from './database.ts'

/** How often a node looks whether another one has changed a cached value, in milliseconds. */
export const LOOK_EVERY_MS = 1_000

/**
 * Something small that is read from the store often and seldom changes, such as the platform's keys: it is read once and
 * held. Who changes it on this node calls {@link reload} after the commit; what other nodes change is taken over within a
 * second.
 */
export class CachedValue<Value> {
  readonly #db: Database
  readonly #read: () => Promise<Value>
  #value: Value
  /** Reads come one after the other, so that an older value never replaces a newer one. */
  #last: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined

  private constructor(db: Database, read: () => Promise<Value>, value: Value) {
    this.#db = db
    this.#read = read
    this.#value = value
  }

  static async open<Value>(db: Database, read: () => Promise<Value>): Promise<CachedValue<Value>> {
    return new CachedValue(db, read, await read())
  }

  get value(): Value {
    return this.#value
  }

  /** Reads again; rejects when that fails, and the value stays what it was. */
  reload(): Promise<void> {
    const done = this.#last.then(async () => {
      this.#value = await this.#read()
    })
    this.#last = done.catch(() => undefined)
    return done
  }

  /** Takes over what other nodes change, until {@link stop}. `onError` hears of looks that failed. */
  watch(onError: (error: unknown) => void): void {
    if (!this.#db.shared) return
    const look = async () => {
      await this.reload().catch(onError)
      if (this.#timer) this.#timer = setTimeout(look, LOOK_EVERY_MS)
    }
    this.#timer = setTimeout(look, LOOK_EVERY_MS)
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#last
  }
}
