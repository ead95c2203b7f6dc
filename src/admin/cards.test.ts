import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { sandboxUnderTest } from '../../test/sandbox.ts'

const running = await sandboxUnderTest({ after })
const admin = adminCalls(running)
for (const payer of ['anna', 'bert', 'many']) await admin.put(`/payers/${payer}`)

const listOf = async (payer: string) =>
  (await admin.get(`/payers/${payer}/cards`)).body.data.map(({ card_id }: { card_id: string }) => card_id)

test('a card has a place among the sources and a bank that behaves as it was set', async () => {
  admin.refusedField(await admin.put('/payers/anna/cards/one'), 'bank_type', /required/)
  const one = await admin.put('/payers/anna/cards/one', { bank_type: 'CMB_DEBIT' })
  assert.deepEqual(one.body, {
    ...{ card_id: 'one', payer_id: 'anna', bank_type: 'CMB_DEBIT', position: 1, state: 'NORMAL' },
    ...{ available: 10_000_000, behaviour: 'APPROVE', refund_behaviour: 'APPROVE' },
  })
  await admin.put('/payers/anna/cards/two', { bank_type: 'ICBC_CREDIT', behaviour: 'TIME_OUT', available: 5 })
  assert.deepEqual(await listOf('anna'), ['one', 'two'])
  const first = await admin.put('/payers/anna/cards/two', { position: 0 })
  assert.deepEqual([first.body.available, first.body.behaviour], [5, 'TIME_OUT'])
  assert.deepEqual(await listOf('anna'), ['two', 'one'])
  assert.deepEqual((await admin.put('/payers/anna/cards/two')).body, first.body)
  const dead = await admin.put('/payers/anna/cards/two', { refund_behaviour: 'REFUSE' })
  assert.deepEqual(dead.body, { ...first.body, refund_behaviour: 'REFUSE' })
  const paying = await admin.put('/payers/anna/cards/two', { behaviour: 'APPROVE' })
  assert.deepEqual(paying.body, { ...dead.body, behaviour: 'APPROVE' })
})

test('a removed card can come back, and removing one that is not there is no change', async () => {
  const gone = await admin.delete('/payers/anna/cards/one')
  assert.deepEqual(gone.body, { payer_id: 'anna', card_id: 'one' })
  assert.deepEqual((await admin.delete('/payers/anna/cards/one')).body, gone.body)
  assert.equal((await admin.delete('/payers/anna/cards/never')).status, 200)
  assert.deepEqual(await listOf('anna'), ['two'])
  assert.equal((await admin.put('/payers/anna/cards/one')).body.state, 'NORMAL')
})

test('a card has one payer and one bank, and a payer at most twenty cards', async () => {
  const path = '/payers/bert/cards/one'
  admin.refused(await admin.put(path, { bank_type: 'CMB_DEBIT' }), 'CONFLICT', /another payer; .* unique/)
  assert.equal((await admin.delete(path)).status, 200)
  assert.ok((await listOf('anna')).includes('one'))
  admin.refused(
    await admin.put('/payers/anna/cards/one', { bank_type: 'CMB_CREDIT' }),
    'CONFLICT',
    /another bank/,
  )
  for (let card = 1; card <= 20; card += 1) {
    assert.equal((await admin.put(`/payers/many/cards/m${card}`, { bank_type: 'CMB_DEBIT' })).status, 200)
  }
  admin.refused(
    await admin.put('/payers/many/cards/m21', { bank_type: 'CMB_DEBIT' }),
    'CONFLICT',
    /as many cards/,
  )
  assert.equal((await listOf('many')).length, 20)
  for (const payer of ['nobody']) {
    admin.refused(await admin.get(`/payers/${payer}/cards`), 'NOT_FOUND')
    admin.refused(await admin.put(`/payers/${payer}/cards/x`, { bank_type: 'CMB_DEBIT' }), 'NOT_FOUND')
    admin.refused(await admin.delete(`/payers/${payer}/cards/x`), 'NOT_FOUND')
  }
})

test('what is no bank, no behaviour and no amount is refused', async () => {
  for (const wrong of [
    { bank_type: 'OTHERS' },
    { bank_type: 'BPA' },
    { behaviour: 'approve' },
    { refund_behaviour: 'NO_FUNDS' },
    { available: -1 },
    { position: -1 },
  ]) {
    const [field = ''] = Object.keys(wrong)
    admin.refusedField(
      await admin.put('/payers/anna/cards/three', { bank_type: 'CMB_DEBIT', ...wrong }),
      field,
    )
  }
  assert.deepEqual(await listOf('anna'), ['two', 'one'])
  admin.assertAllMet('listCards', 'putCard', 'deleteCard')
})
