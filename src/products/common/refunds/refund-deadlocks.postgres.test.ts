import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { chargesUnderTest } from '../../../../test/charges.ts'
import { fillWallet, newPayer } from '../../../../test/payers.ts'
import {
  assertBooksBalance,
  chargePayer,
  DAY,
  MINUTE,
  paidOrder,
  refundOf,
} from '../../../../test/refunds.ts'
import { freshNo } from '../../../../test/sandbox.ts'
import { putCard } from '../../../funding/cards.ts'
import { release } from '../../../funding/profit-sharing.ts'
import { beginRepayment, repayments } from '../../../funding/repay.ts'
import { putScriptedCard } from '../../../funding/scripted-bank.ts'
import { BANK_CLEARING, refundingOf } from '../../../ledger/accounts.ts'
import type { SqlValue, Transaction } from '../../../store/database.ts'
import { openTestDatabase } from '../../../store/testing.ts'
import { refundPayouts } from './pay-out-refund.ts'

// Refunds wait for each other and for everything else that moves the same money, and never in a circle: a deadlock is
// fixed by doing a transaction again, but only after the database has waited a second for it.

let doneAgain = 0

/** Statements at which a transaction waits once for the others, so that all have what they have locked until there. */
type Meeting = (sql: string, parameters: readonly SqlValue[]) => boolean
let meetings: Meeting[] = []
let everybodyIsThere = Promise.withResolvers<void>()

/** From here on, transactions that come to these statements wait until somebody has come to each. */
function meetAt(...statements: Meeting[]): void {
  meetings = statements
  everybodyIsThere = Promise.withResolvers()
}

async function meet(sql: string, parameters: readonly SqlValue[]): Promise<void> {
  const meeting = meetings.find(matches => matches(sql, parameters))
  if (!meeting) return
  meetings = meetings.filter(other => other !== meeting)
  if (meetings.length === 0) everybodyIsThere.resolve()
  await everybodyIsThere.promise
}

function meeting(tx: Transaction): Transaction {
  return {
    forUpdate: tx.forUpdate,
    skipLocked: tx.skipLocked,
    afterCommit: callback => tx.afterCommit(callback),
    all: async (sql, ...parameters) => meet(sql, parameters).then(() => tx.all(sql, ...parameters)),
    get: async (sql, ...parameters) => meet(sql, parameters).then(() => tx.get(sql, ...parameters)),
    run: async (sql, ...parameters) => meet(sql, parameters).then(() => tx.run(sql, ...parameters)),
  }
}

/** A store that counts the transactions which had to be done again. */
async function openCounting() {
  const db = await openTestDatabase()
  const transaction = db.transaction.bind(db)
  db.transaction = work => {
    let runs = 0
    return transaction(tx => {
      runs += 1
      if (runs > 1) doneAgain += 1
      return work(meetings.length > 0 ? meeting(tx) : tx)
    })
  }
  return db
}

const shared = await chargesUnderTest(
  { after },
  { open: openCounting, rules: { refundInterval: 0, chargeAfterExit: 10_000 * DAY } },
)
const { giveBack, clock, runDue, platform } = shared
const { db } = platform

async function withoutDeadlocks(happen: () => Promise<unknown>): Promise<void> {
  const before = doneAgain
  await happen()
  assert.equal(doneAgain - before, 0, 'Transactions had to be done again')
  await assertBooksBalance(platform)
}

test('payouts, new refunds and a repayment of one advanced order', async () => {
  await withoutDeadlocks(async () => {
    for (let round = 0; round < 5; round += 1) {
      const paid = await paidOrder(shared, { advance_limit: 888 })
      const { payer_id } = paid.paid_by
      await fillWallet(platform, payer_id, 888)
      await Promise.all([1, 2, 3].map(() => giveBack(refundOf(paid, 100))))
      clock.advance(5 * MINUTE)
      const repayment = { repayment_id: freshNo('B'), payer_id, source: 'wallet' }
      await Promise.all([
        runDue(),
        giveBack(refundOf(paid, 200)),
        db.transaction(tx => beginRepayment(tx, platform, repayment)),
        giveBack(refundOf(paid, 200)),
      ])
      clock.advance(5 * MINUTE)
      await runDue()
    }
  })
})

test('refunds of held money while it is released, and of all money while a day is settled', async () => {
  await withoutDeadlocks(async () => {
    for (let round = 0; round < 5; round += 1) {
      const payer = await newPayer(platform, { wallet: 10_000 })
      const held = await chargePayer(shared, payer, { profit_sharing: 'Y' })
      const pending = await chargePayer(shared, payer)
      clock.advance(DAY)
      await Promise.all([
        runDue(),
        giveBack(refundOf(held, 300)),
        db.transaction(tx => release(tx, platform, `order/1230000109/${held.out_trade_no}`)),
        giveBack(refundOf(pending, 300)),
        giveBack(refundOf(held, 300)),
      ])
    }
    clock.advance(DAY)
    await runDue()
  })
})

test('a repayment from a card, a new refund of its order, and another refund on its way to a card', async () => {
  const other = await paidOrder(shared, { cards: [{}] })
  const { out_refund_no } = await giveBack(refundOf(other, 100))
  const paid = await paidOrder(shared, { advance_limit: 888 })
  const { payer_id } = paid.paid_by
  const repayment = { repayment_id: freshNo('B'), payer_id, source: `${payer_id}-card` }
  await db.transaction(async tx => {
    await putCard(tx, { card_id: repayment.source, payer_id, bank_type: 'CMB_DEBIT', position: 1 })
    await putScriptedCard(tx, { card_id: repayment.source, available: 888, behaviour: 'APPROVE' })
    await beginRepayment(tx, platform, repayment)
  })
  clock.advance(DAY)
  await withoutDeadlocks(async () => {
    // Each holds what one of the others comes to next: the order, the accounts of the merchant, the payer.
    meetAt(
      (sql, [account]) => sql.includes('FOR NO KEY UPDATE') && account === refundingOf('1230000109'),
      (sql, [credits, , account]) =>
        sql.startsWith('UPDATE ledger') && credits === 100 && account === BANK_CLEARING,
      sql => sql.includes(`SET user_repaid = 'Y'`),
    )
    await Promise.all([
      giveBack(refundOf(paid, 100)),
      refundPayouts(platform).handle({ mchid: '1230000109', out_refund_no }),
      repayments(platform).handle(repayment),
    ])
  })
})
