import type { Database, Statements, Transaction } from '../store/database.ts'
import { BusinessClock, type ClockState, LONGEST_WAIT_MS, REAL_TIME } from './business-clock.ts'
import { type Clock, type HostClock, hostClock } from './clock.ts'
import { ClockError } from './clock-error.ts'

/** How often a node looks whether another one has changed business time, in milliseconds. */
const FOLLOW_EVERY_MS = 1_000

/**
 * How far the mark in the store is ahead of business time when it is written, and how far at least when something else is, in
 * milliseconds. After a crash business time stands still for no longer than that until it is there again.
 */
const MARK_AHEAD_MS = 4_000
const MARK_LEFT_MS = 2_000

/** The one row of business time. */
interface StoredClock extends ClockState {
  reached: number
}

/** A clock, and how everybody who goes by it is brought to another time. */
export interface ClockControl {
  readonly clock: Clock
  state(): ClockState
  /** Lets business time stand still. */
  freeze(): Promise<void>
  /** Lets business time run on. */
  run(): Promise<void>
  /** Moves business time forward to an instant in milliseconds, unless it is there already. */
  advanceTo(instant: number): Promise<void>
  /**
   * The same for a step on the way of a move. Where the store is not shared, what is done at the new time is committed
   * with the new time or after it, so nothing need wait for that. A step that could not be stored ends the next one.
   */
  stepTo(instant: number): Promise<void>
  /** What business time is, in milliseconds; no node moves it before the transaction has ended. */
  lock(tx: Transaction): Promise<number>
}

const SELECT_STATE = 'SELECT offset_ms, frozen_at, reached FROM business_clock WHERE id = 1'

/**
 * Business time as the store has it. A restart goes on with it, and other nodes on the same store take over within a
 * second what one of them has changed.
 *
 * While it runs, the store also has a mark that no committed transaction is later than, for the day on which the host's clock
 * is set back. See docs/decisions/0025.
 */
export class ClockStore implements ClockControl {
  readonly clock: BusinessClock
  readonly #db: Database
  readonly #host: HostClock
  readonly #onChange: () => void
  /** Reads and changes come one after the other, so that an older state never replaces a newer one. */
  #last: Promise<void> = Promise.resolve()
  /** The last step of a move, on its way into the store. */
  #stored: Promise<void> = Promise.resolve()
  /** Until which business time the mark in the store holds, as far as this node knows. */
  #markedTo: number
  #marking: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  private constructor(
    db: Database,
    clock: BusinessClock,
    reached: number,
    host: HostClock,
    onChange: () => void,
  ) {
    this.#markedTo = reached
    this.#db = db
    this.clock = clock
    this.#host = host
    this.#onChange = onChange
  }

  /** Reads business time. `onChange` is called when it was changed by other means than `advanceTo` on this node. */
  static async open(db: Database, onChange: () => void, host = hostClock): Promise<ClockStore> {
    const { reached, ...state } = await read(db)
    return new ClockStore(db, new BusinessClock(state, host, reached), reached, host, onChange)
  }

  state(): ClockState {
    return this.clock.state
  }

  freeze(): Promise<void> {
    return this.#change(clock => clock.freeze()).then(this.#onChange)
  }

  run(): Promise<void> {
    return this.#change(clock => clock.run()).then(this.#onChange)
  }

  advanceTo(instant: number): Promise<void> {
    return this.#change(clock => {
      if (clock.now() < instant) clock.moveTo(instant)
    })
  }

  async stepTo(instant: number): Promise<void> {
    if (this.#db.shared) return this.advanceTo(instant)
    await this.#stored
    await this.#inTurn(async () => {
      const { now, wallNow } = this.clock.look()
      if (now >= instant) return
      const { offset_ms, frozen_at } = this.clock.state
      const state =
        frozen_at === null ? { offset_ms: instant - wallNow, frozen_at } : { offset_ms, frozen_at: instant }
      // Queued before anybody can read the new time, so that nothing of that time is committed without it.
      this.#stored = this.#db.transaction(tx => save(tx, { ...state, reached: instant }))
      this.#stored.catch(() => undefined)
      this.#show({ ...state, reached: instant })
    })
  }

  async lock(tx: Transaction): Promise<number> {
    return (await this.#locked(tx, this.clock.state, this.clock.now())).now()
  }

  /**
   * Sees to it that the mark in the store holds for what is written next; called before each transaction. Mostly nothing is to
   * be done. Where the store is not shared, the mark is queued before what is written, and nothing need
   * wait for it.
   */
  mark(): Promise<void> | undefined {
    const { offset_ms, frozen_at } = this.clock.state
    if (frozen_at !== null) return undefined
    const { now, wallNow } = this.clock.look()
    const byWall = wallNow + offset_ms
    // While business time waits for the host's clock, the mark does too: else each restart would drive both on.
    const goesOnFrom = now - byWall > LONGEST_WAIT_MS ? now : byWall
    if (now <= this.#markedTo && goesOnFrom + MARK_LEFT_MS <= this.#markedTo) return undefined
    this.#marking ??= this.#writeMark(Math.max(now, goesOnFrom + MARK_AHEAD_MS)).finally(() => {
      this.#marking = undefined
    })
    this.#marking.catch(() => undefined)
    const isQueuedFirst = !this.#db.shared
    return isQueuedFirst || now <= this.#markedTo ? undefined : this.#marking
  }

  /**
   * Takes over what the store says. `isNew` says that it is another sandbox's business time, which may be earlier, as after the
   * restoring of a snapshot.
   */
  reload(isNew = false): Promise<void> {
    return this.#inTurn(async () => {
      const stored = await read(this.#db)
      if (!isNew && isSame(stored, this.clock.state)) {
        // Without what the mark is ahead: else two nodes would drive each other on.
        this.clock.reach(stored.reached - MARK_AHEAD_MS)
        return
      }
      this.#show({ ...stored, reached: stored.reached - (isNew ? 0 : MARK_AHEAD_MS) })
      this.#onChange()
    })
  }

  /** Takes over what other nodes change, until {@link stop}. `onError` hears of looks that failed. */
  watch(onError: (error: unknown) => void): void {
    if (!this.#db.shared) return
    const look = async () => {
      await this.reload().catch(onError)
      if (this.#timer) this.#timer = setTimeout(look, FOLLOW_EVERY_MS)
    }
    this.#timer = setTimeout(look, FOLLOW_EVERY_MS)
  }

  /** Stops following. Where no other node goes by the mark, it is no longer ahead; one that stays ahead does no harm. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#last
    await this.#marking?.catch(() => undefined)
    const now = this.clock.now()
    if (this.#db.shared || this.#markedTo <= now) return
    await this.#db
      .run('UPDATE business_clock SET reached = $1 WHERE reached = $2', now, this.#markedTo)
      .catch(() => undefined)
  }

  async #writeMark(to: number): Promise<void> {
    const { state } = this.clock
    const before = this.#markedTo
    // Not where the row says otherwise, because business time was changed elsewhere meanwhile.
    const written = this.#db.run(
      'UPDATE business_clock SET reached = $1 WHERE reached < $1 AND offset_ms = $2 AND frozen_at IS NULL',
      to,
      state.offset_ms,
    )
    const isQueued = !this.#db.shared
    if (isQueued) this.#markedTo = to
    const isWritten = await written.then(
      () => true,
      () => false,
    )
    // What changes business time says anew from where on it is marked.
    if (this.clock.state === state) this.#markedTo = isWritten ? to : before
    if (!isWritten && !isQueued) await written
  }

  /**
   * Changes the row and, after the commit, the clock. The row decides, because another node may have changed it. Until then
   * business time stands still here, so that nobody sees a later time than the one that is about to be written.
   */
  #change(change: (clock: BusinessClock) => void): Promise<void> {
    return this.#inTurn(async () => {
      const { state } = this.clock
      const now = this.clock.now()
      let shown: StoredClock = { ...state, reached: now }
      this.clock.freeze()
      try {
        shown = await this.#db.transaction(async tx => {
          const clock = await this.#locked(tx, state, now)
          const before = clock.state
          change(clock)
          const after = { ...clock.state, reached: clock.now() }
          if (clock.state !== before) await save(tx, after)
          return after
        })
      } finally {
        this.#show(shown)
      }
    })
  }

  /** The clock of the row; it is not behind what this node has shown, which was `now` by the state that is `known` here. */
  async #locked(tx: Transaction, known: ClockState, now: number): Promise<BusinessClock> {
    const { reached, ...state } = await read(tx, tx.forUpdate)
    const seen = isSame(state, known) ? now : Number.NEGATIVE_INFINITY
    return new BusinessClock(state, this.#host, Math.max(reached - MARK_AHEAD_MS, seen))
  }

  #show({ reached, ...state }: StoredClock): void {
    this.clock.takeOver(state, reached)
    this.#markedTo = reached
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }
}

async function read(db: Statements, forUpdate = ''): Promise<StoredClock> {
  return (await db.get<StoredClock>(`${SELECT_STATE} ${forUpdate}`)) ?? { ...REAL_TIME, reached: 0 }
}

function isSame(one: ClockState, other: ClockState): boolean {
  return one.offset_ms === other.offset_ms && one.frozen_at === other.frozen_at
}

async function save(tx: Transaction, { offset_ms, frozen_at, reached }: StoredClock): Promise<void> {
  await tx.run(
    `INSERT INTO business_clock (id, offset_ms, frozen_at, reached) VALUES (1, $1, $2, $3)
     ON CONFLICT (id) DO UPDATE
       SET offset_ms = excluded.offset_ms, frozen_at = excluded.frozen_at, reached = excluded.reached`,
    offset_ms,
    frozen_at,
    reached,
  )
}

/**
 * A clock that a test or a simulation has given; nothing of it is stored. One with `moveTo` stands still until it is moved,
 * any other cannot be moved.
 */
export function givenClock(clock: Clock & { moveTo?(instant: number): void }): ClockControl {
  return {
    clock,
    state: () => ({ offset_ms: 0, frozen_at: clock.moveTo ? clock.now() : null }),
    async freeze() {
      if (!clock.moveTo) throw new ClockError('NOT_MOVABLE')
    },
    async run() {
      if (clock.moveTo) throw new ClockError('NOT_RUNNABLE')
    },
    async advanceTo(instant) {
      if (clock.now() >= instant) return
      if (!clock.moveTo) throw new ClockError('NOT_MOVABLE')
      clock.moveTo(instant)
    },
    stepTo(instant) {
      return this.advanceTo(instant)
    },
    async lock(tx) {
      await tx.get(`${SELECT_STATE} ${tx.forUpdate}`)
      return clock.now()
    },
  }
}
