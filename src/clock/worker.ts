import type { Clock } from './clock.ts'

/** Work that falls due: how to find it and how to do one piece of it. */
export interface DueWork<Item> {
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
   * Does one piece in transactions of its own. It must change what `claim` finds, also when it fails; it answers false
   * when it has changed nothing because another node has the piece in hand.
   */
  handle(item: Item): Promise<boolean>
  /** Business time at which the next piece falls due; `undefined` when there is none. */
  nextDueAt(): Promise<number | undefined>
}

/** How often to look at a table where another node may have put work, in milliseconds. */
export const LOOK_EVERY_MS = 1_000
/** How long to wait for due work that another node has in hand. */
const MIN_SLEEP_MS = 50
/** How long to wait after the store itself failed. */
const FAILURE_SLEEP_MS = 1_000

/**
 * Does due work as it falls due, several pieces at once. A slow piece holds up no other as long as there is room.
 *
 * Nothing is kept in memory but what is in hand: after a crash the tables say what is due.
 */
export class Worker<Item> {
  readonly #work: DueWork<Item>
  readonly #clock: Clock
  readonly #onError: (error: unknown, name: string) => void
  readonly #lookEveryMs: number
  readonly #inHand = new Map<string, Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  #pumping: Promise<void> | undefined
  #taking: Promise<void> = Promise.resolve()
  #wokenWhilePumping = false
  #started = false
  #stopped = false

  /** `lookEveryMs`: the longest sleep; longer where all work comes with a `wake`. */
  constructor(
    work: DueWork<Item>,
    clock: Clock,
    onError: (error: unknown, name: string) => void,
    lookEveryMs = LOOK_EVERY_MS,
  ) {
    this.#work = work
    this.#clock = clock
    this.#onError = onError
    this.#lookEveryMs = lookEveryMs
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
    await this.#pumping
    await this.#taking
    await Promise.all(this.#inHand.values())
  }

  /** Does everything that is due by now, and what that makes due; for a clock that is moved by hand. */
  async runDue(): Promise<void> {
    for (;;) {
      await this.#take()
      if (this.#inHand.size === 0) return
      await Promise.all(this.#inHand.values())
    }
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
      if (this.#inHand.size >= this.#work.concurrency) return
      const due = await this.#work.nextDueAt()
      if (due !== undefined)
        sleepMs = Math.min(this.#lookEveryMs, Math.max(MIN_SLEEP_MS, due - this.#clock.now()))
    } catch (error) {
      this.#onError(error, this.#work.name)
      sleepMs = FAILURE_SLEEP_MS
    }
    this.#wakeAfter(sleepMs)
  }

  #wakeAfter(sleepMs: number): void {
    clearTimeout(this.#timer)
    if (this.#started) this.#timer = setTimeout(() => this.wake(), sleepMs)
  }

  /**
   * Takes due pieces until there is no room or no more. One look at the table comes after the other, so that `runDue`
   * beside a running worker takes no piece twice, keeps to the limit, and waits for what the worker has just claimed.
   */
  #take(): Promise<void> {
    const taken = this.#taking.then(() => this.#takeWhileThereIsRoom())
    this.#taking = taken.catch(() => undefined)
    return taken
  }

  async #takeWhileThereIsRoom(): Promise<void> {
    while (!this.#stopped) {
      const room = this.#work.concurrency - this.#inHand.size
      if (room <= 0) return
      const items = await this.#work.claim(this.#clock.now(), room, new Set(this.#inHand.keys()))
      if (items.length === 0) return
      for (const item of items) this.#begin(item)
    }
  }

  #begin(item: Item): void {
    const key = this.#work.key(item)
    const done = this.#work
      .handle(item)
      .catch(error => {
        this.#onError(error, this.#work.name)
        return true
      })
      .then(changed => {
        this.#inHand.delete(key)
        if (changed) this.wake()
        else this.#wakeAfter(MIN_SLEEP_MS)
      })
    this.#inHand.set(key, done)
  }
}
