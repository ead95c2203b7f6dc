import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { APPID, sandboxUnderTest } from '../../test/sandbox.ts'

const running = await sandboxUnderTest({ after })
const admin = adminCalls(running)

const IN_ARREARS = encodeURIComponent('payer-of-粤B10004')

test('a payer is made with what is usual, changed by what is given, and a repeated request changes nothing', async () => {
  const made = await admin.put('/payers/anna')
  assert.deepEqual(made.body, {
    ...{ payer_id: 'anna', score: 700, wallet_state: 'NORMAL', wallet_position: 0, advance_limit: 50_000 },
    ...{ arrears: 0, wallet: 0, advanced: 0 },
  })
  const changes = { score: 350, wallet_state: 'FROZEN', wallet_position: 3, advance_limit: 0 }
  const changed = await admin.put('/payers/anna', changes)
  assert.deepEqual(changed.body, { ...made.body, ...changes })
  assert.deepEqual((await admin.put('/payers/anna', changes)).body, changed.body)
  assert.deepEqual((await admin.put('/payers/anna')).body, changed.body)
  assert.deepEqual((await admin.get('/payers/anna')).body, changed.body)
  admin.refused(await admin.get('/payers/nobody'), 'NOT_FOUND')
  for (const wrong of [{ score: 349 }, { score: 851 }, { advance_limit: -1 }, { wallet_state: 'x' }]) {
    admin.refusedField(await admin.put('/payers/anna', wrong), Object.keys(wrong)[0] ?? '')
  }
})

test('the limit of advances never goes below what is advanced', async () => {
  const { body } = await admin.get(`/payers/${IN_ARREARS}`)
  assert.deepEqual([body.arrears, body.advanced], [1000, 1000])
  admin.refused(await admin.put(`/payers/${IN_ARREARS}`, { advance_limit: 999 }), 'CONFLICT', /advanced/)
  assert.equal((await admin.put(`/payers/${IN_ARREARS}`, { advance_limit: 1000 })).status, 200)
})

test('money moves into and out of the wallet once for each id', async () => {
  await admin.put('/payers/bert')
  const first = await admin.put('/payers/bert/top-ups/1', { amount: 500 })
  assert.equal(first.body.subject, 'top_up/bert/1')
  running.clock.advance(1000)
  assert.deepEqual((await admin.put('/payers/bert/top-ups/1', { amount: 500 })).body, first.body)
  assert.deepEqual((await admin.get('/payers/bert/top-ups/1')).body, { ...first.body, wallet: 500 })
  await Promise.all([1, 2, 3].map(() => admin.put('/payers/bert/top-ups/2', { amount: 100 })))
  assert.equal((await admin.get('/payers/bert')).body.wallet, 600)
  admin.refused(await admin.put('/payers/bert/top-ups/1', { amount: 501 }), 'CONFLICT', /another id/)
  admin.refused(await admin.put('/payers/bert/withdrawals/1', { amount: 601 }), 'CONFLICT', /too little/)
  const taken = await admin.put('/payers/bert/withdrawals/1', { amount: 600 })
  assert.equal(taken.body.wallet, 0)
  await admin.put('/payers/bert/withdrawals/1', { amount: 600 })
  assert.deepEqual((await admin.get('/payers/bert/withdrawals/1')).body, taken.body)
  admin.refused(await admin.get('/payers/bert/withdrawals/2'), 'NOT_FOUND')
  admin.refused(await admin.get('/payers/anna/top-ups/1'), 'NOT_FOUND')
  assert.equal((await admin.get('/payers/bert')).body.wallet, 0)
  for (const amount of [0, -1, 1.5, '1', 10_000_000_001])
    admin.refusedField(await admin.put('/payers/bert/top-ups/3', { amount }), 'amount')
  admin.refusedField(await admin.put('/payers/bert/top-ups/3'), 'amount', /required/)
  admin.refused(await admin.put('/payers/nobody/top-ups/1', { amount: 1 }), 'NOT_FOUND')
  admin.refused(await admin.put('/payers/nobody/withdrawals/1', { amount: 1 }), 'NOT_FOUND')
  assert.deepEqual((await admin.get('/ledger/audit')).body, { faults: [] })
})

test('a payer has one openid under each app', async () => {
  await admin.put('/payers/cleo')
  const { body } = await admin.put(`/payers/cleo/openids/${APPID}`)
  assert.deepEqual((await admin.put(`/payers/cleo/openids/${APPID}`)).body, body)
  await admin.put('/payers/cleo/openids/wx0')
  const { body: list } = await admin.get('/payers/cleo/openids')
  assert.deepEqual(
    list.data.map(({ appid }: { appid: string }) => appid),
    ['wx0', APPID],
  )
  const find = async (query: string) => (await admin.get(`/payers?${query}`)).body.data
  const payer = (await admin.get('/payers/cleo')).body
  assert.deepEqual(await find(`appid=${APPID}&openid=${body.openid}`), [payer])
  assert.deepEqual(await find(`appid=wx0&openid=${body.openid}`), [])
  admin.refusedField(await admin.get(`/payers?openid=${body.openid}`), 'appid', /required with openid/)
  admin.refusedField(await admin.get('/payers?appid=wx0'), 'openid', /required with appid/)
  admin.refused(await admin.put(`/payers/nobody/openids/${APPID}`), 'NOT_FOUND')
  admin.refused(await admin.get('/payers/nobody/openids'), 'NOT_FOUND')
})

test('a debt is paid back from the wallet, which lifts the arrears, once for each id', async () => {
  const before = await admin.get(`/payers/${IN_ARREARS}/advances`)
  assert.deepEqual(
    before.body.data.map(({ amount, state }: { amount: number; state: string }) => [amount, state]),
    [[1000, 'OVERDUE']],
  )
  const path = `/payers/${IN_ARREARS}/repayments/first`
  admin.refused(await admin.get(path), 'NOT_FOUND')
  admin.refused(await admin.put(path, { source: 'no-card' }), 'CONFLICT', /neither/)
  const paid = await admin.put(path, { source: 'wallet' })
  assert.deepEqual([paid.body.state, paid.body.amount, paid.body.failure], ['PAID', 1000, ''])
  const { create_time: _, ...again } = (await admin.put(path, { source: 'wallet' })).body
  assert.equal(again.state, 'PAID')
  assert.equal((await admin.get(path)).body.state, 'PAID')
  const payer = (await admin.get(`/payers/${IN_ARREARS}`)).body
  assert.deepEqual([payer.arrears, payer.advanced], [0, 0])
  admin.refused(
    await admin.put(`/payers/${IN_ARREARS}/repayments/second`, { source: 'wallet' }),
    'CONFLICT',
    /owes nothing/,
  )
  admin.refused(await admin.put(path, { source: 'other' }), 'CONFLICT', /another repayment_id/)
  const others = await admin.put('/payers/anna/repayments/first', { source: 'wallet' })
  admin.refused(others, 'CONFLICT', /used by another payer .* unique in the sandbox/)
  admin.refused(await admin.put('/payers/nobody/repayments/1', { source: 'wallet' }), 'NOT_FOUND')
  admin.refused(await admin.get('/payers/nobody/advances'), 'NOT_FOUND')
  admin.refused(await admin.get('/payers/anna/repayments/first'), 'NOT_FOUND')
})

test('payers are listed in the order of their numbers', async () => {
  const { body } = await admin.get('/payers?limit=100')
  const ids = body.data.map(({ payer_id }: { payer_id: string }) => payer_id)
  assert.equal(ids.length, 100)
  assert.deepEqual(ids, ids.toSorted())
  assert.ok(body.next)
})

test('every refusal that the calls declare was met', () => {
  admin.assertAllMet(
    ...['getPayer', 'putPayer', 'listOpenids', 'putOpenid', 'putTopUp', 'putWithdrawal', 'listAdvances'],
    ...['putRepayment', 'getRepayment', 'getTopUp', 'getWithdrawal'],
  )
})
