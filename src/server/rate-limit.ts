/** Says whether one more call may pass. */
export type RateLimit = (key: string, now: number) => boolean

/** Counters that are kept; when there are more, those of past seconds are dropped. */
const MAX_COUNTERS = 10_000
const WINDOW_MS = 1_000

/**
 * Lets `limit` calls of a key pass in each second of wall time.
 *
 * A counter and no promise or timer for each call, because every call passes here.
 */
export function rateLimit(limit: number): RateLimit {
  const counters = new Map<string, { window: number; calls: number }>()
  return (key, now) => {
    const window = Math.floor(now / WINDOW_MS)
    let counter = counters.get(key)
    if (!counter) {
      if (counters.size >= MAX_COUNTERS) dropPast(counters, window)
      counter = { window, calls: 0 }
      counters.set(key, counter)
    }
    if (counter.window !== window) Object.assign(counter, { window, calls: 0 })
    counter.calls += 1
    return counter.calls <= limit
  }
}

function dropPast(counters: Map<string, { window: number }>, window: number): void {
  for (const [key, counter] of counters) if (counter.window !== window) counters.delete(key)
}
