import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminClient } from '../../../../test/admin.ts'
import {
  type Applied,
  BILL_DATE,
  type BillsUnderTest,
  billsUnderTest,
  FUND_FLOW,
  READY,
  readBill,
  TRADE,
} from '../../../../test/bills.ts'
import { refundOf } from '../../../../test/refunds.ts'
import { MERCHANT, PARTNER } from '../../../../test/sandbox.ts'
import { createTestStore } from '../../../store/testing.ts'
import { startPlatform, virtualClock } from '../../../testing/index.ts'
import { errors } from './errors.ts'
import { makeBill } from './make-bill.ts'
import { requiredBill } from './required-bill.ts'
import { findBill } from './stored-bill.ts'

const SUBJECT = {
  mchid: MERCHANT.mchid,
  sub_mchid: '',
  bill_date: BILL_DATE,
  kind: 'TRADE',
  type: 'ALL',
} as const

/** A text of a given number of rows, which calls back before each page. */
function textOf(pages: number, before: (page: number) => Promise<unknown> = async () => undefined) {
  return {
    columns: ['a'],
    async *pages() {
      for (let page = 0; page < pages; page += 1) {
        await before(page)
        yield [[String(page)]]
      }
    },
    summaryColumns: ['b'],
    summary: () => [String(pages)],
  }
}

async function countOf(
  { platform: { db } }: Pick<BillsUnderTest, 'platform'>,
  table: string,
): Promise<number> {
  const row = await db.get<{ count: number }>(`SELECT CAST(COUNT(*) AS BIGINT) AS count FROM ${table}`)
  return row?.count ?? 0
}

test('a bill is the same bytes whenever it is made, whatever has changed since nine that morning', async t => {
  const running = await billsUnderTest(t)
  const { pay, giveBack, bill, clock, runDue, platform } = running
  const order = await pay()
  clock.advance(60_000)
  await giveBack(refundOf(order, 100))
  const frozen = await pay({}, MERCHANT)
  clock.moveTo('2017-08-26T23:59:59+08:00')
  await giveBack(refundOf(frozen, 200))
  const payer = await platform.db.get<{ payer_id: string }>(
    'SELECT payer_id FROM orders WHERE out_trade_no = $1',
    frozen.out_trade_no,
  )
  await platform.db.run(
    `UPDATE payers SET wallet_state = 'FROZEN' WHERE payer_id = $1`,
    payer?.payer_id ?? '',
  )
  clock.moveTo('2017-08-27T09:00:00+08:00')
  await runDue()
  clock.moveTo(READY)
  const all = [
    [TRADE, {}],
    [TRADE, { bill_type: 'REFUND' }],
    [FUND_FLOW, {}],
    [FUND_FLOW, { account_type: 'FEES' }],
  ] as const
  const first: string[] = []
  for (const [path, fields] of all) first.push(await bill(path, fields))
  assert.deepEqual(
    readBill(first[1] ?? '').rows.map(row => row.退款状态),
    ['SUCCESS', 'CHANGE'],
  )
  await platform.db.run(`UPDATE merchants SET fee_rate = 100, name = '别的名字', auto_withdrawal = 1`)
  const refunds = await platform.db.all<{ refund_id: string; out_refund_no: string; status: string }>(
    `SELECT refund_id, out_refund_no, status FROM refunds WHERE status = 'ABNORMAL'`,
  )
  assert.equal(refunds.length, 1)
  for (const { refund_id, out_refund_no } of refunds) {
    const reply = await running.redirectRefund(refund_id, { out_refund_no, type: 'MERCHANT_BANK_CARD' })
    assert.equal(reply.statusCode, 200, reply.body)
  }
  await pay()
  clock.moveTo('2017-09-03T10:00:00+08:00')
  await runDue()
  assert.equal((await running.refundNow(refunds[0]?.out_refund_no ?? '')).status, 'SUCCESS')
  for (const [index, [path, fields]] of all.entries()) assert.equal(await bill(path, fields), first[index])
  for (const table of ['bills', 'bill_chunks']) await platform.db.run(`DELETE FROM ${table}`)
  for (const [index, [path, fields]] of all.entries()) assert.equal(await bill(path, fields), first[index])
})

test('many applications at once are for one bill', async t => {
  const running = await billsUnderTest(t)
  await running.pay()
  running.clock.moveTo(READY)
  const replies = await Promise.all(Array.from({ length: 20 }, () => running.apply(TRADE)))
  assert.equal(new Set(replies.map(reply => reply.json<Applied>().hash_value)).size, 1)
  for (const table of ['bills', 'bill_chunks']) assert.equal(await countOf(running, table), 1)
  assert.equal(await countOf(running, 'bill_makings'), 0)
})

test('whoever asks for a bill that takes long is asked to come again, and it is made meanwhile', async t => {
  const running = await billsUnderTest(t)
  const { apply, clock, pay, platform } = running
  await pay()
  clock.moveTo(READY)
  const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>()
  // Nobody can begin to make a bill before this ends.
  const holding = platform.db.transaction(async tx => {
    if (tx.forUpdate !== '') await tx.run('LOCK TABLE bill_makings IN EXCLUSIVE MODE')
    await mayGoOn
  })
  const replies = await Promise.all([apply(TRADE), apply(TRADE)])
  for (const reply of replies) {
    assert.deepEqual([reply.statusCode, reply.json().code], [400, 'STATEMENT_CREATING'])
  }
  goOn()
  await holding
  assert.equal((await apply(TRADE)).statusCode, 200)
  assert.equal(await countOf(running, 'bills'), 1)
})

test('of two that make the same bill one wins, and nothing is left of the other', async t => {
  const running = await billsUnderTest(t)
  const { platform } = running
  const other = await makeBill(platform, SUBJECT, textOf(1))
  const made = await makeBill(
    platform,
    { ...SUBJECT, type: 'REFUND' },
    textOf(2, async page => {
      if (page === 1) await makeBill(platform, { ...SUBJECT, type: 'REFUND' }, textOf(1))
    }),
  )
  assert.equal(made.row_count, 1)
  assert.notEqual(made.bill_id, other.bill_id)
  assert.equal(await countOf(running, 'bill_chunks'), 2)
  assert.equal(await countOf(running, 'bill_makings'), 0)
})

test('a making that fails leaves nothing behind', async t => {
  const running = await billsUnderTest(t)
  const fails = textOf(2, async page => {
    if (page === 1) throw new Error('broken')
  })
  await assert.rejects(makeBill(running.platform, SUBJECT, fails), /broken/)
  for (const table of ['bills', 'bill_chunks', 'bill_makings']) assert.equal(await countOf(running, table), 0)
})

test('what a process has left behind that died over a bill is removed with the first bill an hour later', async t => {
  const running = await billsUnderTest(t)
  const { db, clock } = running.platform
  const hourAgo = clock.wallNow() - 3_600_000
  for (const [bill_id, begin_time] of [
    ['dead', hourAgo - 1],
    ['alive', hourAgo + 60_000],
  ] as const) {
    await db.run('INSERT INTO bill_makings (bill_id, begin_time) VALUES ($1, $2)', bill_id, begin_time)
    await db.run('INSERT INTO bill_chunks (bill_id, sequence, content) VALUES ($1, 0, $2)', bill_id, '')
  }
  const { bill_id } = await makeBill(running.platform, SUBJECT, textOf(1))
  const left = await db.all<{ bill_id: string }>('SELECT bill_id FROM bill_chunks')
  assert.deepEqual(left.map(row => row.bill_id).sort(), ['alive', bill_id].sort())
  assert.deepEqual(await db.all('SELECT bill_id FROM bill_makings'), [{ bill_id: 'alive' }])
})

test('a bill of a sandbox that was reset while it was made is none', async t => {
  const running = await billsUnderTest(t)
  const admin = adminClient(running)
  const reset = textOf(2, async page => {
    if (page === 1) await admin.put('/sandbox/resets/now')
  })
  await assert.rejects(makeBill(running.platform, SUBJECT, reset), /sandbox was changed/)
  for (const table of ['bills', 'bill_chunks', 'bill_makings']) assert.equal(await countOf(running, table), 0)
})

test('whoever asks for a bill while the sandbox is changed is asked to come again, and later has it', async t => {
  const running = await billsUnderTest(t)
  const { pay, apply, clock, platform } = running
  const admin = adminClient(running)
  await pay()
  clock.moveTo(READY)
  await admin.put('/sandbox/snapshots/kept')
  for (const isWaiting of [true, false]) {
    await admin.put(`/sandbox/snapshots/kept/restorations/before-${isWaiting}`)
    const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const text = textOf(1, async () => {
      begun.resolve()
      await mayGoOn
    })
    const waiting = assert.rejects(
      requiredBill(platform, SUBJECT, () => text),
      { entry: errors.STATEMENT_CREATING },
    )
    await begun.promise
    if (!isWaiting) await waiting
    await admin.put(`/sandbox/snapshots/kept/restorations/${isWaiting}`)
    goOn()
    await waiting
    let reply = await apply(TRADE)
    while (reply.json().code === 'STATEMENT_CREATING') reply = await apply(TRADE)
    assert.equal(reply.statusCode, 200, reply.body)
  }
})

test('a bill is there after a restart', async t => {
  const store = createTestStore()
  t.after(() => store.remove())
  const clock = virtualClock()
  const options = { clock, open: () => store.open() }
  const before = await startPlatform(options)
  const made = await makeBill(before.platform, SUBJECT, textOf(3))
  await before.stop()
  const afterwards = await startPlatform(options)
  t.after(() => afterwards.stop())
  assert.deepEqual(await findBill(afterwards.platform.db, SUBJECT), made)
})

test('a snapshot that is restored has the bills that it was taken with, and links to others are wrong', async t => {
  const running = await billsUnderTest(t)
  const { pay, bill, apply, download, clock } = running
  const admin = adminClient(running)
  await pay()
  await pay({}, PARTNER)
  clock.moveTo(READY)
  const file = await bill(TRADE)
  const { download_url } = (await apply(TRADE)).json<Applied>()
  await admin.put('/sandbox/snapshots/kept')
  const later = (await apply(TRADE, {}, PARTNER)).json<Applied>()
  await admin.put('/sandbox/snapshots/kept/restorations/1')
  assert.equal(`\uFEFF${(await download(download_url)).body.replace(/^\uFEFF/, '')}`, file)
  assert.equal((await download(later.download_url, PARTNER.mchid)).statusCode, 400)
  assert.equal(await bill(TRADE), file)
  assert.equal(await countOf(running, 'bills'), 1)
})

test('two bills are made at once, and the third when one of them is done', async t => {
  const { platform } = await billsUnderTest(t)
  const held = Promise.withResolvers<void>()
  const required = (type: string, before: () => Promise<unknown>) =>
    requiredBill(platform, { ...SUBJECT, type }, () => textOf(1, before))
  const began = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
  const holding = began.map(({ resolve }, index) =>
    required(`${index}`, () => {
      resolve()
      return held.promise
    }),
  )
  await Promise.all(began.map(({ promise }) => promise))
  let thirdBegan = false
  const third = required('third', async () => {
    thirdBegan = true
  })
  // Far more questions to the store than a making asks before its first page.
  for (let question = 0; question < 50; question += 1)
    await platform.db.run(`DELETE FROM bills WHERE bill_id = ''`)
  assert.equal(thirdBegan, false)
  held.resolve()
  await Promise.all([...holding, third])
  assert.equal(thirdBegan, true)
})
