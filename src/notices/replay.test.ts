import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { chargesUnderTest } from '../../test/charges.ts'
import { chargeWithNotice, envelopeOf, onlyNotice, sinkFor } from '../../test/notices.ts'
import { replayNotice } from './outbox.ts'
import { RETRY_WAITS_MS } from './retry-schedule.ts'

// A notice that somebody asks for again.

type Running = Awaited<ReturnType<typeof chargesUnderTest>>

function replay({ platform }: Running, id: string): Promise<boolean> {
  return platform.db.transaction(tx => replayNotice(tx, platform, id))
}

/** The numbers of the attempts on record, with their failures. */
function attemptsOf({ platform }: Running): Promise<{ attempt: number; failure: string }[]> {
  return platform.db.all('SELECT attempt, failure FROM notice_attempts ORDER BY attempt')
}

test('a delivered notice comes once more under its own id, and the attempts before stay on record', async t => {
  const sink = await sinkFor(t)
  const running = await chargesUnderTest(t)
  await chargeWithNotice(running, sink)
  const { id } = await onlyNotice(running.platform.db)
  assert.equal(await replay(running, id), true)
  assert.equal((await onlyNotice(running.platform.db)).state, 'PENDING')
  await running.runDue()
  assert.deepEqual(
    sink.received.map(callback => envelopeOf(callback).id),
    [id, id],
  )
  const { state, attempts } = await onlyNotice(running.platform.db)
  assert.deepEqual({ state, attempts }, { state: 'DELIVERED', attempts: 2 })
  assert.deepEqual(await attemptsOf(running), [
    { attempt: 1, failure: '' },
    { attempt: 2, failure: '' },
  ])
})

test('a notice that was given up is sent by the whole retry schedule again, from its first step', async t => {
  const sink = await sinkFor(t)
  const running = await chargesUnderTest(t)
  const { clock, runDue, platform } = running
  sink.answerWith(...Array.from({ length: 40 }, () => 500))
  const sendUntilGivenUp = async (sent: number) => {
    assert.equal(sink.received.length, sent)
    for (const [index, wait] of RETRY_WAITS_MS.entries()) {
      clock.advance(wait - 1)
      await runDue()
      assert.equal(sink.received.length, sent + index)
      clock.advance(1)
      await runDue()
      assert.equal(sink.received.length, sent + index + 1)
    }
    const { state, attempts, due_at } = await onlyNotice(platform.db)
    assert.deepEqual({ state, attempts, due_at }, { state: 'EXHAUSTED', attempts: sent + 15, due_at: null })
  }
  await chargeWithNotice(running, sink)
  await sendUntilGivenUp(1)
  await replay(running, (await onlyNotice(platform.db)).id)
  await runDue()
  await sendUntilGivenUp(17)
  assert.equal((await attemptsOf(running)).length, 32)
})

test('a notice that waits for its next attempt is sent now, and stays where it is on the retry schedule', async t => {
  const sink = await sinkFor(t)
  const running = await chargesUnderTest(t)
  const { clock, runDue, platform } = running
  sink.answerWith(500, 500, 500, 500)
  await chargeWithNotice(running, sink)
  clock.advance(15_000)
  await runDue()
  clock.advance(1_000)
  const { id } = await onlyNotice(platform.db)
  assert.equal(await replay(running, id), true)
  assert.equal(await replay(running, id), true)
  await runDue()
  // It was the third attempt, asked for once or twice, and the fourth follows by the retry schedule.
  assert.equal(sink.received.length, 3)
  assert.equal((await onlyNotice(platform.db)).due_at, clock.now() + 30_000)
})

test('a running platform sends at once what is asked for again', async t => {
  const sink = await sinkFor(t)
  const running = await chargesUnderTest(t, { workers: true })
  await running.accept({ notify_url: sink.url })
  const { id } = envelopeOf(await sink.next())
  // The receiver has it before that is on record; only what is delivered is asked for here.
  while ((await onlyNotice(running.platform.db)).state !== 'DELIVERED') await setImmediate()
  await replay(running, id)
  assert.equal(envelopeOf(await sink.next()).id, id)
})

test('there is nothing to replay under a number that no notice has', async t => {
  const running = await chargesUnderTest(t)
  assert.equal(await replay(running, 'cd44cfbb-a6e8-5a12-97f0-3b8a4659cf1e'), false)
})
