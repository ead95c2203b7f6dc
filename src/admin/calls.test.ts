import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { chargeOf, PARTNER, parkingUnderTest } from '../../test/parking.ts'
import { signedRequest } from '../testing/index.ts'

const parking = await parkingUnderTest({ after })
const admin = adminCalls(parking)

async function newest(query = '') {
  return (await admin.get(`/calls?limit=1${query}`)).body.data[0]
}

test('a call is shown with who made it, what it names, how it ended and the id that its reply had', async () => {
  const stay = await parking.park()
  const entry = await newest()
  assert.deepEqual(
    [entry.op, entry.mchid, entry.status, entry.code, entry.out_parking_no],
    ['parking.createParking', '1230000109', 200, undefined, stay.request.out_parking_no],
  )
  const { out_trade_no } = await parking.accept(stay)
  const charge = await newest()
  assert.deepEqual([charge.out_trade_no, charge.unknown_fields, charge.faults], [out_trade_no, undefined, []])
  await parking.charge(chargeOf(stay, { unheard_of: 1, amount: { x: 1 } }))
  const { code, unknown_fields } = await newest()
  assert.deepEqual([code, unknown_fields], ['PARAM_ERROR', ['/body/amount/x', '/body/unheard_of']])
  const reply = await parking.queryRefund('R-1')
  const refund = await newest()
  assert.deepEqual([refund.status, refund.code, refund.out_refund_no], [404, 'RESOURCE_NOT_EXISTS', 'R-1'])
  assert.ok(String(reply.headers['request-id']).startsWith(`${refund.request_id}-`))
  assert.ok(refund.duration_ms >= 0 && Math.abs(Date.parse(refund.wall_time) - Date.now()) < 60_000)
})

test('Wechatpay-Serial is shown, and a refused signature has no fields', async () => {
  const merchant = parking.merchant('1230000109')
  const { target, headers } = signedRequest(merchant, {
    ...{ method: 'GET', target: '/v3/certificates' },
    headers: { 'Wechatpay-Serial': merchant.public_key_id },
  })
  await parking.app.inject({ method: 'GET', url: target, headers })
  assert.deepEqual((await newest()).wechatpay_serial, merchant.public_key_id)
  await parking.app.inject({ method: 'GET', url: `${target}?x=1`, headers })
  const refused = await newest()
  assert.deepEqual([refused.status, refused.code, refused.mchid], [401, 'SIGN_ERROR', '1230000109'])
})

test('the faults in a call are shown with it, also when there was no reply', async () => {
  await parking.faults.put({ fault_id: 'a', kind: 'REPLY_PROBE', count: 3 })
  await parking.faults.put({ fault_id: 'b', kind: 'REPLY_LOST', count: 1 })
  await assert.rejects(parking.query('T-1'))
  const lost = await newest()
  assert.deepEqual(lost.status, 404)
  assert.deepEqual(lost.faults, [
    { fault_id: 'a', kind: 'REPLY_PROBE' },
    { fault_id: 'b', kind: 'REPLY_LOST' },
  ])
  await parking.faults.put({ kind: 'CONNECTION_RESET', count: 1 })
  await assert.rejects(parking.query('T-2'))
  const reset = await newest()
  assert.deepEqual([reset.out_trade_no, 'status' in reset], ['T-2', false])
  assert.ok(reset.faults.some(({ kind }: { kind: string }) => kind === 'CONNECTION_RESET'))
})

test('calls are listed by merchant and name, the newest first, page by page, and a thousand are kept', async () => {
  await parking.query('T-3', PARTNER)
  assert.equal((await newest(`&mchid=${PARTNER.mchid}`)).out_trade_no, 'T-3')
  await parking.query('T-4')
  assert.equal((await newest('&op=parking.queryTransaction')).out_trade_no, 'T-4')
  assert.equal((await newest(`&op=parking.queryTransaction&mchid=${PARTNER.mchid}`)).out_trade_no, 'T-3')
  for (let call = 1; call <= 1_010; call += 1) await parking.query(`Q-${call}`)
  const seen: string[] = []
  for (let after = '', pages = 0; pages < 20; pages += 1) {
    const { data, next } = (await admin.get(`/calls?limit=100${after}`)).body
    seen.push(...data.map(({ out_trade_no }: { out_trade_no: string }) => out_trade_no))
    if (next === undefined) break
    after = `&after=${next}`
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 1_000 }, (_, index) => `Q-${1_010 - index}`),
  )
  admin.refusedField(await admin.get('/calls?after=x'), 'after', /next/)
})
