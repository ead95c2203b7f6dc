import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { migrations } from '../../test/schema.ts'
import type { Database } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { openTestDatabase } from '../store/testing.ts'
import { BANK_CLEARING, openAccount } from './accounts.ts'
import { auditLedger } from './audit.ts'
import { post, reserve, type Transfer, voidPending } from './ledger.ts'

const wallet = 'payer/1/wallet'
const merchant = 'merchant/1/pending'

function transfer(subject: string, debit_account: string, credit_account: string, amount: number): Transfer {
  return { subject, entry: 'a', kind: 'top_up', debit_account, credit_account, amount, business_time: 0 }
}

/** A small ledger in which everything is right: posted, promised and voided transfers. */
async function soundLedger(t: TestContext): Promise<Database> {
  const db = await openTestDatabase()
  t.after(() => db.close())
  await migrate(db, migrations, 0)
  await db.transaction(async tx => {
    await openAccount(tx, BANK_CLEARING, null)
    await openAccount(tx, wallet)
    await openAccount(tx, merchant)
    await post(tx, [transfer('top-up', BANK_CLEARING, wallet, 1_000)])
    await reserve(tx, [transfer('taken-back', wallet, merchant, 500)])
    await voidPending(tx, 'taken-back', 0)
    await reserve(tx, [transfer('promised', wallet, merchant, 300)])
    await post(tx, [transfer('charge', wallet, merchant, 200)])
  })
  return db
}

/** Puts accounts without any guard in place of the real ones, as a bug in a migration might. */
async function withoutGuards(db: Database): Promise<void> {
  await db.run('CREATE TABLE unguarded AS SELECT * FROM ledger_accounts')
  await db.run('ALTER TABLE ledger_accounts RENAME TO guarded')
  await db.run('ALTER TABLE unguarded RENAME TO ledger_accounts')
}

test('books that are right have no faults, and neither have empty ones', async t => {
  const db = await soundLedger(t)
  assert.deepEqual(await auditLedger(db), [])
  await db.run('DELETE FROM ledger_transfers')
  await db.run('DELETE FROM ledger_accounts')
  assert.deepEqual(await auditLedger(db), [])
})

const FAULTS: [what: string, sql: string, sentences: string[]][] = [
  [
    'money out of nothing',
    `UPDATE ledger_accounts SET balance = balance + 1 WHERE account = '${wallet}'`,
    ['All balances sum to 1 instead of zero', `The balance of ${wallet}: 801, but its transfers make 800`],
  ],
  [
    'money on the wrong account',
    `UPDATE ledger_accounts SET balance = balance + CASE account WHEN '${wallet}' THEN 5 ELSE -5 END
      WHERE account IN ('${wallet}', '${merchant}')`,
    [
      `The balance of ${merchant}: 195, but its transfers make 200`,
      `The balance of ${wallet}: 805, but its transfers make 800`,
    ],
  ],
  [
    'a promise that was forgotten',
    `UPDATE ledger_accounts SET pending_debits = 0 WHERE account = '${wallet}'`,
    [`The pending debits of ${wallet}: 0, but its transfers make 300`],
  ],
  [
    'a promise that nobody gave',
    `UPDATE ledger_accounts SET pending_credits = 999 WHERE account = '${merchant}'`,
    [`The pending credits of ${merchant}: 999, but its transfers make 300`],
  ],
  [
    'a transfer that was lost',
    `DELETE FROM ledger_transfers WHERE subject = 'charge'`,
    [
      `The balance of ${merchant}: 200, but its transfers make 0`,
      `The balance of ${wallet}: 800, but its transfers make 1000`,
    ],
  ],
  [
    'an account below its minimum',
    `UPDATE ledger_accounts SET minimum = 501 WHERE account = '${wallet}'`,
    [`${wallet} has 500 left, which is below its minimum of 501`],
  ],
  [
    'an account that was lost',
    `DELETE FROM ledger_accounts WHERE account = '${merchant}'`,
    ['All balances sum to -200 instead of zero', `${merchant} does not exist, but transfers name it`],
  ],
]

for (const [what, sql, sentences] of FAULTS) {
  test(`the audit finds ${what} and says where`, async t => {
    const db = await soundLedger(t)
    await withoutGuards(db)
    await db.run(sql)
    assert.deepEqual(await auditLedger(db), sentences)
  })
}

test('amounts that no safe integer holds are shown as they are', async t => {
  const db = await soundLedger(t)
  await withoutGuards(db)
  await db.run(`UPDATE ledger_accounts SET balance = 9007199254740993 WHERE account = '${wallet}'`)
  assert.equal((await auditLedger(db))[0], 'All balances sum to 9007199254740193 instead of zero')
})
