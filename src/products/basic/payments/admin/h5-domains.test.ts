import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminCalls } from '../../../../../test/admin-calls.ts'
import { MERCHANT, sandboxUnderTest } from '../../../../../test/sandbox.ts'

const admin = adminCalls(await sandboxUnderTest({ after }))
const PATH = `/merchants/${MERCHANT.mchid}/h5-domains`

test('the domains of a merchant are registered in place of those before', async () => {
  assert.deepEqual((await admin.get(PATH)).body, { mchid: MERCHANT.mchid, domains: [] })
  const put = await admin.put(PATH, { domains: ['pay.example.com', '127.0.0.1', 'pay.example.com'] })
  assert.deepEqual(put.body.domains, ['127.0.0.1', 'pay.example.com'])
  assert.deepEqual((await admin.put(PATH, { domains: ['localhost'] })).body.domains, ['localhost'])
  assert.deepEqual((await admin.get(PATH)).body.domains, ['localhost'])
})

test('what is no host is refused, and nothing is registered of it', async () => {
  await admin.put(PATH, { domains: ['localhost'] })
  for (const domain of [
    'https://a.com',
    'a.com:80',
    'a.com/',
    'A.com',
    'u@a.com',
    'a b',
    '支付.cn',
    'a.com#x',
  ])
    admin.refusedField(await admin.put(PATH, { domains: ['b.com', domain] }), 'domains', /no host such as/)
  const many = Array.from({ length: 21 }, (_, index) => `${index}.example.com`)
  admin.refusedField(await admin.put(PATH, { domains: many }), 'domains', /at most 20/)
  assert.deepEqual((await admin.get(PATH)).body.domains, ['localhost'])
})

test('a merchant that does not exist has no domains', async () => {
  admin.refused(await admin.put('/merchants/99999999/h5-domains', { domains: [] }), 'NOT_FOUND')
  admin.refused(await admin.get('/merchants/99999999/h5-domains'), 'NOT_FOUND')
  admin.assertAllMet('putH5Domains', 'getH5Domains')
})
