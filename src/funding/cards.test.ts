import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { fillWallet, newOwner } from '../../test/owners.ts'
import { parkingUnderTest } from '../../test/parking.ts'
import { changeOwner } from '../owners/owners.ts'
import { listCards, MAX_CARDS, putCard, removeCard } from './cards.ts'
import { beginRepayment } from './repay.ts'
import { withdraw } from './wallet.ts'

const shared = await parkingUnderTest({ after })
const { platform } = shared
const { db } = platform

test('cards are listed in their places, a removed one not at all, and one that is put again is back', async () => {
  const { owner_id } = await newOwner(platform, { cards: [{ position: 5 }, { position: 2 }] })
  const ids = async () => (await listCards(db, owner_id)).map(({ card_id }) => card_id)
  const [second, first] = [`${owner_id}-card-1`, `${owner_id}-card-2`]
  assert.deepEqual(await ids(), [first, second])
  await db.transaction(tx => removeCard(tx, first))
  assert.deepEqual(await ids(), [second])
  const card = { card_id: first, owner_id, bank_type: 'CMB_DEBIT', position: 9 }
  assert.equal(await db.transaction(tx => putCard(tx, card)), 'done')
  assert.deepEqual(await ids(), [second, first])
})

test("a card has no other source's name, one owner, one bank, and an owner has no more than twenty", async () => {
  const one = await newOwner(platform, { cards: [{}] })
  const other = await newOwner(platform)
  const put = (card_id: string, owner_id: string, bank_type = 'CMB_DEBIT') =>
    db.transaction(tx => putCard(tx, { card_id, owner_id, bank_type, position: 1 }))
  assert.equal(await put('wallet', one.owner_id), 'reserved')
  assert.equal(await put('advance', one.owner_id), 'reserved')
  assert.equal(await put(`${one.owner_id}-card-1`, other.owner_id), 'other_owner')
  assert.equal(await put(`${one.owner_id}-card-1`, one.owner_id, 'ICBC_DEBIT'), 'other_bank')
  for (let count = 1; count < MAX_CARDS; count += 1) {
    assert.equal(await put(`${one.owner_id}-more-${count}`, one.owner_id), 'done')
  }
  assert.equal(await put(`${one.owner_id}-one-too-many`, one.owner_id), 'too_many')
})

test('a frozen wallet pays nothing: no repayment and no withdrawal', async () => {
  const owner = await newOwner(platform, { advance_limit: 50_000 })
  const { owner_id } = owner
  await shared.accept(await shared.park({ plate_number: owner.plate_number }))
  await shared.runDue()
  await fillWallet(platform, owner_id, 10_000)
  await db.transaction(tx => changeOwner(tx, owner_id, { wallet_state: 'FROZEN' }))
  const repayment = await db.transaction(tx =>
    beginRepayment(tx, platform, { repayment_id: 'frozen', owner_id, source: 'wallet' }),
  )
  assert.equal(typeof repayment === 'object' && repayment.state, 'FAILED')
  const withdrawal = { owner_id, id: 'frozen', amount: 1, business_time: 0 }
  assert.equal(await db.transaction(tx => withdraw(tx, withdrawal)), 'wallet_frozen')
})
