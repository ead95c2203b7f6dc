import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { chargesUnderTest } from '../../test/charges.ts'
import { FAULT_KINDS, type FaultKind, LONGEST_DELAY_MS } from '../faults/rules.ts'

const running = await chargesUnderTest({ after })
const admin = adminCalls(running)
const { refused, refusedField } = admin

test('a rule is put, shown with what it has done, listed and taken away', async () => {
  const fields = { out_trade_no: 'T-1' }
  const rule = {
    kind: 'ERROR_BEFORE_COMMIT',
    call: 'parking.queryTransaction',
    mchid: '1230000109',
    fields,
    count: 3,
  }
  const put = await admin.put('/faults/first', rule)
  const whole = { fault_id: 'first', ...rule, probability: 10_000, seed: 0 }
  assert.deepEqual(put.body, { ...whole, matched: 0, injected: 0 })
  assert.equal((await running.query('T-1')).statusCode, 500)
  assert.deepEqual((await admin.get('/faults/first')).body, { ...whole, matched: 1, injected: 1 })
  // The same rule again is no other rule.
  assert.equal((await admin.put('/faults/first', rule)).body.injected, 1)
  assert.equal((await admin.put('/faults/first', { ...rule, count: 4 })).body.injected, 0)
  assert.deepEqual(
    (await admin.get('/faults')).body.data.map(({ fault_id }: { fault_id: string }) => fault_id),
    ['first'],
  )
  for (const _ of ['once', 'again'])
    assert.equal((await admin.delete('/faults/first')).body.fault_id, 'first')
  refused(await admin.get('/faults/first'), 'NOT_FOUND', /fault first/)
  assert.equal((await running.query('T-1')).statusCode, 404)
})

test('every kind can be put with nothing but what it needs', async () => {
  for (const kind of Object.keys(FAULT_KINDS) as FaultKind[]) {
    const needed = kind !== 'NOTICE_REORDERED' && LONGEST_DELAY_MS[kind] ? { delay_ms: 1 } : {}
    const { status, body } = await admin.put(`/faults/${kind}`, { kind, ...needed, probability: 1 })
    assert.deepEqual([status, body.kind], [200, kind])
    await admin.delete(`/faults/${kind}`)
  }
})

test('a field that does not fit is refused by its name', async () => {
  const put = (body: object) => admin.put('/faults/wrong', body)
  refusedField(await put({}), 'kind', /required/)
  refusedField(await put({ kind: 'FIRE' }), 'kind', /one of LATENCY, CONNECTION_RESET/)
  refusedField(await put({ kind: 'REPLY_LOST', call: 'repay' }), 'call', /one of .*createRefund/)
  refusedField(await put({ kind: 'REPLY_LOST', probability: 0 }), 'probability', /at least 1/)
  refusedField(await put({ kind: 'REPLY_LOST', probability: 10_001 }), 'probability', /at most 10000/)
  refusedField(await put({ kind: 'REPLY_LOST', count: 0 }), 'count', /at least 1/)
  refusedField(await put({ kind: 'REPLY_LOST', host: 'api3' }), 'host', /one of api, api2/)
  refusedField(await put({ kind: 'REPLY_LOST', seed: -1 }), 'seed')
  refusedField(await put({ kind: 'REPLY_LOST', event_type: 'REFUND.SUCCESS' }), 'event_type', /no filter/)
  refusedField(await put({ kind: 'NOTICE_LOST', call: 'refunds.createRefund' }), 'call', /no filter/)
  refusedField(await put({ kind: 'LATENCY' }), 'delay_ms', /must be 1 to 120000/)
  refusedField(await put({ kind: 'REPLY_LOST', delay_ms: 5 }), 'delay_ms', /left out/)
  const unknown = await put({ kind: 'NOTICE_LOST', event_type: 'TRANSACTION.DONE' })
  refusedField(unknown, 'event_type', /one of .*TRANSACTION.SUCCESS.*SECURITY_ECHO.SUCCESS/)
  refusedField(await put({ kind: 'REPLY_LOST', mchid: '1230000999' }), 'mchid', /no merchant number/)
  refusedField(await put({ kind: 'NOTICE_LOST', mchid: '1900000109' }), 'mchid', /of the provider/)
  assert.deepEqual(Object.keys(unknown.body.errors[0]), ['field', 'issue'])
  const ofFields = (fields: unknown) => put({ kind: 'REPLY_LOST', call: 'refunds.createRefund', fields })
  refusedField(
    await ofFields({ bill_date: 'a' }),
    'fields.bill_date',
    /declared by none of refunds.createRefund/,
  )
  refusedField(await ofFields({ out_refund_no: 'R/1' }), 'fields.out_refund_no', /cannot have this value/)
  refusedField(await ofFields({ amount: { refund: 1 } }), 'fields.amount', /of type string,integer,boolean/)
  refusedField(await ofFields({ reason: 'a'.repeat(513) }), 'fields.reason', /at most 512 bytes/)
  refusedField(await ofFields('R1'), 'fields', /of type object/)
  refused(await admin.get('/faults/wrong'), 'NOT_FOUND')
})

test('there are a hundred rules at most', async () => {
  const rule = { kind: 'NOTICE_LOST', mchid: '1230000100' }
  for (let number = 0; number < 100; number += 1) await admin.put(`/faults/rule-${number}`, rule)
  refused(await admin.put('/faults/one-more', rule), 'CONFLICT', /100 rules/)
  const first = (await admin.get('/faults?limit=60')).body
  const second = (await admin.get(`/faults?limit=60&after=${encodeURIComponent(first.next)}`)).body
  assert.deepEqual([first.data.length, second.data.length, second.next], [60, 40, undefined])
  for (let number = 0; number < 100; number += 1) await admin.delete(`/faults/rule-${number}`)
})

test('a reset takes the rules away, and a restored snapshot brings back those that it has', async t => {
  const own = await chargesUnderTest(t)
  const { put } = adminCalls(own)
  await put('/faults/kept', { kind: 'ERROR_BEFORE_COMMIT', call: 'parking.queryTransaction' })
  await put('/sandbox/snapshots/with-faults')
  await put('/sandbox/resets/one')
  assert.equal((await own.query('T-1')).statusCode, 404)
  await put('/sandbox/snapshots/with-faults/restorations/one')
  assert.equal((await own.query('T-1')).statusCode, 500)
})

test('every problem that these calls declare was met', () => {
  admin.assertAllMet('listFaults', 'getFault', 'putFault', 'deleteFault')
})
