import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { withQuery } from '../platform.ts'
import { assertRefused, type Scenario, scenario } from './scenario.ts'

// What a merchant reads the next morning about the day before.

const DAY = '2017-08-26'

function apply(s: Scenario, path: string, query: Record<string, string> = {}) {
  return s.call({ method: 'GET', target: withQuery(path, { bill_date: DAY, ...query }) })
}

/** A bill as it was downloaded: its detail rows by the names of the columns, and the cells of its summary. */
interface Bill {
  rows: Record<string, string | undefined>[]
  summary: string[]
}

/** Applies for a bill, downloads it and checks it against its hash. */
async function bill(s: Scenario, path: string, query: Record<string, string> = {}): Promise<Bill> {
  const applied = await apply(s, path, query)
  assert.equal(applied.statusCode, 200, applied.body)
  const { hash_value, download_url } = applied.json<{ hash_value: string; download_url: string }>()
  const { pathname, search } = new URL(download_url)
  const file = await s.call({ method: 'GET', target: `${pathname}${search}` })
  assert.equal(file.statusCode, 200, file.body)
  assert.equal(createHash('sha1').update(file.rawPayload).digest('hex'), hash_value)
  const text = file.rawPayload.toString('utf8').replace('\uFEFF', '').trimEnd()
  const lines = text.split('\r\n').map(line => line.split(',').map(cell => cell.replace('`', '')))
  const [columns = [], ...others] = lines
  const rows = others
    .slice(0, -2)
    .map(cells => Object.fromEntries(columns.map((name, i) => [name, cells[i]])))
  return { rows, summary: lines.at(-1) ?? [] }
}

const cells = ({ rows }: Bill, ...columns: string[]) => rows.map(row => columns.map(name => row[name]))

scenario('The bills of a day with a charge, a refund and a withdrawal', async s => {
  const payer = await s.payer({ wallet: 888 })
  await s.admin.put('/merchants/1230000109/top-ups/one', { amount: 1_000 })
  await s.pass({ minutes: 10 })
  const number = await s.chargeOf(payer)
  await s.pass({ minutes: 10 })
  const amount = { refund: 300, total: 888, currency: 'CNY' }
  const body = { out_trade_no: number, out_refund_no: 'R1', amount }
  const refund = await s.call({ method: 'POST', target: '/v3/refund/domestic/refunds', body })
  assert.equal(refund.statusCode, 200, refund.body)
  await s.pass({ minutes: 10 })
  await s.admin.put('/merchants/1230000109/withdrawals/one', { amount: 400 })
  // A quarter to ten of the next day.
  await s.pass({ hours: 21, minutes: 30 })
  assertRefused(await apply(s, '/v3/bill/tradebill'), 400, 'STATEMENT_CREATING', '账单生成中')
  await s.pass({ minutes: 15 })

  const trade = await bill(s, '/v3/bill/tradebill')
  assert.deepEqual(
    cells(trade, '商户订单号', '商户退款单号', '应结订单金额', '退款金额', '退款状态', '手续费'),
    [
      [number, '0', '8.88', '0.00', '', '0.05000'],
      [number, 'R1', '0.00', '3.00', 'SUCCESS', '-0.01000'],
    ],
  )
  assert.deepEqual(trade.summary, ['2', '8.88', '3.00', '0.00', '0.04000', '8.88', '3.00'])

  const basic = await bill(s, '/v3/bill/fundflowbill')
  const flows = cells(basic, '业务类型', '收支类型', '收支金额(元)')
  assert.deepEqual(flows, [
    ['充值', '收入', '10.00'],
    ['交易', '收入', '8.88'],
    ['扣除交易手续费', '支出', '0.05'],
    ['退款', '支出', '2.99'],
    ['提现', '支出', '4.00'],
  ])
  assert.deepEqual(basic.summary, ['5', '2', '18.88', '3', '7.04'])
  // What the books say: 1000 - 400 are available, and at midnight came what was left of the charge.
  const left = basic.rows.at(-1)?.['账户结余(元)']
  assert.equal(left, '11.84')
  assert.equal(await s.admin.balance('merchant/1230000109/available'), 1_184)

  const fees = await bill(s, '/v3/bill/fundflowbill', { account_type: 'FEES' })
  assert.deepEqual(cells(fees, '收支类型', '收支金额(元)'), [
    ['收入', '0.05'],
    ['支出', '0.01'],
  ])
  const operation = await apply(s, '/v3/bill/fundflowbill', { account_type: 'OPERATION' })
  assertRefused(operation, 400, 'NO_STATEMENT_EXIST', '请求的账单文件不存在')
})

scenario('With auto_withdrawal the money of a day is in the bill of the next as a withdrawal', async s => {
  await s.admin.put('/merchants/1230000109', { auto_withdrawal: true })
  await s.chargeOf(await s.payer({ wallet: 888 }))
  await s.pass({ hours: 2 * 24 })
  const next = await bill(s, '/v3/bill/fundflowbill', { bill_date: '2017-08-27' })
  assert.deepEqual(
    cells(next, '记账时间', '业务类型', '收支金额(元)', '账户结余(元)', '资金变更提交申请人'),
    [['2017-08-27 00:00:00', '提现', '8.83', '0.00', 'system']],
  )
  assert.equal(await s.admin.balance('merchant/1230000109/bank'), 883)
})
