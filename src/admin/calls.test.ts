import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { after, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { chargeOf, PARTNER, parkingUnderTest } from '../../test/parking.ts'
import { rawRequest, sendRaw } from '../../test/raw-http.ts'
import { encryptField } from '../protocol/sensitive-field.ts'
import { signedRequest } from '../testing/index.ts'

const parking = await parkingUnderTest({ after })
const admin = adminCalls(parking)

async function newest(query = '') {
  return (await admin.get(`/calls?limit=1${query}`)).body.data[0]
}

async function detailOf(requestId: unknown) {
  return (await admin.get(`/calls/${requestId}`)).body
}

test('a call is shown with who made it, what it names, how it ended and the id that its reply had', async () => {
  const stay = await parking.park()
  const entry = await newest()
  assert.deepEqual(
    [entry.op, entry.mchid, entry.status, entry.code, entry.numbers.out_parking_no],
    ['parking.createParking', '1230000109', 200, undefined, stay.request.out_parking_no],
  )
  const { out_trade_no } = await parking.accept(stay)
  const charge = await newest()
  assert.deepEqual(
    [charge.numbers.out_trade_no, charge.unknown_fields, charge.faults, charge.signature_valid],
    [out_trade_no, undefined, [], true],
  )
  await parking.charge(chargeOf(stay, { unheard_of: 1, amount: { x: 1 } }))
  const { code, unknown_fields } = await newest()
  assert.deepEqual([code, unknown_fields], ['PARAM_ERROR', ['/body/amount/x', '/body/unheard_of']])
  const reply = await parking.queryRefund('R-1')
  const refund = await newest()
  assert.deepEqual(
    [refund.status, refund.code, refund.numbers.out_refund_no],
    [404, 'RESOURCE_NOT_EXISTS', 'R-1'],
  )
  assert.ok(String(reply.headers['request-id']).startsWith(`${refund.request_id}-`))
  assert.ok(refund.duration_ms >= 0 && Math.abs(Date.parse(refund.wall_time) - Date.now()) < 60_000)
  assert.equal(Date.parse(refund.business_time), parking.platform.clock.now())
})

test('a call can be read with all that was sent and answered, by the Request-ID of its reply', async () => {
  const merchant = parking.merchant('1230000109')
  const body = JSON.stringify({ echo_message: '停车' })
  const request = { method: 'POST', target: '/v3/security/echo', body } as const
  const { headers } = signedRequest(merchant, {
    ...request,
    headers: { 'Wechatpay-Serial': merchant.public_key_id },
  })
  const reply = await sendRaw(
    parking.baseUrl,
    rawRequest({ ...request, headers: { ...headers, Cookie: 'session=1' }, body: Buffer.from(body) }),
  )
  const sent = new Map(reply.headers)
  const call = await detailOf(sent.get('Request-ID'))
  assert.deepEqual(
    [call.op, call.method, call.target, call.status, call.is_explained],
    ['security.securityEcho', 'POST', '/v3/security/echo', 200, false],
  )
  assert.deepEqual([call.request_body, call.request_length], [body, Buffer.byteLength(body)])
  assert.deepEqual([call.reply_body, call.reply_length], [reply.body, Buffer.byteLength(reply.body)])
  assert.equal(call.signed_by, sent.get('Wechatpay-Serial'))
  const { Authorization = '', ...others } = call.request_headers
  const [, signature = ''] = /signature="([^"]+)"/.exec(headers.Authorization ?? '') ?? []
  assert.equal(Authorization, headers.Authorization?.replace(signature, '…'))
  assert.equal(others['Wechatpay-Serial'], merchant.public_key_id)
  assert.equal(others.Cookie, undefined)
  admin.refused(await admin.get(`/calls/${'0'.repeat(40)}-0`), 'NOT_FOUND', /0000-0/)
})

test('what is sealed or encrypted stays so, and a password in the Authorization header is not kept', async () => {
  const merchant = parking.merchant('1230000109')
  const SECRET = 'sealed message'
  const body = {
    echo_message: 'hi',
    encrypted_echo_message: encryptField(SECRET, createPublicKey(merchant.platform_public_key)),
  }
  const reply = await parking.call({
    ...{ method: 'POST', target: '/v3/security/echo', body },
    headers: { 'Wechatpay-Serial': merchant.public_key_id },
  })
  assert.equal(reply.statusCode, 200)
  await parking.call({ method: 'GET', target: '/v3/certificates' })
  for (const authorization of ['Bearer hunter2', 'hunter2', 'WECHATPAY2-SHA256-RSA2048 signature="hunter2"'])
    await parking.app.inject({
      ...{ method: 'GET', url: '/v3/certificates' },
      headers: { authorization, accept: '*/*', 'user-agent': 'x' },
    })
  await parking.platform.recentCalls.flush()
  const rows = JSON.stringify(await parking.platform.db.all('SELECT * FROM recent_calls'))
  assert.ok(rows.includes(JSON.stringify(body.encrypted_echo_message).slice(1, -1)))
  for (const secret of [SECRET, merchant.apiv3_key, 'PRIVATE KEY', 'hunter2'])
    assert.ok(!rows.includes(secret))
})

test('a refused signature has no fields and is explained elsewhere; a path without a call is there too', async () => {
  const merchant = parking.merchant('1230000109')
  const { target, headers } = signedRequest(merchant, { method: 'GET', target: '/v3/certificates' })
  await parking.app.inject({ method: 'GET', url: `${target}?x=1`, headers })
  const refused = await newest()
  assert.deepEqual(
    [refused.status, refused.code, refused.mchid, refused.numbers, refused.signature_valid],
    [401, 'SIGN_ERROR', '1230000109', {}, false],
  )
  assert.equal((await detailOf(refused.request_id)).is_explained, true)
  assert.equal((await admin.get(`/refused-signatures/${refused.request_id}`)).status, 200)
  await parking.app.inject({ method: 'PUT', url: '/v3/certificates', headers: { 'user-agent': 'x' } })
  const wrongMethod = await newest()
  assert.deepEqual(
    [wrongMethod.status, wrongMethod.method, 'op' in wrongMethod, 'mchid' in wrongMethod],
    [405, 'PUT', false, false],
  )
  await sendRaw(
    parking.baseUrl,
    rawRequest({ method: 'GET', target: '/v3/%zz', headers: {}, body: Buffer.alloc(0) }),
  )
  const nowhere = await detailOf((await newest()).request_id)
  assert.deepEqual([nowhere.status, nowhere.target, nowhere.reply_length], [404, '/v3/%zz', 0])
})

test('what was injected into a call is shown with it, also when there was no reply', async () => {
  await parking.faults.put({ fault_id: 'a', kind: 'REPLY_PROBE', count: 3 })
  await parking.faults.put({ fault_id: 'b', kind: 'REPLY_LOST', count: 1 })
  await assert.rejects(parking.query('T-1'))
  const lost = await newest()
  assert.deepEqual(lost.status, 404)
  assert.deepEqual(lost.faults, [
    { fault_id: 'a', kind: 'REPLY_PROBE' },
    { fault_id: 'b', kind: 'REPLY_LOST' },
  ])
  // What was lost is what somebody looks for.
  assert.match((await detailOf(lost.request_id)).reply_body, /"code"/)
  await parking.faults.put({ kind: 'CONNECTION_RESET', count: 1 })
  await assert.rejects(parking.query('T-2'))
  const reset = await newest()
  assert.deepEqual([reset.numbers.out_trade_no, 'status' in reset], ['T-2', false])
  assert.equal('reply_body' in (await detailOf(reset.request_id)), false)
  assert.ok(reset.faults.some(({ kind }: { kind: string }) => kind === 'CONNECTION_RESET'))
})

test('calls are found by each filter, the newest first, page by page', async () => {
  await parking.query('F-3', PARTNER)
  await parking.query('F-4')
  const query = (number: string) => newest(`&number=${number}`)
  assert.equal((await newest(`&mchid=${PARTNER.mchid}`)).numbers.out_trade_no, 'F-3')
  assert.equal((await newest('&op=parking.queryTransaction')).numbers.out_trade_no, 'F-4')
  assert.equal(
    (await newest(`&op=parking.queryTransaction&mchid=${PARTNER.mchid}`)).numbers.out_trade_no,
    'F-3',
  )
  const call = await query('F-3')
  assert.deepEqual([call.mchid, await query('f-3'), await query('F-')], [PARTNER.mchid, undefined, undefined])
  assert.equal((await newest(`&request_id=${call.request_id}-123`)).request_id, call.request_id)
  assert.equal((await newest('&status=405')).method, 'PUT')
  assert.equal((await newest('&code=SIGN_ERROR')).status, 401)
  assert.equal(await newest('&status=405&code=SIGN_ERROR'), undefined)
  const since = encodeURIComponent(new Date(Date.now() + 60_000).toISOString())
  assert.equal(await newest(`&since=${since}`), undefined)
  assert.equal((await newest(`&since=${encodeURIComponent(call.wall_time)}`)).numbers.out_trade_no, 'F-4')

  for (let call = 1; call <= 250; call += 1) await parking.query(`Q-${call}`)
  const seen: string[] = []
  for (let after = ''; ; ) {
    const { data, next } = (await admin.get(`/calls?limit=100&op=parking.queryTransaction${after}`)).body
    seen.push(...data.map(({ numbers }: { numbers: Record<string, string> }) => numbers.out_trade_no))
    if (next === undefined) break
    after = `&after=${next}`
  }
  assert.deepEqual(
    seen.slice(0, 250),
    Array.from({ length: 250 }, (_, index) => `Q-${250 - index}`),
  )
  admin.refusedField(await admin.get('/calls?after=x'), 'after', /next/)
})
