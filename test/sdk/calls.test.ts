import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type FolderTrust,
  mayOpenGate,
  merchantClient,
  NotFound,
  partnerClient,
} from '../../src/sdk/index.ts'
import {
  APPID,
  chargeRequest,
  DIRECT,
  entryRequest,
  OPENID,
  optionsOf,
  PROVIDER,
  plateRequest,
  SUB_MCHID,
} from './car-park.ts'
import { sharedPlatform } from './shared-platform.ts'

const thePlatform = sharedPlatform()

const TRUSTS: FolderTrust[] = ['certificate', 'public-key', 'both']

for (const trust of TRUSTS) {
  test(`a direct merchant makes every call, trusting ${trust}`, async () => {
    const platform = thePlatform()
    const client = merchantClient(optionsOf(platform, DIRECT, trust))

    const service = await client.parking.queryPlateService(plateRequest)
    assert.equal(service.service_state, 'NORMAL')
    const request = entryRequest()
    const entry = await client.parking.createParking(request)
    assert.equal(entry.state, 'NORMAL')
    assert.deepEqual(await client.parking.createParking(request), entry)

    const charge = chargeRequest(entry)
    const accepted = await client.parking.createTransaction(charge)
    assert.ok(mayOpenGate(accepted))
    assert.equal(accepted.sp_mchid, DIRECT)
    assert.ok(!('sub_mchid' in accepted))
    await platform.runDue()
    const { out_trade_no } = charge
    const order = await client.parking.queryTransaction({ out_trade_no })
    assert.equal(order.trade_state, 'SUCCESS')
    assert.equal(order.amount.payer_total, 888)

    const { data } = await client.certificates.listCertificates()
    assert.equal(data[0]?.serial_no, platform.merchant(DIRECT).platform_serial)
    const encrypted_echo_message = await client.sensitive.encrypt('密文')
    const echo = await client.security.securityEcho({ echo_message: '明文', encrypted_echo_message })
    assert.equal(echo.echo_message, '明文')
    assert.equal(client.sensitive.decrypt(echo.encrypted_echo_message ?? ''), '密文')
  })

  test(`a service provider makes every call, trusting ${trust}`, async () => {
    const platform = thePlatform()
    const client = partnerClient(optionsOf(platform, PROVIDER, trust))
    const sub = { sub_mchid: SUB_MCHID }

    const service = await client.parking.queryPlateService({ ...plateRequest, ...sub })
    assert.equal(service.openid, OPENID)
    const entry = await client.parking.createParking({ ...entryRequest(), ...sub })
    assert.equal(entry.state, 'NORMAL')

    const charge = { ...chargeRequest(entry), ...sub, sub_appid: 'wxd678efh567hg6787' }
    const accepted = await client.parking.createTransaction(charge)
    assert.ok(mayOpenGate(accepted))
    assert.equal(accepted.sp_mchid, PROVIDER)
    assert.equal(accepted.sub_mchid, SUB_MCHID)
    await platform.runDue()
    const { out_trade_no } = charge
    const order = await client.parking.queryTransaction({ out_trade_no, ...sub })
    assert.equal(order.trade_state, 'SUCCESS')
    assert.ok(order.payer.sub_openid)

    const { data } = await client.certificates.listCertificates({ algorithm_type: 'RSA' })
    assert.equal(data.length, 1)
    const echo = await client.security.securityEcho({ echo_message: 'hello' })
    assert.deepEqual(echo, { echo_message: 'hello' })
  })
}

test('an order that does not exist is NotFound, verified, with everything that support asks for', async () => {
  const platform = thePlatform()
  const { parking } = merchantClient({ ...optionsOf(platform, DIRECT), acceptLanguage: 'en' })
  await assert.rejects(parking.queryTransaction({ out_trade_no: 'nothing' }), (error: unknown) => {
    assert.ok(error instanceof NotFound)
    assert.equal(error.op, 'parking.queryTransaction')
    assert.equal(error.status, 404)
    assert.equal(error.code, 'NOT_FOUND')
    assert.equal(error.verified, true)
    assert.match(error.requestId ?? '', /^[0-9A-F]{40}-268512771$/)
    assert.match(error.message, /The order does not exist/)
    return true
  })
})

test('a refused field is named by the detail of its error', async () => {
  const platform = thePlatform()
  const { parking } = merchantClient(optionsOf(platform, DIRECT))
  await assert.rejects(parking.queryPlateService({ ...plateRequest, appid: `${APPID}x` }), {
    name: 'ParameterError',
    code: 'PARAM_ERROR',
    detail: {
      field: 'appid',
      issue: '输入源“/query/appid”校验失败，appid与商户号未绑定',
      location: 'query',
      value: `${APPID}x`,
    },
  })
})

test('a wrong private key is a refused signature that nobody signed', async () => {
  const platform = thePlatform()
  const { privateKey } = optionsOf(platform, PROVIDER)
  const { parking } = merchantClient({ ...optionsOf(platform, DIRECT), privateKey })
  await assert.rejects(parking.queryTransaction({ out_trade_no: '1' }), {
    name: 'SignatureRefused',
    status: 401,
    verified: false,
  })
})
