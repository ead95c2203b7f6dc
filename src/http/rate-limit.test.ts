import assert from 'node:assert/strict'
import { test } from 'node:test'
import { platformUnderTest } from '../../test/platform.ts'
import { clockByHand } from '../../test/refunds.ts'

const CERTIFICATES = { method: 'GET', target: '/v3/certificates' } as const

test('a merchant that calls more often than the limit in one second gets a 429, before the call and so unsigned', async t => {
  const { call } = await platformUnderTest(t, { clock: clockByHand(), rules: { rateLimit: 2 } })
  const replies = await Promise.all(Array.from({ length: 12 }, () => call(CERTIFICATES)))
  const statuses = replies.map(({ statusCode }) => statusCode).sort()
  assert.deepEqual(statuses, [200, 200, ...Array.from({ length: 10 }, () => 429)])
  const refused = replies.find(({ statusCode }) => statusCode === 429)
  assert.equal(refused?.body, '{"code":"RATELIMIT_EXCEEDED","message":"达到调用速率限制"}')
  assert.match(String(refused?.headers['request-id']), /^[0-9A-F]{40}-268447840$/)
  assert.equal(refused?.headers['wechatpay-signature'], undefined)
})

test('the limit counts one call of one merchant, and refused signatures not at all', async t => {
  const { call } = await platformUnderTest(t, { clock: clockByHand(), rules: { rateLimit: 1 } })
  const forged = { ...CERTIFICATES, headers: { Authorization: 'Bearer x' } }
  const unsigned = await Promise.all(Array.from({ length: 5 }, () => call(forged)))
  assert.ok(unsigned.every(({ statusCode }) => statusCode === 401))
  const order = { method: 'GET', target: '/v3/vehicle/transactions/out-trade-no/1' } as const
  const first = await Promise.all([call(CERTIFICATES), call(CERTIFICATES, '1230000100'), call(order)])
  assert.deepEqual(
    first.map(({ statusCode }) => statusCode),
    [200, 200, 404],
  )
})

test('the limit comes before the parameters are looked at', async t => {
  const { call } = await platformUnderTest(t, { clock: clockByHand(), rules: { rateLimit: 1 } })
  const wrong = { method: 'GET', target: '/v3/certificates?algorithm_type=RSA1' } as const
  const replies = await Promise.all(Array.from({ length: 6 }, () => call(wrong)))
  const codes = replies.map(reply => reply.json<{ code: string }>().code)
  assert.deepEqual(new Set(codes), new Set(['PARAM_ERROR', 'RATELIMIT_EXCEEDED']))
})
