import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dataLine } from './bill-file.ts'
import { type BilledTransfer, flowRow, flowsOf } from './fund-flow-rows.ts'
import { addTo, type BilledPayment, NO_TOTALS, paymentRow, summaryRow } from './trade-rows.ts'

// Rows that public samples show, byte for byte but for what parking orders have in their own way.

const at = (instant: string) => Date.parse(`${instant}+08:00`)

const PAYMENT: BilledPayment = {
  time: at('2021-01-28T17:07:11'),
  appid: 'wx81be3101902f7cb2',
  mchid: '1601959334',
  sub_mchid: '',
  transaction_id: '4200000925202101284997714292',
  out_trade_no: 'S20210128170702357723',
  openid: 'ofyak5qR_1wu1WQjaAdHkiHZlrMg',
  trade_type: 'PAP',
  bank_type: 'OTHERS',
  currency: 'CNY',
  description: 'for testing',
  attach: 'cipher code',
  fee_rate: 100,
  promotion_detail: '',
  refund_id: null,
  total: 1,
  settlement_total: 1,
  fee: 0,
}

test('a payment of a public sample is written as the sample has it, but for its kind', () => {
  assert.equal(
    dataLine(paymentRow(PAYMENT, 'ALL')),
    '`2021-01-28 17:07:11,`wx81be3101902f7cb2,`1601959334,`0,`,`4200000925202101284997714292,`S20210128170702357723,`ofyak5qR_1wu1WQjaAdHkiHZlrMg,`PAP,`SUCCESS,`OTHERS,`CNY,`0.01,`0.00,`0,`0,`0.00,`0.00,`,`,`for testing,`cipher code,`0.00000,`1.00%,`0.01,`0.00,`\r\n',
  )
})

test('the summary of a public sample is written as the sample has it', () => {
  const totals = { ...NO_TOTALS }
  for (let count = 0; count < 3; count += 1) addTo(totals, PAYMENT)
  assert.equal(dataLine(summaryRow(totals, 'ALL')), '`3,`0.03,`0.00,`0.00,`0.00000,`0.03,`0.00\r\n')
})

const OWN = ['merchant/1601959334/pending', 'merchant/1601959334/available']
const REFUND: BilledTransfer = {
  subject: 'order/1601959334/S20210119',
  entry: 'refund/S20210201135356381941/pending',
  kind: 'refund',
  debit_account: 'merchant/1601959334/pending',
  credit_account: 'merchant/1601959334/refunding',
  amount: 1,
  business_time: at('2021-02-01T13:54:01'),
}

test('a refund of a public sample is written in the fund flow as the sample has it', () => {
  const [flow] = flowsOf([REFUND], OWN)
  assert.ok(flow)
  const numbers = {
    refund_id: '50300806962021020105978994968',
    transaction_id: '4200000920202101197964319284',
  }
  assert.equal(
    dataLine(flowRow(flow, numbers, 22)),
    '`2021-02-01 13:54:01,`50300806962021020105978994968,`4200000920202101197964319284,`退款,`退款,`支出,`0.01,`0.22,`1601959334API,`退款总金额0.01元;含手续费0.00元,`S20210201135356381941\r\n',
  )
})

test('transfers of two refunds of one order at one moment are two flows, each with its own fee', () => {
  const fee: BilledTransfer = {
    ...REFUND,
    ...{ entry: 'refund/B/fee', kind: 'fee_return', debit_account: 'merchant/1601959334/fees' },
  }
  const flows = flowsOf(
    [
      { ...REFUND, entry: 'refund/A/pending', amount: 10 },
      { ...fee, amount: 2 },
      { ...REFUND, entry: 'refund/B/pending', amount: 20 },
      { ...REFUND, entry: 'refund/A/available', amount: 5, debit_account: 'merchant/1601959334/available' },
      { ...REFUND, kind: 'settlement', entry: 's', credit_account: 'merchant/1601959334/available' },
    ],
    OWN,
  )
  assert.deepEqual(
    flows.map(flow => [flow.out_refund_no, flow.kind, flow.amount, flow.returned_fee]),
    [
      ['A', 'refund', -15, 0],
      ['B', 'refund', -20, 2],
    ],
  )
})
