import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { adminClient } from '../../test/admin.ts'
import { chargesUnderTest } from '../../test/charges.ts'
import { envelopeOf, opened, restartable, verifiedSerial } from '../../test/notices.ts'
import { parkingCalls } from '../../test/parking.ts'
import { MERCHANT, PARTNER } from '../../test/sandbox.ts'
import { type ReceivedCallback, type TestFault, webhookSink } from '../testing/index.ts'

// What goes wrong with notices on purpose, and what the administration shows of it.

const sink = await webhookSink()
after(() => sink.close())
const running = await chargesUnderTest({ after })
const { platform, faults, clock, runDue } = running
const admin = adminClient(running)

beforeEach(async () => {
  const rules = await platform.db.all<{ fault_id: string }>('SELECT fault_id FROM faults')
  for (const { fault_id } of rules) await faults.remove(fault_id)
  sink.received.length = 0
})

interface Shown {
  id: string
  state: string
  due_at?: string
  sent: {
    request_headers: Record<string, string>
    request_body: string
    failure: string
    reply_status?: number
  }[]
}

/** Makes a charge, whose notice is due then; answers the number of the order. */
async function charge(caller = MERCHANT): Promise<string> {
  const { out_trade_no } = await running.accept({ notify_url: sink.url }, caller)
  return out_trade_no
}

async function noticeOf(outTradeNo: string, { mchid } = MERCHANT): Promise<Shown> {
  const { notices } = await admin.get<{ notices: { id: string }[] }>(`/orders/${mchid}/${outTradeNo}`)
  return admin.get<Shown>(`/notices/${notices[0]?.id}`)
}

function isGenuine(callback: ReceivedCallback): boolean {
  try {
    verifiedSerial(callback, running.merchant(MERCHANT.mchid))
    return true
  } catch {
    return false
  }
}

function numberIn(callback: ReceivedCallback): unknown {
  return opened(callback, running.merchant(MERCHANT.mchid).apiv3_key).out_trade_no
}

const SECOND = 1_000

for (const [kind, form] of [
  ['NOTICE_PROBE', /^WECHATPAY\/SIGNTEST\//],
  ['NOTICE_WRONG_SIGNATURE', /^[0-9A-Za-z+/]{342}==$/],
] as const) {
  test(`${kind}: the first attempt is no genuine notice, whatever it is answered; the second one is`, async () => {
    await faults.put({ kind })
    for (const answer of [204, 401]) {
      sink.received.length = 0
      sink.answerWith(answer)
      const order = await charge()
      await runDue()
      const first = await noticeOf(order)
      assert.deepEqual([first.state, first.sent.length, first.sent[0]?.reply_status], ['PENDING', 1, answer])
      assert.match(
        first.sent[0]?.failure ?? '',
        new RegExp(`HTTP ${answer}.* On purpose: ${kind} by the fault ${kind}`),
      )
      const [corrupted] = sink.received
      assert.ok(corrupted && !isGenuine(corrupted))
      assert.match(String(corrupted.headers['wechatpay-signature']), form)
      assert.equal(
        first.sent[0]?.request_headers['Wechatpay-Signature'],
        corrupted.headers['wechatpay-signature'],
      )
      clock.advance(15 * SECOND)
      await runDue()
      const { state, sent } = await noticeOf(order)
      assert.deepEqual([state, sent.length, sent[1]?.failure], ['DELIVERED', 2, ''])
      const [, genuine] = sink.received
      assert.ok(genuine && isGenuine(genuine))
      assert.equal(envelopeOf(genuine).id, envelopeOf(corrupted).id)
    }
  })
}

test('NOTICE_OLD: the first attempt says that it was signed ten minutes ago, rightly signed; the second is of now', async () => {
  await faults.put({ kind: 'NOTICE_OLD' })
  const order = await charge()
  await runDue()
  const age = ({ headers }: ReceivedCallback) => Date.now() / 1000 - Number(headers['wechatpay-timestamp'])
  const [old] = sink.received
  assert.ok(old && isGenuine(old) && age(old) > 590)
  assert.match(
    (await noticeOf(order)).sent[0]?.failure ?? '',
    /HTTP 204, although it was signed ten minutes ago/,
  )
  clock.advance(15 * SECOND)
  await runDue()
  const [, fresh] = sink.received
  assert.ok(fresh && isGenuine(fresh) && age(fresh) < 60)
  assert.equal((await noticeOf(order)).state, 'DELIVERED')
})

test('NOTICE_DOUBLED: the same id comes twice, each time sealed and signed afresh, and both are on record', async () => {
  await faults.put({ kind: 'NOTICE_DOUBLED' })
  sink.answerWith(500, 204)
  const order = await charge()
  await runDue()
  const [one, other] = sink.received as [ReceivedCallback, ReceivedCallback]
  assert.equal(sink.received.length, 2)
  assert.ok(isGenuine(one) && isGenuine(other))
  assert.equal(envelopeOf(one).id, envelopeOf(other).id)
  for (const name of ['wechatpay-nonce', 'wechatpay-signature', 'request-id'])
    assert.notEqual(one.headers[name], other.headers[name])
  assert.notEqual(one.body, other.body)
  const { state, sent } = await noticeOf(order)
  // One acknowledgement is enough.
  assert.deepEqual(
    [state, sent.length, sent.filter(({ failure }) => failure === '').length],
    ['DELIVERED', 2, 1],
  )
})

test('NOTICE_DOUBLED: two failing copies are two attempts of the retry schedule', async () => {
  await faults.put({ kind: 'NOTICE_DOUBLED' })
  sink.answerWith(500, 500)
  const order = await charge()
  await runDue()
  assert.equal((await noticeOf(order)).state, 'PENDING')
  clock.advance(15 * SECOND)
  await runDue()
  assert.deepEqual([(await noticeOf(order)).state, sink.received.length], ['DELIVERED', 3])
})

test('NOTICE_DELAYED: it comes so much business time later, and not before', async () => {
  await faults.put({ kind: 'NOTICE_DELAYED', delay_ms: 60 * SECOND })
  const order = await charge()
  await runDue()
  clock.advance(59 * SECOND)
  await runDue()
  assert.deepEqual([(await noticeOf(order)).sent.length, sink.received.length], [0, 0])
  clock.advance(SECOND)
  await runDue()
  assert.deepEqual([(await noticeOf(order)).state, sink.received.length], ['DELIVERED', 1])
})

test('NOTICE_LOST: it is given up without being sent, and a replay sends it once the rule is gone', async () => {
  await faults.put({ kind: 'NOTICE_LOST' })
  const order = await charge()
  await runDue()
  const { id, state, due_at, sent } = await noticeOf(order)
  assert.deepEqual([state, due_at, sent.length, sink.received.length], ['EXHAUSTED', undefined, 1, 0])
  assert.deepEqual([sent[0]?.request_headers, sent[0]?.request_body], [{}, ''])
  assert.match(sent[0]?.failure ?? '', /not sent.*NOTICE_LOST/)
  await admin.put(`/notices/${id}/replays/still`)
  await runDue()
  assert.equal(sink.received.length, 0)
  await faults.remove('NOTICE_LOST')
  await admin.put(`/notices/${id}/replays/now`)
  await runDue()
  assert.deepEqual([(await noticeOf(order)).state, sink.received.length], ['DELIVERED', 1])
})

test('NOTICE_REORDERED: a notice waits until the next one of its merchant was sent', async () => {
  await faults.put({ kind: 'NOTICE_REORDERED', count: 1 })
  const first = await charge()
  await runDue()
  await charge(PARTNER)
  await runDue()
  // Another merchant's notice is not the next one.
  assert.deepEqual([sink.received.length, (await noticeOf(first)).state], [1, 'PENDING'])
  sink.received.length = 0
  const second = await charge()
  await runDue()
  assert.deepEqual(sink.received.map(numberIn), [second, first])
  assert.equal((await noticeOf(first)).state, 'DELIVERED')
  assert.equal(platform.faults.mayHoldNotices, false)
})

test('NOTICE_REORDERED for all: they come in pairs that are turned round', async () => {
  await faults.put({ kind: 'NOTICE_REORDERED' })
  const orders = []
  for (let order = 0; order < 4; order += 1) {
    orders.push(await charge())
    await runDue()
  }
  const [a, b, c, d] = orders
  assert.deepEqual(sink.received.map(numberIn), [b, a, d, c])
})

test('NOTICE_REORDERED: one notice is held at a time, also of those that fall due together', async () => {
  await faults.put({ kind: 'NOTICE_REORDERED' })
  const orders = [await charge(), await charge()]
  await runDue()
  assert.deepEqual(sink.received.map(numberIn).toSorted(), orders.toSorted())
  for (const order of orders) assert.equal((await noticeOf(order)).state, 'DELIVERED')
})

test('NOTICE_REORDERED: also of one stay, whose notices are sent in their order otherwise; the last one is not held for ever', async () => {
  await faults.put({
    kind: 'NOTICE_REORDERED',
    delay_ms: 600 * SECOND,
    event_type: 'VEHICLE.ENTRANCE_STATE_CHANGE',
  })
  await admin.put('/payers/turned')
  const plate = '/plates/粤C77777/BLUE'
  const be = async (service_state: string) => {
    await admin.put(plate, { payer_id: 'turned', service_state })
    await runDue()
  }
  await be('NORMAL')
  await parkingCalls(running.call).park({ plate_number: '粤C77777', notify_url: sink.url })
  for (const state of ['PAUSE', 'NORMAL', 'PAUSE']) await be(state)
  const states = () =>
    sink.received.map(one => opened(one, running.merchant(MERCHANT.mchid).apiv3_key).parking_state)
  assert.deepEqual(states(), ['NORMAL', 'BLOCKED'])
  clock.advance(600 * SECOND)
  await runDue()
  assert.deepEqual(states(), ['NORMAL', 'BLOCKED', 'BLOCKED'])
})

test('several kinds apply to one notice: it is late, and then it is a probe that comes twice', async () => {
  for (const rule of [
    { kind: 'NOTICE_DELAYED', delay_ms: 60 * SECOND },
    { kind: 'NOTICE_PROBE' },
    { kind: 'NOTICE_DOUBLED' },
  ] satisfies TestFault[])
    await faults.put({ ...rule, count: 1 })
  const order = await charge()
  await runDue()
  assert.equal(sink.received.length, 0)
  clock.advance(60 * SECOND)
  await runDue()
  assert.deepEqual(sink.received.map(isGenuine), [false, false])
  clock.advance(15 * SECOND)
  await runDue()
  assert.deepEqual([sink.received.length, (await noticeOf(order)).state], [3, 'DELIVERED'])
})

test('a rule is matched against a notice once, whatever the retry schedule does, and again after a replay', async () => {
  await faults.put({ kind: 'NOTICE_DOUBLED', probability: 1, seed: 1 })
  sink.answerWith(500, 500, 204)
  const order = await charge()
  await runDue()
  for (let retry = 0; retry < 2; retry += 1) {
    clock.advance(15 * SECOND)
    await runDue()
  }
  const { id, state } = await noticeOf(order)
  assert.deepEqual([state, (await faults.find('NOTICE_DOUBLED'))?.matched], ['DELIVERED', 1])
  await admin.put(`/notices/${id}/replays/once`)
  await runDue()
  assert.equal((await faults.find('NOTICE_DOUBLED'))?.matched, 2)
})

test('rules fit notices by product, type, merchant and fields', async () => {
  const { out_trade_no } = await running.accept({ notify_url: sink.url })
  for (const [fault_id, filter, matched] of [
    ['type', { event_type: 'TRANSACTION.SUCCESS' }, 1],
    ['other type', { event_type: 'REFUND.SUCCESS' }, 0],
    ['product', { product: 'parking', event_type: 'TRANSACTION.SUCCESS' }, 1],
    ['other product', { product: 'refunds' }, 0],
    ['merchant', { mchid: MERCHANT.mchid }, 1],
    ['other merchant', { mchid: PARTNER.mchid }, 0],
    // Inside of `amount`.
    ['amount', { fields: { total: 888 } }, 1],
    ['other amount', { fields: { total: 887 } }, 0],
    ['order', { fields: { out_trade_no, total: 888 } }, 1],
    ['other order', { fields: { out_trade_no: 'T', total: 888 } }, 0],
  ] as const) {
    await faults.put({ fault_id, kind: 'NOTICE_DOUBLED', probability: 1, seed: 1, ...filter })
    await runDue()
    const { id } = await noticeOf(out_trade_no)
    await admin.put(`/notices/${id}/replays/${fault_id.replace(' ', '-')}`)
    await runDue()
    const found = await faults.find(fault_id)
    assert.equal(Number(found?.matched) > 0, matched === 1, fault_id)
    await faults.remove(fault_id)
  }
})

test('what is injected into a notice that is late is not forgotten by a restart, nor counted twice', async t => {
  const own = await restartable(t)
  const { faults: rules } = own.platform()
  await rules.put({ fault_id: 'late', kind: 'NOTICE_DELAYED', delay_ms: 60 * SECOND, count: 1 })
  await rules.put({ fault_id: 'probe', kind: 'NOTICE_PROBE', count: 1 })
  await own.accept({ notify_url: sink.url })
  await own.runDue()
  await own.restart()
  own.clock.advance(60 * SECOND)
  await own.runDue()
  assert.match(String(sink.received[0]?.headers['wechatpay-signature']), /^WECHATPAY\/SIGNTEST\//)
  const { matched, injected } = (await own.platform().faults.find('probe')) ?? {}
  assert.deepEqual([matched, injected], [1, 1])
})
