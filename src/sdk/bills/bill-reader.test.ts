import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BillCorrupted } from './bill-corrupted.ts'
import { BillReader, type Layout } from './bill-reader.ts'
import { fundFlowBill } from './fund-flow-bill.ts'
import { type PaymentRow, type RefundRow, type TradeBillRow, tradeBill } from './trade-bill.ts'

const COMMON =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类'
const SETTLED = '应结订单金额,代金券金额'
const REFUND = '微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态'
const TAIL = '商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注'
const ALL = `${COMMON},${SETTLED},${REFUND},${TAIL}`
const SUMS = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'

// The rows of a real bill that a public test of another SDK holds, and a refund in the same form.
const PAID =
  '`2021-01-28 17:07:11,`wx81be3101902f7cb2,`1601959334,`0,`,`4200000925202101284997714292,`S20210128170702357723,' +
  '`ofyak5qR_1wXsjQ,`NATIVE,`SUCCESS,`OTHERS,`CNY,`0.01,`0.00,`0,`0,`0.00,`0.00,`,`,`for testing,`cipher code,' +
  '`0.00000,`1.00%,`0.01,`0.00,`'
const REFUNDED =
  '`2021-01-28 18:00:00,`wx81be3101902f7cb2,`1601959334,`1900000109,`,`4200000925202101284997714292,' +
  '`S20210128170702357723,`ofyak5qR_1wXsjQ,`PAP,`REFUND,`CMC,`CNY,`0.00,`0.00,`50300806962021020105978994968,`R1,' +
  '`1.20,`0.10,`ORIGINAL,`PROCESSING,`for testing,`cipher code,`-0.01000,`1.00%,`0.00,`1.50,`'
const SUMMARY = '`2,`0.01,`1.20,`0.10,`-0.01000,`0.01,`1.50'

const FLOWS =
  '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号'
const FLOW =
  '`2021-02-01 13:54:01,`50300806962021020105978994968,`4200000920202101197964319284,`退款,`退款,`支出,`0.01,`0.22,' +
  '`1601959334API,`退款总金额0.01元;含手续费0.00元,`S20210201135356381941'
const FLOW_SUMS = '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额'

const file = (lines: readonly string[], end = '\r\n', mark = '\uFEFF') =>
  Buffer.from(mark + lines.map(line => line + end).join(''))
const EVERYTHING = file([ALL, PAID, REFUNDED, SUMS, SUMMARY])

/** Reads a file that comes in pieces. */
function read<Row, Summary extends object>(
  bytes: Buffer,
  layout: Layout<Row, Summary>,
  sizes: number[] = [],
) {
  const reader = new BillReader(layout)
  const rows: Row[] = []
  let start = 0
  for (const size of [...sizes, bytes.length]) {
    rows.push(...reader.read(bytes.subarray(start, start + size)))
    start += size
  }
  return { rows, summary: reader.end() }
}

function corrupted(bytes: Buffer, message: RegExp, layout: Layout<unknown, object> = tradeBill as never) {
  assert.throws(
    () => read(bytes, layout),
    (error: unknown) => {
      assert.ok(error instanceof BillCorrupted)
      assert.match(error.message, message)
      return true
    },
  )
}

const COMMON_FIELDS = {
  appid: 'wx81be3101902f7cb2',
  mchid: '1601959334',
  device_info: '',
  transaction_id: '4200000925202101284997714292',
  out_trade_no: 'S20210128170702357723',
  openid: 'ofyak5qR_1wXsjQ',
  currency: 'CNY',
  description: 'for testing',
  attach: 'cipher code',
  fee_rate: '1.00%',
  fee_note: '',
}
const PAYMENT_ROW: PaymentRow = {
  ...COMMON_FIELDS,
  sub_mchid: undefined,
  trade_type: 'NATIVE',
  bank_type: 'OTHERS',
  fee: 0,
  trade_state: 'SUCCESS',
  success_time: '2021-01-28T17:07:11+08:00',
  total: 1,
  settlement_total: 1,
  coupon_total: 0,
}
const REFUND_ROW: RefundRow = {
  ...COMMON_FIELDS,
  sub_mchid: '1900000109',
  trade_type: 'PAP',
  bank_type: 'CMC',
  fee: -1,
  trade_state: 'REFUND',
  create_time: '2021-01-28T18:00:00+08:00',
  success_time: undefined,
  refund_id: '50300806962021020105978994968',
  out_refund_no: 'R1',
  refund: 150,
  settlement_refund: 120,
  coupon_refund: 10,
  channel: 'ORIGINAL',
  refund_status: 'PROCESSING',
}

test('a bill of everything becomes payments and refunds with amounts in fen and times of RFC 3339', () => {
  const { rows, summary } = read(EVERYTHING, tradeBill)
  assert.deepEqual(rows, [PAYMENT_ROW, REFUND_ROW])
  assert.deepEqual(summary, {
    count: 2,
    settlement_total: 1,
    settlement_refund: 120,
    coupon_refund: 10,
    fee: -1,
    total: 1,
    refund: 150,
  })
})

test('wherever the pieces of a file end, its rows are the same', () => {
  const whole = read(EVERYTHING, tradeBill)
  fc.assert(
    fc.property(fc.array(fc.nat(EVERYTHING.length)), sizes => {
      assert.deepEqual(read(EVERYTHING, tradeBill, sizes), whole)
    }),
  )
})

test('both line ends, no byte order mark, and no line end at the end are read', () => {
  const lines = [ALL, PAID, REFUNDED, SUMS, SUMMARY]
  const whole = read(EVERYTHING, tradeBill)
  for (const bytes of [
    file(lines, '\n'),
    file(lines, '\r\n', ''),
    EVERYTHING.subarray(0, -2),
    EVERYTHING.subarray(0, -1),
  ]) {
    assert.deepEqual(read(bytes, tradeBill), whole)
  }
})

test('a bill of payments only has no columns of refunds, and its sums of them are 0', () => {
  const without = (line: string) => line.split(',').toSpliced(25, 1).toSpliced(14, 6).join(',')
  const sums = '总交易单数,应结订单总金额,手续费总金额,订单总金额'
  const { rows, summary } = read(
    file([without(ALL), without(PAID), sums, '`1.0,`0.01,`0.00000,`0.01']),
    tradeBill,
  )
  assert.deepEqual(rows, [PAYMENT_ROW])
  assert.deepEqual(summary, {
    count: 1,
    settlement_total: 1,
    settlement_refund: 0,
    coupon_refund: 0,
    fee: 0,
    total: 1,
    refund: 0,
  })
})

test('a bill of refunds only says when each was applied for and when it arrived', () => {
  const more = (line: string, times: string) => line.split(',').toSpliced(14, 0, times).join(',')
  const header = more(ALL, '退款申请时间,退款成功时间')
  const bill = (times: string) =>
    file([
      header,
      more(REFUNDED, times),
      SUMS,
      SUMMARY.replace('`2,`0.01', '`1,`0.00').replace('`0.01,`1.50', '`0.00,`1.50'),
    ])
  const rowOf = (times: string) => read(bill(times), tradeBill).rows[0]
  const [create_time, success_time] = ['2021-01-28T19:00:00+08:00', '2021-01-28T19:05:00+08:00']
  assert.deepEqual(rowOf('`2021-01-28 19:00:00,`2021-01-28 19:05:00'), {
    ...REFUND_ROW,
    create_time,
    success_time,
  })
  assert.deepEqual(rowOf('`2021-01-28 19:00:00,`'), { ...REFUND_ROW, create_time })
})

test('the old layout without 应结订单金额 and 代金券金额 is read by the names of its columns', () => {
  const without = (line: string) => line.split(',').toSpliced(12, 2).join(',')
  const sums = SUMS.replace('应结订单总金额,', '')
  const summary = SUMMARY.replace('`0.01,', '')
  const old = read(file([without(ALL), without(PAID), without(REFUNDED), sums, summary]), tradeBill)
  assert.deepEqual(old.rows, [
    { ...PAYMENT_ROW, settlement_total: undefined, coupon_total: undefined },
    REFUND_ROW,
  ])
  assert.equal(old.summary.settlement_total, undefined)
  assert.equal(old.summary.total, 1)
})

test('a fund flow bill becomes movements with their direction', () => {
  const income = FLOW.replace('支出,`0.01,`0.22', '收入,`2.00,`0.23')
  const { rows, summary } = read(
    file([FLOWS, income, FLOW, FLOW_SUMS, '`2.0,`1.0,`2.00,`1.0,`0.01']),
    fundFlowBill,
  )
  const flow = {
    time: '2021-02-01T13:54:01+08:00',
    business_id: '50300806962021020105978994968',
    flow_id: '4200000920202101197964319284',
    business_name: '退款',
    business_type: '退款',
    direction: 'OUT',
    amount: 1,
    balance: 22,
    applicant: '1601959334API',
    remark: '退款总金额0.01元;含手续费0.00元',
    voucher_no: 'S20210201135356381941',
  }
  assert.deepEqual(rows, [{ ...flow, direction: 'IN', amount: 200, balance: 23 }, flow])
  assert.deepEqual(summary, { count: 2, in_count: 1, in: 200, out_count: 1, out: 1 })
})

test('what merchants wrote has its commas, line ends and backslashes again; what is no escape stays', () => {
  const written = (text: string) =>
    (read(EVERYTHING_WITH(text), tradeBill).rows as TradeBillRow[])[0]?.description
  const EVERYTHING_WITH = (text: string) =>
    file([ALL, PAID.replace('for testing', () => text), SUMS, '`1,`0.01,`0.00,`0.00,`0.00000,`0.01,`0.00'])
  assert.equal(written('a\\ b'), 'a,b')
  assert.equal(written('a\\r\\nb'), 'a\r\nb')
  assert.equal(written('a\\\\ b'), 'a\\ b')
  assert.equal(written('a\\\\nb'), 'a\\nb')
  assert.equal(written('C:\\temp'), 'C:\\temp')
  assert.equal(written('a`b "c" \u2028 停车'), 'a`b "c" \u2028 停车')
})

test('a file that ends early is not a bill, wherever it ends', () => {
  const summary = EVERYTHING.lastIndexOf('`2,')
  for (let end = 0; end < summary; end += 7) corrupted(EVERYTHING.subarray(0, end), /./)
  corrupted(file([ALL, PAID, REFUNDED]), /ends before its summary/)
  corrupted(file([ALL, PAID, REFUNDED, SUMS]), /ends before its summary/)
  corrupted(file([]), /ends before its summary/)
})

test('a summary that is not that of the rows is no summary', () => {
  corrupted(file([ALL, PAID, SUMS, SUMMARY]), /count of its summary is 2, and that of its rows 1/)
  const wrong = SUMMARY.replace('1.50', '1.51')
  corrupted(
    file([ALL, PAID, REFUNDED, SUMS, wrong]),
    /refund of its summary is 151, and that of its rows 150/,
  )
  corrupted(
    file([FLOWS, FLOW, FLOW_SUMS, '`1,`0,`0.00,`1,`0.02']),
    /out of its summary is 2/,
    fundFlowBill as never,
  )
})

test('what is not written as a bill is refused with its line and its column', () => {
  const withPaid = (from: string, to: string) => file([ALL, PAID.replace(from, to), SUMS, SUMMARY])
  corrupted(
    withPaid('`0.01,`0.00', '`0.011,`0.00'),
    /应结订单金额 in line 2 is "0.011", no whole number of fen/,
  )
  corrupted(withPaid('0.00000', '0.000001'), /手续费 in line 2 is "0.000001", no fee/)
  for (const amount of ['', '1e3', '.5', '1.', '--1', '1.2.3', ' 1', '0x1', '９', '90071992547409.93']) {
    corrupted(withPaid('`0.00000', `\`${amount}`), /手续费 in line 2/)
  }
  corrupted(withPaid('2021-01-28 17:07:11', '2021/01/28 17:07'), /交易时间 in line 2 is .* no time/)
  corrupted(withPaid(',`OTHERS', ''), /line 2 has 26 cells in 27 columns/)
  corrupted(file([ALL.replace('商品名称', '名称'), PAID, SUMS, SUMMARY]), /no column 商品名称/)
  corrupted(file([PAID, SUMS, SUMMARY]), /does not begin with the names/)
  corrupted(file([ALL, PAID, REFUNDED, SUMS, SUMMARY, PAID]), /comes after its summary/)
  corrupted(file([ALL, PAID, SUMS, 'no summary', SUMMARY]), /line 4 is neither a row nor the summary/)
  corrupted(file([ALL, PAID, SUMS, SUMMARY.replace('`2', '`2.5')]), /总交易单数 in line 4 is "2.5", no count/)
  corrupted(file([FLOWS, FLOW.replace('支出', '其他')]), /收支类型 is 其他/, fundFlowBill as never)
})

test('a line without an end is given up, so that memory is bounded', () => {
  corrupted(Buffer.alloc(65 * 1024, '`'), /a line has no end/)
})

test('fees are read to the fen, whatever their decimals, and to a thousandth of one where the file has it', () => {
  const amountOf = (text: string) => {
    const sum = `\`1,\`0.01,\`0.00,\`0.00,\`${text},\`0.01,\`0.00`
    return read(file([ALL, PAID.replace('0.00000', text), SUMS, sum]), tradeBill).summary.fee
  }
  for (const [text, fen] of [
    ['0', 0],
    ['-0.00000', 0],
    ['12', 1200],
    ['12.3', 1230],
    ['-0.05000', -5],
    ['1.15', 115],
    ['0.00600', 0.6],
    ['-0.00001', -0.001],
    ['90071992547.40', 9007199254740],
  ] as const) {
    assert.equal(amountOf(text), fen)
  }
})

test('fees with fractions of a fen add up to the summary', () => {
  const paid = (fee: string) => PAID.replace('0.00000', fee)
  const summary = '`3,`0.03,`0.00,`0.00,`0.00902,`0.03,`0.00'
  const { rows } = read(
    file([ALL, paid('0.00300'), paid('0.00301'), paid('0.00301'), SUMS, summary]),
    tradeBill,
  )
  assert.deepEqual(
    rows.map(({ fee }) => fee),
    [0.3, 0.301, 0.301],
  )
})
