import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { type DoctorOptions, runDoctor } from '../../src/doctor/run-doctor.ts'
import { SHOP_CHECKS } from '../../src/doctor/shop-checks.ts'
import { adminClient } from '../admin.ts'
import { platformUnderTest } from '../platform.ts'
import { DIRECT } from '../sdk/car-park.ts'
import { changeable as changeableOf, resultOf } from './examine.ts'
import { startMerchant } from './merchant.ts'
import { type ShopDefects, startShop } from './shop.ts'

// Each check is made of a shop that does everything right but for one thing.

const running = await platformUnderTest({ after }, { workers: true })
const admin = adminClient(running)
const changeable = () => changeableOf(admin)

/** Defects with each of which the check fails, and what is said of it. */
const DEFECTS: Record<string, readonly [defects: ShopDefects, found: RegExp][]> = {
  'shop-sale': [[{ showsOtherCode: true }, /The code_url of \w+ is that of OTHER-\w+/]],
  'shop-booked': [[{ neverGives: true }, /was acknowledged, and the books say PAID, 800 fen paid, given 0/]],
  'shop-wrong-signature': [[{ takes: ['mismatch'] }, /signature is wrong was taken: HTTP 204/]],
  'shop-wrong-amount': [
    [{ ignoresAmounts: true }, /reported as paid with 1 fen .*HTTP 204.*PAID, 1 fen paid, given 1/],
  ],
  'shop-no-notice': [
    [{ neverQueries: true }, /no notice has come; POST \/wait says UNPAID, although the order can/],
    [{ believesCustomers: true }, /A customer who has not paid has waited, and POST \/wait says PAID/],
  ],
  'shop-closed-first': [
    [{ neverCloses: true }, /was given up for \w+ and can still be paid/],
    [{ closesLate: true }, /was made before \w+ was closed/],
  ],
  'shop-paid-meanwhile': [
    [
      { ignoresRefusedClose: true },
      /is paid, which no notice has said yet, and the customer is asked to pay/,
    ],
  ],
  'shop-doubled': [
    [{ givesEachNotice: true }, /reported four times, and the books say PAID, 800 fen paid, given/],
  ],
  'shop-reply-lost': [[{ newNumbers: true }, /was lost, and it was made again under another number/]],
}

const examine = (shop: string, options: Partial<DoctorOptions> = {}) => {
  const { url, token } = running.admin
  return runDoctor({ admin: { url, token }, shop, mchid: DIRECT, random: randomBytes, ...options })
}

test('a shop without a defect passes every check of shops, and the sandbox is put back', async t => {
  const before = await changeable()
  const report = await examine(await startShop(t, running))
  assert.deepEqual(
    report.checks.map(({ id, result }) => [id, result]),
    SHOP_CHECKS.map(({ id }) => [id, 'PASSED']),
  )
  assert.equal(report.gate, undefined)
  assert.deepEqual(await changeable(), before)
})

test('every check of shops has a defect that fails it', () => {
  assert.deepEqual(
    SHOP_CHECKS.map(({ id }) => id),
    Object.keys(DEFECTS),
  )
})

for (const { id, needs, remedy } of SHOP_CHECKS)
  for (const [defects, found] of DEFECTS[id] ?? [])
    test(`${id}: a shop that ${Object.keys(defects)} fails, and what was changed is put back`, async t => {
      const before = await changeable()
      const { checks } = await examine(await startShop(t, running, defects), { only: [id] })
      const result = resultOf(checks, id)
      assert.ok(result?.result === 'FAILED', JSON.stringify(checks))
      assert.match(result.found, found)
      assert.equal(result.what_to_do, remedy)
      if (needs) assert.equal(resultOf(checks, needs)?.result, 'PASSED')
      assert.deepEqual(await changeable(), before)
    })

test('a program with both adapters is examined by both', async t => {
  const gate = await startMerchant(t, running)
  const shop = await startShop(t, running)
  const { checks } = await examine(shop, { gate, only: ['stay', 'shop-sale'] })
  assert.deepEqual(
    checks.map(({ id, result }) => [id, result]),
    [
      ['stay', 'PASSED'],
      ['shop-sale', 'PASSED'],
    ],
  )
})

test('a check of an adapter that is not given is refused with its option', async t => {
  const shop = await startShop(t, running)
  await assert.rejects(examine(shop, { only: ['stay'] }), {
    name: 'CannotRun',
    message: 'The check stay drives another adapter: give --gate.',
  })
})

test('where no shop adapter is, the report says how it is named', async t => {
  const gate = await startMerchant(t, running)
  await assert.rejects(examine(gate.replace('/gate', '/nothing'), { only: ['shop-sale'] }), {
    name: 'CannotRun',
    message: /--shop/,
  })
})
