import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Database } from './database.ts'
import { openTestDatabase } from './testing.ts'

// What every engine guarantees. The engine is chosen by the test run.

test('committed rows are visible to statements outside a transaction', async t => {
  const db = await openAccounts(t)
  await db.transaction(async tx => {
    assert.equal(await tx.run('INSERT INTO accounts VALUES ($1, $2)', '粤B12345', 100), 1)
  })
  assert.deepEqual(await db.get('SELECT * FROM accounts WHERE name = $1', '粤B12345'), {
    name: '粤B12345',
    fen: 100,
  })
  assert.deepEqual(await db.all('SELECT fen FROM accounts'), [{ fen: 100 }])
  assert.equal(await db.get('SELECT * FROM accounts WHERE name = $1', '粤B00000'), undefined)
})

test('a transaction answers the result of its work, and its own changes are visible in it', async t => {
  const db = await openAccounts(t)
  const balance = await db.transaction(async tx => {
    await tx.run('INSERT INTO accounts VALUES ($1, $2)', 'A', 7)
    return tx.get<{ fen: number }>('SELECT fen FROM accounts')
  })
  assert.deepEqual(balance, { fen: 7 })
})

test('an error in the work is thrown on and leaves nothing behind', async t => {
  const db = await openAccounts(t)
  const failure = new Error('refused')
  const transaction = db.transaction(async tx => {
    await tx.run('INSERT INTO accounts VALUES ($1, $2)', 'A', 1)
    throw failure
  })
  await assert.rejects(transaction, error => error === failure)
  assert.deepEqual(await db.all('SELECT * FROM accounts'), [])
})

test('work that throws before its first wait fails its own transaction only', async t => {
  const db = await openAccounts(t)
  const work = () => {
    throw new Error('at once')
  }
  const [bad, good] = await Promise.allSettled([db.transaction(work), insert(db, 'A', 1)])
  assert.equal(bad.status, 'rejected')
  assert.equal(good.status, 'fulfilled')
})

test('a failing transaction does no harm to those that run beside it', async t => {
  const db = await openAccounts(t)
  const transactions = Array.from({ length: 30 }, (_, index) =>
    // Every third one breaks the primary key after it has inserted a row of its own.
    db.transaction(async tx => {
      await tx.run('INSERT INTO accounts VALUES ($1, $2)', `name ${index}`, index)
      if (index % 3 === 0) await tx.run('INSERT INTO accounts VALUES ($1, $2)', `name ${index}`, index)
    }),
  )
  const outcomes = await Promise.allSettled(transactions)
  assert.deepEqual(
    outcomes.map(outcome => outcome.status),
    outcomes.map((_, index) => (index % 3 === 0 ? 'rejected' : 'fulfilled')),
  )
  const rows = await db.all<{ fen: number }>('SELECT fen FROM accounts ORDER BY fen')
  const expected = outcomes.map((_, index) => index).filter(index => index % 3 !== 0)
  assert.deepEqual(
    rows.map(row => row.fen),
    expected,
  )
})

test('a statement that failed fails its transaction, even if the error is caught', async t => {
  const db = await openAccounts(t)
  await insert(db, 'A', 1)
  const transaction = db.transaction(async tx => {
    await tx.run('INSERT INTO accounts VALUES ($1, $2)', 'B', 2)
    await assert.rejects(tx.run('INSERT INTO accounts VALUES ($1, $2)', 'A', 3))
    await assert.rejects(tx.get('SELECT 1 AS one'), /an earlier statement failed/)
  })
  await assert.rejects(transaction, /unique/i)
  assert.deepEqual(await db.all('SELECT name FROM accounts'), [{ name: 'A' }])
})

test('concurrent changes of one row that is read for update are never lost', async t => {
  const db = await openAccounts(t)
  await insert(db, 'A', 0)
  const increment = () =>
    db.transaction(async tx => {
      const sql = `SELECT fen FROM accounts WHERE name = $1 ${tx.forUpdate}`
      const account = await tx.get<{ fen: number }>(sql, 'A')
      assert.ok(account)
      await tx.run('UPDATE accounts SET fen = $1 WHERE name = $2', account.fen + 1, 'A')
    })
  await Promise.all(Array.from({ length: 100 }, increment))
  assert.deepEqual(await db.get('SELECT fen FROM accounts'), { fen: 100 })
})

test('work is run until it succeeds when it locks rows in an order that makes a deadlock', async t => {
  const db = await openAccounts(t)
  await insert(db, 'A', 100)
  await insert(db, 'B', 100)
  const move = (from: string, to: string) =>
    db.transaction(async tx => {
      await tx.run('UPDATE accounts SET fen = fen - 1 WHERE name = $1', from)
      await tx.run('UPDATE accounts SET fen = fen + 1 WHERE name = $1', to)
    })
  await Promise.all([move('A', 'B'), move('B', 'A'), move('A', 'B'), move('B', 'A')])
  assert.deepEqual(await db.get('SELECT SUM(fen) AS fen FROM accounts'), { fen: 200 })
})

test('two claims that skip locked rows never get the same row', async t => {
  const db = await openAccounts(t)
  for (let number = 1; number <= 5; number += 1) await insert(db, `name ${number}`, 0)
  const claim = () =>
    db.transaction(async tx => {
      const sql = `SELECT name FROM accounts WHERE fen = 0 ORDER BY name LIMIT 1 ${tx.skipLocked}`
      const row = await tx.get<{ name: string }>(sql)
      if (row) await tx.run('UPDATE accounts SET fen = 1 WHERE name = $1', row.name)
      return row?.name
    })
  const claimed = await Promise.all(Array.from({ length: 5 }, claim))
  const names = claimed.filter(name => name !== undefined)
  assert.equal(new Set(names).size, names.length)
})

test('a reader does not see rows before their commit', async t => {
  const db = await openAccounts(t)
  await db.transaction(async tx => {
    await tx.run('INSERT INTO accounts VALUES ($1, $2)', 'A', 1)
    assert.deepEqual(await db.all('SELECT * FROM accounts'), [])
  })
  assert.equal((await db.all('SELECT * FROM accounts')).length, 1)
})

test('callbacks run once the commit is done, before the answer, and one that throws stops nobody', async t => {
  const db = await openAccounts(t)
  const warning = new Promise<Error>(resolve => process.once('warning', resolve))
  const seen: unknown[] = []
  await db.transaction(async tx => {
    tx.afterCommit(() => {
      throw new Error('callback went wrong')
    })
    tx.afterCommit(() => seen.push('second'))
    await tx.run('INSERT INTO accounts VALUES ($1, $2)', 'A', 1)
    assert.deepEqual(seen, [])
  })
  assert.deepEqual(seen, ['second'])
  assert.equal((await warning).message, 'callback went wrong')
})

test('callbacks never run when the transaction rolls back', async t => {
  const db = await openAccounts(t)
  let called = false
  const transaction = db.transaction(async tx => {
    tx.afterCommit(() => {
      called = true
    })
    throw new Error('refused')
  })
  await assert.rejects(transaction, /refused/)
  assert.equal(called, false)
})

test('a transaction that is over refuses every use', async t => {
  const db = await openAccounts(t)
  const ended = await db.transaction(async tx => ({ tx }))
  await assert.rejects(ended.tx.run('INSERT INTO accounts VALUES ($1, $2)', 'A', 1), /transaction is over/)
  await assert.rejects(ended.tx.get('SELECT 1 AS one'), /transaction is over/)
  assert.throws(() => ended.tx.afterCommit(() => undefined), /transaction is over/)
  assert.deepEqual(await db.all('SELECT * FROM accounts'), [])
})

test('integers come back exact up to 2^53 − 1, and reading a greater one fails', async t => {
  const db = await openAccounts(t)
  for (const fen of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
    await insert(db, `name ${fen}`, fen)
    assert.deepEqual(await db.get('SELECT fen FROM accounts WHERE name = $1', `name ${fen}`), { fen })
  }
  await db.run(`INSERT INTO accounts VALUES ('big', 9007199254740993)`)
  await assert.rejects(db.get(`SELECT fen FROM accounts WHERE name = 'big'`), RangeError)
})

test('parameters that the engines would not store alike, or of the wrong number, are refused', async t => {
  const db = await openAccounts(t)
  for (const value of [1.5, Number.NaN, 2 ** 53, true, undefined, 1n]) {
    await assert.rejects(insert(db, 'A', value as number), /safe integers/, String(value))
  }
  const either = 'SELECT fen FROM accounts WHERE name = $1 OR name = $2'
  for (const parameters of [['A'], ['A', 'B', 'C']])
    await assert.rejects(db.all(either, ...parameters), /parameters/)
  assert.deepEqual(await db.all('SELECT * FROM accounts'), [])
})

test('counts, sums and comparisons are numbers on every engine, and integers divide as integers', async t => {
  const db = await openAccounts(t)
  await insert(db, 'A', 5)
  await insert(db, 'B', 2)
  const row = await db.get(
    'SELECT COUNT(*) AS count, SUM(fen) AS sum, MAX(fen) > 4 AS rich, MAX(fen) / $1 AS half, NULL AS missing FROM accounts',
    2,
  )
  assert.deepEqual(row, { count: 2, sum: 7, rich: 1, half: 2, missing: null })
})

test('closing waits for the transactions under way and refuses later ones', async () => {
  const db = await openTestDatabase()
  await db.run('CREATE TABLE accounts (name TEXT PRIMARY KEY, fen BIGINT NOT NULL)')
  // More of them than connections, so that some are still waiting for one.
  const transactions = Promise.all(
    Array.from({ length: 40 }, (_, index) => insert(db, `name ${index}`, index)),
  )
  const closed = db.close()
  assert.deepEqual(new Set(await transactions), new Set([1]))
  await assert.rejects(insert(db, 'late', 1), /closed/)
  await closed
})

async function openAccounts(t: TestContext): Promise<Database> {
  const db = await openTestDatabase()
  t.after(() => db.close())
  await db.run('CREATE TABLE accounts (name TEXT PRIMARY KEY, fen BIGINT NOT NULL)')
  return db
}

function insert(db: Database, name: string, fen: number): Promise<number> {
  return db.run('INSERT INTO accounts VALUES ($1, $2)', name, fen)
}
