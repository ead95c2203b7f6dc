import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shangmiMerchant } from '../../test/shangmi.ts'
import { shangmi } from '../protocol/shangmi.ts'
import { createTestStore } from '../store/testing.ts'
import { signedRequest, startPlatform } from '../testing/index.ts'

test('a node answers the first request by SM2 although another node has made the first SM2 certificate just now', async t => {
  const store = createTestStore()
  t.after(() => store.remove())
  const one = await startPlatform({ open: () => store.open() })
  t.after(() => one.stop())
  const other = await startPlatform({ open: () => store.open() })
  t.after(() => other.stop())
  // It hears of nothing by itself.
  await other.platform.keys.stop()
  const keys = await shangmiMerchant(one)
  assert.deepEqual(other.platform.keys.certificates('SM2'), [])
  const request = signedRequest(
    keys,
    { method: 'GET', target: '/v3/certificates?algorithm_type=SM2' },
    shangmi,
  )
  const reply = await other.app.inject({ method: 'GET', url: request.target, headers: request.headers })
  assert.equal(reply.statusCode, 200, reply.body)
  assert.equal(reply.headers['wechatpay-signature-type'], shangmi.scheme)
  assert.equal(reply.json<{ data: object[] }>().data.length, 1)
})
