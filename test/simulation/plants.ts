import type { Tamper } from './crashing-store.ts'
import type { InvariantName } from './invariants.ts'

/** A bug that is planted to see that the simulation finds it. */
export interface Plant {
  name: string
  tamper: Tamper
  /** The invariants that say what it breaks; which of them is first depends on what happens. */
  breaks: readonly InvariantName[]
}

/** Only pretends to send a statement. */
const skip =
  (start: string, parameter?: string | RegExp): Tamper =>
  (sql, parameters) => {
    const isMeant = sql.trimStart().startsWith(start)
    const isIt = (value: unknown) =>
      typeof parameter === 'string' ? value === parameter : parameter?.test(String(value))
    return isMeant && (parameter === undefined || parameters.some(isIt)) ? 'skip' : sql
  }

/** Sends a statement that was written wrongly. */
const miswrite =
  (start: string, right: string, wrong: string): Tamper =>
  sql =>
    sql.trimStart().startsWith(start) ? sql.replace(right, wrong) : sql

export const PLANTS: readonly Plant[] = [
  {
    name: 'the notice of a success is forgotten',
    tamper: skip('INSERT INTO notices', 'TRANSACTION.SUCCESS'),
    breaks: ['resultsAreNoticed'],
  },
  {
    name: 'a merchant is not told that a car can be charged no more',
    tamper: skip('INSERT INTO notices', 'VEHICLE.ENTRANCE_STATE_CHANGE'),
    breaks: ['staysAreNoticed'],
  },
  {
    name: 'a notice counts as delivered before it is sent',
    tamper: miswrite(
      'INSERT INTO notices',
      `'PENDING', $9`,
      `'DELIVERED', CASE WHEN $9 > 0 THEN NULL ELSE 0 END`,
    ),
    breaks: ['changesAreNotifiedOrGivenUp'],
  },
  {
    name: 'the account of the fees is not changed',
    tamper: skip('UPDATE ledger_accounts', /\/fees$/),
    breaks: ['booksBalance'],
  },
  {
    name: 'a promise is not taken back when the bank says no',
    tamper: skip('UPDATE ledger_transfers', 'VOIDED'),
    breaks: ['promisesWaitForABank', 'nothingFailsInside'],
  },
  {
    name: 'an order stays due after its end and is taken up again',
    tamper: miswrite('UPDATE transactions', 'due_at = NULL', 'due_at = due_at'),
    breaks: ['nothingFailsInside'],
  },
  {
    name: 'arrears are not written down',
    tamper: skip('UPDATE owners SET arrears'),
    breaks: ['arrearsAreOverdueAdvances'],
  },
  {
    name: 'an accepted order is not written',
    tamper: skip('INSERT INTO transactions'),
    breaks: ['wordsStayTrue'],
  },
  {
    name: 'a coupon stays free although an order has it',
    tamper: skip("UPDATE coupons SET state = 'LOCKED'"),
    breaks: ['couponsAreUsedOnce'],
  },
  {
    name: 'a bank is asked for a payment that is not on record',
    tamper: skip('INSERT INTO bank_payments'),
    breaks: ['bankAndLedgerAgree', 'promisesWaitForABank'],
  },
  {
    name: 'a repaid order does not say so',
    tamper: skip(`UPDATE transactions SET user_repaid = 'Y'`),
    breaks: ['resultsAreNoticed'],
  },
  {
    name: 'an older entry of a plate can still be charged',
    tamper: miswrite(
      'INSERT INTO latest_parkings',
      'DO UPDATE SET parking_id = excluded.parking_id',
      'DO NOTHING',
    ),
    breaks: ['onlyWhatCanBeChargedIsCharged'],
  },
]
