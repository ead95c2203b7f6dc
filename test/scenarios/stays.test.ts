import assert from 'node:assert/strict'
import { chargeOf } from '../parking.ts'
import { assertRefused, only, type ReceivedNotice, type Scenario, scenario } from './scenario.ts'

// What happens to a plate while the car is parked.

const STATE = 'VEHICLE.ENTRANCE_STATE_CHANGE'

/** Of each notice of an entry: which, and how it stands now. */
function states(received: ReceivedNotice[]): unknown[] {
  assert.ok(received.every(({ event_type }) => event_type === STATE))
  return received.map(({ resource }) =>
    [resource.parking_id, resource.parking_state, resource.blocked_state_description].filter(Boolean),
  )
}

async function stateNow(s: Scenario, request: object): Promise<unknown> {
  return only((await s.create({ ...request })).json(), 'state', 'block_reason')
}

scenario('Paused and resumed while parked', async s => {
  const payer = await s.payer({ wallet: 888 })
  const stay = await s.parkFor(payer)
  await s.plate(payer, 'PAUSE')
  assert.deepEqual(await stateNow(s, stay.request), { state: 'BLOCKED', block_reason: 'PAUSE' })
  assertRefused(await s.charge(chargeOf(stay)), 400, 'INVALID_REQUEST', '用户状态异常')
  await s.plate(payer, 'NORMAL')
  assert.deepEqual(states(s.received()), [
    [stay.id, 'BLOCKED', 'PAUSE'],
    [stay.id, 'NORMAL'],
  ])
  assert.equal((await s.charge(chargeOf(stay))).statusCode, 200)
})

scenario('Removed while parked', async s => {
  const payer = await s.payer({ wallet: 888 })
  const stay = await s.parkFor(payer)
  await s.removePlate(payer)
  assert.deepEqual(states(s.received()), [[stay.id, 'BLOCKED', 'REMOVE']])
  assert.deepEqual(await stateNow(s, stay.request), { state: 'BLOCKED', block_reason: 'OUT_SERVICE' })
  assertRefused(await s.charge(chargeOf(stay)), 404, 'NOT_FOUND', '车牌不存在')
  const { openid } = await s.admin.put<{ openid: string }>(
    `/payers/${payer.payer_id}/openids/wxcbda96de0b165486`,
  )
  const found = await s.find({
    ...{ appid: 'wxcbda96de0b165486', openid, plate_number: payer.plate_number, plate_color: 'BLUE' },
  })
  assert.equal(found.json<{ service_state: string }>().service_state, 'OUT_SERVICE')
})

scenario('Opened while parked', async s => {
  const payer = await s.payer({ wallet: 888, opened: false })
  const stay = await s.parkFor(payer)
  assert.deepEqual(await stateNow(s, stay.request), { state: 'BLOCKED', block_reason: 'OUT_SERVICE' })
  await s.plate(payer, 'NORMAL')
  assert.deepEqual(states(s.received()), [[stay.id, 'NORMAL']])
  assert.equal((await s.charge(chargeOf(stay))).statusCode, 200)
})

scenario('In arrears while parked, because another plate of the payer was advanced', async s => {
  const payer = await s.payer()
  const other = { ...payer, plate_number: '粤C99999' }
  await s.plate(other, 'NORMAL')
  const stay = await s.parkFor(other)
  await s.chargeOf(payer)
  const [advanced, blocked] = s.received().toSorted((one, two) => (one.event_type < two.event_type ? -1 : 1))
  assert.equal(advanced?.resource.bank_type, 'BPA')
  assert.deepEqual(states(blocked ? [blocked] : []), [[stay.id, 'BLOCKED', 'OVERDUE']])
})

scenario('Several changes at once arrive one by one, in their order', async s => {
  const payer = await s.payer()
  const stay = await s.parkFor(payer)
  const plate = `/plates/${payer.plate_number}/BLUE`
  const be = (service_state: string) => s.admin.put(plate, { payer_id: payer.payer_id, service_state })
  for (const state of ['PAUSE', 'NORMAL', 'PAUSE']) await be(state)
  await s.admin.delete(plate)
  await s.runDue()
  const received = s.received()
  assert.deepEqual(states(received), [
    [stay.id, 'BLOCKED', 'PAUSE'],
    [stay.id, 'NORMAL'],
    [stay.id, 'BLOCKED', 'PAUSE'],
    [stay.id, 'BLOCKED', 'REMOVE'],
  ])
  const times = received.map(({ resource }) => String(resource.state_update_time))
  assert.deepEqual(times, [...new Set(times)].sort())
})

scenario('After the charge no notice is about the plate any more', async s => {
  const payer = await s.payer({ wallet: 888 })
  await s.chargeOf(payer)
  s.received()
  await s.plate(payer, 'PAUSE')
  await s.removePlate(payer)
  assert.deepEqual(s.received(), [])
})

scenario('Superseded by a newer entry', async s => {
  const payer = await s.payer({ wallet: 888 })
  const first = await s.parkFor(payer)
  const second = await s.parkFor(payer)
  assertRefused(await s.charge(chargeOf(first)), 400, 'INVALID_REQUEST', '停车入场ID不存在')
  await s.plate(payer, 'PAUSE')
  await s.plate(payer, 'NORMAL')
  assert.deepEqual(states(s.received()), [
    [second.id, 'BLOCKED', 'PAUSE'],
    [second.id, 'NORMAL'],
  ])
  assert.equal((await s.charge(chargeOf(second))).statusCode, 200)
})

scenario('Refused by the score', async s => {
  const payer = await s.payer({ wallet: 888 })
  await s.admin.put(`/payers/${payer.payer_id}`, { score: 549 })
  const stay = await s.parkFor(payer)
  assert.deepEqual(await stateNow(s, stay.request), { state: 'BLOCKED', block_reason: 'EVALUATION_FAILED' })
  assertRefused(await s.charge(chargeOf(stay)), 400, 'INVALID_REQUEST', '用户状态异常')
  await s.admin.put(`/payers/${payer.payer_id}`, { score: 550 })
  assert.equal((await s.charge(chargeOf(stay))).statusCode, 200)
})

scenario('A plate changes hands while the car is parked', async s => {
  const seller = await s.payer()
  const buyer = await s.payer({ wallet: 888, opened: false })
  const stay = await s.parkFor(seller)
  await s.removePlate(seller)
  await s.plate({ ...buyer, plate_number: seller.plate_number }, 'NORMAL')
  assert.deepEqual(states(s.received()), [
    [stay.id, 'BLOCKED', 'REMOVE'],
    [stay.id, 'NORMAL'],
  ])
  const { out_trade_no } = await s.accept(stay, { notify_url: s.sink.url })
  await s.runDue()
  assert.equal((await s.order(out_trade_no)).trade_state, 'SUCCESS')
  assert.equal((await s.admin.get(`/payers/${buyer.payer_id}`)).wallet, 0)
})
