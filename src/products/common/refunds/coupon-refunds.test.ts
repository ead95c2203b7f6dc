import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { chargesUnderTest } from '../../../../test/charges.ts'
import { fresh, paidByMerchant, stockOf } from '../../../../test/coupons.ts'
import { balance, newPayer } from '../../../../test/payers.ts'
import { assertBooksBalance, chargePayer, DAY, MINUTE, refundOf } from '../../../../test/refunds.ts'
import { type CouponStock, createStock, sendCoupon } from '../../../funding/coupon-stocks.ts'
import { BANK_CLEARING, couponFundOf, MARKETING, walletOf } from '../../../ledger/accounts.ts'

// Refunds of orders that coupons have paid a part of: 888 fen, of which the merchant's fee is 6 per mille of what it received.

const shared = await chargesUnderTest({ after }, { rules: { chargeAfterExit: 10_000 * DAY } })
const { giveBack, refundNow, clock, runDue, platform } = shared
const { db } = platform

/** An order that coupons of such stocks have paid a part of, and the wallet the rest. */
const paidWith = (...stocks: Partial<CouponStock>[]) => paidBy({ wallet: 888 }, ...stocks)

async function paidBy(sources: Parameters<typeof newPayer>[1], ...stocks: Partial<CouponStock>[]) {
  const payer = await newPayer(platform, sources)
  const coupons: { coupon_id: string; stock_id: string }[] = []
  for (const fields of stocks) {
    const stock = stockOf({
      ...{ available_begin_time: clock.now(), available_end_time: clock.now() + DAY },
      ...{ stock_id: fresh('refund-stock'), max_coupons: 1, max_coupons_per_payer: 1 },
      ...fields,
    })
    const coupon = { coupon_id: fresh('refund-coupon'), stock_id: stock.stock_id }
    await db.transaction(async tx => {
      assert.equal(await createStock(tx, platform, stock), 'done')
      assert.equal(await sendCoupon(tx, platform, { ...coupon, payer_id: payer.payer_id }), 'done')
    })
    coupons.push(coupon)
  }
  const paid = await chargePayer(shared, payer)
  assert.equal(paid.promotion_detail?.length, stocks.length)
  const wallet = () => balance(db, walletOf(payer.payer_id))
  return { paid, coupons, wallet, walletAfter: await wallet() }
}

const CASH = { type: 'CASH', scope: 'GLOBAL', ...paidByMerchant(100) } as const
const NOCASH = { type: 'NOCASH', scope: 'SINGLE', ...paidByMerchant(50) } as const

async function arrive(): Promise<void> {
  clock.advance(5 * MINUTE)
  await runDue()
}

async function fundOf(coupon: { stock_id: string } | undefined): Promise<number> {
  return balance(db, couponFundOf(coupon?.stock_id ?? ''))
}

for (const [name, stocks, amounts] of [
  ['CASH', [CASH], { settlement: 888, fee: 5, payer: 788, fund: 100 }],
  ['NOCASH', [NOCASH], { settlement: 838, fee: 5, payer: 838, fund: 0 }],
  ['both', [CASH, NOCASH], { settlement: 838, fee: 5, payer: 738, fund: 100 }],
] as const) {
  test(`${name}: a full refund gives everybody what they paid, and the coupon stays used`, async () => {
    const { paid, coupons, wallet } = await paidWith(...stocks)
    const { amount, promotion_detail = [] } = await giveBack(refundOf(paid))
    assert.deepEqual(amount, {
      ...{ total: 888, refund: 888, payer_total: amounts.payer, payer_refund: amounts.payer },
      ...{ settlement_total: amounts.settlement, settlement_refund: amounts.settlement },
      ...{ discount_refund: 888 - amounts.payer, refund_fee: amounts.fee, currency: 'CNY' },
    })
    assert.deepEqual(
      promotion_detail,
      stocks.map(({ scope, type, amount: face }, index) => ({
        ...{ promotion_id: coupons[index]?.coupon_id, scope, type, amount: face, refund_amount: face },
      })),
    )
    await arrive()
    assert.equal(await wallet(), 888)
    assert.equal(await fundOf(coupons[0]), amounts.fund)
    const states = await db.all<{ state: string }>(
      'SELECT state FROM coupons WHERE payer_id = $1',
      paid.paid_by.payer_id,
    )
    assert.ok(states.every(({ state }) => state === 'USED'))
    await assertBooksBalance(platform)
  })

  test(`${name}: three partial refunds add up to the same`, async () => {
    const { paid, coupons, wallet } = await paidWith(...stocks)
    const parts = { payer: 0, settlement: 0, fee: 0 }
    for (const refund of [1, 333, 554]) {
      const { amount, promotion_detail = [] } = await giveBack(refundOf(paid, refund))
      assert.equal(amount.payer_refund + amount.discount_refund, refund)
      const discounts = promotion_detail.map(({ refund_amount }) => refund_amount)
      assert.equal(
        discounts.reduce((sum, part) => sum + part, 0),
        amount.discount_refund,
      )
      parts.payer += amount.payer_refund
      parts.settlement += amount.settlement_refund
      parts.fee += amount.refund_fee ?? 0
      await arrive()
      await assertBooksBalance(platform)
    }
    const { payer, settlement, fee } = amounts
    assert.deepEqual(parts, { payer, settlement, fee })
    assert.equal(await wallet(), 888)
    assert.equal(await fundOf(coupons[0]), amounts.fund)
  })
}

test('the money of a stock that has ended meanwhile goes back to those who put it there', async () => {
  const { paid, coupons, wallet } = await paidWith(CASH)
  clock.advance(DAY)
  await runDue()
  assert.equal(await fundOf(coupons[0]), 0)
  await giveBack(refundOf(paid, 444))
  await arrive()
  const ended = await db.get(
    'SELECT state, due_at, returns FROM coupon_stocks WHERE stock_id = $1',
    coupons[0]?.stock_id ?? '',
  )
  assert.deepEqual(ended, { state: 'ENDED', due_at: null, returns: 2 })
  assert.equal(await fundOf(coupons[0]), 0)
  assert.equal(await wallet(), 100 + 394)
  await assertBooksBalance(platform)
})

test('what the platform has paid of a coupon comes back to it from an ended stock, to the fen, in however many parts', async () => {
  const before = [await balance(db, MARKETING), await balance(db, BANK_CLEARING)]
  const contributions = { wechatpay_contribute: 60, merchant_contribute: 40, other_contribute: 0 }
  const { paid, coupons, walletAfter } = await paidWith({ ...CASH, amount: 100, ...contributions })
  clock.advance(DAY)
  await runDue()
  for (const refund of [9, 9, 10, 416, 444]) {
    await giveBack(refundOf(paid, refund))
    await arrive()
  }
  assert.equal(await fundOf(coupons[0]), 0)
  // The bank has brought the 888 fen of the wallet too.
  assert.equal(walletAfter, 100)
  assert.deepEqual(
    [await balance(db, MARKETING), await balance(db, BANK_CLEARING)],
    [before[0], (before[1] ?? 0) - 888],
  )
  await assertBooksBalance(platform)
})

test('a refund to a card asks its bank for what the card has paid, and for nothing when that is nothing', async () => {
  const { paid, coupons } = await paidBy({ cards: [{}] }, { ...CASH, ...paidByMerchant(887) })
  const first = await giveBack(refundOf(paid, 400))
  clock.advance(MINUTE)
  const second = await giveBack(refundOf(paid, 488))
  assert.deepEqual([first.amount.payer_refund, second.amount.payer_refund], [1, 0])
  // Before the stock ends, and its money leaves.
  await db.run('UPDATE refunds SET due_at = $1 WHERE out_trade_no = $2', clock.now(), paid.out_trade_no)
  await runDue()
  for (const { out_refund_no } of [first, second])
    assert.equal((await refundNow(out_refund_no)).status, 'SUCCESS')
  const asked = await db.all('SELECT refund_id, amount FROM scripted_refunds')
  assert.deepEqual(asked, [{ refund_id: first.refund_id, amount: 1 }])
  assert.equal(await fundOf(coupons[0]), 887)
  await assertBooksBalance(platform)
})

test('a refund that only coupons have paid moves nothing but theirs', async () => {
  const { paid, coupons, wallet, walletAfter } = await paidWith({ ...CASH, ...paidByMerchant(887) })
  assert.equal(walletAfter, 887)
  // The payer has paid one fen of 888, which the first refund gives back by the rounding in the payer's favour.
  assert.equal((await giveBack(refundOf(paid, 400))).amount.payer_refund, 1)
  await arrive()
  const { amount, out_refund_no } = await giveBack(refundOf(paid, 488))
  assert.deepEqual([amount.payer_refund, amount.discount_refund], [0, 488])
  await arrive()
  assert.equal((await refundNow(out_refund_no)).status, 'SUCCESS')
  assert.deepEqual([await wallet(), await fundOf(coupons[0])], [888, 887])
  await assertBooksBalance(platform)
})
