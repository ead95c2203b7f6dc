import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type MerchantClient, merchantClient, type Notice } from '../../src/sdk/index.ts'
import { type StartOptions, type VirtualClock, virtualClock, webhookSink } from '../../src/testing/index.ts'
import { type AdminClient, adminClient } from '../admin.ts'
import { platformUnderTest } from '../platform.ts'
import { DIRECT, optionsOf, plateRequest } from './car-park.ts'

// Key days of a merchant whose program runs through them with one client, while business time is moved under it.

const DAY_MS = 24 * 60 * 60 * 1000
const OWN = `/merchants/${DIRECT}`

interface KeyDays {
  clock: VirtualClock
  admin: AdminClient
  /** A client of the merchant, whose folder is read now. */
  client(trust: 'certificate' | 'public-key' | 'both'): MerchantClient
  /** Makes so many calls, with an encrypted field in each and a notice for each, and expects all of them to be believed. */
  lives(client: MerchantClient, calls?: number): Promise<{ replies: Set<string>; notices: Set<string> }>
  pass(days: number): Promise<void>
}

let moves = 0

async function keyDays(t: TestContext, trust: StartOptions['trust'] = 'CERTIFICATE'): Promise<KeyDays> {
  const clock = virtualClock()
  const platform = await platformUnderTest(t, { clock, trust })
  const sink = await webhookSink()
  t.after(() => sink.close())
  const admin = adminClient(platform)
  // Under which names the platform has signed.
  const seen = { replies: new Set<string>(), notices: new Set<string>() }
  const watching: typeof fetch = async (...request) => {
    const reply = await fetch(...request)
    seen.replies.add(reply.headers.get('wechatpay-serial') ?? '')
    return reply
  }
  return {
    clock,
    admin,
    client: kind => merchantClient({ ...optionsOf(platform, DIRECT, kind), retries: 0, fetch: watching }),
    async lives(client, calls = 5) {
      seen.replies.clear()
      seen.notices.clear()
      const before = sink.received.length
      for (let count = 0; count < calls; count += 1) {
        const encrypted_echo_message = await client.sensitive.encrypt('secret')
        const echo = { echo_message: 'hi', encrypted_echo_message, notify_url: sink.url }
        const reply = await client.security.securityEcho(echo)
        assert.equal(client.sensitive.decrypt(reply.encrypted_echo_message ?? ''), 'secret')
        assert.equal((await client.parking.queryPlateService(plateRequest)).service_state, 'NORMAL')
      }
      await platform.runDue()
      const callbacks = sink.received.slice(before)
      assert.equal(callbacks.length, calls)
      for (const { headers, body } of callbacks) {
        const notice: Notice = await client.webhooks.readNotice(body, headers)
        assert.equal(notice.event_type, 'SECURITY_ECHO.SUCCESS')
        seen.notices.add(String(headers['wechatpay-serial']))
      }
      return { replies: new Set(seen.replies), notices: new Set(seen.notices) }
    },
    async pass(days) {
      moves += 1
      await admin.put(`/clock/moves/key-day-${moves}`, { step_ms: days * DAY_MS })
    },
  }
}

/** Brings the end of the platform certificate to so many days from now; answers the present one and the next. */
async function endsIn({ admin, clock }: KeyDays, days: number): Promise<{ old: string; next: string }> {
  const certificates = () => admin.get<{ data: { serial_no: string }[] }>('/platform-certificates')
  const [first] = (await certificates()).data
  const expire_time = new Date(clock.now() + days * DAY_MS).toISOString()
  await admin.put(`/platform-certificates/${first?.serial_no}`, { expire_time })
  const [old, next] = (await certificates()).data
  return { old: old?.serial_no ?? '', next: next?.serial_no ?? '' }
}

test('a client in certificate mode lives through a whole rotation: shown, by hand, by the plan, the end', async t => {
  const days = await keyDays(t)
  const client = days.client('certificate')
  const { old } = await endsIn(days, 211)
  const byOld = { replies: new Set([old]), notices: new Set([old]) }
  assert.deepEqual(await days.lives(client), byOld)
  await days.pass(31)
  assert.deepEqual(await days.lives(client), byOld)
  await days.admin.put(OWN, { rotation: 'MANUAL', rotation_share: 5_000 })
  const { data } = await days.admin.get<{ data: { serial_no: string }[] }>('/platform-certificates')
  const both = new Set([old, data[1]?.serial_no ?? ''])
  assert.deepEqual(await days.lives(client, 40), { replies: both, notices: both })
  await days.admin.put(OWN, { rotation: 'AUTO' })
  await days.pass(21)
  const byNext = new Set([data[1]?.serial_no])
  assert.deepEqual(await days.lives(client), { replies: byNext, notices: byNext })
  await days.pass(180)
  assert.deepEqual(await days.lives(client), { replies: byNext, notices: byNext })
  // A program that is started after it finds the new one in its folder.
  assert.deepEqual(await days.lives(days.client('certificate')), { replies: byNext, notices: byNext })
})

test('a client that hears of no certificate before the old one has ended learns the new one from the first reply', async t => {
  const days = await keyDays(t)
  const client = days.client('certificate')
  const { old, next } = await endsIn(days, 180)
  assert.deepEqual((await days.lives(client)).replies, new Set([old]))
  await days.pass(180)
  assert.equal((await client.parking.queryPlateService(plateRequest)).service_state, 'NORMAL')
  assert.deepEqual((await days.lives(client)).replies, new Set([next]))
})

test('a client that encrypts to a certificate which has ended is refused once, and then knows the new one', async t => {
  const days = await keyDays(t)
  const client = days.client('certificate')
  await days.lives(client)
  await endsIn(days, 0)
  const encrypted_echo_message = await client.sensitive.encrypt('secret')
  const echo = { echo_message: 'hi', encrypted_echo_message }
  await assert.rejects(client.security.securityEcho(echo), {
    name: 'ParameterError',
    code: 'PARAM_ERROR',
    message: /Wechatpay-Serial错误/,
  })
  await days.lives(client)
})

test('a client with both kinds of keys lives through the seven days of the switch, the end of it and the way back', async t => {
  const days = await keyDays(t)
  const before = days.client('certificate')
  await days.lives(before)
  await days.admin.put(OWN, { trust_state: 'SWITCHING' })
  const client = days.client('both')
  const signers = new Set<string>()
  for (let day = 1; day <= 7; day += 1) {
    const { notices } = await days.lives(client, 20)
    for (const serial of notices) signers.add(serial)
    // Whoever has not changed its program yet is served by certificate, as long as no notice comes under the key.
    assert.equal((await before.parking.queryPlateService(plateRequest)).service_state, 'NORMAL')
    await days.pass(1)
  }
  assert.equal(signers.size, 2)
  await days.admin.put(OWN, { trust_state: 'PUBLIC_KEY' })
  const last = await days.lives(client)
  assert.deepEqual(last.replies, last.notices)
  await days.lives(days.client('public-key'))
  await days.admin.put(OWN, { trust_state: 'CERTIFICATE' })
  // It still names the key, and believes the certificate that answers.
  assert.equal((await client.parking.queryPlateService(plateRequest)).service_state, 'NORMAL')
  await days.lives(before)
  await days.lives(days.client('certificate'))
})
