import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { LightMyRequestResponse } from 'fastify'
import {
  chargeOf,
  type Fields,
  MODES,
  NOW,
  PARTNER,
  parkingUnderTest,
  SUB_APPID,
} from '../../../../test/parking.ts'
import { conforms } from '../../../contract/validate.ts'
import { createTransaction, type Transaction } from './contract.ts'

// The same `out_trade_no` again: a lost reply must be asked for without fear, and a number must never mean two charges.

const { charge, park, order, platform, runDue } = await parkingUnderTest({ after })

function assertUsed(reply: LightMyRequestResponse): void {
  assert.equal(reply.statusCode, 400)
  assert.deepEqual(reply.json(), { code: 'ALREADY_EXISTS', message: 'out_trade_no冲突' })
}

async function countOrders(): Promise<number> {
  const row = await platform.db.get<{ count: number }>('SELECT COUNT(*) AS count FROM orders')
  return row?.count ?? -1
}

for (const [mode, caller] of MODES) {
  test(`${mode}: a repeated request gives the same answer, byte for byte, and makes no second order`, async () => {
    const request = chargeOf(await park({}, caller))
    const first = await charge(request, caller)
    const before = await countOrders()
    const second = await charge(request, caller)
    assert.equal(second.statusCode, 200)
    assert.equal(second.body, first.body)
    assert.equal(await countOrders(), before)
  })

  test(`${mode}: the same content in other words is the same charge: offsets, defaults, null`, async () => {
    const request = chargeOf(await park({}, caller), { profit_sharing: 'N' })
    const first = await charge(request, caller)
    for (const same of [
      { profit_sharing: undefined },
      { amount: { total: 888 } },
      { sub_appid: null, openid: null },
      { parking_info: { ...(request.parking_info as Fields), start_time: '2017-08-26T02:43:39Z' } },
      { parking_info: { ...(request.parking_info as Fields), end_time: '2017-08-26T03:43:39.0Z' } },
    ]) {
      assert.equal((await charge({ ...request, ...same }, caller)).body, first.body)
    }
  })

  test(`${mode}: the same number with other content is refused, whichever field differs`, async () => {
    const stay = await park({}, caller)
    const other = await park({}, caller)
    const request = chargeOf(stay)
    await charge(request, caller)
    const { out_trade_no, parking_info } = request
    const information = parking_info as Fields
    const before = await countOrders()
    for (const changed of [
      { description: '停车场扣费2' },
      { attach: undefined },
      { attach: '深圳' },
      { goods_tag: undefined },
      { notify_url: 'https://yoursite.com/other.html' },
      { profit_sharing: 'N' },
      { amount: { total: 889, currency: 'CNY' } },
      { parking_info: { ...information, parking_id: other.id } },
      { parking_info: { ...information, plate_number: other.request.plate_number } },
      { parking_info: { ...information, plate_color: 'YELLOW' } },
      { parking_info: { ...information, start_time: '2017-08-26T10:43:40+08:00' } },
      { parking_info: { ...information, end_time: '2017-08-26T11:43:40+08:00' } },
      { parking_info: { ...information, parking_name: '另一停车场' } },
      { parking_info: { ...information, charging_duration: 3601 } },
      { parking_info: { ...information, device_id: '12314' } },
    ]) {
      assertUsed(await charge({ ...request, ...changed }, caller))
    }
    assertUsed(await charge(chargeOf(other, { out_trade_no }), caller))
    assert.equal(await countOrders(), before)
    assert.equal((await order(out_trade_no, caller)).amount.total, 888)
  })
}

test('a repeated charge is answered with the order as it is now: after the payment with all that is known', async () => {
  const request = chargeOf(await park())
  await charge(request)
  await runDue()
  const reply = await charge(request)
  assert.equal(conforms(createTransaction.merchant.reply, reply.json()), undefined)
  const { trade_state, attach, success_time, bank_type, amount } = reply.json<Transaction>()
  assert.deepEqual(
    { trade_state, attach, success_time, bank_type, amount },
    {
      trade_state: 'SUCCESS',
      attach: '深圳分店',
      success_time: NOW,
      bank_type: 'OTHERS',
      amount: { total: 888, currency: 'CNY', payer_total: 888, discount_total: 0 },
    },
  )
})

test('a repeated charge is answered with its order whatever has happened to plate, payer, entry and merchant', async t => {
  const { charge, park, platform, clock } = await parkingUnderTest(t)
  const stay = await park()
  const request = chargeOf(stay)
  const first = await charge(request)
  const { plate_number } = stay.request
  await park({ plate_number })
  await platform.db.run('UPDATE payers SET arrears = 1')
  await platform.db.run('DELETE FROM plates WHERE plate_number = $1', plate_number)
  await platform.db.run('DELETE FROM merchant_permissions')
  await platform.db.run('UPDATE merchants SET collection_restricted = 1')
  await platform.db.run('DELETE FROM app_bindings')
  clock.advance(31 * 24 * 60 * 60 * 1000)
  const again = await charge(request)
  assert.equal(again.statusCode, 200)
  assert.equal(again.body, first.body)
})

test('the sub-app is part of the content, because it decides whose openid is shown', async () => {
  const request = chargeOf(await park({}, PARTNER), { sub_appid: SUB_APPID })
  await charge(request, PARTNER)
  assertUsed(await charge({ ...request, sub_appid: undefined }, PARTNER))
})
