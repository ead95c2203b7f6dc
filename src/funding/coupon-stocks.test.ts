import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  BEGIN,
  couponsUnderTest,
  END,
  fresh,
  MERCHANT,
  OTHER_MERCHANT,
  paidByMerchant,
  stockOf,
} from '../../test/coupons.ts'
import { BANK_CLEARING, couponFundOf, MARKETING } from '../ledger/accounts.ts'
import { auditLedger } from '../ledger/audit.ts'
import { transfersOf } from '../ledger/transfers.ts'
import {
  type CouponStock,
  createStock,
  findCoupon,
  findStock,
  STOCK_REFUSALS,
  type StockRefusal,
  sendCoupon,
} from './coupon-stocks.ts'

const running = await couponsUnderTest({ after })

function create(stock: CouponStock): Promise<'done' | StockRefusal> {
  return running.db.transaction(tx => createStock(tx, running.platform, stock))
}

function send(coupon: { coupon_id?: string; stock_id: string; payer_id: string }): Promise<string> {
  return running.db.transaction(tx =>
    sendCoupon(tx, running.platform, { coupon_id: fresh('coupon'), ...coupon }),
  )
}

async function moneyMoved(act: () => Promise<unknown>): Promise<{ bank: number; marketing: number }> {
  const bank = await running.balance(BANK_CLEARING)
  const marketing = await running.balance(MARKETING)
  await act()
  return {
    bank: (await running.balance(BANK_CLEARING)) - bank,
    marketing: (await running.balance(MARKETING)) - marketing,
  }
}

test('a stock is kept as it was created', async () => {
  const stock = stockOf({ goods_tag: 'WXG', transaction_minimum: 100, available_merchants: [MERCHANT] })
  assert.equal(await create(stock), 'done')
  assert.deepEqual(await findStock(running.db, stock.stock_id), {
    ...stock,
    distributed_coupons: 0,
    state: 'RUNNING',
    create_time: running.clock.now(),
  })
  assert.equal(await findStock(running.db, 'unknown'), undefined)
})

test('the money for all coupons of a CASH stock is put aside by those who pay it', async () => {
  const stock = stockOf({ max_coupons: 10 })
  assert.deepEqual(await moneyMoved(() => create(stock)), { bank: -500, marketing: -100 })
  assert.equal(await running.balance(couponFundOf(stock.stock_id)), 600)
  const transfers = await transfersOf(running.db, `stock/${stock.stock_id}`)
  assert.deepEqual(
    transfers.map(({ entry, kind, amount }) => [entry, kind, amount]),
    [
      ['funding/bank', 'coupon_funding', 500],
      ['funding/marketing', 'coupon_funding', 100],
    ],
  )
})

test('nothing is put aside for a NOCASH stock: the merchant receives less when a coupon is used', async () => {
  const stock = stockOf({ type: 'NOCASH', ...paidByMerchant(60) })
  assert.deepEqual(await moneyMoved(() => create(stock)), { bank: 0, marketing: 0 })
})

test('the same stock again is no change, whatever order its merchants are named in; other content is refused', async () => {
  const stock = stockOf({ available_merchants: [MERCHANT, OTHER_MERCHANT] })
  await create(stock)
  const moved = await moneyMoved(async () => {
    assert.equal(await create(stock), 'done')
    const turned = [OTHER_MERCHANT, MERCHANT, OTHER_MERCHANT]
    assert.equal(await create({ ...stock, available_merchants: turned }), 'done')
    assert.equal(await create({ ...stock, name: '别的' }), 'other_content')
    assert.equal(await create({ ...stock, available_merchants: [MERCHANT] }), 'other_content')
    assert.equal(await create({ ...stock, max_coupons: 101 }), 'other_content')
  })
  assert.deepEqual(moved, { bank: 0, marketing: 0 })
})

test('a stock that is created many times at once puts its money aside once', async () => {
  const stock = stockOf({ max_coupons: 10 })
  const moved = await moneyMoved(async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => create(stock)))
    assert.ok(answers.every(answer => answer === 'done'))
  })
  assert.deepEqual(moved, { bank: -500, marketing: -100 })
})

const REFUSED: [refusal: StockRefusal, fields: Partial<CouponStock>][] = [
  ['amounts', { amount: 0, wechatpay_contribute: 0, merchant_contribute: 0, other_contribute: 0 }],
  ['amounts', { wechatpay_contribute: -10, merchant_contribute: 40 }],
  ['amounts', { transaction_minimum: -1 }],
  ['contributions', { amount: 61 }],
  ['contributions', { other_contribute: 29 }],
  ['nocash_contributions', { type: 'NOCASH' }],
  ['limits', { max_coupons: 0, max_coupons_per_payer: 0 }],
  ['limits', { max_coupons_per_payer: 0 }],
  ['limits', { max_coupons: 10, max_coupons_per_payer: 11 }],
  ['limits', { max_coupons: 10_000_001 }],
  ['budget', { ...paidByMerchant(Number.MAX_SAFE_INTEGER), max_coupons: 60 }],
  ['times', { available_end_time: BEGIN, available_begin_time: BEGIN }],
  ['times', { available_end_time: BEGIN + 3_600_000 }],
  ['merchant_unknown', { available_merchants: [MERCHANT, '1999999999'] }],
]

for (const [refusal, fields] of REFUSED) {
  test(`a stock with ${JSON.stringify(fields)} is refused and leaves nothing: ${STOCK_REFUSALS[refusal]}`, async () => {
    const stock = stockOf(fields)
    assert.equal(await create(stock), refusal)
    assert.equal(await findStock(running.db, stock.stock_id), undefined)
  })
}

test('a coupon is sent to a payer once, however often it is asked for', async () => {
  const stock_id = await running.stock()
  const payer_id = await running.payer()
  const coupon = { coupon_id: fresh('coupon'), stock_id, payer_id }
  assert.equal(await send(coupon), 'done')
  assert.equal(await send(coupon), 'done')
  assert.deepEqual(await findCoupon(running.db, coupon.coupon_id), {
    ...coupon,
    state: 'SENDED',
    subject: '',
    create_time: running.clock.now(),
    use_time: null,
  })
  assert.equal((await findStock(running.db, stock_id))?.distributed_coupons, 1)
  assert.equal(await send({ ...coupon, payer_id: await running.payer() }), 'other_content')
  assert.equal(await send({ ...coupon, stock_id: await running.stock() }), 'other_content')
})

test('no coupon is sent of a stock or to a payer that does not exist', async () => {
  assert.equal(await send({ stock_id: 'unknown', payer_id: await running.payer() }), 'stock_unknown')
  assert.equal(await send({ stock_id: await running.stock(), payer_id: 'nobody' }), 'payer_unknown')
})

test('a payer gets no more coupons of a stock than its limit, used ones included', async () => {
  const stock_id = await running.stock({ max_coupons_per_payer: 2 })
  const payer_id = await running.payer()
  const first = await running.send(stock_id, payer_id)
  await running.send(stock_id, payer_id)
  await running.db.run(`UPDATE coupons SET state = 'USED' WHERE coupon_id = $1`, first)
  assert.equal(await send({ stock_id, payer_id }), 'payer_limit')
  assert.equal(await send({ stock_id, payer_id: await running.payer() }), 'done')
})

test('a stock sends no more coupons than it has, also to many payers at once', async () => {
  const stock_id = await running.stock({ max_coupons: 5, max_coupons_per_payer: 1 })
  const payers = await Promise.all(Array.from({ length: 9 }, () => running.payer()))
  const answers = await Promise.all(payers.map(payer_id => send({ stock_id, payer_id })))
  assert.equal(answers.filter(answer => answer === 'done').length, 5)
  assert.equal(answers.filter(answer => answer === 'stock_exhausted').length, 4)
  assert.equal((await findStock(running.db, stock_id))?.distributed_coupons, 5)
})

test('one coupon that is asked of two stocks at once is of one of them', async () => {
  const payer_id = await running.payer()
  const coupon_id = fresh('coupon')
  const stockIds = [await running.stock(), await running.stock()]
  const answers = await Promise.all(stockIds.map(stock_id => send({ coupon_id, stock_id, payer_id })))
  assert.deepEqual(answers.sort(), ['done', 'other_content'])
})

test('a coupon can be sent before its stock begins and not after it has ended, also before the worker has come by', async t => {
  const later = await couponsUnderTest(t)
  const stock_id = await later.stock({ available_begin_time: END - 1 })
  const payer_id = await later.payer()
  const coupon_id = await later.send(stock_id, payer_id)
  later.clock.moveTo(END)
  const ask = (id: string) =>
    later.db.transaction(tx => sendCoupon(tx, later.platform, { coupon_id: id, stock_id, payer_id }))
  assert.equal(await ask('too-late'), 'stock_ended')
  await later.runDue()
  assert.equal(await ask('too-late'), 'stock_ended')
  assert.equal(await ask(coupon_id), 'done')
  assert.deepEqual(await auditLedger(later.db), [])
})
