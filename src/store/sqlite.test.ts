import assert from 'node:assert/strict'
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Database } from './database.ts'
import { openSqlite } from './sqlite.ts'

/** The layout of a write-ahead log, https://www.sqlite.org/fileformat2.html#the_write_ahead_log */
const LOG_HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
const PAGE_BYTES = 4_096

test('transactions that come in together share one commit', async t => {
  const { db, path } = await openWithTable(t)
  const before = countCommits(path)
  await Promise.all(Array.from({ length: 100 }, (_, id) => db.run('INSERT INTO numbers VALUES ($1)', id)))
  assert.equal(countCommits(path) - before, 1)
  await db.run('INSERT INTO numbers VALUES ($1)', 100)
  assert.equal(countCommits(path) - before, 2)
})

test('transactions that come in during a group all get their turn, in their order', async t => {
  const { db } = await openWithTable(t)
  const order: number[] = []
  const insert = async (id: number) => {
    await db.run('INSERT INTO numbers VALUES ($1)', id)
    order.push(id)
  }
  const late: Promise<void>[] = []
  await db.transaction(async tx => {
    for (let id = 0; id < 1_000; id += 1) late.push(insert(id))
    await tx.run('INSERT INTO numbers VALUES ($1)', 1_000)
  })
  await Promise.all(late)
  assert.deepEqual(
    order,
    late.map((_, id) => id),
  )
})

test('an error that ends the shared transaction fails the whole group, keeps nothing of it and harms no later one', async t => {
  const { db } = await openWithTable(t)
  await db.run('INSERT INTO numbers VALUES ($1)', 1)
  const outcomes = await Promise.allSettled([
    db.run('INSERT INTO numbers VALUES ($1)', 2),
    db.run('INSERT OR ROLLBACK INTO numbers VALUES ($1)', 1),
    db.run('INSERT INTO numbers VALUES ($1)', 3),
  ])
  for (const outcome of outcomes) {
    assert.equal(outcome.status, 'rejected')
    assert.match(outcome.reason.message, /rolled back a whole group/)
  }
  await db.run('INSERT INTO numbers VALUES ($1)', 4)
  assert.deepEqual(await db.all('SELECT id FROM numbers ORDER BY id'), [{ id: 1 }, { id: 4 }])
})

test('a full disk fails transactions and leaves the database whole', async t => {
  const { db } = await openWithTable(t)
  await db.run('CREATE TABLE texts (text TEXT)')
  await db.transaction(tx => tx.get('PRAGMA max_page_count = 20'))
  const big = '停'.repeat(100_000)
  await assert.rejects(db.run('INSERT INTO texts VALUES ($1)', big), error => /full/.test(describe(error)))
  await db.run('INSERT INTO texts VALUES ($1)', 'small')
  assert.deepEqual(await db.all('SELECT text FROM texts'), [{ text: 'small' }])
  assert.deepEqual(await db.get('PRAGMA integrity_check'), { integrity_check: 'ok' })
})

test('a commit that fails fails every transaction of its group', async t => {
  const { db } = await openWithTable(t)
  await db.run('CREATE TABLE children (parent INTEGER REFERENCES numbers (id) DEFERRABLE INITIALLY DEFERRED)')
  const outcomes = await Promise.allSettled([
    db.run('INSERT INTO numbers VALUES ($1)', 1),
    db.run('INSERT INTO children VALUES ($1)', 404),
  ])
  assert.deepEqual(
    outcomes.map(outcome => outcome.status),
    ['rejected', 'rejected'],
  )
  assert.deepEqual(await db.all('SELECT * FROM numbers'), [])
  await db.run('INSERT INTO numbers VALUES ($1)', 2)
})

test('a transaction that waits for something else is ended, so that those behind it go on', async t => {
  const { db } = await openWithTable(t, { workLimitMs: 20 })
  const waitForItself = db.transaction(async tx => {
    await tx.run('INSERT INTO numbers VALUES ($1)', 1)
    await db.run('INSERT INTO numbers VALUES ($1)', 2)
  })
  const behind = db.run('INSERT INTO numbers VALUES ($1)', 3)
  await assert.rejects(waitForItself, /waited longer than 20 ms/)
  await behind
  await db.run('INSERT INTO numbers VALUES ($1)', 4)
  assert.deepEqual(await db.all('SELECT id FROM numbers ORDER BY id'), [{ id: 2 }, { id: 3 }, { id: 4 }])
})

test('statements outside a transaction cannot write', async t => {
  const { db } = await openWithTable(t)
  await assert.rejects(db.get('INSERT INTO numbers VALUES (1) RETURNING id'), /readonly/)
})

test('the files belong only to their owner, and closing leaves only the database file', async t => {
  const { db, path, folder } = await openWithTable(t)
  const files = readdirSync(folder)
  assert.ok(files.includes('boomgate.db-wal'))
  for (const file of files) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file)
  await db.close()
  assert.deepEqual(readdirSync(folder), ['boomgate.db'])
  const again = openSqlite(path)
  await again.get('SELECT * FROM numbers')
  await again.close()
})

test('files that came with another mode belong only to their owner once they are open', async t => {
  const { db, path, folder } = await openWithTable(t)
  const copy = join(folder, 'copy.db')
  // A copy of a store that was not stopped has a log too.
  for (const ending of ['', '-wal', '-shm']) {
    copyFileSync(path + ending, copy + ending)
    chmodSync(copy + ending, 0o664)
  }
  await db.run('INSERT INTO numbers VALUES ($1)', 1)
  const copied = openSqlite(copy)
  t.after(() => copied.close())
  assert.deepEqual(await copied.all('SELECT * FROM numbers'), [])
  for (const ending of ['', '-wal', '-shm']) assert.equal(statSync(copy + ending).mode & 0o777, 0o600, ending)
})

test('after the files are rewritten nothing is left in them of what was overwritten or deleted', async t => {
  const { db, path } = await openWithTable(t)
  await db.run('CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT)')
  for (let id = 0; id < 50; id += 1) {
    await db.run('INSERT INTO texts VALUES ($1, $2)', id, `first secret ${'x'.repeat(id * 200)}`)
  }
  await db.run('UPDATE texts SET text = $1 WHERE id < 25', 'overwritten')
  await db.run('DELETE FROM texts WHERE id >= 25')
  const bytes = () => Buffer.concat([readFileSync(path), readFileSync(`${path}-wal`)])
  assert.ok(bytes().includes('first secret'))
  const writing = db.run('INSERT INTO numbers VALUES ($1)', 1)
  await db.rewriteFiles()
  await writing
  assert.ok(!bytes().includes('first secret'))
  assert.ok(bytes().includes('overwritten'))
  await db.run('INSERT INTO numbers VALUES ($1)', 2)
  assert.deepEqual(await db.all('SELECT id FROM numbers ORDER BY id'), [{ id: 1 }, { id: 2 }])
  assert.equal((await db.all('SELECT id FROM texts')).length, 25)
})

test('a SELECT * shows a column that was added after it was first used', async t => {
  const { db } = await openWithTable(t)
  await db.run('INSERT INTO numbers VALUES ($1)', 1)
  assert.deepEqual(await db.get('SELECT * FROM numbers'), { id: 1 })
  await db.run('ALTER TABLE numbers ADD COLUMN note TEXT')
  assert.deepEqual(await db.get('SELECT * FROM numbers'), { id: 1, note: null })
})

interface Opened {
  db: Database
  path: string
  folder: string
}

async function openWithTable(t: TestContext, options: { workLimitMs?: number } = {}): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-test-'))
  const path = join(folder, 'boomgate.db')
  const db = openSqlite(path, options)
  t.after(async () => {
    await db.close()
    rmSync(folder, { recursive: true })
  })
  await db.run('CREATE TABLE numbers (id INTEGER PRIMARY KEY)')
  return { db, path, folder }
}

/** Counts the frames that end a commit: those which note the size of the database after it. */
function countCommits(path: string): number {
  const log = readFileSync(`${path}-wal`)
  let commits = 0
  for (let at = LOG_HEADER_BYTES; at < log.length; at += FRAME_HEADER_BYTES + PAGE_BYTES) {
    if (log.readUInt32BE(at + 4) > 0) commits += 1
  }
  return commits
}

/** The message of an error with those of its causes. */
function describe(error: unknown): string {
  return error instanceof Error ? `${error.message}: ${describe(error.cause)}` : ''
}
