import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { scriptCall } from '../../../../../test/cashier.ts'
import { type Fields, freshNo, paymentsUnderTest, SUB_APPID } from '../../../../../test/payments.ts'

const sandbox = await paymentsUnderTest({ after })
const { prepay, payer, jsapi, notices, admin_: admin, clock } = sandbox

const post = async (path: string, fields: Fields) => {
  const reply = await scriptCall(sandbox, path, fields)
  return { status: reply.statusCode, body: reply.json() }
}

const paymentId = () => `${freshNo('id')}abcdefgh`
const payFor = (entry: Fields, more: Fields = {}) =>
  post('payments', { ...entry, payment_id: paymentId(), action: 'PAY', ...more })

async function h5Entry(fields: Fields = {}) {
  const out_trade_no = freshNo('H5')
  const { h5_url } = (await prepay('h5', { out_trade_no, ...fields })).json<{ h5_url: string }>()
  return { out_trade_no, entry: { h5_url } }
}

async function jsapiOrder(openid: string) {
  const out_trade_no = freshNo('JS')
  const { prepay_id } = (await prepay('jsapi', { out_trade_no, payer: { openid } })).json()
  return { out_trade_no, prepay_id }
}

test('an order of h5_url shows what is to be paid, and a chosen payer from what', async () => {
  const { payer_id } = await payer(99)
  await admin.put(`/payers/${payer_id}/cards/${payer_id}-1`, { bank_type: 'CMB_CREDIT', available: 1_000 })
  const { entry } = await h5Entry({ limit_pay: ['no_credit'] })
  const { body } = await post('orders', entry)
  assert.deepEqual(Object.keys(body), ['order'])
  assert.deepEqual(body.order, {
    ...{ payee: 'Sandbox merchant 1230000109', description: body.order.description, total: 100 },
  })
  const chosen = await post('orders', { ...entry, payer_id })
  assert.deepEqual(chosen.body.payer, {
    payer_id,
    sources: [
      { id: 'wallet', name: '零钱', is_allowed: true, balance: 99 },
      { id: `${payer_id}-1`, name: '招商银行(信用卡)', is_allowed: false },
    ],
  })
  assert.deepEqual(await post('orders', { ...entry, payer_id: 'nobody' }), {
    ...{ status: 404, body: { message: '没有这个付款人' } },
  })
})

test('payers are offered from a name on, at most fifty, and only to who has an order that can be paid', async () => {
  const { entry } = await h5Entry()
  const all = (await post('payers', { ...entry, from: '' })).body.payers as string[]
  assert.ok(all.length > 0 && all.length <= 50)
  const { payer_id } = await payer()
  const found = (await post('payers', { ...entry, from: payer_id })).body.payers as string[]
  assert.equal(found[0], payer_id)
  const [guessed] = [entry.h5_url.replace(/prepay_id=wx\d{14}./, start => `${start.slice(0, -1)}z`)]
  const refused = await post('payers', { h5_url: guessed, from: '' })
  assert.deepEqual([refused.body.state, refused.body.payers], ['REFUSED', undefined])
})

test('who is chosen pays an h5_url once, whatever is sent twice, and the merchant is notified once', async () => {
  const { payer_id } = await payer(250)
  const { entry, out_trade_no } = await h5Entry()
  const payment = { ...entry, payer_id, payment_id: paymentId(), action: 'PAY', source: 'wallet' }
  const [one, other] = await Promise.all([post('payments', payment), post('payments', payment)])
  assert.deepEqual([one.body.state, other.body], ['PAID', one.body])
  assert.equal(one.body.client, undefined)
  assert.equal((await admin.get(`/payers/${payer_id}`)).body.wallet, 150)
  assert.equal((await notices(out_trade_no)).length, 1)
  const otherwise = await post('payments', { ...payment, source: undefined })
  assert.equal(otherwise.status, 409)
  assert.equal((await payFor(entry, { payer_id })).body.shown, '该订单已支付')
})

test('an h5_url is of who has paid or cancelled it first, and nobody is named by it before', async () => {
  const [first, second] = [await payer(), await payer()]
  const { entry } = await h5Entry()
  assert.equal((await payFor(entry)).status, 404)
  await post('orders', { ...entry, payer_id: second.payer_id })
  const away = await payFor(entry, { payer_id: first.payer_id, action: 'CANCEL' })
  assert.equal(away.body.state, 'CANCELLED')
  assert.equal((await post('orders', entry)).body.payer.payer_id, first.payer_id)
  const late = await post('orders', { ...entry, payer_id: second.payer_id })
  assert.deepEqual([late.body.state, late.body.shown], ['REFUSED', '签名验证失败'])
  assert.equal((await payFor(entry, { payer_id: second.payer_id })).body.shown, '签名验证失败')
  assert.equal((await payFor(entry)).body.state, 'PAID')
})

test('what a page hands over is paid by the payer of its openid, and its client gets the result', async () => {
  const { payer_id, openid } = await payer()
  const { prepay_id, out_trade_no } = await jsapiOrder(openid)
  const entry = { jsapi: jsapi(prepay_id) }
  const view = await post('orders', entry)
  assert.deepEqual([view.body.order.total, view.body.payer.payer_id], [100, payer_id])
  const away = await payFor(entry, { action: 'CANCEL' })
  assert.deepEqual(away.body.client, { err_msg: 'get_brand_wcpay_request:cancel' })
  const paid = await payFor(entry)
  assert.deepEqual([paid.body.state, paid.body.client], ['PAID', { err_msg: 'get_brand_wcpay_request:ok' }])
  assert.equal((await notices(out_trade_no)).length, 1)
})

test('what a page hands over wrongly is explained line by line, and nothing is shown of the order', async () => {
  const { openid } = await payer()
  const { prepay_id } = await jsapiOrder(openid)
  const entry = { jsapi: jsapi(prepay_id, { message: right => right.replace('prepay_id=', '') }) }
  for (const { body } of [await post('orders', entry), await payFor(entry)]) {
    assert.deepEqual(Object.keys(body), ['state', 'shown', 'explanation', 'client'])
    assert.equal(body.shown, '支付验证签名失败')
    assert.match(body.explanation[0], /fourth line that was signed is "wx/)
    assert.equal(body.explanation[5], `prepay_id=${prepay_id}`)
    assert.equal(body.client.err_msg, 'get_brand_wcpay_request:fail')
  }
})

test('any JSON that a page hands over is answered, and never by a fault', async () => {
  const { openid } = await payer()
  const given: Fields = jsapi((await jsapiOrder(openid)).prepay_id)
  for (const value of [null, 1, 1.5, true, [], {}, '', 'x'.repeat(9_000), { a: [{ b: null }] }])
    for (const name of Object.keys(given)) {
      const { status, body } = await post('orders', { jsapi: { ...given, [name]: value } })
      assert.deepEqual([status, body.state], [200, 'REFUSED'], `${name} ${JSON.stringify(value)}`)
      assert.ok(body.explanation.length > 0)
    }
})

test('another payer than that of the openid is refused', async () => {
  const [own, other] = [await payer(), await payer()]
  const entry = { jsapi: jsapi((await jsapiOrder(own.openid)).prepay_id) }
  for (const { body } of [
    await post('orders', { ...entry, payer_id: other.payer_id }),
    await payFor(entry, { payer_id: other.payer_id }),
  ])
    assert.equal(body.shown, '下单账号与支付账号不一致，请核实后再支付')
})

test('wx.chooseWXPay has the app id of wx.config, and a time stamp by another name', async () => {
  const { openid } = await payer()
  const { appId, timeStamp, ...rest } = jsapi((await jsapiOrder(openid)).prepay_id)
  const choose = async (parameters: Fields, appid?: string) =>
    (await post('orders', { jsapi: parameters, appid })).body
  assert.ok((await choose({ ...rest, timestamp: timeStamp }, appId)).order)
  assert.ok((await choose({ ...rest, timestamp: Number(timeStamp) }, appId)).order)
  const spelt = await choose({ ...rest, timeStamp }, appId)
  assert.equal(spelt.shown, '调用支付JSAPI缺少参数: timestamp')
  assert.match(spelt.explanation[0], /what is there is called timeStamp/)
  assert.match((await choose({ ...rest, timestamp: timeStamp }, SUB_APPID)).shown, /APPID参数不正确/)
})

test('a bank that does not answer is asked for later under the same payment', async () => {
  const { payer_id } = await payer(0)
  const card = { bank_type: 'CMB_CREDIT', available: 1_000, behaviour: 'UNKNOWN_THEN_APPROVED' }
  await admin.put(`/payers/${payer_id}/cards/${payer_id}-1`, card)
  const { entry } = await h5Entry()
  const payment = { payer_id, payment_id: paymentId() }
  assert.deepEqual((await payFor(entry, payment)).body, { state: 'PROCESSING', shown: '', explanation: [] })
  clock.advance(15_000)
  await sandbox.runDue()
  assert.equal((await payFor(entry, payment)).body.state, 'PAID')
})

test('one entry is needed, and only one; names of payments have their form', async () => {
  const { entry } = await h5Entry()
  for (const [path, fields] of [
    ['orders', {}],
    ['orders', { ...entry, jsapi: {} }],
    ['orders', { jsapi: [] }],
    ['orders', { h5_url: 'x'.repeat(5_000) }],
    ['payers', { from: '' }],
    ['payments', { ...entry, action: 'PAY', payment_id: 'a/b' }],
    ['payments', { ...entry, action: 'STEAL', payment_id: paymentId() }],
    ['payments', { action: 'PAY', payment_id: paymentId() }],
  ] as const)
    assert.equal((await post(path, fields)).status, 400, JSON.stringify(fields).slice(0, 80))
})

test('what pays is no call of the administration, and takes no page of others', async () => {
  const { entry } = await h5Entry()
  const foreign = await scriptCall(sandbox, 'orders', entry, { origin: 'https://shop.example.com' })
  assert.equal(foreign.statusCode, 403)
  assert.equal((await sandbox.app.inject({ url: '/admin/v1/payers' })).statusCode, 404)
})
