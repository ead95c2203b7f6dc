import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { READ } from '../../test/calls.ts'
import { type ChargesUnderTest, chargeCalls } from '../../test/charges.ts'
import { platformUnderTest } from '../../test/platform.ts'
import { createTestStore } from '../store/testing.ts'
import { signedRequest, startPlatform, type TestPlatform } from '../testing/index.ts'

const DAY = 86_400_000
const AMOUNT = { refund: 888, total: 888, currency: 'CNY' }

/** Sets the clock of this host, as it runs on, by a number of milliseconds. */
function setHostClock(t: TestContext, ms: number): void {
  const { now } = Date
  t.mock.method(Date, 'now', () => now() + ms)
}

async function paidOrder({ accept, order, runDue }: Pick<ChargesUnderTest, 'accept' | 'order' | 'runDue'>) {
  const { out_trade_no } = await accept({ profit_sharing: 'N' })
  await runDue()
  return order(out_trade_no)
}

test('an order of December is not refunded in October, when the platform is started by a host whose clock went back', async t => {
  const store = createTestStore()
  const start = async () => {
    const node = await startPlatform({ open: () => store.open() })
    let stopped: Promise<void> | undefined
    const stop = () => (stopped ??= node.stop())
    t.after(stop)
    return { ...node, stop }
  }
  const december = await start()
  // The folder goes away with the first platform; what the merchant holds stays.
  const merchant = december.merchant('1230000109')
  const callsOf = ({ app, platform }: TestPlatform) =>
    chargeCalls(
      request => {
        const { method, target, headers, body } = signedRequest(merchant, request)
        return app.inject({ method, url: target, headers, payload: body })
      },
      () => platform.clock.now(),
    )
  const { out_trade_no, success_time } = await paidOrder({ ...callsOf(december), ...december })
  await december.stop()

  setHostClock(t, -60 * DAY)
  const october = await start()
  const { giveBack, refundNow } = callsOf(october)
  const admin = adminCalls(october)
  const { create_time } = await giveBack({ out_trade_no, out_refund_no: 'R1', amount: AMOUNT })
  assert.ok(Date.parse(create_time) >= Date.parse(String(success_time)), `${create_time} < ${success_time}`)
  const clock = (await admin.get('/clock')).body
  assert.ok(clock.offset_ms >= 60 * DAY - 60_000, JSON.stringify(clock))
  // Time goes on, so what is due some minutes later is done.
  await admin.put('/clock/moves/minutes', { step_ms: 300_000 })
  assert.equal((await refundNow('R1')).status, 'SUCCESS')
  await october.stop()

  const again = await start()
  assert.ok(again.platform.clock.now() >= Date.parse(create_time) + 300_000)
  await again.stop()
  await store.remove()
})

test('while the platform runs, business time goes on where it was when the clock of the host goes back, and a reset goes by the host', async t => {
  const running = await platformUnderTest(t)
  const calls = { ...running, ...chargeCalls(running.call, () => running.platform.clock.now()) }
  const admin = adminCalls(running)
  const before = await paidOrder(calls)
  setHostClock(t, -60 * DAY)
  const { create_time } = await calls.giveBack({
    ...{ out_trade_no: before.out_trade_no, out_refund_no: 'R1', amount: AMOUNT },
  })
  assert.ok(Date.parse(create_time) >= Date.parse(String(before.success_time)))
  const after = await paidOrder(calls)
  assert.ok(Date.parse(String(after.success_time)) >= Date.parse(create_time))

  await admin.put('/sandbox/resets/1')
  assert.equal((await admin.get('/clock')).body.offset_ms, 0)
  await paidOrder(calls)
  assert.equal((await admin.get('/clock')).body.offset_ms, 0)
})

test('a call that reads writes no mark', async t => {
  const running = await platformUnderTest(t)
  const { query, accept } = chargeCalls(running.call, () => running.platform.clock.now())
  const reached = async () =>
    (await running.platform.db.get<{ reached: number }>('SELECT reached FROM business_clock'))?.reached
  setHostClock(t, DAY)
  const before = await reached()
  const version = running.platform.db.version()
  for (let call = 0; call < 20; call += 1) {
    assert.equal((await running.call({ method: 'GET', target: READ })).statusCode, 200)
    await query('T1')
  }
  assert.deepEqual([await reached(), running.platform.db.version()], [before, version])
  await accept()
  assert.ok(Number(await reached()) >= running.platform.clock.now())
})
