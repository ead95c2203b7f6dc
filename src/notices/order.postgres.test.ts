import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { burst, jobOf, statesAt } from '../../test/bursts.ts'
import { opened, sinkFor } from '../../test/notices.ts'
import { parkingUnderTest } from '../../test/parking.ts'

// The order of notices where several nodes deliver them.

test('two workers that claim at once do not break the order', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t)
  for (let count = 0; count < 10; count += 1) await burst(running, sink)
  const jobs = [jobOf(running, t), jobOf(running, t)]
  const drain = async (job: ReturnType<typeof jobOf>) => {
    while (sink.received.length < 30) {
      const claimed = await job.claim(running.clock.now(), 3, new Set())
      await Promise.all(claimed.map(notice => job.handle(notice)))
      // One engine answers without a turn of the event loop, and the other worker needs one.
      await setImmediate()
    }
  }
  await Promise.all(jobs.map(drain))
  const byStay = Map.groupBy(sink.received, callback => {
    return opened(callback, running.merchant('1230000109').apiv3_key).parking_id
  })
  assert.equal(byStay.size, 10)
  for (const callbacks of byStay.values()) {
    const states = statesAt({ ...sink, received: callbacks }, running)
    assert.deepEqual(states, ['BLOCKED', 'NORMAL', 'BLOCKED'])
  }
})
