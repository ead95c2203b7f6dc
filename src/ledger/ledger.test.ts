import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { Database } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { migrations } from '../store/migrations.ts'
import { openTestDatabase } from '../store/testing.ts'
import { BANK_CLEARING, openAccount, pendingOf, post, type Transfer, walletOf } from './ledger.ts'

let db: Database
before(async () => {
  db = await openTestDatabase()
  await migrate(db, migrations, Date.now())
  await db.transaction(tx => openAccount(tx, BANK_CLEARING, true))
})
after(() => db.close())

let last = 0

/** A name that no other test has used. */
function fresh(name: string): string {
  last += 1
  return `${name}-${last}`
}

function transfer(
  debit_account: string,
  credit_account: string,
  amount: number,
  id = fresh('charge'),
): Transfer {
  return { id, kind: 'charge', debit_account, credit_account, amount, business_time: 1_503_719_100_000 }
}

/** An account with something on it. */
async function account(amount = 0): Promise<string> {
  const name = walletOf(fresh('owner'))
  await db.transaction(async tx => {
    await openAccount(tx, name)
    if (amount > 0) await post(tx, { ...transfer(BANK_CLEARING, name, amount), kind: 'top_up' })
  })
  return name
}

async function balance(name: string): Promise<number | undefined> {
  const row = await db.get<{ balance: number }>(
    'SELECT balance FROM ledger_accounts WHERE account = $1',
    name,
  )
  return row?.balance
}

async function total(): Promise<unknown> {
  return db.get('SELECT CAST(SUM(balance) AS BIGINT) AS total FROM ledger_accounts')
}

function run(one: Transfer): Promise<boolean> {
  return db.transaction(tx => post(tx, one))
}

test('accounts are named after whom they belong to', () => {
  assert.equal(walletOf('owner-1'), 'owner/owner-1/wallet')
  assert.equal(pendingOf('1230000109'), 'merchant/1230000109/pending')
})

test('a transfer takes from one account what it gives to the other, and is written down as it was asked for', async () => {
  const from = await account(1_000)
  const to = await account()
  const asked = transfer(from, to, 888)
  assert.equal(await run(asked), true)
  assert.deepEqual([await balance(from), await balance(to)], [112, 888])
  assert.deepEqual(await db.get('SELECT * FROM ledger_transfers WHERE id = $1', asked.id), asked)
  assert.deepEqual(await total(), { total: 0 })
})

test('an account can be emptied to the last fen, and not by one more', async () => {
  const from = await account(888)
  const to = await account()
  const tooMuch = transfer(from, to, 889)
  assert.equal(await run(tooMuch), false)
  assert.deepEqual([await balance(from), await balance(to)], [888, 0])
  assert.equal(await db.get('SELECT id FROM ledger_transfers WHERE id = $1', tooMuch.id), undefined)
  assert.equal(await run(transfer(from, to, 888)), true)
  assert.deepEqual([await balance(from), await balance(to)], [0, 888])
})

test('the id of a refused transfer can be used again once there is money', async () => {
  const from = await account()
  const to = await account()
  const asked = transfer(from, to, 5)
  assert.equal(await run(asked), false)
  await run(transfer(BANK_CLEARING, from, 5))
  assert.equal(await run(asked), true)
})

test('an id is posted once: the second transfer fails with its whole transaction', async () => {
  const from = await account(1_000)
  const to = await account()
  const asked = transfer(from, to, 100)
  await run(asked)
  await assert.rejects(run(asked))
  await assert.rejects(run({ ...asked, amount: 1 }))
  assert.deepEqual([await balance(from), await balance(to)], [900, 100])
})

test('the books that mirror the outside may be negative, no other', async () => {
  const before = (await balance(BANK_CLEARING)) ?? 0
  const to = await account()
  assert.equal(await run(transfer(BANK_CLEARING, to, 10_000)), true)
  assert.equal(await balance(BANK_CLEARING), before - 10_000)
  await assert.rejects(db.run('UPDATE ledger_accounts SET balance = -1 WHERE account = $1', to))
})

test('money does not vanish into an account that does not exist, nor come from one', async () => {
  const from = await account(100)
  await assert.rejects(run(transfer(from, 'merchant/nobody/pending', 50)))
  assert.equal(await balance(from), 100)
  assert.equal(await run(transfer('owner/nobody/wallet', from, 50)), false)
  assert.equal(await balance(from), 100)
})

test('nothing and less than nothing cannot be transferred', async () => {
  const from = await account(100)
  const to = await account(100)
  for (const amount of [0, -1]) await assert.rejects(run(transfer(from, to, amount)))
  assert.deepEqual([await balance(from), await balance(to)], [100, 100])
})

test('a transfer is as good as its transaction', async () => {
  const from = await account(100)
  const to = await account()
  const fails = db.transaction(async tx => {
    await post(tx, transfer(from, to, 60))
    throw new Error('The order could not be written')
  })
  await assert.rejects(fails, /could not be written/)
  assert.deepEqual([await balance(from), await balance(to)], [100, 0])
})

test('opening an account that exists changes nothing on it', async () => {
  const name = await account(7)
  await db.transaction(tx => openAccount(tx, name, true))
  assert.equal(await balance(name), 7)
  assert.equal(await run(transfer(name, BANK_CLEARING, 8)), false)
})

test('amounts up to the largest safe integer are exact', async () => {
  const rich = await account(Number.MAX_SAFE_INTEGER)
  const to = await account()
  assert.equal(await run(transfer(rich, to, Number.MAX_SAFE_INTEGER)), true)
  assert.equal(await balance(to), Number.MAX_SAFE_INTEGER)
  // The outside had to give all of it, and gets it back so that later tests can read its balance.
  assert.equal(await run(transfer(to, BANK_CLEARING, Number.MAX_SAFE_INTEGER)), true)
})

test('transfers at the same time never take more than there is', async () => {
  const from = await account(100)
  const targets = await Promise.all([account(), account(), account()])
  const results = await Promise.all(
    Array.from({ length: 30 }, (_, index) => run(transfer(from, targets[index % 3] as string, 7))),
  )
  assert.equal(results.filter(Boolean).length, 14)
  assert.equal(await balance(from), 2)
  const received = await Promise.all(targets.map(balance))
  assert.equal(
    received.reduce<number>((sum, amount) => sum + (amount ?? 0), 0),
    98,
  )
})

test('whatever is transferred between whomever: the books sum to zero and nobody is below it', async () => {
  const step = fc.record({
    from: fc.nat({ max: 4 }),
    to: fc.nat({ max: 4 }),
    amount: fc.integer({ min: 1, max: 500 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async steps => {
      const names = [BANK_CLEARING, await account(300), await account(), await account(1), await account()]
      const model = new Map<string, number>()
      for (const name of names) model.set(name, (await balance(name)) ?? 0)
      for (const { from, to, amount } of steps) {
        const debit = names[from] as string
        const credit = names[to] as string
        const possible = debit === BANK_CLEARING || (model.get(debit) ?? 0) >= amount
        assert.equal(await run(transfer(debit, credit, amount)), possible)
        if (!possible) continue
        model.set(debit, (model.get(debit) ?? 0) - amount)
        model.set(credit, (model.get(credit) ?? 0) + amount)
      }
      for (const [name, expected] of model) assert.equal(await balance(name), expected)
      assert.deepEqual(await total(), { total: 0 })
    }),
    { numRuns: 25 },
  )
})
