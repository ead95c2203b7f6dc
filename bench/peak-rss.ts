const SAMPLE_EVERY_MS = 5

/**
 * Watches the resident memory of this process from now on; answers the most that there was, in bytes. The system's own record
 * would not do: a process inherits it from the one that started it.
 */
export function watchPeakRss(): () => number {
  let peak = process.memoryUsage.rss()
  setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, SAMPLE_EVERY_MS).unref()
  return () => Math.max(peak, process.memoryUsage.rss())
}
