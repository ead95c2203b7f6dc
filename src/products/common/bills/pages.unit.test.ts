import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mergeByTime, PAGE_ROWS, pagesOf } from './pages.ts'

interface Row {
  time: number
  source: number
  place: number
}

async function* inPages(rows: readonly Row[], sizes: readonly number[]): AsyncGenerator<Row[]> {
  let start = 0
  for (let page = 0; start < rows.length; page += 1) {
    // Also pages without rows.
    const size = sizes[page % sizes.length] ?? 1
    yield rows.slice(start, start + size)
    start += size
  }
}

test('sources in the order of time become one, and of one time the first source comes first', async () => {
  const times = fc.array(fc.nat(5), { maxLength: 20 })
  const sizes = fc.array(fc.nat(3), { maxLength: 3 }).map(all => [...all, 1])
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(times, sizes), { maxLength: 4 }), async drawn => {
      const sources = drawn.map(([all, pages], source) => ({
        rows: all.toSorted((one, other) => one - other).map((time, place) => ({ time, source, place })),
        pages,
      }))
      const merged: Row[] = []
      for await (const page of mergeByTime(sources.map(({ rows, pages }) => inPages(rows, pages))))
        merged.push(...page)
      const expected = sources.flatMap(({ rows }) => rows).sort((one, other) => one.time - other.time)
      assert.deepEqual(merged, expected)
    }),
  )
})

test('a table is read from the last row on, until a page is not full', async () => {
  for (const count of [0, 1, PAGE_ROWS - 1, PAGE_ROWS, PAGE_ROWS + 1, 2 * PAGE_ROWS]) {
    const asked: (number | undefined)[] = []
    const table = Array.from({ length: count }, (_, index) => index)
    const read: number[] = []
    for await (const page of pagesOf(async (last: number | undefined, limit) => {
      asked.push(last)
      return table.slice((last ?? -1) + 1, (last ?? -1) + 1 + limit)
    }))
      read.push(...page)
    assert.deepEqual(read, table)
    assert.equal(asked.length, Math.floor(count / PAGE_ROWS) + 1)
  }
})
