import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  assertSystemError,
  freshNo,
  MERCHANT,
  MODES,
  PARTNER,
  parkingCalls,
  paymentsUnderTest,
  paymentsWithoutStore,
  refusalsOf,
} from '../../../../test/payments.ts'
import { clockByHand } from '../../../../test/refunds.ts'
import { conforms } from '../../../contract/validate.ts'
import * as contract from './contract.ts'

const sandbox = await paymentsUnderTest({ after })
const { query, queryById, close, order, pay, payer, admin_: admin } = sandbox
const parking = parkingCalls(sandbox.call)

const FIRST = {
  PAYMENT_FREQUENCY_LIMITED: [429, 'FREQUENCY_LIMITED', '频率超限'],
  PARAM_ERROR: [400, 'PARAM_ERROR', '参数错误'],
  MCHID_DIFFERS: [400, 'PARAM_ERROR', 'http header中的mchid与post payload中的mchid不匹配'],
  PAYMENT_SUB_MCHID_UNKNOWN: [400, 'MCH_NOT_EXISTS', '商户号不存在'],
  PAYMENT_SUB_MCHID_NOT_BOUND: [403, 'NO_AUTH', '受理关系不存在'],
  ORDER_OF_OTHER_SUB_MERCHANT: [400, 'INVALID_REQUEST', '子商户号和订单信息不匹配'],
  SYSTEM_ERROR: [500, 'SYSTEM_ERROR', '出现内部服务器错误'],
} as const
const QUERIES = { ...FIRST, ORDER_NOT_EXIST: [404, 'ORDER_NOT_EXIST', '订单不存在'] } as const

const byNumber = refusalsOf(contract.queryOrderByOutTradeNo, QUERIES)
const byId = refusalsOf(contract.queryOrderById, QUERIES)
const closing = refusalsOf(contract.closeOrder, {
  ...FIRST,
  ORDERED_OTHERWISE: [400, 'INVALID_REQUEST', '201 商户订单号重复'],
  ORDER_PAID: [400, 'INVALID_REQUEST', '该订单已支付'],
  PAYMENT_UNDER_WAY: [403, 'TRADE_ERROR', '交易错误'],
})

/** An order that somebody has paid, with its number at the platform. */
async function paidOrder(caller = MERCHANT) {
  const { out_trade_no, code_url } = await order({}, caller)
  assert.equal((await pay((await payer()).payer_id, { code_url })).body.state, 'PAID')
  const { transaction_id } = (await query(out_trade_no, caller)).json<{ transaction_id: string }>()
  return { out_trade_no, transaction_id, code_url }
}

for (const [mode, caller] of MODES) {
  test(`${mode}: an order that waits is told as the platform was seen to tell it`, async () => {
    const { out_trade_no } = await order(
      { attach: '停车', scene_info: { payer_client_ip: '::1', device_id: 'G1' } },
      caller,
    )
    const reply = await query(out_trade_no, caller)
    const ids = mode === 'merchant mode' ? { appid: 'wxcbda96de0b165486', mchid: caller.mchid } : {}
    const partner =
      mode === 'merchant mode'
        ? {}
        : { sp_appid: 'wxcbda96de0b165486', sp_mchid: caller.mchid, sub_mchid: '1900000109' }
    const { amount, ...rest } = {
      amount: { payer_currency: 'CNY', total: 100 },
      ...ids,
      out_trade_no,
      promotion_detail: [],
      scene_info: { device_id: 'G1' },
      ...partner,
      trade_state: 'NOTPAY',
      trade_state_desc: '订单未支付',
    }
    assert.equal(reply.body, JSON.stringify({ amount, ...rest }))
  })

  test(`${mode}: an order is closed, and closed again, and cannot be paid`, async () => {
    const { out_trade_no, code_url } = await order({}, caller)
    for (const reply of [await close(out_trade_no, caller), await close(out_trade_no, caller)]) {
      assert.deepEqual([reply.statusCode, reply.body], [204, ''])
      assert.ok(reply.headers['wechatpay-signature'])
    }
    const closed = (await query(out_trade_no, caller)).json()
    assert.deepEqual([closed.trade_state, closed.trade_state_desc], ['CLOSED', '订单已关闭'])
    const { body } = await pay((await payer()).payer_id, { code_url })
    assert.deepEqual([body.state, body.shown], ['REFUSED', '该订单已失效'])
  })

  test(`${mode}: a paid order is found by both numbers, is not closed, and is a refund once one was accepted`, async () => {
    const { out_trade_no, transaction_id } = await paidOrder(caller)
    const reply = await query(out_trade_no, caller)
    const { reply: schema } =
      contract.queryOrderByOutTradeNo[mode === 'merchant mode' ? 'merchant' : 'partner']
    assert.equal(conforms(schema, reply.json()), undefined)
    assert.equal((await queryById(transaction_id, caller)).body, reply.body)
    closing.refused(await close(out_trade_no, caller), 'ORDER_PAID')
    const refund = {
      transaction_id,
      out_refund_no: freshNo('R'),
      amount: { refund: 40, total: 100, currency: 'CNY' },
    }
    assert.equal((await parking.refund(refund, caller)).statusCode, 200)
    await sandbox.runDue()
    assert.equal((await query(out_trade_no, caller)).json().trade_state, 'REFUND')
    assert.equal((await parking.refundNow(refund.out_refund_no, caller)).amount.payer_refund, 40)
  })
}

test("an order of another merchant, of another sub-merchant or of another product is not this one's", async () => {
  const own = await paidOrder()
  const partners = await paidOrder(PARTNER)
  byNumber.refused(await query('NUMBER-OF-NOBODY'), 'ORDER_NOT_EXIST')
  byNumber.refused(await query(partners.out_trade_no), 'ORDER_NOT_EXIST')
  byId.refused(await queryById('4200000000000000000000000000'), 'ORDER_NOT_EXIST')
  byId.refused(await queryById(partners.transaction_id), 'ORDER_NOT_EXIST')
  assert.equal((await queryById(own.transaction_id)).statusCode, 200)
  const other = '1900000112'
  await admin.put(`/merchants/${other}`, { kind: 'sub', name: '另一个子商户' })
  await admin.put(`/merchants/${PARTNER.mchid}/sub-merchants/${other}`)
  const elsewhere = { mchid: PARTNER.mchid, partner: { sub_mchid: other } }
  byNumber.refused(await query(partners.out_trade_no, elsewhere), 'ORDER_OF_OTHER_SUB_MERCHANT')
  byId.refused(await queryById(partners.transaction_id, elsewhere), 'ORDER_OF_OTHER_SUB_MERCHANT')
  closing.refused(await close(partners.out_trade_no, elsewhere), 'ORDER_OF_OTHER_SUB_MERCHANT')

  const parked = await parking.accept(await parking.park())
  byNumber.refused(await query(parked.out_trade_no), 'ORDER_NOT_EXIST')
  closing.refused(await close(parked.out_trade_no), 'ORDERED_OTHERWISE')
})

test('a number that was closed before it was ordered is an order of nobody', async () => {
  const never = freshNo('NEVER')
  assert.equal((await close(never)).statusCode, 204)
  assert.equal((await close(never)).statusCode, 204)
  byNumber.refused(await query(never), 'ORDER_NOT_EXIST')
  const shown = (await admin.get(`/orders/${MERCHANT.mchid}/${never}`)).body
  assert.deepEqual([shown.trade_state, shown.total], ['CLOSED', 0])
})

test('an order is not closed while a bank is asked for its money', async () => {
  const { payer_id } = await payer(0)
  const card = { bank_type: 'CMB_DEBIT', available: 1_000, behaviour: 'UNKNOWN_THEN_APPROVED' }
  await admin.put(`/payers/${payer_id}/cards/${payer_id}-1`, card)
  const { out_trade_no, code_url } = await order()
  assert.equal((await pay(payer_id, { code_url })).body.state, 'PROCESSING')
  closing.refused(await close(out_trade_no), 'PAYMENT_UNDER_WAY')
})

test('who calls and for whom must fit, and numbers have their form', async () => {
  for (const [checks, call, id] of [
    [byNumber, query, 'out_trade_no'],
    [closing, close, 'out_trade_no'],
  ] as const) {
    checks.refused(await call('NUMBER-1', MERCHANT, { mchid: '1900000109' }), 'MCHID_DIFFERS')
    checks.refused(await call('NUMBER-1', PARTNER, { sub_mchid: '1999999999' }), 'PAYMENT_SUB_MCHID_UNKNOWN')
    await admin.put('/merchants/1555555555', { kind: 'sub', name: '他人' })
    checks.refused(
      await call('NUMBER-1', PARTNER, { sub_mchid: '1555555555' }),
      'PAYMENT_SUB_MCHID_NOT_BOUND',
    )
    checks.refusedField(await call('short'), id, 'short', '字节数 5，小于最小值 6')
  }
  const other = { mchid: MERCHANT.mchid, partner: {} }
  byId.refusedField(
    await queryById('4'.repeat(33), other),
    'transaction_id',
    '4'.repeat(33),
    '字节数 33，大于最大值 32',
  )
  const target = (mchid: string) =>
    ({ method: 'GET', target: `/v3/pay/transactions/id/42?mchid=${mchid}` }) as const
  byId.refused(await sandbox.call(target('1')), 'MCHID_DIFFERS')
  const unknown = { mchid: PARTNER.mchid, partner: { sub_mchid: '1999999999' } }
  byId.refused(await queryById('42', unknown), 'PAYMENT_SUB_MCHID_UNKNOWN')
  byId.refused(
    await queryById('42', { ...unknown, partner: { sub_mchid: '1555555555' } }),
    'PAYMENT_SUB_MCHID_NOT_BOUND',
  )
})

test('who calls too often is refused, and a fault of the platform tells nothing', async t => {
  const calls = [
    [byNumber, ({ query }: typeof sandbox) => query('NUMBER-1')],
    [byId, ({ queryById }: typeof sandbox) => queryById('42')],
    [closing, ({ close }: typeof sandbox) => close('NUMBER-1')],
  ] as const
  for (const [checks, call] of calls) {
    const limited = await paymentsUnderTest(t, { clock: clockByHand(), rules: { rateLimit: 1 } })
    const replies = await Promise.all([call(limited), call(limited)])
    const over = replies.find(({ statusCode }) => statusCode === 429)
    assert.ok(over)
    checks.refused(over, 'PAYMENT_FREQUENCY_LIMITED')
    const reply = await call(await paymentsWithoutStore(t))
    assertSystemError(reply)
    checks.refused(reply, 'SYSTEM_ERROR')
  }
})

test('every error that the contract declares is met above', () => {
  for (const { assertAllMet } of [byNumber, byId, closing]) assertAllMet()
})
