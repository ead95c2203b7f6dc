import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type CouponsUnderTest,
  couponsUnderTest,
  END,
  fresh,
  MERCHANT,
  paidByMerchant,
} from '../../test/coupons.ts'
import { BANK_CLEARING, couponFundOf, MARKETING, pendingOf } from '../ledger/accounts.ts'
import { auditLedger } from '../ledger/audit.ts'
import { post, postPending, reserve, voidPending } from '../ledger/ledger.ts'
import { transfersOf } from '../ledger/transfers.ts'
import { createStock, findStock } from './coupon-stocks.ts'
import { chooseCoupons, couponTransfers, lockCoupons, unlockCoupons, useCoupons } from './coupons.ts'
import { stocks } from './end-of-stocks.ts'

/** Begins a charge of the payer that a bank has not answered: the coupon and its money are promised. */
async function beginCharge({ db, clock }: CouponsUnderTest, payer_id: string): Promise<string> {
  const subject = fresh('order')
  await db.transaction(async tx => {
    const now = clock.now()
    const purchase = { payer_id, payee_mchid: MERCHANT, total: 888, goods_tag: '', now }
    const choice = await chooseCoupons(tx, purchase)
    assert.equal(choice.discount_total, 60)
    const order = { subject, attempt: '1', credit_account: pendingOf(MERCHANT), business_time: now }
    assert.ok(await reserve(tx, couponTransfers(choice, order)))
    assert.ok(await lockCoupons(tx, choice, subject))
  })
  return subject
}

function pay({ db, clock }: CouponsUnderTest, subject: string): Promise<void> {
  return db.transaction(async tx => {
    await postPending(tx, subject, clock.now())
    await useCoupons(tx, subject, clock.now())
  })
}

function giveUp({ db, clock }: CouponsUnderTest, subject: string): Promise<void> {
  return db.transaction(async tx => {
    await voidPending(tx, subject, clock.now())
    await unlockCoupons(tx, subject)
  })
}

test('at its end a stock takes no more charges, unused coupons expire, and the rest of the money goes back in its shares', async t => {
  const running = await couponsUnderTest(t)
  const stock = await running.stock({ max_coupons: 10 })
  const [one, two] = [await running.payer(), await running.payer()]
  const unused = await running.send(stock, two)
  const used = await running.send(stock, one)
  await pay(running, await beginCharge(running, one))

  running.clock.moveTo(END - 1)
  assert.equal(await running.runDue(), 0)
  assert.equal(await running.state(unused), 'SENDED')
  assert.equal(await stocks(running.platform).nextDueAt(), END)
  running.clock.moveTo(END)
  assert.equal(await running.runDue(), 1)

  assert.equal((await findStock(running.db, stock))?.state, 'ENDED')
  assert.equal(await running.state(unused), 'EXPIRED')
  assert.equal(await running.state(used), 'USED')
  assert.equal(await running.balance(couponFundOf(stock)), 0)
  assert.equal(await running.balance(pendingOf(MERCHANT)), 60)
  assert.equal(await running.balance(BANK_CLEARING), -50)
  assert.equal(await running.balance(MARKETING), -10)
  const returned = (await transfersOf(running.db, `stock/${stock}`)).filter(
    ({ kind }) => kind === 'coupon_return',
  )
  assert.deepEqual(
    returned.map(({ entry, amount, business_time }) => [entry, amount, business_time]),
    [
      ['return/1/bank', 450, END],
      ['return/1/marketing', 90, END],
    ],
  )
  assert.equal(await stocks(running.platform).nextDueAt(), undefined)
  assert.deepEqual(await auditLedger(running.db), [])
})

test('a stock without money ends like any other', async t => {
  const running = await couponsUnderTest(t)
  const stock = await running.stock({ type: 'NOCASH', ...paidByMerchant(60) })
  const payer = await running.payer()
  const [unused, held] = [await running.send(stock, payer, 'b'), await running.send(stock, payer, 'a')]
  const subject = await beginCharge(running, payer)
  running.clock.moveTo(END)
  await running.runDue()
  assert.deepEqual([await running.state(unused), await running.state(held)], ['EXPIRED', 'LOCKED'])
  await giveUp(running, subject)
  await running.runDue()
  assert.equal(await running.state(held), 'EXPIRED')
  assert.deepEqual(await transfersOf(running.db, `stock/${stock}`), [])
})

test('a coupon that waits for a bank keeps its money over the end: it can still be used', async t => {
  const running = await couponsUnderTest(t)
  const stock = await running.stock({ max_coupons: 10 })
  const payer = await running.payer()
  const coupon = await running.send(stock, payer)
  const subject = await beginCharge(running, payer)
  running.clock.moveTo(END)
  await running.runDue()
  assert.equal(await running.state(coupon), 'LOCKED')
  assert.equal(await running.balance(couponFundOf(stock)), 60)
  await pay(running, subject)
  assert.equal(await running.state(coupon), 'USED')
  assert.equal(await running.balance(couponFundOf(stock)), 0)
  assert.equal(await running.runDue(), 0)
  assert.deepEqual(await auditLedger(running.db), [])
})

test('coupons that become free after the end expire, and their money goes back too, whenever that is', async t => {
  const running = await couponsUnderTest(t)
  const stock = await running.stock({ max_coupons: 10 })
  const payers = [await running.payer(), await running.payer()]
  const subjects: string[] = []
  for (const payer of payers) {
    await running.send(stock, payer)
    subjects.push(await beginCharge(running, payer))
  }
  running.clock.moveTo(END)
  await running.runDue()
  assert.equal(await running.balance(couponFundOf(stock)), 120)
  for (const [index, subject] of subjects.entries()) {
    await giveUp(running, subject)
    assert.equal(await stocks(running.platform).nextDueAt(), END)
    assert.equal(await running.runDue(), 1)
    assert.equal(await running.balance(couponFundOf(stock)), 60 - 60 * index)
  }
  assert.equal(await running.balance(BANK_CLEARING), 0)
  assert.equal(await running.balance(MARKETING), 0)
  const expired = await running.db.all(`SELECT coupon_id FROM coupons WHERE state = 'EXPIRED'`)
  assert.equal(expired.length, 2)
  assert.deepEqual(await auditLedger(running.db), [])
})

test('an ended stock is known still: the same stock again is no change, and its money stays where it went', async t => {
  const running = await couponsUnderTest(t)
  const stock_id = await running.stock()
  const stock = await findStock(running.db, stock_id)
  assert.ok(stock)
  running.clock.moveTo(END)
  await running.runDue()
  assert.equal(await running.db.transaction(tx => createStock(tx, running.platform, stock)), 'done')
  assert.equal(await running.runDue(), 0)
  assert.equal(await running.balance(BANK_CLEARING), 0)
})

test('many coupons expire batch by batch, and the money goes back with the last', async t => {
  const running = await couponsUnderTest(t)
  const stock = await running.stock({ max_coupons: 2_500, max_coupons_per_payer: 2_500 })
  const payer = await running.payer()
  await running.db.transaction(async tx => {
    for (let index = 0; index < 2_500; index += 1) {
      await tx.run(
        `INSERT INTO coupons (coupon_id, stock_id, payer_id, state, create_time) VALUES ($1, $2, $3, 'SENDED', 0)`,
        `many-${index}`,
        stock,
        payer,
      )
    }
  })
  running.clock.moveTo(END)
  const job = stocks(running.platform)
  assert.equal(await job.handle({ stock_id: stock }), true)
  const left = await running.db.all(`SELECT coupon_id FROM coupons WHERE state = 'SENDED'`)
  assert.equal(left.length, 1_500)
  assert.equal(await running.balance(couponFundOf(stock)), 2_500 * 60)
  assert.equal(await running.runDue(), 2)
  assert.equal(await running.balance(couponFundOf(stock)), 0)
  assert.deepEqual(await auditLedger(running.db), [])
})

test('a stock whose money is not there rests, is reported, and ends when the money is back', async t => {
  const running = await couponsUnderTest(t)
  const stock = await running.stock({ max_coupons: 10 })
  const [fund, away] = [couponFundOf(stock), pendingOf(MERCHANT)]
  const move = (entry: string, debit_account: string, credit_account: string) =>
    running.db.transaction(tx =>
      post(tx, [
        {
          subject: 'fault',
          entry,
          kind: 'coupon',
          debit_account,
          credit_account,
          amount: 600,
          business_time: 0,
        },
      ]),
    )
  const payer = await running.payer()
  await running.send(stock, payer)
  await running.db.run(`UPDATE coupons SET state = 'LOCKED', subject = 'lost' WHERE stock_id = $1`, stock)
  await move('out', fund, away)
  running.clock.moveTo(END)
  const job = stocks(running.platform)
  await assert.rejects(job.handle({ stock_id: stock }))
  assert.equal(await job.nextDueAt(), END + 60_000)
  await move('back', away, fund)
  running.clock.advance(60_000)
  assert.equal(await running.runDue(), 1)
  assert.equal(await running.balance(fund), 60)
})

test('what is used, given up and ended at the same time loses no money and frees no coupon twice', async t => {
  const running = await couponsUnderTest(t)
  const stock = await running.stock({ max_coupons: 20 })
  const subjects: string[] = []
  for (let index = 0; index < 12; index += 1) {
    const payer = await running.payer()
    await running.send(stock, payer)
    subjects.push(await beginCharge(running, payer))
  }
  running.clock.moveTo(END)
  const job = stocks(running.platform)
  await Promise.all([
    ...subjects.map((subject, index) => (index % 2 === 0 ? pay : giveUp)(running, subject)),
    ...[1, 2, 3].map(() => job.handle({ stock_id: stock })),
  ])
  await running.runDue()
  const states = await running.db.all(
    'SELECT state, COUNT(*) AS coupons FROM coupons GROUP BY state ORDER BY state',
  )
  assert.deepEqual(states, [
    { state: 'EXPIRED', coupons: 6 },
    { state: 'USED', coupons: 6 },
  ])
  assert.equal(await running.balance(couponFundOf(stock)), 0)
  assert.equal(await running.balance(pendingOf(MERCHANT)), 360)
  assert.deepEqual(await auditLedger(running.db), [])
})
