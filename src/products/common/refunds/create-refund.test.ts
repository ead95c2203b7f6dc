import assert from 'node:assert/strict'
import { after, afterEach, test } from 'node:test'
import { chargesUnderTest, chargesWithoutStore } from '../../../../test/charges.ts'
import { newPayer } from '../../../../test/payers.ts'
import {
  assertBooksBalance,
  clockByHand,
  DAY,
  drainMerchant,
  freeze,
  MINUTE,
  paidOrder,
  refundOf,
} from '../../../../test/refunds.ts'
import { assertSystemError, freshNo, MODES, PARTNER, refusalsOf } from '../../../../test/sandbox.ts'
import { conforms } from '../../../contract/validate.ts'
import { bindSubMerchant, unbindSubMerchant } from '../../../merchants/change-merchant.ts'
import { UNPAID_ORDER } from '../../basic/payments/seed.ts'
import { createRefund } from './contract.ts'

// What a refund is accepted as, and everything that it is refused for.

const clock = clockByHand()
const shared = await chargesUnderTest({ after }, { clock, rules: { chargeAfterExit: 10_000 * DAY } })
const { refund, giveBack, refundNow, order, accept, runDue, platform } = shared

const { refused, refusedField, assertAllMet } = refusalsOf(createRefund, {
  FREQUENCY_LIMITED: [429, 'FREQUENCY_LIMITED', '频率限制'],
  PARAM_ERROR: [400, 'PARAM_ERROR', '参数错误'],
  SUB_MCHID_NOT_ALLOWED: [400, 'PARAM_ERROR', '普通商户不允许传sub_mch_id'],
  MCH_NOT_EXISTS: [404, 'MCH_NOT_EXISTS', 'MCHID不存在'],
  NO_REFUND_RIGHT: [403, 'NO_AUTH', '没有退款权限'],
  REFUND_CHANGED: [400, 'INVALID_REQUEST', '订单金额或退款金额与之前请求不一致，请核实后再试'],
  REFUND_ORDER_UNKNOWN: [404, 'RESOURCE_NOT_EXISTS', '原订单不存在'],
  REFUND_TRANSACTION_UNKNOWN: [404, 'RESOURCE_NOT_EXISTS', '订单不存在'],
  ORDER_NUMBERS_DIFFER: [400, 'INVALID_REQUEST', '支付单号校验不一致，请核实后再试'],
  REFUND_OVERDUE: [403, 'TRADE_OVERDUE', '订单已经超过退款期限'],
  FULLY_REFUNDED: [400, 'INVALID_REQUEST', '订单已全额退款'],
  REFUND_ABOVE_REST: [400, 'INVALID_REQUEST', '申请退款金额超过订单可退金额'],
  TOO_MANY_REFUNDS: [400, 'INVALID_REQUEST', '订单退款次数已达上限'],
  REFUND_TOO_SOON: [429, 'FREQUENCY_LIMITED', '同一笔订单的多次退款请间隔1分钟'],
  REFUND_SOURCE_WRONG: [400, 'INVALID_REQUEST', '该订单不支持指定退款出资账户'],
  USER_ACCOUNT_ABNORMAL: [403, 'USER_ACCOUNT_ABNORMAL', '退款请求失败'],
  NOT_ENOUGH: [403, 'NOT_ENOUGH', '基本账户余额不足，请充值后重新发起'],
  SYSTEM_ERROR: [500, 'SYSTEM_ERROR', '出现内部服务器错误'],
})

/** Refused calls are limited in each second of wall time. */
afterEach(clock.nextSecond)

for (const [mode, caller] of MODES) {
  test(`${mode}: a refund is accepted by either number of its order, and the order reads REFUND at once`, async () => {
    const paid = await paidOrder(shared, undefined, {}, caller)
    const byTradeNo = refundOf(paid, 300)
    const accepted = await giveBack(byTradeNo, caller)
    assert.equal(conforms(createRefund.merchant.reply, accepted), undefined)
    assert.match(accepted.refund_id, /^50000\d{5}20\d{17}$/)
    const { refund_id, create_time, ...rest } = accepted
    assert.deepEqual(rest, {
      out_refund_no: byTradeNo.out_refund_no,
      transaction_id: paid.transaction_id,
      out_trade_no: paid.out_trade_no,
      channel: 'ORIGINAL',
      user_received_account: '支付用户零钱',
      status: 'PROCESSING',
      funds_account: 'UNSETTLED',
      amount: {
        ...{ total: 888, refund: 300, payer_total: 888, payer_refund: 300, discount_refund: 0 },
        // The fee of 888 fen is 5, and 300 fen of it give 1.69 back.
        ...{ settlement_total: 888, settlement_refund: 300, refund_fee: 1, currency: 'CNY' },
      },
    })
    assert.equal((await order(paid.out_trade_no, caller)).trade_state, 'REFUND')

    clock.advance(MINUTE)
    const { transaction_id } = paid
    const byId = refundOf(paid, 588, { out_trade_no: undefined, transaction_id })
    assert.equal((await giveBack(byId, caller)).amount.refund_fee, 4)
    clock.advance(MINUTE)
    refused(await refund(refundOf(paid, 1), caller), 'FULLY_REFUNDED')
    assert.deepEqual(await refundNow(byTradeNo.out_refund_no, caller), accepted)
    await assertBooksBalance(platform)
  })

  test(`${mode}: the same number with the same content is the same refund as it is now, however the order is named`, async () => {
    const paid = await paidOrder(shared, undefined, {}, caller)
    const request = refundOf(paid, 100, { reason: '多收了', goods_detail: [GOODS] })
    const first = await giveBack(request, caller)
    assert.deepEqual(await giveBack(request, caller), first)
    const { transaction_id } = paid
    assert.deepEqual(await giveBack({ ...request, transaction_id }, caller), first)
    assert.deepEqual(await giveBack({ ...request, out_trade_no: undefined, transaction_id }, caller), first)
    clock.advance(5 * MINUTE)
    await runDue()
    const now = await giveBack(request, caller)
    assert.equal(now.status, 'SUCCESS')
    assert.deepEqual(now, await refundNow(request.out_refund_no, caller))
  })
}

const GOODS = {
  ...{ merchant_goods_id: '1217752501201407033233368018', wechatpay_goods_id: '1001', goods_name: '停车' },
  ...{ unit_price: 528800, refund_amount: 528800, refund_quantity: 1 },
}

test('the same number with anything else is refused, and nothing is changed', async () => {
  const paid = await paidOrder(shared)
  const other = await paidOrder(shared)
  const request = refundOf(paid, 100, { reason: '多收了', goods_detail: [GOODS] })
  const first = await giveBack(request)
  const { transaction_id } = other
  const changes: object[] = [
    { amount: { refund: 101, total: 888, currency: 'CNY' } },
    { amount: { refund: 100, total: 889, currency: 'CNY' } },
    { reason: undefined },
    { reason: '少收了' },
    { notify_url: 'https://yoursite.com/refund' },
    { funds_account: 'AVAILABLE' },
    { goods_detail: [{ ...GOODS, refund_quantity: 2 }] },
    { out_trade_no: other.out_trade_no },
    { transaction_id },
    { out_trade_no: undefined, transaction_id },
    { out_trade_no: 'nobody-has-this' },
  ]
  for (const change of changes) {
    refused(await refund({ ...request, ...change }), 'REFUND_CHANGED')
    clock.nextSecond()
  }
  assert.deepEqual(await refundNow(request.out_refund_no), first)
})

test("amount.total must be the order's", async () => {
  const paid = await paidOrder(shared)
  for (const total of [887, 889]) {
    refused(await refund(refundOf(paid, 100, { amount: { total } })), 'REFUND_CHANGED')
  }
})

test('fields that no order could make right are named', async () => {
  const paid = await paidOrder(shared)
  const amountOf = (more: object) => ({ amount: { refund: 100, total: 888, currency: 'CNY', ...more } })
  const share = (account: string, amount: number) => ({ account, amount })
  const shares = (from: object[]) => [amountOf({ from }), '/amount/from', from] as const
  const wrong: (readonly [more: object, field: string, value: unknown, issue?: string])[] = [
    [{ out_trade_no: undefined }, '/transaction_id', '', '微信支付订单号和商户订单号必须填写一个'],
    [{ out_refund_no: 'a/b' }, '/out_refund_no', 'a/b'],
    [{ out_refund_no: undefined }, '/out_refund_no', ''],
    [{ amount: undefined }, '/amount', ''],
    [amountOf({ refund: 0 }), '/amount/refund', 0],
    [amountOf({ currency: undefined }), '/amount/currency', ''],
    [amountOf({ currency: 'USD' }), '/amount/currency', 'USD'],
    [{ reason: '多'.repeat(27) }, '/reason', '多'.repeat(27)],
    [{ funds_account: 'OPERATION' }, '/funds_account', 'OPERATION'],
    shares([]),
    shares([share('AVAILABLE', 99)]),
    shares([share('AVAILABLE', 50), share('AVAILABLE', 50)]),
    shares([share('UNAVAILABLE', 50), share('AVAILABLE', 51)]),
  ]
  for (const [more, field, value, issue] of wrong) {
    refusedField(await refund({ ...refundOf(paid, 100), ...more }), field, value, issue)
    clock.nextSecond()
  }
})

test('a notify_url is held to the pattern that the gateway prints, whatever the profile', async t => {
  const running = await chargesUnderTest(t)
  const printed = String.raw`^https?://([^\s/?#\[\]\@]+\@)?([^\s/?#\@:]+)(?::\d{2,5})?([^\s?#\[\]]*)$`
  const issue = `输入源“/body/notify_url”映射到值字段“退款结果回调url”字符串规则校验失败，字符串必须匹配正则表达式“${printed}”`
  const paid = await paidOrder(running)
  for (const notify_url of [
    '',
    'ftp://a/b',
    'HTTPS://a/b',
    ' https://a/b',
    'https://a/b?c=d',
    'https://[::1]/',
  ])
    refusedField(await refund(refundOf(paid, 100, { notify_url })), '/notify_url', notify_url, issue)
  for (const profile of ['sandbox', 'production']) {
    await running.platform.db.run('UPDATE merchants SET notify_profile = $1', profile)
    for (const notify_url of [
      'http://yoursite.com',
      'http://localhost:8080/refund',
      'https://name:secret@yoursite.com:8443/refund',
      'https://127.0.0.1:80/refund',
      'https://%zz/',
    ]) {
      await running.giveBack(refundOf(paid, 10, { notify_url }))
      running.clock.advance(MINUTE)
    }
  }
})

test('a provider may leave the currency out, and the same refund with it is the same', async () => {
  const request = refundOf(await paidOrder(shared, undefined, {}, PARTNER), 100, {
    amount: { currency: undefined },
  })
  const first = await giveBack(request, PARTNER)
  assert.equal(first.amount.currency, 'CNY')
  const named = { ...request, amount: { refund: 100, total: 888, currency: 'CNY' } }
  assert.deepEqual(await giveBack(named, PARTNER), first)
})

test('two numbers that are not of one order do not agree', async () => {
  const { transaction_id } = await paidOrder(shared)
  const request = refundOf(await paidOrder(shared), 100)
  refused(await refund({ ...request, transaction_id }), 'ORDER_NUMBERS_DIFFER')
  refused(await refund({ ...request, transaction_id: '42' }), 'ORDER_NUMBERS_DIFFER')
})

test('an order that is unknown, not paid, or of another product is not found', async () => {
  const request = refundOf({ out_trade_no: 'nobody-has-this', amount: { total: 888 } })
  refused(await refund(request), 'REFUND_ORDER_UNKNOWN')
  const byId = { ...request, out_trade_no: undefined, transaction_id: '42' }
  refused(await refund(byId), 'REFUND_TRANSACTION_UNKNOWN')
  refused(await refund({ ...request, out_trade_no: UNPAID_ORDER }), 'REFUND_ORDER_UNKNOWN')

  const accepted = await accept({ payer: await newPayer(platform) })
  refused(await refund(refundOf(accepted)), 'REFUND_ORDER_UNKNOWN')
  await platform.db.run(
    `UPDATE orders SET trade_state = 'PAY_FAIL' WHERE out_trade_no = $1`,
    accepted.out_trade_no,
  )
  refused(await refund(refundOf(accepted)), 'REFUND_ORDER_UNKNOWN')
})

test("somebody else's order is as unknown as one that does not exist", async () => {
  const own = await paidOrder(shared)
  const subs = await paidOrder(shared, undefined, {}, PARTNER)
  const byId = ({ transaction_id, ...paid }: typeof own) =>
    refundOf(paid as typeof own, 888, { out_trade_no: undefined, transaction_id })
  refused(await refund(byId(subs)), 'REFUND_TRANSACTION_UNKNOWN')
  refused(await refund(byId(own), PARTNER), 'REFUND_TRANSACTION_UNKNOWN')
  clock.nextSecond()
  refused(await refund(refundOf(subs)), 'REFUND_ORDER_UNKNOWN')
  refused(await refund(refundOf(own), PARTNER), 'REFUND_ORDER_UNKNOWN')
  clock.nextSecond()
  // Of the same provider, and of another of its sub-merchants.
  refused(await refund(refundOf(subs), sub('1900000110')), 'REFUND_ORDER_UNKNOWN')
  refused(await refund(byId(subs), sub('1900000110')), 'REFUND_TRANSACTION_UNKNOWN')
})

test("a sub-merchant must exist and be the provider's, and a direct merchant has none", async () => {
  const subs = await paidOrder(shared, undefined, {}, PARTNER)
  refused(await refund(refundOf(subs), sub('1900000112')), 'NO_REFUND_RIGHT')
  refused(await refund(refundOf(subs), sub('1900009999')), 'MCH_NOT_EXISTS')
  // It exists, and is no sub-merchant.
  refused(await refund(refundOf(subs), sub('1230000109')), 'MCH_NOT_EXISTS')
  const own = { ...refundOf(await paidOrder(shared)), sub_mchid: '1900000109' }
  refused(await refund(own), 'SUB_MCHID_NOT_ALLOWED')
})

test('a provider whose sub-merchant was taken away cannot refund its orders', async () => {
  const paid = await paidOrder(shared, undefined, {}, PARTNER)
  const pair = [PARTNER.mchid, PARTNER.partner.sub_mchid ?? ''] as const
  await platform.db.transaction(tx => unbindSubMerchant(tx, ...pair))
  refused(await refund(refundOf(paid), PARTNER), 'NO_REFUND_RIGHT')
  await platform.db.transaction(tx => bindSubMerchant(tx, ...pair))
  await giveBack(refundOf(paid), PARTNER)
})

const sub = (sub_mchid: string) => ({ mchid: PARTNER.mchid, partner: { sub_mchid } })

test('refunds add up to the order at most, a minute apart', async () => {
  const paid = await paidOrder(shared)
  refused(await refund(refundOf(paid, 888, { amount: { total: 999 } })), 'REFUND_CHANGED')
  await giveBack(refundOf(paid, 600))
  refused(await refund(refundOf(paid, 289)), 'REFUND_ABOVE_REST')
  refused(await refund(refundOf(paid, 889)), 'REFUND_ABOVE_REST')
  refused(await refund(refundOf(paid, 288)), 'REFUND_TOO_SOON')
  clock.advance(MINUTE - 1)
  refused(await refund(refundOf(paid, 288)), 'REFUND_TOO_SOON')
  clock.advance(1)
  await giveBack(refundOf(paid, 288))
  refused(await refund(refundOf(paid, 1)), 'FULLY_REFUNDED')
  clock.nextSecond()
  refused(await refund(refundOf(paid, 889)), 'FULLY_REFUNDED')
})

test('the fiftieth refund of an order is its last', async t => {
  const running = await chargesUnderTest(t, { rules: { refundInterval: 0 } })
  const paid = await paidOrder(running)
  for (let count = 1; count <= 50; count += 1) await running.giveBack(refundOf(paid, 17))
  refused(await running.refund(refundOf(paid, 38)), 'TOO_MANY_REFUNDS')
  await assertBooksBalance(running.platform)
})

test('a year after the payment, to the millisecond, an order can still be refunded', async () => {
  const paid = await paidOrder(shared)
  const paidAt = Date.parse(paid.success_time ?? '')
  clock.moveTo(paidAt + 365 * DAY)
  await giveBack(refundOf(paid, 1))
  clock.advance(1)
  refused(await refund(refundOf(paid, 1)), 'REFUND_OVERDUE')
})

test('UNSETTLED cannot be asked for, nor shares of an order without profit sharing', async () => {
  const paid = await paidOrder(shared)
  refused(await refund(refundOf(paid, 100, { funds_account: 'UNSETTLED' })), 'REFUND_SOURCE_WRONG')
  const from = [{ account: 'AVAILABLE', amount: 100 }]
  refused(await refund(refundOf(paid, 100, { amount: { from } })), 'REFUND_SOURCE_WRONG')
})

test('what else was sent with the shares is not given back', async t => {
  const running = await chargesUnderTest(t, { rules: { undefinedFields: 'ignore', refundInterval: 0 } })
  const { giveBack } = running
  const paid = await paidOrder(running, undefined, { profit_sharing: 'Y' })
  const from = [{ account: 'UNAVAILABLE', amount: 100 }]
  const request = refundOf(paid, 100, { amount: { from: from.map(one => ({ ...one, note: 'unknown' })) } })
  assert.deepEqual((await giveBack(request)).amount.from, from)
  assert.deepEqual((await giveBack(request)).amount.from, from)
})

test('what a frozen wallet has paid is not refunded; what a card has paid is', async () => {
  const fromWallet = await paidOrder(shared)
  await freeze(platform, fromWallet.paid_by)
  refused(await refund(refundOf(fromWallet)), 'USER_ACCOUNT_ABNORMAL')
  const fromCard = await paidOrder(shared, {
    cards: [{ card_id: '6225880000000403', bank_type: 'CMB_CREDIT' }],
  })
  await freeze(platform, fromCard.paid_by)
  assert.equal((await giveBack(refundOf(fromCard))).user_received_account, '招商银行信用卡0403')
})

test('a merchant without money is refused with that, and the same refund goes through when there is some', async t => {
  const running = await chargesUnderTest(t)
  const paid = await paidOrder(running)
  await drainMerchant(running.platform, '1230000109')
  const request = refundOf(paid)
  refused(await running.refund(request), 'NOT_ENOUGH')
  assert.equal((await running.order(paid.out_trade_no)).trade_state, 'SUCCESS')
  assert.equal((await running.queryRefund(request.out_refund_no)).statusCode, 404)
  // Another car brings what the refund needs.
  await paidOrder(running)
  assert.equal((await running.giveBack(request)).status, 'PROCESSING')
  await assertBooksBalance(running.platform)
})

test('the checks come in this order: number, order, total, age, rest, count, interval, source, user, money', async t => {
  const clock = clockByHand()
  const running = await chargesUnderTest(t, { clock })
  const { db } = running.platform
  const paid = await paidOrder(running)
  await running.giveBack(refundOf(paid, 100))
  await drainMerchant(running.platform, '1230000109')
  await freeze(running.platform, paid.paid_by)
  const set = (assignment: string) =>
    db.run(`UPDATE orders SET ${assignment} WHERE out_trade_no = $1`, paid.out_trade_no)
  await set(`refund_count = 50, refund_total = 888, success_time = success_time - ${366 * DAY}`)
  const wrong = (more = {}) => running.refund(refundOf(paid, 800, { funds_account: 'UNSETTLED', ...more }))

  refused(await wrong({ amount: { total: 889 } }), 'REFUND_CHANGED')
  refused(await wrong(), 'REFUND_OVERDUE')
  await set(`success_time = success_time + ${366 * DAY}`)
  refused(await wrong(), 'FULLY_REFUNDED')
  await set('refund_total = 100')
  refused(await wrong(), 'REFUND_ABOVE_REST')
  await set('refund_total = 88')
  refused(await wrong(), 'TOO_MANY_REFUNDS')
  clock.nextSecond()
  await set('refund_count = 49')
  refused(await wrong(), 'REFUND_TOO_SOON')
  running.clock.advance(MINUTE)
  refused(await wrong(), 'REFUND_SOURCE_WRONG')
  refused(await wrong({ funds_account: undefined }), 'USER_ACCOUNT_ABNORMAL')
  await freeze(running.platform, paid.paid_by, 'NORMAL')
  refused(await wrong({ funds_account: undefined }), 'NOT_ENOUGH')
})

test('six refused calls in one second, and the others of that second are refused unheard', async t => {
  const clock = clockByHand()
  const running = await chargesUnderTest(t, { clock })
  const paid = await paidOrder(running)
  const wrong = refundOf({ out_trade_no: 'nobody-has-this', amount: { total: 1 } })
  for (let count = 0; count < 6; count += 1) refused(await running.refund(wrong), 'REFUND_ORDER_UNKNOWN')
  refused(await running.refund(wrong), 'FREQUENCY_LIMITED')
  refused(await running.refund(refundOf(paid)), 'FREQUENCY_LIMITED')
  // Other calls, other merchants and the next second are not concerned.
  assert.equal((await running.queryRefund('nobody-has-this')).statusCode, 404)
  assert.equal((await running.refund(wrong, PARTNER)).statusCode, 404)
  clock.nextSecond()
  await running.giveBack(refundOf(paid))
})

test('where the published limits are off, every refused call is handled', async t => {
  const running = await chargesUnderTest(t, { clock: clockByHand(), rules: { publishedLimits: 'off' } })
  const wrong = refundOf({ out_trade_no: 'nobody-has-this', amount: { total: 1 } })
  for (let count = 0; count < 10; count += 1) refused(await running.refund(wrong), 'REFUND_ORDER_UNKNOWN')
})

test('a refund that comes too soon counts among the six', async t => {
  const clock = clockByHand()
  const running = await chargesUnderTest(t, { clock })
  const paid = await paidOrder(running)
  await running.giveBack(refundOf(paid, 1))
  for (let count = 0; count < 6; count += 1)
    refused(await running.refund(refundOf(paid, 1)), 'REFUND_TOO_SOON')
  refused(await running.refund(refundOf(paid, 1)), 'FREQUENCY_LIMITED')
})

test('a fault of the platform is a SYSTEM_ERROR that shows nothing', async t => {
  const closed = await chargesWithoutStore(t)
  const reply = await closed.refund(refundOf({ out_trade_no: freshNo('T'), amount: { total: 888 } }))
  assertSystemError(reply)
  refused(reply, 'SYSTEM_ERROR')
})

test('every error that the contract declares is met above', assertAllMet)
