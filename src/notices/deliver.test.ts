import assert from 'node:assert/strict'
import { createDecipheriv, createPublicKey, verify, X509Certificate } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import {
  chargeOf,
  freshPlate,
  MERCHANT,
  MODES,
  NOW,
  PARTNER,
  type ParkingUnderTest,
  parkingCalls,
  parkingUnderTest,
} from '../../test/parking.ts'
import { conforms } from '../contract/validate.ts'
import { findMerchant } from '../merchants/merchants.ts'
import { entranceStateChange, transactionResult } from '../products/parking/contract.ts'
import type { Database } from '../store/database.ts'
import { createTestStore } from '../store/testing.ts'
import {
  type MerchantCredentials,
  type ReceivedCallback,
  signedRequest,
  startPlatform,
  type VirtualClock,
  virtualClock,
  type WebhookSink,
  webhookSink,
} from '../testing/index.ts'
import { noticeDelivery } from './deliver.ts'
import { NOTICE_LADDER } from './ladder.ts'
import { enqueueNotice } from './outbox.ts'
import { noticeSender } from './send.ts'

// Notices as merchants get them. They are verified and opened here with nothing but node:crypto and the merchant's files.

interface Envelope {
  id: string
  create_time: string
  resource_type: string
  event_type: string
  summary: string
  resource: {
    original_type: string
    algorithm: string
    ciphertext: string
    associated_data: string
    nonce: string
  }
}

async function sinkFor(t: TestContext): Promise<WebhookSink> {
  const sink = await webhookSink()
  t.after(() => sink.close())
  return sink
}

/** The serial number that a notice is signed under, if its signature is right; fails otherwise. */
function verifiedSerial({ headers, body }: ReceivedCallback, merchant: MerchantCredentials): string {
  const serial = String(headers['wechatpay-serial'])
  const key =
    serial === merchant.public_key_id
      ? createPublicKey(merchant.platform_public_key)
      : new X509Certificate(merchant.platform_certificate).publicKey
  const message = `${headers['wechatpay-timestamp']}\n${headers['wechatpay-nonce']}\n${body}\n`
  const signature = Buffer.from(String(headers['wechatpay-signature']), 'base64')
  assert.ok(verify('RSA-SHA256', Buffer.from(message), key, signature), 'The signature does not fit')
  return serial
}

function envelopeOf({ body }: ReceivedCallback): Envelope {
  return JSON.parse(body) as Envelope
}

function opened(callback: ReceivedCallback, apiv3Key: string): Record<string, unknown> {
  const { ciphertext, nonce, associated_data } = envelopeOf(callback).resource
  const bytes = Buffer.from(ciphertext, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(apiv3Key), Buffer.from(nonce))
    .setAAD(Buffer.from(associated_data))
    .setAuthTag(bytes.subarray(-16))
  const text = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()])
  return JSON.parse(text.toString('utf8'))
}

/** Charges a car whose notices go to the sink and does the due work; answers the order's number. */
async function chargeWithNotice(
  { park, accept, runDue }: ParkingUnderTest,
  sink: WebhookSink,
  { caller = MERCHANT, plate_number = freshPlate() } = {},
): Promise<string> {
  const { out_trade_no } = await accept(
    await park({ plate_number }, caller),
    { notify_url: sink.url },
    caller,
  )
  await runDue()
  return out_trade_no
}

interface NoticeRow {
  id: string
  state: string
  attempts: number
  due_at: number | null
  leased_until: number
}

async function noticeRows(db: Database): Promise<NoticeRow[]> {
  return db.all<NoticeRow>(
    'SELECT id, state, attempts, due_at, leased_until FROM notices ORDER BY create_time, id',
  )
}

async function onlyNotice(db: Database): Promise<NoticeRow> {
  const [row, ...others] = await noticeRows(db)
  assert.equal(others.length, 0)
  assert.ok(row)
  return row
}

for (const [mode, caller] of MODES) {
  test(`${mode}: a payment is told with the order itself, sealed and signed for the merchant that called`, async t => {
    const sink = await sinkFor(t)
    const running = await parkingUnderTest(t)
    const number = await chargeWithNotice(running, sink, { caller })
    const callback = await sink.next()
    const merchant = running.merchant(caller.mchid)
    verifiedSerial(callback, merchant)

    const envelope = envelopeOf(callback)
    const { id, resource } = envelope
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.match(resource.nonce, /^[0-9A-Za-z]{12}$/)
    assert.deepEqual(envelope, {
      id,
      create_time: NOW,
      resource_type: 'encrypt-resource',
      event_type: 'TRANSACTION.SUCCESS',
      summary: '支付成功',
      resource: {
        original_type: 'transaction',
        algorithm: 'AEAD_AES_256_GCM',
        ciphertext: resource.ciphertext,
        associated_data: 'transaction',
        nonce: resource.nonce,
      },
    })

    const order = opened(callback, merchant.apiv3_key)
    assert.equal(conforms(transactionResult.resource, order), undefined)
    assert.deepEqual(order, await running.order(number, caller))
    assert.equal(order.trade_state, 'SUCCESS')
    assert.equal((await onlyNotice(running.platform.db)).state, 'DELIVERED')
  })

  test(`${mode}: a failure is told as PAY_FAIL, without what only a payment brings`, async t => {
    const sink = await sinkFor(t)
    const running = await parkingUnderTest(t)
    const number = await chargeWithNotice(running, sink, { caller, plate_number: '粤B10007' })
    const callback = await sink.next()
    const merchant = running.merchant(caller.mchid)
    verifiedSerial(callback, merchant)
    const { event_type, summary } = envelopeOf(callback)
    assert.deepEqual([event_type, summary], ['TRANSACTION.FAIL', '支付失败'])
    const order = opened(callback, merchant.apiv3_key)
    assert.equal(conforms(transactionResult.resource, order), undefined)
    assert.deepEqual(order, await running.order(number, caller))
    assert.equal(order.trade_state, 'PAY_FAIL')
    for (const later of ['transaction_id', 'success_time', 'bank_type', 'attach']) {
      assert.ok(!(later in order), later)
    }
  })
}

test('headers have their exact names, the type of the signature and the wall time', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t)
  await chargeWithNotice(running, sink)
  const { rawHeaders, headers } = await sink.next()
  const names = rawHeaders.filter((_, index) => index % 2 === 0)
  for (const name of [
    'Request-ID',
    'Wechatpay-Nonce',
    'Wechatpay-Serial',
    'Wechatpay-Signature',
    'Wechatpay-Signature-Type',
    'Wechatpay-Timestamp',
    'Content-Type',
    'User-Agent',
    'Accept',
  ]) {
    assert.equal(names.filter(sent => sent === name).length, 1, name)
  }
  assert.equal(headers['wechatpay-signature-type'], 'WECHATPAY2-SHA256-RSA2048')
  assert.equal(headers['content-type'], 'application/json')
  assert.match(String(headers['wechatpay-nonce']), /^[0-9a-f]{32}$/)
  assert.match(String(headers['request-id']), /^[0-9A-F]{40}-0$/)
  // Business time is in 2017; receivers refuse a signature that is five minutes old.
  assert.ok(Math.abs(Number(headers['wechatpay-timestamp']) - Date.now() / 1000) < 60)
})

test('the key that signs follows the trust state of the receiver', async t => {
  const running = await parkingUnderTest(t)
  const merchant = running.merchant('1230000109')
  const { platform_serial, public_key_id } = merchant
  for (const [trust, share, expected] of [
    ['CERTIFICATE', 100, platform_serial],
    ['SWITCHING', 0, platform_serial],
    ['SWITCHING', 100, public_key_id],
    ['PUBLIC_KEY', 0, public_key_id],
  ] as const) {
    const sink = await sinkFor(t)
    await running.platform.db.run(
      'UPDATE merchants SET trust_state = $1, notice_key_share = $2',
      trust,
      share,
    )
    await chargeWithNotice(running, sink)
    assert.equal(verifiedSerial(await sink.next(), merchant), expected, `${trust} ${share}`)
  }
})

test('while switching with a share in between, notices come under both keys', async t => {
  const sink = await sinkFor(t)
  // The draw of each notice is its own: it falls on one side of the share, then on the other.
  let draws = 0
  const random = (size: number) => {
    if (size !== 2) return crypto.getRandomValues(new Uint8Array(size))
    draws += 1
    return Uint8Array.of(draws % 2 === 0 ? 0x7f : 0x80, 0xff)
  }
  const running = await parkingUnderTest(t, { random })
  await running.platform.db.run('UPDATE merchants SET notice_key_share = 50')
  const merchant = running.merchant('1230000109')
  const serials: string[] = []
  for (let count = 0; count < 4; count += 1) {
    await chargeWithNotice(running, sink)
    serials.push(verifiedSerial(await sink.next(), merchant))
  }
  const { platform_serial, public_key_id } = merchant
  assert.deepEqual(serials, [platform_serial, public_key_id, platform_serial, public_key_id])
})

test('a notice that is not acknowledged comes again at exactly each step of the ladder, sixteen times in all', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t)
  const { runDue, clock, platform, merchant } = running
  sink.answerWith(...Array.from({ length: 20 }, () => 500))
  await chargeWithNotice(running, sink)
  assert.equal(sink.received.length, 1)

  for (const [index, wait] of NOTICE_LADDER.entries()) {
    clock.advance(wait - 1)
    await runDue()
    assert.equal(sink.received.length, index + 1)
    clock.advance(1)
    await runDue()
    assert.equal(sink.received.length, index + 2)
  }

  const { state, attempts, due_at } = await onlyNotice(platform.db)
  assert.deepEqual({ state, attempts, due_at }, { state: 'EXHAUSTED', attempts: 16, due_at: null })
  clock.advance(365 * 24 * 3_600_000)
  await runDue()
  assert.equal(sink.received.length, 16)

  const own = merchant('1230000109')
  for (const callback of sink.received) {
    verifiedSerial(callback, own)
    opened(callback, own.apiv3_key)
  }
  const different = (read: (callback: ReceivedCallback) => unknown) => new Set(sink.received.map(read)).size
  assert.equal(
    different(callback => envelopeOf(callback).id),
    1,
  )
  assert.equal(
    different(callback => envelopeOf(callback).create_time),
    1,
  )
  assert.equal(
    different(callback => envelopeOf(callback).resource.nonce),
    16,
  )
  assert.equal(
    different(callback => envelopeOf(callback).resource.ciphertext),
    16,
  )
  assert.equal(
    different(({ headers }) => headers['wechatpay-nonce']),
    16,
  )
  assert.equal(
    different(({ headers }) => headers['wechatpay-signature']),
    16,
  )
  assert.equal(
    different(({ headers }) => headers['request-id']),
    16,
  )
})

test('each attempt is signed at its own wall time', async t => {
  const sink = await sinkFor(t)
  let wallShift = 0
  const business = virtualClock(NOW)
  const clock: VirtualClock = { ...business, wallNow: () => Date.now() + wallShift }
  const running = await parkingUnderTest(t, { clock })
  sink.answerWith(500)
  await chargeWithNotice(running, sink)
  wallShift = 100_000
  clock.advance(15_000)
  await running.runDue()
  const [first, second] = sink.received.map(({ headers }) => Number(headers['wechatpay-timestamp']))
  assert.ok((second ?? 0) - (first ?? 0) >= 100)
})

test('200 and 204 end a notice; 201, 302, 400, 500 and a refused connection do not', async t => {
  const running = await parkingUnderTest(t)
  const { db } = running.platform
  for (const [answer, state, failure] of [
    [200, 'DELIVERED', ''],
    [204, 'DELIVERED', ''],
    [201, 'PENDING', 'The reply was HTTP 201'],
    [302, 'PENDING', 'The reply was HTTP 302'],
    [400, 'PENDING', 'The reply was HTTP 400'],
    [500, 'PENDING', 'The reply was HTTP 500'],
  ] as const) {
    const sink = await sinkFor(t)
    sink.answerWith(answer)
    await chargeWithNotice(running, sink)
    const { id } = envelopeOf(await sink.next())
    const row = await db.get<NoticeRow>('SELECT * FROM notices WHERE id = $1', id)
    assert.equal(row?.state, state)
    const attempt = await db.get<{ reply_status: number; failure: string }>(
      'SELECT reply_status, failure FROM notice_attempts WHERE notice_id = $1',
      id,
    )
    assert.deepEqual(attempt, { reply_status: answer, failure })
  }

  const gone = await webhookSink()
  await gone.close()
  await running.accept(await running.park(), { notify_url: gone.url })
  await running.runDue()
  const refused = await db.get<{ reply_status: number | null; failure: string }>(
    'SELECT reply_status, failure FROM notice_attempts WHERE reply_status IS NULL',
  )
  assert.match(refused?.failure ?? '', /ECONNREFUSED/)
})

test('each attempt is on record: what was sent, what came back, when and why it failed', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t)
  const { db } = running.platform
  sink.answerWith({ status: 503, body: '{"code":"FAIL","message":"稍后"}' })
  const startedAt = Date.now()
  await chargeWithNotice(running, sink)
  running.clock.advance(15_000)
  await running.runDue()
  const attempts = await db.all<Record<string, string | number | null>>(
    'SELECT * FROM notice_attempts ORDER BY attempt',
  )
  const { id } = await onlyNotice(db)
  attempts.forEach((attempt, index) => {
    const received = sink.received[index]
    assert.ok(received)
    assert.equal(attempt.notice_id, id)
    assert.equal(attempt.request_body, received.body)
    for (const [name, value] of Object.entries(JSON.parse(String(attempt.request_headers)))) {
      assert.equal(received.headers[name.toLowerCase()], value)
    }
    assert.ok(Number(attempt.wall_time) >= startedAt && Number(attempt.wall_time) <= Date.now())
    assert.ok(Number(attempt.duration_ms) >= 0 && Number(attempt.duration_ms) < 5_000)
  })
  const told = attempts.map(({ attempt, business_time, reply_status, reply_body, failure }) => ({
    attempt,
    business_time,
    reply_status,
    reply_body,
    failure,
  }))
  const now = Date.parse(NOW)
  assert.deepEqual(told, [
    {
      attempt: 1,
      business_time: now,
      reply_status: 503,
      reply_body: '{"code":"FAIL","message":"稍后"}',
      failure: 'The reply was HTTP 503',
    },
    { attempt: 2, business_time: now + 15_000, reply_status: 204, reply_body: '', failure: '' },
  ])
})

test('a merchant without an APIv3 key gets no notices, and is charged for all the same', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t)
  await running.platform.db.run(`UPDATE merchants SET apiv3_key = '' WHERE mchid = '1230000109'`)
  const number = await chargeWithNotice(running, sink)
  assert.equal((await running.order(number)).trade_state, 'SUCCESS')
  assert.deepEqual(await noticeRows(running.platform.db), [])
  // A provider of the same platform has a key.
  await chargeWithNotice(running, sink, { caller: PARTNER })
  await sink.next()
})

test('an APIv3 key that is taken away meanwhile fails the attempt; a new one seals the next', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t)
  const { db } = running.platform
  sink.answerWith(500)
  await chargeWithNotice(running, sink)
  await db.run(`UPDATE merchants SET apiv3_key = ''`)
  running.clock.advance(15_000)
  await running.runDue()
  assert.equal(sink.received.length, 1)
  const { state, attempts, due_at } = await onlyNotice(db)
  assert.deepEqual(
    { state, attempts, due_at },
    { state: 'PENDING', attempts: 2, due_at: running.clock.now() + 15_000 },
  )
  const [, second] = await db.all<{ failure: string; request_body: string }>(
    'SELECT failure, request_body FROM notice_attempts ORDER BY attempt',
  )
  assert.deepEqual(second, { failure: 'The merchant has no APIv3 key', request_body: '' })

  const newKey = 'abcdefghijklmnopqrstuvwxyz012345'
  await db.run('UPDATE merchants SET apiv3_key = $1', newKey)
  running.clock.advance(15_000)
  await running.runDue()
  const [, callback] = sink.received
  assert.ok(callback)
  assert.equal(opened(callback, newKey).trade_state, 'SUCCESS')
})

test('a notice is part of the transaction that causes it: rolled back with it, sent after its commit', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t)
  const { platform } = running
  const receiver = await findMerchant(platform.db, '1230000109')
  assert.ok(receiver)
  const resource = {
    sp_mchid: '1230000109',
    parking_id: '5K8264ILTKCH16CQ250',
    out_parking_no: '1212313',
    plate_number: '粤B888888',
    plate_color: 'BLUE',
    start_time: '2017-08-26T10:43:39+08:00',
    parking_name: '欢乐海岸停车场',
    free_duration: 3600,
    parking_state: 'NORMAL',
    state_update_time: '2015-05-20T13:29:35.120+08:00',
  } as const
  const write = (fails: boolean) =>
    platform.db.transaction(async tx => {
      await enqueueNotice(tx, platform, entranceStateChange, {
        eventType: 'VEHICLE.ENTRANCE_STATE_CHANGE',
        receiver,
        notifyUrl: sink.url,
        resource,
      })
      if (fails) throw new Error('The cause did not happen')
    })
  await assert.rejects(write(true), /did not happen/)
  await running.runDue()
  assert.deepEqual(sink.received, [])
  await write(false)
  await running.runDue()

  // The kind without an original type: the associated data is empty, and the key is there all the same.
  const callback = await sink.next()
  verifiedSerial(callback, running.merchant('1230000109'))
  const { resource: sealed, summary } = envelopeOf(callback)
  assert.deepEqual([sealed.original_type, sealed.associated_data], ['', ''])
  assert.equal(summary, '停车入场状态通知')
  const plaintext = opened(callback, running.merchant('1230000109').apiv3_key)
  assert.deepEqual(plaintext, resource)
  assert.equal(conforms(entranceStateChange.resource, plaintext), undefined)
})

test('a running platform sends by itself', async t => {
  const sink = await sinkFor(t)
  const { accept, park, order, merchant } = await parkingUnderTest(t, { workers: true })
  const { out_trade_no } = await accept(await park(), { notify_url: sink.url })
  const callback = await sink.next()
  assert.deepEqual(opened(callback, merchant('1230000109').apiv3_key), await order(out_trade_no))
})

test('a receiver that is slow holds up no other', async t => {
  const slow = await sinkFor(t)
  const quick = await sinkFor(t)
  slow.answerWith(...Array.from({ length: 10 }, () => 'hang' as const))
  const { accept, park } = await parkingUnderTest(t, { workers: true })
  for (let count = 0; count < 10; count += 1) await accept(await park(), { notify_url: slow.url })
  for (let count = 0; count < 10; count += 1) await slow.next()
  // Ten deliveries hang now.
  await accept(await park(), { notify_url: quick.url })
  await quick.next()
  await slow.close()
})

test('a claim leases the longest due notices, as many as asked for, and no other claim gets them meanwhile', async t => {
  const { platform, park, charge, runDue, clock } = await parkingUnderTest(t)
  const sender = noticeSender('sandbox')
  t.after(() => sender.close())
  // Fifteen failing notices, each due at another time.
  for (let count = 0; count < 15; count += 1) {
    await charge(chargeOf(await park()))
    await runDue()
    clock.advance(10)
  }
  clock.advance(15_000)
  const work = noticeDelivery(platform, sender.send)
  const rows = await noticeRows(platform.db)
  const dueOrder = rows.toSorted((one, other) => (one.due_at ?? 0) - (other.due_at ?? 0)).map(({ id }) => id)
  const claimed: string[] = []
  for (const limit of [4, 10, 4, 1]) {
    const items = await work.claim(clock.now(), limit, new Set())
    assert.ok(items.length <= limit)
    const ids = items.map(item => work.key(item))
    // Which ones are claimed is by due time; a statement that changes rows gives them back in any order.
    assert.deepEqual(new Set(ids), new Set(dueOrder.slice(claimed.length, claimed.length + limit)))
    claimed.push(...ids)
  }
  assert.deepEqual(new Set(claimed), new Set(dueOrder))
  assert.equal(await work.nextDueAt(), undefined)
})

test('two claims at once share the notices out', async t => {
  const { platform, park, charge, runDue, clock } = await parkingUnderTest(t)
  const sender = noticeSender('sandbox')
  t.after(() => sender.close())
  for (let count = 0; count < 30; count += 1) await charge(chargeOf(await park()))
  await runDue()
  clock.advance(15_000)
  const work = noticeDelivery(platform, sender.send)
  const claims = await Promise.all(Array.from({ length: 6 }, () => work.claim(clock.now(), 10, new Set())))
  const ids = claims.flat().map(item => work.key(item))
  assert.equal(new Set(ids).size, ids.length)
  assert.ok(claims.every(items => items.length <= 10))
  const rest = await work.claim(clock.now(), 100, new Set())
  assert.equal(ids.length + rest.length, 30)
})

test('of two workers that both have a notice after a lease ran out, the first record stands', async t => {
  const sink = await sinkFor(t)
  const { platform, park, charge, clock, runDue } = await parkingUnderTest(t)
  const sender = noticeSender('sandbox')
  t.after(() => sender.close())
  sink.answerWith(500, 500, 204)
  await charge(chargeOf(await park(), { notify_url: sink.url }))
  await runDue()
  clock.advance(15_000)
  const work = noticeDelivery(platform, sender.send)
  const [first] = await work.claim(clock.now(), 1, new Set())
  await platform.db.run('UPDATE notices SET leased_until = 0')
  const [second] = await work.claim(clock.now(), 1, new Set())
  assert.ok(first && second)
  await work.handle(first)
  await work.handle(second)
  // It came twice, which receivers must bear; one attempt is counted, and the ladder goes on from it.
  assert.equal(sink.received.length, 3)
  const { state, attempts, due_at } = await onlyNotice(platform.db)
  assert.deepEqual(
    { state, attempts, due_at },
    { state: 'PENDING', attempts: 2, due_at: clock.now() + 15_000 },
  )
})

/** A platform on a store that stays, with the keys that its first start gave out. */
async function restartable(t: TestContext) {
  const store = createTestStore()
  const clock = virtualClock(NOW)
  let running = await startPlatform({ clock, open: () => store.open() })
  const keys = new Map(['1230000109', '1230000100'].map(mchid => [mchid, running.merchant(mchid)]))
  t.after(async () => {
    await running.stop()
    await store.remove()
  })
  const keysOf = (mchid: string) => {
    const merchant = keys.get(mchid)
    assert.ok(merchant)
    return merchant
  }
  const calls = parkingCalls((request, mchid = '1230000109') => {
    const { method, target, headers, body } = signedRequest(keysOf(mchid), request)
    return running.app.inject({ method, url: target, headers, payload: body })
  })
  return {
    ...calls,
    clock,
    keysOf,
    runDue: () => running.runDue(),
    platform: () => running.platform,
    async restart(wallShift = 0) {
      await running.stop()
      const later = { ...clock, wallNow: () => Date.now() + wallShift }
      running = await startPlatform({ clock: later, open: () => store.open() })
    },
  }
}

test('after a restart the ladder goes on where it was', async t => {
  const sink = await sinkFor(t)
  const { accept, park, runDue, clock, restart, keysOf, platform } = await restartable(t)
  sink.answerWith(500, 500, 500)
  await accept(await park(), { notify_url: sink.url })
  await runDue()
  clock.advance(15_000)
  await runDue()
  assert.equal(sink.received.length, 2)

  await restart()
  await runDue()
  clock.advance(14_999)
  await runDue()
  assert.equal(sink.received.length, 2)
  clock.advance(1)
  await runDue()
  assert.equal(sink.received.length, 3)
  await restart()
  clock.advance(30_000)
  await runDue()
  assert.equal(sink.received.length, 4)
  const ids = new Set(sink.received.map(callback => envelopeOf(callback).id))
  assert.equal(ids.size, 1)
  for (const callback of sink.received) verifiedSerial(callback, keysOf('1230000109'))
  assert.deepEqual((await onlyNotice(platform().db)).state, 'DELIVERED')
})

test('a notice that a killed process had in hand is sent by the next one', async t => {
  const sink = await sinkFor(t)
  const { accept, park, runDue, clock, restart, platform } = await restartable(t)
  sink.answerWith(500)
  await accept(await park(), { notify_url: sink.url })
  await runDue()
  clock.advance(15_000)
  // What a process that is killed during a delivery leaves: a lease, and nothing on record.
  const work = noticeDelivery(platform(), async () => assert.fail('It was killed before'))
  const [item] = await work.claim(clock.now(), 1, new Set())
  assert.ok(item)

  await restart()
  await runDue()
  if (platform().db.engine === 'postgres') {
    // Another node may have it in hand, so the lease stands until its time is over.
    assert.equal(sink.received.length, 1)
    await restart(14_000)
    await runDue()
    assert.equal(sink.received.length, 1)
    await restart(16_000)
    await runDue()
  }
  assert.equal(sink.received.length, 2)
  const { state, attempts } = await onlyNotice(platform().db)
  assert.deepEqual({ state, attempts }, { state: 'DELIVERED', attempts: 2 })
})
