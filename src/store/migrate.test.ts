import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Database } from './database.ts'
import { type Migration, migrate } from './migrate.ts'
import { createTestStore, openTestDatabase } from './testing.ts'

const SHOPS = `
  -- Several statements, and a ; in a comment.
  CREATE TABLE shops (shop TEXT PRIMARY KEY);
  INSERT INTO shops VALUES ('a; DROP TABLE shops');
`
const ORDERS = 'CREATE TABLE orders (id BIGINT PRIMARY KEY, shop TEXT NOT NULL REFERENCES shops (shop));'

test('files run once, in their order, and are recorded with the time', async t => {
  const { db, files } = await prepare(t, { shops: SHOPS, orders: ORDERS })
  assert.deepEqual(await migrate(db, files, 1_000), ['shops', 'orders'])
  assert.deepEqual(await migrate(db, files, 2_000), [])
  assert.deepEqual(await db.all('SELECT name, applied_at FROM schema_migrations ORDER BY name'), [
    { name: 'orders', applied_at: 1_000 },
    { name: 'shops', applied_at: 1_000 },
  ])
  assert.deepEqual(await db.all('SELECT shop FROM shops'), [{ shop: 'a; DROP TABLE shops' }])
})

test('a new file runs on a database that has the earlier ones', async t => {
  const { db, files } = await prepare(t, { shops: SHOPS, orders: ORDERS })
  await migrate(db, files.slice(0, 1), 1_000)
  assert.deepEqual(await migrate(db, files, 2_000), ['orders'])
})

test('a file that fails leaves nothing of itself, keeps those before it, and is named', async t => {
  const { db, folder, files } = await prepare(t, {
    shops: SHOPS,
    orders: 'CREATE TABLE orders (id BIGINT); SELEC',
  })
  await assert.rejects(migrate(db, files, 1_000), /migration orders failed/)
  assert.deepEqual(await db.all('SELECT name FROM schema_migrations'), [{ name: 'shops' }])
  writeFileSync(join(folder, 'orders.sql'), ORDERS)
  assert.deepEqual(await migrate(db, files, 2_000), ['orders'])
})

test('a file that was changed after it ran is refused by its name, before anything else runs', async t => {
  const { db, folder, files } = await prepare(t, { shops: SHOPS, orders: ORDERS })
  await migrate(db, files.slice(0, 1), 1_000)
  writeFileSync(join(folder, 'shops.sql'), `${SHOPS} -- and more`)
  await assert.rejects(migrate(db, files, 2_000), /shops \(.*shops\.sql\) has been changed.*new migration/)
  assert.deepEqual(await db.all('SELECT name FROM schema_migrations'), [{ name: 'shops' }])
})

test('other line ends are no change of the file', async t => {
  const { db, folder, files } = await prepare(t, { shops: SHOPS })
  await migrate(db, files, 1_000)
  writeFileSync(join(folder, 'shops.sql'), SHOPS.replaceAll('\n', '\r\n'))
  assert.deepEqual(await migrate(db, files, 2_000), [])
})

test('a database on which a newer program has run is refused', async t => {
  const { db, files } = await prepare(t, { shops: SHOPS, orders: ORDERS })
  await migrate(db, files, 1_000)
  await assert.rejects(migrate(db, files.slice(0, 1), 2_000), /does not know: orders\..*newer version/)
})

test('programs that start at the same time run every file once', async t => {
  const store = createTestStore()
  const databases = [await store.open(), await store.open()]
  const { files } = writeFiles(t, { shops: SHOPS, orders: ORDERS })
  const applied = await Promise.all(databases.map(db => migrate(db, files, 1_000)))
  assert.deepEqual(applied.flat().sort(), ['orders', 'shops'])
  await Promise.all(databases.map(db => db.close()))
  await store.remove()
})

type Files = { folder: string; files: Migration[] }

async function prepare(t: TestContext, texts: Record<string, string>): Promise<Files & { db: Database }> {
  const db = await openTestDatabase()
  t.after(() => db.close())
  return { db, ...writeFiles(t, texts) }
}

function writeFiles(t: TestContext, texts: Record<string, string>): Files {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const files = Object.entries(texts).map(([name, text]) => {
    const path = join(folder, `${name}.sql`)
    writeFileSync(path, text)
    return { name, url: pathToFileURL(path) }
  })
  return { folder, files }
}
