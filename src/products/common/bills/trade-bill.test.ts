import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BILL_DATE, billsUnderTest, fen, fileOf, READY, readBill, TRADE } from '../../../../test/bills.ts'
import { SANDBOX_PAYERS } from '../../../../test/charges.ts'
import { APPID, type Caller, MODES, PARTNER, SUB_APPID } from '../../../../test/sandbox.ts'

const SUMMARY = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'
const COMMON =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额'

for (const [mode, caller] of MODES) {
  const more = caller === PARTNER ? { sub_appid: SUB_APPID } : {}
  const sub = caller.partner.sub_mchid ?? '0'

  test(`${mode}: bills of a day with a payment and a refund have exactly these bytes`, async t => {
    const { pay, writeRefund, bill, clock } = await billsUnderTest(t)
    const order = await pay({ ...more, out_trade_no: 'T1' }, caller)
    clock.advance(60_000)
    const arrived = { status: 'SUCCESS', success_time: clock.now() + 1_000 }
    const { refund_id } = await writeRefund(order, { refund: 300, refund_fee: 1, ...arrived })
    clock.moveTo(READY)
    const common = (time: string, state: string) =>
      `\`${time},\`${APPID},\`${caller.mchid},\`${sub},\`,\`${order.transaction_id},\`T1,\`${order.payer.openid},\`PAP,\`${state},\`OTHERS,\`CNY`
    const paid = `${common('2017-08-26 11:45:00', 'SUCCESS')},\`8.88,\`0.00`
    const refunded = `${common('2017-08-26 11:46:00', 'REFUND')},\`0.00,\`0.00`
    const refundCells = `\`${refund_id},\`R1,\`3.00,\`0.00,\`ORIGINAL,\`SUCCESS`
    const refundEnd = '`停车场扣费,`深圳分店,`-0.01000,`0.60%,`0.00,`3.00,`'
    assert.equal(
      await bill(TRADE, {}, caller),
      fileOf(
        `${COMMON},微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注`,
        `${paid},\`0,\`0,\`0.00,\`0.00,\`,\`,\`停车场扣费,\`深圳分店,\`0.05000,\`0.60%,\`8.88,\`0.00,\``,
        `${refunded},${refundCells},${refundEnd}`,
        SUMMARY,
        '`2,`8.88,`3.00,`0.00,`0.04000,`8.88,`3.00',
      ),
    )
    assert.equal(
      await bill(TRADE, { bill_type: 'SUCCESS' }, caller),
      fileOf(
        `${COMMON},商品名称,商户数据包,手续费,费率,订单金额,费率备注`,
        `${paid},\`停车场扣费,\`深圳分店,\`0.05000,\`0.60%,\`8.88,\``,
        '总交易单数,应结订单总金额,手续费总金额,订单总金额',
        '`1,`8.88,`0.05000,`8.88',
      ),
    )
    assert.equal(
      await bill(TRADE, { bill_type: 'REFUND' }, caller),
      fileOf(
        `${COMMON},退款申请时间,退款成功时间,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注`,
        `${refunded},\`2017-08-26 11:46:00,\`2017-08-26 11:46:01,${refundCells},${refundEnd}`,
        SUMMARY,
        '`1,`0.00,`3.00,`0.00,`-0.01000,`0.00,`3.00',
      ),
    )
  })

  test(`${mode}: compressed and plain are the same file, and all types of one day agree`, async t => {
    const { pay, writeRefund, bill, clock } = await billsUnderTest(t)
    for (let count = 0; count < 3; count += 1) {
      clock.advance(1_000)
      const order = await pay({ ...more, amount: { total: 1_000 + count } }, caller)
      await writeRefund(order, { refund: 100 + count })
    }
    clock.moveTo(READY)
    const plain = await bill(TRADE, {}, caller)
    assert.equal(await bill(TRADE, { tar_type: 'GZIP' }, caller), plain)
    const all = readBill(plain)
    const success = readBill(await bill(TRADE, { bill_type: 'SUCCESS' }, caller))
    const refunds = readBill(await bill(TRADE, { bill_type: 'REFUND' }, caller))
    assert.equal(all.rows.length, success.rows.length + refunds.rows.length)
    assert.deepEqual(
      all.rows.map(row => row.交易状态),
      ['SUCCESS', 'REFUND', 'SUCCESS', 'REFUND', 'SUCCESS', 'REFUND'],
    )
    for (const column of ['应结订单总金额', '订单总金额']) {
      assert.equal(all.summary[column], success.summary[column])
      assert.equal(fen(all.summary[column]), 3_003)
    }
    assert.equal(fen(refunds.summary.申请退款总金额), 303)
  })
}

test('a payment by coupon shows what the merchant is owed and what the coupon brought, and its refund the same', async t => {
  const { accept, runDue, order, writeRefund, bill, clock } = await billsUnderTest(t)
  const { out_trade_no } = await accept({ payer: SANDBOX_PAYERS.withCoupon, goods_tag: 'WXG' })
  await runDue()
  const paid = await order(out_trade_no)
  assert.equal(paid.amount.discount_total, 100)
  const promotion_detail = JSON.stringify([
    { promotion_id: '1', scope: 'SINGLE', type: 'CASH', amount: 100, refund_amount: 11 },
    { promotion_id: '2', scope: 'GLOBAL', type: 'NOCASH', amount: 100, refund_amount: 7 },
  ])
  await writeRefund(paid, {
    ...{ refund: 100, payer_refund: 82, discount_refund: 18, settlement_refund: 93 },
    promotion_detail,
  })
  clock.moveTo(READY)
  const { rows, summary } = readBill(await bill(TRADE))
  const [payment, back] = rows
  assert.deepEqual(
    [payment?.应结订单金额, payment?.代金券金额, payment?.订单金额, payment?.手续费],
    ['8.88', '1.00', '8.88', '0.05000'],
  )
  assert.deepEqual(
    [back?.退款金额, back?.充值券退款金额, back?.申请退款金额, back?.代金券金额],
    ['0.93', '0.11', '1.00', '0.00'],
  )
  assert.equal(summary.充值券退款总金额, '0.11')
})

test('an advance is a payment of the bank BPA', async t => {
  const { accept, runDue, bill, clock } = await billsUnderTest(t)
  await accept({ payer: SANDBOX_PAYERS.advanced })
  await runDue()
  clock.moveTo(READY)
  assert.deepEqual(
    readBill(await bill(TRADE)).rows.map(row => row.付款银行),
    ['BPA'],
  )
})

test('a refund is shown as it was at nine the next morning: its state, its channel, its time', async t => {
  const { pay, writeRefund, bill, clock } = await billsUnderTest(t)
  const order = await pay()
  const nine = Date.parse('2017-08-27T09:00:00+08:00')
  const cases = [
    [{ status: 'PROCESSING' }, 'PROCESSING', 'ORIGINAL', ''],
    [
      { status: 'SUCCESS', channel: 'BALANCE', success_time: nine },
      'SUCCESS',
      'BALANCE',
      '2017-08-27 09:00:00',
    ],
    [{ status: 'SUCCESS', channel: 'BALANCE', success_time: nine + 1 }, 'PROCESSING', 'ORIGINAL', ''],
    [{ status: 'ABNORMAL', abnormal_time: nine }, 'CHANGE', 'ORIGINAL', ''],
    [{ status: 'ABNORMAL', abnormal_time: nine + 1 }, 'PROCESSING', 'ORIGINAL', ''],
    [
      { status: 'SUCCESS', channel: 'OTHER_BANKCARD', abnormal_time: nine - 2, success_time: nine - 1 },
      'SUCCESS',
      'OTHER_BANKCARD',
      '2017-08-27 08:59:59',
    ],
    [
      { status: 'SUCCESS', channel: 'OTHER_BANKCARD', abnormal_time: nine - 2, success_time: nine + 1 },
      'CHANGE',
      'ORIGINAL',
      '',
    ],
    [{ status: 'CLOSED', funds_account: '', closed_time: nine }, 'FAIL', 'ORIGINAL', ''],
    [{ status: 'CLOSED', funds_account: '', closed_time: nine + 1 }, 'PROCESSING', 'ORIGINAL', ''],
  ] as const
  for (const [fields] of cases) {
    clock.advance(1)
    await writeRefund(order, { refund: 1, ...fields })
  }
  clock.moveTo(READY)
  const { rows } = readBill(await bill(TRADE, { bill_type: 'REFUND' }))
  assert.deepEqual(
    rows.map(row => [row.退款状态, row.退款类型, row.退款成功时间]),
    cases.map(([, ...shown]) => shown),
  )
})

test('a day begins at midnight in Beijing and ends a millisecond before the next', async t => {
  const { pay, writeRefund, bill, clock } = await billsUnderTest(t)
  const at = async (instant: string) => {
    clock.moveTo(instant)
    const order = await pay({ out_trade_no: `T${Date.parse(instant)}` })
    await writeRefund(order, { refund: 1, out_refund_no: `R${Date.parse(instant)}` })
  }
  const [last, first] = ['2017-08-26T23:59:59.999+08:00', '2017-08-27T00:00:00.000+08:00']
  await at(last)
  await at(first)
  clock.moveTo('2017-08-28T10:00:00+08:00')
  for (const [bill_date, instant, shown] of [
    [BILL_DATE, last, '2017-08-26 23:59:59'],
    ['2017-08-27', first, '2017-08-27 00:00:00'],
  ] as const) {
    const { rows } = readBill(await bill(TRADE, { bill_date }))
    assert.deepEqual(
      rows.map(row => [row.交易时间, row.商户订单号, row.商户退款单号]),
      [
        [shown, `T${Date.parse(instant)}`, '0'],
        [shown, `T${Date.parse(instant)}`, `R${Date.parse(instant)}`],
      ],
    )
  }
})

test('a provider has the rows of all of its sub-merchants, or of the one that it names', async t => {
  const { pay, writeRefund, bill, clock, platform } = await billsUnderTest(t)
  await platform.db.run('UPDATE merchants SET collection_restricted = 0')
  const caller = (sub_mchid: string): Caller => ({ mchid: PARTNER.mchid, partner: { sub_mchid } })
  for (const sub_mchid of ['1900000109', '1900000111']) {
    clock.advance(1_000)
    await writeRefund(await pay({}, caller(sub_mchid)), { refund: 1 })
  }
  clock.moveTo(READY)
  const subsOf = async (fields: object) =>
    readBill(await bill(TRADE, { ...fields }, PARTNER)).rows.map(row => row.特约商户号)
  assert.deepEqual(await subsOf({}), ['1900000109', '1900000109', '1900000111', '1900000111'])
  for (const sub_mchid of ['1900000109', '1900000111'])
    assert.deepEqual(await subsOf({ sub_mchid }), [sub_mchid, sub_mchid])
})

test('texts of the merchant come back whole, whatever characters they have', async t => {
  const { pay, bill, clock } = await billsUnderTest(t)
  const description = '停车, "费"\\ \\n`,`'
  const attach = '一\r\n二\t三,\\ 四'
  await pay({ description, attach })
  clock.moveTo(READY)
  const [row] = readBill(await bill(TRADE)).rows
  assert.deepEqual([row?.商品名称, row?.商户数据包], [description, attach])
})
