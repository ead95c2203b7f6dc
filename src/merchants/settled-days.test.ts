import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MERCHANT, PARTNER, type SandboxUnderTest, sandboxUnderTest } from '../../test/sandbox.ts'
import { availableOf, BANK_CLEARING, bankOf, feesOf, pendingOf } from '../ledger/accounts.ts'
import { post } from '../ledger/ledger.ts'
import { transfersOf } from '../ledger/transfers.ts'
import { createTestStore } from '../store/testing.ts'
import { virtualClock } from '../testing/index.ts'
import { changeMerchant } from './change-merchant.ts'
import { settledDays } from './settled-days.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const MIDNIGHT = Date.parse('2026-06-02T00:00:00+08:00')
const MCHID = MERCHANT.mchid

let last = 0

/** Money comes in for a merchant, as of now. */
async function collect({ platform }: Pick<SandboxUnderTest, 'platform'>, amount: number, mchid = MCHID) {
  last += 1
  const transfer = {
    ...{ subject: `settled-days/${last}`, entry: 'top_up', kind: 'top_up' as const, amount },
    ...{ debit_account: BANK_CLEARING, credit_account: pendingOf(mchid) },
    business_time: platform.clock.now(),
  }
  assert.equal(await platform.db.transaction(tx => post(tx, [transfer])), true)
}

async function balances({ platform }: Pick<SandboxUnderTest, 'platform'>, mchid = MCHID) {
  const of = async (account: string) =>
    (
      await platform.db.get<{ balance: number }>(
        'SELECT balance FROM ledger_accounts WHERE account = $1',
        account,
      )
    )?.balance
  return { pending: await of(pendingOf(mchid)), available: await of(availableOf(mchid)) }
}

async function settlements({ platform }: Pick<SandboxUnderTest, 'platform'>) {
  return platform.db.all(
    `SELECT subject, amount, business_time FROM ledger_transfers WHERE kind = 'settlement' ORDER BY subject`,
  )
}

async function daysOf({ platform }: Pick<SandboxUnderTest, 'platform'>): Promise<string[]> {
  const rows = await platform.db.all<{ day: string }>('SELECT day FROM settled_days ORDER BY day')
  return rows.map(({ day }) => day)
}

const eveningBefore = () => virtualClock(MIDNIGHT - HOUR)

test("at midnight, Beijing time, a day's collections become available to each merchant", async t => {
  const running = await sandboxUnderTest(t, { clock: eveningBefore() })
  const sub = PARTNER.partner.sub_mchid ?? ''
  await running.runDue()
  await collect(running, 100)
  await collect(running, 11, sub)
  await collect(running, 5)
  await running.scheduler.moveTo(MIDNIGHT - 1)
  assert.deepEqual(await balances(running), { pending: 105, available: 0 })
  await running.scheduler.moveTo(MIDNIGHT)
  assert.deepEqual(await balances(running), { pending: 0, available: 105 })
  assert.deepEqual(await balances(running, sub), { pending: 0, available: 11 })
  assert.deepEqual(await settlements(running), [
    { subject: `settlement/${MCHID}/2026-06-01`, amount: 105, business_time: MIDNIGHT },
    { subject: `settlement/${sub}/2026-06-01`, amount: 11, business_time: MIDNIGHT },
  ])
})

test('a job that runs late leaves what was collected after midnight, and takes no more than is there', async t => {
  const running = await sandboxUnderTest(t, { clock: eveningBefore() })
  await running.runDue()
  await collect(running, 100)
  running.clock.moveTo(MIDNIGHT)
  await collect(running, 7)
  running.clock.advance(HOUR)
  await collect(running, 8)
  // Taken out since midnight: from what was there first.
  const back = {
    ...{ subject: 'settled-days/out', entry: 'out', kind: 'withdrawal' as const, amount: 40 },
    ...{ debit_account: pendingOf(MCHID), credit_account: BANK_CLEARING, business_time: MIDNIGHT + HOUR },
  }
  await running.platform.db.transaction(tx => post(tx, [back]))
  await running.runDue()
  assert.deepEqual(await balances(running), { pending: 15, available: 60 })
  await running.scheduler.moveTo(MIDNIGHT + DAY)
  assert.deepEqual(await balances(running), { pending: 0, available: 75 })
})

test('days that were missed are settled in their order, each with its own collections', async t => {
  const running = await sandboxUnderTest(t, { clock: eveningBefore() })
  await running.runDue()
  // The clock jumps, and nobody does due work.
  for (const amount of [1, 2, 4]) {
    await collect(running, amount)
    running.clock.advance(2 * DAY)
  }
  await collect(running, 8)
  await running.runDue()
  assert.deepEqual(await balances(running), { pending: 8, available: 7 })
  const now = running.clock.now()
  assert.deepEqual(await settlements(running), [
    { subject: `settlement/${MCHID}/2026-06-01`, amount: 1, business_time: now },
    { subject: `settlement/${MCHID}/2026-06-03`, amount: 2, business_time: now },
    { subject: `settlement/${MCHID}/2026-06-05`, amount: 4, business_time: now },
  ])
  assert.deepEqual(
    await daysOf(running),
    ['05-31', '06-01', '06-02', '06-03', '06-04', '06-05', '06-06'].map(day => `2026-${day}`),
  )
})

test('a gap of ten years without collections takes some transactions, and leaves no day out', async t => {
  const running = await sandboxUnderTest(t, { clock: eveningBefore() })
  await running.runDue()
  await collect(running, 3)
  running.clock.moveTo('2036-06-02T00:00:00+08:00')
  const { settledDays: pieces = 0 } = await running.runDue()
  assert.ok(pieces <= 11, `It took ${pieces} pieces`)
  const days = await daysOf(running)
  assert.equal(days.length, 1 + 3_653 + 1)
  assert.equal(days.at(-1), '2036-06-01')
  assert.deepEqual(await balances(running), { pending: 0, available: 3 })
})

test('a new sandbox settles the day before and nothing else, and the next day is due at midnight', async t => {
  const running = await sandboxUnderTest(t, { clock: eveningBefore() })
  await running.runDue()
  await running.runDue()
  assert.deepEqual(await daysOf(running), ['2026-05-31'])
  assert.deepEqual(await settlements(running), [])
  assert.equal(await settledDays(running.platform).nextDueAt(), MIDNIGHT)
})

test('a day is settled once, by whomever, and a process that was killed in between is gone on from', async t => {
  const store = createTestStore()
  const running = await sandboxUnderTest(t, { clock: eveningBefore(), open: () => store.open() })
  t.after(() => store.remove())
  await running.runDue()
  await collect(running, 100)
  running.clock.moveTo(MIDNIGHT)
  const other = await store.open()
  const jobs = [running.platform.db, other].map(db => settledDays({ ...running.platform, db }))
  await Promise.all(jobs.map(job => job.handle({ day: '2026-06-01' })))
  assert.deepEqual(await balances(running), { pending: 0, available: 100 })

  // Merchants were settled and the day was not written down; a late transfer of that day waits for the next one.
  await running.platform.db.run(`DELETE FROM settled_days WHERE day = '2026-06-01'`)
  running.clock.advance(1)
  await collect({ platform: { ...running.platform, clock: eveningBefore() } }, 9)
  await running.runDue()
  assert.deepEqual(await balances(running), { pending: 9, available: 100 })
  assert.deepEqual(await daysOf(running), ['2026-05-31', '2026-06-01'])
  await running.scheduler.moveTo(MIDNIGHT + DAY)
  assert.deepEqual(await balances(running), { pending: 0, available: 109 })
  await other.close()
})

test('with auto_withdrawal a settled day is paid to the bank at once, and what was available before stays', async t => {
  const running = await sandboxUnderTest(t, { clock: eveningBefore() })
  const { db } = running.platform
  await running.runDue()
  await collect(running, 40)
  await running.scheduler.moveTo(MIDNIGHT)
  await collect(running, 100)
  await collect(running, 7, PARTNER.partner.sub_mchid)
  await db.transaction(tx => changeMerchant(tx, MCHID, { auto_withdrawal: 1 }))
  await running.scheduler.moveTo(MIDNIGHT + DAY)
  assert.deepEqual(await balances(running), { pending: 0, available: 40 })
  assert.deepEqual(await balances(running, PARTNER.partner.sub_mchid), { pending: 0, available: 7 })
  const subject = `settlement/${MCHID}/2026-06-02`
  const transfers = await transfersOf(db, subject)
  assert.deepEqual(
    transfers.map(({ entry, kind, debit_account, credit_account, amount }) => [
      ...[entry, kind, debit_account, credit_account, amount],
    ]),
    [
      ['settlement', 'settlement', pendingOf(MCHID), availableOf(MCHID), 100],
      ['withdrawal', 'withdrawal', availableOf(MCHID), bankOf(MCHID), 100],
    ],
  )
  // A day without collections pays nothing out.
  await running.scheduler.moveTo(MIDNIGHT + 2 * DAY)
  assert.deepEqual(await transfersOf(db, `settlement/${MCHID}/2026-06-03`), [])
})

test('fees of what came since midnight are not taken from what was there before', async t => {
  const running = await sandboxUnderTest(t, { clock: eveningBefore() })
  const { platform, clock } = running
  await running.runDue()
  await collect(running, 1000)
  clock.advance(2 * HOUR)
  await collect(running, 500)
  const fee = {
    ...{ subject: 'settled-days/fee', entry: 'fee', kind: 'fee' as const, amount: 3 },
    ...{ debit_account: pendingOf(MCHID), credit_account: feesOf(MCHID), business_time: clock.now() },
  }
  assert.ok(await platform.db.transaction(tx => post(tx, [fee])))
  await running.runDue()
  assert.deepEqual(await balances(running), { pending: 497, available: 1000 })
})
