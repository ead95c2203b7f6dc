import { setImmediate as nextTurn } from 'node:timers/promises'

/** Rows that are read at once. They are handled in one turn of the event loop, for which every other call waits. */
export const PAGE_ROWS = 200

/** Pages of a table, each with what follows the last row of the one before; other calls are answered in between. */
export async function* pagesOf<T>(
  readAfter: (last: T | undefined, limit: number) => Promise<T[]>,
): AsyncGenerator<T[]> {
  let last: T | undefined
  for (;;) {
    const page = await readAfter(last, PAGE_ROWS)
    if (page.length > 0) yield page
    if (page.length < PAGE_ROWS) return
    last = page.at(-1)
    await nextTurn()
  }
}

/** Rows of several sources, each in the order of their times, as one. Of rows of one time those of the first source come first. */
export async function* mergeByTime<T extends { time: number }>(
  sources: readonly AsyncIterator<T[]>[],
): AsyncGenerator<T[]> {
  const heads = await Promise.all(sources.map(begin))
  for (;;) {
    const open = heads.filter(({ page }) => page.length > 0)
    if (open.length === 0) return
    yield mergePages(open)
    for (const head of open) await refill(head)
  }
}

/** A source with those of its rows that are in hand; none once it has ended. */
interface Head<T> {
  source: AsyncIterator<T[]>
  page: T[]
  next: number
}

async function begin<T>(source: AsyncIterator<T[]>): Promise<Head<T>> {
  const head = { source, page: [], next: 0 }
  await refill(head)
  return head
}

async function refill<T>(head: Head<T>): Promise<void> {
  while (head.next === head.page.length) {
    const { done, value } = await head.source.next()
    head.page = done ? [] : value
    head.next = 0
    if (done) return
  }
}

/** All rows that come before the end of the first page to end: what follows that page is not known yet. */
function mergePages<T extends { time: number }>(heads: readonly Head<T>[]): T[] {
  const merged: T[] = []
  for (;;) {
    let first: Head<T> | undefined
    let row: T | undefined
    for (const head of heads) {
      const candidate = head.page[head.next] as T
      if (row === undefined || candidate.time < row.time) [first, row] = [head, candidate]
    }
    if (!first || !row) return merged
    merged.push(row)
    first.next += 1
    if (first.next === first.page.length) return merged
  }
}
