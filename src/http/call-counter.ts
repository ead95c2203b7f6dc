/** Counts by key within each second of wall time. */
export interface CallCounter {
  /** Counts one more; answers how many there were in this second, with this one. */
  count(key: string, now: number): number
  /** How many were counted in this second. */
  counted(key: string, now: number): number
}

/** Counters that are kept; when there are more, those of past seconds are dropped. */
const MAX_COUNTERS = 10_000
const WINDOW_MS = 1_000

/** A counter and no promise or timer for each key, because every call passes here. */
export function callCounter(): CallCounter {
  const counters = new Map<string, { window: number; calls: number }>()
  return {
    count(key, now) {
      const window = Math.floor(now / WINDOW_MS)
      let counter = counters.get(key)
      if (!counter) {
        if (counters.size >= MAX_COUNTERS) dropPast(counters, window)
        counter = { window, calls: 0 }
        counters.set(key, counter)
      }
      if (counter.window !== window) Object.assign(counter, { window, calls: 0 })
      counter.calls += 1
      return counter.calls
    },
    counted(key, now) {
      const counter = counters.get(key)
      return counter?.window === Math.floor(now / WINDOW_MS) ? counter.calls : 0
    },
  }
}

function dropPast(counters: Map<string, { window: number }>, window: number): void {
  for (const [key, counter] of counters) if (counter.window !== window) counters.delete(key)
}
