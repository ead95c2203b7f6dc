import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  APPID,
  assertSystemError,
  chargeOf,
  END_TIME,
  type Fields,
  freshNo,
  MERCHANT,
  MODES,
  NOW,
  PARTNER,
  parkingUnderTest,
  parkingWithoutStore,
  refusalsOf,
  START_TIME,
  SUB_APPID,
} from '../../../../test/parking.ts'
import { clockByHand } from '../../../../test/refunds.ts'
import { conforms } from '../../../contract/validate.ts'
import { UNPAID_ORDER } from '../../basic/payments/seed.ts'
import { queryTransaction, type Transaction } from './contract.ts'

const parking = await parkingUnderTest({ after }, { rules: { deductionLadder: [0] } })
const { query, call, charge, park, accept, order, platform, runDue } = parking

const { refused, refusedField, assertAllMet } = refusalsOf(queryTransaction, {
  RATELIMIT_EXCEEDED: [429, 'RATELIMIT_EXCEEDED', '达到调用速率限制'],
  OUT_TRADE_NO_WRONG: [400, 'PARAM_ERROR', '参数错误，请检查out_trade_no'],
  PARAM_ERROR: [400, 'PARAM_ERROR', '参数错误'],
  SUB_MCHID_NOT_BOUND: [400, 'INVALID_REQUEST', '服务商和子商户没有绑定关系'],
  NOT_A_PARKING_ORDER: [400, 'INVALID_REQUEST', '不支持查询非支付分停车订单，请更换单号后再试'],
  ORDER_UNKNOWN: [404, 'NOT_FOUND', '订单不存在'],
  SYSTEM_ERROR: [500, 'SYSTEM_ERROR', '出现内部服务器错误'],
})

/**
 * The documents' reply is a catalogue of the fields and no order that can be: a failure's text beside SUCCESS, a
 * repayment beside a bank, sums that do not add up. All of it is shown as stored; only the text follows the state.
 */
const SAMPLE =
  '{"appid":"wxcbda96de0b165486","sp_mchid":"1230000109","description":"停车场扣费","create_time":"2017-08-26T10:43:39+08:00","out_trade_no":"20150806125346","transaction_id":"1009660380201506130728806387","trade_state":"SUCCESS","trade_state_description":"支付失败，请重新下单支付","success_time":"2017-08-26T10:43:39+08:00","bank_type":"CMC","user_repaid":"Y","attach":"深圳分店","trade_scene":"PARKING","parking_info":{"parking_id":"5K8264ILTKCH16CQ250","plate_number":"粤B888888","plate_color":"BLUE","start_time":"2017-08-26T10:43:39+08:00","end_time":"2017-08-26T10:43:39+08:00","parking_name":"欢乐海岸停车场","charging_duration":3600,"device_id":"12313"},"payer":{"openid":"oUpF8uMuAJOM2pxb1Q","sub_openid":"oUpF8uMuAJOM2pxb1Q"},"amount":{"total":888,"currency":"CNY","payer_total":100,"discount_total":100},"promotion_detail":[{"coupon_id":"109519","name":"单品惠-6","scope":"SINGLE","type":"CASH","stock_id":"931386","amount":5,"wechatpay_contribute":1,"merchant_contribute":1,"other_contribute":1,"currency":"CNY"}]}'

test("the documents' order is shown as the documents show it, byte for byte", async t => {
  const { query, park, platform } = await parkingUnderTest(t)
  const sample = JSON.parse(SAMPLE) as Transaction
  const { id } = await park()
  const row = {
    mchid: sample.sp_mchid,
    out_trade_no: sample.out_trade_no,
    appid: sample.appid,
    sub_mchid: '',
    sub_appid: '',
    description: sample.description,
    attach: sample.attach ?? '',
    goods_tag: '',
    notify_url: 'https://yoursite.com/wxpay.html',
    profit_sharing: 'N',
    create_time: Date.parse(sample.create_time),
    transaction_id: sample.transaction_id ?? '',
    trade_state: sample.trade_state,
    success_time: Date.parse(sample.success_time ?? ''),
    bank_type: sample.bank_type ?? '',
    user_repaid: sample.user_repaid ?? '',
    product: 'parking',
    trade_type: 'PAP',
    scene: JSON.stringify(sample.parking_info),
    payer_id: 'payer-of-粤B888888',
    openid: sample.payer.openid,
    sub_openid: sample.payer.sub_openid ?? '',
    total: sample.amount.total,
    currency: sample.amount.currency ?? '',
    payer_total: sample.amount.payer_total ?? 0,
    discount_total: sample.amount.discount_total ?? 0,
    promotion_detail: JSON.stringify(sample.promotion_detail),
    content_digest: '',
  }
  const columns = Object.keys(row)
  const places = columns.map((_, index) => `$${index + 1}`)
  await platform.db.run(
    `INSERT INTO orders (${columns.join(', ')}) VALUES (${places.join(', ')})`,
    ...Object.values(row),
  )
  await platform.db.run(
    'INSERT INTO parking_charges (mchid, out_trade_no, parking_id) VALUES ($1, $2, $3)',
    ...[row.mchid, row.out_trade_no, id],
  )
  const reply = await query('20150806125346')
  assert.equal(reply.statusCode, 200)
  assert.equal(reply.body, SAMPLE.replace('支付失败，请重新下单支付', '扣款成功'))
  assert.equal(conforms(queryTransaction.merchant.reply, reply.json()), undefined)
})

for (const [mode, caller] of MODES) {
  const more: Fields = caller === PARTNER ? { sub_appid: SUB_APPID } : {}

  test(`${mode}: an accepted order is shown as the charge showed it, without what only a payment brings`, async () => {
    const stay = await park({}, caller)
    const request = chargeOf(stay, more)
    const charged = await charge(request, caller)
    const reply = await query(request.out_trade_no, caller)
    assert.equal(reply.statusCode, 200)
    assert.equal(reply.body, charged.body)
    const shown = Object.keys(reply.json<object>())
    for (const later of ['transaction_id', 'success_time', 'bank_type', 'user_repaid', 'attach']) {
      assert.ok(!shown.includes(later), later)
    }
  })

  test(`${mode}: a paid order has every field of a payment from the wallet`, async () => {
    const stay = await park({}, caller)
    const { out_trade_no, payer, parking_info } = await accept(stay, more, caller)
    await runDue()
    const reply = await query(out_trade_no, caller)
    const { transaction_id } = reply.json<Transaction>()
    assert.equal(conforms(queryTransaction.merchant.reply, reply.json()), undefined)
    assert.match(transaction_id ?? '', /^4200\d{6}20170826\d{10}$/)
    assert.deepEqual(reply.json(), {
      appid: APPID,
      ...more,
      sp_mchid: caller.mchid,
      ...caller.partner,
      description: '停车场扣费',
      create_time: NOW,
      out_trade_no,
      transaction_id,
      trade_state: 'SUCCESS',
      trade_state_description: '扣款成功',
      success_time: NOW,
      bank_type: 'OTHERS',
      attach: '深圳分店',
      trade_scene: 'PARKING',
      parking_info,
      payer,
      amount: { total: 888, currency: 'CNY', payer_total: 888, discount_total: 0 },
    })
    assert.deepEqual(Object.keys(payer), caller === PARTNER ? ['openid', 'sub_openid'] : ['openid'])
  })

  test(`${mode}: a failed order says so and what to do, and has nothing of a payment`, async () => {
    const stay = await park({ plate_number: '粤B10006' }, caller)
    const { out_trade_no, payer, parking_info } = await accept(stay, more, caller)
    await runDue()
    const reply = await query(out_trade_no, caller)
    assert.equal(conforms(queryTransaction.merchant.reply, reply.json()), undefined)
    assert.deepEqual(reply.json(), {
      appid: APPID,
      ...more,
      sp_mchid: caller.mchid,
      ...caller.partner,
      description: '停车场扣费',
      create_time: NOW,
      out_trade_no,
      trade_state: 'PAY_FAIL',
      trade_state_description: '支付失败，请重新下单支付',
      trade_scene: 'PARKING',
      parking_info,
      payer,
      amount: { total: 888, currency: 'CNY' },
    })
  })

  test(`${mode}: an order that was turned to refund keeps what its payment brought`, async () => {
    const { out_trade_no } = await accept(await park({}, caller), more, caller)
    await runDue()
    const paid = await order(out_trade_no, caller)
    await platform.db.run(
      `UPDATE orders SET trade_state = 'REFUND' WHERE out_trade_no = $1 AND mchid = $2`,
      out_trade_no,
      caller.mchid,
    )
    const refunded = await order(out_trade_no, caller)
    assert.equal(conforms(queryTransaction.merchant.reply, refunded), undefined)
    assert.deepEqual(refunded, {
      ...paid,
      trade_state: 'REFUND',
      trade_state_description: '订单已转入退款',
    })
  })

  test(`${mode}: the same query gives the same answer, whenever it is sent`, async () => {
    const { out_trade_no } = await accept(await park({}, caller), {}, caller)
    const first = await query(out_trade_no, caller)
    assert.equal((await query(out_trade_no, caller)).body, first.body)
  })

  test(`${mode}: an order that does not exist is not found`, async () => {
    refused(await query(freshNo('T'), caller), 'ORDER_UNKNOWN')
  })

  test(`${mode}: a number of another payment product is distinguished from one that does not exist`, async () => {
    refused(await query(UNPAID_ORDER, caller), 'NOT_A_PARKING_ORDER')
  })

  test(`${mode}: a number that can be no order number is refused, with its place in the path`, async () => {
    for (const [number, issue] of [
      [
        'x'.repeat(33),
        '输入源“/uri_template/out_trade_no”映射到值字段“商户订单号”字符串规则校验失败，字节数 33，大于最大值 32',
      ],
      ['订单', undefined],
      ['a b', undefined],
      ['a.b', undefined],
      ['a/b', undefined],
    ] as const) {
      refusedField(await query(number, caller), 'out_trade_no', number, issue, 'OUT_TRADE_NO_WRONG')
    }
  })

  test(`${mode}: every character that a number may have can be asked for, in full length`, async () => {
    const out_trade_no = `aZ09_-*${freshNo('T')}`.padEnd(32, '*')
    await accept(await park({}, caller), { out_trade_no }, caller)
    assert.equal((await order(out_trade_no, caller)).out_trade_no, out_trade_no)
  })
}

test("another merchant's order is not found, in either mode", async () => {
  const own = await accept(await park({}, MERCHANT), {}, MERCHANT)
  refused(await query(own.out_trade_no, PARTNER), 'ORDER_UNKNOWN')
  refused(await query(own.out_trade_no, { mchid: '1230000111', partner: {} }), 'ORDER_UNKNOWN')
  const partners = await accept(await park({}, PARTNER), {}, PARTNER)
  refused(await query(partners.out_trade_no, MERCHANT), 'ORDER_UNKNOWN')
})

test("another sub-merchant's order is not found", async () => {
  const { out_trade_no } = await accept(await park({}, PARTNER), {}, PARTNER)
  const other = { mchid: '1230000100', partner: { sub_mchid: '1900000111' } }
  refused(await query(out_trade_no, other), 'ORDER_UNKNOWN')
})

test('a sub-merchant that is not bound is refused, before anything is shown of the order', async () => {
  const { out_trade_no } = await accept(await park({}, PARTNER), {}, PARTNER)
  for (const sub_mchid of ['1900000112', '1900000999', '1230000109']) {
    for (const number of [out_trade_no, 'T-unknown', UNPAID_ORDER]) {
      refused(await query(number, PARTNER, { sub_mchid }), 'SUB_MCHID_NOT_BOUND')
    }
  }
})

test('a direct merchant that names a sub-merchant is refused, because they are not bound', async () => {
  const { out_trade_no } = await accept(await park())
  refused(await query(out_trade_no, MERCHANT, { sub_mchid: '1900000109' }), 'SUB_MCHID_NOT_BOUND')
})

test('a provider must name the sub-merchant', async () => {
  const { out_trade_no } = await accept(await park({}, PARTNER), {}, PARTNER)
  for (const [sub_mchid, value] of [
    [undefined, ''],
    ['', ''],
    ['1'.repeat(33), '1'.repeat(33)],
  ] as const) {
    const reply = await query(out_trade_no, PARTNER, { sub_mchid })
    assert.doesNotMatch(reply.json<{ message: string }>().message, /out_trade_no/)
    refusedField(reply, 'sub_mchid', value)
  }
})

test('a query that cannot be read is refused', async () => {
  const { out_trade_no } = await accept(await park({}, PARTNER), {}, PARTNER)
  const path = `/v3/vehicle/transactions/out-trade-no/${out_trade_no}`
  for (const target of [
    `${path}?sub_mchid=1900000109&sub_mchid=1900000109`,
    `${path}?sub_mchid=1900000109%00`,
    `${path}?sub_mchid=%zz`,
  ]) {
    const reply = await call({ method: 'GET', target }, PARTNER.mchid)
    const { code, detail } = reply.json<{ code: string; detail: { location: string } }>()
    assert.deepEqual([reply.statusCode, code, detail.location], [400, 'PARAM_ERROR', 'query'], target)
  }
})

test('orders can be queried by a merchant that may no longer collect', async t => {
  const { query, park, accept, platform } = await parkingUnderTest(t)
  const { out_trade_no } = await accept(await park())
  await platform.db.run('DELETE FROM merchant_permissions')
  await platform.db.run('UPDATE merchants SET collection_restricted = 1')
  assert.equal((await query(out_trade_no)).statusCode, 200)
})

test('times are in Beijing time and the stay as it was sent', async () => {
  const stay = await park({ start_time: '2017-08-26T02:43:39.5Z' })
  const { out_trade_no } = await accept(stay)
  const { create_time, parking_info } = await order(out_trade_no)
  assert.equal(create_time, NOW)
  assert.equal(parking_info?.start_time, '2017-08-26T02:43:39.5Z')
  assert.equal(parking_info?.end_time, END_TIME)
  assert.notEqual(parking_info?.start_time, START_TIME)
})

test('calls beyond the limit are refused', async t => {
  const limited = await parkingUnderTest(t, { clock: clockByHand(), rules: { rateLimit: 1 } })
  const replies = await Promise.all([limited.query('T-1'), limited.query('T-1')])
  const statuses = replies.map(reply => reply.statusCode).sort()
  assert.deepEqual(statuses, [404, 429])
  for (const reply of replies) if (reply.statusCode === 429) refused(reply, 'RATELIMIT_EXCEEDED')
})

test('a fault of the store is a SYSTEM_ERROR that leaks nothing', async t => {
  const closed = await parkingWithoutStore(t)
  assertSystemError(await closed.query('T-1'))
  const broken = await parkingUnderTest(t)
  await broken.platform.db.run('ALTER TABLE orders RENAME TO lost_transactions')
  const reply = await broken.query('T-1')
  assertSystemError(reply)
  refused(reply, 'SYSTEM_ERROR')
})

test('every error that the contract declares is met above', assertAllMet)
