import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, type TestContext, test } from 'node:test'
import {
  type FolderTrust,
  merchantClient,
  NotEnough,
  NotFound,
  partnerClient,
  RateLimited,
  RefundImpossible,
  type RefundNotice,
  type WebhookReceiver,
} from '../../src/sdk/index.ts'
import { type TestPlatform, virtualClock, type WebhookSink, webhookSink } from '../../src/testing/index.ts'
import { adminClient } from '../admin.ts'
import { platformUnderTest } from '../platform.ts'
import { DIRECT, optionsOf, PROVIDER, paidOrder, parkingFor, SUB_MCHID } from './car-park.ts'
import { manInTheMiddle } from './man-in-the-middle.ts'

const NOON = '2026-06-01T12:00:00+08:00'
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const AMOUNT = { refund: 300, total: 888, currency: 'CNY' } as const

const shared = await platformUnderTest({ after }, { clock: virtualClock(NOON) })

/** A platform in June, and a receiver of notices. The platform is the one of all tests unless another is given. */
async function started(t: TestContext, running: TestPlatform = shared) {
  const sink = await webhookSink()
  t.after(sink.close)
  const { scheduler, platform } = running
  return {
    running,
    sink,
    admin: adminClient(running),
    pass: (stepMs: number) => scheduler.moveTo(platform.clock.now() + stepMs),
    client: merchantClient(optionsOf(running, DIRECT)),
    /** A number of its own for each test. */
    out_refund_no: `R${randomUUID()}`,
  }
}

/** The next notice, which is one of a refund. */
async function refundNotice(webhooks: WebhookReceiver, sink: WebhookSink): Promise<RefundNotice> {
  const { body, headers } = await sink.next()
  const notice = await webhooks.readNotice(body, headers)
  switch (notice.event_type) {
    case 'REFUND.SUCCESS':
    case 'REFUND.ABNORMAL':
    case 'REFUND.CLOSED':
      return notice
    default:
      return assert.fail(`${notice.event_type} is no notice of a refund`)
  }
}

for (const trust of ['certificate', 'public-key', 'both'] satisfies FolderTrust[]) {
  test(`a refund of a direct merchant is accepted, arrives and is found, trusting ${trust}`, async t => {
    const { running, sink, pass, client, out_refund_no } = await started(t)
    const { refunds, parking } = merchantClient(optionsOf(running, DIRECT, trust))
    const out_trade_no = await paidOrder(running, parking)
    const request = { out_trade_no, out_refund_no, notify_url: sink.url, amount: AMOUNT }
    const accepted = await refunds.createRefund(request)
    assert.deepEqual([accepted.status, accepted.amount.payer_refund], ['PROCESSING', 300])
    assert.deepEqual(await refunds.createRefund(request), accepted)

    await pass(5 * MINUTE_MS)
    const { event_type, resource } = await refundNotice(client.webhooks, sink)
    assert.equal(event_type, 'REFUND.SUCCESS')
    assert.deepEqual([resource.mchid, resource.sp_mchid], [DIRECT, undefined])
    assert.deepEqual([resource.out_refund_no, resource.refund_status], [out_refund_no, 'SUCCESS'])
    const arrived = await refunds.queryByOutRefundNo({ out_refund_no })
    assert.equal(arrived.status, 'SUCCESS')
    assert.equal(arrived.success_time, resource.success_time)
  })

  test(`a refund of a service provider names the sub-merchant, trusting ${trust}`, async t => {
    const { running, sink, pass, out_refund_no } = await started(t)
    const client = partnerClient(optionsOf(running, PROVIDER, trust))
    const { webhooks } = partnerClient(optionsOf(running, PROVIDER))
    const sub_mchid = SUB_MCHID
    const out_trade_no = await paidOrder(running, parkingFor(client, sub_mchid))
    const numbers = { sub_mchid, out_refund_no }
    await client.refunds.createRefund({ ...numbers, out_trade_no, notify_url: sink.url, amount: AMOUNT })
    await pass(5 * MINUTE_MS)
    const { resource } = await refundNotice(webhooks, sink)
    assert.deepEqual(
      [resource.mchid, resource.sp_mchid, resource.sub_mchid],
      [undefined, PROVIDER, SUB_MCHID],
    )
    assert.equal((await client.refunds.queryByOutRefundNo(numbers)).status, 'SUCCESS')
  })
}

test('a refund whose replies are lost is sent again with the same number and made once', async t => {
  const { running, client, out_refund_no } = await started(t)
  const middle = await manInTheMiddle(running.baseUrl)
  t.after(middle.close)
  const out_trade_no = await paidOrder(running, client.parking)
  const behind = merchantClient({ ...optionsOf(running, DIRECT), baseUrl: middle.url })
  middle.plan('lose_reply', 'lose_reply')
  const refund = await behind.refunds.createRefund({ out_trade_no, out_refund_no, amount: AMOUNT })
  assert.equal(refund.out_refund_no, out_refund_no)
  assert.equal(new Set(middle.seen.map(({ body }) => body)).size, 1)
  assert.equal(middle.seen.length, 3)
  const order = await running.platform.db.get(
    'SELECT refund_count FROM orders WHERE out_trade_no = $1',
    out_trade_no,
  )
  assert.deepEqual(order, { refund_count: 1 })
})

test('when nobody answers, the caller is advised to query and to keep the number', async t => {
  const { running, client, out_refund_no } = await started(t)
  const middle = await manInTheMiddle(running.baseUrl)
  t.after(middle.close)
  const out_trade_no = await paidOrder(running, client.parking)
  const behind = merchantClient({ ...optionsOf(running, DIRECT), baseUrl: middle.url, retries: 0 })
  middle.plan('lose_reply')
  const lost = behind.refunds.createRefund({ out_trade_no, out_refund_no, amount: AMOUNT })
  await assert.rejects(lost, {
    name: 'NetworkError',
    whatToDo: /queryByOutRefundNo with the same out_refund_no/,
  })
  assert.equal((await behind.refunds.queryByOutRefundNo({ out_refund_no })).status, 'PROCESSING')
})

test('a refund too soon after another is RateLimited, and not hammered', async t => {
  const { running, client, pass, out_refund_no } = await started(t)
  const middle = await manInTheMiddle(running.baseUrl)
  t.after(middle.close)
  const out_trade_no = await paidOrder(running, client.parking)
  const { refunds } = merchantClient({ ...optionsOf(running, DIRECT), baseUrl: middle.url })
  await refunds.createRefund({ out_trade_no, out_refund_no, amount: AMOUNT })
  const second = { out_trade_no, out_refund_no: `${out_refund_no}-2`, amount: AMOUNT }
  await assert.rejects(refunds.createRefund(second), error => {
    assert.ok(error instanceof RateLimited)
    assert.match(error.whatToDo, /a minute apart/)
    return true
  })
  assert.equal(middle.seen.length, 2)
  await pass(MINUTE_MS)
  assert.equal((await refunds.createRefund(second)).status, 'PROCESSING')
})

test('what does not exist is NotFound, for orders and for refunds', async t => {
  const { client, out_refund_no } = await started(t)
  const { refunds } = client
  await assert.rejects(
    refunds.createRefund({ out_trade_no: 'T0', out_refund_no, amount: AMOUNT }),
    error => error instanceof NotFound && /no such order/.test(error.whatToDo),
  )
  await assert.rejects(
    refunds.queryByOutRefundNo({ out_refund_no }),
    error => error instanceof NotFound && /no such refund/.test(error.whatToDo),
  )
})

test('an empty account is NotEnough, and the same refund succeeds after a top-up', async t => {
  const { running, client, admin, pass, out_refund_no } = await started(
    t,
    await platformUnderTest(t, { clock: virtualClock(NOON) }),
  )
  const out_trade_no = await paidOrder(running, client.parking)
  await pass(2 * DAY_MS)
  await admin.put(`/merchants/${DIRECT}/withdrawals/one`, { amount: 880 })
  const request = { out_trade_no, out_refund_no, amount: AMOUNT }
  await assert.rejects(client.refunds.createRefund(request), error => {
    assert.ok(error instanceof NotEnough)
    assert.match(error.whatToDo, /Top up.*same out_refund_no/)
    return true
  })
  await admin.put(`/merchants/${DIRECT}/top-ups/one`, { amount: 1_000 })
  assert.equal((await client.refunds.createRefund(request)).funds_account, 'AVAILABLE')
})

test('an order of more than a year ago is RefundImpossible', async t => {
  const { running, client, pass, out_refund_no } = await started(
    t,
    await platformUnderTest(t, { clock: virtualClock(NOON) }),
  )
  const out_trade_no = await paidOrder(running, client.parking)
  await pass(366 * DAY_MS)
  await assert.rejects(
    client.refunds.createRefund({ out_trade_no, out_refund_no, amount: AMOUNT }),
    error => error instanceof RefundImpossible && error.code === 'TRADE_OVERDUE',
  )
})

for (const trust of ['certificate', 'public-key'] satisfies FolderTrust[]) {
  test(`an abnormal refund goes to a card whose number leaves encrypted, trusting ${trust}`, async t => {
    const { running, sink, admin, pass, client, out_refund_no } = await started(t)
    const middle = await manInTheMiddle(running.baseUrl)
    t.after(middle.close)
    const { parking, refunds } = merchantClient({
      ...optionsOf(running, DIRECT, trust),
      baseUrl: middle.url,
    })
    const out_trade_no = await paidOrder(running, parking)
    const { payer_id } = await admin.get(`/plates/${encodeURIComponent('粤B10001')}/BLUE`)
    const { refund_id } = await refunds.createRefund({
      out_trade_no,
      out_refund_no,
      notify_url: sink.url,
      amount: AMOUNT,
    })
    await admin.put(`/payers/${payer_id}`, { wallet_state: 'FROZEN' })
    await pass(5 * MINUTE_MS)
    assert.equal((await refundNotice(client.webhooks, sink)).event_type, 'REFUND.ABNORMAL')

    const sent = await refunds.createAbnormalRefund({
      refund_id,
      out_refund_no,
      type: 'USER_BANK_CARD',
      bank_type: 'ICBC_DEBIT',
      bank_account: '6222020200010403',
      real_name: '张三',
    })
    assert.deepEqual(
      [sent.status, sent.channel, sent.user_received_account],
      ['PROCESSING', 'OTHER_BANKCARD', '工商银行借记卡0403'],
    )
    const { body, headers } = middle.seen.at(-1) ?? assert.fail()
    assert.doesNotMatch(body, /6222020200010403|张三/)
    const { platform_serial, public_key_id } = running.merchant(DIRECT)
    assert.equal(headers['wechatpay-serial'], trust === 'certificate' ? platform_serial : public_key_id)
    await pass(2 * DAY_MS)
    assert.equal((await refunds.queryByOutRefundNo({ out_refund_no })).status, 'SUCCESS')
    await admin.put(`/payers/${payer_id}`, { wallet_state: 'NORMAL' })
  })
}
