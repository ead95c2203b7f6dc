import assert from 'node:assert/strict'
import { availableOf, bankOf, operationOf, pendingOf } from '../src/ledger/accounts.ts'
import { auditLedger } from '../src/ledger/audit.ts'
import { post, type Transfer } from '../src/ledger/ledger.ts'
import type { Platform } from '../src/node/platform.ts'
import { changePayer } from '../src/payers/payers.ts'
import { type VirtualClock, virtualClock } from '../src/testing/index.ts'
import type { ChargeFields, ChargesUnderTest, Order } from './charges.ts'
import { balance, newPayer, type TestPayer } from './payers.ts'
import { type Caller, type Fields, freshNo, MERCHANT, NOW } from './sandbox.ts'

// What the tests of refunds have in common: orders that were paid in every way, and what a refund of them leaves behind.

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** A clock whose wall time stands still too, for limits that hold in a second. */
export function clockByHand(start: string = NOW): VirtualClock & { nextSecond(): void } {
  let wallTime = Date.now()
  return {
    ...virtualClock(start),
    wallNow: () => wallTime,
    nextSecond() {
      wallTime += SECOND
    },
  }
}

export type PaidOrder = Order & { paid_by: TestPayer }

/** Makes a payer, charges them and settles the charge; 888 fen from the wallet and without profit sharing unless said. */
export async function paidOrder(
  running: ChargesUnderTest,
  payer: Parameters<typeof newPayer>[1] = { wallet: 10_000 },
  fields: ChargeFields = {},
  caller: Caller = MERCHANT,
): Promise<PaidOrder> {
  const made = await newPayer(running.platform, payer)
  return chargePayer(running, made, fields, caller)
}

/** Charges a payer and settles the charge. */
export async function chargePayer(
  running: ChargesUnderTest,
  payer: TestPayer,
  fields: ChargeFields = {},
  caller: Caller = MERCHANT,
): Promise<PaidOrder> {
  const { out_trade_no } = await running.accept({ profit_sharing: 'N', ...fields, payer }, caller)
  await running.runDue()
  const order = await running.order(out_trade_no, caller)
  assert.equal(order.trade_state, 'SUCCESS')
  return { ...order, paid_by: payer }
}

/** The body of a refund, by the merchant's number of the order; all of it unless said. */
export function refundOf(
  { out_trade_no, amount }: Pick<Order, 'out_trade_no' | 'amount'>,
  refund: number = amount.total,
  { amount: more, ...fields }: Fields & { amount?: Fields } = {},
): Fields & { out_refund_no: string } {
  return {
    out_trade_no,
    out_refund_no: freshNo('R'),
    amount: { refund, total: amount.total, currency: 'CNY', ...more },
    ...fields,
  }
}

/** Closes a payer's wallet, or opens it again. */
export async function freeze(
  { db }: Platform,
  { payer_id }: Pick<TestPayer, 'payer_id'>,
  wallet_state: 'NORMAL' | 'FROZEN' = 'FROZEN',
): Promise<void> {
  assert.equal(await db.transaction(tx => changePayer(tx, payer_id, { wallet_state })), 'done')
}

let drains = 0

/** Everything on some of a merchant's accounts goes to its bank; all that refunds can be paid from unless said. */
export async function drainMerchant(
  { db, clock }: Platform,
  mchid: string,
  accounts: readonly string[] = [pendingOf(mchid), availableOf(mchid), operationOf(mchid)],
): Promise<void> {
  drains += 1
  for (const account of accounts) {
    const transfer: Transfer = {
      ...{ subject: `drain/${drains}`, entry: account, kind: 'withdrawal', business_time: clock.now() },
      ...{ debit_account: account, credit_account: bankOf(mchid), amount: await balance(db, account) },
    }
    assert.ok(await db.transaction(tx => post(tx, [transfer])))
  }
}

/** Money of the merchant's own comes to one of its accounts. */
export async function fillMerchant(
  { db, clock }: Platform,
  account: string,
  mchid: string,
  amount: number,
): Promise<void> {
  drains += 1
  const transfer: Transfer = {
    ...{ subject: `fill/${drains}`, entry: account, kind: 'top_up', business_time: clock.now() },
    ...{ debit_account: bankOf(mchid), credit_account: account, amount },
  }
  assert.ok(await db.transaction(tx => post(tx, [transfer])))
}

/** The books are in order, and nothing is left on its way when nothing is PROCESSING or ABNORMAL. */
export async function assertBooksBalance({ db }: Platform): Promise<void> {
  assert.deepEqual(await auditLedger(db), [])
  const differing = await db.all(
    `SELECT account, balance, held FROM (
       SELECT l.account, l.balance,
              (SELECT CAST(COALESCE(SUM(r.settlement_refund), 0) AS BIGINT) FROM refunds r
                WHERE r.status IN ('PROCESSING', 'ABNORMAL') AND r.funds_account <> ''
                  AND l.account = 'merchant/' || CASE r.sub_mchid WHEN '' THEN r.mchid ELSE r.sub_mchid END || '/refunding') AS held
         FROM ledger_accounts l WHERE l.account LIKE 'merchant/%/refunding') AS refunding
      WHERE balance <> held`,
  )
  assert.deepEqual(differing, [])
}
