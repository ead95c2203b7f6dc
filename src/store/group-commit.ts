import type { Transaction } from './database.ts'
import { EngineTransaction } from './engine-transaction.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

/** Most transactions that share one commit. At some 20 µs each the group holds the event loop for a few milliseconds. */
const MAX_JOBS_PER_GROUP = 256

type Work = (tx: Transaction) => Promise<unknown>

/** A transaction somebody waits for. */
interface Job {
  readonly work: Work
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Tells the one who waits for a job how it ended; called once the group is committed. */
type Answer = () => void

/**
 * Runs transactions on the one connection that writes, so that those which come in together share one commit.
 *
 * A commit costs an fsync, and an fsync costs more than many small transactions. The jobs of a group run one after the
 * other inside one `BEGIN IMMEDIATE … COMMIT`, each in a savepoint of its own: a job that fails takes only itself back.
 * Nobody is answered before the commit is on disk. Constraints that SQLite would check at `COMMIT` only (`DEFERRABLE
 * INITIALLY DEFERRED`) don't belong here, since their failure would hit the whole group.
 */
export class GroupCommit {
  readonly #connection: SqliteConnection
  readonly #workLimitMs: number
  readonly #watchdog: NodeJS.Timeout
  readonly #beforeGroup: () => void
  #refuseJob: (() => void) | undefined
  readonly #whenIdle: (() => void)[] = []
  #queue: Job[] = []
  #groups = 0
  #flushing = false

  /**
   * `workLimitMs`: how long one job may wait for something that is not this database before it fails. `beforeGroup` throws
   * when nothing can be committed.
   */
  constructor(connection: SqliteConnection, workLimitMs: number, beforeGroup: () => void) {
    this.#connection = connection
    this.#beforeGroup = beforeGroup
    this.#workLimitMs = workLimitMs
    this.#watchdog = setTimeout(() => this.#refuseJob?.(), workLimitMs).unref()
  }

  /** How many groups were committed. */
  get groups(): number {
    return this.#groups
  }

  /** Runs `work` in the next group and answers after its commit. */
  add<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ work, resolve: resolve as (result: unknown) => void, reject })
      this.#scheduleFlush()
    })
  }

  /** Resolves when no job is queued or under way. */
  idle(): Promise<void> {
    if (!this.#flushing) return Promise.resolve()
    return new Promise(resolve => this.#whenIdle.push(resolve))
  }

  /** The flush waits for the end of this turn of the event loop, so that every request that has arrived joins. */
  #scheduleFlush(): void {
    if (this.#flushing) return
    this.#flushing = true
    setImmediate(() => this.#flush())
  }

  async #flush(): Promise<void> {
    const group = this.#queue.slice(0, MAX_JOBS_PER_GROUP)
    this.#queue = this.#queue.slice(MAX_JOBS_PER_GROUP)
    try {
      const answers = await this.#commitGroup(group)
      for (const answer of answers) answer()
    } catch (error) {
      for (const job of group) job.reject(error)
    }
    this.#refuseJob = undefined
    this.#flushing = false
    if (this.#queue.length > 0) this.#scheduleFlush()
    else for (const resolve of this.#whenIdle.splice(0)) resolve()
  }

  async #commitGroup(group: readonly Job[]): Promise<Answer[]> {
    const answers: Answer[] = []
    this.#beforeGroup()
    this.#command('BEGIN IMMEDIATE')
    try {
      for (const job of group) answers.push(await this.#runJob(job))
      this.#command('COMMIT')
      this.#groups += 1
      return answers
    } catch (error) {
      if (this.#connection.isTransaction) this.#command('ROLLBACK')
      throw error
    }
  }

  /** Answers how the job ended; throws only if the transaction of the whole group is lost. */
  async #runJob(job: Job): Promise<Answer> {
    const tx = new EngineTransaction(this.#connection)
    this.#command('SAVEPOINT job')
    try {
      const result = await this.#withinLimit(job.work, tx)
      if (tx.failure) throw tx.failure.error
      return this.#keep(job, tx, result)
    } catch (error) {
      return this.#takeBack(job, tx, error)
    }
  }

  #keep(job: Job, tx: EngineTransaction, result: unknown): Answer {
    tx.end()
    this.#command('RELEASE job')
    return () => {
      tx.announceCommit()
      job.resolve(result)
    }
  }

  #takeBack(job: Job, tx: EngineTransaction, error: unknown): Answer {
    tx.end()
    // A full disk, or a statement like `INSERT OR ROLLBACK`, ends the transaction that all jobs of the group share.
    if (!this.#connection.isTransaction) {
      throw new Error('SQLite has rolled back a whole group of transactions', { cause: error })
    }
    this.#command('ROLLBACK TO job')
    this.#command('RELEASE job')
    return () => job.reject(error)
  }

  /**
   * Ends the wait for a job that hangs, since everybody behind it hangs with it. A job whose statements take long is
   * not meant and not hit: they run without a pause in which a timer could fire. One timer serves all jobs of a group.
   */
  #withinLimit(work: Work, tx: Transaction): Promise<unknown> {
    this.#watchdog.refresh()
    return new Promise((resolve, reject) => {
      this.#refuseJob = () =>
        reject(new Error(`A transaction waited longer than ${this.#workLimitMs} ms for other things`))
      // An async function around it, because `work` may throw before its first wait.
      const run = async () => work(tx)
      run().then(resolve, reject)
    })
  }

  #command(sql: string): void {
    this.#connection.run(sql, [])
  }
}
