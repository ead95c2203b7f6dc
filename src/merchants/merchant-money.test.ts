import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { MERCHANT, PARTNER, sandboxUnderTest } from '../../test/sandbox.ts'
import { auditLedger } from '../ledger/audit.ts'
import {
  findMerchantMovement,
  type MerchantMovement,
  merchantBalances,
  topUpMerchant,
  withdrawFromMerchant,
} from './merchant-money.ts'

const { platform, clock } = await sandboxUnderTest({ after })
const { db } = platform
const SUB = PARTNER.partner.sub_mchid ?? ''

let last = 0

/** A movement of an id that no other test has. */
function movement(more: Partial<MerchantMovement> = {}): MerchantMovement {
  last += 1
  return {
    ...{ mchid: MERCHANT.mchid, id: `m-${last}`, account: 'BASIC', amount: 100 },
    business_time: clock.now(),
    ...more,
  }
}

const topUp = (more: MerchantMovement) => db.transaction(tx => topUpMerchant(tx, more))
const withdraw = (more: MerchantMovement) => db.transaction(tx => withdrawFromMerchant(tx, more))
const balances = (mchid = MERCHANT.mchid) => merchantBalances(db, mchid)
const transfersOf = (subject: string) =>
  db.all(
    `SELECT entry, kind, debit_account, credit_account, amount FROM ledger_transfers WHERE subject = $1`,
    subject,
  )

test('money comes from the bank of the merchant to the account that is named, and goes back there', async () => {
  const before = await balances(SUB)
  const basic = movement({ mchid: SUB, amount: 300 })
  assert.deepEqual(await topUp(basic), basic)
  const operation = movement({ mchid: SUB, amount: 50, account: 'OPERATION' })
  assert.deepEqual(await topUp(operation), operation)
  assert.deepEqual(await balances(SUB), {
    ...before,
    available: before.available + 300,
    operation: before.operation + 50,
  })
  assert.deepEqual(await transfersOf(`merchant_top_up/${SUB}/${basic.id}`), [
    {
      ...{ entry: 'top_up', kind: 'top_up', amount: 300 },
      ...{ debit_account: `merchant/${SUB}/bank`, credit_account: `merchant/${SUB}/available` },
    },
  ])
  const back = movement({ mchid: SUB, amount: 300 })
  assert.deepEqual(await withdraw(back), back)
  assert.deepEqual(await withdraw({ ...operation, amount: 50 }), { ...operation, amount: 50 })
  assert.deepEqual(await balances(SUB), before)
  assert.deepEqual(await transfersOf(`merchant_withdrawal/${SUB}/${operation.id}`), [
    {
      ...{ entry: 'withdrawal', kind: 'withdrawal', amount: 50 },
      ...{ debit_account: `merchant/${SUB}/operation`, credit_account: `merchant/${SUB}/bank` },
    },
  ])
})

test('a movement that is asked for again moves nothing, and says when it was done', async () => {
  const first = movement()
  await topUp(first)
  const before = await balances()
  clock.advance(1_000)
  assert.deepEqual(await topUp({ ...first, business_time: clock.now() }), first)
  assert.deepEqual(await findMerchantMovement(db, first, 'top_up'), first)
  assert.equal(await findMerchantMovement(db, first, 'withdrawal'), undefined)
  assert.deepEqual(await balances(), before)
})

test('an id stands for one amount and one account, and top-ups and withdrawals have ids of their own', async () => {
  const first = movement()
  await topUp(first)
  const before = await balances()
  assert.equal(await topUp({ ...first, amount: 101 }), 'id_used')
  assert.equal(await topUp({ ...first, account: 'OPERATION' }), 'id_used')
  assert.deepEqual(await balances(), before)
  assert.deepEqual(await withdraw(first), first)
  assert.deepEqual(await topUp({ ...first, mchid: SUB }), { ...first, mchid: SUB })
})

test('what is not there is not withdrawn, and the same id may try again when there is enough', async () => {
  const { available, operation } = await balances()
  const more = movement({ amount: available + 1 })
  assert.equal(await withdraw(more), 'no_funds')
  assert.equal(await withdraw(movement({ amount: operation + 1, account: 'OPERATION' })), 'no_funds')
  await topUp(movement({ amount: 1 }))
  assert.deepEqual(await withdraw(more), more)
  assert.equal((await balances()).available, 0)
})

test('a merchant number that does not exist has no money to move', async () => {
  assert.equal(await topUp(movement({ mchid: '1999999999' })), 'merchant_unknown')
  assert.equal(await withdraw(movement({ mchid: '1999999999' })), 'merchant_unknown')
})

test('two who ask for the same at once move it once, and two who ask for all have it once', async () => {
  const same = movement({ amount: 500 })
  const before = await balances()
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => topUp(same))), [same, same, same])
  const filled = await balances()
  assert.equal(filled.available, before.available + 500)
  const all = [1, 2, 3].map(() => withdraw(movement({ amount: filled.available })))
  const outcomes = await Promise.all(all)
  assert.equal(outcomes.filter(outcome => outcome === 'no_funds').length, 2)
  assert.equal((await balances()).available, 0)
  assert.deepEqual(await auditLedger(db), [])
})
