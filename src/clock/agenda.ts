import { WORK_NAMES, type WorkName } from '../platform.ts'
import { ClockError } from './clock-error.ts'
import type { ClockControl } from './clock-store.ts'
import { type DueWork, Worker } from './worker.ts'

/** How many pieces of each work were done. */
export type WorkCounts = Record<WorkName, number>

/** What falls due. The pieces of each work are of another kind, and nobody outside of it looks into them. */
export type Works = Readonly<Record<WorkName, DueWork<unknown>>>

/** Business time stops at whole seconds on its way, so that what falls due within one is done together. */
const STEP_MS = 1_000
const NEVER = Number.POSITIVE_INFINITY
/** How long to wait before looking again at what another node has in hand. */
const HELD_SLEEP_MS = 50
/** How often to look: twenty seconds in all, which is longer than a node can have a notice in hand. */
const HELD_LOOKS = 400

interface Entry {
  readonly name: WorkName
  readonly work: DueWork<unknown>
  readonly worker: Worker<unknown>
}

/** What came of one look at all works. */
interface Round {
  /** `progress`: pieces were done; `stuck`: something is due that could not be done here; `rest`: nothing is due. */
  outcome: 'progress' | 'stuck' | 'rest'
  /** When the next piece falls due, as far as it was known before the round. */
  nextDueAt: number
}

/** Everything that falls due, in the order of {@link WORK_NAMES}: what pays comes before what tells of it. */
export class Agenda {
  /** Business time and how it is changed. */
  readonly control: ClockControl
  readonly #entries: readonly Entry[]
  #moving: Promise<unknown> = Promise.resolve()
  #stopped = false

  /** `lookEveryMs`: the longest sleep of a worker; see {@link Worker}. */
  constructor(
    works: Works,
    control: ClockControl,
    onError: (error: unknown, name: string) => void,
    lookEveryMs?: number,
  ) {
    this.control = control
    this.#entries = WORK_NAMES.map(name => {
      const work = works[name]
      return { name, work, worker: new Worker(work, control.clock, onError, lookEveryMs) }
    })
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

  /** Looks for due work of one name now; without a name of all, as after a change of business time. */
  wake(wanted?: WorkName): void {
    for (const { name, worker } of this.#entries) if (!wanted || name === wanted) worker.wake()
  }

  /** Does everything that is due by now and everything that this makes due. It leaves what another node has in hand. */
  async runDue(): Promise<WorkCounts> {
    const before = this.#counts()
    while ((await this.#round()).outcome === 'progress');
    return this.#since(before)
  }

  /**
   * Moves business time forward to an instant in milliseconds, and does on the way everything that falls due by then, in
   * the order of its time and at most a second late. An instant in the past moves nothing. One move comes after the other.
   *
   * Throws a {@link ClockError} when another node keeps due work for twenty seconds, when the clock is not to be moved, and
   * when the platform stops. Business time has then come only so far, and the same move goes on from there.
   */
  moveTo(target: number): Promise<WorkCounts> {
    return this.inTurn(moveTo => moveTo(target))
  }

  /** Does something that moves business time, while no other move is under way and nothing changes the whole world. */
  inTurn<T>(work: (moveTo: (target: number) => Promise<WorkCounts>) => Promise<T>): Promise<T> {
    const done = this.#moving.then(() => work(target => this.#moveTo(target)))
    this.#moving = done.catch(() => undefined)
    return done
  }

  /** Does something to the whole world, while no due work is in hand and none is taken up. It comes in turn with moves. */
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

  async #moveTo(target: number): Promise<WorkCounts> {
    const before = this.#counts()
    for (;;) {
      const nextDueAt = await this.#finishDue()
      if (this.control.clock.now() >= target) break
      const next = Math.ceil(nextDueAt / STEP_MS) * STEP_MS
      if (next < target) await this.control.stepTo(next)
      else await this.control.advanceTo(target)
    }
    this.wake()
    return this.#since(before)
  }

  /** Does what is due, waits for what other nodes do of it, and answers when the next piece falls due. */
  async #finishDue(): Promise<number> {
    for (let looks = 0; looks < HELD_LOOKS; looks += 1) {
      if (this.#stopped) throw new ClockError('STOPPED')
      // Before the look too, which sees neither what others have nor when that falls due again.
      const wasHeldElsewhere = await this.#isHeldElsewhere()
      const { outcome, nextDueAt } = await this.#round()
      if (outcome === 'rest' && !wasHeldElsewhere && !(await this.#isHeldElsewhere())) return nextDueAt
      if (outcome === 'progress') looks = 0
      else await new Promise(resolve => setTimeout(resolve, HELD_SLEEP_MS))
    }
    throw new ClockError('HELD_ELSEWHERE')
  }

  /** Does what each work has due now, one after the other. */
  async #round(): Promise<Round> {
    const before = this.#total()
    const looked = await Promise.all(
      this.#entries.map(async ({ work, worker }) => ({ worker, dueAt: (await work.nextDueAt()) ?? NEVER })),
    )
    const nextDueAt = Math.min(...looked.map(({ dueAt }) => dueAt))
    const now = this.control.clock.now()
    const todo = looked.filter(({ worker, dueAt }) => worker.isBusy || dueAt <= now)
    for (const { worker } of todo) await worker.runDue()
    // What has ended between the looks may have made due what the looks did not see.
    if (this.#total() > before) return { outcome: 'progress', nextDueAt }
    return { outcome: todo.length === 0 ? 'rest' : 'stuck', nextDueAt }
  }

  async #isHeldElsewhere(): Promise<boolean> {
    const now = this.control.clock.now()
    for (const { work } of this.#entries) if (await work.isHeldElsewhere?.(now)) return true
    return false
  }

  #total(): number {
    return this.#entries.reduce((sum, { worker }) => sum + worker.done, 0)
  }

  #counts(): WorkCounts {
    return countsOf(this.#entries.map(({ name, worker }) => [name, worker.done]))
  }

  #since(before: WorkCounts): WorkCounts {
    return countsOf(this.#entries.map(({ name, worker }) => [name, worker.done - before[name]]))
  }
}

function countsOf(counts: [WorkName, number][]): WorkCounts {
  return Object.fromEntries(counts) as WorkCounts
}
