/** How long a host that did not answer is asked last, in milliseconds. */
const AVOID_MS = 60_000

/**
 * The hosts of the platform, the preferred one first. A host that did not answer is avoided for a minute, so that only
 * one call pays for finding out and not every car at every gate.
 */
export class Hosts {
  readonly #urls: readonly string[]
  readonly #wallNow: () => number
  readonly #silentSince = new Map<string, number>()

  constructor(urls: readonly [string, ...string[]], wallNow: () => number) {
    this.#urls = urls
    this.#wallNow = wallNow
  }

  /** The first host that is not avoided; when all are, the one that has been silent for longest. */
  current(): string {
    const now = this.#wallNow()
    const open = this.#urls.find(url => now - (this.#silentSince.get(url) ?? Number.NEGATIVE_INFINITY) > AVOID_MS)
    return open ?? [...this.#silentSince.keys()][0] ?? ''
  }

  /** Remembers that a host did not answer. Answers true when there is another one to ask at once. */
  avoid(url: string): boolean {
    // Removed first, so that the map keeps the order in which the hosts fell silent.
    this.#silentSince.delete(url)
    this.#silentSince.set(url, this.#wallNow())
    return this.current() !== url
  }
}
