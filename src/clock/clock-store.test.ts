import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { migrations } from '../../test/schema.ts'
import type { Database } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { createTestStore } from '../store/testing.ts'
import { startPlatform, virtualClock } from '../testing/index.ts'
import { systemClock } from './clock.ts'
import { ClockError } from './clock-error.ts'
import { ClockStore, givenClock } from './clock-store.ts'

const HOUR = 3_600_000

/** Nodes on one store. */
async function storeFor(t: TestContext) {
  const store = createTestStore()
  const db = await store.open()
  await migrate(db, migrations, 0)
  t.after(async () => {
    await db.close()
    await store.remove()
  })
  return {
    db,
    store,
    open: (onChange = () => {}, wallNow = systemClock.wallNow) =>
      ClockStore.open(db, onChange, { wallNow, elapsed: () => 0 }),
  }
}

test('a new store goes by wall time', async t => {
  const { open } = await storeFor(t)
  const { clock } = await open(undefined, () => 1_000)
  assert.equal(clock.now(), 1_000)
})

test('a restart goes on with the business time that there was, frozen or running', async t => {
  const { open } = await storeFor(t)
  const first = await open(undefined, () => 1_000)
  await first.advanceTo(10_000)
  assert.equal((await open(undefined, () => 1_500)).clock.now(), 10_500)
  await first.freeze()
  await first.advanceTo(20_000)
  const second = await open(undefined, () => 90_000)
  assert.equal(second.clock.now(), 20_000)
  await second.run()
  assert.equal((await open(undefined, () => 90_001)).clock.now(), 20_001)
})

test('a platform that is started again goes on with its business time', async t => {
  const store = createTestStore()
  t.after(() => store.remove())
  const first = await startPlatform({ open: () => store.open() })
  await first.scheduler.control.freeze()
  const later = first.platform.clock.now() + 5 * HOUR
  await first.scheduler.moveTo(later)
  await first.stop()
  const second = await startPlatform({ open: () => store.open() })
  t.after(() => second.stop())
  assert.equal(second.platform.clock.now(), later)
  assert.deepEqual(second.scheduler.control.state().frozen_at, later)
})

const DAY = 24 * HOUR

/** Writes something, as a call does: the mark comes first. Answers the business time that may be in what was written. */
async function write(db: Database, node: ClockStore): Promise<number> {
  await node.mark()
  const now = node.clock.now()
  await db.run('UPDATE business_clock SET id = 1')
  return now
}

test('a store that is opened by a host whose clock went back goes on where it was, also after a crash', async t => {
  const { db, open } = await storeFor(t)
  const december = await open(undefined, () => 90 * DAY)
  const written = await write(db, december)
  assert.equal(written, 90 * DAY)
  const october = await open(undefined, () => 30 * DAY)
  assert.ok(october.clock.now() >= written && october.clock.now() <= written + 4_000)
  await write(db, october)
  const again = await open(undefined, () => 20 * DAY)
  assert.ok(again.clock.now() >= october.clock.now())
})

test('the mark is written once in some seconds, with what is written, and reads write none', async t => {
  const { db, open } = await storeFor(t)
  let wall = 90 * DAY
  const node = await open(undefined, () => wall)
  const marks = new Set<number>()
  const look = async () => {
    marks.add((await db.get<{ reached: number }>('SELECT reached FROM business_clock'))?.reached ?? -1)
  }
  for (let second = 0; second < 100; second += 1) node.clock.now()
  await look()
  assert.deepEqual([...marks], [0])
  for (let tenth = 0; tenth < 100; tenth += 1) {
    wall += 100
    await write(db, node)
    await look()
    assert.ok(Math.max(...marks) >= node.clock.now())
  }
  assert.ok(marks.size <= 1 + 10_000 / 2_000, `${marks.size} marks`)
})

test('a clean stop leaves a mark that is not ahead, so that restarts do not drive business time on', async t => {
  const { db, open } = await storeFor(t)
  let wall = 90 * DAY
  for (let restart = 0; restart < 10; restart += 1) {
    const node = await open(undefined, () => wall)
    await write(db, node)
    await node.stop()
    wall += 1
  }
  const { clock } = await open(undefined, () => wall)
  if (!db.shared) assert.equal(clock.now(), wall)
  else assert.ok(clock.now() <= wall + 4_000)
})

test('a node whose host is behind follows what others have reached, and does not drive them on', async t => {
  const { db, open } = await storeFor(t)
  let passed = 0
  const right = await open(undefined, () => 90 * DAY + passed)
  await write(db, right)
  const behind = await open(undefined, () => 30 * DAY + passed)
  for (let second = 0; second < 60; second += 1) {
    passed += 1_000
    for (const node of [right, behind]) {
      await write(db, node)
      await node.reload()
    }
    assert.ok(right.clock.now() >= 90 * DAY + passed)
    const apart = behind.clock.now() - (90 * DAY + passed)
    assert.ok(Math.abs(apart) <= 4_000, `${apart} ms apart`)
  }
  assert.ok(right.clock.now() <= 90 * DAY + passed + 4_000)
  assert.ok(behind.clock.now() >= 90 * DAY + 55_000)
})

test('freezing, running and moving where the host is behind never set business time back', async t => {
  const { db, open } = await storeFor(t)
  let wall = 90 * DAY
  const node = await open(undefined, () => wall)
  const seen = [await write(db, node)]
  wall = 30 * DAY
  for (const change of [
    node.freeze,
    node.run,
    () => node.advanceTo(91 * DAY),
    node.freeze,
    node.run,
    node.reload,
  ]) {
    await change.call(node)
    seen.push(node.clock.now())
    wall -= DAY
    seen.push(node.clock.now())
  }
  assert.deepEqual(
    seen,
    seen.toSorted((one, other) => one - other),
  )
  assert.equal(seen.at(-1), 91 * DAY)
})

test('moves at once end at the furthest, whoever comes last, and on a clock that knew of none of them', async t => {
  const { db, open } = await storeFor(t)
  const nodes = await Promise.all(Array.from({ length: 4 }, () => open()))
  await nodes[0]?.freeze()
  const start = nodes[0]?.clock.now() ?? 0
  await Promise.all(
    Array.from({ length: 40 }, (_, step) => nodes[step % 4]?.advanceTo(start + ((step * 17) % 40) * HOUR)),
  )
  const row = await db.get<{ frozen_at: number }>('SELECT frozen_at FROM business_clock')
  assert.equal(row?.frozen_at, start + 39 * HOUR)
  for (const node of nodes) {
    await node.advanceTo(start)
    assert.equal(node.clock.now(), start + 39 * HOUR)
  }
})

test('another node takes over within a second what one has changed, and reports it', async t => {
  const { db, store, open } = await storeFor(t)
  const changed = Promise.withResolvers<void>()
  const otherDb = await store.open()
  const other = await ClockStore.open(otherDb, changed.resolve)
  t.after(() => otherDb.close())
  other.watch(error => assert.fail(String(error)))
  t.after(() => other.stop())
  const node = await open()
  await node.freeze()
  const changedAt = performance.now()
  // Only one process writes to SQLite, so there is no other node that could have to follow.
  if (!db.shared) await other.reload()
  await changed.promise
  // A second, and time for a machine that has much to do.
  assert.ok(performance.now() - changedAt < 5_000)
  assert.equal(other.clock.now(), node.clock.now())
})

test('a reading that began before a change does not bring the older time back', async t => {
  const { open } = await storeFor(t)
  const node = await open()
  await node.freeze()
  const target = node.clock.now() + HOUR
  await Promise.all([node.reload(), node.advanceTo(target), node.reload()])
  assert.equal(node.clock.now(), target)
})

test('a snapshot may hold an earlier time, which is taken over when the store is read again', async t => {
  const { db, open } = await storeFor(t)
  let reported = 0
  const node = await open(() => {
    reported += 1
  })
  await node.advanceTo(node.clock.now() + HOUR)
  await db.run('UPDATE business_clock SET offset_ms = 0, frozen_at = 1000')
  await node.reload()
  assert.equal(node.clock.now(), 1_000)
  assert.equal(reported, 1)
})

test('a clock that a test gives is moved as it is, and stands still otherwise', async t => {
  const { db } = await storeFor(t)
  const clock = virtualClock(1_000)
  const control = givenClock(clock)
  await control.advanceTo(2_000)
  await control.advanceTo(1_500)
  await control.freeze()
  assert.equal(clock.now(), 2_000)
  assert.equal(await db.transaction(tx => control.lock(tx)), 2_000)
  assert.equal(
    (await db.get<{ frozen_at: number | null }>('SELECT frozen_at FROM business_clock'))?.frozen_at,
    null,
  )
  const notMovable = (error: unknown) => error instanceof ClockError && error.refusal === 'NOT_MOVABLE'
  await assert.rejects(control.run(), /stands still until it is moved/)
  await assert.rejects(givenClock(systemClock).freeze(), notMovable)
  await assert.rejects(givenClock(systemClock).advanceTo(systemClock.now() + HOUR), notMovable)
})
