import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { after, test } from 'node:test'
import {
  APPID,
  assertSystemError,
  type Caller,
  type Documented,
  type Fields,
  freshNo,
  type Kind,
  MERCHANT,
  MODES,
  PARTNER,
  paymentsUnderTest,
  paymentsWithoutStore,
  prepayOf,
  refusalsOf,
  SUB_APPID,
} from '../../../../test/payments.ts'
import { clockByHand } from '../../../../test/refunds.ts'
import type { Operation } from '../../../contract/operation.ts'
import { conforms } from '../../../contract/validate.ts'
import { encryptField } from '../../../protocol/sensitive-field.ts'
import * as contract from './contract.ts'
import { UNPAID_ORDER } from './seed.ts'

const sandbox = await paymentsUnderTest({ after })
const { prepay, query, close, pay, payer, jsapi, admin_: admin, merchant, clock } = sandbox

const RESTRICTED =
  '此商家的收款功能已被限制，暂无法支付。商家可登录微信商户平台/微信支付商家助手小程序/经营账户页面查看原因和解决方案'

const DOCUMENTED: Documented = {
  PAYMENT_FREQUENCY_LIMITED: [429, 'FREQUENCY_LIMITED', '频率超限'],
  PARAM_ERROR: [400, 'PARAM_ERROR', '参数错误'],
  MCHID_DIFFERS: [400, 'PARAM_ERROR', 'http header中的mchid与post payload中的mchid不匹配'],
  PAYMENT_SUB_MCHID_UNKNOWN: [400, 'MCH_NOT_EXISTS', '商户号不存在'],
  PAYMENT_SUB_MCHID_NOT_BOUND: [403, 'NO_AUTH', '受理关系不存在'],
  WECHATPAY_SERIAL_MISSING: [400, 'PARAM_ERROR', 'HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)'],
  WECHATPAY_SERIAL_WRONG: [400, 'PARAM_ERROR', '平台证书序列号Wechatpay-Serial错误'],
  CIPHERTEXT_EXPECTED: [400, 'PARAM_ERROR', '请确认待处理的消息是否为加密后的密文'],
  DECRYPTION_FAILED: [400, 'PARAM_ERROR', '平台私钥解密失败'],
  ORDERED_OTHERWISE: [400, 'INVALID_REQUEST', '201 商户订单号重复'],
  ORDER_CHANGED: [400, 'INVALID_REQUEST', '请求重入时，参数与首次请求时不一致'],
  ORDER_PAID_BEFORE: [403, 'OUT_TRADE_NO_USED', '商户订单号重复'],
  APPID_MCHID_NOT_MATCH: [400, 'APPID_MCHID_NOT_MATCH', 'appid和mch_id不匹配，请检查后再试'],
  SUB_APPID_NOT_MATCH: [400, 'APPID_MCHID_NOT_MATCH', 'sub_mch_id与sub_appid不匹配'],
  NOT_PERMITTED: [403, 'NO_AUTH', '商户号该产品权限未开通，请前往商户平台>产品中心检查后重试'],
  COLLECTION_RESTRICTED: [403, 'NO_AUTH', RESTRICTED],
  SYSTEM_ERROR: [500, 'SYSTEM_ERROR', '出现内部服务器错误'],
}
const CLOSED: Documented = { ORDER_CLOSED: [400, 'ORDER_CLOSED', '订单已关闭'] }
const LAPSED: Documented = { ORDER_LAPSED: [400, 'INVALID_REQUEST', '该订单已失效'] }
const OPENIDS: Documented = {
  OPENID_MISSING: [400, 'PARAM_ERROR', 'JSAPI支付必须传openid'],
  PAYER_OPENID_WRONG: [400, 'PARAM_ERROR', '无效的openid'],
  OPENID_OF_OTHER_APP: [400, 'PARAM_ERROR', 'appid与openid不匹配'],
  SUB_OPENID_OF_OTHER_APP: [400, 'PARAM_ERROR', 'sub_appid和sub_openid不匹配'],
}

/** Every prepay call with what its own page says. */
const CALLS: readonly [kind: Kind | 'miniprogram', declared: Operation, own: Documented][] = [
  ['jsapi', contract.jsapiPrepay, { ...LAPSED, ...OPENIDS }],
  ['app', contract.appPrepay, LAPSED],
  ['h5', contract.h5Prepay, LAPSED],
  ['native', contract.nativePrepay, CLOSED],
  ['miniprogram', contract.miniProgramPrepay, { ...CLOSED, ...OPENIDS }],
]

for (const [kind, declared, own] of CALLS) {
  const hasOpenid = 'OPENID_MISSING' in own
  const [closedName = ''] = Object.keys(own)
  const { refused, refusedField, assertAllMet } = refusalsOf(declared, { ...DOCUMENTED, ...own })
  const modes = kind === 'miniprogram' ? MODES.slice(1) : MODES
  const [[, usual] = ['', MERCHANT]] = modes
  const somebody = await payer()
  /** The call with the openid that it needs. */
  const send = (fields: Fields = {}, caller: Caller = usual, of = sandbox) => {
    const who = caller === MERCHANT ? { openid: somebody.openid } : { sp_openid: somebody.openid }
    return of.prepay(kind, { ...(hasOpenid && { payer: who }), ...fields }, caller)
  }

  for (const [mode, caller] of modes) {
    test(`${kind}, ${mode}: an order is made, and the same again has a session of its own`, async () => {
      const out_trade_no = freshNo('PRE')
      const [first, again] = [await send({ out_trade_no }, caller), await send({ out_trade_no }, caller)]
      assert.equal(first.statusCode, 200, first.body)
      assert.equal(again.statusCode, 200, again.body)
      const inMode = caller === MERCHANT ? declared.merchant : declared.partner
      assert.equal(inMode && conforms(inMode.reply, first.json()), undefined)
      assert.notEqual(first.body, again.body)
      assert.equal((await query(out_trade_no, caller)).json().trade_state, 'NOTPAY')
    })
  }

  test(`${kind}: the same number with anything else is refused, and by another call too`, async () => {
    const out_trade_no = freshNo('PRE')
    const attach = '停车'
    assert.equal((await send({ out_trade_no, attach })).statusCode, 200)
    const changes: Fields[] = [
      { attach: '充电' },
      { attach: undefined },
      { amount: { total: 101 } },
      { description: '月卡' },
      { time_expire: '2017-08-26T13:00:00+08:00' },
      { goods_tag: 'WXG' },
      { detail: { cost_price: 100 } },
      { settle_info: { profit_sharing: true } },
    ]
    for (const change of changes) refused(await send({ out_trade_no, attach, ...change }), 'ORDER_CHANGED')
    const other = kind === 'native' ? 'app' : 'native'
    const elsewhere = freshNo('PRE')
    assert.equal((await prepay(other, { out_trade_no: elsewhere }, usual)).statusCode, 200)
    refused(await send({ out_trade_no: elsewhere }), 'ORDERED_OTHERWISE')
  })

  test(`${kind}: a number that is paid, closed or was closed before it was ordered is not ordered again`, async () => {
    const paid = await sandbox.order({}, usual)
    assert.equal((await pay(somebody.payer_id, { code_url: paid.code_url })).body.state, 'PAID')
    refused(await send({ out_trade_no: paid.out_trade_no }), 'ORDER_PAID_BEFORE')
    const out_trade_no = freshNo('PRE')
    assert.equal((await send({ out_trade_no })).statusCode, 200)
    assert.equal((await close(out_trade_no, usual)).statusCode, 204)
    refused(await send({ out_trade_no }), closedName)
    const never = freshNo('PRE')
    assert.equal((await close(never, usual)).statusCode, 204)
    refused(await send({ out_trade_no: never }), 'ORDER_CHANGED')
  })

  test(`${kind}: who calls, for whom and under which app must fit`, async () => {
    refused(await send({ [usual === MERCHANT ? 'mchid' : 'sp_mchid']: '1900000109' }), 'MCHID_DIFFERS')
    refused(await send({ sub_mchid: '1999999999' }, PARTNER), 'PAYMENT_SUB_MCHID_UNKNOWN')
    await admin.put('/merchants/1555555555', { kind: 'sub', name: '他人' })
    refused(await send({ sub_mchid: '1555555555' }, PARTNER), 'PAYMENT_SUB_MCHID_NOT_BOUND')
    const appid = usual === MERCHANT ? 'appid' : 'sp_appid'
    refused(await send({ [appid]: SUB_APPID }), 'APPID_MCHID_NOT_MATCH')
    refused(await send({ sub_appid: APPID }, PARTNER), 'SUB_APPID_NOT_MATCH')
    refused(await send({ sub_mchid: '1900000110' }, PARTNER), 'NOT_PERMITTED')
    refused(await send({ sub_mchid: '1900000111' }, PARTNER), 'COLLECTION_RESTRICTED')
  })

  if (hasOpenid)
    test(`${kind}: the payer's openid must be of the app`, async () => {
      const who = (fields: Fields) => send({ sub_appid: SUB_APPID, payer: fields }, PARTNER)
      refused(await who({}), 'OPENID_MISSING')
      refused(await who({ sp_openid: 'oNobody' }), 'PAYER_OPENID_WRONG')
      refused(await who({ sp_openid: somebody.sub_openid }), 'OPENID_OF_OTHER_APP')
      refused(await who({ sub_openid: somebody.openid }), 'SUB_OPENID_OF_OTHER_APP')
      const stranger = await payer()
      const two = { sp_openid: somebody.openid, sub_openid: stranger.sub_openid }
      refused(await who(two), 'SUB_OPENID_OF_OTHER_APP')
      const both = { sp_openid: somebody.openid, sub_openid: somebody.sub_openid }
      assert.equal((await who(both)).statusCode, 200)
    })

  test(`${kind}: every field has its limits, and nothing is written for a wrong one`, async () => {
    const out_trade_no = freshNo('PRE')
    for (const [field, value, sentence] of [
      ['/out_trade_no', 'abc', '字节数 3，小于最小值 6'],
      ['/out_trade_no', '订单号订单号', String.raw`字符串必须匹配正则表达式“^[0-9a-zA-Z_\-\|\*]+$”`],
      ['/attach', '停'.repeat(43), '字节数 129，大于最大值 128'],
      ['/description', '停'.repeat(43), '字节数 129，大于最大值 127'],
      ['/notify_url', 'https://example.com/?a=1', '$”'],
      ['/time_expire', 'tomorrow', ''],
      ['/support_fapiao', 'true', ''],
    ] as const)
      refusedField(await send({ out_trade_no, [field.slice(1)]: value }), field, value, sentence)
    refusedField(await send({ out_trade_no, amount: { total: 0 } }), '/amount/total', 0, '值低于最小值 1')
    refusedField(await send({ out_trade_no, limit_pay: ['no_cash'] }), '/limit_pay/0', 'no_cash')
    assert.equal((await send({ out_trade_no, undefined_field: 1 })).statusCode, 400)
    assert.equal((await query(out_trade_no, usual)).statusCode, 404)
  })

  test(`${kind}: a payer's name and document are encrypted to a key that the request names`, async () => {
    const { platform_public_key, public_key_id } = merchant(usual.mchid)
    const key = createPublicKey(platform_public_key)
    const openid = usual === MERCHANT ? { openid: somebody.openid } : { sp_openid: somebody.openid }
    const identified = (number: string, serial = public_key_id) => {
      const identity = { type: 'IDCARD', number, name: encryptField('张三', key) }
      const body = {
        ...prepayOf(kind, usual),
        ...(usual === MERCHANT ? { mchid: usual.mchid } : { sp_mchid: usual.mchid, ...usual.partner }),
        payer: { ...(hasOpenid && openid), identity },
      }
      const path = usual === MERCHANT ? 'transactions' : 'partner/transactions'
      const headers = serial && { headers: { 'Wechatpay-Serial': serial } }
      return sandbox.call(
        { method: 'POST', target: `/v3/pay/${path}/${kind}`, body, ...headers },
        usual.mchid,
      )
    }
    const encrypted = encryptField('44030000000000000X', key)
    if (!('payer' in (declared.partner ?? { request: { properties: {} } }).request.properties)) return
    refused(await identified(encrypted, ''), 'WECHATPAY_SERIAL_MISSING')
    refused(await identified(encrypted, 'ABCDEF'), 'WECHATPAY_SERIAL_WRONG')
    refused(await identified('in the clear'), 'CIPHERTEXT_EXPECTED')
    const foreign = encryptField('44030000000000000X', createPublicKey(merchant(usual.mchid).certificate))
    refused(await identified(foreign), 'DECRYPTION_FAILED')
    assert.equal((await identified(encrypted)).statusCode, 200)
  })

  test(`${kind}: a merchant that calls too often is refused in the words of the page`, async t => {
    const limited = await paymentsUnderTest(t, { clock: clockByHand(), rules: { rateLimit: 1 } })
    const replies = await Promise.all([1, 2, 3].map(() => limited.prepay(kind, {}, usual)))
    const over = replies.filter(({ statusCode }) => statusCode === 429)
    assert.equal(over.length, 2)
    if (over[0]) refused(over[0], 'PAYMENT_FREQUENCY_LIMITED')
  })

  test(`${kind}: a fault of the platform is a SYSTEM_ERROR that tells nothing`, async t => {
    const closed = await paymentsWithoutStore(t)
    const reply = await send({}, usual, closed)
    assertSystemError(reply)
    refused(reply, 'SYSTEM_ERROR')
  })

  test(`${kind}: every error that the contract declares is met above`, assertAllMet)
}

test('of the same order twice at once one is made, and both have a session', async () => {
  const out_trade_no = freshNo('PRE')
  const replies = await Promise.all(Array.from({ length: 8 }, () => prepay('native', { out_trade_no })))
  assert.deepEqual(
    replies.map(({ statusCode }) => statusCode),
    Array(8).fill(200),
  )
  const codes = new Set(replies.map(reply => reply.json<{ code_url: string }>().code_url))
  assert.equal(codes.size, 8)
  // A newer code replaces an older one, so one is left.
  const { payer_id } = await payer()
  const states: string[] = []
  for (const code_url of codes) states.push((await pay(payer_id, { code_url })).body.state)
  assert.deepEqual(states.sort(), ['PAID', ...Array(7).fill('REFUSED')])
})

test('a wrong signature is refused in the words that payments have for it, and explained', async () => {
  const { call } = sandbox
  const body = { ...prepayOf('native', MERCHANT), mchid: MERCHANT.mchid }
  const target = '/v3/pay/transactions/native'
  const reply = await call({ method: 'POST', target, body, signed: JSON.stringify({ ...body, a: 1 }) })
  assert.equal(reply.statusCode, 401)
  const { code, message, detail } = reply.json()
  assert.deepEqual([code, message], ['SIGN_ERROR', '签名错误，请检查后再试'])
  assert.equal(detail.sign_information.url, target)
  await sandbox.platform.refusals.settled()
  const { data } = (await admin.get('/refused-signatures?limit=1')).body
  assert.equal(data[0].op, 'payments.nativePrepay')
})

test('an earlier prepay_id can still be used', async () => {
  const { payer_id, openid } = await payer()
  const order = { out_trade_no: freshNo('PRE'), payer: { openid } }
  const earlier = (await prepay('jsapi', order)).json<{ prepay_id: string }>().prepay_id
  assert.equal((await prepay('jsapi', order)).statusCode, 200)
  assert.equal((await pay(payer_id, { jsapi: jsapi(earlier) })).body.state, 'PAID')
})

test('a provider cannot order as a direct merchant, nor a direct merchant as a provider', async () => {
  const body = { ...prepayOf('native', MERCHANT), mchid: PARTNER.mchid }
  const asMerchant = await sandbox.call(
    { method: 'POST', target: '/v3/pay/transactions/native', body },
    PARTNER.mchid,
  )
  assert.equal(asMerchant.json().message, '受理机构必须传入sub_mch_id')
  const partner = { ...prepayOf('native', PARTNER), sp_mchid: MERCHANT.mchid, sub_mchid: '1900000109' }
  const asPartner = await sandbox.call(
    { method: 'POST', target: '/v3/pay/partner/transactions/native', body: partner },
    MERCHANT.mchid,
  )
  assert.equal(asPartner.statusCode, 403)
})

test('the order that the sandbox has for each merchant waits, and is paid by its code', async t => {
  const own = await paymentsUnderTest(t)
  for (const caller of [MERCHANT, PARTNER]) {
    assert.equal((await own.query(UNPAID_ORDER, caller)).json().trade_state, 'NOTPAY')
    const { payer_id } = await own.payer()
    const code_url = `weixin://wxpay/bizpayurl?pr=Sandbox${caller.mchid}`
    assert.equal((await own.pay(payer_id, { code_url })).body.state, 'PAID')
  }
})

test('money of an order that is to be shared is held', async () => {
  const { code_url, out_trade_no } = await sandbox.order({ settle_info: { profit_sharing: true } })
  const { payer_id } = await payer()
  assert.equal((await pay(payer_id, { code_url })).body.state, 'PAID')
  const shown = (await admin.get(`/orders/${MERCHANT.mchid}/${out_trade_no}`)).body
  assert.equal(shown.hold.amount, 99)
  assert.equal(
    shown.create_time.slice(0, 19),
    new Date(clock.now() + 8 * 3600_000).toISOString().slice(0, 19),
  )
})
