import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noticeRows, sinkFor } from '../../test/notices.ts'
import { holdingReceiver, putNotices } from '../../test/notices-backlog.ts'
import { MERCHANT, NOW, PARTNER } from '../../test/sandbox.ts'
import { createTestStore } from '../store/testing.ts'
import { startPlatform, virtualClock } from '../testing/index.ts'
import { MAX_DELIVERIES } from './send.ts'

// Fair also where several nodes deliver: each has slots of its own.

test('of two nodes each keeps room for others: with half of the slots of both hanging, the notice of another comes by either', async t => {
  const store = createTestStore()
  const clock = virtualClock(NOW)
  const node = async () => {
    const running = await startPlatform({ clock, open: () => store.open(), workers: true })
    t.after(() => running.stop())
    return running
  }
  const [one, other] = [await node(), await node()]
  t.after(() => store.remove())
  const [hanging, quick] = [await holdingReceiver(t), await sinkFor(t)]
  await putNotices(one.platform, MERCHANT.mchid, hanging.url, 200)
  other.platform.wake('notices')
  await hanging.reaches(MAX_DELIVERIES)
  for (const { platform } of [one, other]) {
    await putNotices(platform, PARTNER.mchid, quick.url)
    await quick.next()
  }
  assert.deepEqual([hanging.open, hanging.received], [MAX_DELIVERIES, MAX_DELIVERIES])
  hanging.answers()
  const left = async () =>
    (await noticeRows(one.platform.db)).filter(({ state }) => state !== 'DELIVERED').length
  while ((await left()) > 0) await Promise.all([one.runDue(), other.runDue()])
  const rows = await noticeRows(one.platform.db)
  assert.equal(rows.length, 202)
  // None was in the hands of both.
  assert.ok(rows.every(({ attempts }) => attempts === 1))
  assert.deepEqual([hanging.received, hanging.mostOpen], [200, MAX_DELIVERIES])
})
