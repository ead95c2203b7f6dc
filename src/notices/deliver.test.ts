import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chargesUnderTest, SANDBOX_PAYERS } from '../../test/charges.ts'
import {
  chargeWithNotice,
  envelopeOf,
  noticeRows,
  onlyNotice,
  opened,
  sinkFor,
  verifiedSerial,
} from '../../test/notices.ts'
import { MODES, NOW, PARTNER } from '../../test/sandbox.ts'
import { conforms } from '../contract/validate.ts'
import { findMerchant } from '../merchants/merchants.ts'
import { entranceStateChange, transactionResult } from '../products/industry/parking/contract.ts'
import { enqueueNotice } from './outbox.ts'

// What a notice says, how it is sealed and signed, and who gets one.

for (const [mode, caller] of MODES) {
  test(`${mode}: a payment is reported with the order itself, sealed and signed for the merchant that called`, async t => {
    const sink = await sinkFor(t)
    const running = await chargesUnderTest(t)
    const number = await chargeWithNotice(running, sink, { caller })
    const callback = await sink.next()
    const merchant = running.merchant(caller.mchid)
    verifiedSerial(callback, merchant)

    const envelope = envelopeOf(callback)
    const { id, resource } = envelope
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
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

  test(`${mode}: a failure is reported as PAY_FAIL, without what only a payment brings`, async t => {
    const sink = await sinkFor(t)
    const running = await chargesUnderTest(t, { rules: { deductionLadder: [0] } })
    const number = await chargeWithNotice(running, sink, { caller, payer: SANDBOX_PAYERS.withoutMoney })
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
  const running = await chargesUnderTest(t)
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
  const running = await chargesUnderTest(t)
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
  const running = await chargesUnderTest(t, { random })
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

test('a merchant without an APIv3 key gets no notices, and is charged for all the same', async t => {
  const sink = await sinkFor(t)
  const running = await chargesUnderTest(t)
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
  const running = await chargesUnderTest(t)
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
  const running = await chargesUnderTest(t)
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
        subject: 'parking/5K8264ILTKCH16CQ250',
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
  const { accept, order, merchant } = await chargesUnderTest(t, { workers: true })
  const { out_trade_no } = await accept({ notify_url: sink.url })
  const callback = await sink.next()
  assert.deepEqual(opened(callback, merchant('1230000109').apiv3_key), await order(out_trade_no))
})

test('a receiver that is slow holds up no other', async t => {
  const slow = await sinkFor(t)
  const quick = await sinkFor(t)
  slow.answerWith(...Array.from({ length: 10 }, () => 'hang' as const))
  const { accept } = await chargesUnderTest(t, { workers: true })
  for (let count = 0; count < 10; count += 1) await accept({ notify_url: slow.url })
  for (let count = 0; count < 10; count += 1) await slow.next()
  // Ten deliveries hang now.
  await accept({ notify_url: quick.url })
  await quick.next()
  await slow.close()
})
