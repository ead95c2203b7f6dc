import assert from 'node:assert/strict'
import { test } from 'node:test'
import { burst, jobOf, statesAt } from '../../test/bursts.ts'
import { noticeRows, sinkFor } from '../../test/notices.ts'
import { chargeOf, parkingUnderTest } from '../../test/parking.ts'

// Notices about one stay: they come in the order of their commits. And notices that somebody has put off.

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

test('an attempt that failed holds nobody back any more: the later ones come, and the first again by the retry schedule', async t => {
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

test('while the first of a stay is in hand the others are not due: nobody is given them', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t)
  const { clock, platform } = running
  await burst(running, sink)
  const job = jobOf(running, t)
  for (let left = 3; left > 0; left -= 1) {
    assert.equal(await job.nextDueAt(), clock.now())
    const claimed = await job.claim(clock.now(), 10, new Set())
    assert.equal(claimed.length, 1)
    // Where several nodes may look, what is in hand is due for nobody.
    if (platform.db.shared) assert.equal(await job.nextDueAt(), undefined)
    const inHand = new Set(claimed.map(({ id }) => id))
    assert.deepEqual(await job.claim(clock.now(), 10, inHand), [])
    for (const notice of claimed) await job.handle(notice)
  }
  assert.equal(await job.nextDueAt(), undefined)
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
  const claimed = await jobOf(running, t).claim(running.clock.now(), 10, new Set())
  assert.equal(claimed.length, 4)
})

test('notices of a merchant that has put them off wait with their due time, and no other merchant waits with it', async t => {
  const [paused, other] = [await sinkFor(t), await sinkFor(t)]
  const running = await parkingUnderTest(t)
  const { platform, clock, runDue, park } = running
  const { driver } = await burst(running, paused)
  await platform.db.run(`UPDATE merchants SET notices_paused = 1 WHERE mchid = '1230000109'`)
  const job = jobOf(running, t)
  assert.equal(await job.nextDueAt(), undefined)
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
  assert.equal(await job.nextDueAt(), dueAt)
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
