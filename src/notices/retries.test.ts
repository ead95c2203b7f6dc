import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chargesUnderTest } from '../../test/charges.ts'
import {
  chargeWithNotice,
  envelopeOf,
  type NoticeRow,
  onlyNotice,
  opened,
  sinkFor,
  verifiedSerial,
} from '../../test/notices.ts'
import { NOBODY_LISTENS, NOW } from '../../test/sandbox.ts'
import { type ReceivedCallback, type VirtualClock, virtualClock } from '../testing/index.ts'
import { RETRY_WAITS_MS } from './retry-schedule.ts'

// What ends a notice, when it comes again, and what is on record of each attempt.

test('a notice that is not acknowledged comes again at exactly each step of the retry schedule, sixteen times in all', async t => {
  const sink = await sinkFor(t)
  const running = await chargesUnderTest(t)
  const { runDue, clock, platform, merchant } = running
  sink.answerWith(...Array.from({ length: 20 }, () => 500))
  await chargeWithNotice(running, sink)
  assert.equal(sink.received.length, 1)

  for (const [index, wait] of RETRY_WAITS_MS.entries()) {
    clock.advance(wait - 1)
    await runDue()
    assert.equal(sink.received.length, index + 1)
    clock.advance(1)
    await runDue()
    assert.equal(sink.received.length, index + 2)
  }

  const { state, attempts, due_at } = await onlyNotice(platform.db)
  assert.deepEqual({ state, attempts, due_at }, { state: 'EXHAUSTED', attempts: 16, due_at: null })
  clock.advance(365 * 24 * 3_600_000)
  await runDue()
  assert.equal(sink.received.length, 16)

  const own = merchant('1230000109')
  for (const callback of sink.received) {
    verifiedSerial(callback, own)
    opened(callback, own.apiv3_key)
  }
  const different = (read: (callback: ReceivedCallback) => unknown) => new Set(sink.received.map(read)).size
  assert.equal(
    different(callback => envelopeOf(callback).id),
    1,
  )
  assert.equal(
    different(callback => envelopeOf(callback).create_time),
    1,
  )
  assert.equal(
    different(callback => envelopeOf(callback).resource.nonce),
    16,
  )
  assert.equal(
    different(callback => envelopeOf(callback).resource.ciphertext),
    16,
  )
  assert.equal(
    different(({ headers }) => headers['wechatpay-nonce']),
    16,
  )
  assert.equal(
    different(({ headers }) => headers['wechatpay-signature']),
    16,
  )
  assert.equal(
    different(({ headers }) => headers['request-id']),
    16,
  )
})

test('each attempt is signed at its own wall time', async t => {
  const sink = await sinkFor(t)
  let wallShift = 0
  const business = virtualClock(NOW)
  const clock: VirtualClock = { ...business, wallNow: () => Date.now() + wallShift }
  const running = await chargesUnderTest(t, { clock })
  sink.answerWith(500)
  await chargeWithNotice(running, sink)
  wallShift = 100_000
  clock.advance(15_000)
  await running.runDue()
  const [first, second] = sink.received.map(({ headers }) => Number(headers['wechatpay-timestamp']))
  assert.ok((second ?? 0) - (first ?? 0) >= 100)
})

test('200 and 204 end a notice; 201, 302, 400, 500 and a refused connection do not', async t => {
  const running = await chargesUnderTest(t)
  const { db } = running.platform
  for (const [answer, state, failure] of [
    [200, 'DELIVERED', ''],
    [204, 'DELIVERED', ''],
    [201, 'PENDING', 'The reply was HTTP 201'],
    [302, 'PENDING', 'The reply was HTTP 302'],
    [400, 'PENDING', 'The reply was HTTP 400'],
    [500, 'PENDING', 'The reply was HTTP 500'],
  ] as const) {
    const sink = await sinkFor(t)
    sink.answerWith(answer)
    await chargeWithNotice(running, sink)
    const { id } = envelopeOf(await sink.next())
    const row = await db.get<NoticeRow>('SELECT * FROM notices WHERE id = $1', id)
    assert.equal(row?.state, state)
    const attempt = await db.get<{ reply_status: number; failure: string }>(
      'SELECT reply_status, failure FROM notice_attempts WHERE notice_id = $1',
      id,
    )
    assert.deepEqual(attempt, { reply_status: answer, failure })
  }

  await running.accept({ notify_url: NOBODY_LISTENS })
  await running.runDue()
  const refused = await db.get<{ reply_status: number | null; failure: string }>(
    'SELECT reply_status, failure FROM notice_attempts WHERE reply_status IS NULL',
  )
  assert.match(refused?.failure ?? '', /ECONNREFUSED/)
})

test('each attempt is on record: what was sent, what came back, when and why it failed', async t => {
  const sink = await sinkFor(t)
  const running = await chargesUnderTest(t)
  const { db } = running.platform
  sink.answerWith({ status: 503, body: '{"code":"FAIL","message":"稍后"}' })
  const startedAt = Date.now()
  await chargeWithNotice(running, sink)
  running.clock.advance(15_000)
  await running.runDue()
  const attempts = await db.all<Record<string, string | number | null>>(
    'SELECT * FROM notice_attempts ORDER BY attempt',
  )
  const { id } = await onlyNotice(db)
  attempts.forEach((attempt, index) => {
    const received = sink.received[index]
    assert.ok(received)
    assert.equal(attempt.notice_id, id)
    assert.equal(attempt.request_body, received.body)
    for (const [name, value] of Object.entries(JSON.parse(String(attempt.request_headers)))) {
      assert.equal(received.headers[name.toLowerCase()], value)
    }
    assert.ok(Number(attempt.wall_time) >= startedAt && Number(attempt.wall_time) <= Date.now())
    assert.ok(Number(attempt.duration_ms) >= 0 && Number(attempt.duration_ms) < 5_000)
  })
  const reported = attempts.map(({ attempt, business_time, reply_status, reply_body, failure }) => ({
    attempt,
    business_time,
    reply_status,
    reply_body,
    failure,
  }))
  const now = Date.parse(NOW)
  assert.deepEqual(reported, [
    {
      attempt: 1,
      business_time: now,
      reply_status: 503,
      reply_body: '{"code":"FAIL","message":"稍后"}',
      failure: 'The reply was HTTP 503',
    },
    { attempt: 2, business_time: now + 15_000, reply_status: 204, reply_body: '', failure: '' },
  ])
})
