import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { APPID, paymentsUnderTest } from '../../../../test/payments.ts'
import { SANDBOX_PAYERS } from './sandbox-payers.ts'

const { prepay, order, pay, jsapi, admin_: admin, scheduler, platform } = await paymentsUnderTest({ after })

/** What becomes of a payer's order, as the payer's page gets it. */
async function outcome(payer_id: string, openid: string, more: object = {}): Promise<unknown[]> {
  const reply = await prepay('jsapi', { payer: { openid } })
  const { prepay_id } = reply.json<{ prepay_id: string }>()
  const { body } = await pay(payer_id, { jsapi: jsapi(prepay_id), ...more })
  return [body.state, body.shown ?? '', body.client?.err_msg]
}

test('each payer of the sandbox does what the documents say', async () => {
  const outcomes = new Map<string, unknown[]>()
  for (const { payer_id, openid } of SANDBOX_PAYERS) outcomes.set(payer_id, await outcome(payer_id, openid))
  assert.deepEqual(Object.fromEntries(outcomes), {
    'payer-who-pays': ['PAID', '', 'get_brand_wcpay_request:ok'],
    'payer-who-cancels': ['CANCELLED', '', 'get_brand_wcpay_request:cancel'],
    'payer-without-money': ['REFUSED', '余额不足', 'get_brand_wcpay_request:fail'],
    'payer-with-slow-bank': ['PROCESSING', '', undefined],
    'payer-who-is-another': [
      'REFUSED',
      '下单账号与支付账号不一致，请核实后再支付',
      'get_brand_wcpay_request:fail',
    ],
  })
})

test('the payer who cancels pays when that is asked for', async () => {
  const openid = 'oSandboxPayerWhoCancels00000'
  assert.deepEqual((await outcome('payer-who-cancels', openid, { action: 'PAY' }))[0], 'PAID')
})

test('the slow bank answers after fifteen seconds', async () => {
  const { out_trade_no, code_url } = await order()
  assert.equal((await pay('payer-with-slow-bank', { code_url })).body.state, 'PROCESSING')
  await scheduler.moveTo(platform.clock.now() + 15_000)
  const { data } = (await admin.get('/payers/payer-with-slow-bank/payments')).body
  assert.equal(data.find((one: { out_trade_no: string }) => one.out_trade_no === out_trade_no).state, 'PAID')
  assert.equal((await admin.get(`/orders/1230000109/${out_trade_no}`)).body.trade_state, 'SUCCESS')
})

test('the payers have the openids under the app id of the sandbox', async () => {
  for (const { payer_id, openid } of SANDBOX_PAYERS)
    assert.equal((await admin.put(`/payers/${payer_id}/openids/${APPID}`)).body.openid, openid)
})
