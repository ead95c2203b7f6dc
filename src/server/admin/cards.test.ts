import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminCalls } from '../../../test/admin-calls.ts'
import { parkingUnderTest } from '../../../test/parking.ts'

const parking = await parkingUnderTest({ after })
const admin = adminCalls(parking)
for (const owner of ['anna', 'bert', 'many']) await admin.put(`/owners/${owner}`)

const listOf = async (owner: string) =>
  (await admin.get(`/owners/${owner}/cards`)).body.data.map(({ card_id }: { card_id: string }) => card_id)

test('a card has a place among the sources and a bank that behaves as it is told', async () => {
  admin.refusedField(await admin.put('/owners/anna/cards/one'), 'bank_type', /required/)
  const one = await admin.put('/owners/anna/cards/one', { bank_type: 'CMB_DEBIT' })
  assert.deepEqual(one.body, {
    ...{ card_id: 'one', owner_id: 'anna', bank_type: 'CMB_DEBIT', position: 1, state: 'NORMAL' },
    ...{ available: 10_000_000, behaviour: 'APPROVE', refund_behaviour: 'APPROVE' },
  })
  await admin.put('/owners/anna/cards/two', { bank_type: 'ICBC_CREDIT', behaviour: 'TIME_OUT', available: 5 })
  assert.deepEqual(await listOf('anna'), ['one', 'two'])
  const first = await admin.put('/owners/anna/cards/two', { position: 0 })
  assert.deepEqual([first.body.available, first.body.behaviour], [5, 'TIME_OUT'])
  assert.deepEqual(await listOf('anna'), ['two', 'one'])
  assert.deepEqual((await admin.put('/owners/anna/cards/two')).body, first.body)
  const dead = await admin.put('/owners/anna/cards/two', { refund_behaviour: 'REFUSE' })
  assert.deepEqual(dead.body, { ...first.body, refund_behaviour: 'REFUSE' })
  const paying = await admin.put('/owners/anna/cards/two', { behaviour: 'APPROVE' })
  assert.deepEqual(paying.body, { ...dead.body, behaviour: 'APPROVE' })
})

test('a removed card can come back, and removing one that is not there is no change', async () => {
  const gone = await admin.delete('/owners/anna/cards/one')
  assert.deepEqual(gone.body, { owner_id: 'anna', card_id: 'one' })
  assert.deepEqual((await admin.delete('/owners/anna/cards/one')).body, gone.body)
  assert.equal((await admin.delete('/owners/anna/cards/never')).status, 200)
  assert.deepEqual(await listOf('anna'), ['two'])
  assert.equal((await admin.put('/owners/anna/cards/one')).body.state, 'NORMAL')
})

test('a card has one owner and one bank, and an owner at most twenty cards', async () => {
  const path = '/owners/bert/cards/one'
  admin.refused(await admin.put(path, { bank_type: 'CMB_DEBIT' }), 'CONFLICT', /another owner; .* unique/)
  assert.equal((await admin.delete(path)).status, 200)
  assert.ok((await listOf('anna')).includes('one'))
  admin.refused(
    await admin.put('/owners/anna/cards/one', { bank_type: 'CMB_CREDIT' }),
    'CONFLICT',
    /another bank/,
  )
  for (let card = 1; card <= 20; card += 1) {
    assert.equal((await admin.put(`/owners/many/cards/m${card}`, { bank_type: 'CMB_DEBIT' })).status, 200)
  }
  admin.refused(
    await admin.put('/owners/many/cards/m21', { bank_type: 'CMB_DEBIT' }),
    'CONFLICT',
    /as many cards/,
  )
  assert.equal((await listOf('many')).length, 20)
  for (const owner of ['nobody']) {
    admin.refused(await admin.get(`/owners/${owner}/cards`), 'NOT_FOUND')
    admin.refused(await admin.put(`/owners/${owner}/cards/x`, { bank_type: 'CMB_DEBIT' }), 'NOT_FOUND')
    admin.refused(await admin.delete(`/owners/${owner}/cards/x`), 'NOT_FOUND')
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
      await admin.put('/owners/anna/cards/three', { bank_type: 'CMB_DEBIT', ...wrong }),
      field,
    )
  }
  assert.deepEqual(await listOf('anna'), ['two', 'one'])
  admin.assertAllMet('listCards', 'putCard', 'deleteCard')
})
