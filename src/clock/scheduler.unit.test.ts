import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { virtualClock } from '../testing/index.ts'
import { systemClock } from './clock.ts'
import { ClockError, type ClockRefusal } from './clock-error.ts'
import { type ClockControl, givenClock } from './clock-store.ts'
import { type JobCounts, Scheduler } from './scheduler.ts'
import type { Job } from './worker.ts'

// A scheduler on tables in memory: what the stores' tables are to the platform's jobs.

const START = Date.parse('2026-06-01T00:00:00+08:00')
const SECOND = 1_000
const HOUR = 3_600 * SECOND

/** Some jobs, in their order. */
const JOB_NAMES = ['settlement', 'arrears', 'releases', 'stocks', 'notices'] as const
type JobName = (typeof JOB_NAMES)[number]

/** A piece of one job: what was done with it, when, is in the record of the test. */
interface Piece {
  job: JobName
  name: string
  dueAt: number
}

class Table implements Job<Piece> {
  readonly name: JobName
  readonly concurrency = 8
  readonly rows = new Map<string, Piece>()
  /** Pieces that another node has locked. */
  readonly locked = new Set<string>()
  /** Whether another node has a lease on pieces that do not show. */
  leasedElsewhere: () => boolean = () => false
  looks = 0
  readonly #handle: (piece: Piece) => Promise<void>

  constructor(name: JobName, handle: (piece: Piece) => Promise<void>) {
    this.name = name
    this.#handle = handle
  }

  key(piece: Piece): string {
    return piece.name
  }

  async claim(now: number, limit: number, inHand: ReadonlySet<string>): Promise<Piece[]> {
    this.looks += 1
    return [...this.rows.values()]
      .filter(({ name, dueAt }) => dueAt <= now && !inHand.has(name))
      .sort((one, other) => one.dueAt - other.dueAt)
      .slice(0, limit)
  }

  async handle(piece: Piece): Promise<boolean> {
    if (this.locked.has(piece.name)) return false
    this.rows.delete(piece.name)
    await this.#handle(piece)
    return true
  }

  async nextDueAt(): Promise<number | undefined> {
    const times = [...this.rows.values()].map(({ dueAt }) => dueAt)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  async countDue(now: number): Promise<number> {
    return [...this.rows.values()].filter(({ dueAt }) => dueAt <= now).length
  }

  async isHeldElsewhere(): Promise<boolean> {
    return this.leasedElsewhere()
  }
}

interface Done {
  name: string
  /** Business time at which it was done, in milliseconds after the start. */
  at: number
}

function schedulerOf(t: TestContext, options: { control?: ClockControl; arrivals?: () => number } = {}) {
  const clock = virtualClock(START)
  const control = options.control ?? givenClock(clock)
  const done: Done[] = []
  const tables = {} as Record<JobName, Table>
  const onDone: ((piece: Piece) => void | Promise<void>)[] = []
  for (const name of JOB_NAMES) {
    tables[name] = new Table(name, async piece => {
      done.push({ name: piece.name, at: control.clock.now() - START })
      for (const callback of onDone) await callback(piece)
    })
  }
  const jobs = JOB_NAMES.map(name => tables[name])
  const scheduler = new Scheduler(jobs, control, error => assert.fail(String(error)), options)
  t.after(() => scheduler.stop())
  return {
    scheduler,
    clock,
    tables,
    done,
    /** Makes a piece due; `after` is milliseconds after the start. */
    add: (job: JobName, name: string, after: number) =>
      tables[job].rows.set(name, { job, name, dueAt: START + after }),
    whenDone: (callback: (piece: Piece) => void | Promise<void>) => onDone.push(callback),
  }
}

function countsOf(counts: JobCounts): JobCounts {
  const none = Object.fromEntries(JOB_NAMES.map(name => [name, 0]))
  return { ...none, ...counts }
}

const refusedAs = (refusal: ClockRefusal) => (error: unknown) =>
  error instanceof ClockError && error.refusal === refusal

test('while time moves, a piece of one job is done before a later one of another', async t => {
  const { scheduler, clock, add, done } = schedulerOf(t)
  add('settlement', 'third', 30 * SECOND)
  add('notices', 'first', 10 * SECOND)
  add('arrears', 'second', 20 * SECOND)
  add('settlement', 'after the target', HOUR + 1)
  const counts = await scheduler.moveTo(START + HOUR)
  assert.deepEqual(done, [
    { name: 'first', at: 10 * SECOND },
    { name: 'second', at: 20 * SECOND },
    { name: 'third', at: 30 * SECOND },
  ])
  assert.equal(clock.now(), START + HOUR)
  assert.deepEqual(counts, countsOf({ settlement: 1, arrears: 1, notices: 1 }))
})

test('time stops at whole seconds: nothing is early, and nothing is a second late', async t => {
  const { scheduler, add, done } = schedulerOf(t)
  add('notices', 'a', 1)
  add('settlement', 'b', 999)
  add('notices', 'c', 1_000)
  add('notices', 'd', 1_001)
  await scheduler.moveTo(START + 1_500)
  // What is due within one second is done at once, what pays before what reports it; the target is not passed.
  assert.deepEqual(done, [
    { name: 'b', at: 1_000 },
    { name: 'a', at: 1_000 },
    { name: 'c', at: 1_000 },
    { name: 'd', at: 1_500 },
  ])
})

test('what was due before the move is done at the time that it was, and what a piece makes due in its own time', async t => {
  const { scheduler, add, done, whenDone } = schedulerOf(t)
  add('settlement', 'pay', -5)
  whenDone(({ job, name }) => {
    if (job === 'settlement') add('notices', `report ${name}`, 0)
    if (name === 'report pay') add('notices', 'report again', 15 * SECOND)
    if (name === 'report again') add('settlement', 'pay later', HOUR)
  })
  assert.deepEqual(await scheduler.moveTo(START + HOUR), countsOf({ settlement: 2, notices: 3 }))
  assert.deepEqual(done, [
    { name: 'pay', at: 0 },
    { name: 'report pay', at: 0 },
    { name: 'report again', at: 15 * SECOND },
    { name: 'pay later', at: HOUR },
    { name: 'report pay later', at: HOUR },
  ])
})

test('runDue does everything that is due and that this makes due, across all jobs, and nothing else', async t => {
  const { scheduler, clock, add, done, whenDone } = schedulerOf(t)
  add('notices', 'due', 0)
  add('notices', 'not due', 1)
  whenDone(({ name }) => {
    if (name === 'due') add('settlement', 'made due', 0)
    if (name === 'made due') add('stocks', 'and this', 0)
  })
  assert.deepEqual(await scheduler.runDue(), countsOf({ settlement: 1, stocks: 1, notices: 1 }))
  assert.deepEqual(
    done.map(({ name }) => name),
    ['due', 'made due', 'and this'],
  )
  assert.equal(clock.now(), START)
  assert.deepEqual(await scheduler.runDue(), countsOf({}))
})

test('moves come one after the other, and one into the past moves nothing', async t => {
  const { scheduler, clock, add, done } = schedulerOf(t)
  for (let minute = 1; minute <= 60; minute += 1) add('notices', `${minute}`, minute * 60 * SECOND)
  const counts = await Promise.all(
    [START + HOUR / 2, START + HOUR, START].map(target => scheduler.moveTo(target)),
  )
  assert.deepEqual(
    counts.map(({ notices }) => notices),
    [30, 30, 0],
  )
  assert.deepEqual(
    done,
    done.toSorted((one, other) => one.at - other.at),
  )
  assert.equal(clock.now(), START + HOUR)
})

test('beside running workers a move keeps the order, and waits for what they have in hand', async t => {
  const { scheduler, add, done, whenDone } = schedulerOf(t)
  for (let minute = 1; minute <= 20; minute += 1) {
    add(minute % 2 ? 'settlement' : 'notices', `${minute}`, minute * 60 * SECOND)
  }
  whenDone(async () => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise(resolve => setImmediate(resolve))
  })
  scheduler.start()
  await scheduler.moveTo(START + HOUR)
  assert.deepEqual(
    done,
    Array.from({ length: 20 }, (_, index) => ({ name: `${index + 1}`, at: (index + 1) * 60 * SECOND })),
  )
})

test('time waits for what another node has in hand', async t => {
  const { scheduler, clock, tables, add, done } = schedulerOf(t)
  add('settlement', 'locked', 10 * SECOND)
  add('notices', 'next', 20 * SECOND)
  tables.settlement.locked.add('locked')
  let lookedForLeases = 0
  tables.notices.leasedElsewhere = () => {
    lookedForLeases += 1
    assert.ok(clock.now() <= START + 10 * SECOND || lookedForLeases > 3)
    return lookedForLeases <= 3
  }
  const moved = scheduler.moveTo(START + HOUR)
  while (tables.settlement.looks < 3) await new Promise(resolve => setImmediate(resolve))
  assert.deepEqual([clock.now(), done], [START + 10 * SECOND, []])
  tables.settlement.locked.clear()
  await moved
  assert.deepEqual(
    done.map(({ name }) => name),
    ['locked', 'next'],
  )
})

test('a move does not pass over what is due again where another node gives it up between two looks', async t => {
  const { scheduler, tables, add, done } = schedulerOf(t)
  let isLeased = true
  tables.notices.leasedElsewhere = () => isLeased
  const look = tables.notices.nextDueAt
  tables.notices.nextDueAt = async () => {
    const dueAt = await look.call(tables.notices)
    if (isLeased) add('notices', 'again', 15 * SECOND)
    isLeased = false
    return dueAt
  }
  await scheduler.moveTo(START + HOUR)
  assert.deepEqual(done, [{ name: 'again', at: 15 * SECOND }])
})

test('what another node keeps does not stop runDue, and ends a move that can be repeated', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { scheduler, clock, tables, add, done } = schedulerOf(t)
  add('settlement', 'locked', 0)
  add('notices', 'free', 0)
  add('notices', 'later', SECOND)
  tables.settlement.locked.add('locked')
  assert.deepEqual(await scheduler.runDue(), countsOf({ notices: 1 }))

  let ended = false
  const refused = assert.rejects(scheduler.moveTo(START + HOUR), refusedAs('HELD_ELSEWHERE')).then(() => {
    ended = true
  })
  let waitedMs = 0
  while (!ended) {
    for (let turn = 0; turn < 20; turn += 1) await new Promise(resolve => setImmediate(resolve))
    t.mock.timers.tick(50)
    waitedMs += 50
  }
  await refused
  assert.ok(waitedMs >= 20_000 && waitedMs < 40_000, `It waited ${waitedMs} ms`)
  assert.equal(clock.now(), START)
  tables.settlement.locked.clear()
  await scheduler.moveTo(START + HOUR)
  assert.deepEqual(
    done.map(({ name }) => name),
    ['free', 'locked', 'later'],
  )
})

test('a move does not pass over what a piece makes due that ends between the looks at the jobs', async t => {
  const { scheduler, tables, add, done, whenDone } = schedulerOf(t)
  const [sent, looked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  whenDone(async ({ name }) => {
    if (name !== 'first') return
    await sent.promise
    add('notices', 'again', 15 * SECOND)
  })
  add('notices', 'first', 0)
  const sending = scheduler.runDue()
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise(resolve => setImmediate(resolve))
  }
  await settle()
  const look = tables.arrears.nextDueAt
  tables.arrears.nextDueAt = async () => {
    await looked.promise
    return look.call(tables.arrears)
  }
  const moved = scheduler.moveTo(START + HOUR)
  await settle()
  sent.resolve()
  await settle()
  looked.resolve()
  await Promise.all([sending, moved])
  assert.deepEqual(done, [
    { name: 'first', at: 0 },
    { name: 'again', at: 15 * SECOND },
  ])
})

test('a wake reaches only the worker of its name', async t => {
  // Otherwise each of them looks by itself now and then.
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { scheduler, tables } = schedulerOf(t)
  scheduler.start()
  for (let turn = 0; turn < 20; turn += 1) await new Promise(resolve => setImmediate(resolve))
  const before = Object.fromEntries(JOB_NAMES.map(name => [name, tables[name].looks]))
  scheduler.wake('releases')
  for (let turn = 0; turn < 20; turn += 1) await new Promise(resolve => setImmediate(resolve))
  const woken = JOB_NAMES.filter(name => tables[name].looks > (before[name] ?? 0))
  assert.deepEqual(woken, ['releases'])
})

test('a stop ends a move where it is, after what is in hand', async t => {
  const { scheduler, clock, add, done, whenDone } = schedulerOf(t)
  for (let minute = 1; minute <= 60; minute += 1) add('notices', `${minute}`, minute * 60 * SECOND)
  let stopped: Promise<void> | undefined
  whenDone(({ name }) => {
    if (name === '10') stopped = scheduler.stop()
  })
  await assert.rejects(scheduler.moveTo(START + HOUR), refusedAs('STOPPED'))
  await stopped
  assert.equal(done.length, 10)
  assert.equal(clock.now(), START + 600 * SECOND)
  await assert.rejects(scheduler.moveTo(START + HOUR), refusedAs('STOPPED'))
})

test('a move of a clock that cannot be moved is refused by name, after what was due', async t => {
  const { scheduler, add, done } = schedulerOf(t, { control: givenClock(systemClock) })
  add('notices', 'due', 0)
  await assert.rejects(scheduler.moveTo(systemClock.now() + HOUR), refusedAs('NOT_MOVABLE'))
  assert.equal(done.length, 1)
})

/** Callers that add a piece which is due now whenever one was done; they give up some time, so that a move that waits ends. */
function schedulerWithCallers(t: TestContext) {
  let arrived = 0
  const made = schedulerOf(t, { arrivals: () => arrived })
  const arrive = () => {
    if (arrived === 3_000) return
    arrived += 1
    made.add('settlement', `arrival ${arrived}`, made.clock.now() - START)
  }
  made.whenDone(({ job, name }) => {
    if (name.startsWith('arrival')) arrive()
    // What is due on the way without callers, in a chain across jobs.
    if (job === 'settlement') made.add('notices', `report ${name}`, made.clock.now() - START)
  })
  arrive()
  return made
}

test('a move waits for nothing that callers add: what was there is done at its time, and the stops lie ever wider', async t => {
  const { scheduler, clock, add, done } = schedulerWithCallers(t)
  add('settlement', 'first', 10 * SECOND)
  add('settlement', 'last', HOUR)
  await scheduler.moveTo(START + HOUR)
  assert.equal(clock.now(), START + HOUR)
  const at = (name: string) => done.find(piece => piece.name === name)?.at ?? -1
  for (const [name, dueAt] of [['first', 10 * SECOND] as const, ['last', HOUR] as const]) {
    assert.ok(at(name) >= dueAt && at(name) <= dueAt * 2, `${name} was done at ${at(name)}`)
    assert.equal(at(`report ${name}`), at(name))
  }
  const stops = new Set(done.map(piece => piece.at))
  assert.ok(stops.size > 10 && stops.size <= 22 + 2, `${stops.size} stops`)
  assert.ok(done.length <= 150, `${done.length} pieces were done`)
})

test('runDue does what was due and what that makes due, and waits for nothing that callers add', async t => {
  const { scheduler, add, done } = schedulerWithCallers(t)
  add('settlement', 'own', 0)
  await scheduler.runDue()
  const names = done.map(({ name }) => name)
  assert.ok(names.includes('own') && names.includes('report own'), String(names))
  assert.ok(names.length <= 10, `${names.length} pieces were done`)
})
