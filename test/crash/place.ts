import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Database } from '../../src/store/database.ts'
import { createTestStore, testServer } from '../../src/store/testing.ts'

/** Where a platform of another process lives, on the engine of this run, while processes come and go. */
export interface Place {
  folder: string
  /** More options of `boomgate serve`. */
  words: string[]
  /** Opens the store to look into it. On SQLite nobody else may have it then. */
  open(): Promise<Database>
}

/** A place for one test. It goes away with the test, so every process on it must have ended by then. */
export async function placeFor(t: TestContext): Promise<Place> {
  const store = createTestStore()
  if (testServer === undefined) {
    t.after(() => store.remove())
    return { folder: store.location, words: [], open: () => store.open() }
  }
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-crash-'))
  t.after(async () => {
    rmSync(folder, { recursive: true })
    await store.remove()
  })
  // Opening it makes its schema, which the process then finds on its search path.
  await (await store.open()).close()
  const url = new URL(testServer)
  url.searchParams.set('options', `-c search_path=${store.location}`)
  return { folder, words: ['--database', url.href], open: () => store.open() }
}
