import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { chargesUnderTest } from '../../test/charges.ts'

const running = await chargesUnderTest({ after })
const admin = adminCalls(running)
const MERCHANT = '/merchants/1230000109'

const balances = async () => {
  const { body } = await admin.get(MERCHANT)
  return [body.available, body.operation]
}

test('a merchant fills its accounts and withdraws from them, once for each id', async () => {
  const first = await admin.put(`${MERCHANT}/top-ups/1`, { amount: 500 })
  assert.deepEqual(first.body, {
    ...{ mchid: '1230000109', account: 'BASIC', amount: 500, free: 500 },
    ...{ subject: 'merchant_top_up/1230000109/1', business_time: '2017-08-26T11:45:00.000+08:00' },
  })
  assert.deepEqual((await admin.put(`${MERCHANT}/top-ups/1`, { amount: 500 })).body, first.body)
  const operation = await admin.put(`${MERCHANT}/top-ups/2`, { amount: 70, account: 'OPERATION' })
  assert.deepEqual([operation.body.account, operation.body.free], ['OPERATION', 70])
  assert.deepEqual(await balances(), [500, 70])
  const withdrawn = await admin.put(`${MERCHANT}/withdrawals/1`, { amount: 200 })
  assert.deepEqual([withdrawn.body.account, withdrawn.body.free], ['BASIC', 300])
  assert.deepEqual((await admin.put(`${MERCHANT}/withdrawals/1`, { amount: 200 })).body, withdrawn.body)
  await admin.put(`${MERCHANT}/withdrawals/2`, { amount: 70, account: 'OPERATION' })
  assert.deepEqual(await balances(), [300, 0])
  assert.deepEqual((await admin.get(`${MERCHANT}/withdrawals/1`)).body, withdrawn.body)
  assert.deepEqual((await admin.get(`${MERCHANT}/top-ups/1`)).body, { ...first.body, free: 300 })
})

test('what does not fit what is there is refused, and moves nothing', async () => {
  const before = await balances()
  const more = await admin.put(`${MERCHANT}/withdrawals/3`, { amount: 301 })
  admin.refused(more, 'CONFLICT', /too little/)
  const other = await admin.put(`${MERCHANT}/top-ups/1`, { amount: 501 })
  admin.refused(other, 'CONFLICT', /another amount or account; give another id/)
  const elsewhere = await admin.put(`${MERCHANT}/top-ups/1`, { amount: 500, account: 'OPERATION' })
  admin.refused(elsewhere, 'CONFLICT', /another id/)
  admin.refusedField(await admin.put(`${MERCHANT}/top-ups/3`, { amount: 0 }), 'amount', /at least 1/)
  admin.refusedField(await admin.put(`${MERCHANT}/top-ups/3`), 'amount', /required/)
  admin.refusedField(
    await admin.put(`${MERCHANT}/top-ups/3`, { amount: 1, account: 'FEES' }),
    'account',
    /BASIC, OPERATION/,
  )
  for (const kind of ['top-ups', 'withdrawals']) {
    admin.refused(await admin.get(`${MERCHANT}/${kind}/3`), 'NOT_FOUND', /3/)
    admin.refused(
      await admin.put(`/merchants/1999999999/${kind}/1`, { amount: 1 }),
      'NOT_FOUND',
      /1999999999/,
    )
  }
  assert.deepEqual(await balances(), before)
  admin.assertAllMet('putMerchantTopUp', 'getMerchantTopUp', 'getMerchantWithdrawal')
})

test('with auto_withdrawal what was collected goes to the bank with the settled day', async () => {
  await admin.put(MERCHANT, { auto_withdrawal: true })
  await running.accept({ profit_sharing: 'N' })
  await running.runDue()
  const [available] = await balances()
  await admin.put('/clock/moves/day', { step_ms: 86_400_000 })
  const { body } = await admin.get(MERCHANT)
  assert.deepEqual([body.pending, body.available, body.auto_withdrawal], [0, available, true])
  const bank = await admin.get('/ledger/accounts/merchant%2F1230000109%2Fbank')
  assert.equal(bank.body.balance, 883 - 300)
  admin.refused(await admin.put('/merchants/1900000109/withdrawals/1', { amount: 1 }), 'CONFLICT')
  admin.assertAllMet('putMerchantWithdrawal')
  assert.deepEqual((await admin.get('/ledger/audit')).body, { faults: [] })
})

test('withdrawals, top-ups, refunds and a midnight at once take no more than there is, and wait for each other in no circle', async () => {
  await admin.put(MERCHANT, { auto_withdrawal: false })
  const numbers: string[] = []
  for (let order = 0; order < 8; order += 1) {
    const { out_trade_no } = await running.accept({ profit_sharing: 'N' })
    numbers.push(out_trade_no)
  }
  await running.runDue()
  const bank = async () => (await admin.get('/ledger/accounts/merchant%2F1230000109%2Fbank')).body.balance
  const before = { bank: await bank(), ...(await admin.get(MERCHANT)).body }
  const refund = (out_trade_no: string) =>
    running.call({
      ...{ method: 'POST', target: '/v3/refund/domestic/refunds' },
      body: {
        ...{ out_trade_no, out_refund_no: `R-${out_trade_no}` },
        amount: { refund: 888, total: 888, currency: 'CNY' },
      },
    })
  const outcomes = await Promise.all([
    admin.put('/clock/moves/midnight', { step_ms: 86_400_000 }).then(({ status }) => status),
    ...numbers.map(number => refund(number).then(({ statusCode }) => statusCode)),
    ...numbers.map(number =>
      admin.put(`${MERCHANT}/withdrawals/w-${number}`, { amount: 700 }).then(({ status }) => status),
    ),
    ...numbers.map(number =>
      admin.put(`${MERCHANT}/top-ups/t-${number}`, { amount: 50 }).then(({ status }) => status),
    ),
  ])
  for (const status of outcomes) assert.ok([200, 403, 409].includes(status), String(status))
  await running.runDue()
  await admin.put('/clock/moves/payouts', { step_ms: 86_400_000 })
  const { pending, available, operation, refunding } = (await admin.get(MERCHANT)).body
  assert.deepEqual([pending, operation, refunding], [0, 0, 0])
  const refunded = (await admin.get('/refunds?status=SUCCESS&limit=100')).body.data.length
  const moved = (await bank()) - before.bank
  // Each refund takes what its order has brought, and the fee comes back besides.
  assert.equal(available + moved, before.available + before.pending - 883 * refunded)
  assert.deepEqual((await admin.get('/ledger/audit')).body, { faults: [] })
})
