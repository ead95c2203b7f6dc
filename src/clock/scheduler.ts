import { ClockError } from './clock-error.ts'
import type { ClockControl } from './clock-store.ts'
import { type Job, Worker } from './worker.ts'

/** How many pieces of each job were done, by its name. */
export type JobCounts = Record<string, number>

/** What falls due: what pays comes before what reports it. The pieces of each job are of another kind. */
export type Jobs = readonly Job<unknown>[]

/** Business time stops at whole seconds on its way, so that what falls due within one is done at once. */
const STEP_MS = 1_000
const NEVER = Number.POSITIVE_INFINITY
/**
 * Rounds at one instant while there is always more: room for the longest chain of pieces of which each makes the next one due
 * at once, as the attempts of a deduction without waits are.
 */
const MAX_ROUNDS = 8
/** Crowded stops until a stop covers twice as much business time. */
const CROWDED_STOPS = 2
/** How long to wait before looking again at what another node has in hand. */
const HELD_SLEEP_MS = 50
/** How often to look: twenty seconds in all, which is longer than a node can have a notice in hand. */
const HELD_LOOKS = 400

interface Entry {
  readonly job: Job<unknown>
  readonly worker: Worker<unknown>
}

/** What came of one look at all jobs. */
interface Round {
  /** `progress`: pieces were done; `stuck`: something is due that could not be done here; `rest`: nothing is due. */
  outcome: 'progress' | 'stuck' | 'rest'
  /** When the next piece falls due, as far as it was known before each job's turn. */
  nextDueAt: number
}

/** How the work of one instant ended. */
interface Stop {
  /** When the next piece falls due; at a crowded stop it may be due already. */
  nextDueAt: number
  /** Whether callers have added work meanwhile. */
  isCrowded: boolean
}

/** Everything that falls due, in the order in which it was given. */
export class Scheduler {
  /** Business time and how it is changed. */
  readonly control: ClockControl
  readonly #entries: readonly Entry[]
  readonly #arrivals: () => number
  #moving: Promise<unknown> = Promise.resolve()
  #stopped = false

  /**
   * `lookEveryMs`: the longest sleep of a worker; see {@link Worker}. `arrivals` counts the calls of this node's callers that
   * may have made work.
   */
  constructor(
    jobs: Jobs,
    control: ClockControl,
    onError: (error: unknown, name: string) => void,
    { lookEveryMs, arrivals = () => 0 }: { lookEveryMs?: number; arrivals?: () => number } = {},
  ) {
    this.control = control
    this.#arrivals = arrivals
    this.#entries = jobs.map(job => ({
      job,
      worker: new Worker(job, control.clock, onError, lookEveryMs),
    }))
  }

  /** Lets the workers do what falls due by themselves. */
  start(): void {
    for (const { worker } of this.#entries) worker.start()
  }

  /** Stops taking work, for good, and waits for what is in hand. A move under way ends with a {@link ClockError}. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#entries.map(({ worker }) => worker.stop()))
    await this.#moving
  }

  /** Looks for due work of one job now; without a name, of all, as after a change of business time. */
  wake(wanted?: string): void {
    const entries = wanted ? this.#entries.filter(({ job }) => job.name === wanted) : this.#entries
    if (entries.length === 0) throw new Error(`There is no job named ${wanted}`)
    for (const { worker } of entries) worker.wake()
  }

  /**
   * Does everything that is due by now and everything that this makes due. It leaves what another node has in hand. While
   * callers add work it is one round: what was due at its start, and what that makes due for the jobs that come later.
   */
  async runDue(): Promise<JobCounts> {
    const before = this.#counts()
    const arrivals = this.#arrivals()
    for (let rounds = 0; rounds < MAX_ROUNDS; rounds += 1) {
      const { outcome } = await this.#round()
      if (outcome !== 'progress' || this.#arrivals() > arrivals) break
    }
    return this.#since(before)
  }

  /**
   * Moves business time forward to an instant in milliseconds, and does on the way everything that falls due by then, in
   * the order of its time and at most a second late. An instant in the past moves nothing. One move comes after the other.
   *
   * It does not wait for what callers add meanwhile, of which there might be no end. A stop at which they have added work is
   * crowded: it is one round, and after every second one a stop covers twice as much business time as before, by which work
   * may then be late. That makes at most 22 crowded stops for an hour, 32 for a day and 48 for 366 days.
   *
   * Throws a {@link ClockError} when another node keeps due work for twenty seconds, when the clock is not to be moved, and
   * when the platform stops. Business time has then come only so far, and the same move goes on from there.
   */
  moveTo(target: number): Promise<JobCounts> {
    return this.inTurn(moveTo => moveTo(target))
  }

  /** Does something that moves business time, while no other move is under way and nothing changes the whole sandbox. */
  inTurn<T>(work: (moveTo: (target: number) => Promise<JobCounts>) => Promise<T>): Promise<T> {
    const done = this.#moving.then(() => work(target => this.#moveTo(target)))
    this.#moving = done.catch(() => undefined)
    return done
  }

  /** Does something to the whole sandbox, while no due work is in hand and none is taken up. It comes in turn with moves. */
  whileIdle<T>(change: () => Promise<T>): Promise<T> {
    return this.inTurn(async () => {
      await Promise.all(this.#entries.map(({ worker }) => worker.pause()))
      try {
        return await change()
      } finally {
        for (const { worker } of this.#entries) worker.resume()
      }
    })
  }

  async #moveTo(target: number): Promise<JobCounts> {
    const before = this.#counts()
    let crowded = 0
    for (;;) {
      const { nextDueAt, isCrowded } = await this.#finishDue()
      const now = this.control.clock.now()
      if (now >= target) break
      if (isCrowded) crowded += 1
      const stepMs = STEP_MS * 2 ** Math.floor(crowded / CROWDED_STOPS)
      // What was added meanwhile is due already, and time goes on without it.
      const next = Math.ceil(Math.max(nextDueAt, now + 1) / stepMs) * stepMs
      if (next < target) await this.control.stepTo(next)
      else await this.control.advanceTo(target)
    }
    this.wake()
    return this.#since(before)
  }

  /** Does what is due, and waits for what other nodes have had of it in hand when it began. */
  async #finishDue(): Promise<Stop> {
    const begunAt = this.control.clock.wallNow()
    const arrivals = this.#arrivals()
    let rounds = 0
    for (let looks = 0; looks < HELD_LOOKS; looks += 1) {
      if (this.#stopped) throw new ClockError('STOPPED')
      // Before the look too, which sees neither what others have nor when that falls due again.
      const wasHeldElsewhere = await this.#isHeldElsewhere(begunAt)
      const { outcome, nextDueAt } = await this.#round()
      if (outcome === 'progress') rounds += 1
      const isCrowded = this.#arrivals() > arrivals
      const isCut = outcome === 'progress' && (isCrowded || rounds >= MAX_ROUNDS)
      const isOver = isCut || (outcome === 'rest' && !wasHeldElsewhere)
      if (isOver && !(await this.#isHeldElsewhere(begunAt)))
        return { nextDueAt, isCrowded: isCrowded || isCut }
      if (outcome === 'progress' && !isCut) looks = 0
      else await new Promise(resolve => setTimeout(resolve, HELD_SLEEP_MS))
    }
    throw new ClockError('HELD_ELSEWHERE')
  }

  /** Does what each job has due now, one after the other, and with it what the jobs before it have made due. */
  async #round(): Promise<Round> {
    const before = this.#total()
    let nextDueAt = NEVER
    let isAnythingDue = false
    for (const { job, worker } of this.#entries) {
      const dueAt = (await job.nextDueAt()) ?? NEVER
      nextDueAt = Math.min(nextDueAt, dueAt)
      if (!worker.isBusy && dueAt > this.control.clock.now()) continue
      isAnythingDue = true
      await worker.runDue()
    }
    // What has ended between the looks may have made due what the looks did not see.
    if (this.#total() > before) return { outcome: 'progress', nextDueAt }
    return { outcome: isAnythingDue ? 'stuck' : 'rest', nextDueAt }
  }

  async #isHeldElsewhere(takenBy: number): Promise<boolean> {
    const now = this.control.clock.now()
    for (const { job } of this.#entries) if (await job.isHeldElsewhere?.(now, takenBy)) return true
    return false
  }

  #total(): number {
    return this.#entries.reduce((sum, { worker }) => sum + worker.done, 0)
  }

  #counts(): JobCounts {
    return countsOf(this.#entries.map(({ job, worker }) => [job.name, worker.done]))
  }

  #since(before: JobCounts): JobCounts {
    return countsOf(this.#entries.map(({ job, worker }) => [job.name, worker.done - (before[job.name] ?? 0)]))
  }
}

function countsOf(counts: [string, number][]): JobCounts {
  return Object.fromEntries(counts)
}
