import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { migrations } from '../../test/schema.ts'
import type { Database } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { openTestDatabase } from '../store/testing.ts'
import type { Bank, BankAnswer } from './bank.ts'
import {
  BEHAVIOURS,
  type Behaviour,
  findScriptedCard,
  putScriptedCard,
  REFUND_BEHAVIOURS,
  type RefundBehaviour,
  scriptedBank,
} from './scripted-bank.ts'

let db: Database
let bank: Bank
before(async () => {
  db = await openTestDatabase()
  await migrate(db, migrations, 0)
  bank = scriptedBank(db)
})
after(() => db.close())

let last = 0

async function card(behaviour: Behaviour, available = 1_000): Promise<string> {
  last += 1
  const card_id = `card-${last}`
  await put(card_id, behaviour, available)
  return card_id
}

function put(card_id: string, behaviour: Behaviour, available: number): Promise<void> {
  return db.transaction(tx => putScriptedCard(tx, { card_id, available, behaviour }))
}

function pay(card_id: string, payment: string, amount = 888): Promise<BankAnswer> {
  return bank.pay({ payment_id: `${card_id}/${payment}`, card_id, bank_type: 'CMB_DEBIT', amount })
}

async function available(cardId: string): Promise<number | undefined> {
  return (await findScriptedCard(db, cardId))?.available
}

/** What the bank says each time it is asked for one payment of 888, and what it has left then. */
const SCRIPTS: Record<Behaviour, [covered: [BankAnswer, number][], short: [BankAnswer, number][]]> = {
  APPROVE: [
    [
      ['approved', 112],
      ['approved', 112],
    ],
    [
      ['no_funds', 887],
      ['no_funds', 887],
    ],
  ],
  NO_FUNDS: [
    [
      ['no_funds', 1_000],
      ['no_funds', 1_000],
    ],
    [['no_funds', 887]],
  ],
  REFUSE: [
    [
      ['refused', 1_000],
      ['refused', 1_000],
    ],
    [['refused', 887]],
  ],
  TIME_OUT: [
    [
      ['unknown', 1_000],
      ['unknown', 1_000],
      ['approved', 112],
      ['approved', 112],
    ],
    [
      ['unknown', 887],
      ['unknown', 887],
      ['no_funds', 887],
    ],
  ],
  UNKNOWN_THEN_APPROVED: [
    [
      ['unknown', 112],
      ['approved', 112],
      ['approved', 112],
    ],
    [
      ['unknown', 887],
      ['no_funds', 887],
    ],
  ],
  UNKNOWN_THEN_REFUSED: [
    [
      ['unknown', 1_000],
      ['refused', 1_000],
      ['refused', 1_000],
    ],
    [
      ['unknown', 887],
      ['refused', 887],
    ],
  ],
}

for (const behaviour of Object.keys(BEHAVIOURS) as Behaviour[]) {
  test(`${behaviour}: ${BEHAVIOURS[behaviour].meaning}`, async () => {
    const [covered, short] = SCRIPTS[behaviour]
    for (const [money, script] of [
      [1_000, covered],
      [887, short],
    ] as const) {
      const cardId = await card(behaviour, money)
      for (const [answer, left] of script) {
        assert.equal(await pay(cardId, 'p1'), answer)
        assert.equal(await available(cardId), left)
      }
    }
  })
}

test('a payment keeps its outcome, whatever becomes of the card meanwhile; the next one finds the card as it is', async () => {
  const cardId = await card('APPROVE', 887)
  assert.equal(await pay(cardId, 'p1'), 'no_funds')
  await put(cardId, 'APPROVE', 10_000)
  assert.equal(await pay(cardId, 'p1'), 'no_funds')
  assert.equal(await pay(cardId, 'p2'), 'approved')
  await put(cardId, 'REFUSE', 10_000)
  assert.equal(await pay(cardId, 'p2'), 'approved')
  assert.equal(await pay(cardId, 'p3'), 'refused')
  assert.equal(await available(cardId), 10_000)
})

test('a bank that was out of reach goes on as it began, also when the card behaves otherwise by then', async () => {
  const cardId = await card('TIME_OUT')
  await pay(cardId, 'p1')
  await put(cardId, 'REFUSE', 1_000)
  assert.equal(await pay(cardId, 'p1'), 'unknown')
  assert.equal(await pay(cardId, 'p1'), 'approved')
})

test('asked many times at once for one payment, the bank pays once and says so each time', async () => {
  const cardId = await card('APPROVE')
  const answers = await Promise.all(Array.from({ length: 8 }, () => pay(cardId, 'p1', 100)))
  assert.deepEqual(new Set(answers), new Set(['approved']))
  assert.equal(await available(cardId), 900)
})

test('many payments at once never take more than there is', async () => {
  const cardId = await card('APPROVE', 1_000)
  const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => pay(cardId, `p${index}`, 300)))
  assert.equal(answers.filter(answer => answer === 'approved').length, 3)
  assert.equal(answers.filter(answer => answer === 'no_funds').length, 5)
  assert.equal(await available(cardId), 100)
})

test('a card that the bank does not know is refused, again and again', async () => {
  assert.equal(await pay('nobody', 'p1'), 'refused')
  assert.equal(await pay('nobody', 'p1'), 'refused')
  assert.equal(await findScriptedCard(db, 'nobody'), undefined)
})

test('a payment that is asked again with another amount or card fails, and nothing is paid', async () => {
  const cardId = await card('APPROVE')
  await pay(cardId, 'p1', 100)
  await assert.rejects(pay(cardId, 'p1', 200), /another card or amount/)
  const other = await card('APPROVE')
  const payment = { payment_id: `${cardId}/p1`, card_id: other, bank_type: 'CMB_DEBIT', amount: 100 }
  await assert.rejects(bank.pay(payment), /another card or amount/)
  assert.deepEqual([await available(cardId), await available(other)], [900, 1_000])
})

/** What the bank says each time it is asked for one refund of 888 to a card with 100, and what is on the card then. */
const REFUND_SCRIPTS: Record<RefundBehaviour, [BankAnswer, number][]> = {
  APPROVE: [
    ['approved', 988],
    ['approved', 988],
  ],
  REFUSE: [
    ['refused', 100],
    ['refused', 100],
  ],
  TIME_OUT: [
    ['unknown', 100],
    ['unknown', 100],
    ['approved', 988],
    ['approved', 988],
  ],
  UNKNOWN_THEN_APPROVED: [
    ['unknown', 988],
    ['approved', 988],
    ['approved', 988],
  ],
  UNKNOWN_THEN_REFUSED: [
    ['unknown', 100],
    ['refused', 100],
    ['refused', 100],
  ],
}

for (const behaviour of REFUND_BEHAVIOURS) {
  test(`a refund to a card that is ${behaviour}, asked for again and again, moves its money once`, async () => {
    const card_id = await card('APPROVE', 100)
    await db.transaction(tx =>
      putScriptedCard(tx, { card_id, available: 100, behaviour: 'APPROVE', refund_behaviour: behaviour }),
    )
    const refund = { refund_id: `${card_id}/refund`, card_id, bank_type: 'CMB_DEBIT', amount: 888 }
    for (const [answer, left] of REFUND_SCRIPTS[behaviour]) {
      assert.deepEqual([await bank.refund(refund), await available(card_id)], [answer, left])
    }
  })
}

test('money comes to a card that the scripted banks do not know, and no refund has two amounts', async () => {
  const refund = { refund_id: 'elsewhere', card_id: 'somewhere', bank_type: 'CMB_DEBIT', amount: 888 }
  assert.equal(await bank.refund(refund), 'approved')
  await assert.rejects(bank.refund({ ...refund, amount: 889 }), /another card or amount/)
  await assert.rejects(bank.refund({ ...refund, card_id: 'nowhere' }), /another card or amount/)
})
