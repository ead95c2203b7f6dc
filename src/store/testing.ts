import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from './database.ts'
import { openSqlite } from './sqlite.ts'

/** Connections per test: enough for real contention, and 200 in all for the tests that run side by side. */
const MAX_CONNECTIONS = 10

/** The PostgreSQL server that this test run is on; without it the run is on SQLite. */
export const testServer: string | undefined = process.env.BOOMGATE_TEST_DATABASE || undefined

/** A database that can be opened more than once, which a test of crashes or of several processes needs. */
export interface TestStore {
  /** Opens it; each result is another `Database` on the same data. */
  open(): Promise<Database>
  /** Removes the data. Everything must be closed. A test that fails before it leaves its data to be looked at. */
  remove(): Promise<void>
  /** What another process needs to open the same data with `findTestStore`. */
  readonly location: string
}

/** An empty database on the engine of this run. It has no tables yet. `close` also removes it. */
export async function openTestDatabase(): Promise<Database> {
  const store = createTestStore()
  const db = await store.open()
  const close = db.close.bind(db)
  db.close = async () => {
    await close()
    await store.remove()
  }
  return db
}

/** A place for an empty database on the engine of this run: a schema of its own, or a folder of its own. */
export function createTestStore(): TestStore {
  if (testServer !== undefined) return postgresStore(testServer, `test_${randomUUID().replaceAll('-', '')}`)
  return sqliteStore(mkdtempSync(join(tmpdir(), 'boomgate-test-')))
}

/** The store that another process has created, by its `location`. */
export function findTestStore(location: string): TestStore {
  return testServer === undefined ? sqliteStore(location) : postgresStore(testServer, location)
}

function sqliteStore(folder: string): TestStore {
  return {
    location: folder,
    open: async () => openSqlite(join(folder, 'boomgate.db')),
    remove: async () => rmSync(folder, { recursive: true }),
  }
}

function postgresStore(url: string, schema: string): TestStore {
  const open = async () => {
    const { openPostgres } = await import('./postgres.ts')
    return openPostgres(url, { schema, maxConnections: MAX_CONNECTIONS })
  }
  const remove = async () => {
    const db = await open()
    await db.run(`DROP SCHEMA ${schema} CASCADE`)
    await db.close()
  }
  return { location: schema, open, remove }
}
