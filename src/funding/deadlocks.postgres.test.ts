import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type ChargeFields, chargesUnderTest } from '../../test/charges.ts'
import { fillWallet, newPayer, type TestPayer } from '../../test/payers.ts'
import { auditLedger } from '../ledger/audit.ts'
import { changePayer } from '../payers/payers.ts'
import { openTestDatabase } from '../store/testing.ts'
import { putCard } from './cards.ts'
import { createStock, sendCoupon } from './coupon-stocks.ts'
import { beginRepayment } from './repay.ts'
import { putScriptedCard } from './scripted-bank.ts'
import { topUp } from './wallet.ts'

// Transactions that move the same money wait for each other, and never in a circle: a deadlock is fixed by doing one of
// them again, but only after the database has waited a second for it.

const MINUTE = 60_000

let doneAgain = 0

/** A store that counts the transactions which had to be done again. */
async function openCounting() {
  const db = await openTestDatabase()
  const transaction = db.transaction.bind(db)
  db.transaction = work => {
    let runs = 0
    return transaction(tx => {
      runs += 1
      if (runs > 1) doneAgain += 1
      return work(tx)
    })
  }
  return db
}

const shared = await chargesUnderTest({ after }, { open: openCounting, rules: { advanceGrace: MINUTE } })
const { platform, accept, runDue, clock } = shared
const { db } = platform

async function charge(payer: TestPayer, more: ChargeFields = {}): Promise<void> {
  await accept({ payer, profit_sharing: 'N', ...more })
}

let topUps = 0

/** The payer fills the wallet, several times in a row, while something else happens. */
async function fillAgainAndAgain({ payer_id }: TestPayer): Promise<void> {
  for (let count = 0; count < 6; count += 1) {
    topUps += 1
    const movement = { payer_id, id: `again-${topUps}`, amount: 1, business_time: clock.now() }
    await db.transaction(tx => topUp(tx, movement))
  }
}

async function withoutDeadlocks(happen: () => Promise<void>): Promise<void> {
  const before = doneAgain
  await happen()
  assert.equal(doneAgain - before, 0, 'Transactions had to be done again')
  assert.deepEqual(await auditLedger(db), [])
}

test('an answer of a bank and a charge from a wallet, both with coupons of one stock', async () => {
  const stock = {
    ...({ stock_id: 'S', name: 'x', scope: 'GLOBAL', type: 'CASH', amount: 100, goods_tag: '' } as const),
    ...{ wechatpay_contribute: 0, merchant_contribute: 100, other_contribute: 0, transaction_minimum: 0 },
    ...{ available_begin_time: 0, available_end_time: clock.now() + 1_000 * MINUTE },
    ...{ max_coupons: 100, max_coupons_per_payer: 1, available_merchants: [] },
  }
  await db.transaction(tx => createStock(tx, platform, stock))
  for (let index = 0; index < 60; index += 1) {
    const hasCard = index % 2 === 0
    const payer = await newPayer(platform, hasCard ? { cards: [{}] } : { wallet: 1_000 })
    const coupon = { coupon_id: `c${index}`, stock_id: 'S', payer_id: payer.payer_id }
    assert.equal(await db.transaction(tx => sendCoupon(tx, platform, coupon)), 'done')
    await charge(payer, { profit_sharing: hasCard ? 'Y' : 'N' })
  }
  await withoutDeadlocks(async () => {
    await runDue()
  })
})

test('a repayment from a card and top-ups of its payer', async () => {
  for (let index = 0; index < 6; index += 1) {
    const payer = await newPayer(platform, { advance_limit: 50_000 })
    const { payer_id } = payer
    await charge(payer)
    await runDue()
    const card_id = `${payer_id}-card`
    await db.transaction(async tx => {
      await putCard(tx, { card_id, payer_id, bank_type: 'CMB_DEBIT', position: 1 })
      await putScriptedCard(tx, { card_id, available: 10_000, behaviour: 'APPROVE' })
      await beginRepayment(tx, platform, { repayment_id: `card-${index}`, payer_id, source: card_id })
    })
    await withoutDeadlocks(async () => {
      await Promise.all([runDue(), fillAgainAndAgain(payer)])
    })
  }
})

test('a wallet after a bank that has said no, and top-ups of its payer', async () => {
  for (let index = 0; index < 6; index += 1) {
    const payer = await newPayer(platform, { cards: [{ behaviour: 'NO_FUNDS' }] })
    await db.transaction(tx => changePayer(tx, payer.payer_id, { wallet_position: 5 }))
    await charge(payer)
    await withoutDeadlocks(async () => {
      await Promise.all([runDue(), fillAgainAndAgain(payer)])
    })
  }
})

test('an advance whose time of grace is over, and its repayment', async () => {
  for (let index = 0; index < 12; index += 1) {
    const payer = await newPayer(platform, { advance_limit: 50_000 })
    const { payer_id } = payer
    await charge(payer)
    await runDue()
    await fillWallet(platform, payer_id, 10_000)
    clock.advance(MINUTE)
    await withoutDeadlocks(async () => {
      const repayment = { repayment_id: `wallet-${index}`, payer_id, source: 'wallet' }
      await Promise.all([runDue(), db.transaction(tx => beginRepayment(tx, platform, repayment))])
    })
  }
})

test('two that repay under one id at once get the same answer', async () => {
  for (let index = 0; index < 6; index += 1) {
    const payer = await newPayer(platform, { advance_limit: 50_000 })
    await charge(payer)
    await runDue()
    await fillWallet(platform, payer.payer_id, 10_000)
    const request = { repayment_id: `twice-${index}`, payer_id: payer.payer_id, source: 'wallet' }
    const repay = () => db.transaction(tx => beginRepayment(tx, platform, request))
    const [one, other] = await Promise.all([repay(), repay()])
    assert.equal(typeof one, 'object', String(one))
    assert.deepEqual(other, one)
  }
})
