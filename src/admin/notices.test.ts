import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { chargesUnderTest } from '../../test/charges.ts'
import { envelopeOf, opened, verifiedSerial } from '../../test/notices.ts'
import { webhookSink } from '../testing/index.ts'

const sink = await webhookSink()
after(() => sink.close())
const running = await chargesUnderTest({ after })
const admin = adminCalls(running)

async function newestNotice() {
  const { out_trade_no } = await running.accept({ notify_url: sink.url })
  await running.runDue()
  const { notices } = (await admin.get(`/orders/1230000109/${out_trade_no}`)).body
  return (await admin.get(`/notices/${notices[0].id}`)).body
}

test('a notice is shown with its plaintext and with every attempt: what was sent and what was answered', async () => {
  sink.answerWith({ status: 500, body: 'not now' })
  const first = await newestNotice()
  assert.deepEqual([first.state, first.attempts, first.sent.length], ['PENDING', 1, 1])
  assert.equal(first.resource.trade_state, 'SUCCESS')
  const [attempt] = first.sent
  assert.deepEqual([attempt.reply_status, attempt.reply_body, attempt.attempt], [500, 'not now', 1])
  assert.ok(attempt.failure && attempt.request_headers['Wechatpay-Signature'])
  assert.equal(JSON.parse(attempt.request_body).id, first.id)
  assert.equal(sink.received.at(-1)?.body, attempt.request_body)
  await admin.put('/clock/moves/retries', { step_ms: 15_000 })
  const { body } = await admin.get(`/notices/${first.id}`)
  assert.deepEqual([body.state, body.sent.length, body.sent[1].failure], ['DELIVERED', 2, ''])
})

test('a replay sends a notice once more, once for each replay_id', async () => {
  const notice = await newestNotice()
  const sent = sink.received.length
  const path = `/notices/${notice.id}/replays/one`
  const replay = (await admin.put(path)).body
  assert.deepEqual([replay.state, replay.repeated], ['PENDING', false])
  await admin.put('/due-work')
  const after = (await admin.put(path)).body
  assert.deepEqual([after.state, after.attempts, after.repeated], ['DELIVERED', 2, true])
  await admin.put('/due-work')
  assert.equal(sink.received.length, sent + 1)
  await admin.put(`/notices/${notice.id}/replays/two`)
  await admin.put('/due-work')
  assert.equal(sink.received.length, sent + 2)
  admin.refused(await admin.put('/notices/nope/replays/one'), 'NOT_FOUND')
  admin.refused(await admin.get('/notices/nope'), 'NOT_FOUND')
})

test("a merchant's notices wait while they are paused, and go out when they are not", async () => {
  await admin.put('/merchants/1230000109', { notices_paused: true })
  const waiting = await newestNotice()
  assert.deepEqual([waiting.state, waiting.attempts], ['PENDING', 0])
  await admin.put('/merchants/1230000109', { notices_paused: false })
  await admin.put('/due-work')
  assert.equal((await admin.get(`/notices/${waiting.id}`)).body.state, 'DELIVERED')
})

test('notices are listed by merchant, state, product, event type and subject, the newest first', async () => {
  const all = (await admin.get('/notices?mchid=1230000109&state=DELIVERED')).body.data
  assert.equal(all.length, 3)
  assert.deepEqual((await admin.get('/notices?state=PENDING')).body.data, [])
  assert.deepEqual((await admin.get('/notices?mchid=1230000100')).body.data, [])
  assert.equal((await admin.get('/notices?event_type=TRANSACTION.SUCCESS')).body.data.length, 3)
  assert.deepEqual((await admin.get('/notices?event_type=TRANSACTION.FAIL')).body.data, [])
  assert.deepEqual((await admin.get('/notices?event_type=PAID')).body.data, [])
  assert.equal(
    (await admin.get('/notices?product=parking&event_type=TRANSACTION.SUCCESS')).body.data.length,
    3,
  )
  assert.deepEqual((await admin.get('/notices?product=refunds')).body.data, [])
  const { subject } = all[1]
  assert.match(subject, /^order\/1230000109\/./)
  assert.deepEqual((await admin.get(`/notices?subject=${encodeURIComponent(subject)}`)).body.data, [all[1]])
  assert.deepEqual((await admin.get('/notices?subject=order')).body.data, [])
  admin.refusedField(await admin.get('/notices?state=LOST'), 'state', /PENDING/)
})

test('a notice of any content is sealed, signed and sent like any other, once for each id', async () => {
  const sent = sink.received.length
  const notice = {
    mchid: '1230000109',
    notify_url: sink.url,
    product: 'coupons',
    event_type: 'SOMETHING.NEW',
    original_type: 'thing',
    summary: '新的',
    resource: { out_trade_no: 'T1', amount: { total: 1 }, words: ['粤B10001'] },
  }
  const put = (await admin.put('/notices/put-1', notice)).body
  assert.deepEqual([put.state, put.attempts, put.repeated], ['PENDING', 0, false])
  assert.deepEqual([put.product, put.subject], ['coupons', ''])
  await admin.put('/due-work')
  const again = (await admin.put('/notices/put-1', notice)).body
  assert.deepEqual([again.state, again.attempts, again.repeated], ['DELIVERED', 1, true])
  await admin.put('/due-work')
  assert.equal(sink.received.length, sent + 1)
  const received = sink.received[sent]
  assert.ok(received)
  const merchant = running.merchant('1230000109')
  verifiedSerial(received, merchant)
  assert.deepEqual(opened(received, merchant.apiv3_key), notice.resource)
  const { id, event_type, summary, resource } = envelopeOf(received)
  assert.deepEqual(
    [id, event_type, summary, resource.original_type],
    ['put-1', 'SOMETHING.NEW', '新的', 'thing'],
  )
})

test('a notice that could not be sent, or is another one under the same id, is refused', async () => {
  const notice = { mchid: '1230000109', notify_url: sink.url, event_type: 'X', resource: {} }
  const put = (await admin.put('/notices/put-2', notice)).body
  assert.deepEqual([put.summary, put.product], ['', ''])
  admin.refused(await admin.put('/notices/put-2', { ...notice, product: 'parking' }), 'CONFLICT')
  admin.refused(await admin.put('/notices/put-2', { ...notice, event_type: 'Y' }), 'CONFLICT', /another id/)
  admin.refused(await admin.put('/notices/put-2', { ...notice, resource: { a: 1 } }), 'CONFLICT')
  admin.refused(await admin.put('/notices/put-3', { ...notice, mchid: '1999999999' }), 'NOT_FOUND')
  const sub = { ...notice, mchid: '1900000109' }
  admin.refused(await admin.put('/notices/put-3', sub), 'CONFLICT', /no APIv3 key/)
  admin.refused(await admin.get('/notices/put-3'), 'NOT_FOUND')
  admin.refusedField(await admin.put('/notices/put-3', { ...notice, notify_url: 'here' }), 'notify_url')
  admin.refusedField(await admin.put('/notices/put-3', { ...notice, resource: 'text' }), 'resource')
  admin.refusedField(await admin.put(`/notices/${'i'.repeat(37)}`, notice), 'id')
  await admin.put('/due-work')
  admin.assertAllMet('getNotice', 'putNotice', 'replayNotice')
})
