import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { platformUnderTest } from '../../test/platform.ts'

const admin = adminCalls(await platformUnderTest({ after }))
const { refused, refusedField } = admin

test('a text is remembered, changed, listed and forgotten, each as often as it is asked for', async () => {
  for (const _ of ['once', 'again']) {
    const put = await admin.put('/reminders/first', { text: '欢乐 1' })
    assert.deepEqual(put.body, { reminder_id: 'first', text: '欢乐 1' })
  }
  await admin.put('/reminders/first', { text: '欢乐 2' })
  await admin.put('/reminders/second', { text: 'other' })
  assert.equal((await admin.get('/reminders/first')).body.text, '欢乐 2')
  const { data, next } = (await admin.get('/reminders?limit=1')).body
  assert.deepEqual(data, [{ reminder_id: 'first', text: '欢乐 2' }])
  const rest = (await admin.get(`/reminders?after=${encodeURIComponent(next)}`)).body
  assert.deepEqual(rest, { data: [{ reminder_id: 'second', text: 'other' }] })
  for (const _ of ['once', 'again'])
    assert.equal((await admin.delete('/reminders/first')).body.reminder_id, 'first')
  refused(await admin.get('/reminders/first'), 'NOT_FOUND', /reminder first/)
})

test('a text is not empty and has 16 KiB at most', async () => {
  refusedField(await admin.put('/reminders/wrong', {}), 'text', /required/)
  refusedField(await admin.put('/reminders/wrong', { text: '' }), 'text')
  assert.equal((await admin.put('/reminders/long', { text: 'x'.repeat(16_384) })).status, 200)
  refusedField(await admin.put('/reminders/wrong', { text: 'x'.repeat(16_385) }), 'text')
})

test('what is remembered is of the sandbox: a restored snapshot brings it back, and a reset forgets it', async t => {
  const own = adminCalls(await platformUnderTest(t))
  await own.put('/reminders/kept', { text: 'then' })
  await own.put('/sandbox/snapshots/then')
  await own.put('/sandbox/resets/one')
  own.refused(await own.get('/reminders/kept'), 'NOT_FOUND')
  await own.put('/sandbox/snapshots/then/restorations/one')
  assert.equal((await own.get('/reminders/kept')).body.text, 'then')
})

test('every problem that these calls declare was met', () => {
  admin.assertAllMet('listReminders', 'getReminder', 'putReminder', 'deleteReminder')
})
