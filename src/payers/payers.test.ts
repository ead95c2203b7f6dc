import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { migrations } from '../../test/schema.ts'
import { advanceOf, BANK_CLEARING, openAccount, walletOf } from '../ledger/accounts.ts'
import { post, reserve } from '../ledger/ledger.ts'
import type { Database } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { openTestDatabase } from '../store/testing.ts'
import { changePayer, createPayer, type PayerChanges, readPayer } from './payers.ts'

let db: Database
before(async () => {
  db = await openTestDatabase()
  await migrate(db, migrations, Date.now())
  await db.transaction(tx => openAccount(tx, BANK_CLEARING, null))
})
after(() => db.close())

const create = (payer_id: string, score = 700, advance_limit = 50_000) =>
  db.transaction(tx => createPayer(tx, { payer_id, score, advance_limit }))
const change = (payer_id: string, changes: PayerChanges) =>
  db.transaction(tx => changePayer(tx, payer_id, changes))

/** Moves money for a payer, or promises to. */
function move(from: string, to: string, amount: number, how = post): Promise<boolean> {
  const transfer = { subject: `test/${from}`, entry: `${how.name}/${amount}`, kind: 'top_up' as const }
  return db.transaction(tx =>
    how(tx, [{ ...transfer, debit_account: from, credit_account: to, amount, business_time: 1 }]),
  )
}

test('a new payer has an empty wallet, owes nothing, and is advanced money up to the limit', async () => {
  assert.equal(await create('new'), true)
  assert.deepEqual(await readPayer(db, 'new'), {
    payer_id: 'new',
    score: 700,
    arrears: 0,
    wallet_state: 'NORMAL',
    wallet_position: 0,
    wallet: 0,
    advanced: 0,
    advance_limit: 50_000,
  })
  assert.equal(await move(advanceOf('new'), BANK_CLEARING, 50_001), false)
  assert.equal(await move(walletOf('new'), BANK_CLEARING, 1), false)
})

test('a payer that is made again stays as it is', async () => {
  await create('twice', 600, 100)
  const first = await readPayer(db, 'twice')
  assert.equal(await create('twice', 800, 200), false)
  assert.deepEqual(await readPayer(db, 'twice'), first)
  const made = await Promise.all(Array.from({ length: 10 }, () => create('at once')))
  assert.equal(made.filter(isNew => isNew).length, 1)
})

test('what is promised can no longer be spent, and counts as advanced', async () => {
  await create('promising')
  await move(BANK_CLEARING, walletOf('promising'), 1_000)
  await move(walletOf('promising'), BANK_CLEARING, 300, reserve)
  await move(advanceOf('promising'), BANK_CLEARING, 200)
  await move(advanceOf('promising'), BANK_CLEARING, 50, reserve)
  const { wallet, advanced } = (await readPayer(db, 'promising')) ?? {}
  assert.deepEqual({ wallet, advanced }, { wallet: 700, advanced: 250 })
})

test('what is given changes and everything else stays; the same again changes nothing', async () => {
  await create('changing', 700, 10)
  const before = await readPayer(db, 'changing')
  for (const changes of [
    { score: 350 },
    { score: 850, wallet_position: -3 },
    { wallet_state: 'FROZEN' },
    { wallet_state: 'NORMAL', advance_limit: 0 },
    { advance_limit: 500_000 },
    {},
  ] as const) {
    const expected = { ...(await readPayer(db, 'changing')), ...changes }
    for (let time = 0; time < 2; time += 1) {
      assert.equal(await change('changing', changes), 'done')
      assert.deepEqual(await readPayer(db, 'changing'), expected)
    }
  }
  assert.notDeepEqual(await readPayer(db, 'changing'), before)
})

test('a limit below what is advanced or promised is refused, and nothing of that change is done', async () => {
  await create('advanced', 700, 1_000)
  await move(advanceOf('advanced'), BANK_CLEARING, 300)
  await move(advanceOf('advanced'), BANK_CLEARING, 200, reserve)
  const before = await readPayer(db, 'advanced')
  assert.equal(await change('advanced', { advance_limit: 499, score: 400 }), 'limit_below_advanced')
  assert.deepEqual(await readPayer(db, 'advanced'), before)
  assert.equal(await change('advanced', { advance_limit: 500 }), 'done')
  assert.equal(await move(advanceOf('advanced'), BANK_CLEARING, 1), false)
})

test('nobody can be changed or read who does not exist', async () => {
  assert.equal(await change('nobody', { score: 700 }), 'payer_unknown')
  assert.equal(await change('nobody', {}), 'payer_unknown')
  assert.equal(await readPayer(db, 'nobody'), undefined)
})

test('scores run from 350 to 850 and limits from zero; anything else is a fault of the caller', async () => {
  for (const score of [349, 851, 700.5, Number.NaN]) {
    await assert.rejects(create('no score', score), RangeError)
    await assert.rejects(change('new', { score }), RangeError)
  }
  for (const limit of [-1, 0.5, Number.MAX_SAFE_INTEGER + 1]) {
    await assert.rejects(create('no limit', 700, limit), RangeError)
    await assert.rejects(change('new', { advance_limit: limit }), RangeError)
  }
  assert.equal(await readPayer(db, 'no score'), undefined)
})
