import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { chargesUnderTest } from '../../test/charges.ts'
import { chargeable } from '../../test/payers.ts'

const running = await chargesUnderTest({ after })
const admin = adminCalls(running)
for (const payer of ['anna', 'bert', 'cleo']) await admin.put(`/payers/${payer}`)

const STOCK = {
  name: '停车立减',
  scope: 'GLOBAL',
  type: 'CASH',
  amount: 100,
  available_begin_time: '2017-08-01T00:00:00+08:00',
  available_end_time: '2017-09-01T00:00:00+08:00',
  max_coupons: 2,
}

test('a stock is made once, with money put aside for all its coupons', async () => {
  const made = await admin.put('/coupon-stocks/one', STOCK)
  assert.deepEqual(
    [made.body.merchant_contribute, made.body.max_coupons_per_payer, made.body.state, made.body.goods_tag],
    [100, 1, 'RUNNING', ''],
  )
  assert.deepEqual((await admin.put('/coupon-stocks/one', STOCK)).body, made.body)
  assert.deepEqual((await admin.get('/coupon-stocks/one')).body, made.body)
  assert.equal((await admin.get('/ledger/accounts/coupon%2Fone%2Ffund')).body.balance, 200)
  admin.refused(await admin.put('/coupon-stocks/one', { ...STOCK, amount: 99 }), 'CONFLICT', /other content/)
  admin.refused(await admin.get('/coupon-stocks/none'), 'NOT_FOUND')
  const { data } = (await admin.get('/coupon-stocks')).body
  assert.deepEqual(
    data.filter(({ stock_id }: { stock_id: string }) => stock_id === 'one'),
    [made.body],
  )
})

test('a stock that makes no sense is refused with the reason, and nothing is put aside', async () => {
  const wrong: [fields: object, detail: RegExp][] = [
    [{ merchant_contribute: 99 }, /add up/],
    [{ wechatpay_contribute: 101 }, /add up/],
    [{ type: 'NOCASH', wechatpay_contribute: 1 }, /paid by the merchant only/],
    [{ available_end_time: '2017-08-01T00:00:00+08:00' }, /after available_begin_time/],
    [{ max_coupons_per_payer: 3 }, /1 to max_coupons/],
    [{ amount: 10_000_000_000, max_coupons: 10_000_000 }, /max_coupons times amount/],
    [{ available_merchants: ['1999999999'] }, /does not exist/],
  ]
  for (const [fields, detail] of wrong)
    admin.refused(await admin.put('/coupon-stocks/two', { ...STOCK, ...fields }), 'CONFLICT', detail)
  for (const [field, value] of Object.entries({
    scope: 'ALL',
    amount: 0,
    available_begin_time: '2017-02-30',
  }))
    admin.refusedField(await admin.put('/coupon-stocks/two', { ...STOCK, [field]: value }), field)
  const many = Array.from({ length: 101 }, () => '1230000109')
  const reply = await admin.put('/coupon-stocks/two', { ...STOCK, available_merchants: many })
  admin.refusedField(reply, 'available_merchants', /at most 100/)
  admin.refused(await admin.get('/coupon-stocks/two'), 'NOT_FOUND')
  assert.deepEqual((await admin.get('/ledger/audit')).body, { faults: [] })
})

test('coupons are sent within the limits, once for each id', async () => {
  const path = '/coupon-stocks/one/coupons'
  const sent = await admin.put(`${path}/c1`, { payer_id: 'anna' })
  assert.deepEqual([sent.body.state, sent.body.subject], ['SENDED', ''])
  assert.deepEqual((await admin.put(`${path}/c1`, { payer_id: 'anna' })).body, sent.body)
  assert.deepEqual((await admin.get(`${path}/c1`)).body, sent.body)
  admin.refused(await admin.put(`${path}/c1`, { payer_id: 'bert' }), 'CONFLICT', /another payer/)
  admin.refused(await admin.put(`${path}/c2`, { payer_id: 'anna' }), 'CONFLICT', /max_coupons_per_payer/)
  admin.refused(await admin.put(`${path}/c2`, { payer_id: 'nobody' }), 'CONFLICT', /no payer/)
  await admin.put(`${path}/c2`, { payer_id: 'bert' })
  admin.refused(await admin.put(`${path}/c3`, { payer_id: 'cleo' }), 'CONFLICT', /max_coupons/)
  admin.refused(await admin.put('/coupon-stocks/none/coupons/c1', { payer_id: 'anna' }), 'NOT_FOUND')
  admin.refused(await admin.get(`${path}/none`), 'NOT_FOUND')
  admin.refused(await admin.get('/coupon-stocks/none/coupons/c1'), 'NOT_FOUND')
  const listed = await admin.get('/coupons?payer_id=bert&stock_id=one')
  assert.deepEqual(
    listed.body.data.map(({ coupon_id }: { coupon_id: string }) => coupon_id),
    ['c2'],
  )
  await admin.put('/coupon-stocks/three', STOCK)
  const elsewhere = await admin.put('/coupon-stocks/three/coupons/c1', { payer_id: 'anna' })
  admin.refused(elsewhere, 'CONFLICT', /unique in the sandbox/)
})

test('a coupon is taken back unless it is used, and makes room for another', async () => {
  await admin.put('/coupon-stocks/two', { ...STOCK, max_coupons: 1 })
  const path = '/coupon-stocks/two/coupons'
  await admin.put(`${path}/d1`, { payer_id: 'anna' })
  const gone = await admin.delete(`${path}/d1`)
  assert.deepEqual(gone.body, { stock_id: 'two', coupon_id: 'd1' })
  assert.deepEqual((await admin.delete(`${path}/d1`)).body, gone.body)
  admin.refused(await admin.get(`${path}/d1`), 'NOT_FOUND')
  assert.equal((await admin.get('/coupon-stocks/two')).body.distributed_coupons, 0)
  // One of another stock is not touched.
  await admin.delete(`${path}/c1`)
  assert.equal((await admin.get('/coupon-stocks/one/coupons/c1')).status, 200)
  admin.refused(await admin.delete('/coupon-stocks/none/coupons/d1'), 'NOT_FOUND')

  await admin.put('/payers/cleo/top-ups/1', { amount: 10_000 })
  await admin.put(`${path}/d2`, { payer_id: 'cleo' })
  await running.accept({ payer: await chargeable(running.platform, 'cleo') })
  await running.runDue()
  assert.equal((await admin.get(`${path}/d2`)).body.state, 'USED')
  admin.refused(await admin.delete(`${path}/d2`), 'CONFLICT', /used/)
  assert.deepEqual((await admin.get('/ledger/audit')).body, { faults: [] })
  admin.assertAllMet('getCouponStock', 'putCouponStock', 'putCoupon', 'getCoupon', 'deleteCoupon')
})
