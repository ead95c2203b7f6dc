import assert from 'node:assert/strict'
import { test } from 'node:test'
import { platformUnderTest } from '../../test/platform.ts'
import { duration } from '../options/kinds.ts'
import { optionGroup } from '../options/options.ts'
import { certificates } from '../products/common/certificates/index.ts'
import { products } from '../products/index.ts'
import { product } from '../products/product.ts'
import { openTestDatabase } from '../store/testing.ts'
import { startPlatform } from '../testing/index.ts'

// A node is made of the products that it is given.

const tollOptions = optionGroup({
  title: { en: 'Tolls', zh: '通行费' },
  options: {
    tollWait: { kind: duration(), default: '5m', en: 'how long a toll waits', zh: '通行费等待多久' },
  },
})
const tolls = product({
  name: 'tolls',
  folder: new URL('.', import.meta.url),
  endpoints: [],
  options: tollOptions,
})

test('a product that is added brings its options, with their types and defaults', async t => {
  for (const [rules, expected] of [
    [{}, 300_000],
    [{ tollWait: 7, refundInterval: 0 }, 7],
  ] as const) {
    const running = await startPlatform({ open: openTestDatabase, rules }, [...products, tolls])
    t.after(() => running.stop())
    const { tollWait }: { tollWait: number } = running.platform.options.of(tollOptions)
    assert.equal(tollWait, expected)
  }
  const { platform } = await platformUnderTest(t)
  assert.throws(() => platform.options.of(tollOptions), /of this node has the options "Tolls"/)
})

test('a node without a product has none of its calls, tables, options and administration', async t => {
  const { app, platform, admin } = await platformUnderTest(t, {}, [certificates])
  const statusOf = async (url: string) => (await app.inject({ method: 'GET', url })).statusCode
  assert.equal(await statusOf('/v3/certificates'), 400)
  assert.equal(await statusOf('/v3/vehicle/parking/services/find'), 404)
  assert.deepEqual(
    platform.endpoints.map(({ operation }) => operation.id),
    ['certificates.listCertificates'],
  )
  assert.ok(!platform.tables.some(({ name }) => name === 'refunds'))
  const headers = { authorization: `Bearer ${admin.token}` }
  const get = async (path: string) => (await fetch(`${admin.url}/admin/v1${path}`, { headers })).status
  assert.deepEqual([await get('/merchants'), await get('/refunds')], [200, 404])
})

test('two products with one option are refused before anything is opened', async () => {
  await assert.rejects(
    startPlatform({}, [tolls, { ...tolls, name: 'bridges', options: { ...tollOptions } }]),
    /tollWait of "Tolls" and tollWait of "Tolls" both have the flag --toll-wait: rename one\./,
  )
})
