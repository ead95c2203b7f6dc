import { createHash } from 'node:crypto'

/** What a simulation draws: the same seed gives the same numbers, on every machine. */
export class SeededRandom {
  readonly #seed: string
  readonly #state: Uint32Array

  constructor(seed: string | number) {
    this.#seed = String(seed)
    const digest = createHash('sha256').update(this.#seed).digest()
    this.#state = Uint32Array.from([0, 4, 8, 12], offset => digest.readUInt32LE(offset))
  }

  /** Another sequence under the same seed, so that one who draws more does not change what others draw. */
  fork(name: string): SeededRandom {
    return new SeededRandom(`${this.#seed}/${name}`)
  }

  /** 0 to 2³² - 1, by Chris Doty-Humphrey's sfc32. */
  uint32(): number {
    const state = this.#state
    const [a = 0, b = 0, c = 0, counter = 0] = state
    const result = (a + b + counter) >>> 0
    state[0] = b ^ (b >>> 9)
    state[1] = c + (c << 3)
    state[2] = ((c << 21) | (c >>> 11)) + result
    state[3] = counter + 1
    return result
  }

  /** 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.uint32() / 2 ** 32) * limit)
  }

  /** Both ends included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  chance(probability: number): boolean {
    return this.uint32() / 2 ** 32 < probability
  }

  /** One of the list, which must not be empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  /** One of those that there are, if there are any. */
  pickSome<T>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : this.pick(list)
  }

  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries<number>(weights) as [Name, number][]
    let rest = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0))
    for (const [name, weight] of entries) {
      rest -= weight
      if (rest < 0) return name
    }
    throw new Error('There is nothing to draw from')
  }

  bytes(size: number): Uint8Array {
    return Uint8Array.from({ length: size }, () => this.uint32() >>> 24)
  }
}
