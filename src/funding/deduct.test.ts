import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type ChargesUnderTest, chargesUnderTest } from '../../test/charges.ts'
import { balance, fillWallet, newPayer, type TestCard, type TestPayer } from '../../test/payers.ts'
import { MERCHANT } from '../../test/sandbox.ts'
import { advanceOf, walletOf } from '../ledger/accounts.ts'
import { auditLedger } from '../ledger/audit.ts'
import { transfersOf } from '../ledger/transfers.ts'
import { changePayer } from '../payers/payers.ts'
import { feeOf } from './deduct.ts'
import { putScriptedCard } from './scripted-bank.ts'

// How a charge of 888 fen gets paid, for payers of every kind. The fee of 888 fen is 5.

const SECOND = 1_000
const MINUTE = 60 * SECOND

const shared = await chargesUnderTest({ after })

/** What an order says of its payment. */
interface Payment {
  trade_state: string
  bank_type?: string
  user_repaid?: string
}

/** Kind, where the money comes from and goes to, and the state of each movement of an order. */
type Booked = readonly [kind: string, from: string, to: string, amount: number, state: string]

const PAID = (bank_type: string): Payment => ({ trade_state: 'SUCCESS', bank_type })
const FEE: Booked = ['fee', 'pending', 'fees', 5, 'POSTED']
const charge = (from: string, state = 'POSTED'): Booked => ['charge', from, 'pending', 888, state]
const noFunds = (bank_type = 'CMB_DEBIT'): TestCard => ({ bank_type, behaviour: 'NO_FUNDS' })

/** One row, one payer: what the first attempt comes to, and what it leaves in the books. */
const FIRST_ATTEMPTS: readonly [string, Parameters<typeof newPayer>[1], Payment, Booked[]][] = [
  ['a full wallet pays', { wallet: 888 }, PAID('OTHERS'), [charge('wallet'), FEE]],
  [
    'the wallet comes before a card in the same place, and no bank is asked',
    { wallet: 888, cards: [{ position: 0 }] },
    PAID('OTHERS'),
    [charge('wallet'), FEE],
  ],
  [
    'a card before the wallet pays, although the wallet could',
    { wallet: 888, cards: [{ position: -1, bank_type: 'ICBC_CREDIT' }] },
    PAID('ICBC_CREDIT'),
    [charge('clearing'), FEE],
  ],
  [
    'a wallet that is a fen short is not used, and the card pays all',
    { wallet: 887, cards: [{}] },
    PAID('CMB_DEBIT'),
    [charge('clearing'), FEE],
  ],
  [
    'the first card has no funds, the second pays: what the first was asked is taken back',
    { cards: [noFunds('ICBC_DEBIT'), { bank_type: 'CCB_DEBIT' }] },
    PAID('CCB_DEBIT'),
    [charge('clearing', 'VOIDED'), charge('clearing'), FEE],
  ],
  [
    'a card that refuses is passed over',
    { cards: [{ behaviour: 'REFUSE' }, { bank_type: 'ABC_DEBIT' }] },
    PAID('ABC_DEBIT'),
    [charge('clearing', 'VOIDED'), charge('clearing'), FEE],
  ],
  [
    'nothing pays and the payer may owe: the platform advances',
    { wallet: 5, cards: [noFunds()], advance_limit: 888 },
    { ...PAID('BPA'), user_repaid: 'N' },
    [charge('clearing', 'VOIDED'), charge('advance'), FEE],
  ],
  ['a limit that is a fen short gives no advance', { advance_limit: 887 }, { trade_state: 'ACCEPTED' }, []],
  [
    'nothing pays and nothing may be owed: the order waits for its next attempt',
    { cards: [noFunds()] },
    { trade_state: 'ACCEPTED' },
    [charge('clearing', 'VOIDED')],
  ],
]

for (const [name, payer, expected, booked] of FIRST_ATTEMPTS) {
  test(name, async () => {
    const { order, platform, runDue } = shared
    const number = await accepted(shared, await newPayer(platform, payer))
    await runDue()
    assert.deepEqual(paymentOf(await order(number)), expected)
    assert.deepEqual(await booksOf(shared, number), sorted(booked))
    assert.deepEqual(await auditLedger(platform.db), [])
  })
}

test('a bank that does not answer is asked again, and the order waits until it has: nothing else is tried', async t => {
  const running = await chargesUnderTest(t)
  const { order, platform, runDue, clock } = running
  const payer = await newPayer(platform, {
    cards: [{ behaviour: 'UNKNOWN_THEN_APPROVED', available: 888 }, { bank_type: 'CCB_DEBIT' }],
    advance_limit: 50_000,
  })
  const number = await accepted(running, payer)
  await runDue()
  assert.equal((await order(number)).trade_state, 'ACCEPTED')
  assert.deepEqual(await booksOf(running, number), [charge('clearing', 'PENDING')])
  await fillWallet(platform, payer.payer_id, 10_000)
  clock.advance(15 * SECOND - 1)
  await runDue()
  assert.equal((await order(number)).trade_state, 'ACCEPTED')
  clock.advance(1)
  await runDue()
  assert.deepEqual(paymentOf(await order(number)), PAID('CMB_DEBIT'))
  assert.equal(await balance(platform.db, walletOf(payer.payer_id)), 10_000)
  assert.deepEqual(await auditLedger(platform.db), [])
})

test('a bank that says no after all leaves the charge to the next source', async t => {
  const running = await chargesUnderTest(t)
  const { order, platform, runDue, clock } = running
  const payer = await newPayer(platform, {
    cards: [{ behaviour: 'UNKNOWN_THEN_REFUSED' }, { bank_type: 'CCB_DEBIT' }],
  })
  const number = await accepted(running, payer)
  await runDue()
  clock.advance(15 * SECOND)
  await runDue()
  assert.deepEqual(paymentOf(await order(number)), PAID('CCB_DEBIT'))
})

test('a card that has refused is not asked again at the next attempt, one without funds is', async t => {
  const running = await chargesUnderTest(t)
  const { order, platform, runDue, clock } = running
  const payer = await newPayer(platform, {
    cards: [{ behaviour: 'REFUSE', bank_type: 'ICBC_DEBIT' }, noFunds()],
  })
  const number = await accepted(running, payer)
  await runDue()
  await platform.db.transaction(async tx => {
    for (const index of [1, 2]) {
      const card_id = `${payer.payer_id}-card-${index}`
      await putScriptedCard(tx, { card_id, available: 10_000, behaviour: 'APPROVE' })
    }
  })
  clock.advance(MINUTE)
  await runDue()
  assert.deepEqual(paymentOf(await order(number)), PAID('CMB_DEBIT'))
})

test('a payer in arrears or without the score gets no advance for a charge that was accepted before', async t => {
  const running = await chargesUnderTest(t, { rules: { deductionLadder: [MINUTE] } })
  const { order, platform, runDue, clock } = running
  const poor = await newPayer(platform, { advance_limit: 50_000 })
  const number = await accepted(running, poor)
  await platform.db.transaction(tx => changePayer(tx, poor.payer_id, { score: 549 }))
  clock.advance(MINUTE)
  await runDue()
  assert.equal((await order(number)).trade_state, 'PAY_FAIL')
  assert.equal(await balance(platform.db, advanceOf(poor.payer_id)), 0)
})

test('the fee is a rate of what the merchant receives, rounded half up to the fen', () => {
  const cases: [amount: number, rate: number, fee: number][] = [
    [888, 60, 5],
    [83, 60, 0],
    [84, 60, 1],
    [1, 60, 0],
    [250, 20, 1],
    [50_000, 60, 300],
    [100, 0, 0],
    [100, 10_000, 100],
  ]
  for (const [amount, rate, fee] of cases) assert.equal(feeOf(amount, rate), fee, `${amount} at ${rate}`)
})

async function accepted({ accept }: ChargesUnderTest, payer: TestPayer): Promise<string> {
  return (await accept({ payer, profit_sharing: 'N' })).out_trade_no
}

function paymentOf({ trade_state, bank_type, user_repaid }: Payment): Payment {
  return { trade_state, ...(bank_type && { bank_type }), ...(user_repaid && { user_repaid }) }
}

/** The movements of an order, with the last part of each account's name. */
async function booksOf({ platform }: ChargesUnderTest, number: string): Promise<Booked[]> {
  const transfers = await transfersOf(platform.db, `order/${MERCHANT.mchid}/${number}`)
  const short = (account: string) => account.split('/').at(-1) ?? ''
  return sorted(
    transfers.map(
      ({ kind, debit_account, credit_account, amount, state }): Booked => [
        kind,
        short(debit_account),
        short(credit_account),
        amount,
        state,
      ],
    ),
  )
}

function sorted(booked: readonly Booked[]): Booked[] {
  return booked.toSorted((one, other) => (String(one) < String(other) ? -1 : 1))
}
