import assert from 'node:assert/strict'
import type { Caller } from '../payments.ts'
import { orderOf, type ShopClient, type ShopUnderTest, stateOf } from './basic-payments.ts'

/** A client is refused as it would be by WeChat, and can do the right thing afterwards. */
export async function isRefused(running: ShopUnderTest, caller: Caller, client: ShopClient): Promise<void> {
  const { payer_id, openid } = await running.payer()
  const order = orderOf('jsapi', caller, openid, { amount: { total: 100 } })
  const { out_trade_no } = order
  const ordered = await client.order('jsapi', order)
  assert.equal(ordered.status, 200, JSON.stringify(ordered.body))
  const changed = { ...order, amount: { total: 101 } }
  assert.deepEqual(await client.order('jsapi', changed), {
    status: 400,
    body: { code: 'INVALID_REQUEST', message: '请求重入时，参数与首次请求时不一致' },
  })
  assert.deepEqual(
    await client.order('native', orderOf('native', caller, openid, { ...order, payer: undefined })),
    {
      status: 400,
      body: { code: 'INVALID_REQUEST', message: '201 商户订单号重复' },
    },
  )

  const { appId, timeStamp, nonceStr, package: packed } = ordered.body
  const session = String(packed).replace('prepay_id=', '')
  const bare = client.sign(`${appId}\n${timeStamp}\n${nonceStr}\n${session}\n`)
  const wrong = await running.pay(payer_id, { jsapi: { ...ordered.body, paySign: bare } })
  const { state, shown, explanation, client: page } = wrong.body
  assert.deepEqual([state, shown], ['REFUSED', '支付验证签名失败'])
  assert.deepEqual(page, { err_msg: 'get_brand_wcpay_request:fail', err_desc: '支付验证签名失败' })
  assert.match(explanation[0], new RegExp(`fourth line that was signed is "${session}"`))
  assert.deepEqual(explanation.slice(2, 6), [appId, timeStamp, nonceStr, packed])
  assert.deepEqual(await stateOf(client, out_trade_no), [200, 'NOTPAY'])
  assert.equal((await running.pay(payer_id, { jsapi: ordered.body })).body.state, 'PAID')

  assert.deepEqual(await client.close(out_trade_no), {
    status: 400,
    body: { code: 'INVALID_REQUEST', message: '该订单已支付' },
  })
  assert.deepEqual(await stateOf(client, out_trade_no), [200, 'SUCCESS'])
  assert.deepEqual(await client.order('jsapi', order), {
    status: 403,
    body: { code: 'OUT_TRADE_NO_USED', message: '商户订单号重复' },
  })
  assert.deepEqual(await client.query({ out_trade_no: 'never_ordered' }), {
    status: 404,
    body: { code: 'ORDER_NOT_EXIST', message: '订单不存在' },
  })
}
