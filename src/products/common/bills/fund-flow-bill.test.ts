import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminClient } from '../../../../test/admin.ts'
import {
  BILL_DATE,
  type BillsUnderTest,
  billsUnderTest,
  FUND_FLOW,
  fen,
  fileOf,
  READY,
  readBill,
  TRADE,
} from '../../../../test/bills.ts'
import { SANDBOX_PAYERS } from '../../../../test/charges.ts'
import { refundOf } from '../../../../test/refunds.ts'
import { MERCHANT, MODES } from '../../../../test/sandbox.ts'

const COLUMNS =
  '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号'
const SUMMARY = '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额'

/** What the accounts of a merchant have together, in fen. */
async function balanceOf({ platform }: BillsUnderTest, ...books: string[]): Promise<number> {
  const row = await platform.db.get<{ fen: number }>(
    `SELECT CAST(SUM(balance) AS BIGINT) AS fen FROM ledger_accounts
      WHERE account IN (${books.map((_, index) => `$${index + 1}`).join(', ')})`,
    ...books.map(book => `merchant/${MERCHANT.mchid}/${book}`),
  )
  return row?.fen ?? 0
}

test('the bills of the three accounts have exactly these bytes', async t => {
  const running = await billsUnderTest(t)
  const { pay, giveBack, bill, clock } = running
  const admin = adminClient(running)
  const { mchid } = MERCHANT
  const one = await pay({ out_trade_no: 'T1' })
  clock.advance(60_000)
  const two = await pay({ out_trade_no: 'T2', profit_sharing: 'Y', amount: { total: 1_000 } })
  clock.advance(60_000)
  await admin.put(`/merchants/${mchid}/top-ups/in1`, { amount: 500 })
  await admin.put(`/merchants/${mchid}/top-ups/in2`, { amount: 700, account: 'OPERATION' })
  clock.advance(60_000)
  const back = await giveBack(refundOf(one, 300, { out_refund_no: 'R1' }))
  clock.advance(60_000)
  const held = await giveBack(refundOf(two, 400, { out_refund_no: 'R2' }))
  clock.advance(60_000)
  await admin.put(`/merchants/${mchid}/withdrawals/out1`, { amount: 100 })
  await admin.put(`/merchants/${mchid}/withdrawals/out2`, { amount: 50, account: 'OPERATION' })
  clock.moveTo(READY)

  const trade = ({ transaction_id }: { transaction_id: string }) => `\`${transaction_id},\`${transaction_id}`
  const refund = ({ refund_id, transaction_id }: { refund_id: string; transaction_id: string }) =>
    `\`${refund_id},\`${transaction_id},\`退款,\`退款`
  assert.equal(
    await bill(FUND_FLOW),
    fileOf(
      COLUMNS,
      `\`2017-08-26 11:45:00,${trade(one)},\`交易,\`交易,\`收入,\`8.88,\`8.88,\`system,\`,\`T1`,
      `\`2017-08-26 11:45:00,${trade(one)},\`交易,\`扣除交易手续费,\`支出,\`0.05,\`8.83,\`system,\`,\`T1`,
      `\`2017-08-26 11:46:00,${trade(two)},\`交易,\`交易,\`收入,\`10.00,\`18.83,\`system,\`,\`T2`,
      `\`2017-08-26 11:46:00,${trade(two)},\`交易,\`扣除交易手续费,\`支出,\`0.06,\`18.77,\`system,\`,\`T2`,
      '`2017-08-26 11:47:00,`in1,`in1,`充值,`充值,`收入,`5.00,`23.77,`1230000109API,`,`in1',
      `\`2017-08-26 11:48:00,${refund(back)},\`支出,\`2.99,\`20.78,\`1230000109API,\`退款总金额3.00元;含手续费0.01元,\`R1`,
      `\`2017-08-26 11:49:00,${refund(held)},\`支出,\`3.98,\`16.80,\`1230000109API,\`退款总金额4.00元;含手续费0.02元,\`R2`,
      '`2017-08-26 11:50:00,`out1,`out1,`提现,`提现,`支出,`1.00,`15.80,`1230000109API,`,`out1',
      SUMMARY,
      '`8,`3,`23.88,`5,`8.08',
    ),
  )
  assert.equal(
    await bill(FUND_FLOW, { account_type: 'OPERATION', tar_type: 'GZIP' }),
    fileOf(
      COLUMNS,
      '`2017-08-26 11:47:00,`in2,`in2,`充值,`充值,`收入,`7.00,`7.00,`1230000109API,`,`in2',
      '`2017-08-26 11:50:00,`out2,`out2,`提现,`提现,`支出,`0.50,`6.50,`1230000109API,`,`out2',
      SUMMARY,
      '`2,`1,`7.00,`1,`0.50',
    ),
  )
  assert.equal(
    await bill(FUND_FLOW, { account_type: 'FEES' }),
    fileOf(
      COLUMNS,
      `\`2017-08-26 11:45:00,${trade(one)},\`交易,\`扣除交易手续费,\`收入,\`0.05,\`0.05,\`system,\`,\`T1`,
      `\`2017-08-26 11:46:00,${trade(two)},\`交易,\`扣除交易手续费,\`收入,\`0.06,\`0.11,\`system,\`,\`T2`,
      `\`2017-08-26 11:48:00,${refund(back)},\`支出,\`0.01,\`0.10,\`1230000109API,\`,\`R1`,
      `\`2017-08-26 11:49:00,${refund(held)},\`支出,\`0.02,\`0.08,\`1230000109API,\`,\`R2`,
      SUMMARY,
      '`4,`2,`0.11,`2,`0.03',
    ),
  )
})

test('the last balance of a day is what the ledger had at midnight, whenever somebody asks', async t => {
  const running = await billsUnderTest(t)
  const { pay, giveBack, bill, clock, runDue } = running
  const admin = adminClient(running)
  const pays = async () => {
    clock.advance(1_000)
    return pay({ amount: { total: 5_000 } })
  }
  const early = await pays()
  await pays()
  await giveBack(refundOf(early, 700))
  const books = { BASIC: ['pending', 'held', 'available'], FEES: ['fees'] }
  const atMidnight = {
    BASIC: await balanceOf(running, ...books.BASIC),
    FEES: await balanceOf(running, 'fees'),
  }
  clock.moveTo('2017-08-27T00:00:00+08:00')
  await runDue()
  await pays()
  await giveBack(refundOf(early, 800))
  const nextMidnight = {
    BASIC: await balanceOf(running, ...books.BASIC),
    FEES: await balanceOf(running, 'fees'),
  }
  clock.moveTo('2017-08-29T15:00:00+08:00')
  await runDue()
  await pays()
  await admin.put(`/merchants/${MERCHANT.mchid}/withdrawals/later`, { amount: 1_000 })
  for (const account_type of ['BASIC', 'FEES'] as const) {
    for (const [bill_date, balance] of [
      [BILL_DATE, atMidnight[account_type]],
      ['2017-08-27', nextMidnight[account_type]],
    ] as const) {
      const { rows } = readBill(await bill(FUND_FLOW, { bill_date, account_type }))
      assert.equal(fen(rows.at(-1)?.['账户结余(元)']), balance)
      for (const [index, row] of rows.slice(1).entries()) {
        const amount = fen(row['收支金额(元)']) * (row.收支类型 === '收入' ? 1 : -1)
        assert.equal(fen(row['账户结余(元)']) - fen(rows[index]?.['账户结余(元)']), amount)
      }
    }
  }
})

test('a coupon that was paid for beforehand and the charge are one row, of what the merchant was owed', async t => {
  const { accept, runDue, bill, clock } = await billsUnderTest(t)
  await accept({ payer: SANDBOX_PAYERS.withCoupon, goods_tag: 'WXG' })
  await runDue()
  clock.moveTo(READY)
  const { rows } = readBill(await bill(FUND_FLOW))
  assert.deepEqual(
    rows.map(row => [row.业务类型, row['收支金额(元)']]),
    [
      ['交易', '8.88'],
      ['扣除交易手续费', '0.05'],
    ],
  )
})

test('what a settled day makes available is no row, and what is paid out by itself is one of the system', async t => {
  const running = await billsUnderTest(t)
  const { pay, bill, clock, runDue, platform } = running
  await platform.db.run('UPDATE merchants SET auto_withdrawal = 1')
  await pay()
  clock.moveTo('2017-08-27T00:00:00+08:00')
  await runDue()
  clock.advance(1_000)
  await pay()
  clock.moveTo('2017-08-28T10:00:00+08:00')
  const { rows } = readBill(await bill(FUND_FLOW, { bill_date: '2017-08-27' }))
  const [first] = rows
  assert.deepEqual(
    [
      first?.业务名称,
      first?.['收支金额(元)'],
      first?.['账户结余(元)'],
      first?.资金变更提交申请人,
      first?.业务凭证号,
    ],
    ['提现', '8.83', '0.00', 'system', BILL_DATE],
  )
  assert.equal(rows.length, 3)
})

test('a refund that two accounts pay for is one row', async t => {
  const running = await billsUnderTest(t)
  const { pay, giveBack, bill, clock, runDue } = running
  const order = await pay({ amount: { total: 1_000 } })
  clock.moveTo('2017-08-27T00:00:00+08:00')
  await runDue()
  await adminClient(running).put(`/merchants/${MERCHANT.mchid}/withdrawals/out`, { amount: 500 })
  clock.advance(1_000)
  await pay({ amount: { total: 200 } })
  clock.advance(1_000)
  const { funds_account, out_refund_no } = await giveBack(refundOf(order, 600))
  assert.equal(funds_account, 'BASIC')
  clock.moveTo('2017-08-28T10:00:00+08:00')
  const { rows } = readBill(await bill(FUND_FLOW, { bill_date: '2017-08-27' }))
  const refunds = rows.filter(row => row.业务名称 === '退款')
  assert.deepEqual(
    refunds.map(row => [row['收支金额(元)'], row.备注, row.业务凭证号]),
    [['5.97', '退款总金额6.00元;含手续费0.03元', out_refund_no]],
  )
})

test('a refund that the operation account pays for is a row of that account only', async t => {
  const running = await billsUnderTest(t)
  const { pay, giveBack, bill, clock, runDue } = running
  const admin = adminClient(running)
  const order = await pay()
  clock.moveTo('2017-08-27T00:00:00+08:00')
  await runDue()
  await admin.put(`/merchants/${MERCHANT.mchid}/withdrawals/out`, { amount: 883 })
  await admin.put(`/merchants/${MERCHANT.mchid}/top-ups/in`, { amount: 5_000, account: 'OPERATION' })
  clock.advance(1_000)
  const { funds_account } = await giveBack(refundOf(order, 100))
  assert.equal(funds_account, 'OPERATION')
  clock.moveTo('2017-08-28T10:00:00+08:00')
  for (const [account_type, rows] of [
    ['BASIC', [['提现', '0.00']]],
    [
      'OPERATION',
      [
        ['充值', '50.00'],
        ['退款', '49.00'],
      ],
    ],
  ] as const) {
    const read = readBill(await bill(FUND_FLOW, { bill_date: '2017-08-27', account_type }))
    assert.deepEqual(
      read.rows.map(row => [row.业务名称, row['账户结余(元)']]),
      rows,
    )
  }
})

for (const [mode, caller] of MODES) {
  test(`${mode}: the fund flow and the trade bill of a day say the same`, async t => {
    const { pay, giveBack, bill, subMerchantBill, clock } = await billsUnderTest(t)
    for (let count = 0; count < 5; count += 1) {
      clock.advance(1_000)
      const order = await pay({ amount: { total: 1_000 + count * 37 } }, caller)
      await giveBack({ ...refundOf(order, 500 + count * 11), ...caller.partner }, caller)
    }
    clock.moveTo(READY)
    const trade = readBill(await bill(TRADE, {}, caller)).summary
    const flow = caller === MERCHANT ? await bill(FUND_FLOW) : await subMerchantBill()
    const { rows } = readBill(flow)
    const sum = (type: string) =>
      rows.filter(row => row.业务类型 === type).reduce((all, row) => all + fen(row['收支金额(元)']), 0)
    const returned = rows.reduce(
      (all, { 备注: remark = '' }) => all + fen(/手续费([\d.]+)元/.exec(remark)?.[1] ?? '0'),
      0,
    )
    assert.ok(returned > 0)
    assert.equal(sum('交易'), fen(trade.应结订单总金额))
    assert.equal(sum('退款') + returned, fen(trade.退款总金额))
    assert.equal(sum('扣除交易手续费') - returned, fen(trade.手续费总金额))
  })
}
