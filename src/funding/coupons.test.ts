import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import {
  BEGIN,
  couponsUnderTest,
  END,
  fresh,
  MERCHANT,
  OTHER_MERCHANT,
  paidByMerchant,
} from '../../test/coupons.ts'
import { couponFundOf, pendingOf } from '../ledger/accounts.ts'
import { auditLedger } from '../ledger/audit.ts'
import { post } from '../ledger/ledger.ts'
import type { Statements } from '../store/database.ts'
import type { CouponStock } from './coupon-stocks.ts'
import {
  bestOf,
  type Candidate,
  type Choice,
  chooseCoupons,
  couponTransfers,
  lockCoupons,
  NO_COUPONS,
  type Purchase,
  unlockCoupons,
  useCoupons,
} from './coupons.ts'

const running = await couponsUnderTest({ after })

function choose(
  payer_id: string,
  more: Partial<Purchase> = {},
  db: Statements = running.db,
): Promise<Choice> {
  const purchase = { payer_id, payee_mchid: MERCHANT, total: 888, goods_tag: '', now: running.clock.now() }
  return chooseCoupons(db, { ...purchase, ...more })
}

/** A payer with one coupon of a new stock. */
async function payerOf(
  fields: Partial<CouponStock>,
): Promise<{ payer: string; coupon: string; stock: string }> {
  const payer = await running.payer()
  const stock = await running.stock(fields)
  return { payer, stock, coupon: await running.send(stock, payer) }
}

function ids({ promotion_detail }: Choice): string[] {
  return promotion_detail.map(({ coupon_id }) => coupon_id)
}

test('a payer without coupons uses none', async () => {
  assert.deepEqual(await choose(await running.payer()), NO_COUPONS)
  assert.deepEqual(await choose('nobody'), NO_COUPONS)
})

test('a coupon in use is shown field by field as promotion_detail has it', async () => {
  const { payer, coupon, stock } = await payerOf({ scope: 'SINGLE' })
  assert.deepEqual(await choose(payer), {
    discount_total: 60,
    promotion_detail: [
      {
        coupon_id: coupon,
        name: '单品惠-6',
        scope: 'SINGLE',
        type: 'CASH',
        stock_id: stock,
        amount: 60,
        wechatpay_contribute: 10,
        merchant_contribute: 20,
        other_contribute: 30,
        currency: 'CNY',
      },
    ],
  })
})

const GOOD_FOR: [when: string, stock: Partial<CouponStock>, purchase: Partial<Purchase>, isGood: boolean][] =
  [
    ['its stock has just begun', {}, { now: BEGIN }, true],
    ['its stock has not begun', {}, { now: BEGIN - 1 }, false],
    ['its stock is about to end', {}, { now: END - 1 }, true],
    ['its stock has ended', {}, { now: END }, false],
    ['the charge has the tag of the stock', { goods_tag: 'WXG' }, { goods_tag: 'WXG' }, true],
    ['the charge has another tag', { goods_tag: 'WXG' }, { goods_tag: 'wxg' }, false],
    ['the charge has no tag', { goods_tag: 'WXG' }, {}, false],
    ['the stock asks for no tag', {}, { goods_tag: 'WXG' }, true],
    ['the total is the minimum', { transaction_minimum: 888 }, {}, true],
    ['the total is a fen below the minimum', { transaction_minimum: 889 }, {}, false],
    ['a fen is left to pay', {}, { total: 61 }, true],
    ['nothing would be left to pay', {}, { total: 60 }, false],
    ['it is worth more than the total', {}, { total: 59 }, false],
    ['the stock is good for the payee', { available_merchants: [OTHER_MERCHANT, MERCHANT] }, {}, true],
    ['the stock is good for others only', { available_merchants: [OTHER_MERCHANT] }, {}, false],
  ]

for (const [when, stock, purchase, isGood] of GOOD_FOR) {
  test(`a coupon is ${isGood ? 'used' : 'not used'} when ${when}`, async () => {
    const { payer, coupon } = await payerOf(stock)
    assert.deepEqual(ids(await choose(payer, purchase)), isGood ? [coupon] : [])
  })
}

function candidate(fields: Partial<Candidate>): Candidate {
  const { amount = 60 } = fields
  return {
    coupon_id: 'c',
    name: '优惠',
    scope: 'GLOBAL',
    type: 'NOCASH',
    stock_id: 's',
    ...paidByMerchant(amount),
    currency: 'CNY',
    available_end_time: END,
    ...fields,
  }
}

const ORDERS: [rule: string, candidates: Partial<Candidate>[], chosen: string[]][] = [
  [
    'of one scope only the largest is used',
    [
      { coupon_id: 'a', amount: 50 },
      { coupon_id: 'b', amount: 70 },
      { coupon_id: 'c', amount: 60 },
    ],
    ['b'],
  ],
  [
    'one of each scope is used, the larger first',
    [
      { coupon_id: 'a', amount: 50 },
      { coupon_id: 'b', amount: 70, scope: 'SINGLE' },
    ],
    ['b', 'a'],
  ],
  [
    'of equal ones that which expires first is used',
    [
      { coupon_id: 'a', available_end_time: END + 1 },
      { coupon_id: 'b', available_end_time: END },
    ],
    ['b'],
  ],
  [
    'of equal ones that expire together the first id decides',
    [{ coupon_id: 'b' }, { coupon_id: 'a' }],
    ['a'],
  ],
  [
    'a second coupon that would leave nothing gives way to a smaller one',
    [
      { coupon_id: 'a', amount: 600 },
      { coupon_id: 'b', amount: 288, scope: 'SINGLE' },
      { coupon_id: 'c', amount: 287, scope: 'SINGLE' },
    ],
    ['a', 'c'],
  ],
]

for (const [rule, candidates, chosen] of ORDERS) {
  test(rule, () => {
    assert.deepEqual(ids(bestOf(candidates.map(candidate), 888)), chosen)
  })
}

test('whatever coupons there are: one of each scope at most, a fen left to pay, and the order they come in is nothing', () => {
  const some = fc.record({
    coupon_id: fc.string({ minLength: 1, maxLength: 3 }),
    scope: fc.constantFrom('GLOBAL' as const, 'SINGLE' as const),
    amount: fc.integer({ min: 1, max: 1_000 }),
    available_end_time: fc.integer({ min: END, max: END + 2 }),
  })
  const coupons = fc.uniqueArray(some, { selector: ({ coupon_id }) => coupon_id, maxLength: 8 })
  fc.assert(
    fc.property(coupons, fc.integer({ min: 1, max: 1_200 }), (drawn, total) => {
      const candidates = drawn.map(candidate)
      const choice = bestOf(candidates, total)
      const scopes = choice.promotion_detail.map(({ scope }) => scope)
      assert.equal(new Set(scopes).size, scopes.length)
      assert.ok(choice.discount_total < total)
      assert.equal(
        choice.promotion_detail.reduce((sum, { amount }) => sum + amount, 0),
        choice.discount_total,
      )
      assert.deepEqual(bestOf(candidates.toReversed(), total), choice)
      const largest = Math.max(0, ...drawn.map(({ amount }) => amount).filter(amount => amount < total))
      assert.equal(choice.promotion_detail[0]?.amount ?? 0, largest)
    }),
  )
})

test("a coupon that an order holds is no other order's, and is free again when the order gives it up", async () => {
  const { payer, coupon } = await payerOf({})
  const choice = await choose(payer)
  assert.equal(await running.db.transaction(tx => lockCoupons(tx, choice, 'order/1')), true)
  assert.deepEqual(await choose(payer), NO_COUPONS)
  assert.equal(await running.db.transaction(tx => lockCoupons(tx, choice, 'order/2')), false)
  await running.db.transaction(tx => unlockCoupons(tx, 'order/2'))
  assert.equal(await running.state(coupon), 'LOCKED')
  await running.db.transaction(tx => unlockCoupons(tx, 'order/1'))
  assert.deepEqual(ids(await choose(payer)), [coupon])
})

test('a coupon is used once, at a time that is kept', async () => {
  const { payer, coupon } = await payerOf({})
  const choice = await choose(payer)
  await running.db.transaction(async tx => {
    await lockCoupons(tx, choice, 'order/3')
    await useCoupons(tx, 'order/3', BEGIN + 5)
  })
  await running.db.transaction(async tx => {
    await useCoupons(tx, 'order/3', BEGIN + 6)
    await unlockCoupons(tx, 'order/3')
    assert.equal(await lockCoupons(tx, choice, 'order/4'), false)
  })
  assert.deepEqual(
    await running.db.get('SELECT state, subject, use_time FROM coupons WHERE coupon_id = $1', coupon),
    { state: 'USED', subject: 'order/3', use_time: BEGIN + 5 },
  )
})

test('when one of two coupons is gone, the other is not taken either', async () => {
  const payer = await running.payer()
  const first = await running.send(await running.stock({ scope: 'GLOBAL' }), payer, fresh('a-coupon'))
  const second = await running.send(await running.stock({ scope: 'SINGLE' }), payer, fresh('b-coupon'))
  const both = await choose(payer)
  assert.equal(both.discount_total, 120)
  const onlySecond = {
    ...both,
    promotion_detail: both.promotion_detail.filter(({ coupon_id }) => coupon_id === second),
  }
  await running.db.transaction(tx => lockCoupons(tx, onlySecond, fresh('order')))
  assert.equal(await running.db.transaction(tx => lockCoupons(tx, both, fresh('order'))), false)
  assert.equal(await running.state(first), 'SENDED')
})

test('of many orders of one payer at the same time one has the coupon', async () => {
  const { payer, coupon } = await payerOf({})
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      running.db.transaction(async tx => {
        const choice = await choose(payer, {}, tx)
        return choice.discount_total > 0 && lockCoupons(tx, choice, `race/${index}`)
      }),
    ),
  )
  assert.equal(answers.filter(Boolean).length, 1)
  assert.equal(await running.state(coupon), 'LOCKED')
})

test('a CASH coupon brings the merchant its amount from the fund, a NOCASH coupon nothing', async () => {
  const payer = await running.payer()
  const cash = await running.stock({ scope: 'GLOBAL' })
  const coupon = await running.send(cash, payer)
  await running.send(await running.stock({ scope: 'SINGLE', type: 'NOCASH', ...paidByMerchant(50) }), payer)
  const choice = await choose(payer)
  assert.equal(choice.discount_total, 110)
  const credit_account = pendingOf(MERCHANT)
  const order = { subject: fresh('order'), attempt: '2/wallet', credit_account, business_time: BEGIN }
  const transfers = couponTransfers(choice, order)
  assert.deepEqual(transfers, [
    {
      subject: order.subject,
      entry: `coupon/${coupon}/2/wallet`,
      kind: 'coupon',
      debit_account: couponFundOf(cash),
      credit_account,
      amount: 60,
      business_time: BEGIN,
    },
  ])
  assert.equal(await running.db.transaction(tx => post(tx, transfers)), true)
  assert.equal(await running.balance(couponFundOf(cash)), 99 * 60)
  assert.deepEqual(await auditLedger(running.db), [])
})

test('no coupons make no transfers', () => {
  const order = { subject: 'order/none', attempt: '1', credit_account: pendingOf(MERCHANT), business_time: 0 }
  assert.deepEqual(couponTransfers(NO_COUPONS, order), [])
})
