import { couponFundOf } from '../ledger/accounts.ts'
import type { Transfer } from '../ledger/ledger.ts'
import type { Statements, Transaction } from '../store/database.ts'

/** A coupon in use, as `promotion_detail` shows it. Amounts are fen; the three contributions add up to the amount. */
export interface Promotion {
  coupon_id: string
  name: string
  /** Good for a whole order or for a single item; an order takes one of each. */
  scope: 'GLOBAL' | 'SINGLE'
  /** `CASH` is paid from money put aside for it, `NOCASH` makes the merchant receive less. */
  type: 'CASH' | 'NOCASH'
  stock_id: string
  amount: number
  wechatpay_contribute: number
  merchant_contribute: number
  other_contribute: number
  currency: 'CNY'
}

/** The coupons that a charge will use. */
export interface Choice {
  /** Fen; always less than the charge's total. */
  discount_total: number
  promotion_detail: Promotion[]
}

export const NO_COUPONS: Choice = { discount_total: 0, promotion_detail: [] }

/** What decides which coupons are good for a charge. */
export interface Purchase {
  payer_id: string
  payee_mchid: string
  /** Fen. */
  total: number
  /** Empty when the charge has none. */
  goods_tag: string
  /** Business time in milliseconds. */
  now: number
}

/** A coupon that is good for the charge by itself. */
export type Candidate = Promotion & { available_end_time: number }

/** Coupons of one stock are alike, so the first of each is enough. */
const CANDIDATES = `
  SELECT MIN(c.coupon_id) AS coupon_id, s.name, s.scope, s.type, s.stock_id, s.amount, s.wechatpay_contribute, s.merchant_contribute,
         s.other_contribute, 'CNY' AS currency, s.available_end_time
    FROM coupons c JOIN coupon_stocks s ON s.stock_id = c.stock_id
   WHERE c.payer_id = $1 AND c.state = 'SENDED' AND s.state = 'RUNNING'
     AND s.available_begin_time <= $2 AND s.available_end_time > $2
     AND s.goods_tag IN ('', $3) AND s.transaction_minimum <= $4 AND s.amount < $4
     AND (NOT EXISTS (SELECT 1 FROM coupon_stock_merchants m WHERE m.stock_id = s.stock_id)
          OR EXISTS (SELECT 1 FROM coupon_stock_merchants m WHERE m.stock_id = s.stock_id AND m.mchid = $5))
   GROUP BY s.stock_id`

/** Chooses among the payer's coupons; it takes none yet. */
export async function chooseCoupons(db: Statements, purchase: Purchase): Promise<Choice> {
  const { payer_id, payee_mchid, total, goods_tag, now } = purchase
  const candidates = await db.all<Candidate>(CANDIDATES, payer_id, now, goods_tag, total, payee_mchid)
  return candidates.length === 0 ? NO_COUPONS : bestOf(candidates, total)
}

/**
 * The largest amount first, of equal ones that which expires first, one of each scope. A coupon that would leave nothing
 * to pay is passed over.
 */
export function bestOf(candidates: readonly Candidate[], total: number): Choice {
  const choice: Choice = { discount_total: 0, promotion_detail: [] }
  for (const { available_end_time: _, ...promotion } of candidates.toSorted(inOrder)) {
    const isScopeTaken = choice.promotion_detail.some(({ scope }) => scope === promotion.scope)
    if (isScopeTaken || choice.discount_total + promotion.amount >= total) continue
    choice.discount_total += promotion.amount
    choice.promotion_detail.push(promotion)
  }
  return choice
}

function inOrder(one: Candidate, other: Candidate): number {
  return (
    other.amount - one.amount ||
    one.available_end_time - other.available_end_time ||
    (one.coupon_id < other.coupon_id ? -1 : 1)
  )
}

/**
 * Takes the chosen coupons for an order, which {@link useCoupons} or {@link unlockCoupons} ends. Answers false, and takes
 * none, when one of them is not free any more.
 */
export async function lockCoupons(tx: Transaction, choice: Choice, subject: string): Promise<boolean> {
  const couponIds = choice.promotion_detail.map(({ coupon_id }) => coupon_id).sort()
  const locked: string[] = []
  for (const couponId of couponIds) {
    const changed = await tx.run(
      `UPDATE coupons SET state = 'LOCKED', subject = $1 WHERE coupon_id = $2 AND state = 'SENDED'`,
      subject,
      couponId,
    )
    if (changed === 1) {
      locked.push(couponId)
      continue
    }
    for (const other of locked) {
      await tx.run(`UPDATE coupons SET state = 'SENDED', subject = '' WHERE coupon_id = $1`, other)
    }
    return false
  }
  return true
}

/** The order is paid: the coupons that it holds are used up. Also after their stock has ended. */
export async function useCoupons(tx: Transaction, subject: string, businessTime: number): Promise<void> {
  await tx.run(
    `UPDATE coupons SET state = 'USED', use_time = $1 WHERE subject = $2 AND state = 'LOCKED'`,
    businessTime,
    subject,
  )
}

/** The order was not paid: the coupons that it holds are free again. */
export async function unlockCoupons(tx: Transaction, subject: string): Promise<void> {
  const unlocked = await tx.all<{ stock_id: string }>(
    `UPDATE coupons SET state = 'SENDED', subject = '' WHERE subject = $1 AND state = 'LOCKED' RETURNING stock_id`,
    subject,
  )
  // A stock that ended meanwhile has kept the coupon's money, so it is due again. The coupon expires then.
  for (const stockId of unlocked.map(({ stock_id }) => stock_id).sort()) await makeDueAgain(tx, stockId)
}

/**
 * Money has come to a stock: one that has ended already gives it back. Called when the money is booked, because the lock of
 * the stock's account keeps this and the end of the stock apart.
 */
export async function makeDueAgain(tx: Transaction, stockId: string): Promise<void> {
  await tx.run(
    'UPDATE coupon_stocks SET due_at = available_end_time WHERE stock_id = $1 AND due_at IS NULL',
    stockId,
  )
}

/** The money that the coupons bring the merchant, for the ledger. `attempt` keeps the entries of several attempts apart. */
export function couponTransfers(
  { promotion_detail }: Choice,
  order: { subject: string; attempt: string; credit_account: string; business_time: number },
): Transfer[] {
  const { attempt, ...common } = order
  return promotion_detail
    .filter(({ type }) => type === 'CASH')
    .map(({ coupon_id, stock_id, amount }) => ({
      ...common,
      entry: `coupon/${coupon_id}/${attempt}`,
      kind: 'coupon',
      debit_account: couponFundOf(stock_id),
      amount,
    }))
}
