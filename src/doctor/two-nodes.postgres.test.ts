import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminClient } from '../../test/admin.ts'
import { changeable, examine, resultOf } from '../../test/doctor/examine.ts'
import { startMerchant } from '../../test/doctor/merchant.ts'
import { createTestStore } from '../store/testing.ts'
import { startPlatform } from '../testing/index.ts'

// The doctor speaks to one node, and the merchant's program to another: faults and calls are those of both.

const ONLY = ['forged-reply', 'number-kept', 'refund-reply-lost']

test('of several nodes the doctor may ask any one', async t => {
  const store = createTestStore()
  t.after(() => store.remove())
  const node = async () => {
    const running = await startPlatform({ open: () => store.open(), workers: true })
    t.after(() => running.stop())
    return running
  }
  const [asked, called] = [await node(), await node()]
  const before = await changeable(adminClient(asked))
  const good = await startMerchant(t, asked, {}, called.baseUrl)
  const { checks } = await examine(asked, good, { only: ONLY })
  const passed = checks.filter(({ result }) => result === 'PASSED').map(({ id }) => id)
  assert.deepEqual(
    ONLY.filter(id => !passed.includes(id)),
    [],
    JSON.stringify(checks),
  )
  const defects = { believesReplies: true, newNumbers: true, newRefundNumbers: true }
  const bad = await startMerchant(t, asked, defects, called.baseUrl)
  const report = await examine(asked, bad, { only: ONLY })
  for (const id of ONLY) assert.equal(resultOf(report.checks, id)?.result, 'FAILED', JSON.stringify(report))
  assert.deepEqual(await changeable(adminClient(asked)), before)
})
