import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../clock/clock.ts'
import { BANK_CLEARING, couponFundOf, MARKETING, openAccount } from '../ledger/accounts.ts'
import { post, type Transfer } from '../ledger/ledger.ts'
import { findMerchant } from '../merchants/merchants.ts'
import type { Statements, Transaction } from '../store/database.ts'
import type { FundingContext } from './context.ts'

/** A batch of coupons (优惠批次). Amounts are fen of one coupon, times milliseconds of business time. */
export interface CouponStock {
  stock_id: string
  name: string
  scope: 'GLOBAL' | 'SINGLE'
  /** `CASH` is paid from money put aside for it, `NOCASH` makes the merchant receive less. */
  type: 'CASH' | 'NOCASH'
  amount: number
  wechatpay_contribute: number
  merchant_contribute: number
  other_contribute: number
  /** The lowest total of a charge that a coupon is good for. */
  transaction_minimum: number
  /** A charge must carry this tag; empty for any charge. */
  goods_tag: string
  /** The first instant at which a coupon can be used, and the first at which it cannot any more. */
  available_begin_time: number
  available_end_time: number
  max_coupons: number
  max_coupons_per_payer: number
  /** The merchant numbers that a coupon is good at; empty for all. */
  available_merchants: string[]
}

/** A stock with what has become of it. */
export interface StoredCouponStock extends CouponStock {
  distributed_coupons: number
  state: 'RUNNING' | 'ENDED'
  create_time: number
}

/** A payer's coupon. */
export interface Coupon {
  coupon_id: string
  stock_id: string
  payer_id: string
  /** `LOCKED` while a bank has not answered. */
  state: 'SENDED' | 'LOCKED' | 'USED' | 'EXPIRED'
  /** The ledger's subject of the order that uses it; empty while it is free. */
  subject: string
  create_time: number
  use_time: number | null
}

/** Why a stock is not created. */
export const STOCK_REFUSALS = {
  other_content: 'There is a stock of this stock_id with other content',
  amounts: 'amount must be at least 1, no contribution and no transaction_minimum below 0',
  contributions: 'The three contributions must add up to amount',
  nocash_contributions: 'A NOCASH coupon is paid by the merchant only: merchant_contribute must be amount',
  limits: 'max_coupons must be 1 to 10000000, and max_coupons_per_payer 1 to max_coupons',
  budget: 'max_coupons times amount must be at most 10000000000',
  times: 'available_end_time must be after available_begin_time and in the future',
  merchant_unknown: 'available_merchants names a merchant number that does not exist',
} as const
export type StockRefusal = keyof typeof STOCK_REFUSALS

/** Why a coupon is not sent. */
export const COUPON_REFUSALS = {
  other_content: 'There is a coupon of this coupon_id for another payer or of another stock',
  stock_unknown: 'There is no stock of this stock_id',
  payer_unknown: 'There is no payer of this payer_id',
  stock_ended: 'The stock has ended',
  stock_exhausted: 'All max_coupons of the stock have been sent',
  payer_limit: 'The payer has had max_coupons_per_payer of this stock',
} as const
export type CouponRefusal = keyof typeof COUPON_REFUSALS

/** Coupons of one stock. */
const MAX_COUPONS = 10_000_000
/** Money of one stock in fen: a hundred million yuan, so that no balance leaves the safe integers. */
const MAX_BUDGET = 10_000_000_000

const COLUMNS = [
  'stock_id',
  'name',
  'scope',
  'type',
  'amount',
  'wechatpay_contribute',
  'merchant_contribute',
  'other_contribute',
  'transaction_minimum',
  'goods_tag',
  'available_begin_time',
  'available_end_time',
  'max_coupons',
  'max_coupons_per_payer',
] as const

/** What the money of a stock moves for, in the ledger; that of a coupon in use moves for its order. */
export function stockSubject(stockId: string): string {
  return `stock/${stockId}`
}

/**
 * Creates a stock and puts the money for all its coupons aside. The same stock again is no change. Amounts, limits and times
 * must be integers.
 */
export async function createStock(
  tx: Transaction,
  platform: { clock: Pick<Clock, 'now'>; wake: FundingContext['wake'] },
  stock: CouponStock,
): Promise<'done' | StockRefusal> {
  const known = await findStock(tx, stock.stock_id)
  if (known) return isSameContent(known, stock) ? 'done' : 'other_content'
  const now = platform.clock.now()
  const refusal = impossibility(stock, now)
  if (refusal) return refusal
  for (const mchid of stock.available_merchants) {
    if (!(await findMerchant(tx, mchid))) return 'merchant_unknown'
  }
  // Somebody else may have created it since we looked.
  if (!(await insertStock(tx, stock, now))) return createStock(tx, platform, stock)
  if (stock.type === 'CASH') await putMoneyAside(tx, stock, now)
  tx.afterCommit(() => platform.wake('stocks'))
  return 'done'
}

/** Gives a payer a coupon, which may be before its stock can be used. The same coupon again is no change. */
export async function sendCoupon(
  tx: Transaction,
  { clock }: { clock: Pick<Clock, 'now'> },
  { coupon_id, stock_id, payer_id }: Pick<Coupon, 'coupon_id' | 'stock_id' | 'payer_id'>,
): Promise<'done' | CouponRefusal> {
  const stock = await tx.get<Omit<StoredCouponStock, 'available_merchants'>>(
    `SELECT * FROM coupon_stocks WHERE stock_id = $1 ${tx.forUpdate}`,
    stock_id,
  )
  if (!stock) return 'stock_unknown'
  const known = await findCoupon(tx, coupon_id)
  if (known) return known.stock_id === stock_id && known.payer_id === payer_id ? 'done' : 'other_content'
  const now = clock.now()
  if (stock.state === 'ENDED' || stock.available_end_time <= now) return 'stock_ended'
  if (stock.distributed_coupons >= stock.max_coupons) return 'stock_exhausted'
  if (!(await tx.get('SELECT payer_id FROM payers WHERE payer_id = $1', payer_id))) return 'payer_unknown'
  if ((await countCoupons(tx, stock_id, payer_id)) >= stock.max_coupons_per_payer) return 'payer_limit'
  const inserted = await tx.run(
    `INSERT INTO coupons (coupon_id, stock_id, payer_id, state, create_time) VALUES ($1, $2, $3, 'SENDED', $4)
     ON CONFLICT DO NOTHING`,
    coupon_id,
    stock_id,
    payer_id,
    now,
  )
  // Whoever was first with the same id held no lock on this stock, so it is a coupon of another.
  if (inserted === 0) return 'other_content'
  await tx.run(
    'UPDATE coupon_stocks SET distributed_coupons = distributed_coupons + 1 WHERE stock_id = $1',
    stock_id,
  )
  return 'done'
}

/**
 * Takes back a coupon of a stock, which makes room for another. One that is not there, or of another stock, is no change;
 * one that an order uses, or has taken until its bank answers, stays.
 */
export async function removeCoupon(
  tx: Transaction,
  stockId: string,
  couponId: string,
): Promise<'done' | 'in_use'> {
  // The stock comes first, as wherever coupons are sent or end.
  await tx.get(`SELECT stock_id FROM coupon_stocks WHERE stock_id = $1 ${tx.forUpdate}`, stockId)
  const removed = await tx.run(
    `DELETE FROM coupons WHERE coupon_id = $1 AND stock_id = $2 AND state IN ('SENDED', 'EXPIRED')`,
    couponId,
    stockId,
  )
  if (removed === 0) return (await findCoupon(tx, couponId))?.stock_id === stockId ? 'in_use' : 'done'
  await tx.run(
    'UPDATE coupon_stocks SET distributed_coupons = distributed_coupons - 1 WHERE stock_id = $1',
    stockId,
  )
  return 'done'
}

export async function findStock(db: Statements, stockId: string): Promise<StoredCouponStock | undefined> {
  const stock = await db.get<Omit<StoredCouponStock, 'available_merchants'>>(
    `SELECT ${COLUMNS.join(', ')}, distributed_coupons, state, create_time FROM coupon_stocks WHERE stock_id = $1`,
    stockId,
  )
  if (!stock) return undefined
  const merchants = await db.all<{ mchid: string }>(
    'SELECT mchid FROM coupon_stock_merchants WHERE stock_id = $1 ORDER BY mchid',
    stockId,
  )
  return { ...stock, available_merchants: merchants.map(({ mchid }) => mchid) }
}

export function findCoupon(db: Statements, couponId: string): Promise<Coupon | undefined> {
  return db.get<Coupon>(
    `SELECT coupon_id, stock_id, payer_id, state, subject, create_time, use_time
       FROM coupons WHERE coupon_id = $1`,
    couponId,
  )
}

function isSameContent(known: CouponStock, stock: CouponStock): boolean {
  return (
    COLUMNS.every(column => known[column] === stock[column]) &&
    isDeepStrictEqual(known.available_merchants, [...new Set(stock.available_merchants)].sort())
  )
}

/** What no stock can be, whatever else there is. */
function impossibility(stock: CouponStock, now: number): StockRefusal | undefined {
  const { type, amount, wechatpay_contribute, merchant_contribute, other_contribute } = stock
  const contributions = [wechatpay_contribute, merchant_contribute, other_contribute]
  if (amount < 1 || Math.min(...contributions, stock.transaction_minimum) < 0) return 'amounts'
  if (contributions.reduce((sum, part) => sum + part, 0) !== amount) return 'contributions'
  if (type === 'NOCASH' && merchant_contribute !== amount) return 'nocash_contributions'
  const { max_coupons, max_coupons_per_payer, available_begin_time, available_end_time } = stock
  if (max_coupons_per_payer < 1 || max_coupons < max_coupons_per_payer || max_coupons > MAX_COUPONS) {
    return 'limits'
  }
  if (max_coupons * amount > MAX_BUDGET) return 'budget'
  return available_end_time <= Math.max(available_begin_time, now) ? 'times' : undefined
}

async function insertStock(tx: Transaction, stock: CouponStock, now: number): Promise<boolean> {
  const places = [...COLUMNS, 'create_time', 'due_at'].map((_, index) => `$${index + 1}`)
  const inserted = await tx.run(
    `INSERT INTO coupon_stocks (${COLUMNS.join(', ')}, create_time, due_at, state)
     VALUES (${places.join(', ')}, 'RUNNING') ON CONFLICT DO NOTHING`,
    ...COLUMNS.map(column => stock[column]),
    now,
    stock.available_end_time,
  )
  if (inserted === 0) return false
  for (const mchid of new Set(stock.available_merchants)) {
    await tx.run(
      'INSERT INTO coupon_stock_merchants (stock_id, mchid) VALUES ($1, $2)',
      stock.stock_id,
      mchid,
    )
  }
  return true
}

async function countCoupons(tx: Transaction, stockId: string, payerId: string): Promise<number> {
  const row = await tx.get<{ coupons: number }>(
    'SELECT COUNT(*) AS coupons FROM coupons WHERE stock_id = $1 AND payer_id = $2',
    stockId,
    payerId,
  )
  return row?.coupons ?? 0
}

async function putMoneyAside(tx: Transaction, stock: CouponStock, now: number): Promise<void> {
  const { stock_id, max_coupons, wechatpay_contribute, merchant_contribute, other_contribute } = stock
  const fund = couponFundOf(stock_id)
  await openAccount(tx, fund)
  await openAccount(tx, MARKETING, null)
  const from = (source: string, debit_account: string, contribution: number): Transfer => ({
    subject: stockSubject(stock_id),
    entry: `funding/${source}`,
    kind: 'coupon_funding',
    debit_account,
    credit_account: fund,
    amount: max_coupons * contribution,
    business_time: now,
  })
  const transfers = [
    from('bank', BANK_CLEARING, merchant_contribute + other_contribute),
    from('marketing', MARKETING, wechatpay_contribute),
  ]
  if (!(await post(tx, transfers))) throw new Error(`The coupons of ${stock_id} are not covered`)
}
