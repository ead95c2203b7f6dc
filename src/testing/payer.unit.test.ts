import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { merchantClient, optionsFromFolder } from '../sdk/index.ts'
import { startPlatform } from './start-platform.ts'
import { webhookSink } from './webhook-sink.ts'

const APPID = 'wxcbda96de0b165486'

const platform = await startPlatform()
const sink = await webhookSink()
after(() => Promise.all([platform.stop(), sink.close()]))
const { payments, webhooks } = merchantClient({
  ...optionsFromFolder(`${platform.folder}/merchants/1230000109`),
  baseUrl: platform.baseUrl,
})

const order = (out_trade_no: string) => ({
  ...{ appid: APPID, mchid: '1230000109', description: '停车场月卡', out_trade_no },
  ...{ notify_url: sink.url, amount: { total: 30_000 } },
})

test('a payer of the kit pays what a page hands over, and the merchant is notified', async () => {
  const anna = await platform.payer('anna', { wallet: 40_000 })
  const openid = await anna.openid(APPID)
  const { prepay_id } = await payments.jsapiPrepay({ ...order('CARD-1'), payer: { openid } })
  const jsapi = payments.jsapiParameters({ appid: APPID, prepay_id })
  const away = await anna.pay({ jsapi, action: 'CANCEL' })
  assert.deepEqual([away.state, away.client], ['CANCELLED', { err_msg: 'get_brand_wcpay_request:cancel' }])
  const { state, out_trade_no, client } = await anna.pay({ jsapi })
  assert.deepEqual(
    [state, out_trade_no, client],
    ['PAID', 'CARD-1', { err_msg: 'get_brand_wcpay_request:ok' }],
  )
  assert.equal(await anna.wallet(), 10_000)
  await platform.runDue()
  const { body, headers } = await sink.next()
  const notice = await webhooks.readNotice(body, headers)
  assert.equal(notice.event_type, 'TRANSACTION.SUCCESS')
})

test('what is not possible is a result that says why, and a payer without money can be given some', async () => {
  const [ben, carl] = [await platform.payer('ben'), await platform.payer('carl', { wallet: 30_000 })]
  const { code_url } = await payments.nativePrepay(order('CARD-2'))
  const poor = await ben.pay({ code_url })
  assert.deepEqual([poor.state, poor.shown], ['REFUSED', '余额不足'])
  assert.equal((await carl.pay({ code_url })).state, 'REFUSED', 'ben has scanned it first')
  await ben.topUp(30_000)
  assert.equal((await ben.pay({ code_url, payment_id: 'lunch' })).state, 'PAID')
  assert.equal((await ben.pay({ code_url, payment_id: 'lunch' })).state, 'PAID')
  assert.equal(await ben.wallet(), 0)
  assert.equal((await (await platform.payer('ben')).pay({ code_url })).shown, '该订单已支付')
})
