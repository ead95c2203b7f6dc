import { createHash } from 'node:crypto'

/** What has happened, in its order. Two runs of one seed have the same trace. */
export class Trace {
  readonly #hash = createHash('sha256')
  readonly #last: string[] = []
  readonly #counts = new Map<string, number>()
  readonly #keep: number

  /** `keep`: how many of the last events are kept to be shown with a failure. */
  constructor(keep = 60) {
    this.#keep = keep
  }

  add(kind: string, ...what: unknown[]): void {
    const line = `${kind} ${what.map(one => (typeof one === 'string' ? one : JSON.stringify(one))).join(' ')}`
    this.#hash.update(`${line}\n`)
    this.#last.push(line)
    if (this.#last.length > this.#keep) this.#last.shift()
  }

  /** Counts something that a simulation should meet every now and then. */
  count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1)
  }

  get last(): readonly string[] {
    return this.#last
  }

  /** How often each thing was met, by name. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts
  }

  digest(): string {
    return this.#hash.copy().digest('hex')
  }
}
