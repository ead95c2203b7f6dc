import type { Clock } from './clock.ts'

/** One kind of work that falls due: how to find its pieces and how to do one. */
export interface Job<Item> {
  /** For the log, such as `settlement`. */
  name: string
  /** Pieces in hand at once, at most. */
  concurrency: number
  key(item: Item): string
  /**
   * Up to `limit` pieces that are due at `now` (business time), the longest due first, without those whose keys are
   * `inHand`.
   */
  claim(now: number, limit: number, inHand: ReadonlySet<string>): Promise<Item[]>
  /**
   * Does one piece in transactions of its own, and changes what `claim` finds; it answers false when it has changed nothing
   * because another node has the piece in hand. A piece that throws is not taken again for a second, unless it is {@link Postponed}.
   */
  handle(item: Item): Promise<boolean>
  /** Business time at which the next piece falls due; `undefined` when there is none. */
  nextDueAt(): Promise<number | undefined>
  /**
   * How many pieces are due at `now`, those in hand included; it may count some that nobody can take now. Where callers make
   * pieces due, this is what a round does at most. Without it a round goes on until nothing is due.
   */
  countDue?(now: number): Promise<number>
  /**
   * Whether another node has had pieces in hand since the instant `takenBy` of wall time that were due by `now`, where
   * `nextDueAt` leaves those out. Business time is not moved on meanwhile.
   */
  isHeldElsewhere?(now: number, takenBy: number): Promise<boolean>
}

/** What a piece throws that has failed by a fault of ours and was put off: it is due later, so the others need not wait for it. */
export class Postponed extends Error {
  override readonly name = 'Postponed'

  constructor(cause: unknown) {
    super('The piece has failed and was put off', { cause })
  }
}

/** How often to look at a table where another node may have put work, in milliseconds. */
export const LOOK_EVERY_MS = 1_000
/** How long to wait for due work that another node has in hand. */
const MIN_SLEEP_MS = 50
/** How long to wait after the store itself failed, and with a piece that has failed. */
const FAILURE_SLEEP_MS = 1_000
/** How long room may stay empty until it is filled, unless half of the pieces have ended: one look at the table for many. */
const REFILL_AFTER_MS = 5

/**
 * Does due work as it falls due, several pieces at once. A slow piece holds up no other as long as there is room.
 *
 * Nothing is kept in memory but what is in hand: after a crash the tables say what is due.
 */
export class Worker<Item> {
  readonly #job: Job<Item>
  readonly #clock: Clock
  readonly #onError: (error: unknown, name: string) => void
  readonly #lookEveryMs: number
  readonly #inHand = new Map<string, Promise<void>>()
  /** Pieces that have failed, until they may be taken again. */
  readonly #resting = new Map<string, NodeJS.Timeout>()
  #timer: NodeJS.Timeout | undefined
  #refillTimer: NodeJS.Timeout | undefined
  /** Those who wait until it is worth to look for more. */
  #refill = Promise.withResolvers<void>()
  #looking = 0
  /** Pieces that have ended since the last look. */
  #ended = 0
  /** The same since the worker was made. */
  #endedInAll = 0
  #done = 0
  #pumping: Promise<void> | undefined
  #taking: Promise<void> = Promise.resolve()
  #wokenWhilePumping = false
  #started = false
  #stopped = false
  #paused = false

  /** `lookEveryMs`: the longest sleep; longer where all work comes with a `wake`. */
  constructor(
    job: Job<Item>,
    clock: Clock,
    onError: (error: unknown, name: string) => void,
    lookEveryMs = LOOK_EVERY_MS,
  ) {
    this.#job = job
    this.#clock = clock
    this.#onError = onError
    this.#lookEveryMs = lookEveryMs
  }

  /** Pieces that were done since the worker was made. */
  get done(): number {
    return this.#done
  }

  /** True while pieces are in hand or about to be. */
  get isBusy(): boolean {
    return this.#inHand.size > 0 || this.#looking > 0
  }

  start(): void {
    this.#started = true
    this.wake()
  }

  /** Looks for due work now; called after a commit that made some. */
  wake(): void {
    if (!this.#started) return
    if (this.#pumping) this.#wokenWhilePumping = true
    else void this.#pump()
  }

  /** Stops taking work, for good, and waits for what is in hand. */
  async stop(): Promise<void> {
    this.#started = false
    this.#stopped = true
    clearTimeout(this.#timer)
    clearTimeout(this.#refillTimer)
    for (const timer of this.#resting.values()) clearTimeout(timer)
    await this.#pumping
    await this.#taking
    await Promise.all(this.#inHand.values())
  }

  /** Takes no more until {@link resume}, and waits for what is in hand. */
  async pause(): Promise<void> {
    this.#paused = true
    await this.#taking
    await Promise.all(this.#inHand.values())
  }

  resume(): void {
    this.#paused = false
    this.wake()
  }

  /**
   * Does what is due by now, for a clock that is moved by hand: as many pieces as are due or in hand at the call, the longest
   * due first, so that it ends however many callers add. It leaves what another node has in hand.
   */
  async runDue(): Promise<void> {
    const due = (await this.#job.countDue?.(this.#clock.now())) ?? Number.POSITIVE_INFINITY
    const endedWithThose = this.#endedInAll + this.#inHand.size + due
    for (let left = due; left > 0 && this.#endedInAll < endedWithThose; ) {
      const before = this.#done
      const refill = this.#refill.promise
      const took = await this.#take(left)
      left -= took
      if (this.#inHand.size > 0) await refill
      // Pieces that were taken and not done are in other hands, and would be taken again and again.
      else if (!took) return
      if (this.#inHand.size === 0 && this.#done === before) return
    }
    await Promise.all(this.#inHand.values())
  }

  async #pump(): Promise<void> {
    this.#pumping = this.#takeAndSleep()
    await this.#pumping
    this.#pumping = undefined
    if (this.#wokenWhilePumping) {
      this.#wokenWhilePumping = false
      this.wake()
    }
  }

  async #takeAndSleep(): Promise<void> {
    clearTimeout(this.#timer)
    let sleepMs = this.#lookEveryMs
    try {
      await this.#take()
      // A full pool looks again when a piece ends, so it needs no timer.
      if (this.#inHand.size >= this.#job.concurrency) return
      const due = await this.#job.nextDueAt()
      if (due !== undefined)
        sleepMs = Math.min(this.#lookEveryMs, Math.max(MIN_SLEEP_MS, due - this.#clock.now()))
    } catch (error) {
      this.#onError(error, this.#job.name)
      sleepMs = FAILURE_SLEEP_MS
    }
    this.#wakeAfter(sleepMs)
  }

  #wakeAfter(sleepMs: number): void {
    clearTimeout(this.#timer)
    if (this.#started) this.#timer = setTimeout(() => this.wake(), sleepMs)
  }

  /**
   * Takes due pieces, at most `most`, until there is no room or no more; answers how many. One look at the table comes after the other, so
   * that `runDue` beside a running worker takes no piece twice, keeps to the limit, and waits for what the worker has just
   * claimed.
   */
  async #take(most = Number.POSITIVE_INFINITY): Promise<number> {
    this.#looking += 1
    const taken = this.#taking.then(() => this.#takeWhileThereIsRoom(most))
    this.#taking = taken.then(
      () => undefined,
      () => undefined,
    )
    try {
      return await taken
    } finally {
      this.#looking -= 1
    }
  }

  async #takeWhileThereIsRoom(most: number): Promise<number> {
    let taken = 0
    while (!this.#stopped && !this.#paused) {
      const room = Math.min(most - taken, this.#job.concurrency - this.#inHand.size - this.#resting.size)
      if (room <= 0) return taken
      this.#ended = 0
      const notNow = new Set([...this.#inHand.keys(), ...this.#resting.keys()])
      const items = await this.#job.claim(this.#clock.now(), room, notNow)
      for (const item of items) this.#begin(item)
      taken += items.length
      if (items.length < room) return taken
    }
    return taken
  }

  #begin(item: Item): void {
    const key = this.#job.key(item)
    const done = this.#job
      .handle(item)
      .catch(error => {
        const isPostponed = error instanceof Postponed
        this.#onError(isPostponed ? error.cause : error, this.#job.name)
        if (!isPostponed) this.#rest(key)
        return isPostponed
      })
      .then(changed => {
        this.#inHand.delete(key)
        this.#afterPiece(changed)
      })
    this.#inHand.set(key, done)
  }

  /** A piece that fails may still be due, as when the disk is full; taken again at once it would fail for ever, at full speed. */
  #rest(key: string): void {
    if (this.#stopped) return
    const mayGo = () => {
      this.#resting.delete(key)
      this.wake()
    }
    this.#resting.set(key, setTimeout(mayGo, FAILURE_SLEEP_MS))
  }

  /** A look at the table for each piece that ends would cost as much as the piece, so several ends share one. */
  #afterPiece(changed: boolean): void {
    if (changed) this.#done += 1
    else this.#wakeAfter(MIN_SLEEP_MS)
    this.#ended += 1
    this.#endedInAll += 1
    if (this.#inHand.size === 0 || (changed && this.#ended >= this.#inHand.size)) this.#fillRoom(changed)
    else
      this.#refillTimer ??= setTimeout(() => this.#fillRoom(true), changed ? REFILL_AFTER_MS : MIN_SLEEP_MS)
  }

  #fillRoom(isWorthALook: boolean): void {
    clearTimeout(this.#refillTimer)
    this.#refillTimer = undefined
    this.#refill.resolve()
    this.#refill = Promise.withResolvers()
    if (isWorthALook) this.wake()
  }
}
