import assert from 'node:assert/strict'
import { type CouponStock, createStock, sendCoupon } from '../src/funding/coupon-stocks.ts'
import { stocks } from '../src/funding/end-of-stocks.ts'
import { BANK_CLEARING, openAccount, openMerchantAccounts } from '../src/ledger/accounts.ts'
import type { Database } from '../src/store/database.ts'
import { migrate } from '../src/store/migrate.ts'
import { openTestDatabase } from '../src/store/testing.ts'
import { type VirtualClock, virtualClock } from '../src/testing/index.ts'
import type { Scope } from './platform.ts'
import { migrations } from './schema.ts'

// What the tests of coupons have in common: a store with two merchants, payers, and stocks that run for a day.

export const BEGIN = Date.parse('2017-08-26T00:00:00+08:00')
export const END = Date.parse('2017-08-27T00:00:00+08:00')
export const MERCHANT = '1230000109'
export const OTHER_MERCHANT = '1900000109'

/** Coupons on a store of their own, without the rest of the platform. */
export interface CouponsUnderTest {
  db: Database
  clock: VirtualClock
  platform: { db: Database; clock: VirtualClock; wake: () => void }
  /** A payer that no other test has. */
  payer(): Promise<string>
  /** Creates a stock of an id that no other test has, and answers the id. */
  stock(fields?: Partial<CouponStock>): Promise<string>
  /** Sends a coupon and answers its id. */
  send(stock_id: string, payer_id: string, coupon_id?: string): Promise<string>
  state(coupon_id: string): Promise<string>
  balance(account: string): Promise<number>
  /** Ends the stocks that are due; answers in how many pieces. */
  runDue(): Promise<number>
}

const wakeNobody = () => undefined

let last = 0

/** A name that nothing else in this file has. */
export function fresh(name: string): string {
  last += 1
  return `${name}-${last}`
}

/** A stock of CASH coupons of 60 fen that WeChat Pay, the merchant and somebody else pay in three parts. */
export function stockOf(fields: Partial<CouponStock> = {}): CouponStock {
  return {
    stock_id: fresh('stock'),
    name: '单品惠-6',
    scope: 'GLOBAL',
    type: 'CASH',
    amount: 60,
    wechatpay_contribute: 10,
    merchant_contribute: 20,
    other_contribute: 30,
    transaction_minimum: 0,
    goods_tag: '',
    available_begin_time: BEGIN,
    available_end_time: END,
    max_coupons: 100,
    max_coupons_per_payer: 10,
    available_merchants: [],
    ...fields,
  }
}

/** The contributions of a coupon that only the merchant pays. */
export function paidByMerchant(amount: number) {
  return { amount, wechatpay_contribute: 0, merchant_contribute: amount, other_contribute: 0 }
}

/** Opens the store for the tests of a file. The clock stands within the day of the stocks. */
export async function couponsUnderTest(scope: Scope): Promise<CouponsUnderTest> {
  const db = await openTestDatabase()
  scope.after(() => db.close())
  const clock = virtualClock(BEGIN + 3_600_000)
  await migrate(db, migrations, BEGIN)
  await db.transaction(async tx => {
    await openAccount(tx, BANK_CLEARING, null)
    for (const mchid of [MERCHANT, OTHER_MERCHANT]) {
      await tx.run(`INSERT INTO merchants (mchid, kind, name) VALUES ($1, 'direct', '停车场')`, mchid)
      await openMerchantAccounts(tx, mchid)
    }
  })
  const platform = { db, clock, wake: wakeNobody }
  const job = stocks(platform)
  return {
    db,
    clock,
    platform,
    async payer() {
      const payerId = fresh('payer')
      await db.run('INSERT INTO payers (payer_id, score) VALUES ($1, 700)', payerId)
      return payerId
    },
    async stock(fields = {}) {
      const stock = stockOf(fields)
      assert.equal(await db.transaction(tx => createStock(tx, platform, stock)), 'done')
      return stock.stock_id
    },
    async send(stock_id, payer_id, coupon_id = fresh('coupon')) {
      const coupon = { coupon_id, stock_id, payer_id }
      assert.equal(await db.transaction(tx => sendCoupon(tx, platform, coupon)), 'done')
      return coupon_id
    },
    async state(couponId) {
      const row = await db.get<{ state: string }>('SELECT state FROM coupons WHERE coupon_id = $1', couponId)
      return row?.state ?? ''
    },
    async balance(account) {
      const row = await db.get<{ balance: number }>(
        'SELECT balance FROM ledger_accounts WHERE account = $1',
        account,
      )
      return row?.balance ?? 0
    },
    async runDue() {
      for (let pieces = 0; ; pieces += 1) {
        const [due] = await job.claim(clock.now(), 1, new Set())
        if (!due) return pieces
        await job.handle(due)
      }
    },
  }
}
