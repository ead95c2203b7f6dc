/**
 * The slots for deliveries, and who has how many of them. One rule makes them fair: nobody takes one more unless more are
 * free than it has. So one merchant whose receiver hangs gets half of them, two get a third each, and there is room for the
 * next one until about as many hang as there are slots. A fixed limit for each would be used up by a few of them.
 *
 * By merchant and not by host, because whoever gives a new host with each order would get all slots.
 */
export class DeliverySlots {
  readonly #total: number
  readonly #taken = new Map<string, number>()
  #free: number

  constructor(total: number) {
    this.#total = total
    this.#free = total
  }

  /** Slots that nobody has. */
  get free(): number {
    return this.#free
  }

  /** Whether one more slot is for this merchant. */
  hasSlotFor(mchid: string): boolean {
    return this.#of(mchid) < this.#free
  }

  take(mchid: string, count = 1): void {
    this.#taken.set(mchid, this.#of(mchid) + count)
    this.#free -= count
  }

  giveBack(mchid: string): void {
    const left = this.#of(mchid) - 1
    if (left > 0) this.#taken.set(mchid, left)
    else this.#taken.delete(mchid)
    this.#free += 1
  }

  /** How many slots each of these merchants would get, if they took one after the other in turn; those that get some. */
  shares(mchids: readonly string[]): ReadonlyMap<string, number> {
    const after = this.copy()
    const shares = new Map<string, number>()
    for (let isAnyGiven = true; isAnyGiven; ) {
      isAnyGiven = false
      for (const mchid of mchids) {
        if (!after.hasSlotFor(mchid)) continue
        after.take(mchid)
        shares.set(mchid, (shares.get(mchid) ?? 0) + 1)
        isAnyGiven = true
      }
    }
    return shares
  }

  /** The same slots, of which at most `free` are free. */
  copy(free = this.#free): DeliverySlots {
    const copy = new DeliverySlots(this.#total)
    for (const [mchid, count] of this.#taken) copy.take(mchid, count)
    copy.#free = Math.min(copy.#free, free)
    return copy
  }

  #of(mchid: string): number {
    return this.#taken.get(mchid) ?? 0
  }
}
