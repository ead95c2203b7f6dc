/** Runs a piece of work with others of its kind, and answers its result. */
export type Batch = <T>(work: () => T) => Promise<T>

/**
 * Collects work of one kind and does it at the end of the turn of the event loop.
 *
 * An RSA operation empties the processor's caches, and what comes after it runs several times slower. Under load many
 * requests are in the same turn: verifying them one after the other, then handling them, then signing their replies
 * costs a fifth less than taking each through all steps before the next. A single request loses some microseconds.
 */
export function batch(): Batch {
  let waiting: (() => void)[] = []
  const doAll = () => {
    const all = waiting
    waiting = []
    for (const work of all) work()
  }
  return work =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(doAll)
      waiting.push(() => {
        try {
          resolve(work())
        } catch (error) {
          reject(error)
        }
      })
    })
}
