import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { chargesUnderTest } from '../../test/charges.ts'
import { platformUnderTest } from '../../test/platform.ts'

const running = await platformUnderTest({ after })
const admin = adminCalls(running)

const instant = (text: string) => Date.parse(text)

test('business time runs with wall time until it is frozen, and runs on from where it stood', async () => {
  const real = (await admin.get('/clock')).body
  assert.deepEqual([real.mode, real.offset_ms], ['REAL', 0])
  const frozen = (await admin.put('/clock', { mode: 'FROZEN' })).body
  assert.equal(frozen.mode, 'FROZEN')
  const again = (await admin.put('/clock', { mode: 'FROZEN' })).body
  assert.equal(again.business_time, frozen.business_time)
  await admin.put('/clock/moves/hour', { step_ms: 3_600_000 })
  const moved = (await admin.get('/clock')).body
  assert.equal(instant(moved.business_time) - instant(frozen.business_time), 3_600_000)
  const running = (await admin.put('/clock', { mode: 'REAL' })).body
  assert.equal(running.mode, 'REAL')
  assert.ok(running.offset_ms > 3_500_000 && running.offset_ms <= 3_600_000)
  await admin.put('/clock', { mode: 'FROZEN' })
  admin.refusedField(await admin.put('/clock', { mode: 'SLOW' }), 'mode', /REAL, FROZEN/)
  admin.refusedField(await admin.put('/clock'), 'mode', /required/)
})

test('the offset of a clock that runs is what was set, however long the machine takes to answer', async t => {
  await admin.put('/clock', { mode: 'REAL' })
  const { offset_ms } = (await admin.get('/clock')).body
  const startedAt = Date.now()
  let looks = 0
  t.mock.method(Date, 'now', () => startedAt + 10 * looks++)
  assert.equal((await admin.get('/clock')).body.offset_ms, offset_ms)
  t.mock.restoreAll()
  await admin.put('/clock', { mode: 'FROZEN' })
})

test('a move goes forward once, reports what was done on the way, and can be repeated', async () => {
  const { body: before } = await admin.get('/clock')
  const to = new Date(instant(before.business_time) + 2 * 86_400_000).toISOString()
  const move = await admin.put('/clock/moves/days', { to })
  assert.equal(instant(move.body.from_time), instant(before.business_time))
  assert.equal(instant(move.body.to_time), instant(to))
  assert.equal(move.body.finished, true)
  assert.ok(move.body.done.settledDays >= 1)
  const { repeated, ...done } = move.body
  assert.equal(repeated, false)
  assert.deepEqual((await admin.put('/clock/moves/days', { to })).body, { ...done, repeated: true })
  assert.deepEqual((await admin.get('/clock/moves/days')).body, done)
  assert.equal(instant((await admin.get('/clock')).body.business_time), instant(to))
})

test('a move back, too far, with two targets or with another target is refused and moves nothing', async () => {
  const { body: before } = await admin.get('/clock')
  const at = instant(before.business_time)
  const put = (body: object, id = 'wrong') => admin.put(`/clock/moves/${id}`, body)
  admin.refused(await put({ to: new Date(at - 1).toISOString() }), 'CONFLICT', /never goes back/)
  admin.refused(await put({ to: new Date(at + 367 * 86_400_000).toISOString() }), 'CONFLICT', /366 days/)
  admin.refusedField(await put({ step_ms: 367 * 86_400_000 }), 'step_ms', /at most 31622400000 \(366 days\)/)
  admin.refusedField(await put({ step_ms: 0 }), 'step_ms', /at least 1/)
  admin.refusedField(await put({}), 'to', /must be given/)
  admin.refusedField(await put({ to: new Date(at).toISOString(), step_ms: 1 }), 'to', /not both/)
  admin.refusedField(await put({ to: 'tomorrow' }), 'to', /2026-01-01T08/)
  admin.refused(await put({ step_ms: 1 }, 'days'), 'CONFLICT', /another target/)
  admin.refused(await admin.get('/clock/moves/wrong'), 'NOT_FOUND')
  assert.equal((await admin.get('/clock')).body.business_time, before.business_time)
})

test('several moves at once come one after the other, and one of them asked for twice is made once', async () => {
  const { body: before } = await admin.get('/clock')
  const moves = ['a', 'b', 'a', 'c', 'b'].map(id => admin.put(`/clock/moves/${id}`, { step_ms: 1_000 }))
  for (const { status, body } of await Promise.all(moves))
    assert.deepEqual([status, body.finished], [200, true])
  const { body: now } = await admin.get('/clock')
  assert.equal(instant(now.business_time) - instant(before.business_time), 3_000)
})

test('what is due is done when it is asked for', async t => {
  const running = await chargesUnderTest(t)
  const given = adminCalls(running)
  await running.accept()
  const { body } = await given.put('/due-work')
  assert.deepEqual([body.done.settlement, body.done.notices], [1, 1])
  const again = (await given.put('/due-work')).body.done
  assert.deepEqual([again.settlement, again.notices], [0, 0])
})

test('a clock that was given at start stands still, as it says when it is to be set running, and can be moved', async t => {
  const given = adminCalls(await chargesUnderTest(t))
  assert.equal((await given.get('/clock')).body.mode, 'FROZEN')
  given.refused(await given.put('/clock', { mode: 'REAL' }), 'CONFLICT', /stands still until it is moved/)
  assert.equal((await given.put('/clock', { mode: 'FROZEN' })).status, 200)
  assert.equal((await given.put('/clock/moves/one', { step_ms: 1 })).status, 200)
  given.assertAllMet('putClock')
  admin.assertAllMet('putClockMove', 'getClockMove')
})
