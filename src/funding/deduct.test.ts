import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BANK_CLEARING, openAccount, pendingOf, post, walletOf } from '../ledger/ledger.ts'
import type { Database } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { migrations } from '../store/migrations.ts'
import { openTestDatabase } from '../store/testing.ts'
import { type DeductionResult, deduct } from './deduct.ts'

const PAYEE = pendingOf('1230000109')

let db: Database
before(async () => {
  db = await openTestDatabase()
  await migrate(db, migrations, Date.now())
  await db.transaction(async tx => {
    await openAccount(tx, BANK_CLEARING, true)
    await openAccount(tx, PAYEE)
  })
})
after(() => db.close())

let last = 0

async function owner(money: number, walletState = 'NORMAL'): Promise<string> {
  last += 1
  const ownerId = `owner-${last}`
  await db.transaction(async tx => {
    await tx.run(
      'INSERT INTO owners (owner_id, score, wallet_state) VALUES ($1, 700, $2)',
      ownerId,
      walletState,
    )
    await openAccount(tx, walletOf(ownerId))
    if (money === 0) return
    await post(tx, {
      id: `top_up/${ownerId}`,
      kind: 'top_up',
      debit_account: BANK_CLEARING,
      credit_account: walletOf(ownerId),
      amount: money,
      business_time: 0,
    })
  })
  return ownerId
}

function attempt(owner_id: string, amount: number, id = `charge/${owner_id}`): Promise<DeductionResult> {
  const deduction = { id, owner_id, amount, credit_account: PAYEE, business_time: 1 }
  return db.transaction(tx => deduct(tx, deduction))
}

async function balance(account: string): Promise<unknown> {
  return db.get('SELECT balance FROM ledger_accounts WHERE account = $1', account)
}

test('the wallet pays what it can, and the bank type says that it was no card', async () => {
  const ownerId = await owner(888)
  assert.deepEqual(await attempt(ownerId, 888), { result: 'paid', bank_type: 'OTHERS' })
  assert.deepEqual(await balance(walletOf(ownerId)), { balance: 0 })
})

test('a fen too little is no funds, which is worth another attempt', async () => {
  const ownerId = await owner(887)
  assert.deepEqual(await attempt(ownerId, 888), { result: 'no_funds' })
  assert.deepEqual(await balance(walletOf(ownerId)), { balance: 887 })
})

test('a frozen wallet refuses for good, however much is in it', async () => {
  const ownerId = await owner(10_000, 'FROZEN')
  assert.deepEqual(await attempt(ownerId, 888), { result: 'refused' })
  assert.deepEqual(await balance(walletOf(ownerId)), { balance: 10_000 })
})

test('an owner that does not exist is refused', async () => {
  assert.deepEqual(await attempt('nobody', 1), { result: 'refused' })
})

test('an owner without a wallet has no funds', async () => {
  await db.run(`INSERT INTO owners (owner_id, score) VALUES ('no-wallet', 700)`)
  assert.deepEqual(await attempt('no-wallet', 1), { result: 'no_funds' })
})

test('one charge is paid once: the second deduction under its id fails with its transaction', async () => {
  const ownerId = await owner(2_000)
  await attempt(ownerId, 888)
  await assert.rejects(attempt(ownerId, 888))
  assert.deepEqual(await balance(walletOf(ownerId)), { balance: 1_112 })
})
