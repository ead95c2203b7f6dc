import { dueRows } from '../clock/due-rows.ts'
import { type Job, Postponed } from '../clock/worker.ts'
import { BANK_CLEARING, couponFundOf, MARKETING } from '../ledger/accounts.ts'
import { post, type Transfer } from '../ledger/ledger.ts'
import type { Transaction } from '../store/database.ts'
import type { FundingContext } from './context.ts'
import { type CouponStock, stockSubject } from './coupon-stocks.ts'
import { share } from './refund-parts.ts'

type DueStock = Pick<CouponStock, 'stock_id'>

type EndingStock = Pick<CouponStock, 'stock_id' | 'amount' | 'wechatpay_contribute'> & {
  returns: number
}

interface Fund {
  account: string
  balance: number
}

/** Coupons that expire in one transaction. */
const BATCH = 1_000
/** How long a stock rests that could not be ended by a fault of ours. */
const FAULT_WAIT_MS = 60_000

/**
 * The worker's view of coupon stocks. At its end a stock takes no more charges, its unused coupons expire, batch by batch,
 * and what is left of the money for them goes back where it came from.
 *
 * A coupon that a bank's answer holds keeps its money. When it is used that is the end of it; when it becomes free, its
 * stock is due once more.
 */
export function stocks(platform: Pick<FundingContext, 'db' | 'clock'>): Job<DueStock> {
  const { db, clock } = platform
  return {
    name: 'stocks',
    concurrency: 4,
    ...dueRows<DueStock>(db, 'coupon_stocks', ['stock_id'], ({ stock_id }) => stock_id),
    // One stock is many pieces, one for each batch.
    countDue: undefined,
    async handle({ stock_id }) {
      try {
        return await db.transaction(tx => endStock(tx, stock_id, clock.now()))
      } catch (error) {
        await db.run(
          'UPDATE coupon_stocks SET due_at = $1 WHERE stock_id = $2 AND due_at IS NOT NULL',
          clock.now() + FAULT_WAIT_MS,
          stock_id,
        )
        throw new Postponed(error)
      }
    },
  }
}

/** Does one piece of it; the stock stays due while there is more. Answers false when another node is at it. */
async function endStock(tx: Transaction, stockId: string, now: number): Promise<boolean> {
  const isDue = `SELECT stock_id, amount, wechatpay_contribute, returns FROM coupon_stocks
                  WHERE stock_id = $1 AND due_at <= $2`
  const stock = await tx.get<EndingStock>(`${isDue} ${tx.skipLocked}`, stockId, now)
  if (!stock) return (await tx.get(isDue, stockId, now)) === undefined
  await tx.run(`UPDATE coupon_stocks SET state = 'ENDED' WHERE stock_id = $1`, stockId)
  // Money before coupons, as charges do it, so that neither waits for the other forever. Only CASH has money.
  const fund = await tx.get<Fund>(
    `SELECT account, balance FROM ledger_accounts WHERE account = $1 ${tx.forUpdate}`,
    couponFundOf(stockId),
  )
  await tx.run(
    `UPDATE coupons SET state = 'EXPIRED'
      WHERE state = 'SENDED'
        AND coupon_id IN (SELECT coupon_id FROM coupons WHERE stock_id = $1 AND state = 'SENDED' LIMIT $2)`,
    stockId,
    BATCH,
  )
  // With these locked none can be used or become free before this is committed, so that no money is counted twice.
  const locked = await tx.all(
    `SELECT coupon_id FROM coupons WHERE stock_id = $1 AND state = 'LOCKED' ${tx.forUpdate}`,
    stockId,
  )
  const isMore = await tx.get(
    `SELECT coupon_id FROM coupons WHERE stock_id = $1 AND state = 'SENDED' LIMIT 1`,
    stockId,
  )
  if (isMore) return true
  if (fund) await returnRest(tx, stock, fund, locked.length, now)
  await tx.run('UPDATE coupon_stocks SET due_at = NULL, returns = returns + 1 WHERE stock_id = $1', stockId)
  return true
}

/**
 * Gives back what no coupon can use any more, to those who paid it, in the shares in which they did. Refunds bring parts of
 * coupons, time after time, so the shares are those of all that has ever gone back.
 */
async function returnRest(
  tx: Transaction,
  { stock_id, amount, wechatpay_contribute, returns }: EndingStock,
  fund: Fund,
  locked: number,
  now: number,
): Promise<void> {
  const rest = fund.balance - locked * amount
  const before = await returnedBefore(tx, stock_id)
  const toMarketing = share(before.total + rest, wechatpay_contribute, amount) - before.to_marketing
  const to = (source: string, credit_account: string, returned: number): Transfer => ({
    subject: stockSubject(stock_id),
    entry: `return/${returns + 1}/${source}`,
    kind: 'coupon_return',
    debit_account: fund.account,
    credit_account,
    amount: returned,
    business_time: now,
  })
  const transfers = [to('bank', BANK_CLEARING, rest - toMarketing), to('marketing', MARKETING, toMarketing)]
  if (!(await post(tx, transfers))) throw new Error(`What is left of the stock ${stock_id} cannot go back`)
}

async function returnedBefore(
  tx: Transaction,
  stockId: string,
): Promise<{ total: number; to_marketing: number }> {
  const sums = await tx.get<{ total: number; to_marketing: number }>(
    `SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS total,
            CAST(COALESCE(SUM(CASE credit_account WHEN $1 THEN amount ELSE 0 END), 0) AS BIGINT) AS to_marketing
       FROM ledger_transfers WHERE subject = $2 AND kind = 'coupon_return'`,
    MARKETING,
    stockSubject(stockId),
  )
  return sums ?? { total: 0, to_marketing: 0 }
}
