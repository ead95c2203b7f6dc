import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { virtualClock } from '../testing/index.ts'
import { systemClock } from './clock.ts'
import { type DueWork, Worker } from './worker.ts'

// A worker on a table in memory: what the stores' tables are to the platform's workers.

interface Job {
  key: string
  dueAt: number
}

/** A table of jobs, with a record of what was done to it. */
class Jobs implements DueWork<Job> {
  readonly name = 'jobs'
  readonly concurrency: number
  readonly rows = new Map<string, Job>()
  /** Keys in the order in which they were begun and ended. */
  readonly begun: string[] = []
  readonly ended: string[] = []
  /** Keys that another node has locked: they stay due, and nothing can be done about them here. */
  readonly heldElsewhere = new Set<string>()
  inHand = 0
  mostInHand = 0
  claims = 0
  /** What a job does before its row goes away. */
  work: (job: Job) => Promise<void> = async () => undefined
  /** What a look at the table waits for. */
  beforeClaim: () => Promise<void> = async () => undefined

  constructor(concurrency: number) {
    this.concurrency = concurrency
  }

  add(key: string, dueAt = 0): void {
    this.rows.set(key, { key, dueAt })
  }

  key(job: Job): string {
    return job.key
  }

  async claim(now: number, limit: number, inHand: ReadonlySet<string>): Promise<Job[]> {
    this.claims += 1
    await this.beforeClaim()
    return [...this.rows.values()]
      .filter(job => job.dueAt <= now && !inHand.has(job.key))
      .sort((one, other) => one.dueAt - other.dueAt)
      .slice(0, limit)
  }

  async handle(job: Job): Promise<boolean> {
    this.begun.push(job.key)
    if (this.heldElsewhere.has(job.key)) return false
    this.inHand += 1
    this.mostInHand = Math.max(this.mostInHand, this.inHand)
    try {
      await this.work(job)
    } finally {
      this.inHand -= 1
      this.rows.delete(job.key)
      this.ended.push(job.key)
    }
    return true
  }

  async nextDueAt(): Promise<number | undefined> {
    const times = [...this.rows.values()].map(job => job.dueAt)
    return times.length === 0 ? undefined : Math.min(...times)
  }
}

interface Report {
  error: unknown
  name: string
}

function workerOn(jobs: Jobs, clock = systemClock): { worker: Worker<Job>; reports: Report[] } {
  const reports: Report[] = []
  return { worker: new Worker(jobs, clock, (error, name) => reports.push({ error, name })), reports }
}

/** A worker that runs until the test ends. */
function startOn(t: TestContext, jobs: Jobs, clock = systemClock) {
  const { worker, reports } = workerOn(jobs, clock)
  t.after(() => worker.stop())
  worker.start()
  return { worker, reports }
}

/** A job that waits until it is let go, and tells when it has begun. */
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
  const jobs = new Jobs(1)
  const clock = virtualClock(100)
  jobs.add('second', 50)
  jobs.add('first', 10)
  jobs.add('on the dot', 100)
  jobs.add('later', 101)
  await workerOn(jobs, clock).worker.runDue()
  assert.deepEqual(jobs.ended, ['first', 'second', 'on the dot'])
  clock.advance(1)
  await workerOn(jobs, clock).worker.runDue()
  assert.deepEqual(jobs.ended, ['first', 'second', 'on the dot', 'later'])
})

test('runDue does what its own work makes due, and ends when there is no more', async () => {
  const jobs = new Jobs(4)
  jobs.work = async ({ key }) => {
    if (key.length < 5) jobs.add(`${key}x`)
  }
  jobs.add('x')
  await workerOn(jobs).worker.runDue()
  assert.deepEqual(jobs.ended, ['x', 'xx', 'xxx', 'xxxx', 'xxxxx'])
})

test('no more pieces are in hand than the limit says, and a place that gets free is filled', async () => {
  const jobs = new Jobs(3)
  for (let index = 0; index < 20; index += 1) jobs.add(`${index}`)
  jobs.work = () => settle()
  await workerOn(jobs).worker.runDue()
  assert.equal(jobs.ended.length, 20)
  assert.equal(jobs.mostInHand, 3)
})

for (const [pool, share] of [
  ['a pool that is busy', 64],
  ['a pool of which the work uses one half', 32],
] as const) {
  test(`${pool} is filled again by one look for many pieces`, async t => {
    // What is filled after a while, because too little of it is empty, depends on the machine.
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const jobs = new Jobs(64)
    const { claim } = jobs
    jobs.claim = (now, limit, inHand) => claim.call(jobs, now, Math.min(limit, share - inHand.size), inHand)
    for (let index = 0; index < 640; index += 1) jobs.add(`${index}`)
    // Each ends in a turn of its own, so each could look for the next one.
    let lastEnd = Promise.resolve()
    jobs.work = () => {
      lastEnd = lastEnd.then(() => new Promise(resolve => setImmediate(resolve)))
      return lastEnd
    }
    await workerOn(jobs).worker.runDue()
    assert.equal(jobs.ended.length, 640)
    assert.ok(jobs.claims <= 80, `It looked ${jobs.claims} times`)
  })
}

for (const mode of ['a running worker', 'runDue'] as const) {
  test(`${mode}: slow pieces in most of the pool leave the rest of it to the others`, async t => {
    const jobs = new Jobs(8)
    const slow = new Gate()
    const others = new Gate()
    for (let index = 0; index < 7; index += 1) jobs.add(`slow ${index}`)
    jobs.work = async ({ key }) => {
      if (key.startsWith('slow')) await slow.pass()
      if (key === '9') void others.pass()
    }
    for (let index = 0; index < 10; index += 1) jobs.add(`${index}`, 1)
    const { worker } = mode === 'runDue' ? workerOn(jobs) : startOn(t, jobs)
    const due = mode === 'runDue' ? worker.runDue() : undefined
    await others.reached
    assert.equal(
      jobs.ended.some(key => key.startsWith('slow')),
      false,
    )
    slow.open()
    await due
  })
}

test('runDue leaves what another node has in hand, and tells how many pieces were done', async () => {
  const jobs = new Jobs(2)
  for (const key of ['held', 'a', 'b', 'c']) jobs.add(key)
  jobs.heldElsewhere.add('held')
  const { worker } = workerOn(jobs)
  await worker.runDue()
  assert.deepEqual(jobs.ended.sort(), ['a', 'b', 'c'])
  assert.deepEqual([worker.done, worker.isBusy], [3, false])
})

test('a slow piece holds up no other as long as there is room', async t => {
  const jobs = new Jobs(2)
  const slow = new Gate()
  jobs.work = async ({ key }) => {
    if (key === 'slow') await slow.pass()
  }
  jobs.add('slow')
  const { worker } = startOn(t, jobs)
  await slow.reached
  for (let index = 0; index < 5; index += 1) jobs.add(`${index}`)
  worker.wake()
  await settle()
  assert.deepEqual(jobs.ended, ['0', '1', '2', '3', '4'])
  slow.open()
  await settle()
  assert.equal(jobs.ended.at(-1), 'slow')
})

test('a full pool takes the next piece as soon as one ends, without a timer', async t => {
  const jobs = new Jobs(1)
  const slow = new Gate()
  jobs.work = async ({ key }) => {
    if (key === 'slow') await slow.pass()
  }
  jobs.add('slow', 0)
  jobs.add('next', 1)
  startOn(t, jobs)
  await slow.reached
  await settle()
  assert.deepEqual(jobs.begun, ['slow'])
  slow.open()
  await settle()
  assert.deepEqual(jobs.ended, ['slow', 'next'])
})

test('a piece that fails is reported by the name of its work and stops no other', async () => {
  const jobs = new Jobs(2)
  const failure = new Error('one bad row')
  jobs.work = async ({ key }) => {
    if (key === 'bad') throw failure
  }
  for (const key of ['a', 'bad', 'b', 'c']) jobs.add(key)
  const { worker, reports } = workerOn(jobs)
  await worker.runDue()
  assert.deepEqual(jobs.ended.sort(), ['a', 'b', 'bad', 'c'])
  assert.deepEqual(reports, [{ error: failure, name: 'jobs' }])
})

test('a piece that fails and stays due is not taken again at once, and runDue leaves it', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const jobs = new Jobs(2)
  jobs.work = async job => {
    if (job.key !== 'bad') return
    // As on a full disk: the failure could not even be written down.
    setImmediate(() => jobs.rows.set(job.key, job))
    throw new Error('The disk is full')
  }
  for (const key of ['bad', 'a', 'b', 'c']) jobs.add(key)
  const { worker, reports } = workerOn(jobs)
  await worker.runDue()
  await new Promise(setImmediate)
  await worker.runDue()
  assert.deepEqual(jobs.begun.toSorted(), ['a', 'b', 'bad', 'c'])
  assert.equal(reports.length, 1)
  assert.equal(worker.done, 3)
  await worker.stop()
})

test('work that a wake announces during a look at the table is found at once', async t => {
  const jobs = new Jobs(1)
  const look = new Gate()
  jobs.beforeClaim = () => look.pass()
  const { worker } = startOn(t, jobs)
  await look.reached
  // The look under way may have seen the table before this row.
  const { claim } = jobs
  jobs.claim = async () => {
    jobs.claim = claim
    return []
  }
  worker.wake()
  jobs.add('new')
  look.open()
  await settle()
  assert.deepEqual(jobs.ended, ['new'])
})

test('work that falls due later is done when it does, without a wake', async t => {
  const jobs = new Jobs(1)
  const done = new Gate()
  jobs.work = async () => {
    void done.pass()
  }
  const dueAt = Date.now() + 100
  jobs.add('soon', dueAt)
  startOn(t, jobs)
  await done.reached
  assert.ok(Date.now() >= dueAt)
})

test('a look that fails is reported, and the next wake tries again', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const jobs = new Jobs(1)
  const failure = new Error('The store is gone')
  jobs.beforeClaim = async () => {
    throw failure
  }
  jobs.add('job')
  const { worker, reports } = startOn(t, jobs)
  await settle()
  assert.deepEqual(reports, [{ error: failure, name: 'jobs' }])
  jobs.beforeClaim = async () => undefined
  worker.wake()
  await settle()
  assert.deepEqual(jobs.ended, ['job'])
})

test('a look that fails is tried again by itself after a while', async t => {
  const jobs = new Jobs(1)
  const done = new Gate()
  jobs.work = async () => {
    void done.pass()
  }
  jobs.beforeClaim = async () => {
    jobs.beforeClaim = async () => undefined
    throw new Error('The store is gone')
  }
  jobs.add('job')
  startOn(t, jobs)
  await done.reached
})

test('runDue tells the caller when the store fails', async () => {
  const jobs = new Jobs(1)
  jobs.beforeClaim = async () => {
    throw new Error('The store is gone')
  }
  await assert.rejects(workerOn(jobs).worker.runDue(), /The store is gone/)
})

test('what another node has in hand is looked at again after a while, not again and again', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const jobs = new Jobs(1)
  const done = new Gate()
  jobs.work = async () => {
    void done.pass()
  }
  jobs.add('held')
  jobs.heldElsewhere.add('held')
  startOn(t, jobs)
  await settle()
  assert.equal(jobs.begun.length, 1)
  t.mock.timers.tick(50)
  await settle()
  assert.equal(jobs.begun.length, 2)
  // The other node gives it up; this one, which had no room for anything else, finds it by itself.
  jobs.heldElsewhere.clear()
  t.mock.timers.tick(50)
  await done.reached
})

test('stop waits for what is in hand and takes nothing more', async () => {
  const jobs = new Jobs(1)
  const slow = new Gate()
  jobs.work = () => slow.pass()
  jobs.add('in hand', 0)
  jobs.add('waiting', 1)
  const { worker } = workerOn(jobs)
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
  assert.deepEqual(jobs.ended, ['in hand'])
  assert.deepEqual([...jobs.rows.keys()], ['waiting'])
})

test('stop ends a worker that always finds more', async () => {
  const jobs = new Jobs(4)
  const { worker } = workerOn(jobs)
  let made = 0
  // Each look finds one new piece, so there is always room and always work.
  jobs.beforeClaim = async () => {
    made += 1
    jobs.add(`${made}`)
    if (made === 10) void worker.stop()
  }
  worker.start()
  await settle()
  const { claims } = jobs
  await settle()
  assert.equal(jobs.claims, claims)
  await worker.stop()
  assert.equal(jobs.begun.length, jobs.ended.length)
})

test('what a look has claimed when stop comes is still done, because the claim may be a lease', async () => {
  const jobs = new Jobs(2)
  const look = new Gate()
  jobs.beforeClaim = () => look.pass()
  jobs.add('claimed')
  const { worker } = workerOn(jobs)
  worker.start()
  await look.reached
  const stop = worker.stop()
  look.open()
  await stop
  assert.deepEqual(jobs.ended, ['claimed'])
})

test('a worker that was never started does nothing by itself', async () => {
  const jobs = new Jobs(1)
  jobs.add('job')
  const { worker } = workerOn(jobs)
  worker.wake()
  await settle()
  assert.equal(jobs.claims, 0)
  await worker.stop()
})

test('runDue twice at once does each piece once and keeps the limit', async () => {
  const jobs = new Jobs(3)
  jobs.work = () => settle()
  for (let index = 0; index < 10; index += 1) jobs.add(`${index}`)
  const { worker } = workerOn(jobs)
  await Promise.all([worker.runDue(), worker.runDue()])
  assert.equal(jobs.begun.length, 10)
  assert.equal(new Set(jobs.begun).size, 10)
  assert.equal(jobs.mostInHand, 3)
})

test('runDue beside a running worker ends only when what the worker has claimed is done', async t => {
  const jobs = new Jobs(2)
  const look = new Gate()
  const slow = new Gate()
  let leased = false
  const { claim } = jobs
  // A claim that leases: what one look has taken the next does not see.
  jobs.claim = async (...parameters) => {
    const items = await claim.apply(jobs, parameters)
    if (leased) return []
    leased = items.length > 0
    await look.pass()
    return items
  }
  jobs.work = () => slow.pass()
  jobs.add('leased')
  const { worker } = startOn(t, jobs)
  await look.reached
  const due = worker.runDue().then(() => assert.deepEqual(jobs.ended, ['leased']))
  await settle()
  look.open()
  await slow.reached
  slow.open()
  await due
})

/** A table that says how many jobs are due, because callers add to it. */
class CallersJobs extends Jobs {
  async countDue(now: number): Promise<number> {
    return [...this.rows.values()].filter(({ dueAt }) => dueAt <= now).length
  }
}

for (const started of [false, true]) {
  test(`runDue does what was due at the call, however much is added meanwhile${started ? ', beside a running worker' : ''}`, async t => {
    const jobs = new CallersJobs(2)
    const { worker } = workerOn(jobs)
    t.after(() => worker.stop())
    const own = ['a', 'b', 'c', 'd', 'e']
    for (const key of own) jobs.add(key)
    let added = 0
    jobs.work = async () => {
      await new Promise(setImmediate)
      // Without an end it would never return, and this would not be seen.
      for (let more = 0; more < 2 && added < 2_000; more += 1) jobs.add(`added ${added++}`)
    }
    if (started) worker.start()
    await worker.runDue()
    for (const key of own) assert.ok(jobs.ended.includes(key), `${key} was not done`)
    assert.ok(jobs.ended.length <= 20, `${jobs.ended.length} jobs were done`)
  })
}
