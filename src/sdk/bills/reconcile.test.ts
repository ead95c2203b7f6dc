import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { collect } from '../../../test/sdk/collect.ts'
import type { FundFlowRow } from './fund-flow-bill.ts'
import { reconcileFundFlow } from './reconcile-fund-flow.ts'
import { type OwnPayment, type OwnRefund, reconcileTradeBill } from './reconcile-trade-bill.ts'
import type { PaymentRow, RefundRow, TradeBillRow } from './trade-bill.ts'

const ORDER = { sub_mchid: undefined, transaction_id: 'X1', out_trade_no: 'T1', bank_type: 'CMC' }
const PAYMENT = {
  ...ORDER,
  trade_state: 'SUCCESS',
  success_time: '2026-06-01T10:00:00+08:00',
  total: 800,
  settlement_total: 700,
  fee: 4,
} as PaymentRow
const REFUND = {
  ...ORDER,
  trade_state: 'REFUND',
  refund_id: 'Y1',
  out_refund_no: 'R1',
  refund: 400,
  settlement_refund: 350,
  fee: -2,
  refund_status: 'PROCESSING',
} as RefundRow
const OWN_PAYMENT = { out_trade_no: 'T1', total: 800 }
const OWN_REFUND = { out_trade_no: 'T1', out_refund_no: 'R1', refund: 400 }

const findings = <Own extends OwnPayment | OwnRefund>(rows: TradeBillRow[], own: Iterable<Own>) =>
  collect(reconcileTradeBill(rows, own))

test('nothing is found when everything is even, in whatever order', async () => {
  assert.deepEqual(await findings([PAYMENT, REFUND], [OWN_REFUND, OWN_PAYMENT]), [])
  assert.deepEqual(await findings([], []), [])
})

test('records and rows may come as streams', async () => {
  async function* stream<T>(...items: T[]): AsyncGenerator<T> {
    yield* items
  }
  assert.deepEqual(
    await collect(
      reconcileTradeBill(
        stream<TradeBillRow>(PAYMENT, REFUND),
        stream<OwnPayment | OwnRefund>(OWN_PAYMENT, OWN_REFUND),
      ),
    ),
    [],
  )
})

test('what the bill has not is missing, what only the bill has is extra', async () => {
  assert.deepEqual(await findings([REFUND], [OWN_PAYMENT, OWN_REFUND]), [
    { kind: 'missing', own: OWN_PAYMENT },
  ])
  assert.deepEqual(await findings([PAYMENT, REFUND], [OWN_PAYMENT]), [{ kind: 'extra', row: REFUND }])
})

test('a refund with the number of an order is not taken for it', async () => {
  const refund = { ...REFUND, out_refund_no: 'T1' }
  assert.deepEqual(await findings([refund], [OWN_PAYMENT]), [
    { kind: 'extra', row: refund },
    { kind: 'missing', own: OWN_PAYMENT },
  ])
})

test('a row that comes twice is extra the second time', async () => {
  assert.deepEqual(await findings([PAYMENT, PAYMENT], [OWN_PAYMENT]), [{ kind: 'extra', row: PAYMENT }])
})

test('each field that both have is compared, and no other', async () => {
  const own = { ...OWN_PAYMENT, total: 801, fee: 4, bank_type: 'BPA', plate_number: '粤B10001' }
  assert.deepEqual(await findings([PAYMENT], [own]), [
    { kind: 'different', own, row: PAYMENT, fields: ['total', 'bank_type'] },
  ])
  // An old layout has not all columns.
  const old = { ...PAYMENT, settlement_total: undefined }
  assert.deepEqual(await findings([old], [{ ...OWN_PAYMENT, settlement_total: 1 }]), [])
})

test('times are the same when they are of the same second, and null is nothing', async () => {
  const own = {
    ...OWN_PAYMENT,
    success_time: '2026-06-01T02:00:00.350Z',
    bank_type: null,
    out_refund_no: null,
  }
  assert.deepEqual(await findings([PAYMENT], [own as unknown as OwnPayment]), [])
  const later = { ...OWN_PAYMENT, success_time: '2026-06-01T02:00:01Z' }
  assert.deepEqual(await findings([PAYMENT], [later]), [
    { kind: 'different', own: later, row: PAYMENT, fields: ['success_time'] },
  ])
})

test('records that have a number twice are refused before anything is compared', async () => {
  await assert.rejects(findings([], [OWN_PAYMENT, OWN_PAYMENT]), /Your records have the payment T1 twice/)
})

test('whatever is taken out, added or changed is found, and nothing else', async () => {
  const day = fc.uniqueArray(fc.nat(50), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(day, day, fc.nat(50), async (billed, owned, changed) => {
      const rows = billed.map(no => ({ ...PAYMENT, out_trade_no: `T${no}`, total: no === changed ? 1 : 800 }))
      const own = owned.map(no => ({ ...OWN_PAYMENT, out_trade_no: `T${no}` }))
      const found = (await findings(rows, own)).map(finding => [
        finding.kind,
        finding.kind === 'extra' ? finding.row.out_trade_no : finding.own.out_trade_no,
      ])
      const expected = [
        ...billed.filter(no => !owned.includes(no)).map(no => ['extra', `T${no}`]),
        ...owned.filter(no => !billed.includes(no)).map(no => ['missing', `T${no}`]),
        ...owned.filter(no => billed.includes(no) && no === changed).map(no => ['different', `T${no}`]),
      ]
      assert.deepEqual(found.sort(), expected.sort())
    }),
  )
})

function flow(
  business_type: string,
  business_id: string,
  direction: 'IN' | 'OUT',
  amount: number,
): FundFlowRow {
  return { business_type, business_id, direction, amount } as FundFlowRow
}

const SETTLED = flow('交易', 'X1', 'IN', 700)
const FEE = flow('扣除交易手续费', 'X1', 'OUT', 4)
const REFUNDED = flow('退款', 'Y1', 'OUT', 348)
const flowFindings = (rows: TradeBillRow[], flows: FundFlowRow[]) => collect(reconcileFundFlow(rows, flows))

test('a payment brings its settlement and costs its fee, a refund costs what the fee does not cover', async () => {
  assert.deepEqual(await flowFindings([PAYMENT, REFUND], [SETTLED, FEE, REFUNDED]), [])
})

test('top-ups and withdrawals are no part of a trade bill', async () => {
  const others = [flow('充值', '1', 'IN', 5), flow('提现', '2', 'OUT', 5)]
  assert.deepEqual(await flowFindings([PAYMENT], [SETTLED, FEE, ...others]), [])
})

test('what moves no money is not looked for', async () => {
  const free = { ...PAYMENT, fee: 0, settlement_total: 0 }
  const failed = { ...REFUND, refund_status: 'FAIL' } as const
  const ofCoupons = { ...REFUND, settlement_refund: 0, fee: 0 }
  assert.deepEqual(await flowFindings([free, failed, ofCoupons], []), [])
})

test('a flow that comes in parts is even when their sum is', async () => {
  const whole = flow('退款', 'Y1', 'OUT', 350)
  const feeBack = flow('退款', 'Y1', 'IN', 2)
  assert.deepEqual(await flowFindings([REFUND], [whole, feeBack]), [])
  assert.deepEqual(await flowFindings([REFUND], [whole]), [
    { kind: 'different', part: 'refund', row: REFUND, amount: 348, booked: 350 },
  ])
})

test('missing, extra and different flows are distinguished', async () => {
  assert.deepEqual(await flowFindings([PAYMENT, REFUND], [SETTLED, flow('扣除交易手续费', 'X1', 'OUT', 5)]), [
    { kind: 'different', part: 'fee', row: PAYMENT, amount: 4, booked: 5 },
    { kind: 'missing', part: 'refund', row: REFUND, amount: 348 },
  ])
  assert.deepEqual(await flowFindings([PAYMENT], [SETTLED, FEE, FEE, REFUNDED]), [
    { kind: 'extra', part: 'fee', flow: FEE },
    { kind: 'extra', part: 'refund', flow: REFUNDED },
  ])
})

test('money that went the wrong way is not even', async () => {
  assert.deepEqual(await flowFindings([PAYMENT], [FEE, { ...SETTLED, direction: 'OUT' }]), [
    { kind: 'different', part: 'settlement', row: PAYMENT, amount: 700, booked: -700 },
  ])
})

test('a row that comes twice in the trade bill asks for its money twice', async () => {
  assert.deepEqual(await flowFindings([PAYMENT, PAYMENT], [SETTLED, SETTLED, FEE]), [
    { kind: 'different', part: 'fee', row: PAYMENT, amount: 8, booked: 4 },
  ])
})
