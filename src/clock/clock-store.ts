import type { Database, Transaction } from '../store/database.ts'
import { BusinessClock, type ClockState, REAL_TIME } from './business-clock.ts'
import type { Clock } from './clock.ts'
import { ClockError } from './clock-error.ts'

/** How often a node looks whether another one has changed business time, in milliseconds. */
const FOLLOW_EVERY_MS = 1_000

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
   * The same for a step on the way of a move. Where this process alone writes, what is done at the new time is committed
   * with the new time or after it, so nothing need wait for that. A step that could not be stored ends the next one.
   */
  stepTo(instant: number): Promise<void>
  /** What business time is, in milliseconds; no node moves it before the transaction has ended. */
  lock(tx: Transaction): Promise<number>
}

const SELECT_STATE = 'SELECT offset_ms, frozen_at FROM business_clock WHERE id = 1'

/**
 * Business time as the store has it. A restart goes on with it, and other nodes on the same store take over within a
 * second what one of them has changed.
 */
export class ClockStore implements ClockControl {
  readonly clock: BusinessClock
  readonly #db: Database
  readonly #onChange: () => void
  /** Reads and changes come one after the other, so that an older state never replaces a newer one. */
  #last: Promise<void> = Promise.resolve()
  /** The last step of a move, on its way into the store. */
  #stored: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined

  private constructor(db: Database, clock: BusinessClock, onChange: () => void) {
    this.#db = db
    this.clock = clock
    this.#onChange = onChange
  }

  /** Reads business time. `onChange` is called when it was changed by other means than `advanceTo` on this node. */
  static async open(db: Database, onChange: () => void, wallNow = () => Date.now()): Promise<ClockStore> {
    const state = await db.get<ClockState>(SELECT_STATE)
    return new ClockStore(db, new BusinessClock(state, wallNow), onChange)
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
    if (this.#db.version() === undefined) return this.advanceTo(instant)
    await this.#stored
    await this.#inTurn(async () => {
      const next = new BusinessClock(this.clock.state, this.clock.wallNow)
      if (next.now() >= instant) return
      next.moveTo(instant)
      const { state } = next
      // Queued before anybody can read the new time, so that nothing of that time is committed without it.
      this.#stored = this.#db.transaction(tx => save(tx, state))
      this.#stored.catch(() => undefined)
      this.clock.takeOver(state)
    })
  }

  async lock(tx: Transaction): Promise<number> {
    return (await this.#locked(tx)).now()
  }

  /** Takes over what the store says, as after the restoring of a snapshot. */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      const { offset_ms, frozen_at } = (await this.#db.get<ClockState>(SELECT_STATE)) ?? REAL_TIME
      const { state } = this.clock
      if (state.offset_ms === offset_ms && state.frozen_at === frozen_at) return
      this.clock.takeOver({ offset_ms, frozen_at })
      this.#onChange()
    })
  }

  /** Takes over what other nodes change, until {@link stop}. `onError` hears of looks that failed. */
  follow(onError: (error: unknown) => void): void {
    if (this.#db.engine === 'sqlite') return
    const look = async () => {
      await this.reload().catch(onError)
      if (this.#timer) this.#timer = setTimeout(look, FOLLOW_EVERY_MS)
    }
    this.#timer = setTimeout(look, FOLLOW_EVERY_MS)
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#last
  }

  /**
   * Changes the row and, after the commit, the clock. The row decides, because another node may have changed it. Until then
   * business time stands still here, so that nobody is told a later time than the one that is about to be written.
   */
  #change(change: (clock: BusinessClock) => void): Promise<void> {
    return this.#inTurn(async () => {
      let { state } = this.clock
      this.clock.freeze()
      try {
        state = await this.#db.transaction(async tx => {
          const clock = await this.#locked(tx)
          const before = clock.state
          change(clock)
          if (clock.state !== before) await save(tx, clock.state)
          return clock.state
        })
      } finally {
        this.clock.takeOver(state)
      }
    })
  }

  async #locked(tx: Transaction): Promise<BusinessClock> {
    const state = await tx.get<ClockState>(`${SELECT_STATE} ${tx.forUpdate}`)
    return new BusinessClock(state, this.clock.wallNow)
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }
}

async function save(tx: Transaction, { offset_ms, frozen_at }: ClockState): Promise<void> {
  await tx.run(
    `INSERT INTO business_clock (id, offset_ms, frozen_at) VALUES (1, $1, $2)
     ON CONFLICT (id) DO UPDATE SET offset_ms = excluded.offset_ms, frozen_at = excluded.frozen_at`,
    offset_ms,
    frozen_at,
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
