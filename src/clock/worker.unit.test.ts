import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { virtualClock } from '../testing/index.ts'
import { systemClock } from './clock.ts'
import { type Job, Worker } from './worker.ts'

// A worker on a table in memory: what the stores' tables are to the platform's workers.

interface Piece {
  key: string
  dueAt: number
}

/** A table of pieces, with a record of what was done to it. */
class Table implements Job<Piece> {
  readonly name = 'pieces'
  readonly concurrency: number
  readonly rows = new Map<string, Piece>()
  /** Keys in the order in which they were begun and ended. */
  readonly begun: string[] = []
  readonly ended: string[] = []
  /** Keys that another node has locked: they stay due, and nothing can be done about them here. */
  readonly heldElsewhere = new Set<string>()
  inHand = 0
  mostInHand = 0
  claims = 0
  /** What a piece does before its row goes away. */
  work: (piece: Piece) => Promise<void> = async () => undefined
  /** What a look at the table waits for. */
  beforeClaim: () => Promise<void> = async () => undefined

  constructor(concurrency: number) {
    this.concurrency = concurrency
  }

  add(key: string, dueAt = 0): void {
    this.rows.set(key, { key, dueAt })
  }

  key(piece: Piece): string {
    return piece.key
  }

  async claim(now: number, limit: number, inHand: ReadonlySet<string>): Promise<Piece[]> {
    this.claims += 1
    await this.beforeClaim()
    return [...this.rows.values()]
      .filter(piece => piece.dueAt <= now && !inHand.has(piece.key))
      .sort((one, other) => one.dueAt - other.dueAt)
      .slice(0, limit)
  }

  async handle(piece: Piece): Promise<boolean> {
    this.begun.push(piece.key)
    if (this.heldElsewhere.has(piece.key)) return false
    this.inHand += 1
    this.mostInHand = Math.max(this.mostInHand, this.inHand)
    try {
      await this.work(piece)
    } finally {
      this.inHand -= 1
      this.rows.delete(piece.key)
      this.ended.push(piece.key)
    }
    return true
  }

  async nextDueAt(): Promise<number | undefined> {
    const times = [...this.rows.values()].map(piece => piece.dueAt)
    return times.length === 0 ? undefined : Math.min(...times)
  }
}

interface Report {
  error: unknown
  name: string
}

function workerOn(table: Table, clock = systemClock): { worker: Worker<Piece>; reports: Report[] } {
  const reports: Report[] = []
  return { worker: new Worker(table, clock, (error, name) => reports.push({ error, name })), reports }
}

/** A worker that runs until the test ends. */
function startOn(t: TestContext, table: Table, clock = systemClock) {
  const { worker, reports } = workerOn(table, clock)
  t.after(() => worker.stop())
  worker.start()
  return { worker, reports }
}

/** A piece that waits until it is let go, and says when it has begun. */
class Gate {
  readonly #reached = Promise.withResolvers<void>()
  readonly #open = Promise.withResolvers<void>()
  readonly reached = this.#reached.promise

  pass(): Promise<void> {
    this.#reached.resolve()
    return this.#open.promise
  }

  open(): void {
    this.#open.resolve()
  }
}

/** Lets everything run that is ready to run, without any timer. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(resolve => setImmediate(resolve))
}

test('everything that is due is done, the longest due first, and what is not due stays', async () => {
  const table = new Table(1)
  const clock = virtualClock(100)
  table.add('second', 50)
  table.add('first', 10)
  table.add('on the dot', 100)
  table.add('later', 101)
  await workerOn(table, clock).worker.runDue()
  assert.deepEqual(table.ended, ['first', 'second', 'on the dot'])
  clock.advance(1)
  await workerOn(table, clock).worker.runDue()
  assert.deepEqual(table.ended, ['first', 'second', 'on the dot', 'later'])
})

test('runDue does what its own work makes due, and ends when there is no more', async () => {
  const table = new Table(4)
  table.work = async ({ key }) => {
    if (key.length < 5) table.add(`${key}x`)
  }
  table.add('x')
  await workerOn(table).worker.runDue()
  assert.deepEqual(table.ended, ['x', 'xx', 'xxx', 'xxxx', 'xxxxx'])
})

test('no more pieces are in hand than the limit says, and a place that gets free is filled', async () => {
  const table = new Table(3)
  for (let index = 0; index < 20; index += 1) table.add(`${index}`)
  table.work = () => settle()
  await workerOn(table).worker.runDue()
  assert.equal(table.ended.length, 20)
  assert.equal(table.mostInHand, 3)
})

for (const [pool, share] of [
  ['a pool that is busy', 64],
  ['a pool of which the job uses one half', 32],
] as const) {
  test(`${pool} is filled again by one look for many pieces`, async t => {
    // What is filled after a while, because too little of it is empty, depends on the machine.
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const table = new Table(64)
    const { claim } = table
    table.claim = (now, limit, inHand) => claim.call(table, now, Math.min(limit, share - inHand.size), inHand)
    for (let index = 0; index < 640; index += 1) table.add(`${index}`)
    // Each ends in a turn of its own, so each could look for the next one.
    let lastEnd = Promise.resolve()
    table.work = () => {
      lastEnd = lastEnd.then(() => new Promise(resolve => setImmediate(resolve)))
      return lastEnd
    }
    await workerOn(table).worker.runDue()
    assert.equal(table.ended.length, 640)
    assert.ok(table.claims <= 80, `It looked ${table.claims} times`)
  })
}

for (const mode of ['a running worker', 'runDue'] as const) {
  test(`${mode}: slow pieces in most of the pool leave the rest of it to the others`, async t => {
    const table = new Table(8)
    const slow = new Gate()
    const others = new Gate()
    for (let index = 0; index < 7; index += 1) table.add(`slow ${index}`)
    table.work = async ({ key }) => {
      if (key.startsWith('slow')) await slow.pass()
      if (key === '9') void others.pass()
    }
    for (let index = 0; index < 10; index += 1) table.add(`${index}`, 1)
    const { worker } = mode === 'runDue' ? workerOn(table) : startOn(t, table)
    const due = mode === 'runDue' ? worker.runDue() : undefined
    await others.reached
    assert.equal(
      table.ended.some(key => key.startsWith('slow')),
      false,
    )
    slow.open()
    await due
  })
}

test('runDue leaves what another node has in hand, and reports how many pieces were done', async () => {
  const table = new Table(2)
  for (const key of ['held', 'a', 'b', 'c']) table.add(key)
  table.heldElsewhere.add('held')
  const { worker } = workerOn(table)
  await worker.runDue()
  assert.deepEqual(table.ended.sort(), ['a', 'b', 'c'])
  assert.deepEqual([worker.done, worker.isBusy], [3, false])
})

test('a slow piece holds up no other as long as there is room', async t => {
  const table = new Table(2)
  const slow = new Gate()
  table.work = async ({ key }) => {
    if (key === 'slow') await slow.pass()
  }
  table.add('slow')
  const { worker } = startOn(t, table)
  await slow.reached
  for (let index = 0; index < 5; index += 1) table.add(`${index}`)
  worker.wake()
  await settle()
  assert.deepEqual(table.ended, ['0', '1', '2', '3', '4'])
  slow.open()
  await settle()
  assert.equal(table.ended.at(-1), 'slow')
})

test('a full pool takes the next piece as soon as one ends, without a timer', async t => {
  const table = new Table(1)
  const slow = new Gate()
  table.work = async ({ key }) => {
    if (key === 'slow') await slow.pass()
  }
  table.add('slow', 0)
  table.add('next', 1)
  startOn(t, table)
  await slow.reached
  await settle()
  assert.deepEqual(table.begun, ['slow'])
  slow.open()
  await settle()
  assert.deepEqual(table.ended, ['slow', 'next'])
})

test('a piece that fails is reported by the name of its job and stops no other', async () => {
  const table = new Table(2)
  const failure = new Error('one bad row')
  table.work = async ({ key }) => {
    if (key === 'bad') throw failure
  }
  for (const key of ['a', 'bad', 'b', 'c']) table.add(key)
  const { worker, reports } = workerOn(table)
  await worker.runDue()
  assert.deepEqual(table.ended.sort(), ['a', 'b', 'bad', 'c'])
  assert.deepEqual(reports, [{ error: failure, name: 'pieces' }])
})

test('a piece that fails and stays due is not taken again at once, and runDue leaves it', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const table = new Table(2)
  table.work = async piece => {
    if (piece.key !== 'bad') return
    // As on a full disk: the failure could not even be written down.
    setImmediate(() => table.rows.set(piece.key, piece))
    throw new Error('The disk is full')
  }
  for (const key of ['bad', 'a', 'b', 'c']) table.add(key)
  const { worker, reports } = workerOn(table)
  await worker.runDue()
  await new Promise(setImmediate)
  await worker.runDue()
  assert.deepEqual(table.begun.toSorted(), ['a', 'b', 'bad', 'c'])
  assert.equal(reports.length, 1)
  assert.equal(worker.done, 3)
  await worker.stop()
})

test('work that a wake announces during a look at the table is found at once', async t => {
  const table = new Table(1)
  const look = new Gate()
  table.beforeClaim = () => look.pass()
  const { worker } = startOn(t, table)
  await look.reached
  // The look under way may have seen the table before this row.
  const { claim } = table
  table.claim = async () => {
    table.claim = claim
    return []
  }
  worker.wake()
  table.add('new')
  look.open()
  await settle()
  assert.deepEqual(table.ended, ['new'])
})

test('work that falls due later is done when it does, without a wake', async t => {
  const table = new Table(1)
  const done = new Gate()
  table.work = async () => {
    void done.pass()
  }
  const dueAt = Date.now() + 100
  table.add('soon', dueAt)
  startOn(t, table)
  await done.reached
  assert.ok(Date.now() >= dueAt)
})

test('a look that fails is reported, and the next wake tries again', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const table = new Table(1)
  const failure = new Error('The store is gone')
  table.beforeClaim = async () => {
    throw failure
  }
  table.add('piece')
  const { worker, reports } = startOn(t, table)
  await settle()
  assert.deepEqual(reports, [{ error: failure, name: 'pieces' }])
  table.beforeClaim = async () => undefined
  worker.wake()
  await settle()
  assert.deepEqual(table.ended, ['piece'])
})

test('a look that fails is tried again by itself after a while', async t => {
  const table = new Table(1)
  const done = new Gate()
  table.work = async () => {
    void done.pass()
  }
  table.beforeClaim = async () => {
    table.beforeClaim = async () => undefined
    throw new Error('The store is gone')
  }
  table.add('piece')
  startOn(t, table)
  await done.reached
})

test('runDue reports to the caller that the store fails', async () => {
  const table = new Table(1)
  table.beforeClaim = async () => {
    throw new Error('The store is gone')
  }
  await assert.rejects(workerOn(table).worker.runDue(), /The store is gone/)
})

test('what another node has in hand is looked at again after a while, not again and again', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const table = new Table(1)
  const done = new Gate()
  table.work = async () => {
    void done.pass()
  }
  table.add('held')
  table.heldElsewhere.add('held')
  startOn(t, table)
  await settle()
  assert.equal(table.begun.length, 1)
  t.mock.timers.tick(50)
  await settle()
  assert.equal(table.begun.length, 2)
  // The other node gives it up; this one, which had no room for anything else, finds it by itself.
  table.heldElsewhere.clear()
  t.mock.timers.tick(50)
  await done.reached
})

test('stop waits for what is in hand and takes nothing more', async () => {
  const table = new Table(1)
  const slow = new Gate()
  table.work = () => slow.pass()
  table.add('in hand', 0)
  table.add('waiting', 1)
  const { worker } = workerOn(table)
  worker.start()
  await slow.reached
  let stopped = false
  const stop = worker.stop().then(() => {
    stopped = true
  })
  await settle()
  assert.equal(stopped, false)
  slow.open()
  await stop
  worker.wake()
  await settle()
  assert.deepEqual(table.ended, ['in hand'])
  assert.deepEqual([...table.rows.keys()], ['waiting'])
})

test('stop ends a worker that always finds more', async () => {
  const table = new Table(4)
  const { worker } = workerOn(table)
  let made = 0
  // Each look finds one new piece, so there is always room and always work.
  table.beforeClaim = async () => {
    made += 1
    table.add(`${made}`)
    if (made === 10) void worker.stop()
  }
  worker.start()
  await settle()
  const { claims } = table
  await settle()
  assert.equal(table.claims, claims)
  await worker.stop()
  assert.equal(table.begun.length, table.ended.length)
})

test('what a look has claimed when stop comes is still done, because the claim may be a lease', async () => {
  const table = new Table(2)
  const look = new Gate()
  table.beforeClaim = () => look.pass()
  table.add('claimed')
  const { worker } = workerOn(table)
  worker.start()
  await look.reached
  const stop = worker.stop()
  look.open()
  await stop
  assert.deepEqual(table.ended, ['claimed'])
})

test('a worker that was never started does nothing by itself', async () => {
  const table = new Table(1)
  table.add('piece')
  const { worker } = workerOn(table)
  worker.wake()
  await settle()
  assert.equal(table.claims, 0)
  await worker.stop()
})

test('runDue twice at once does each piece once and keeps the limit', async () => {
  const table = new Table(3)
  table.work = () => settle()
  for (let index = 0; index < 10; index += 1) table.add(`${index}`)
  const { worker } = workerOn(table)
  await Promise.all([worker.runDue(), worker.runDue()])
  assert.equal(table.begun.length, 10)
  assert.equal(new Set(table.begun).size, 10)
  assert.equal(table.mostInHand, 3)
})

test('runDue beside a running worker ends only when what the worker has claimed is done', async t => {
  const table = new Table(2)
  const look = new Gate()
  const slow = new Gate()
  let leased = false
  const { claim } = table
  // A claim that leases: what one look has taken the next does not see.
  table.claim = async (...parameters) => {
    const items = await claim.apply(table, parameters)
    if (leased) return []
    leased = items.length > 0
    await look.pass()
    return items
  }
  table.work = () => slow.pass()
  table.add('leased')
  const { worker } = startOn(t, table)
  await look.reached
  const due = worker.runDue().then(() => assert.deepEqual(table.ended, ['leased']))
  await settle()
  look.open()
  await slow.reached
  slow.open()
  await due
})

/** A table that says how many pieces are due, because callers add to it. */
class CallersTable extends Table {
  async countDue(now: number): Promise<number> {
    return [...this.rows.values()].filter(({ dueAt }) => dueAt <= now).length
  }
}

for (const started of [false, true]) {
  test(`runDue does what was due at the call, however much is added meanwhile${started ? ', beside a running worker' : ''}`, async t => {
    const table = new CallersTable(2)
    const { worker } = workerOn(table)
    t.after(() => worker.stop())
    const own = ['a', 'b', 'c', 'd', 'e']
    for (const key of own) table.add(key)
    let added = 0
    table.work = async () => {
      await new Promise(setImmediate)
      // Without an end it would never return, and this would not be seen.
      for (let more = 0; more < 2 && added < 2_000; more += 1) table.add(`added ${added++}`)
    }
    if (started) worker.start()
    await worker.runDue()
    for (const key of own) assert.ok(table.ended.includes(key), `${key} was not done`)
    assert.ok(table.ended.length <= 20, `${table.ended.length} pieces were done`)
  })
}
