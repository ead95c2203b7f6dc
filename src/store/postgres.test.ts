import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import type { Database } from './database.ts'
import { openPostgres } from './postgres.ts'
import { openTestDatabase, testServer } from './testing.ts'

// What only PostgreSQL has: connections that get lost, deadlocks, settings of a session.

test('a connection that is lost inside a transaction fails that transaction and no later one', async t => {
  const db = await openWithTable(t)
  const transaction = db.transaction(async tx => {
    await tx.run('INSERT INTO numbers VALUES ($1)', 1)
    await tx.get('SELECT pg_terminate_backend(pg_backend_pid()) AS gone')
  })
  await assert.rejects(transaction, /terminat/)
  await db.run('INSERT INTO numbers VALUES ($1)', 2)
  assert.deepEqual(await db.all('SELECT id FROM numbers'), [{ id: 2 }])
})

test('idle connections that are lost neither end the process nor fail the next statement', async t => {
  const db = await openWithTable(t)
  const row = await db.get<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  // Ends the one connection of the pool, and returns once the server has closed it.
  const other = new pg.Client({ connectionString: testServer })
  await other.connect()
  await other.query('SELECT pg_terminate_backend($1, 10000)', [row?.pid])
  await other.end()
  await db.run('INSERT INTO numbers VALUES ($1)', 1)
})

test('a transaction that waits for something else is ended by the server', async t => {
  const db = await openWithTable(t)
  const transaction = db.transaction(async tx => {
    await tx.run('INSERT INTO numbers VALUES ($1)', 1)
    await tx.run(`SET LOCAL idle_in_transaction_session_timeout = 20`)
    await once(new EventTarget(), 'never')
  })
  await assert.rejects(transaction, /idle-in-transaction/)
  assert.deepEqual(await db.all('SELECT * FROM numbers'), [])
})

test('a real deadlock is resolved by running one of the two again', async t => {
  const db = await openWithTable(t)
  await db.run('INSERT INTO numbers VALUES (1), (2)')
  let runs = 0
  const bothHoldOne = Promise.withResolvers<void>()
  const lockBoth = (first: number, second: number) =>
    db.transaction(async tx => {
      await tx.get('SELECT id FROM numbers WHERE id = $1 FOR UPDATE', first)
      runs += 1
      if (runs === 2) bothHoldOne.resolve()
      await bothHoldOne.promise
      await tx.get('SELECT id FROM numbers WHERE id = $1 FOR UPDATE', second)
    })
  await Promise.all([lockBoth(1, 2), lockBoth(2, 1)])
  assert.equal(runs, 3)
})

test('a transaction that deadlocks every time is given up after five attempts', async t => {
  const db = await openWithTable(t)
  let runs = 0
  const transaction = db.transaction(async tx => {
    runs += 1
    await tx.run(`DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$`)
  })
  await assert.rejects(transaction, /deadlock/)
  assert.equal(runs, 5)
})

test('statements that are started without waiting for each other run in their order', async t => {
  const db = await openWithTable(t)
  await db.transaction(async tx => {
    await Promise.all([1, 2, 3].map(id => tx.run('INSERT INTO numbers VALUES ($1)', id)))
    void tx.run('INSERT INTO numbers VALUES ($1)', 4)
  })
  assert.equal((await db.all('SELECT id FROM numbers')).length, 4)
})

test('a failed statement that nobody waited for is no silent rollback', async t => {
  const db = await openWithTable(t)
  const transaction = db.transaction(async tx => {
    tx.run('INSERT INTO numbers VALUES ($1)', 1).catch(() => undefined)
    tx.run('INSERT INTO numbers VALUES ($1)', 1).catch(() => undefined)
  })
  await assert.rejects(transaction, /rolled back/)
})

test('two first starts create the schema at the same time', async () => {
  const schema = `test_${process.pid}_${process.hrtime.bigint()}`
  const databases = await Promise.all(
    Array.from({ length: 5 }, () => openPostgres(testServer ?? '', { schema })),
  )
  await databases[0]?.run(`DROP SCHEMA ${schema}`)
  await Promise.all(databases.map(db => db.close()))
})

test('commits are on disk before they are answered, whatever the server is set to', async t => {
  const db = await openWithTable(t)
  assert.deepEqual(await db.get('SHOW synchronous_commit'), { synchronous_commit: 'on' })
})

test('a server that cannot be reached fails the opening, without the password in the message', async () => {
  const opening = openPostgres('postgres://boomgate:secret@127.0.0.1:1/none')
  await assert.rejects(opening, error => !String((error as Error).stack).includes('secret'))
})

test('a name for a schema that would need quotes is refused', async () => {
  await assert.rejects(openPostgres('postgres://127.0.0.1:1/none', { schema: 'a; DROP' }), /Not a name/)
})

async function openWithTable(t: TestContext): Promise<Database> {
  const db = await openTestDatabase()
  t.after(() => db.close())
  await db.run('CREATE TABLE numbers (id INTEGER PRIMARY KEY)')
  return db
}
