import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { freshDriver } from '../../test/driver.ts'
import { noticeRows, opened, sinkFor } from '../../test/notices.ts'
import { chargeOf, parkingUnderTest } from '../../test/parking.ts'
import type { WebhookSink } from '../testing/index.ts'
import { noticeDelivery } from './deliver.ts'
import { noticeSender } from './send.ts'

// Notices about one stay: they come in the order of their commits. And notices that somebody has put off.

type Running = Awaited<ReturnType<typeof parkingUnderTest>>

/** A car stands where notices go to the sink, and its owner pauses, resumes and pauses in one millisecond. */
async function burst(running: Running, sink: WebhookSink) {
  const driver = await freshDriver(running)
  await driver.opens()
  const stay = await running.park({ plate_number: driver.plate_number, notify_url: sink.url })
  await driver.pauses()
  await driver.resumes()
  await driver.pauses()
  return { driver, stay }
}

function statesAt(sink: WebhookSink, { merchant }: Running): unknown[] {
  return sink.received.map(callback => opened(callback, merchant('1230000109').apiv3_key).parking_state)
}

function workOf({ platform }: Running, t: { after(end: () => Promise<void>): void }) {
  const sender = noticeSender()
  t.after(() => sender.close())
  return noticeDelivery(platform, sender.send)
}

test('a burst of changes in one millisecond arrives as notices of their own, in the order of their commits', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t)
  for (let time = 1; time <= 5; time += 1) {
    await burst(running, sink)
    await running.runDue()
    assert.deepEqual(statesAt(sink, running).slice(-3), ['BLOCKED', 'NORMAL', 'BLOCKED'])
    assert.equal(sink.received.length, 3 * time)
  }
})

test('a running platform sends a burst in order by itself, one as soon as the other was attempted', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t, { workers: true })
  await burst(running, sink)
  for (let count = 0; count < 3; count += 1) await sink.next()
  assert.deepEqual(statesAt(sink, running), ['BLOCKED', 'NORMAL', 'BLOCKED'])
})

test('an attempt that failed holds nobody back any more: the later ones come, and the first again by the ladder', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t)
  sink.answerWith(500)
  await burst(running, sink)
  await running.runDue()
  assert.deepEqual(statesAt(sink, running), ['BLOCKED', 'NORMAL', 'BLOCKED'])
  running.clock.advance(15_000)
  await running.runDue()
  assert.deepEqual(statesAt(sink, running).slice(3), ['BLOCKED'])
})

test('while the first of a stay is in hand the others are not due: nobody is given them, and nobody looks for them', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t)
  const { clock } = running
  await burst(running, sink)
  const work = workOf(running, t)
  for (let left = 3; left > 0; left -= 1) {
    assert.equal(await work.nextDueAt(), clock.now())
    const claimed = await work.claim(clock.now(), 10, new Set())
    assert.equal(claimed.length, 1)
    assert.equal(await work.nextDueAt(), undefined)
    assert.deepEqual(await work.claim(clock.now(), 10, new Set()), [])
    for (const notice of claimed) await work.handle(notice)
  }
  assert.equal(await work.nextDueAt(), undefined)
})

test('stays do not wait for each other, nor do notices of payments', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t)
  await burst(running, sink)
  await burst(running, sink)
  for (let count = 0; count < 2; count += 1) {
    await running.charge(chargeOf(await running.park(), { notify_url: sink.url }))
  }
  // The charges are settled here, and nothing is sent yet.
  await running.platform.db.run('UPDATE merchants SET notices_paused = 1')
  await running.runDue()
  await running.platform.db.run('UPDATE merchants SET notices_paused = 0')
  const claimed = await workOf(running, t).claim(running.clock.now(), 10, new Set())
  assert.equal(claimed.length, 4)
})

test('two workers that claim at once do not break the order', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t)
  for (let count = 0; count < 10; count += 1) await burst(running, sink)
  const works = [workOf(running, t), workOf(running, t)]
  const drain = async (work: ReturnType<typeof workOf>) => {
    while (sink.received.length < 30) {
      const claimed = await work.claim(running.clock.now(), 3, new Set())
      await Promise.all(claimed.map(notice => work.handle(notice)))
      // One engine answers without a turn of the event loop, and the other worker needs one.
      await setImmediate()
    }
  }
  await Promise.all(works.map(drain))
  const byStay = Map.groupBy(sink.received, callback => {
    return opened(callback, running.merchant('1230000109').apiv3_key).parking_id
  })
  assert.equal(byStay.size, 10)
  for (const callbacks of byStay.values()) {
    const states = statesAt({ ...sink, received: callbacks }, running)
    assert.deepEqual(states, ['BLOCKED', 'NORMAL', 'BLOCKED'])
  }
})

test('notices of a merchant that has put them off wait with their due time, and no other merchant waits with it', async t => {
  const [paused, other] = [await sinkFor(t), await sinkFor(t)]
  const running = await parkingUnderTest(t)
  const { platform, clock, runDue, park } = running
  const { driver } = await burst(running, paused)
  await platform.db.run(`UPDATE merchants SET notices_paused = 1 WHERE mchid = '1230000109'`)
  const work = workOf(running, t)
  assert.equal(await work.nextDueAt(), undefined)
  const dueAt = clock.now()
  clock.advance(100_000)
  await runDue()
  assert.deepEqual(paused.received, [])
  const rows = await noticeRows(platform.db)
  assert.deepEqual(
    rows.map(({ state, attempts, due_at }) => ({ state, attempts, due_at })),
    Array.from({ length: 3 }, () => ({ state: 'PENDING', attempts: 0, due_at: dueAt })),
  )

  const partner = { mchid: '1230000100', partner: { sub_mchid: '1900000109' } }
  await park({ plate_number: driver.plate_number, notify_url: other.url }, partner)
  await driver.resumes()
  await runDue()
  assert.equal(other.received.length, 1)

  await platform.db.run('UPDATE merchants SET notices_paused = 0')
  assert.equal(await work.nextDueAt(), dueAt)
  await runDue()
  assert.deepEqual(statesAt(paused, running), ['BLOCKED', 'NORMAL', 'BLOCKED'])
})

test("a merchant's own profile decides where its notices are sent, at each attempt", async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t)
  const { platform, clock, runDue } = running
  await running.accept(await running.park(), { notify_url: sink.url })
  await platform.db.run(`UPDATE merchants SET notify_profile = 'production'`)
  await runDue()
  assert.deepEqual(sink.received, [])
  const attempt = await platform.db.get<{ failure: string }>('SELECT failure FROM notice_attempts')
  assert.match(attempt?.failure ?? '', /^The production profile does not send there/)
  await platform.db.run(`UPDATE merchants SET notify_profile = 'sandbox'`)
  clock.advance(15_000)
  await runDue()
  assert.equal(sink.received.length, 1)
})
