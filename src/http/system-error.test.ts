import assert from 'node:assert/strict'
import { test } from 'node:test'
import { READ } from '../../test/calls.ts'
import { platformUnderTest } from '../../test/platform.ts'

const BODY = '{"code":"SYSTEM_ERROR","message":"出现内部服务器错误"}'

const QUERY = { method: 'GET', target: READ } as const

test('a fault of the store is a signed SYSTEM_ERROR that leaks nothing, and ends when the fault does', async t => {
  const { call, platform } = await platformUnderTest(t)
  await platform.db.run('ALTER TABLE payer_openids RENAME TO hidden')
  const reply = await call(QUERY)
  assert.deepEqual([reply.statusCode, reply.body], [500, BODY])
  assert.match(String(reply.headers['request-id']), /^[0-9A-F]{40}-268435464$/)
  assert.ok(reply.headers['wechatpay-signature'])
  await platform.db.run('ALTER TABLE hidden RENAME TO payer_openids')
  assert.equal((await call(QUERY)).statusCode, 200)
})

test('when not even the caller can be looked up, the SYSTEM_ERROR is not signed', async t => {
  const { call, platform } = await platformUnderTest(t)
  await platform.db.run('ALTER TABLE merchant_certificates RENAME TO hidden')
  const reply = await call(QUERY)
  assert.deepEqual([reply.statusCode, reply.body], [500, BODY])
  assert.equal(reply.headers['wechatpay-signature'], undefined)
})

test('when rules about an access point cannot be read, nothing is injected, and nothing leaks', async t => {
  const { call, platform, faults } = await platformUnderTest(t)
  await faults.put({ fault_id: 'down', kind: 'HOST_DOWN', host: 'api' })
  await platform.db.run('ALTER TABLE faults RENAME TO hidden')
  const reply = await call(QUERY)
  assert.deepEqual(
    [reply.statusCode, reply.headers['content-type']],
    [200, 'application/json; charset=utf-8'],
  )
})
