import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminClient } from '../../test/admin.ts'
import { jobOf } from '../../test/bursts.ts'
import { noticeRows, sinkFor } from '../../test/notices.ts'
import { holdingReceiver, putNotices } from '../../test/notices-backlog.ts'
import { MERCHANT, PARTNER, sandboxUnderTest } from '../../test/sandbox.ts'
import type { Database } from '../store/database.ts'
import { MAX_DELIVERIES } from './send.ts'

// A merchant whose receiver hangs holds up nobody but itself.

/** The slots that one merchant gets while no other has notices to send: half of them. */
const HALF = MAX_DELIVERIES / 2
const EIGHTH = MAX_DELIVERIES / 8

async function assertAllDelivered(db: Database, count: number): Promise<void> {
  const rows = await noticeRows(db)
  assert.equal(rows.length, count)
  for (const row of rows) assert.deepEqual([row.state, row.attempts], ['DELIVERED', 1])
}

test("with 200 notices due to a receiver that hangs, another merchant's comes at once, while all that were sent there are open", async t => {
  const [hanging, quick] = [await holdingReceiver(t), await sinkFor(t)]
  const { platform, runDue } = await sandboxUnderTest(t, { workers: true })
  await putNotices(platform, MERCHANT.mchid, hanging.url, 200)
  await hanging.reaches(HALF)
  await putNotices(platform, PARTNER.mchid, quick.url)
  await quick.next()
  assert.deepEqual([hanging.open, hanging.received], [HALF, HALF])
  hanging.answers()
  await runDue()
  await assertAllDelivered(platform.db, 201)
  assert.deepEqual([hanging.received, hanging.mostOpen], [200, HALF])
})

test('also where all fall due together and the hanging one has waited longer, and none is left undone', async t => {
  const [hanging, quick] = [await holdingReceiver(t), await sinkFor(t)]
  const { platform, clock, runDue } = await sandboxUnderTest(t)
  await putNotices(platform, MERCHANT.mchid, hanging.url, 200)
  clock.advance(1)
  await putNotices(platform, PARTNER.mchid, quick.url, 20)
  const due = runDue()
  for (let count = 0; count < 20; count += 1) await quick.next()
  assert.equal(hanging.open, hanging.received)
  hanging.answers()
  await due
  await assertAllDelivered(platform.db, 220)
  assert.equal(hanging.received, 200)
})

test('seven merchants whose receivers hang leave room for an eighth', async t => {
  const [hanging, quick] = [await holdingReceiver(t), await sinkFor(t)]
  const running = await sandboxUnderTest(t)
  const { platform, runDue } = running
  const admin = adminClient(running)
  for (let number = 0; number < 7; number += 1) {
    const mchid = `123100000${number}`
    await admin.put(`/merchants/${mchid}`, { kind: 'direct' })
    await putNotices(platform, mchid, hanging.url, 20)
  }
  const due = runDue()
  await hanging.reaches(7 * EIGHTH)
  // What `runDue` has in hand keeps it from looking again, so the newcomer is looked for by another one.
  await putNotices(platform, MERCHANT.mchid, quick.url)
  const meanwhile = runDue()
  await quick.next()
  assert.deepEqual([hanging.open, hanging.received], [7 * EIGHTH, 7 * EIGHTH])
  hanging.answers()
  await Promise.all([due, meanwhile])
  await assertAllDelivered(platform.db, 141)
})

test('what waits for a slot is due for nobody until one is free, so it is not looked for again and again', async t => {
  const hanging = await holdingReceiver(t)
  const running = await sandboxUnderTest(t)
  const { platform, clock } = running
  await putNotices(platform, MERCHANT.mchid, hanging.url, 200)
  const job = jobOf(running, t)
  const claimed = await job.claim(clock.now(), MAX_DELIVERIES, new Set())
  const handled = claimed.map(notice => job.handle(notice))
  await hanging.reaches(HALF)
  const inHand = new Set(claimed.map(({ id }) => id))
  assert.equal(inHand.size, HALF)
  assert.deepEqual(await job.claim(clock.now(), HALF, inHand), [])
  assert.equal(await job.nextDueAt(), undefined)
  await putNotices(platform, PARTNER.mchid, hanging.url)
  assert.equal(await job.nextDueAt(), clock.now())
  hanging.answers()
  await Promise.all(handled)
  assert.equal(await job.nextDueAt(), clock.now())
  assert.equal((await job.claim(clock.now(), MAX_DELIVERIES, new Set())).length, HALF + 1)
})

test("a merchant's notices are taken in the order in which they fell due, a few or many at a time", async t => {
  const running = await sandboxUnderTest(t)
  const { platform, clock } = running
  for (let instant = 0; instant < 20; instant += 1) {
    await putNotices(platform, MERCHANT.mchid, 'http://127.0.0.1:9/notify')
    await putNotices(platform, PARTNER.mchid, 'http://127.0.0.1:9/notify')
    clock.advance(1)
  }
  const rows = await noticeRows(platform.db)
  const order = rows.toSorted((one, other) => (one.due_at ?? 0) - (other.due_at ?? 0)).map(({ id }) => id)
  const job = jobOf(running, t)
  const inHand = new Set<string>()
  const taken: string[][] = []
  for (const limit of [1, 5, 64, 64]) {
    const claimed = await job.claim(clock.now(), limit, inHand)
    for (const { id } of claimed) inHand.add(id)
    for (const mchid of [MERCHANT.mchid, PARTNER.mchid])
      taken.push(claimed.filter(notice => notice.mchid === mchid).map(({ id }) => id))
  }
  assert.deepEqual(new Set(taken.flat()), new Set(order))
  const place = (id: string) => order.indexOf(id)
  for (const offset of [0, 1]) {
    // What one claim gives has no order: it is sent side by side.
    const claims = taken.filter((_, index) => index % 2 === offset)
    const sorted = claims.flatMap(ids => ids.toSorted((one, other) => place(one) - place(other)))
    assert.deepEqual(
      sorted,
      sorted.toSorted((one, other) => place(one) - place(other)),
    )
  }
})

test('a stop waits for what is under way, and not for what waits for a slot', async t => {
  const hanging = await holdingReceiver(t)
  const { platform, scheduler } = await sandboxUnderTest(t, { workers: true })
  await putNotices(platform, MERCHANT.mchid, hanging.url, 200)
  await hanging.reaches(HALF)
  const stopped = scheduler.stop()
  hanging.answers()
  await stopped
  assert.equal(hanging.received, HALF)
  const left = (await noticeRows(platform.db)).filter(({ state }) => state === 'PENDING')
  assert.equal(left.length, 200 - HALF)
})
