import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { type AdminCalls, adminCalls } from '../../test/admin-calls.ts'
import type { Scope } from '../../test/platform.ts'
import { MERCHANT, type SandboxUnderTest, sandboxUnderTest } from '../../test/sandbox.ts'
import { openResource, type SealedResource } from '../protocol/sealed-resource.ts'
import { encryptField } from '../protocol/sensitive-field.ts'

const DAY = 24 * 60 * 60 * 1000

interface Shown {
  serial_no: string
  expire_time: string
  is_signing: boolean
}

interface Keys extends SandboxUnderTest {
  admin: SandboxUnderTest['admin']
  calls: AdminCalls
  list(): Promise<Shown[]>
  /** Brings the end of a certificate to so many days from now. */
  end(serial: string, days: number): ReturnType<AdminCalls['put']>
  /** Lets so many days pass. */
  pass(days: number): Promise<void>
  /** What the list of the API has: serial numbers with their certificates. */
  listed(): Promise<Map<string, X509Certificate>>
  /** The serial numbers that so many replies are signed with, and how often. */
  signers(replies: number): Promise<Record<string, number>>
}

let moves = 0

/** A platform whose merchants use certificates. */
async function keysUnderTest(t: Scope): Promise<Keys> {
  const running = await sandboxUnderTest(t, { trust: 'CERTIFICATE' })
  const calls = adminCalls(running)
  const own = running.merchant(MERCHANT.mchid)
  const get = () => running.call({ method: 'GET', target: '/v3/certificates' })
  return {
    ...running,
    calls,
    list: async () => (await calls.get('/platform-certificates')).body.data,
    end: (serial, days) =>
      calls.put(`/platform-certificates/${serial}`, {
        expire_time: new Date(running.clock.now() + days * DAY).toISOString(),
      }),
    async pass(days) {
      moves += 1
      const reply = await calls.put(`/clock/moves/keys-${moves}`, { step_ms: days * DAY })
      assert.equal(reply.status, 200)
    },
    async listed() {
      const reply = await get()
      const { data } = reply.json<{ data: { serial_no: string; encrypt_certificate: SealedResource }[] }>()
      return new Map(
        data.map(({ serial_no, encrypt_certificate }) => [
          serial_no,
          new X509Certificate(openResource(encrypt_certificate, own.apiv3_key)),
        ]),
      )
    },
    async signers(replies) {
      const counts: Record<string, number> = {}
      for (let round = 0; round < replies; round += 1) {
        const serial = String((await get()).headers['wechatpay-serial'])
        counts[serial] = (counts[serial] ?? 0) + 1
      }
      return counts
    },
  }
}

test('210 days before its end the next certificate is made, 180 days before its end it is shown, and at its end it is gone', async t => {
  const keys = await keysUnderTest(t)
  const [{ serial_no: old } = assert.fail()] = await keys.list()
  await keys.end(old, 211)
  assert.equal((await keys.list()).length, 1)
  await keys.pass(1)
  const [, next = assert.fail()] = await keys.list()
  assert.deepEqual(
    (await keys.list()).map(({ is_signing }) => is_signing),
    [true, false],
  )
  assert.deepEqual([...(await keys.listed()).keys()], [old])
  await keys.pass(29)
  assert.deepEqual([...(await keys.listed()).keys()], [old])
  await keys.pass(1)
  const shown = await keys.listed()
  assert.deepEqual([...shown.keys()], [old, next.serial_no])
  const dates = [...shown.values()].map(({ validFrom }) => Date.parse(validFrom))
  assert.ok((dates[0] ?? 0) < (dates[1] ?? 0), 'clients know the newest by its date')
  assert.deepEqual(await keys.signers(20), { [old]: 20 })
  await keys.pass(179.5)
  assert.deepEqual(await keys.signers(1), { [old]: 1 })
  assert.equal(keys.merchant(MERCHANT.mchid).platform_serial, old)
  await keys.pass(0.5)
  assert.deepEqual(await keys.signers(20), { [next.serial_no]: 20 })
  assert.deepEqual([...(await keys.listed()).keys()], [next.serial_no])
  const { platform_serial, platform_certificate } = keys.merchant(MERCHANT.mchid)
  assert.equal(platform_serial, next.serial_no)
  assert.equal(new X509Certificate(platform_certificate).serialNumber, next.serial_no)
})

test('bringing an end forward makes at once what is due by then, and no reply is without a key', async t => {
  const keys = await keysUnderTest(t)
  const [{ serial_no: old } = assert.fail()] = await keys.list()
  await keys.end(old, 100)
  const [, next = assert.fail()] = await keys.list()
  assert.deepEqual([...(await keys.listed()).keys()], [old, next.serial_no])
  const ended = await keys.end(old, -1)
  assert.equal(Date.parse(ended.body.expire_time), keys.clock.now())
  assert.deepEqual(await keys.signers(3), { [next.serial_no]: 3 })
  assert.equal((await keys.list()).length, 2)
  assert.equal(keys.merchant(MERCHANT.mchid).platform_serial, next.serial_no)
})

test('an end is only brought forward, and not before that of the certificate that comes before', async t => {
  const keys = await keysUnderTest(t)
  const [{ serial_no: old, expire_time } = assert.fail()] = await keys.list()
  keys.calls.refused(await keys.end(old, 10_000), 'CONFLICT', /only be brought forward/)
  const same = await keys.calls.put(`/platform-certificates/${old}`, { expire_time })
  assert.equal(same.body.expire_time, expire_time)
  await keys.end(old, 100)
  const [, next = assert.fail()] = await keys.list()
  keys.calls.refused(await keys.end(next.serial_no, 99), 'CONFLICT', /end before the one/)
  keys.calls.refused(await keys.end('F'.repeat(40), 99), 'NOT_FOUND', /FFFF/)
  assert.equal((await keys.list()).length, 2)
  keys.calls.assertAllMet('putPlatformCertificate')
})

test('from when the next certificate is shown until the end of the old one, fields may be encrypted to either', async t => {
  const keys = await keysUnderTest(t)
  const echo = async (serial: string, certificate: X509Certificate) => {
    const reply = await keys.call({
      method: 'POST',
      target: '/v3/security/echo',
      body: { echo_message: 'hi', encrypted_echo_message: encryptField('secret', certificate.publicKey) },
      headers: { 'Wechatpay-Serial': serial },
    })
    return [reply.statusCode, reply.json<{ message?: string }>().message]
  }
  const ok = [200, undefined]
  const wrong = [400, '平台证书序列号Wechatpay-Serial错误']
  const [{ serial_no: old } = assert.fail()] = await keys.list()
  const oldCertificate = (await keys.listed()).get(old) ?? assert.fail()
  await keys.end(old, 190)
  const [, { serial_no: next } = assert.fail()] = await keys.list()
  // It exists, but nobody has been shown it.
  assert.deepEqual(await echo(next, oldCertificate), wrong)
  await keys.pass(10)
  const nextCertificate = (await keys.listed()).get(next) ?? assert.fail()
  assert.deepEqual(await echo(old, oldCertificate), ok)
  assert.deepEqual(await echo(next, nextCertificate), ok)
  assert.deepEqual(await echo(next, oldCertificate), [400, '平台私钥解密失败'])
  await keys.pass(180)
  assert.deepEqual(await echo(old, oldCertificate), wrong)
  assert.deepEqual(await echo(next, nextCertificate), ok)
})

test('a merchant may put the next certificate off until 120 days before the end of the old one', async t => {
  const keys = await keysUnderTest(t)
  const [{ serial_no: old } = assert.fail()] = await keys.list()
  await keys.end(old, 180)
  assert.equal((await keys.listed()).size, 2)
  const merchant = `/merchants/${MERCHANT.mchid}`
  await keys.calls.put(merchant, { next_certificate_days: 120 })
  assert.equal((await keys.listed()).size, 1)
  for (const days of [119, 181])
    keys.calls.refusedField(
      await keys.calls.put(merchant, { next_certificate_days: days }),
      'next_certificate_days',
    )
  await keys.pass(59)
  assert.equal((await keys.listed()).size, 1)
  await keys.pass(1)
  assert.equal((await keys.listed()).size, 2)
})

test('certificates outlive a reset of the sandbox', async t => {
  const keys = await keysUnderTest(t)
  const [{ serial_no: old } = assert.fail()] = await keys.list()
  await keys.end(old, 100)
  const before = await keys.list()
  await keys.calls.put('/sandbox/resets/keys')
  assert.deepEqual(await keys.list(), before)
})
