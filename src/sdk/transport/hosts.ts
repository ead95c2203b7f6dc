/** How long a host that did not answer is called last, in milliseconds. */
const AVOID_MS = 60_000

/**
 * The hosts of the platform, the preferred one first. A host that did not answer is avoided for a minute, so that only
 * one call pays for finding out and not every car at every gate.
 */
export class Hosts {
  readonly urls: readonly [string, ...string[]]
  readonly #wallNow: () => number
  /** In the order in which the hosts fell silent. */
  readonly #silentSince = new Map<string, number>()

  constructor(urls: readonly [string, ...string[]], wallNow: () => number) {
    this.urls = urls
    this.#wallNow = wallNow
  }

  /**
   * The first host that is not avoided; when all are, the one that has been silent for longest. Of `except`, which is never
   * all of them, none is taken.
   */
  current(except: ReadonlySet<string> = new Set()): string {
    const longestSilent = [...this.#silentSince.keys()].find(url => !except.has(url))
    const isFine = (url: string) => !except.has(url) && !this.#isAvoided(url)
    return this.urls.find(isFine) ?? longestSilent ?? this.urls[0]
  }

  /** Remembers that a host did not answer. Answers true when there is another one to ask without a pause. */
  avoid(url: string): boolean {
    this.#silentSince.delete(url)
    this.#silentSince.set(url, this.#wallNow())
    return this.urls.some(other => !this.#isAvoided(other))
  }

  #isAvoided(url: string): boolean {
    const since = this.#silentSince.get(url)
    return since !== undefined && this.#wallNow() - since <= AVOID_MS
  }
}
