import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import pino from 'pino'
import { type PlatformUnderTest, platformUnderTest } from '../../test/platform.ts'
import { NOBODY_LISTENS, sandboxWithoutStore } from '../../test/sandbox.ts'
import { StoreHealth } from '../store/health.ts'
import { openSqlite } from '../store/sqlite.ts'
import type { TestPlatform } from '../testing/index.ts'
import { Health } from './health.ts'

/** A call that makes a notice, so it writes. */
function write({ call, merchant }: PlatformUnderTest) {
  const headers = { 'Wechatpay-Serial': merchant('1230000109').platform_serial }
  const body = { echo_message: 'hi', notify_url: NOBODY_LISTENS }
  return call({ method: 'POST', target: '/v3/security/echo', headers, body })
}

async function look({ baseUrl }: Pick<TestPlatform, 'baseUrl'>, path: '/healthz' | '/readyz') {
  const reply = await fetch(`${baseUrl}${path}`)
  return [reply.status, reply.headers.get('content-type'), await reply.text()]
}

const SOUND = [200, 'application/json; charset=utf-8', '{"status":"ok"}']
const broken = (says: string) => [503, 'text/plain; charset=utf-8', `${says}\n`]

test('both checks say 200 while the store can be read and written', async t => {
  const running = await platformUnderTest(t)
  assert.deepEqual(await look(running, '/healthz'), SOUND)
  assert.deepEqual(await look(running, '/readyz'), SOUND)
})

test('a store that can be read and not written is 503 with the reason, until it can be written again', async t => {
  const running = await platformUnderTest(t)
  const { db } = running.platform
  await db.run('ALTER TABLE store_checks RENAME TO hidden')
  for (const path of ['/healthz', '/readyz'] as const)
    assert.deepEqual(await look(running, path), broken('The store cannot be written.'))
  await db.run('ALTER TABLE hidden RENAME TO store_checks')
  for (const path of ['/healthz', '/readyz'] as const) assert.deepEqual(await look(running, path), SOUND)
})

test('a store that cannot be read is 503, and nothing of the cause is shown', async t => {
  assert.deepEqual(await look(await sandboxWithoutStore(t), '/healthz'), broken('The store cannot be read.'))
})

test('the checks write once in five seconds, however many look', async t => {
  const running = await platformUnderTest(t)
  const { db } = running.platform
  const lastWrite = async () =>
    (await db.get<{ wall_time: number }>('SELECT wall_time FROM store_checks'))?.wall_time ?? 0
  const wall = { now: Date.now() }
  const health = new StoreHealth(db, { wallNow: () => wall.now })
  await Promise.all(Array.from({ length: 50 }, () => health.fault()))
  const begun = wall.now
  assert.equal(await lastWrite(), begun)
  wall.now += 4_999
  assert.equal(await health.fault(), undefined)
  assert.equal(await lastWrite(), begun)
  wall.now += 1
  assert.equal(await health.fault(), undefined)
  assert.equal(await lastWrite(), begun + 5_000)
  // A host's clock that was set back does not stop the checks.
  wall.now -= 3_600_000
  assert.equal(await health.fault(), undefined)
  assert.equal(await lastWrite(), wall.now)
})

test('a store that does not answer in time is a fault, and the write that waits is the only one', async t => {
  const { db, clock } = (await platformUnderTest(t)).platform
  const health = new StoreHealth(db, clock, 1_000)
  const held = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const holding = db.transaction(async tx => {
    await tx.run('UPDATE store_checks SET wall_time = 7')
    begun.resolve()
    await held.promise
  })
  await begun.promise
  const faults = await Promise.all([health.fault(), health.fault()])
  for (const fault of faults) {
    assert.equal(fault?.says, 'The store cannot be written.')
    assert.match(String(fault?.error), /not answered within 1000 ms/)
  }
  held.resolve()
  await holding
  assert.equal(await health.fault(), undefined)
})

test('a node that starts or stops is healthy and not ready', async t => {
  const { platform } = await platformUnderTest(t)
  const health = new Health(new StoreHealth(platform.db, platform.clock), pino({ level: 'silent' }))
  assert.equal(await health.unreadiness(), 'The platform is starting.')
  assert.equal(await health.fault(), undefined)
  health.state = 'ready'
  assert.equal(await health.unreadiness(), undefined)
  health.state = 'stopping'
  assert.equal(await health.unreadiness(), 'The platform is stopping.')
})

test('a SQLite file that is gone is 503 at once, and nothing is acknowledged that would be gone with the process', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-health-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'store.db')
  const running = await platformUnderTest(t, { open: async () => openSqlite(file) })
  assert.deepEqual(await look(running, '/healthz'), SOUND)
  renameSync(file, `${file}.away`)
  assert.deepEqual(await look(running, '/healthz'), broken('The file of the store is gone.'))
  assert.equal((await write(running)).statusCode, 500)
  renameSync(`${file}.away`, file)
  assert.deepEqual(await look(running, '/healthz'), SOUND)
  assert.equal((await write(running)).statusCode, 200)
})

test('a fault is logged when it begins and when it ends, with its cause', async t => {
  const { platform } = await platformUnderTest(t)
  const lines: { level: number; msg: string; err?: { message: string } }[] = []
  const log = pino({ base: null }, { write: line => lines.push(JSON.parse(line)) })
  const health = new Health(new StoreHealth(platform.db, platform.clock), log)
  await platform.db.run('ALTER TABLE store_checks RENAME TO hidden')
  await health.fault()
  await health.fault()
  await platform.db.run('ALTER TABLE hidden RENAME TO store_checks')
  await health.fault()
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [
      [50, 'The store cannot be written.'],
      [30, 'The store can be used again.'],
    ],
  )
  assert.match(lines[0]?.err?.message ?? '', /store_checks/)
})
