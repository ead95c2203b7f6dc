import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type ChargesUnderTest, chargeCalls, chargesUnderTest } from '../../test/charges.ts'
import { sinkFor } from '../../test/notices.ts'
import { platformUnderTest } from '../../test/platform.ts'
import { NOW } from '../../test/sandbox.ts'
import { type CouponStock, createStock } from '../funding/coupon-stocks.ts'
import type { Platform } from '../node/platform.ts'
import { RETRY_WAITS_MS } from '../notices/retry-schedule.ts'
import { createTestStore } from '../store/testing.ts'
import { startPlatform } from '../testing/index.ts'
import { ClockError, type ClockRefusal } from './clock-error.ts'
import { findMove, LONGEST_MOVE_MS, type MoveRequest, moveClock } from './moves.ts'

const HOUR = 3_600_000
const START = Date.parse(NOW)

const refusedAs = (refusal: ClockRefusal) => (error: unknown) =>
  error instanceof ClockError && error.refusal === refusal

function mover({ platform, scheduler }: Pick<ChargesUnderTest, 'platform' | 'scheduler'>) {
  return (request: MoveRequest) => moveClock(platform, scheduler, request)
}

/** A platform on a store that stays, with business time that stands at the start of the tests. */
async function frozenNode(t: TestContext, store = createTestStore()) {
  const node = await startPlatform({ open: () => store.open() })
  let isStopped = false
  const stop = async () => {
    if (!isStopped) await node.stop()
    isStopped = true
  }
  t.after(stop)
  await node.scheduler.control.freeze()
  return { ...node, store, stop, move: mover(node) }
}

/** Each attempt of the only notice was made at its step of the retry schedule, at most a second late. */
async function assertOnTime({ platform }: { platform: Platform }): Promise<void> {
  const attempts = await platform.db.all<{ business_time: number }>(
    'SELECT business_time FROM notice_attempts ORDER BY attempt',
  )
  assert.equal(attempts.length, 1 + RETRY_WAITS_MS.length)
  let due = attempts[0]?.business_time ?? 0
  for (const [index, { business_time }] of attempts.entries()) {
    const late = business_time - due
    assert.ok(late >= 0 && late <= 1_000, `Attempt ${index + 1} was ${late} ms late`)
    due = business_time + (RETRY_WAITS_MS[index] ?? 0)
  }
}

for (const workers of [false, true]) {
  test(`a move of two days takes a notice up each step of the retry schedule at its time${workers ? ', beside running workers' : ''}`, async t => {
    const sink = await sinkFor(t)
    const running = await chargesUnderTest(t, { workers })
    sink.answerWith(...Array.from({ length: 16 }, () => 500))
    await running.accept({ notify_url: sink.url })
    const { done, finished } = await mover(running)({ move_id: 'two days', step_ms: 48 * HOUR })
    assert.equal(finished, true)
    assert.equal(running.clock.now(), START + 48 * HOUR)
    await assertOnTime(running)
    assert.equal(sink.received.length, 16)
    if (!workers) assert.deepEqual([done?.settlement, done?.notices], [1, 16])
  })
}

test('a move that is repeated answers what it did and moves nothing', async t => {
  const running = await chargesUnderTest(t)
  const move = mover(running)
  const first = await move({ move_id: 'a', step_ms: HOUR })
  assert.deepEqual(
    { from: first.from_time, to: first.to_time, finished: first.finished },
    { from: START, to: START + HOUR, finished: true },
  )
  assert.deepEqual(await move({ move_id: 'a', step_ms: HOUR }), first)
  assert.deepEqual(await move({ move_id: 'a', to: START + HOUR }), first)
  assert.deepEqual(await findMove(running.platform.db, 'a'), first)
  assert.equal(await findMove(running.platform.db, 'b'), undefined)
  assert.equal(running.clock.now(), START + HOUR)
})

test('a name that has another target, the past, and more than 366 days are refused, and nothing moves', async t => {
  const running = await chargesUnderTest(t)
  const move = mover(running)
  await move({ move_id: 'a', step_ms: HOUR })
  const at = START + HOUR
  await assert.rejects(move({ move_id: 'a', step_ms: HOUR + 1 }), refusedAs('OTHER_TARGET'))
  await assert.rejects(move({ move_id: 'a', to: at + 1 }), refusedAs('OTHER_TARGET'))
  await assert.rejects(move({ move_id: 'b', to: at - 1 }), refusedAs('GOES_BACK'))
  await assert.rejects(move({ move_id: 'b', step_ms: -1 }), refusedAs('GOES_BACK'))
  await assert.rejects(move({ move_id: 'b', step_ms: LONGEST_MOVE_MS + 1 }), refusedAs('TOO_FAR'))
  assert.equal(running.clock.now(), at)
  assert.equal(await findMove(running.platform.db, 'b'), undefined)
  assert.equal((await move({ move_id: 'b', step_ms: LONGEST_MOVE_MS })).to_time, at + LONGEST_MOVE_MS)
})

test('moves at once are made one after the other, each of its own step, and a doubled one once', async t => {
  const node = await frozenNode(t)
  const start = node.platform.clock.now()
  const names = ['a', 'b', 'c', 'a', 'b']
  const moves = await Promise.all(names.map(move_id => node.move({ move_id, step_ms: HOUR })))
  assert.equal(node.platform.clock.now(), start + 3 * HOUR)
  const ends = new Map(moves.map(({ move_id, to_time }) => [move_id, to_time]))
  assert.deepEqual(
    [...ends.values()].sort(),
    [1, 2, 3].map(hours => start + hours * HOUR),
  )
  for (const { from_time, to_time, finished } of moves) {
    assert.ok(finished && to_time - from_time === HOUR)
  }
})

test('a frozen clock stays frozen after a move, and a running one runs on', async t => {
  const node = await frozenNode(t)
  const { control } = node.scheduler
  await node.move({ move_id: 'a', step_ms: HOUR })
  assert.equal(control.state().frozen_at, node.platform.clock.now())
  await control.run()
  const before = node.platform.clock.now()
  await node.move({ move_id: 'b', to: before + HOUR })
  assert.equal(control.state().frozen_at, null)
  const passed = node.platform.clock.now() - before
  assert.ok(passed >= HOUR && passed < HOUR + 60_000)
})

test('a move that was interrupted goes on after a restart, and is brought to its end before another', async t => {
  const first = await frozenNode(t)
  const start = first.platform.clock.now()
  // What a process that was killed on its way leaves.
  await first.platform.db.run(
    'INSERT INTO clock_moves (move_id, from_time, to_time) VALUES ($1, $2, $3)',
    'interrupted',
    start,
    start + 2 * HOUR,
  )
  await first.scheduler.moveTo(start + HOUR)
  await first.stop()

  const second = await frozenNode(t, first.store)
  assert.equal(second.platform.clock.now(), start + HOUR)
  assert.equal((await findMove(second.platform.db, 'interrupted'))?.finished, false)
  const next = await second.move({ move_id: 'next', step_ms: HOUR })
  assert.deepEqual([next.from_time, next.to_time], [start + 2 * HOUR, start + 3 * HOUR])
  const interrupted = await second.move({ move_id: 'interrupted', step_ms: 2 * HOUR })
  assert.deepEqual([interrupted.to_time, interrupted.finished], [start + 2 * HOUR, true])
  await second.stop()
  await first.store.remove()
})

test('two nodes that move one store at once never move it back, and each step counts', async t => {
  const one = await frozenNode(t)
  // Only one process writes to SQLite, so there the second node is the first.
  const other = one.platform.db.shared ? await frozenNode(t, one.store) : one
  const start = one.platform.clock.now()
  const moves = Array.from({ length: 8 }, (_, index) =>
    (index % 2 ? one : other).move({ move_id: `move-${index}`, step_ms: HOUR }),
  )
  const spans = (await Promise.all(moves)).map(({ from_time, to_time }) => [from_time, to_time])
  spans.sort(([from = 0], [after = 0]) => from - after)
  assert.deepEqual(
    spans,
    Array.from({ length: 8 }, (_, index) => [start + index * HOUR, start + (index + 1) * HOUR]),
  )
  await other.stop()
  await one.stop()
  await one.store.remove()
})

test('of two nodes whose workers run, whichever does a piece does it at its time', async t => {
  const store = createTestStore()
  const sink = await sinkFor(t)
  sink.answerWith(...Array.from({ length: 16 }, () => 500))
  const options = { open: () => store.open(), workers: true, rules: { deductionLadder: [HOUR] } }
  const running = await platformUnderTest(t, options)
  const { accept, order } = chargeCalls(running.call, () => running.platform.clock.now())
  await running.scheduler.control.freeze()
  const start = running.platform.clock.now()
  if (running.platform.db.shared) {
    const other = await startPlatform(options)
    t.after(() => other.stop())
  }
  t.after(() => store.remove())
  const { out_trade_no } = await accept({ notify_url: sink.url })
  await mover(running)({ move_id: 'two days', step_ms: 48 * HOUR })
  const { trade_state, success_time } = await order(out_trade_no)
  assert.equal(trade_state, 'SUCCESS')
  const late = Date.parse(String(success_time)) - (start + HOUR)
  assert.ok(Math.abs(late) <= 1_000, `The deduction was ${late} ms late`)
  await assertOnTime(running)
})

test('while a move is under way, freezing and running by somebody else never set business time back', async t => {
  const { scheduler, move, platform } = await frozenNode(t)
  const { control } = scheduler
  // Something that falls due at each of many steps.
  await platform.db.transaction(async tx => {
    for (let hour = 1; hour <= 60; hour += 1) {
      const stock = { ...STOCK, stock_id: `S${hour}`, available_end_time: control.clock.now() + hour * HOUR }
      assert.equal(await createStock(tx, platform, stock), 'done')
    }
  })
  let isMoving = true
  const watch = async () => {
    for (let last = 0; isMoving; await new Promise(setImmediate)) {
      const now = control.clock.now()
      assert.ok(now >= last, `${last - now} ms back`)
      last = now
    }
  }
  const interfere = async () => {
    while (isMoving) {
      await control.run()
      await control.freeze()
    }
  }
  const others = Promise.all([watch(), interfere(), interfere()])
  await move({ move_id: 'far', step_ms: 61 * HOUR })
  isMoving = false
  await others
})

test('a move that a reset has overtaken is refused, and the new sandbox is not moved', async t => {
  const { scheduler, move, platform } = await frozenNode(t)
  const { promise: mayGo, resolve: go } = Promise.withResolvers<void>()
  const holding = scheduler.inTurn(() => mayGo)
  const moved = move({ move_id: 'late', step_ms: 300 * HOUR })
  const refused = assert.rejects(moved, refusedAs('SANDBOX_CHANGED'))
  // The move is on record by now, and waits for its turn behind the reset.
  await until(async () => (await findMove(platform.db, 'late')) !== undefined)
  const before = platform.clock.now()
  await platform.db.run('DELETE FROM clock_moves')
  go()
  await holding
  await refused
  assert.equal(platform.clock.now(), before)
})

/** Looks again and again, because there is nothing to wait for. */
async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise(setImmediate)
}

const STOCK: CouponStock = {
  ...{ stock_id: '', name: 'A stock that ends', scope: 'GLOBAL', type: 'NOCASH', amount: 1, goods_tag: '' },
  ...{ wechatpay_contribute: 0, merchant_contribute: 1, other_contribute: 0, transaction_minimum: 0 },
  ...{ available_begin_time: 0, available_end_time: 0, max_coupons: 1, max_coupons_per_payer: 1 },
  available_merchants: [],
}
