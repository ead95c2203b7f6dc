import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { Aes, Rsa, type Wechatpay } from 'wechatpay-axios-plugin'
import { formatTime } from '../../src/protocol/time.ts'
import type { TrustState } from '../../src/protocol/trust.ts'
import { type MerchantCredentials, webhookSink } from '../../src/testing/index.ts'
import { adminClient } from '../admin.ts'
import {
  APPID,
  type Caller,
  chargeOf,
  entry,
  type Fields,
  MODES,
  parkingUnderTest,
  type Stay,
} from '../parking.ts'
import { clientOf, download, platformKeys, readNotice, resource } from './axios-plugin.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** How a merchant trusts the platform: by its certificate, or by the public key, which its requests then name. */
interface Trust {
  name: string
  state: TrustState
  /** Share of the notices that come under the public key, in percent. */
  noticeKeyShare: number
  by: 'certificate' | 'public key'
}

const TRUSTS: readonly Trust[] = [
  { name: 'certificates only', state: 'CERTIFICATE', noticeKeyShare: 0, by: 'certificate' },
  { name: 'switching, still by certificate', state: 'SWITCHING', noticeKeyShare: 0, by: 'certificate' },
  { name: 'switching, already by public key', state: 'SWITCHING', noticeKeyShare: 100, by: 'public key' },
  { name: 'public key only', state: 'PUBLIC_KEY', noticeKeyShare: 100, by: 'public key' },
]

async function sinkFor(t: TestContext) {
  const sink = await webhookSink()
  t.after(() => sink.close())
  return sink
}

for (const trust of TRUSTS) {
  test(`trust by ${trust.name}: find, create, charge, notice and query, in both modes`, async t => {
    const running = await parkingUnderTest(t, { trust: trust.state, workers: true })
    await running.platform.db.run('UPDATE merchants SET notice_key_share = $1', trust.noticeKeyShare)
    for (const [mode, caller] of MODES) {
      await t.test(mode, async t => {
        const merchant = running.merchant(caller.mchid)
        const certs = platformKeys(merchant, trust.by)
        const client = clientOf(merchant, running.baseUrl, certs)
        // The public key is used for replies to requests that name it.
        const headers = trust.by === 'public key' ? { 'Wechatpay-Serial': merchant.public_key_id } : {}
        await parkAndPay(t, client, caller, { headers, certs, apiv3Key: merchant.apiv3_key })
      })
    }
  })
}

async function parkAndPay(
  t: TestContext,
  client: Wechatpay,
  { mchid, partner }: Caller,
  { headers, certs, apiv3Key }: { headers: object; certs: Record<string, string>; apiv3Key: string },
): Promise<void> {
  const sink = await sinkFor(t)
  const plate = { plate_number: '粤B10001', plate_color: 'BLUE' }
  const openid = 'oSandboxOwnerOfB100010000000'
  const found = await resource(client, 'v3/vehicle/parking/services/find').get<Fields>({
    params: { appid: APPID, ...partner, ...plate, openid },
    headers,
  })
  assert.deepEqual([found.status, found.data.service_state], [200, 'NORMAL'])

  const request = entry({ ...plate, notify_url: sink.url })
  const entered = await resource(client, 'v3/vehicle/parking/parkings').post<{ id: string; state: string }>(
    { ...partner, ...request },
    { headers },
  )
  assert.deepEqual([entered.status, entered.data.state], [200, 'NORMAL'])

  const charge = chargeOf({ id: entered.data.id, request } as Stay, { notify_url: sink.url })
  const charged = await resource(client, 'v3/vehicle/transactions/parking').post<Fields>(
    { ...partner, ...charge },
    { headers },
  )
  assert.deepEqual([charged.status, charged.data.trade_state], [200, 'ACCEPTED'])

  const { event_type, resource: paid } = readNotice(await sink.next(), certs, apiv3Key)
  assert.equal(event_type, 'TRANSACTION.SUCCESS')
  const { out_trade_no } = charge
  const queried = await resource(client, 'v3/vehicle/transactions/out-trade-no/{out_trade_no}').get<Fields>({
    out_trade_no,
    params: partner,
    headers,
  })
  assert.deepEqual(queried.data, paid)
  assert.deepEqual(
    [queried.data.trade_state, queried.data.sp_mchid, queried.data.sub_mchid],
    ['SUCCESS', mchid, partner.sub_mchid],
  )
}

test('a new merchant, which has only the public key: find, create, charge, notice, query and an encrypted field', async t => {
  const running = await parkingUnderTest(t, { workers: true })
  const admin = adminClient(running)
  const mchid = '1235000001'
  await admin.put(`/merchants/${mchid}`, { kind: 'direct' })
  await admin.put(`/merchants/${mchid}/apps/${APPID}`)
  const merchant = running.merchant(mchid)
  const certs = platformKeys(merchant, 'public key')
  const client = clientOf(merchant, running.baseUrl, certs)
  const headers = { 'Wechatpay-Serial': merchant.public_key_id }
  await parkAndPay(t, client, { mchid, partner: {} }, { headers, certs, apiv3Key: merchant.apiv3_key })
  await echoes(client, merchant, merchant.public_key_id, merchant.platform_public_key)
  await assert.rejects(resource(client, 'v3/certificates').get({ headers }), ({ response }) => {
    assert.deepEqual([response.status, response.data.code], [404, 'RESOURCE_NOT_EXISTS'])
    return true
  })
})

/** Sends a field that the library encrypts, and decrypts with the library what comes back. */
async function echoes(
  client: Wechatpay,
  merchant: MerchantCredentials,
  serial: string,
  platformKey: string,
): Promise<void> {
  const encrypted_echo_message = Rsa.encrypt('secret', Rsa.from(platformKey, Rsa.KEY_TYPE_PUBLIC))
  const { data } = await resource(client, 'v3/security/echo').post<{ encrypted_echo_message: string }>(
    { echo_message: 'hi', encrypted_echo_message },
    { headers: { 'Wechatpay-Serial': serial } },
  )
  assert.equal(
    Rsa.decrypt(data.encrypted_echo_message, Rsa.from(merchant.private_key, Rsa.KEY_TYPE_PRIVATE)),
    'secret',
  )
}

test('while the platform certificate rotates, replies of both are believed by who has both', async t => {
  const running = await parkingUnderTest(t, { trust: 'CERTIFICATE' })
  const admin = adminClient(running)
  const mchid = '1230000109'
  const before = running.merchant(mchid)
  const expire_time = new Date(running.clock.now() + 100 * DAY_MS).toISOString()
  await admin.put(`/platform-certificates/${before.platform_serial}`, { expire_time })
  await admin.put(`/merchants/${mchid}`, { rotation: 'MANUAL', rotation_share: 5_000 })
  const after = running.merchant(mchid)
  assert.notEqual(after.platform_serial, before.platform_serial)
  const certs = { ...platformKeys(before, 'certificate'), ...platformKeys(after, 'certificate') }
  const client = clientOf(after, running.baseUrl, certs)
  for (const { platform_serial, platform_certificate } of [before, after])
    await echoes(client, after, platform_serial, platform_certificate)
  const signers = new Set<unknown>()
  for (let count = 0; count < 40; count += 1) {
    const { headers } = (await resource(client, 'v3/certificates').get({})) as unknown as { headers: Fields }
    signers.add(headers['wechatpay-serial'])
  }
  assert.deepEqual([...signers].sort(), Object.keys(certs).sort())
})

test('refund, query, apply for a bill and download it plain and compressed, in both modes: the bytes have the promised SHA-1', async t => {
  const running = await parkingUnderTest(t)
  const { clock, scheduler } = running
  for (const [mode, caller] of MODES) {
    await t.test(mode, async () => {
      const { mchid, partner } = caller
      const bill_date = formatTime(clock.now()).slice(0, 10)
      const merchant = running.merchant(mchid)
      const client = clientOf(merchant, running.baseUrl, platformKeys(merchant, 'certificate'))
      const { out_trade_no } = await running.accept(await running.park({}, caller), {}, caller)
      await running.runDue()

      const out_refund_no = `R${out_trade_no}`
      const amount = { refund: 300, total: 888, currency: 'CNY' }
      const refunds = resource(client, 'v3/refund/domestic/refunds')
      const request = { ...partner, out_trade_no, out_refund_no, amount }
      const refunded = await refunds.post<Fields>(request)
      assert.deepEqual([refunded.status, refunded.data.status], [200, 'PROCESSING'])
      await scheduler.moveTo(clock.now() + 10 * MINUTE_MS)
      const found = await resource(client, 'v3/refund/domestic/refunds/{out_refund_no}').get<Fields>({
        out_refund_no,
        params: partner,
      })
      assert.equal(found.data.status, 'SUCCESS')

      await scheduler.moveTo(Date.parse(`${bill_date}T10:00:00+08:00`) + DAY_MS)
      for (const tar_type of [undefined, 'GZIP']) {
        const applied = await resource(client, 'v3/bill/tradebill').get<{
          hash_value: string
          download_url: string
        }>({ params: { ...partner, bill_date, tar_type } })
        const bytes = await download(client, applied.data.download_url)
        const plain = tar_type ? gunzipSync(bytes) : bytes
        assert.equal(createHash('sha1').update(plain).digest('hex'), applied.data.hash_value)
        assert.match(plain.toString('utf8'), new RegExp(`${out_trade_no}[^]*${out_refund_no}`))
      }
    })
  }
})

test('a refusal comes as the error that the client documents, with status, code and message', async t => {
  const running = await parkingUnderTest(t)
  const merchant = running.merchant('1230000109')
  const client = clientOf(merchant, running.baseUrl, platformKeys(merchant, 'certificate'))
  const query = resource(client, 'v3/vehicle/transactions/out-trade-no/{out_trade_no}')
  await assert.rejects(query.get({ out_trade_no: 'unknown' }), (error: { response: object }) => {
    const { status, data } = error.response as { status: number; data: object }
    assert.equal(status, 404)
    assert.deepEqual(data, { code: 'NOT_FOUND', message: '订单不存在' })
    return true
  })
})

test('a client that does not know the key of a reply refuses it: the client does verify', async t => {
  const running = await parkingUnderTest(t, { trust: 'CERTIFICATE' })
  const merchant = running.merchant('1230000109')
  const query = {
    params: { appid: APPID, plate_number: '粤B10001', plate_color: 'BLUE', openid: 'oUpF8uMuAJOM2pxb1Q' },
  }
  const path = 'v3/vehicle/parking/services/find'
  const byKey = clientOf(merchant, running.baseUrl, platformKeys(merchant, 'public key'))
  await assert.rejects(
    resource(byKey, path).get(query),
    /EV3_RES_HEADER_PLATFORM_SERIAL|Cannot found the serial/,
  )
  const wrong = { [merchant.platform_serial]: merchant.platform_public_key }
  const byWrongKey = clientOf(merchant, running.baseUrl, wrong)
  await assert.rejects(
    resource(byWrongKey, path).get(query),
    /EV3_RES_HEADER_SIGNATURE_DIGEST|Verify the response/,
  )
})

test('the certificate that the client downloads and opens is the one that signs', async t => {
  const running = await parkingUnderTest(t, { trust: 'SWITCHING' })
  for (const [, { mchid }] of MODES) {
    const merchant = running.merchant(mchid)
    const client = clientOf(merchant, running.baseUrl, platformKeys(merchant, 'certificate'))
    const { data } = await resource(client, 'v3/certificates').get<{
      data: {
        serial_no: string
        encrypt_certificate: { ciphertext: string; nonce: string; associated_data: string }
      }[]
    }>()
    const certs = Object.fromEntries(
      data.data.map(({ serial_no, encrypt_certificate: { ciphertext, nonce, associated_data } }) => [
        serial_no,
        Aes.AesGcm.decrypt(ciphertext, merchant.apiv3_key, nonce, associated_data),
      ]),
    )
    assert.deepEqual(certs, platformKeys(merchant, 'certificate'))
    const again = clientOf(merchant, running.baseUrl, certs)
    assert.equal((await resource(again, 'v3/certificates').get()).status, 200)
  }
})

test('a merchant that has only the public key gets the answer that there is no certificate to download', async t => {
  const running = await parkingUnderTest(t, { trust: 'PUBLIC_KEY' })
  const merchant = running.merchant('1230000109')
  const client = clientOf(merchant, running.baseUrl, platformKeys(merchant, 'public key'))
  await assert.rejects(resource(client, 'v3/certificates').get(), (error: { response: object }) => {
    const { status, data } = error.response as { status: number; data: { code: string } }
    assert.deepEqual([status, data.code], [404, 'RESOURCE_NOT_EXISTS'])
    return true
  })
})
