import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { MODES, PARTNER, paymentsUnderTest, SUB_APPID } from '../../../../test/payments.ts'

const sandbox = await paymentsUnderTest({ after })
const { prepay, query, order, pay, payer, jsapi, app_, notices, admin_: admin } = sandbox

for (const [mode, caller] of MODES) {
  test(`${mode}: a code that is scanned is paid, and its order, its notice and its money say so`, async () => {
    const { out_trade_no, code_url } = await order({ attach: '车牌粤B10001' }, caller)
    assert.match(code_url, /^weixin:\/\/wxpay\/bizpayurl\?pr=\w{20}$/)
    const unpaid = await query(out_trade_no, caller)
    const ids = mode === 'merchant mode' ? ['appid', 'mchid'] : ['sp_appid', 'sp_mchid', 'sub_mchid']
    assert.deepEqual(
      Object.keys(unpaid.json<object>()).sort(),
      [
        'amount',
        'out_trade_no',
        'promotion_detail',
        'scene_info',
        'trade_state',
        'trade_state_desc',
        ...ids,
      ].sort(),
    )
    assert.equal(unpaid.json<{ trade_state: string }>().trade_state, 'NOTPAY')

    const { payer_id, openid } = await payer(500)
    const paid = await pay(payer_id, { code_url })
    assert.deepEqual([paid.body.state, paid.body.out_trade_no], ['PAID', out_trade_no])

    const now = (await query(out_trade_no, caller)).json()
    assert.deepEqual(
      [now.trade_state, now.trade_type, now.bank_type, now.attach, now.success_time],
      ['SUCCESS', 'NATIVE', 'OTHERS', '车牌粤B10001', '2017-08-26T11:45:00+08:00'],
    )
    assert.deepEqual(now.amount, { currency: 'CNY', payer_currency: 'CNY', payer_total: 100, total: 100 })
    assert.deepEqual(now.payer, mode === 'merchant mode' ? { openid } : { sp_openid: openid })
    const byId = await sandbox.queryById(now.transaction_id, caller)
    assert.equal(byId.body, JSON.stringify(now))
    assert.deepEqual(await notices(out_trade_no, caller), [now])
    assert.equal((await admin.get(`/payers/${payer_id}`)).body.wallet, 400)
  })
}

test('a page, a mini program and an app pay what they were given, and are told how it ended', async () => {
  const { payer_id, openid } = await payer()
  const jsapiOrder = async () =>
    (await prepay('jsapi', { payer: { openid } })).json<{ prepay_id: string }>().prepay_id
  const page = await pay(payer_id, { jsapi: jsapi(await jsapiOrder()) })
  assert.deepEqual([page.body.state, page.body.client], ['PAID', { err_msg: 'get_brand_wcpay_request:ok' }])
  const { appId: _, ...given } = jsapi(await jsapiOrder())
  const mini = await pay(payer_id, { mini_program: given })
  assert.deepEqual([mini.body.state, mini.body.client], ['PAID', { errMsg: 'requestPayment:ok' }])
  const { prepay_id } = (await prepay('app')).json<{ prepay_id: string }>()
  const app = await pay(payer_id, { app: app_(prepay_id) })
  assert.deepEqual([app.body.state, app.body.client], ['PAID', { errCode: 0 }])
})

test('what frameworks for apps, iOS and wx.chooseWXPay call otherwise is understood', async () => {
  const { payer_id, openid } = await payer()
  const state = async (parameters: object) => (await pay(payer_id, { ...parameters })).body.state
  const appOrder = async () => app_((await prepay('app')).json<{ prepay_id: string }>().prepay_id)
  const { packageValue, ...ofApp } = await appOrder()
  const small = Object.entries({ ...ofApp, package: packageValue }).map(([name, value]) => [
    name.toLowerCase(),
    value,
  ])
  assert.equal(await state({ app: Object.fromEntries(small) }), 'PAID')
  const { packageValue: packed, timeStamp: seconds, ...ios } = await appOrder()
  assert.equal(await state({ app: { ...ios, package: packed, timeStamp: Number(seconds) } }), 'PAID')
  for (const timestamp of ['1503719100', 1503719100]) {
    const { prepay_id } = (await prepay('jsapi', { payer: { openid } })).json<{ prepay_id: string }>()
    const { appId: _, timeStamp: __, ...page } = jsapi(prepay_id)
    assert.equal(await state({ jsapi: { ...page, timestamp } }), 'PAID')
  }
})

test("a provider's order can be paid under its own app and under the sub-merchant's, and the provider signs both", async () => {
  const { payer_id, openid, sub_openid } = await payer()
  const made = async (who: object) => {
    const reply = await prepay('jsapi', { sub_appid: SUB_APPID, payer: who }, PARTNER)
    assert.equal(reply.statusCode, 200, reply.body)
    return reply.json<{ prepay_id: string }>().prepay_id
  }
  const own = jsapi(await made({ sp_openid: openid }), { mchid: PARTNER.mchid })
  assert.equal((await pay(payer_id, { jsapi: own })).body.state, 'PAID')
  const sub = jsapi(await made({ sub_openid }), { mchid: PARTNER.mchid, appid: SUB_APPID })
  assert.equal((await pay(payer_id, { jsapi: sub })).body.state, 'PAID')
})

test('an H5 page is paid by whoever opens it first, and by nobody else', async () => {
  const { h5_url } = (await prepay('h5')).json<{ h5_url: string }>()
  assert.match(
    h5_url,
    /\/cgi-bin\/mmpayweb-bin\/checkmweb\?prepay_id=wx20170826114500[0-9a-f]{20}&package=\d{10}$/,
  )
  const [one, other] = [await payer(), await payer()]
  const away = await pay(one.payer_id, { h5_url, action: 'CANCEL' })
  assert.deepEqual([away.body.state, away.body.client], ['CANCELLED', undefined])
  const second = await pay(other.payer_id, { h5_url: `${h5_url}&redirect_url=https%3A%2F%2Fexample.com` })
  assert.deepEqual([second.body.state, second.body.shown], ['REFUSED', '签名验证失败'])
  assert.equal((await pay(one.payer_id, { h5_url })).body.state, 'PAID')
})

test('the same payment again does nothing, and its name for something else is a conflict', async () => {
  const { payer_id } = await payer(150)
  const [first, second] = [await order(), await order()]
  const path = `/payers/${payer_id}/payments/lunch`
  const [one, other] = await Promise.all([
    admin.put(path, { code_url: first.code_url }),
    admin.put(path, { code_url: first.code_url }),
  ])
  assert.deepEqual([one.body, other.body], [one.body, one.body])
  assert.equal(one.body.state, 'PAID')
  admin.refused(await admin.put(path, { code_url: second.code_url }), 'CONFLICT', /another payment_id/)
  assert.equal((await admin.get(`/payers/${payer_id}`)).body.wallet, 50)
  const { data } = (await admin.get(`/payers/${payer_id}/payments`)).body
  assert.deepEqual(
    data.map(({ payment_id, state }: Record<string, string>) => [payment_id, state]),
    [['lunch', 'PAID']],
  )
})

test('of two payers who scan one code at once, one pays', async () => {
  const { code_url, out_trade_no } = await order()
  const payers = await Promise.all([payer(), payer(), payer()])
  const results = await Promise.all(payers.map(({ payer_id }) => pay(payer_id, { code_url })))
  assert.deepEqual(results.map(({ body }) => body.state).sort(), ['PAID', 'REFUSED', 'REFUSED'])
  assert.equal((await notices(out_trade_no)).length, 1)
})

test('a payer who cannot pay is shown why, and the order waits', async () => {
  const refusedFor = async (payerId: string, payment: object, shown: string, why: RegExp) => {
    const { body } = await pay(payerId, { ...payment })
    assert.deepEqual([body.state, body.shown], ['REFUSED', shown])
    assert.match(body.explanation.join('\n'), why)
  }
  const poor = await payer(99)
  const { code_url, out_trade_no } = await order()
  await refusedFor(poor.payer_id, { code_url }, '余额不足', /has the money/)
  assert.equal((await query(out_trade_no)).json().trade_state, 'NOTPAY')
  await admin.put(`/payers/${poor.payer_id}/top-ups/more`, { amount: 1 })
  assert.equal((await pay(poor.payer_id, { code_url })).body.state, 'PAID')
  await refusedFor(poor.payer_id, { code_url }, '该订单已支付', /paid/)

  const frozen = await payer()
  await admin.put(`/payers/${frozen.payer_id}`, { wallet_state: 'FROZEN' })
  await refusedFor(
    frozen.payer_id,
    { code_url: (await order()).code_url },
    '账户状态异常，暂无法支付',
    /FROZEN/,
  )

  const rich = await payer()
  await refusedFor(
    rich.payer_id,
    { code_url: 'weixin://wxpay/bizpayurl?pr=guessed' },
    '二维码已过期，请重新生成',
    /No order/,
  )
  const limited = await order({ limit_pay: ['no_balance'] })
  await refusedFor(rich.payer_id, { code_url: limited.code_url }, '余额不足', /limit_pay/)
  const { prepay_id } = (await prepay('jsapi', { payer: { openid: rich.openid } })).json()
  const stranger = await payer()
  const page = { jsapi: jsapi(prepay_id) }
  await refusedFor(stranger.payer_id, page, '下单账号与支付账号不一致，请核实后再支付', /another payer/)
  await refusedFor(rich.payer_id, { app: app_(prepay_id) }, '支付场景非法', /JSAPI/)
})

test('what a page hands over wrongly is explained line by line', async () => {
  const { payer_id, openid } = await payer()
  const { prepay_id } = (await prepay('jsapi', { payer: { openid } })).json()
  const explained = async (parameters: Record<string, unknown>, way = 'jsapi') => {
    const { body } = await pay(payer_id, { [way]: parameters })
    assert.equal(body.state, 'REFUSED', JSON.stringify(body))
    if (way === 'jsapi') assert.equal(body.client.err_msg, 'get_brand_wcpay_request:fail')
    return [body.shown, ...body.explanation] as string[]
  }
  for (const [how, why] of [
    [{ message: (right: string) => right.replace('prepay_id=', '') }, /fourth line that was signed is "wx/],
    [{ message: (right: string) => right.trimEnd() }, /without its line feed/],
    [{ message: (right: string) => right.replaceAll('\n', '\\n') }, /backslash and an n/],
    [{ message: (right: string) => right.replace('1503719100', '1503719100000') }, /milliseconds/],
    [{ message: () => 'something else' }, /None of the usual mistakes/],
    [{ signature: () => 'C380BEC2BFD727A4B6845133519F3AD6' }, /MD5 of APIv2/],
    [
      { signature: (right: string) => right.replaceAll('+', ' ').padEnd(345, ' ') },
      /blanks where Base64 has \+/,
    ],
    [{ mchid: PARTNER.mchid }, /None of the usual mistakes/],
  ] as const) {
    const [shown, cause, ...lines] = await explained(jsapi(prepay_id, how))
    assert.equal(shown, '支付验证签名失败')
    assert.match(cause ?? '', why)
    assert.deepEqual(lines.slice(1, 5), [
      ...['wxcbda96de0b165486', '1503719100', '593BEC0C930BF1AFEB40B4A08C8FB242'],
      `prepay_id=${prepay_id}`,
    ])
  }
  const given = jsapi(prepay_id)
  assert.deepEqual(await explained({ ...given, timeStamp: 1503719100 }), [
    '调用支付JSAPI缺少参数: timeStamp',
    'timeStamp is a number; WeChat takes texts only, so write it in quotes.',
  ])
  const { appId, ...rest } = given
  assert.deepEqual(await explained({ ...rest, appid: appId }), [
    '调用支付JSAPI缺少参数: appId',
    'appId is missing; what is there is called appid.',
  ])
  assert.match((await explained({ ...given, package: prepay_id }))[1] ?? '', /"prepay_id="/)
  assert.match((await explained({ ...given, signType: 'MD5' }))[1] ?? '', /signed with "RSA"/)
  assert.match((await explained({ ...given, appId: SUB_APPID }))[0] ?? '', /APPID参数不正确/)
  const app = await prepay('app')
  const bare = app_(app.json().prepay_id, { message: right => right.replace('\nwx2', '\nprepay_id=wx2') })
  assert.match((await explained(bare, 'app'))[1] ?? '', /fourth line that was signed is "prepay_id=/)
})

test('a session can be used as long as it is valid, and its order as long as time_expire says', async () => {
  const { clock, ...own } = await paymentsUnderTest({ after })
  const { payer_id, openid } = await own.payer()
  const state = async (payment: object) => (await own.pay(payer_id, { ...payment })).body
  const code = await own.order()
  const { h5_url } = (await own.prepay('h5')).json<{ h5_url: string }>()
  const { prepay_id } = (await own.prepay('jsapi', { payer: { openid } })).json<{ prepay_id: string }>()
  const expiring = await own.order({ time_expire: '2017-08-26T12:00:00+08:00' })
  // Earlier than a minute from now is moved there.
  const past = await own.order({ time_expire: '2017-08-26T11:00:00+08:00' })
  clock.advance(59_000)
  assert.equal((await state({ code_url: past.code_url, action: 'CANCEL' })).state, 'CANCELLED')
  clock.advance(5 * 60_000)
  assert.match((await state({ code_url: past.code_url })).shown, /最晚支付成功时间/)
  assert.equal((await state({ h5_url })).shown, '支付请求已失效，请重新发起支付')
  clock.advance(10 * 60_000)
  assert.match((await state({ code_url: expiring.code_url })).shown, /最晚支付成功时间/)
  assert.equal((await own.query(expiring.out_trade_no)).json().trade_state, 'NOTPAY')
  clock.advance(105 * 60_000)
  assert.equal((await state({ code_url: code.code_url })).shown, '二维码已过期，请重新生成')
  assert.equal((await state({ jsapi: own.jsapi(prepay_id) })).shown, '该订单已失效')
})

test('an order that nobody pays is closed after seven days', async () => {
  const { clock, ...own } = await paymentsUnderTest({ after })
  const { out_trade_no } = await own.order()
  clock.advance(7 * 24 * 3600_000 - 1)
  await own.runDue()
  assert.equal((await own.query(out_trade_no)).json().trade_state, 'NOTPAY')
  clock.advance(1)
  await own.runDue()
  assert.equal((await own.query(out_trade_no)).json().trade_state, 'CLOSED')
})

test('a card is asked at its bank, and an order whose bank does not answer is paid once it does', async () => {
  const { clock, ...own } = await paymentsUnderTest({ after })
  const { payer_id } = await own.payer(0)
  const card = { bank_type: 'CMB_CREDIT', available: 1_000, behaviour: 'UNKNOWN_THEN_APPROVED' }
  await own.admin_.put(`/payers/${payer_id}/cards/${payer_id}-1`, card)
  const { out_trade_no, code_url } = await own.order()
  const path = `/payers/${payer_id}/payments/one`
  assert.equal((await own.admin_.put(path, { code_url })).body.state, 'PROCESSING')
  assert.equal((await own.close(out_trade_no)).json().code, 'TRADE_ERROR')
  assert.equal((await own.pay(payer_id, { code_url })).body.shown, '订单正在支付中，请稍后再试')
  clock.advance(15_000)
  await own.runDue()
  const paid = (await own.query(out_trade_no)).json()
  assert.deepEqual([paid.trade_state, paid.bank_type], ['SUCCESS', 'CMB_CREDIT'])
  assert.equal((await own.admin_.put(path, { code_url })).body.state, 'PAID')
  const none = await own.order({ limit_pay: ['no_credit'] })
  assert.equal((await own.pay(payer_id, { code_url: none.code_url })).body.shown, '余额不足')
})

test('what is no way to pay is refused with the field', async () => {
  const { payer_id } = await payer()
  admin.refusedField(await pay(payer_id, {}), 'code_url', /only one/)
  admin.refusedField(await pay(payer_id, { code_url: 'x', h5_url: 'y' }), 'code_url', /only one/)
  admin.refused(await pay('nobody', { code_url: 'x' }), 'NOT_FOUND')
  admin.refused(await admin.get('/payers/nobody/payments'), 'NOT_FOUND')
  admin.assertAllMet('putPayment', 'listPayments')
})
