import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, test } from 'node:test'
import {
  type ClientOptions,
  createWebhookReceiver,
  formatTime,
  merchantClient,
  NoticeRefused,
  optionsFromFolder,
  partnerClient,
  signTestNotice,
} from '../../src/sdk/index.ts'
import { shangmi } from '../../src/sdk/shangmi.ts'
import { virtualClock } from '../../src/testing/index.ts'
import { adminCalls } from '../admin-calls.ts'
import { sinkFor } from '../notices.ts'
import { platformUnderTest } from '../platform.ts'
import { platformCertificate, shangmiMerchant } from '../shangmi.ts'
import {
  chargeRequest,
  DIRECT,
  entryRequest,
  NOWHERE,
  optionsOf,
  PROVIDER,
  paidOrder,
  parkingFor,
  plateRequest,
  SUB_MCHID,
} from './car-park.ts'
import { collect } from './collect.ts'
import { type ManInTheMiddle, manInTheMiddle, type PassingReply } from './man-in-the-middle.ts'

const NOON = '2026-06-01T12:00:00+08:00'
const DAY_MS = 24 * 60 * 60 * 1000
const LIST = '/v3/certificates?algorithm_type=SM2'

const running = await platformUnderTest({ after }, { clock: virtualClock(NOON) })
const issued = {
  [DIRECT]: await shangmiMerchant(running),
  [PROVIDER]: await shangmiMerchant(running, PROVIDER),
}
const theirs = platformCertificate(running)
const middle: ManInTheMiddle = await manInTheMiddle(running.baseUrl)
after(middle.close)

/** The options of a merchant of 国密, who knows the platform's certificate. */
function optionsBySm2(mchid: typeof DIRECT | typeof PROVIDER = DIRECT): ClientOptions {
  const { serial_no, private_key } = issued[mchid]
  return {
    ...optionsOf(running, mchid),
    baseUrl: middle.url,
    ...{ suite: shangmi, serial_no, privateKey: private_key, trust: { certificates: [theirs.pem] } },
  }
}

const client = merchantClient(optionsBySm2())
const now = () => running.platform.clock.now()

/** A reply whose body was changed on the way. */
const changed = (change: (text: string) => string) => (reply: PassingReply) => {
  const body = Buffer.from(change(reply.body.toString('utf8')))
  return { ...reply, headers: { ...reply.headers, 'content-length': String(body.length) }, body }
}

/** Requests since the last look, each with its scheme. */
function seen(): { target: string; scheme: string | undefined; serial: unknown }[] {
  return middle.seen.splice(0).map(({ target, headers }) => {
    return { target, scheme: headers.authorization?.split(' ')[0], serial: headers['wechatpay-serial'] }
  })
}

test('a client of 国密 parks, charges, queries and refunds, and believes the replies', async () => {
  seen()
  const entry = await client.parking.createParking(entryRequest(NOWHERE, now()))
  const { out_trade_no } = await client.parking.createTransaction(chargeRequest(entry, NOWHERE, now()))
  await running.runDue()
  assert.equal((await client.parking.queryTransaction({ out_trade_no })).trade_state, 'SUCCESS')
  const amount = { refund: 300, total: 888, currency: 'CNY' } as const
  const refund = await client.refunds.createRefund({ out_trade_no, out_refund_no: 'SM2-1', amount })
  assert.equal(refund.status, 'PROCESSING')
  assert.deepEqual(new Set(seen().map(({ scheme }) => scheme)), new Set(['WECHATPAY2-SM2-WITH-SM3']))
})

test('a client without certificates downloads those of SM2 before its first call, once', async () => {
  seen()
  const bootstrapped = merchantClient({ ...optionsBySm2(), trust: { certificates: [] } })
  await Promise.all([1, 2, 3].map(() => bootstrapped.parking.queryPlateService(plateRequest)))
  const targets = seen().map(({ target }) => target)
  assert.equal(targets[0], LIST)
  assert.equal(targets.filter(target => target === LIST).length, 1)
  assert.equal(targets.length, 4)
})

test('a list that was changed on the way, or another APIv3 key, stops the call before it is sent', async () => {
  const base = { ...optionsBySm2(), trust: { certificates: [] }, retries: 0 }
  const otherKey = merchantClient({ ...base, apiv3Key: 'x'.repeat(32) })
  const expected = { name: 'ReplyForged', op: 'certificates.listCertificates', message: /APIv3 key is wrong/ }
  await assert.rejects(otherKey.parking.queryPlateService(plateRequest), expected)
  middle.plan(changed(text => text.replace(/"ciphertext":"..../, '"ciphertext":"AAAA')))
  await assert.rejects(merchantClient(base).parking.queryPlateService(plateRequest), expected)
})

test('fields go both ways by SM2, in a call that names the certificate', async () => {
  seen()
  const encrypted_echo_message = await client.sensitive.encrypt('张三')
  const reply = await client.security.securityEcho({ echo_message: 'a', encrypted_echo_message })
  assert.equal(client.sensitive.decrypt(reply.encrypted_echo_message ?? ''), '张三')
  assert.equal(seen().at(-1)?.serial, theirs.serial)
  assert.throws(() => client.sensitive.decrypt(encrypted_echo_message), /not encrypted to this key/)
})

test('a reply that was changed on the way is forged, and the likely cause is named', async () => {
  const once = merchantClient({ ...optionsBySm2(), retries: 0 })
  for (const [change, likelyCause] of [
    [(text: string) => JSON.stringify(JSON.parse(text), null, 2), 'body_rewritten'],
    [(text: string) => `${text}\n`, 'body_line_feed'],
    [(text: string) => text.replace('NORMAL', 'PAUSED'), undefined],
  ] as const) {
    middle.plan(changed(change))
    await assert.rejects(once.parking.queryPlateService(plateRequest), { name: 'ReplyForged', likelyCause })
  }
})

test('notices are received by the client and by a receiver without one, with what they say', async t => {
  const sink = await sinkFor(t)
  const entry = await client.parking.createParking(entryRequest(sink.url, now()))
  const { out_trade_no } = await client.parking.createTransaction(chargeRequest(entry, sink.url, now()))
  await running.runDue()
  const { apiv3Key } = optionsBySm2()
  const standalone = createWebhookReceiver({
    apiv3Key,
    suite: shangmi,
    trust: { certificates: [theirs.pem] },
  })
  for (;;) {
    const { headers, body } = await sink.next()
    const [one, other] = [
      await client.webhooks.readNotice(body, headers),
      await standalone.readNotice(body, headers),
    ]
    assert.deepEqual(one, other)
    if (one.event_type === 'TRANSACTION.SUCCESS') return assert.equal(one.resource.out_trade_no, out_trade_no)
  }
})

test('a receiver of RSA refuses a notice of 国密 and says which option is missing; the other way round too', async t => {
  const sink = await sinkFor(t)
  await client.security.securityEcho({ echo_message: 'a', notify_url: sink.url })
  await running.runDue()
  const { headers, body } = await sink.next()
  const { mchid: _, ...options } = optionsFromFolder(`${running.folder}/merchants/${DIRECT}`)
  const expected = {
    reason: 'foreign_scheme',
    status: 401,
    message: /suite: shangmi of boomgate\/sdk\/shangmi/,
  }
  await assert.rejects(createWebhookReceiver(options).readNotice(body, headers), expected)

  const rsaKeys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const { apiv3Key } = optionsBySm2()
  const notice = signTestNotice({
    ...{ event_type: 'ANY', resource: {}, apiv3Key, serial: theirs.serial, privateKey: rsaKeys.privateKey },
  })
  await assert.rejects(client.webhooks.readNotice(notice.body, notice.headers), expected)
})

test('a notice for a test is signed by SM2 and sealed by SM4, and one byte more makes it none', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'SM2',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const apiv3Key = 'k'.repeat(32)
  const serial = 'PUB_KEY_ID_TEST'
  const receiver = createWebhookReceiver({
    apiv3Key,
    suite: shangmi,
    trust: { publicKeyId: serial, publicKey },
  })
  const { headers, body } = signTestNotice({
    ...{ event_type: 'ANY', resource: { a: '停车' }, apiv3Key, privateKey, serial, suite: shangmi },
  })
  const { resource } = await receiver.readNotice(body, headers)
  assert.deepEqual(resource, { a: '停车' })
  await assert.rejects(receiver.readNotice(`${body} `, headers), { reason: 'mismatch', status: 401 })
  await assert.rejects(
    createWebhookReceiver({
      apiv3Key: 'x'.repeat(32),
      suite: shangmi,
      trust: { publicKeyId: serial, publicKey },
    }).readNotice(body, headers),
    (error: unknown) => error instanceof NoticeRefused && error.reason === 'cannot_decrypt',
  )
})

test('keys of the other algorithm are found when the client is made', () => {
  const bySm2 = optionsBySm2()
  const byRsa = optionsOf(running, DIRECT)
  const { suite: _, ...withoutSuite } = bySm2
  const hint = /privateKey must be an RSA key; with an SM2 key give suite: shangmi of boomgate\/sdk\/shangmi/
  assert.throws(() => merchantClient(withoutSuite), hint)
  assert.throws(() => merchantClient({ ...bySm2, privateKey: byRsa.privateKey }), /must be an SM2 key/)
  assert.throws(() => merchantClient({ ...bySm2, trust: byRsa.trust }), /trust must have SM2 keys only/)
  assert.throws(() => merchantClient({ ...byRsa, trust: bySm2.trust }), /trust must have RSA keys only/)
})

test('a provider’s bill of a sub-merchant comes with its key encrypted by SM2, and is read', async () => {
  const provider = partnerClient(optionsBySm2(PROVIDER))
  await paidOrder(running, parkingFor(provider, SUB_MCHID))
  await running.scheduler.moveTo(Date.parse('2026-06-02T10:00:00+08:00'))
  const rows = await collect(
    provider.bills.subMerchantFundFlowBill({
      ...{ sub_mchid: SUB_MCHID, bill_date: '2026-06-01', account_type: 'BASIC' },
    }),
  )
  assert.ok(rows.length > 0)
})

test('a client follows the platform to its next SM2 certificate', async () => {
  const { body } = await adminCalls(running).put(`/platform-certificates/${theirs.serial}`, {
    expire_time: formatTime(now() + 100 * DAY_MS),
  })
  assert.equal(body.algorithm, 'SM2')
  const next = running.platform.keys.certificates('SM2').at(-1)?.id
  assert.notEqual(next, theirs.serial)
  // Both are listed, the old one signs, and fields are encrypted to the new one.
  const fresh = merchantClient({ ...optionsBySm2(), trust: { certificates: [] } })
  const encrypted_echo_message = await fresh.sensitive.encrypt('张三')
  seen()
  await fresh.security.securityEcho({ echo_message: 'a', encrypted_echo_message })
  assert.equal(seen().at(-1)?.serial, next)

  await running.scheduler.moveTo(now() + 101 * DAY_MS)
  assert.equal((await client.parking.queryPlateService(plateRequest)).service_state, 'NORMAL')
  assert.ok(seen().some(({ target }) => target === LIST))
})
