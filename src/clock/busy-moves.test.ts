import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { chargeCalls } from '../../test/charges.ts'
import { platformUnderTest } from '../../test/platform.ts'
import { testServer } from '../store/testing.ts'

const HOUR = 3_600_000
/** On PostgreSQL the callers' charges wait for each other's accounts, so fewer of them keep it as busy. */
const CALLERS = testServer === undefined ? 8 : 3
/** A call that never ends fails; a loaded machine may take its time. */
const timeout = 280_000

/** No notice is taken, so that each charge goes on making work on the way. */
const refused = async () => ({ status: 500, reply: '', failure: 'HTTP 500' })

/** A platform whose workers run, and callers that charge one time after the other until the test ends. */
async function busyPlatform(t: TestContext) {
  let isOver = false
  let callers: Promise<void>[] = []
  // Before the platform stops.
  t.after(async () => {
    isOver = true
    await Promise.all(callers)
  })
  const running = await platformUnderTest(t, { workers: true, send: refused })
  const { call, platform, scheduler } = running
  await scheduler.control.freeze()
  const calls = chargeCalls(call, () => platform.clock.now())
  const charges = Array.from({ length: CALLERS }, () => 0)
  const charge = async (caller: number) => {
    while (!isOver) {
      const { statusCode } = await calls.charge()
      // A reset meanwhile may have forgotten what is charged.
      if (statusCode === 200) charges[caller] = (charges[caller] ?? 0) + 1
    }
  }
  return {
    ...running,
    ...calls,
    admin: adminCalls(running),
    begin: () => {
      callers = charges.map((_, caller) => charge(caller))
    },
    /** Waits until each caller has charged once more. */
    async turn() {
      const before = [...charges]
      while (charges.some((count, caller) => count === before[caller])) await new Promise(setImmediate)
    },
  }
}

test('a move of an hour ends while callers keep charging, with few stops, and so does a reset behind it', {
  timeout,
}, async t => {
  const busy = await busyPlatform(t)
  const { admin, platform } = busy
  const { out_trade_no } = await busy.accept({ profit_sharing: 'N' })
  await admin.put('/due-work')
  const amount = { refund: 888, total: 888, currency: 'CNY' }
  const { create_time } = await busy.giveBack({ out_trade_no, out_refund_no: 'R1', amount })
  busy.begin()
  await busy.turn()

  const move = await admin.put('/clock/moves/hour', { step_ms: HOUR })
  assert.deepEqual([move.status, move.body.finished], [200, true], JSON.stringify(move.body))
  const { from_time, to_time } = move.body
  // Each stop is an instant at which somebody may have charged.
  const charged = await platform.db.get<{ instants: number }>(
    `SELECT CAST(COUNT(DISTINCT create_time) AS BIGINT) AS instants FROM orders
      WHERE create_time > $1 AND create_time < $2`,
    Date.parse(from_time),
    Date.parse(to_time),
  )
  assert.ok(charged && charged.instants > 0 && charged.instants <= 22, `${charged?.instants} stops`)
  const { status, success_time } = await busy.refundNow('R1')
  assert.equal(status, 'SUCCESS')
  // Due after five minutes, where a crowded stop covers at most 128 s of business time.
  const lateMs = Date.parse(String(success_time)) - Date.parse(create_time) - 300_000
  assert.ok(lateMs >= 0 && lateMs <= 129_000, `${lateMs} ms late`)

  assert.equal((await admin.put('/sandbox/resets/1')).status, 200)
  assert.equal((await busy.queryRefund('R1')).statusCode, 404)
  await admin.put('/clock', { mode: 'FROZEN' })
  await busy.turn()
})

test('due work, a snapshot and its restoration end while callers keep charging', {
  timeout,
}, async t => {
  const { admin, begin, turn } = await busyPlatform(t)
  begin()
  await turn()
  assert.equal((await admin.put('/due-work')).status, 200)
  assert.equal((await admin.put('/sandbox/snapshots/busy')).status, 200)
  await turn()
  assert.equal((await admin.put('/sandbox/snapshots/busy/restorations/1')).status, 200)
  await turn()
  assert.deepEqual((await admin.get('/ledger/audit')).body, { faults: [] })
})
