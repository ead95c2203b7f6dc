import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import {
  BillCorrupted,
  type ClientOptions,
  formatTime,
  merchantClient,
  NoStatement,
  type OwnPayment,
  type OwnRefund,
  partnerClient,
  reconcileFundFlow,
  reconcileTradeBill,
  StatementCreating,
} from '../../src/sdk/index.ts'
import { virtualClock } from '../../src/testing/index.ts'
import { adminClient } from '../admin.ts'
import { platformUnderTest } from '../platform.ts'
import { DIRECT, optionsOf, PROVIDER, paidOrder, parkingFor, SUB_MCHID } from './car-park.ts'
import { collect } from './collect.ts'
import { manInTheMiddle, type PassingReply, unsigned } from './man-in-the-middle.ts'

const NOON = '2026-06-01T12:00:00+08:00'
const NEXT_MORNING = Date.parse('2026-06-02T10:00:00+08:00')
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const DAY = { bill_date: '2026-06-01' } as const
const AMOUNT = { refund: 300, total: 888, currency: 'CNY' } as const

// One day of a merchant and a provider, on the morning after: the tests only read.
const running = await platformUnderTest({ after }, { clock: virtualClock(NOON) })
const { scheduler, platform } = running
const pass = (stepMs: number) => scheduler.moveTo(platform.clock.now() + stepMs)
const client = merchantClient(optionsOf(running, DIRECT))
const provider = partnerClient(optionsOf(running, PROVIDER))
const first = await paidOrder(running, client.parking)
const ofProvider = await paidOrder(running, parkingFor(provider, SUB_MCHID))
await pass(MINUTE_MS)
const second = await paidOrder(running, client.parking)
await pass(MINUTE_MS)
const refund = await client.refunds.createRefund({ out_trade_no: first, out_refund_no: 'R1', amount: AMOUNT })
await adminClient(running).put(`/merchants/${DIRECT}/top-ups/one`, { amount: 500 })
await scheduler.moveTo(NEXT_MORNING)

/** A client whose calls and downloads pass a proxy. */
async function behindProxy(t: TestContext, more: Partial<ClientOptions> = {}) {
  const middle = await manInTheMiddle(running.baseUrl)
  t.after(middle.close)
  const through: typeof fetch = (url, init) => fetch(String(url).replace(running.baseUrl, middle.url), init)
  const { bills } = merchantClient({ ...optionsOf(running, DIRECT), fetch: through, ...more })
  return { middle, bills }
}

/** The summary as it is at this moment; the compiler takes a property that it has seen for one that stays. */
function summaryOf<Summary>({ summary }: { readonly summary: Summary | undefined }): Summary | undefined {
  return summary
}

test('a day is read as typed rows whose summary is there after the last one', async () => {
  const bill = client.bills.tradeBill(DAY)
  assert.equal(summaryOf(bill), undefined)
  const rows = await collect(bill)
  assert.deepEqual(
    rows.map(row => [row.trade_state, row.out_trade_no, row.fee]),
    [
      ['SUCCESS', first, 5],
      ['SUCCESS', second, 5],
      ['REFUND', first, -1],
    ],
  )
  const [payment, , refunded] = rows
  assert.ok(payment?.trade_state === 'SUCCESS' && refunded?.trade_state === 'REFUND')
  assert.deepEqual([payment.total, payment.success_time], [888, NOON])
  assert.deepEqual([refunded.refund_id, refunded.refund], [refund.refund_id, 300])
  assert.equal(refunded.create_time, refund.create_time)
  assert.equal(refunded.refund_status, 'SUCCESS')
  assert.deepEqual([bill.summary?.count, bill.summary?.total], [3, 1776])
  assert.deepEqual(await collect(bill), rows)

  for (const bill_type of ['SUCCESS', 'REFUND'] as const) {
    const part = client.bills.tradeBill({ ...DAY, bill_type })
    const states = (await collect(part)).map(({ trade_state }) => trade_state)
    assert.deepEqual(states, bill_type === 'SUCCESS' ? ['SUCCESS', 'SUCCESS'] : ['REFUND'])
  }
})

test("the day reconciles with the merchant's own records, and the fund flow with the bill", async () => {
  const own: (OwnPayment | OwnRefund)[] = [
    { out_trade_no: refund.out_trade_no, out_refund_no: 'R1', refund: 300, refund_id: refund.refund_id },
  ]
  for (const out_trade_no of [first, second]) {
    const {
      amount,
      success_time,
      transaction_id = '',
    } = await client.parking.queryTransaction({ out_trade_no })
    own.push({ out_trade_no, transaction_id, total: amount.total, success_time })
  }
  const bill = client.bills.tradeBill(DAY)
  assert.deepEqual(await collect(reconcileTradeBill(bill, own)), [])
  assert.equal(bill.summary?.count, 3)
  const flows = client.bills.fundFlowBill(DAY)
  assert.deepEqual(await collect(reconcileFundFlow(bill, flows)), [])
  // Two payments with their fees, the refund and the top-up.
  assert.equal(flows.summary?.count, 6)

  const wrong = own
    .map(record => ('out_refund_no' in record ? { ...record, refund: 301 } : record))
    .slice(0, -1)
  const found = await collect(reconcileTradeBill(bill, wrong))
  assert.deepEqual(
    found.map(finding => [finding.kind, finding.kind === 'different' && finding.fields]),
    [
      ['extra', false],
      ['different', ['refund']],
    ],
  )
})

test("a provider reads the bill of its sub-merchants and, decrypted, the sub-merchant's account", async () => {
  const { bills } = provider
  const bill = bills.tradeBill(DAY)
  const [row] = await collect(bill)
  assert.deepEqual([row?.mchid, row?.sub_mchid, row?.out_trade_no], [PROVIDER, SUB_MCHID, ofProvider])
  const sub = { ...DAY, sub_mchid: SUB_MCHID }
  assert.deepEqual(await collect(bills.tradeBill(sub)), [row])

  const flows = bills.subMerchantFundFlowBill({ ...sub, account_type: 'BASIC' })
  assert.deepEqual(await collect(reconcileFundFlow(bill, flows)), [])
  assert.deepEqual(flows.summary, { count: 2, in_count: 1, in: 888, out_count: 1, out: 5 })
  // The provider's own account has seen nothing.
  await assert.rejects(collect(bills.fundFlowBill(DAY)), NoStatement)
})

test('the calls behind a bill answer what the platform says, and a file as it is', async () => {
  const { hash_type, download_url } = await client.bills.getTradeBill(DAY)
  assert.equal(hash_type, 'SHA1')
  const file = Buffer.concat(await collect(await client.bills.downloadBill(download_url))).toString('utf8')
  assert.match(file, /^\uFEFF交易时间,/)
  assert.equal(file.trimEnd().split('\r\n').length, 6)
  assert.match(
    (await client.bills.getFundFlowBill({ ...DAY, account_type: 'FEES' })).hash_value,
    /^[0-9a-f]{40}$/,
  )
})

test('a link that expired before it was used is applied for again', async t => {
  const { bills, middle } = await behindProxy(t)
  const late = async (reply: PassingReply) => {
    await pass(6 * MINUTE_MS)
    return reply
  }
  middle.plan(late)
  assert.equal((await collect(bills.tradeBill(DAY))).length, 3)
  assert.deepEqual(
    middle.seen.map(({ target }) => target.split('?')[0]),
    ['/v3/bill/tradebill', '/v3/billdownload/file', '/v3/bill/tradebill', '/v3/billdownload/file'],
  )
  middle.plan(late, 'pass', late)
  await assert.rejects(collect(bills.tradeBill(DAY)), {
    name: 'InvalidRequest',
    op: 'bills.downloadBill',
    verified: true,
  })
})

test('a download that is not answered is repeated, freshly signed', async t => {
  const { bills, middle } = await behindProxy(t)
  middle.plan('pass', unsigned(503), 'reset')
  assert.equal((await collect(bills.tradeBill(DAY))).length, 3)
  const downloads = middle.seen.slice(1)
  assert.equal(new Set(downloads.map(({ target }) => target)).size, 1)
  assert.equal(new Set(downloads.map(({ headers }) => headers.authorization)).size, 3)
})

/** The file with other bytes; its length stays the one that was promised unless said. */
function withBody(change: (body: Buffer) => Buffer, length?: 'as sent') {
  return (reply: PassingReply): PassingReply => {
    const body = change(reply.body)
    const headers = { ...reply.headers, ...(length && { 'content-length': String(body.length) }) }
    return { ...reply, headers, body }
  }
}

for (const [name, change] of [
  ['cut off', withBody(body => body.subarray(0, -9), 'as sent')],
  ['another one', withBody(body => Buffer.concat([body, body]), 'as sent')],
  ['not coming to its end', withBody(body => body.subarray(0, 100))],
] as const) {
  test(`a file that is ${name} gives no summary`, async t => {
    const { bills, middle } = await behindProxy(t, { timeoutMs: 3_000 })
    middle.plan('pass', change)
    const bill = bills.tradeBill(DAY)
    await assert.rejects(collect(bill), BillCorrupted)
    assert.equal(summaryOf(bill), undefined)
    assert.equal((await collect(bill)).length, 3)
    assert.equal(summaryOf(bill)?.count, 3)
  })
}

test('a forged application is not believed, so no file of somebody else is read', async t => {
  const { bills, middle } = await behindProxy(t)
  const forged = withBody(body =>
    Buffer.from(body.toString().replace('/v3/billdownload', '/v3/billdownloaD')),
  )
  middle.plan(forged, forged, forged)
  await assert.rejects(collect(bills.tradeBill(DAY)), { name: 'ReplyForged' })
  assert.equal(middle.seen.length, 3)
})

test('a bill that is not ready says when it will be, and a day without anything has none', async () => {
  const { bills } = client
  const today = { bill_date: '2026-06-02' }
  const ready = NEXT_MORNING + DAY_MS
  await scheduler.moveTo(ready - 1000)
  await assert.rejects(collect(bills.tradeBill(today)), (error: unknown) => {
    assert.ok(error instanceof StatementCreating)
    assert.equal(error.readyFrom, formatTime(ready))
    return true
  })
  await scheduler.moveTo(ready)
  await assert.rejects(collect(bills.tradeBill(today)), NoStatement)
})
