import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { chargesUnderTest } from '../../test/charges.ts'
import { fillWallet, newPayer } from '../../test/payers.ts'
import { changePayer } from '../payers/payers.ts'
import { listCards, MAX_CARDS, putCard, removeCard } from './cards.ts'
import { beginRepayment } from './repay.ts'
import { withdraw } from './wallet.ts'

const shared = await chargesUnderTest({ after })
const { platform } = shared
const { db } = platform

test('cards are listed in their places, a removed one not at all, and one that is put again is back', async () => {
  const { payer_id } = await newPayer(platform, { cards: [{ position: 5 }, { position: 2 }] })
  const ids = async () => (await listCards(db, payer_id)).map(({ card_id }) => card_id)
  const [second, first] = [`${payer_id}-card-1`, `${payer_id}-card-2`]
  assert.deepEqual(await ids(), [first, second])
  await db.transaction(tx => removeCard(tx, first))
  assert.deepEqual(await ids(), [second])
  const card = { card_id: first, payer_id, bank_type: 'CMB_DEBIT', position: 9 }
  assert.equal(await db.transaction(tx => putCard(tx, card)), 'done')
  assert.deepEqual(await ids(), [second, first])
})

test("a card has no other source's name, one payer, one bank, and a payer has no more than twenty", async () => {
  const one = await newPayer(platform, { cards: [{}] })
  const other = await newPayer(platform)
  const put = (card_id: string, payer_id: string, bank_type = 'CMB_DEBIT') =>
    db.transaction(tx => putCard(tx, { card_id, payer_id, bank_type, position: 1 }))
  assert.equal(await put('wallet', one.payer_id), 'reserved')
  assert.equal(await put('advance', one.payer_id), 'reserved')
  assert.equal(await put(`${one.payer_id}-card-1`, other.payer_id), 'other_payer')
  assert.equal(await put(`${one.payer_id}-card-1`, one.payer_id, 'ICBC_DEBIT'), 'other_bank')
  for (let count = 1; count < MAX_CARDS; count += 1) {
    assert.equal(await put(`${one.payer_id}-more-${count}`, one.payer_id), 'done')
  }
  assert.equal(await put(`${one.payer_id}-one-too-many`, one.payer_id), 'too_many')
})

test('a frozen wallet pays nothing: no repayment and no withdrawal', async () => {
  const payer = await newPayer(platform, { advance_limit: 50_000 })
  const { payer_id } = payer
  await shared.accept({ payer })
  await shared.runDue()
  await fillWallet(platform, payer_id, 10_000)
  await db.transaction(tx => changePayer(tx, payer_id, { wallet_state: 'FROZEN' }))
  const repayment = await db.transaction(tx =>
    beginRepayment(tx, platform, { repayment_id: 'frozen', payer_id, source: 'wallet' }),
  )
  assert.equal(typeof repayment === 'object' && repayment.state, 'FAILED')
  const withdrawal = { payer_id, id: 'frozen', amount: 1, business_time: 0 }
  assert.equal(await db.transaction(tx => withdraw(tx, withdrawal)), 'wallet_frozen')
})
