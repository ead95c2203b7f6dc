import assert from 'node:assert/strict'
import { chargeOf, PARTNER } from '../parking.ts'
import { assertRefused, scenario } from './scenario.ts'

// What a call is refused for because of the merchant, and that the same call passes once that is fixed.

scenario('A merchant whose collections are restricted', async s => {
  const payer = await s.payer({ wallet: 888 })
  const stay = await s.parkFor(payer)
  const charge = chargeOf(stay)
  await s.admin.put('/merchants/1230000109', { collection_restricted: true })
  assertRefused(await s.charge(charge), 403, 'NO_AUTH', '当前商户无法扣款')
  await s.admin.put('/merchants/1230000109', { collection_restricted: false })
  assert.equal((await s.charge(charge)).statusCode, 200)
})

scenario('A merchant without the permission', async s => {
  const payer = await s.payer({ wallet: 888 })
  const stay = await s.parkFor(payer)
  await s.admin.put('/merchants/1230000109', { permissions: [] })
  assertRefused(await s.create(stay.request), 403, 'NO_AUTH', '商户未入驻')
  const text = '非法商户，服务商模式下请确认子商户正确'
  assertRefused(await s.charge(chargeOf(stay)), 400, 'INVALID_REQUEST', text)
  await s.admin.put('/merchants/1230000109', { permissions: ['parking'] })
  assert.equal((await s.create(stay.request)).statusCode, 200)
})

scenario('A sub-merchant that is not bound any more, and one that never was', async s => {
  const payer = await s.payer({ wallet: 888 })
  const stay = await s.parkFor(payer, {}, PARTNER)
  const binding = '/merchants/1230000100/sub-merchants/1900000109'
  await s.admin.delete(binding)
  const text = '服务商和子商户没有绑定关系'
  assertRefused(await s.create(stay.request, PARTNER), 400, 'INVALID_REQUEST', text)
  const illegal = '非法商户，服务商模式下请确认子商户正确'
  assertRefused(await s.charge(chargeOf(stay), PARTNER), 400, 'INVALID_REQUEST', illegal)
  const unknown = { mchid: '1230000100', partner: { sub_mchid: '1999999999' } }
  assertRefused(await s.create(stay.request, unknown), 400, 'INVALID_REQUEST', '子商户号不存在,请检查后再试')
  assertRefused(await s.charge(chargeOf(stay), unknown), 400, 'INVALID_REQUEST', illegal)
  await s.admin.put(binding)
  assert.equal((await s.charge(chargeOf(stay), PARTNER)).statusCode, 200)
})

scenario('An app id that is not bound', async s => {
  const payer = await s.payer({ wallet: 888 })
  const stay = await s.parkFor(payer)
  const charge = chargeOf(stay, { appid: 'wx0123456789abcdef' })
  assertRefused(await s.charge(charge), 400, 'INVALID_REQUEST', '商户号和公众号没有绑定关系')
  await s.admin.put('/merchants/1230000109/apps/wx0123456789abcdef')
  assert.equal((await s.charge(charge)).statusCode, 200)
})

scenario('A merchant without an APIv3 key gets no notices', async s => {
  const payer = await s.payer({ wallet: 888 })
  await s.admin.put('/merchants/1230000109', { apiv3_key: '' })
  const number = await s.chargeOf(payer)
  assert.equal((await s.order(number)).trade_state, 'SUCCESS')
  assert.equal(s.sink.received.length, 0)
})

scenario('Notices that are paused wait, and come when they may', async s => {
  const payer = await s.payer({ wallet: 888 })
  await s.admin.put('/merchants/1230000109', { notices_paused: true })
  await s.chargeOf(payer)
  await s.pass({ hours: 48 })
  assert.equal(s.sink.received.length, 0)
  await s.admin.put('/merchants/1230000109', { notices_paused: false })
  await s.runDue()
  assert.equal(s.received().length, 1)
})

scenario('A notice that nobody takes comes on the retry schedule, sixteen times in all', async s => {
  s.sink.answerWith(...Array.from({ length: 16 }, () => 500))
  const payer = await s.payer({ wallet: 888 })
  await s.chargeOf(payer)
  await s.pass({ hours: 24, minutes: 4 })
  assert.equal(s.sink.received.length, 16)
  await s.pass({ hours: 48 })
  assert.equal(s.sink.received.length, 16)
  const { data } = await s.admin.get<{ data: { id: string; state: string }[] }>('/notices')
  assert.deepEqual(
    data.map(({ state }) => state),
    ['EXHAUSTED'],
  )
  await s.admin.put(`/notices/${data[0]?.id}/replays/by-hand`)
  await s.runDue()
  assert.equal(s.sink.received.length, 17)
  assert.equal((await s.admin.get(`/notices/${data[0]?.id}`)).state, 'DELIVERED')
})

scenario('A new merchant comes, parks and charges', async s => {
  await s.admin.put('/merchants/1240000001', { kind: 'direct', name: 'Newcomer', permissions: ['parking'] })
  await s.admin.put('/merchants/1240000001/apps/wxcbda96de0b165486')
  const newcomer = { mchid: '1240000001', partner: {} }
  const payer = await s.payer({ wallet: 888 })
  const number = await s.chargeOf(payer, {}, newcomer)
  const order = await s.order(number, newcomer)
  assert.equal(order.trade_state, 'SUCCESS')
  assert.deepEqual(s.received(newcomer), [{ event_type: 'TRANSACTION.SUCCESS', resource: order }])
})
