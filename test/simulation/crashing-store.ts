import { ClockError } from '../../src/clock/clock-error.ts'
import { Overtaken } from '../../src/products/basic/payments/pay.ts'
import { ApiError } from '../../src/protocol/errors.ts'
import type { Database, SqlValue, Transaction } from '../../src/store/database.ts'

/** The process is dead: whatever its code still does has no effect. */
export class Crash extends Error {
  constructor() {
    super('The process has crashed')
    this.name = 'Crash'
  }
}

/** Where a process can die: in a transaction, right after its commit, or right after it has spoken to the outside. */
export const CRASH_POINTS = ['before_commit', 'after_commit', 'after_bank', 'after_notice'] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

/** One run of a platform's process, from its start to its end. */
export class Life {
  readonly #onEnd: () => void
  #plan: { point: CrashPoint; passes: number } | undefined
  #isOver = false
  /** How many are at work that the process does not die of. */
  #safe = 0
  /** What has failed inside while the process lived, that nobody is meant to see. */
  readonly faults: unknown[] = []

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** The process will die when it comes to the point for the `passes`-th time, if it does; it lives on without a point. */
  plan(point: CrashPoint | undefined, passes = 1): void {
    this.#plan = point && { point, passes }
  }

  /** Something has failed inside; what fails in a dead process is no fault. */
  fail(error: unknown): void {
    if (!this.#isOver && !this.faults.includes(error)) this.faults.push(error)
  }

  /** What the simulation makes the process do to look at it: no point of it counts. */
  async safely(work: () => Promise<void>): Promise<void> {
    this.#safe += 1
    try {
      await work()
    } finally {
      this.#safe -= 1
    }
  }

  /** Throws if the process has died. */
  go(): void {
    if (this.#isOver) throw new Crash()
  }

  /** The process comes to a point where it may die. */
  pass(point: CrashPoint): void {
    this.go()
    if (this.#safe > 0 || this.#plan?.point !== point) return
    this.#plan.passes -= 1
    if (this.#plan.passes > 0) return
    this.#isOver = true
    this.#onEnd()
    throw new Crash()
  }
}

/** What a planted bug does to a statement: sends another one, or only pretends to have sent it. */
export type Tamper = (sql: string, parameters: readonly SqlValue[]) => string | 'skip'

/** A store as a process has it that can die. What it has committed stays; what it had not is rolled back. */
export function crashingStore(db: Database, life: Life, tamper?: Tamper): Database {
  const tampered = <T extends object>(statements: T) => (tamper ? tamperWith(statements, tamper) : statements)
  const outside = tampered(db)
  return {
    engine: db.engine,
    shared: db.shared,
    version: () => db.version(),
    missingFile: () => db.missingFile(),
    rewriteFiles: () => db.rewriteFiles(),
    close: () => db.close(),
    async all(sql, ...parameters) {
      life.go()
      return outside.all(sql, ...parameters)
    },
    async get(sql, ...parameters) {
      life.go()
      return outside.get(sql, ...parameters)
    },
    run(sql, ...parameters) {
      return this.transaction(tx => tx.run(sql, ...parameters))
    },
    async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
      const result = await db
        .transaction(async tx => {
          life.go()
          const done = await work(tampered(tx))
          life.pass('before_commit')
          return done
        })
        .catch(error => {
          if (!EXPECTED.some(kind => error instanceof kind)) life.fail(error)
          throw error
        })
      life.pass('after_commit')
      return result
    },
  }
}

/** What a transaction may end with that is no fault. */
const EXPECTED = [ApiError, ClockError, Overtaken]

const STATEMENTS: Record<string, unknown> = { all: [], get: undefined, run: 1 }

/** Looks like the original to everybody, also to `instanceof`. */
function tamperWith<T extends object>(statements: T, tamper: Tamper): T {
  return new Proxy(statements, {
    get(target, name) {
      const value = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      const original = value.bind(target)
      if (typeof name !== 'string' || !(name in STATEMENTS)) return original
      return async (sql: string, ...parameters: SqlValue[]) => {
        const sent = tamper(sql, parameters)
        return sent === 'skip' ? STATEMENTS[name] : original(sent, ...parameters)
      }
    },
  })
}
