import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminCalls } from '../../../../../test/admin-calls.ts'
import { chargesUnderTest } from '../../../../../test/charges.ts'
import { type Caller, freshNo, MERCHANT, PARTNER } from '../../../../../test/sandbox.ts'
import { webhookSink } from '../../../../testing/index.ts'

const sink = await webhookSink()
after(() => sink.close())
const running = await chargesUnderTest({ after })
const admin = adminCalls(running)

/** An order that is paid, of 888 fen. */
async function paid(caller: Caller = MERCHANT): Promise<string> {
  const { out_trade_no } = await running.accept({ profit_sharing: 'N' }, caller)
  await running.runDue()
  return out_trade_no
}

async function refund(out_trade_no: string, amount: number, more: object = {}, caller: Caller = MERCHANT) {
  const out_refund_no = freshNo('R_')
  const body = {
    ...{ ...caller.partner, out_trade_no, out_refund_no, reason: '退款', notify_url: sink.url },
    amount: { refund: amount, total: 888, currency: 'CNY' },
    ...more,
  }
  const reply = await running.call(
    { method: 'POST', target: '/v3/refund/domestic/refunds', body },
    caller.mchid,
  )
  assert.equal(reply.statusCode, 200, reply.body)
  return reply.json<{ out_refund_no: string; refund_id: string; transaction_id: string }>()
}

const numbersOf = (data: { out_refund_no: string }[]) => data.map(({ out_refund_no }) => out_refund_no)
const list = async (query: string) => numbersOf((await admin.get(`/refunds${query}`)).body.data)

test('a refund is shown with its own transfers, from its acceptance to its end, and with its notices', async () => {
  const number = await paid()
  const goods_detail = [{ merchant_goods_id: 'g', unit_price: 300, refund_amount: 300, refund_quantity: 1 }]
  const { out_refund_no, refund_id, transaction_id } = await refund(number, 300, { goods_detail })
  const path = `/merchants/1230000109/refunds/${out_refund_no}`
  const { transfers, ...waiting } = (await admin.get(path)).body
  assert.deepEqual(waiting, {
    ...{ mchid: '1230000109', out_refund_no, refund_id, sub_mchid: '', out_trade_no: number, transaction_id },
    ...{ status: 'PROCESSING', channel: 'ORIGINAL', user_received_account: '支付用户零钱' },
    ...{ refund: 300, payer_refund: 300, discount_refund: 0, settlement_refund: 300, refund_fee: 1 },
    ...{ funds_account: 'UNSETTLED', create_time: '2017-08-26T11:45:00.000+08:00' },
    ...{ due_at: '2017-08-26T11:50:00.000+08:00', reason: '退款', notify_url: sink.url },
    ...{ destination: 'wallet', unanswered: 0, goods_detail, subject: `order/1230000109/${number}` },
    notices: [],
  })
  const kindsOf = (rows: { kind: string; amount: number }[]) => rows.map(({ kind, amount }) => [kind, amount])
  assert.deepEqual(kindsOf(transfers).sort(), [
    ['fee_return', 1],
    ['refund', 299],
  ])
  await admin.put('/clock/moves/minutes', { step_ms: 300_000 })
  const done = (await admin.get(path)).body
  assert.deepEqual(
    [done.status, done.success_time, done.due_at],
    ['SUCCESS', '2017-08-26T11:50:00.000+08:00', undefined],
  )
  assert.deepEqual(kindsOf(done.transfers).sort(), [
    ['fee_return', 1],
    ['refund', 299],
    ['refund_payout', 300],
  ])
  assert.equal(done.notices.length, 1)
  const { product, event_type, state } = done.notices[0]
  assert.deepEqual([product, event_type, state], ['refunds', 'REFUND.SUCCESS', 'DELIVERED'])
  const { refund_total, refunds } = (await admin.get(`/orders/1230000109/${number}`)).body
  assert.deepEqual(
    [refund_total, refunds],
    [300, [{ out_refund_no, status: 'SUCCESS', refund: 300, notices: done.notices }]],
  )
})

test('a refund does not show the money and the notices of another of the same order', async () => {
  const number = await paid()
  const first = await refund(number, 100)
  running.clock.advance(60_000)
  const second = await refund(number, 200)
  await admin.put('/clock/moves/both', { step_ms: 300_000 })
  for (const [{ out_refund_no }, amount] of [
    [first, 100],
    [second, 200],
  ] as const) {
    const { body } = await admin.get(`/merchants/1230000109/refunds/${out_refund_no}`)
    const paidOut = body.transfers.filter(({ kind }: { kind: string }) => kind === 'refund_payout')
    assert.deepEqual([paidOut.length, paidOut[0].amount, body.notices.length], [1, amount, 1])
  }
})

test('refunds are listed with the newest first, in pages, by merchant, order and state', async () => {
  const number = await paid(PARTNER)
  const first = await refund(number, 100, {}, PARTNER)
  running.clock.advance(60_000)
  const second = await refund(number, 100, {}, PARTNER)
  const [newest, older] = [second.out_refund_no, first.out_refund_no]
  assert.deepEqual(await list(`?mchid=${PARTNER.mchid}`), [newest, older])
  assert.deepEqual(await list(`?out_trade_no=${number}`), [newest, older])
  assert.deepEqual(await list(`?mchid=1230000109&out_trade_no=${number}`), [])
  assert.deepEqual(await list('?status=PROCESSING'), [newest, older])
  assert.deepEqual(await list(`?mchid=${PARTNER.mchid}&status=SUCCESS`), [])
  const all = await list('')
  const walked: string[] = []
  for (let after = ''; ; ) {
    const { body } = await admin.get(`/refunds?limit=2${after && `&after=${after}`}`)
    walked.push(...numbersOf(body.data))
    if (!body.next) break
    after = body.next
  }
  assert.deepEqual(walked, all)
  assert.equal(all.length, 5)
  admin.refusedField(await admin.get('/refunds?status=FAILED'), 'status', /PROCESSING, SUCCESS, CLOSED/)
})

test('a refund that there is not is not shown', async () => {
  const missing = await admin.get('/merchants/1230000109/refunds/none')
  admin.refused(missing, 'NOT_FOUND', /no refund 1230000109\/none/)
  admin.assertAllMet('getRefund')
})
