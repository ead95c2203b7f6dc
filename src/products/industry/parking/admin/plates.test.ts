import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminCalls } from '../../../../../test/admin-calls.ts'
import { parkingUnderTest } from '../../../../../test/parking.ts'
import { formatTimeMs } from '../../../../protocol/time.ts'

const parking = await parkingUnderTest({ after })
const admin = adminCalls(parking)
const pathOf = (number: string, color = 'BLUE') => `/plates/${encodeURIComponent(number)}/${color}`

for (const payer of ['anna', 'bert']) await admin.put(`/payers/${payer}`)

test('a plate is opened, paused, resumed and removed, and its opening time is kept until it is removed', async () => {
  const path = pathOf('粤B30001')
  const key = { plate_number: '粤B30001', plate_color: 'BLUE' }
  const nobody = { ...key, service_state: 'OUT_SERVICE', usability: 'OUT_SERVICE' }
  assert.deepEqual((await admin.get(path)).body, nobody)

  const open = await admin.put(path, { payer_id: 'anna' })
  const service_open_time = formatTimeMs(parking.clock.now())
  assert.deepEqual(open.body, {
    ...{ ...key, payer_id: 'anna', service_state: 'NORMAL', service_open_time, usability: 'NORMAL' },
  })
  parking.clock.advance(5_000)
  assert.deepEqual((await admin.put(path, { payer_id: 'anna' })).body, open.body)
  const paused = await admin.put(path, { payer_id: 'anna', service_state: 'PAUSE' })
  assert.deepEqual(paused.body, { ...open.body, service_state: 'PAUSE', usability: 'PAUSE' })
  assert.deepEqual((await admin.put(path, { payer_id: 'anna' })).body, paused.body)
  // Whose plate it is need not be said again.
  const resumed = await admin.put(path, { service_state: 'NORMAL' })
  assert.deepEqual(resumed.body, open.body)
  assert.deepEqual((await admin.put(path)).body, open.body)

  assert.deepEqual((await admin.delete(path)).body, nobody)
  assert.deepEqual((await admin.delete(path)).body, nobody)
  const anew = await admin.put(path, { payer_id: 'bert', service_state: 'PAUSE' })
  assert.equal(anew.body.service_open_time, formatTimeMs(parking.clock.now()))
})

test('a plate has one payer at a time', async () => {
  const path = pathOf('粤B30002')
  await admin.put(path, { payer_id: 'anna' })
  admin.refused(await admin.put(path, { payer_id: 'bert' }), 'CONFLICT', /another payer/)
  admin.refused(await admin.put(pathOf('粤B30003'), { payer_id: 'nobody' }), 'CONFLICT', /make the payer/)
  const listed = (await admin.get('/plates?payer_id=anna')).body.data
  assert.deepEqual(
    listed.map(({ plate_number }: { plate_number: string }) => plate_number),
    ['粤B30002'],
  )
  const all = await admin.get('/plates?limit=2')
  assert.equal(all.body.data.length, 2)
})

test('a plate is whatever has letters and digits only, in every colour', async () => {
  for (const [number, color] of [
    ['WJ粤12345', 'WHITE'],
    ['京X1234应急', 'GREEN'],
    ['粤B30002', 'LIMEGREEN'],
  ] as const) {
    const { status, body } = await admin.put(pathOf(number, color), { payer_id: 'anna' })
    assert.deepEqual([status, body.service_state], [200, 'NORMAL'], number)
    assert.equal((await admin.delete(pathOf(number, color))).body.service_state, 'OUT_SERVICE')
  }
})

test('where plates are held to GA 36, other numbers and colours that a plate cannot have are refused', async t => {
  const strict = adminCalls(await parkingUnderTest(t, { rules: { plateSyntax: 'GA36' } }))
  await strict.put('/payers/anna')
  for (const call of [strict.get, strict.delete, (path: string) => strict.put(path, { payer_id: 'anna' })]) {
    strict.refusedField(await call(pathOf('粤B')), 'plate_number', /GA 36/)
    strict.refusedField(await call(pathOf('粤B30001', 'GREEN')), 'plate_color', /colour/)
  }
})

test('what is no plate, or no colour, is refused', async () => {
  for (const call of [admin.get, admin.delete, (path: string) => admin.put(path, { payer_id: 'anna' })]) {
    admin.refusedField(await call(pathOf('粤B-30001')), 'plate_number', /Letters and digits/)
    admin.refusedField(await call(pathOf('粤B30001', 'RED')), 'plate_color', /BLUE, GREEN/)
  }
  admin.refusedField(await admin.put(pathOf('粤B30009')), 'payer_id', /nobody has opened/)
  admin.refusedField(
    await admin.put(pathOf('粤B30001'), { payer_id: 'anna', service_state: 'OUT_SERVICE' }),
    'service_state',
    /NORMAL, PAUSE/,
  )
})

test('the parking calls meet what was changed', async () => {
  const car = { plate_number: '粤B30004', plate_color: 'BLUE' }
  await admin.put(pathOf(car.plate_number), { payer_id: 'anna', service_state: 'PAUSE' })
  const stay = async () => {
    const { id } = await parking.park(car)
    return (await admin.get(`/parkings/${id}`)).body.plate_usability
  }
  assert.equal(await stay(), 'PAUSE')
  await admin.put(pathOf(car.plate_number), { payer_id: 'anna', service_state: 'NORMAL' })
  assert.equal(await stay(), 'NORMAL')
  await admin.put('/payers/anna', { score: 400 })
  assert.equal(await stay(), 'EVALUATION_FAILED')
})
