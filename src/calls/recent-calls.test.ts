import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { migrations } from '../../test/schema.ts'
import { NO_INJECTIONS } from '../faults/faults.ts'
import { migrate } from '../store/migrate.ts'
import { openTestDatabase } from '../store/testing.ts'
import { type AnsweredCall, type RecentCall, RecentCalls } from './recent-calls.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const NOW = Date.parse('2026-06-01T10:00:00+08:00')

async function recentCalls(t: TestContext, { kept = 10_000, bodyBytes = 64 } = {}) {
  const db = await openTestDatabase()
  t.after(() => db.close())
  await migrate(db, migrations, NOW)
  const clock = { wallNow: () => NOW + skippedMs }
  const errors: unknown[] = []
  const open = () =>
    new RecentCalls(db, clock, { recentCalls: kept, recentCallBytes: bodyBytes }, error => errors.push(error))
  let skippedMs = 0
  let count = 0
  return {
    ...{ db, errors, open },
    skip(ms: number) {
      skippedMs += ms
    },
    /** A call that is later than those before it, by a number of its own. */
    call(changes: Partial<AnsweredCall> = {}): AnsweredCall {
      count += 1
      return {
        ...{ request_id: `R${count}`, is_verified: true, wall_time: NOW + count, business_time: NOW },
        ...{ duration_ms: 3, op: 'securityEcho', mchid: '1230000109', status: 200, code: null },
        ...{ fields: { out_trade_no: `T${count}` }, injected: NO_INJECTIONS, unknown_fields: undefined },
        ...{ method: 'POST', target: '/v3/security/echo', raw_headers: ['Accept', 'application/json'] },
        ...{ request_body: Buffer.from('{"a":1}'), reply_body: Buffer.from('{"b":2}') },
        ...{ reply_length: 7, signed_by: 'KEY', ...changes },
      }
    },
    rows: () => db.all<RecentCall>('SELECT * FROM recent_calls ORDER BY wall_time_us'),
    ids: async () =>
      (await db.all<{ request_id: string }>('SELECT request_id FROM recent_calls ORDER BY wall_time_us')).map(
        ({ request_id }) => request_id,
      ),
  }
}

test('a call waits for others and is written with them, and the last ones when the node stops', async t => {
  const { call, db, ids, open } = await recentCalls(t)
  const calls = open()
  const before = db.version()
  for (let count = 0; count < 100; count += 1) calls.note(call())
  assert.deepEqual([await ids(), db.version()], [[], before])
  await calls.flush()
  // One commit for all of them; a shared store does not count its commits.
  assert.equal(db.version(), before === undefined ? undefined : before + 1)
  assert.equal((await ids()).length, 100)
  calls.note(call())
  await calls.stop()
  assert.equal((await ids()).length, 101)
})

test('a node that works writes by itself, within about a second', async t => {
  const { call, ids, open } = await recentCalls(t)
  const calls = open()
  calls.start()
  calls.note(call())
  const begun = performance.now()
  while ((await ids()).length === 0) {
    assert.ok(performance.now() - begun < 10_000, 'Nothing was written')
    await pause(20)
  }
  await calls.stop()
})

test('everything is kept as it came, but for what no store can hold and what is too long', async t => {
  const { call, open, rows } = await recentCalls(t)
  const calls = open()
  const long = '停'.repeat(100)
  calls.note(
    call({
      fields: { out_trade_no: 'T-1', transaction_id: long, amount: { total: 1 }, id: 'x', sub_order_no: '' },
      injected: { LATENCY: { fault_id: 'slow', delay_ms: 1 } },
      unknown_fields: ['/body/x', `/body/${long}`],
      target: '/v3/x?y=%00',
      raw_headers: ['host', 'api', 'Cookie', 'c=1', 'User-Agent', 'é'],
      request_body: Buffer.from(`\0${long}`),
      reply_body: null,
      reply_length: 1_000,
    }),
  )
  calls.note(call({ fields: undefined, op: null, mchid: null, status: null, signed_by: null }))
  calls.note(call({ request_body: Buffer.of(0xff, 0xfe, 0x41) }))
  await calls.flush()
  const [full, bare, bytes] = await rows()
  assert.deepEqual(full, {
    ...{
      wall_time_us: (NOW + 1) * 1000,
      request_id: 'R1',
      is_verified: 1,
      business_time: NOW,
      duration_ms: 3,
    },
    ...{ op: 'securityEcho', mchid: '1230000109', status: 200, code: null },
    numbers: JSON.stringify({ out_trade_no: 'T-1', transaction_id: '停'.repeat(64) }),
    faults: '[{"fault_id":"slow","kind":"LATENCY"}]',
    unknown_fields: JSON.stringify(['/body/x', `/body/${'停'.repeat(58)}`]),
    // 64 bytes are a NUL and 21 characters of three bytes each.
    request: `POST /v3/x?y=%00\nhost: api\nUser-Agent: é\n\n\ufffd${'停'.repeat(21)}`,
    ...{ request_length: 301, reply: null, reply_length: 1_000, signed_by: 'KEY' },
  })
  assert.deepEqual(
    [bare?.op, bare?.mchid, bare?.status, bare?.numbers, bare?.faults, bare?.unknown_fields, bare?.signed_by],
    [null, null, null, null, null, null, null],
  )
  assert.equal(bytes?.request.split('\n\n')[1], '\ufffd\ufffdA')
})

test('calls of one millisecond are in the order in which they came', async t => {
  const { call, ids, open } = await recentCalls(t)
  const calls = open()
  for (const request_id of ['C', 'A', 'B']) calls.note(call({ request_id, wall_time: NOW }))
  await calls.flush()
  assert.deepEqual(await ids(), ['C', 'A', 'B'])
})

test('the newest are kept, also by a node that has just started, and none when none is wanted', async t => {
  const { call, ids, open } = await recentCalls(t, { kept: 20 })
  const first = open()
  for (let count = 1; count <= 30; count += 1) first.note(call())
  await first.flush()
  // The first write of a node deletes; what comes after it, after a thousand more.
  assert.deepEqual((await ids()).slice(0, 1), ['R11'])
  for (let count = 31; count <= 1_010; count += 1) first.note(call())
  await first.stop()
  assert.ok((await ids()).length > 20)
  const second = open()
  second.note(call())
  await second.stop()
  assert.deepEqual(
    await ids(),
    Array.from({ length: 20 }, (_, index) => `R${992 + index}`),
  )
  const none = await recentCalls(t, { kept: 0 })
  assert.equal(none.open().admits(true, 200), false)
})

test('calls without a right signature are few and push none of the others out', async t => {
  const { call, ids, open, rows, skip } = await recentCalls(t, { kept: 1 })
  const calls = open()
  calls.note(call())
  const refuse = (times: number) => {
    for (let count = 0; count < times; count += 1)
      if (calls.admits(false, 401)) calls.note(call({ is_verified: false }))
  }
  refuse(1_000)
  await calls.flush()
  // Fifty at once, of which as many are kept as of the others, and those in a number of their own.
  assert.deepEqual(await ids(), ['R1', 'R51'])
  skip(1_000)
  refuse(1_000)
  await calls.flush()
  assert.equal((await rows()).length, 12)
})

test('of many successes in a second some are kept, and of the refusals among them all', async t => {
  const { open, skip } = await recentCalls(t)
  const calls = open()
  const admitted = (count: number, status: number | undefined) =>
    Array.from({ length: count }, () => calls.admits(true, status)).filter(Boolean).length
  assert.deepEqual([admitted(3_000, 200), admitted(100, 400), admitted(1, undefined)], [1_000, 100, 1])
  skip(500)
  assert.deepEqual([admitted(3_000, 200), admitted(100, 500)], [10, 100])
})

test('what cannot be written waits, the newest thousand of it, and is written once that is possible', async t => {
  const { call, db, errors, ids, open } = await recentCalls(t)
  const calls = open()
  await db.run('ALTER TABLE recent_calls RENAME TO calls_that_are_gone')
  for (let count = 1; count <= 300; count += 1) calls.note(call())
  await calls.flush()
  assert.equal(errors.length, 1)
  for (let count = 301; count <= 1_500; count += 1) calls.note(call())
  await calls.flush()
  await db.run('ALTER TABLE calls_that_are_gone RENAME TO recent_calls')
  await calls.flush()
  const written = await ids()
  assert.deepEqual([written.length, written[0], written.at(-1)], [1_000, 'R501', 'R1500'])
})

test('of large requests that wait nothing stays in memory but what is kept', async t => {
  const { call, errors, ids, open } = await recentCalls(t, { bodyBytes: 8_192 })
  const calls = open()
  const LENGTH = 100_000
  const before = memoryInUse()
  for (let count = 0; count < 400; count += 1) {
    const text = JSON.stringify({ out_trade_no: `T${count}`, x: `${count}${'粤'.repeat(LENGTH)}` })
    const request_body = Buffer.from(text)
    calls.note(call({ request_body, fields: JSON.parse(text), unknown_fields: [`/body/${text}`] }))
  }
  const grown = memoryInUse() - before
  // All of them would be 300 MB of bytes, and as much of texts.
  assert.ok(grown < 20_000_000, `${grown} bytes`)
  await calls.stop()
  assert.deepEqual([errors, (await ids()).length], [[], 400])
})

function memoryInUse(): number {
  collectGarbage()
  collectGarbage()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + Math.max(external, arrayBuffers)
}
