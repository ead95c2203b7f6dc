import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { formatTime } from '../../src/protocol/time.ts'
import type { TrustState } from '../../src/protocol/trust.ts'
import { webhookSink } from '../../src/testing/index.ts'
import { APPID, type Caller, chargeOf, entry, MODES, parkingUnderTest, type Stay } from '../parking.ts'
import { type AnyPay, clientOf, REAL_HOST, readNotice, transportTo } from './node-v3.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

async function parkAndPay(t: TestContext, client: AnyPay, { mchid, partner }: Caller): Promise<void> {
  const sink = await webhookSink()
  t.after(() => sink.close())
  const plate = { plate_number: '粤B10001', plate_color: 'BLUE' }
  const openid = 'oSandboxOwnerOfB100010000000'
  const found = await client.get('/v3/vehicle/parking/services/find', {
    appid: APPID,
    ...partner,
    ...plate,
    openid,
  })
  assert.deepEqual([found.status, found.data.service_state], [200, 'NORMAL'])

  const request = entry({ ...plate, notify_url: sink.url })
  const entered = await client.post('/v3/vehicle/parking/parkings', { ...partner, ...request })
  assert.deepEqual([entered.status, entered.data.state], [200, 'NORMAL'])

  const charge = chargeOf({ id: entered.data.id, request } as Stay, { notify_url: sink.url })
  const charged = await client.post('/v3/vehicle/transactions/parking', { ...partner, ...charge })
  assert.deepEqual([charged.status, charged.data.trade_state], [200, 'ACCEPTED'])

  const { event_type, resource } = await readNotice(client, await sink.next())
  assert.equal(event_type, 'TRANSACTION.SUCCESS')
  const queried = await client.get(`/v3/vehicle/transactions/out-trade-no/${charge.out_trade_no}`, {
    ...partner,
  })
  assert.deepEqual(queried.data, resource)
  assert.deepEqual(
    [queried.data.trade_state, queried.data.sp_mchid, queried.data.sub_mchid],
    ['SUCCESS', mchid, partner.sub_mchid],
  )
}

// The package knows platform certificates and no public key.
for (const trust of ['CERTIFICATE', 'SWITCHING'] satisfies TrustState[]) {
  test(`trust ${trust}: find, create, charge, notice and query, in both modes`, async t => {
    const running = await parkingUnderTest(t, { trust, workers: true })
    for (const [mode, caller] of MODES) {
      await t.test(mode, t =>
        parkAndPay(t, clientOf(running.merchant(caller.mchid), running.baseUrl), caller),
      )
    }
  })
}

/** The SHA-1 of a text that was bytes of UTF-8. */
const sha1 = (text: string) => createHash('sha1').update(text).digest('hex')

test('refund, query, apply for bills and download them, in both modes: the bytes have the promised SHA-1', async t => {
  // The package signs what follows the real host, so download URLs must begin with it as those of WeChat Pay do.
  const running = await parkingUnderTest(t, { publicUrl: REAL_HOST })
  const { clock, scheduler } = running
  for (const [mode, caller] of MODES) {
    await t.test(mode, async () => {
      const { partner } = caller
      const bill_date = formatTime(clock.now()).slice(0, 10)
      const client = clientOf(running.merchant(caller.mchid), running.baseUrl)
      const { out_trade_no } = await running.accept(await running.park({}, caller), {}, caller)
      await running.runDue()

      const amount = { refund: 300, total: 888, currency: 'CNY' }
      const request = { ...partner, out_trade_no, out_refund_no: `R${out_trade_no}`, amount }
      const refunded = await client.refunds(request)
      assert.deepEqual([refunded.status, refunded.data?.status], [200, 'PROCESSING'])
      await scheduler.moveTo(clock.now() + 10 * MINUTE_MS)
      // The package has no parameter for a sub-merchant here; the number is put into the URL as it is.
      const query = new URLSearchParams(partner)
      const found = await client.find_refunds(`${request.out_refund_no}${query.size > 0 ? `?${query}` : ''}`)
      assert.deepEqual([found.status, found.data?.status], [200, 'SUCCESS'])

      await scheduler.moveTo(Date.parse(`${bill_date}T10:00:00+08:00`) + DAY_MS)
      const trade = await client.tradebill({ ...partner, bill_date, bill_type: 'ALL' })
      assert.equal(trade.status, 200)
      const file = await client.downloadBill(trade.data.download_url)
      assert.equal(sha1(file.data), trade.data.hash_value)
      assert.match(file.data, new RegExp(`${out_trade_no}[^]*${request.out_refund_no}`))

      const compressed = await client.tradebill({ ...partner, bill_date, bill_type: 'ALL', tar_type: 'GZIP' })
      const archive = await client.downloadBill(compressed.data.download_url)
      assert.equal(gunzipSync(archive.data).toString('utf8'), file.data)

      // A provider has no money of its own from its sub-merchants' orders.
      const flows = await client.fundflowbill({ bill_date, account_type: 'BASIC' })
      if (partner.sub_mchid) {
        assert.deepEqual([flows.status, JSON.parse(flows.error).code], [400, 'NO_STATEMENT_EXIST'])
      } else {
        const flowFile = await client.downloadBill(flows.data.download_url)
        assert.equal(sha1(flowFile.data), flows.data.hash_value)
      }
    })
  }
})

test("a reply's signature fits by the package's own helper, and one changed byte of the body does not", async t => {
  const running = await parkingUnderTest(t, { trust: 'CERTIFICATE' })
  const merchant = running.merchant('1230000109')
  const client = clientOf(merchant, running.baseUrl)
  // The package gives no headers of a reply back, so this one transport keeps them.
  const transport = transportTo(running.baseUrl)
  const kept: { headers: Headers; body: string }[] = []
  client.createHttp({
    ...transport,
    async get(url, headers) {
      const reply = await fetch(url.replace(REAL_HOST, running.baseUrl), { headers })
      const body = await reply.text()
      kept.push({ headers: reply.headers, body })
      return { status: reply.status, data: JSON.parse(body) }
    },
  })
  const openid = 'oUpF8uMuAJOM2pxb1Q'
  const query = { appid: APPID, plate_number: '粤B888888', plate_color: 'BLUE', openid }
  await client.get('/v3/vehicle/parking/services/find', query)
  const [reply] = kept
  assert.ok(reply)
  const signed = {
    timestamp: reply.headers.get('wechatpay-timestamp') ?? '',
    nonce: reply.headers.get('wechatpay-nonce') ?? '',
    serial: reply.headers.get('wechatpay-serial') ?? '',
    signature: reply.headers.get('wechatpay-signature') ?? '',
  }
  assert.equal(await client.verifySign({ ...signed, body: reply.body }), true)
  assert.equal(await client.verifySign({ ...signed, body: reply.body.replace('PAUSE', 'NORMAL') }), false)
})

test('the certificates that the package downloads and opens are those that sign', async t => {
  const running = await parkingUnderTest(t, { trust: 'CERTIFICATE' })
  for (const [, { mchid }] of MODES) {
    const merchant = running.merchant(mchid)
    const certificates = await clientOf(merchant, running.baseUrl).get_certificates(merchant.apiv3_key)
    const real = new X509Certificate(merchant.platform_certificate)
    assert.deepEqual(
      certificates.map(({ serial_no, effective_time, expire_time }) => ({
        serial_no,
        effective: Date.parse(effective_time),
        expire: Date.parse(expire_time),
      })),
      [
        {
          serial_no: merchant.platform_serial,
          effective: Date.parse(real.validFrom),
          expire: Date.parse(real.validTo),
        },
      ],
    )
    const [certificate] = certificates
    const der = (pem: string) => pem.replaceAll(/-----.*?-----|\s/g, '')
    const spki = real.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    assert.equal(der(certificate?.publicKey ?? ''), der(spki))
  }
})

test('a merchant that has only the public key gets no certificates, which the package reports', async t => {
  const running = await parkingUnderTest(t, { trust: 'PUBLIC_KEY' })
  const merchant = running.merchant('1230000109')
  const client = clientOf(merchant, running.baseUrl)
  await assert.rejects(client.get_certificates(merchant.apiv3_key), /拉取平台证书失败/)
})

test('a refusal comes with its status and body', async t => {
  const running = await parkingUnderTest(t)
  const client = clientOf(running.merchant('1230000109'), running.baseUrl)
  const { status, error } = await client.get('/v3/vehicle/transactions/out-trade-no/unknown', {})
  assert.equal(status, 404)
  assert.deepEqual(JSON.parse(error), { code: 'NOT_FOUND', message: '订单不存在' })
})
