import assert from 'node:assert/strict'
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openResource, type SealedResource } from '../../src/protocol/sealed-resource.ts'
import { verifyMessage } from '../../src/protocol/signature.ts'
import { type ReceivedCallback, signedRequest } from '../../src/testing/index.ts'
import { opened } from '../notices.ts'
import { MERCHANT } from '../parking.ts'
import { type Scenario, scenario } from './scenario.ts'

// The days on which keys change, as the merchant 1230000109 sees them.

const OWN = `/merchants/${MERCHANT.mchid}`
const LIST = { method: 'GET', target: '/v3/certificates' } as const
const DAY_HOURS = 24

/** Everything by which a reply or a notice may be signed, by its name in `Wechatpay-Serial`. */
type Known = Map<string, KeyObject>

/** The keys that the merchant knows: the public key, and the certificates of the list. */
async function knownKeys(s: Scenario): Promise<Known> {
  const { public_key_id, platform_public_key, apiv3_key } = s.merchant(MERCHANT.mchid)
  const { data = [] } = (await s.call(LIST)).json<{ data?: Sealed[] }>()
  return new Map([
    [public_key_id, createPublicKey(platform_public_key)],
    ...data.map(({ serial_no, encrypt_certificate }): [string, KeyObject] => {
      const pem = openResource(encrypt_certificate, apiv3_key)
      return [serial_no, new X509Certificate(pem).publicKey]
    }),
  ])
}

interface Sealed {
  serial_no: string
  encrypt_certificate: SealedResource
}

/** By whose name something is signed, if one of the keys fits. */
function signerOf({ headers, body }: Pick<ReceivedCallback, 'headers' | 'body'>, known: Known): string {
  const serial = String(headers['wechatpay-serial'])
  const key = known.get(serial)
  assert.ok(key, `${serial} is unknown`)
  const message = `${headers['wechatpay-timestamp']}\n${headers['wechatpay-nonce']}\n${body}\n`
  assert.ok(verifyMessage(Buffer.from(message), String(headers['wechatpay-signature']), key))
  return serial
}

/** Who signs so many replies, and so many notices. */
async function signersOf(s: Scenario, known: Known, count: number, wechatpaySerial = '') {
  const replies = new Set<string>()
  const notices = new Set<string>()
  const before = s.sink.received.length
  const body = { echo_message: 'hi', notify_url: s.sink.url }
  const headers = { 'Wechatpay-Serial': wechatpaySerial }
  for (let round = 0; round < count; round += 1) {
    const reply = await s.call({ method: 'POST', target: '/v3/security/echo', body, headers })
    assert.equal(reply.statusCode, 200, reply.body)
    replies.add(signerOf({ headers: reply.headers, body: reply.body } as ReceivedCallback, known))
  }
  await s.runDue()
  for (const callback of s.sink.received.slice(before)) notices.add(signerOf(callback, known))
  return { replies: [...replies].sort(), notices: [...notices].sort() }
}

/** What a request is answered that is signed with one of the merchant's certificates. */
async function ask(s: Scenario, pair: { serial_no: string; private_key: string }): Promise<string> {
  const { method, target, headers } = signedRequest({ mchid: MERCHANT.mchid, ...pair }, LIST)
  const reply = await s.app.inject({ method, url: target, headers })
  return reply.json<{ message?: string }>().message ?? 'answered'
}

/** Issues a certificate; answers it with its key. */
async function issue(s: Scenario, id: string, fields: object = {}) {
  const issued = await s.admin.put<{ serial_no: string; folder: string }>(`${OWN}/certificates/${id}`, fields)
  const private_key = readFileSync(join(s.folder, issued.folder, 'apiclient_key.pem'), 'utf8')
  return { serial_no: issued.serial_no, private_key }
}

const inHours = (s: Scenario, hours: number) => new Date(s.clock.now() + hours * 3_600_000).toISOString()

scenario('Merchant certificate: replaced by a second one that was tried beside it', async s => {
  const first = s.merchant(MERCHANT.mchid)
  const second = await issue(s, 'second')
  for (const pair of [first, second]) assert.equal(await ask(s, pair), 'answered')
  await s.admin.put(`${OWN}/certificates/first`, { replaced_from: inHours(s, 1) })
  assert.equal(await ask(s, first), 'answered')
  await s.pass({ hours: 1 })
  assert.equal(await ask(s, first), '已更换证书，请使用新证书')
  assert.equal(await ask(s, second), 'answered')
})

scenario('Merchant certificate: revoked, and everything signed with it is refused at once', async s => {
  const first = s.merchant(MERCHANT.mchid)
  const second = await issue(s, 'second', { use_in_folder: true })
  await s.admin.put(`${OWN}/certificates/first`, { revoked: true })
  assert.equal(await ask(s, first), '商户证书已作废。')
  assert.equal(s.merchant(MERCHANT.mchid).serial_no, second.serial_no)
  assert.equal(await ask(s, s.merchant(MERCHANT.mchid)), 'answered')
})

scenario('Merchant certificate: expired, while the program still signs with it', async s => {
  const short = await issue(s, 'short', { expire_time: inHours(s, 12) })
  await s.pass({ hours: 11, minutes: 59 })
  assert.equal(await ask(s, short), 'answered')
  await s.pass({ minutes: 1 })
  assert.equal(await ask(s, short), '商户证书已过期。')
})

scenario('APIv3 key: changed while a notice waits to be sent again', async s => {
  const before = s.merchant(MERCHANT.mchid).apiv3_key
  const payer = await s.payer({ wallet: 888 })
  s.sink.answerWith(500, 500)
  await s.chargeOf(payer)
  const apiv3_key = 'n'.repeat(32)
  await s.admin.put(OWN, { apiv3_key })
  await s.pass({ seconds: 15 })
  await s.pass({ seconds: 15 })
  const [first, ...later] = s.sink.received
  assert.ok(first && later.length === 2)
  assert.equal(opened(first, before).trade_state, 'SUCCESS')
  for (const notice of later) {
    assert.equal(opened(notice, apiv3_key).trade_state, 'SUCCESS')
    assert.throws(() => opened(notice, before))
  }
  // The list of certificates and the folder follow at once too.
  assert.equal(s.merchant(MERCHANT.mchid).apiv3_key, apiv3_key)
  assert.equal((await knownKeys(s)).size, 2)
})

/** Only certificates, and so many days until the end of the present one; answers the old and the next one. */
async function rotating(s: Scenario, days: number): Promise<{ old: string; next: string; known: Known }> {
  await s.admin.put(OWN, { trust_state: 'CERTIFICATE' })
  const old = s.merchant(MERCHANT.mchid).platform_serial
  await s.admin.put(`/platform-certificates/${old}`, { expire_time: inHours(s, days * DAY_HOURS) })
  const { data } = await s.admin.get<{ data: { serial_no: string }[] }>('/platform-certificates')
  return { old, next: data[1]?.serial_no ?? '', known: await knownKeys(s) }
}

const only = (serial: string) => ({ replies: [serial], notices: [serial] })

scenario('Platform certificate: the next one is shown, tried by hand, and the old one ends', async s => {
  const { old, next, known } = await rotating(s, 180)
  assert.ok(known.has(old) && known.has(next))
  assert.deepEqual(await signersOf(s, known, 10, next), only(old))
  await s.admin.put(OWN, { rotation: 'MANUAL', rotation_share: 5_000 })
  const both = [old, next].sort()
  assert.deepEqual(await signersOf(s, known, 60, old), { replies: both, notices: both })
  await s.admin.put(OWN, { rotation_share: 10_000 })
  assert.deepEqual(await signersOf(s, known, 10, old), only(next))
  await s.pass({ hours: 180 * DAY_HOURS })
  assert.deepEqual(await signersOf(s, known, 10, next), only(next))
  assert.ok(!(await knownKeys(s)).has(old))
})

scenario('Platform certificate: nobody begins to rotate, and the day of its end comes', async s => {
  const { old, next, known } = await rotating(s, 180)
  await s.pass({ hours: 180 * DAY_HOURS - 1 })
  assert.deepEqual(await signersOf(s, known, 5, old), only(old))
  await s.pass({ hours: 1 })
  assert.deepEqual(await signersOf(s, known, 5, next), only(next))
  assert.equal(s.merchant(MERCHANT.mchid).platform_serial, next)
})

scenario('Platform certificate: the plan raises the share on Mondays and Thursdays', async s => {
  // It is a Saturday.
  const { next, known } = await rotating(s, 100)
  await s.admin.put(OWN, { rotation: 'AUTO' })
  const share = async () => (await s.admin.get<{ rotation_share: number }>(OWN)).rotation_share
  const shares = [await share()]
  for (let day = 0; day < 21; day += 1) {
    await s.pass({ hours: DAY_HOURS })
    if ((await share()) !== shares.at(-1)) shares.push(await share())
  }
  assert.deepEqual(shares, [1, 100, 500, 1_000, 2_000, 5_000, 10_000])
  assert.deepEqual(await signersOf(s, known, 10, next), only(next))
})

scenario('Platform certificate: a rotation that is ended leaves all to the old one', async s => {
  const { old, known } = await rotating(s, 100)
  await s.admin.put(OWN, { rotation: 'MANUAL', rotation_share: 10_000 })
  await s.admin.put(OWN, { rotation: 'NONE' })
  assert.deepEqual(await signersOf(s, known, 10, old), only(old))
})

scenario('Public key: seven days of switching, the end of it, and the way back', async s => {
  await s.admin.put(OWN, { trust_state: 'CERTIFICATE' })
  const { public_key_id: key, platform_serial: certificate } = s.merchant(MERCHANT.mchid)
  const known = await knownKeys(s)
  assert.deepEqual(await signersOf(s, known, 5, certificate), only(certificate))
  await s.admin.put(OWN, { trust_state: 'SWITCHING' })
  const share = async () => (await s.admin.get<{ notice_key_share_now: number }>(OWN)).notice_key_share_now
  const shares = []
  const seen = new Set<string>()
  for (let day = 1; day <= 7; day += 1) {
    shares.push(await share())
    // Replies are signed by what the call names, whatever the day.
    const named = await signersOf(s, known, 20, key)
    assert.deepEqual(named.replies, [key])
    for (const serial of named.notices) seen.add(serial)
    if (day === 7) assert.deepEqual(named.notices, [key])
    assert.deepEqual((await signersOf(s, known, 2, certificate)).replies, [certificate])
    await s.pass({ hours: DAY_HOURS })
  }
  assert.deepEqual(shares, [0.1, 1, 5, 10, 20, 50, 100])
  assert.deepEqual([...seen].sort(), [certificate, key].sort())
  await s.admin.put(OWN, { trust_state: 'PUBLIC_KEY' })
  assert.deepEqual(await signersOf(s, known, 5, key), only(key))
  assert.equal((await s.call(LIST)).json<{ code: string }>().code, 'RESOURCE_NOT_EXISTS')
  await s.admin.put(OWN, { trust_state: 'CERTIFICATE' })
  assert.deepEqual(await signersOf(s, known, 5, certificate), only(certificate))
})

scenario('Public key: a new merchant has no platform certificate', async s => {
  const mchid = '1234000001'
  await s.admin.put(`/merchants/${mchid}`, { kind: 'direct' })
  const list = await s.call(LIST, mchid)
  assert.deepEqual([list.statusCode, list.json<{ code: string }>().code], [404, 'RESOURCE_NOT_EXISTS'])
  const { public_key_id, platform_serial } = s.merchant(mchid)
  assert.equal(list.headers['wechatpay-serial'], public_key_id)
  const echo = (serial: string) =>
    s.call(
      {
        ...{ method: 'POST', target: '/v3/security/echo', body: { echo_message: 'hi' } },
        headers: { 'Wechatpay-Serial': serial },
      },
      mchid,
    )
  assert.equal((await echo(public_key_id)).statusCode, 200)
  const refused = (await echo(platform_serial)).json<{ message: string }>()
  assert.equal(refused.message, '平台证书序列号Wechatpay-Serial错误')
})
