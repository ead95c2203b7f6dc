import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { freshNo, MERCHANT, NOW, PARTNER, parkingCalls, parkingUnderTest } from '../../test/parking.ts'
import { platformUnderTest } from '../../test/platform.ts'
import { webhookSink } from '../testing/index.ts'

const sink = await webhookSink()
after(() => sink.close())
const parking = await parkingUnderTest({ after })
const admin = adminCalls(parking)

/** A stay that is charged and settled, and its notice sent. */
async function charged(fields: object = {}, caller = MERCHANT) {
  const stay = await parking.park({}, caller)
  const order = await parking.accept(stay, { notify_url: sink.url, ...fields }, caller)
  await parking.runDue()
  return { stay, path: `/orders/${caller.mchid}/${order.out_trade_no}`, order }
}

const namesOf = (list: Record<string, unknown>[], field: string) => list.map(item => item[field])

test('an order is shown with its transfers, its hold and its notices, and traced back by its subject', async () => {
  const { path, order, stay } = await charged()
  const { body } = await admin.get(path)
  assert.deepEqual(
    [body.trade_state, body.total, body.product, body.trade_type, body.scene],
    ['SUCCESS', 888, 'parking', 'PAP', order.parking_info],
  )
  assert.deepEqual([body.settlement_total, body.fee, body.refund_total], [888, 5, 0])
  assert.ok(body.transfers.length >= 2)
  const { data } = (await admin.get(`/ledger/transfers?subject=${encodeURIComponent(body.subject)}`)).body
  assert.deepEqual(namesOf(data, 'entry').sort(), namesOf(body.transfers, 'entry').sort())
  assert.deepEqual(namesOf(body.notices, 'event_type'), ['TRANSACTION.SUCCESS'])
  assert.equal((await admin.get(`/notices/${body.notices[0].id}`)).body.state, 'DELIVERED')
  const parked = (await admin.get(`/parkings/${stay.id}`)).body
  const { mchid, out_trade_no } = body
  assert.deepEqual(parked.charges, [{ mchid, out_trade_no, trade_state: 'SUCCESS', deduction_attempts: 1 }])
  assert.equal(parked.is_latest, true)
})

test('held money is released once, and what holds none says so', async () => {
  const { path } = await charged()
  const held = (await admin.get(path)).body.hold
  assert.ok(held.due_at && !held.released_time)
  const released = await admin.put(`${path}/release`)
  assert.ok(released.body.hold.released_time)
  parking.clock.advance(1_000)
  assert.deepEqual((await admin.put(`${path}/release`)).body, released.body)
  const { path: plain } = await charged({ profit_sharing: 'N' })
  admin.refused(await admin.put(`${plain}/release`), 'CONFLICT', /No money of this order is held/)
  admin.refused(await admin.get('/orders/1230000109/nope'), 'NOT_FOUND')
  admin.refused(await admin.put('/orders/1230000109/nope/release'), 'NOT_FOUND')
  assert.deepEqual((await admin.get('/ledger/audit')).body, { faults: [] })
})

test('an order that nothing could pay shows what its banks were asked, and that it failed', async () => {
  const stay = await parking.park({ plate_number: '粤B10006' })
  const order = await parking.accept(stay)
  await admin.put('/clock/moves/days', { step_ms: 3 * 24 * 3_600_000 })
  const { body } = await admin.get(`/orders/1230000109/${order.out_trade_no}`)
  assert.deepEqual([body.trade_state, body.transfers], ['PAY_FAIL', []])
  assert.deepEqual(namesOf(body.notices, 'event_type'), ['TRANSACTION.FAIL'])
  const [charge] = (await admin.get(`/parkings/${stay.id}`)).body.charges
  assert.deepEqual(
    [charge.out_trade_no, charge.trade_state, charge.due_at],
    [order.out_trade_no, 'PAY_FAIL', undefined],
  )
})

test('an advance that was paid back shows the notices of both, also of a number with signs that a search knows', async () => {
  await admin.put('/payers/payer-of-%E7%B2%A4B10009/top-ups/none', { amount: 1 })
  const stay = await parking.park({ plate_number: '粤B10009' })
  const { out_trade_no } = await parking.accept(stay, { out_trade_no: `A_${freshNo('*')}` })
  await parking.runDue()
  const path = `/orders/1230000109/${encodeURIComponent(out_trade_no)}`
  assert.equal((await admin.get(path)).body.user_repaid, 'N')
  assert.equal((await admin.get(path)).body.bank_payments.length, 1)
  parking.clock.advance(60_000)
  const payer = '/payers/payer-of-%E7%B2%A4B10009'
  await admin.put(`${payer}/top-ups/more`, { amount: 10_000 })
  assert.equal((await admin.put(`${payer}/repayments/1`, { source: 'wallet' })).body.state, 'PAID')
  const { body } = await admin.get(path)
  assert.equal(body.user_repaid, 'Y')
  assert.deepEqual(namesOf(body.notices, 'event_type'), ['TRANSACTION.SUCCESS', 'TRANSACTION.PAY_BACK'])
})

test('an order shows its notices also while business time runs, and they come after what they report', async t => {
  let now = Date.parse(NOW)
  const clock = {
    now() {
      now += 1
      return now
    },
    wallNow: () => Date.now(),
  }
  const running = await platformUnderTest(t, { clock })
  const [calls, api] = [parkingCalls(running.call), adminCalls(running)]
  const { out_trade_no } = await calls.accept(await calls.park({ plate_number: '粤B10009' }))
  await running.runDue()
  const payer = '/payers/payer-of-%E7%B2%A4B10009'
  await api.put(`${payer}/top-ups/1`, { amount: 10_000 })
  await api.put(`${payer}/repayments/1`, { source: 'wallet' })
  const { body } = await api.get(`/orders/1230000109/${out_trade_no}`)
  assert.deepEqual(namesOf(body.notices, 'event_type'), ['TRANSACTION.SUCCESS', 'TRANSACTION.PAY_BACK'])
})

test('lists have the newest first, in pages, and filters', async () => {
  parking.clock.advance(1_000)
  const { order } = await charged({ out_trade_no: freshNo('Z') }, PARTNER)
  const newest = await admin.get('/orders?limit=1')
  assert.deepEqual(namesOf(newest.body.data, 'out_trade_no'), [order.out_trade_no])
  const older = await admin.get(`/orders?limit=100&after=${newest.body.next}`)
  assert.ok(!namesOf(older.body.data, 'out_trade_no').includes(order.out_trade_no))
  const { data: all } = (await admin.get('/orders?limit=100')).body
  assert.equal(older.body.data.length + 1, all.length)
  const times = namesOf(all, 'create_time') as string[]
  assert.deepEqual(times, times.toSorted().reverse())
  const partners = (await admin.get('/orders?mchid=1230000100&product=parking')).body.data
  assert.deepEqual(namesOf(partners, 'out_trade_no'), [order.out_trade_no])
  const failed = (await admin.get('/orders?trade_state=PAY_FAIL&payer_id=payer-of-%E7%B2%A4B10006')).body
  assert.equal(failed.data.length, 1)
  const others = (await admin.get('/orders?trade_state=NOTPAY')).body.data
  assert.deepEqual(new Set(namesOf(others, 'product')), new Set(['payments']))
  admin.refusedField(await admin.get('/orders?trade_state=PAID'), 'trade_state', /ACCEPTED/)
})

test('an entry shows how it stands, as in the notices to its merchant, and those notices', async () => {
  await admin.put('/payers/dora')
  const plate_number = '粤B30006'
  const plate = `/plates/${encodeURIComponent(plate_number)}/BLUE`
  await admin.put(plate, { payer_id: 'dora' })
  const { id } = await parking.park({ plate_number, notify_url: sink.url })
  const standing = async () => {
    const { body } = await admin.get(`/parkings/${id}`)
    return [body.parking_state, body.blocked_state_description, body.plate_usability, body.notices.length]
  }
  assert.deepEqual(await standing(), ['NORMAL', undefined, 'NORMAL', 0])
  await admin.put(plate, { service_state: 'PAUSE' })
  assert.deepEqual(await standing(), ['BLOCKED', 'PAUSE', 'PAUSE', 1])
  await admin.delete(plate)
  assert.deepEqual(await standing(), ['BLOCKED', 'REMOVE', 'OUT_SERVICE', 2])
  await admin.put('/payers/dora', { score: 350 })
  await admin.put(plate, { payer_id: 'dora' })
  assert.deepEqual(await standing(), ['BLOCKED', undefined, 'EVALUATION_FAILED', 2])
  await parking.runDue()
  const { notices } = (await admin.get(`/parkings/${id}`)).body
  assert.deepEqual(namesOf(notices, 'state'), ['DELIVERED', 'DELIVERED'])
  const last = (await admin.get(`/notices/${notices[1].id}`)).body.resource
  assert.deepEqual([last.parking_state, last.blocked_state_description], ['BLOCKED', 'REMOVE'])
})

test('entries are found by plate, by merchant and by its number', async () => {
  const stay = await parking.park({}, PARTNER)
  const plate = encodeURIComponent(stay.request.plate_number)
  const found = (await admin.get(`/parkings?plate_number=${plate}&plate_color=BLUE`)).body.data
  assert.deepEqual(namesOf(found, 'id'), [stay.id])
  const partners = (await admin.get('/parkings?mchid=1230000100&limit=1')).body.data
  assert.deepEqual(namesOf(partners, 'mchid'), ['1230000100'])
  const number = `out_parking_no=${stay.request.out_parking_no}`
  const numbered = (await admin.get(`/parkings?mchid=1230000100&${number}`)).body.data
  assert.deepEqual(namesOf(numbered, 'id'), [stay.id])
  assert.deepEqual((await admin.get(`/parkings?mchid=1230000109&${number}`)).body.data, [])
  admin.refusedField(await admin.get(`/parkings?${number}`), 'mchid', /required with out_parking_no/)
  admin.refused(await admin.get('/parkings/nope'), 'NOT_FOUND')
  admin.assertAllMet('getTransaction', 'releaseTransaction', 'getParking')
})
