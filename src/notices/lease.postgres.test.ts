import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chargesUnderTest } from '../../test/charges.ts'
import {
  envelopeOf,
  noticeRows,
  onlyNotice,
  restartable,
  sinkFor,
  verifiedSerial,
} from '../../test/notices.ts'
import { putNotices } from '../../test/notices-backlog.ts'
import { noticeDelivery } from './deliver.ts'
import { noticeSender } from './send.ts'

// Who has a notice in hand: several workers, a restart, a process that was killed.

test('a claim leases the longest due notices, as many as have slots, and no other claim gets them meanwhile', async t => {
  const { platform, accept, runDue, clock } = await chargesUnderTest(t)
  const sender = noticeSender()
  t.after(() => sender.close())
  // Fifteen failing notices, each due at another time.
  for (let count = 0; count < 15; count += 1) {
    await accept()
    await runDue()
    clock.advance(10)
  }
  clock.advance(15_000)
  const job = noticeDelivery(platform, sender.send)
  const rows = await noticeRows(platform.db)
  const dueOrder = rows.toSorted((one, other) => (one.due_at ?? 0) - (other.due_at ?? 0)).map(({ id }) => id)
  const claimed: string[] = []
  // One merchant gets half of the slots that are free.
  for (const [free, share] of [
    [8, 4],
    [20, 10],
    [1, 1],
  ] as const) {
    const items = await job.claim(clock.now(), free, new Set())
    assert.equal(items.length, share)
    const ids = items.map(item => job.key(item))
    // Which ones are claimed is by due time; a statement that changes rows gives them back in any order.
    assert.deepEqual(new Set(ids), new Set(dueOrder.slice(claimed.length, claimed.length + share)))
    claimed.push(...ids)
  }
  assert.deepEqual(new Set(claimed), new Set(dueOrder))
  assert.equal(await job.nextDueAt(), undefined)
})

test('two claims at once share the notices out', async t => {
  const { platform, accept, runDue, clock } = await chargesUnderTest(t)
  const sender = noticeSender()
  t.after(() => sender.close())
  for (let count = 0; count < 30; count += 1) await accept()
  await runDue()
  clock.advance(15_000)
  const job = noticeDelivery(platform, sender.send)
  const claims = await Promise.all(Array.from({ length: 6 }, () => job.claim(clock.now(), 10, new Set())))
  const ids = claims.flat().map(item => job.key(item))
  assert.equal(new Set(ids).size, ids.length)
  assert.ok(claims.every(items => items.length <= 10))
  const rest = await job.claim(clock.now(), 100, new Set())
  assert.equal(ids.length + rest.length, 30)
})

test('of two workers that both have a notice after a lease ran out, the first record stands', async t => {
  const sink = await sinkFor(t)
  const { platform, accept, clock, runDue } = await chargesUnderTest(t)
  const sender = noticeSender()
  t.after(() => sender.close())
  sink.answerWith(500, 500, 204)
  await accept({ notify_url: sink.url })
  await runDue()
  clock.advance(15_000)
  const job = noticeDelivery(platform, sender.send)
  const [first] = await job.claim(clock.now(), 1, new Set())
  await platform.db.run('UPDATE notices SET leased_until = 0')
  const [second] = await job.claim(clock.now(), 1, new Set())
  assert.ok(first && second)
  await job.handle(first)
  await job.handle(second)
  // It came twice, which receivers must bear; one attempt is counted, and the retry schedule goes on from it.
  assert.equal(sink.received.length, 3)
  const { state, attempts, due_at } = await onlyNotice(platform.db)
  assert.deepEqual(
    { state, attempts, due_at },
    { state: 'PENDING', attempts: 2, due_at: clock.now() + 15_000 },
  )
})

test('after a restart the retry schedule goes on where it was', async t => {
  const sink = await sinkFor(t)
  const { accept, runDue, clock, restart, keysOf, platform } = await restartable(t)
  sink.answerWith(500, 500, 500)
  await accept({ notify_url: sink.url })
  await runDue()
  clock.advance(15_000)
  await runDue()
  assert.equal(sink.received.length, 2)

  await restart()
  await runDue()
  clock.advance(14_999)
  await runDue()
  assert.equal(sink.received.length, 2)
  clock.advance(1)
  await runDue()
  assert.equal(sink.received.length, 3)
  await restart()
  clock.advance(30_000)
  await runDue()
  assert.equal(sink.received.length, 4)
  const ids = new Set(sink.received.map(callback => envelopeOf(callback).id))
  assert.equal(ids.size, 1)
  for (const callback of sink.received) verifiedSerial(callback, keysOf('1230000109'))
  assert.deepEqual((await onlyNotice(platform().db)).state, 'DELIVERED')
})

test('a notice that a killed process had in hand is sent by the next one', async t => {
  const sink = await sinkFor(t)
  const { accept, runDue, clock, restart, platform } = await restartable(t)
  sink.answerWith(500)
  await accept({ notify_url: sink.url })
  await runDue()
  clock.advance(15_000)
  // What a process that is killed during a delivery leaves: a lease, and nothing on record.
  const job = noticeDelivery(platform(), async () => assert.fail('It was killed before'))
  const [item] = await job.claim(clock.now(), 1, new Set())
  assert.ok(item)

  await restart()
  await runDue()
  if (platform().db.shared) {
    // Another node may have it in hand, so the lease stands until its time is over.
    assert.equal(sink.received.length, 1)
    await restart(14_999)
    await runDue()
    assert.equal(sink.received.length, 1)
    await restart(1)
    await runDue()
  }
  assert.equal(sink.received.length, 2)
  const { state, attempts } = await onlyNotice(platform().db)
  assert.deepEqual({ state, attempts }, { state: 'DELIVERED', attempts: 2 })
})

test('a notice that was in hand before the clock of the host was set back is sent', async t => {
  const sink = await sinkFor(t)
  const { platform, runDue, clock } = await chargesUnderTest(t)
  await putNotices(platform, '1230000109', sink.url)
  const ahead = { ...clock, wallNow: () => clock.wallNow() + 60 * 86_400_000 }
  const job = noticeDelivery({ ...platform, clock: ahead }, async () => assert.fail('It is only claimed'))
  assert.equal((await job.claim(clock.now(), 8, new Set())).length, 1)
  await runDue()
  assert.equal(sink.received.length, 1)
})
