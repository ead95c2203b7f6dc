import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createStock, sendCoupon } from '../../src/funding/coupon-stocks.ts'
import { beginRepayment } from '../../src/funding/repay.ts'
import { putScriptedCard, type RefundBehaviour } from '../../src/funding/scripted-bank.ts'
import { changePayer } from '../../src/payers/payers.ts'
import { merchantClient, partnerClient, reconcileFundFlow, reconcileTradeBill } from '../../src/sdk/index.ts'
import { virtualClock } from '../../src/testing/index.ts'
import { adminClient } from '../admin.ts'
import { stockOf } from '../coupons.ts'
import { fillWallet, newPayer, type TestPayer } from '../payers.ts'
import { type PlatformUnderTest, platformUnderTest } from '../platform.ts'
import { DIRECT, optionsOf, PROVIDER, SUB_MCHID } from '../sdk/car-park.ts'
import { collect } from '../sdk/collect.ts'
import { SeededRandom } from '../simulation/random.ts'
import { CarPark } from './car-park.ts'
import { directSide, subMerchantSide } from './merchant-side.ts'

// A month at two car parks, as their merchants have it: signed calls, notices over HTTP, and each morning at ten the
// bills of the day before, held against books that were kept from replies and notices only.

const FIRST_DAY = Date.parse('2026-06-01T00:00:00+08:00')
const DAYS = 30
const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** When somebody drives out, after midnight; the last one is so late that a second attempt is of the next day. */
const ROUNDS = [11 * HOUR, 15 * HOUR, 20 * HOUR] as const
const LATE_AT_NIGHT = DAY - 30 * SECOND

const CASH_COUPON = { stock_id: 'cash', type: 'CASH', amount: 120 } as const
const NOCASH_COUPON = { stock_id: 'nocash', type: 'NOCASH', amount: 75 } as const

interface Town {
  running: PlatformUnderTest
  random: SeededRandom
  carParks: CarPark[]
  freezing: TestPayer[]
}

async function openTown(t: TestContext): Promise<Town> {
  const random = new SeededRandom('month')
  const virtual = virtualClock(FIRST_DAY)
  // Each day has a second of wall time to itself, because some calls can be made three times in one.
  const clock = Object.assign(virtual, {
    wallNow: () => Date.now() + Math.floor((virtual.now() - FIRST_DAY) / DAY) * SECOND,
  })
  const platformRandom = random.fork('platform')
  const running = await platformUnderTest(t, { clock, random: size => platformRandom.bytes(size) })
  await openStocks(running)
  await adminClient(running).put(`/merchants/${SUB_MCHID}`, { auto_withdrawal: true })
  const direct = directSide(merchantClient(optionsOf(running, DIRECT)))
  const sub = subMerchantSide(partnerClient(optionsOf(running, PROVIDER)), SUB_MCHID)
  const carParks: CarPark[] = []
  const freezing: TestPayer[] = []
  for (const side of [direct, sub]) {
    const drivers = await newDrivers(running)
    freezing.push(...drivers.freezing)
    carParks.push(
      await openCarPark(t, running, { side, drivers: drivers.all, random: random.fork(side.mchid) }),
    )
  }
  return { running, random, carParks, freezing }
}

async function openCarPark(
  t: TestContext,
  running: PlatformUnderTest,
  parts: Pick<ConstructorParameters<typeof CarPark>[0], 'side' | 'drivers' | 'random'>,
): Promise<CarPark> {
  const now = () => running.platform.clock.now()
  const carPark = new CarPark({ ...parts, admin: adminClient(running), now })
  await carPark.open()
  t.after(() => carPark.close())
  return carPark
}

async function openStocks({ platform }: PlatformUnderTest): Promise<void> {
  for (const stock of [CASH_COUPON, NOCASH_COUPON]) {
    const contributions = { wechatpay_contribute: 0, other_contribute: 0, merchant_contribute: stock.amount }
    const times = { available_begin_time: FIRST_DAY, available_end_time: FIRST_DAY + (DAYS + 1) * DAY }
    const created = await platform.db.transaction(tx =>
      createStock(tx, platform, stockOf({ ...stock, ...contributions, ...times })),
    )
    assert.equal(created, 'done')
  }
}

/** The drivers of one car park, some of whose wallets are frozen every second day. */
interface Drivers {
  all: TestPayer[]
  freezing: TestPayer[]
}

/** With money, with cards of all kinds, with a debt now and then, with coupons. */
async function newDrivers(running: PlatformUnderTest): Promise<Drivers> {
  const { platform } = running
  const indebted = await newPayer(platform, { advance_limit: 100_000 })
  const freezing = [await newDriverWithCard(running, 'REFUSE'), await newDriverWithCard(running, 'REFUSE')]
  const others = [
    await newPayer(platform, { wallet: 500_000 }),
    await newPayer(platform, { wallet: 500_000 }),
    await newDriverWithCard(running, 'APPROVE'),
    await newDriverWithCard(running, 'TIME_OUT'),
    await newDriverWithCard(running, 'UNKNOWN_THEN_REFUSED'),
  ]
  const stocks = [CASH_COUPON, NOCASH_COUPON, CASH_COUPON, NOCASH_COUPON]
  await platform.db.transaction(async tx => {
    for (const { payer_id } of others) {
      for (const [index, { stock_id }] of stocks.entries()) {
        const coupon = { coupon_id: `${stock_id}-${payer_id}-${index}`, stock_id, payer_id }
        assert.equal(await sendCoupon(tx, platform, coupon), 'done')
      }
    }
  })
  return { freezing, all: [indebted, ...freezing, ...others] }
}

async function newDriverWithCard(
  { platform }: PlatformUnderTest,
  refund_behaviour: RefundBehaviour,
): Promise<TestPayer> {
  const driver = await newPayer(platform, { cards: [{}] })
  const card = { card_id: `${driver.payer_id}-card-1`, available: 1_000_000, behaviour: 'APPROVE' as const }
  await platform.db.transaction(tx => putScriptedCard(tx, { ...card, refund_behaviour }))
  return driver
}

/** Those who were paid for pay back. */
async function repayDebts({ platform }: PlatformUnderTest, day: number): Promise<void> {
  const debts = await platform.db.all<{ payer_id: string }>(
    `SELECT DISTINCT payer_id FROM advances WHERE state <> 'REPAID' ORDER BY payer_id`,
  )
  for (const { payer_id } of debts) {
    await fillWallet(platform, payer_id, 10_000)
    const repayment = { repayment_id: `${payer_id}-${day}`, payer_id, source: 'wallet' }
    await platform.db.transaction(tx => beginRepayment(tx, platform, repayment))
  }
}

/** One day, from midnight to midnight; what was yesterday is reconciled at ten. */
async function live(
  { running, random, carParks, freezing }: Town,
  day: number,
  closing: Map<string, number>,
): Promise<void> {
  const { scheduler, platform } = running
  const midnight = FIRST_DAY + day * DAY
  await scheduler.moveTo(midnight + 10 * HOUR)
  if (day > 0) for (const carPark of carParks) await reconcile(carPark, midnight - DAY, closing)
  const wallet_state = day % 2 === 1 ? 'FROZEN' : 'NORMAL'
  await platform.db.transaction(async tx => {
    for (const { payer_id } of freezing) await changePayer(tx, payer_id, { wallet_state })
  })
  for (const time of ROUNDS) {
    await scheduler.moveTo(midnight + time)
    for (const carPark of carParks) {
      for (let left = random.between(1, 2); left > 0; left -= 1) await carPark.charge()
      if (random.chance(0.5)) await carPark.refund()
      await carPark.settleAbnormal()
    }
  }
  if (day % 4 === 3) await repayDebts(running, day)
  for (const carPark of carParks) {
    if (day % 6 === 5) await carPark.withdraw()
    if (random.chance(0.2)) await carPark.topUp(random.between(1, 5_000))
  }
  await scheduler.moveTo(midnight + LATE_AT_NIGHT)
  const late: TestPayer[] = []
  for (const carPark of carParks) {
    const driver = await newPayer(platform)
    late.push(driver)
    await carPark.charge(driver)
  }
  await scheduler.moveTo(midnight + DAY + 10 * SECOND)
  for (const { payer_id } of late) await fillWallet(platform, payer_id, 3_000)
}

/** A day of one merchant: bills and own books are even, and each day begins with what the one before has left. */
async function reconcile({ side, books }: CarPark, begin: number, closing: Map<string, number>) {
  const date = new Date(begin + 8 * HOUR).toISOString().slice(0, 10)
  const own = books.recordsOf(begin)
  const trade = side.tradeBill(date)
  assert.deepEqual(await collect(reconcileTradeBill(trade, own)), [], `${side.mchid} on ${date}`)
  const flows = await collect(side.fundFlowBill(date, 'BASIC'))
  assert.deepEqual(await collect(reconcileFundFlow(trade, flows)), [], `${side.mchid} on ${date}`)

  const signed = flows.map(({ direction, amount }) => (direction === 'IN' ? amount : -amount))
  const opening = (flows[0]?.balance ?? 0) - (signed[0] ?? 0)
  assert.equal(opening, closing.get(side.mchid) ?? 0, `${side.mchid} begins ${date} with another balance`)
  const ofOthers = flows.map((flow, index) => (isOwnMovement(flow) ? 0 : (signed[index] ?? 0)))
  const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0)
  assert.equal(sum(signed) - sum(ofOthers), books.movedOn(begin), `${side.mchid} has moved on ${date}`)
  closing.set(side.mchid, opening + sum(signed))
  assert.equal(flows.at(-1)?.balance, closing.get(side.mchid))
}

/** What the merchant has done itself; what is withdrawn for it each night is the platform's doing. */
function isOwnMovement({ business_type, applicant }: { business_type: string; applicant: string }): boolean {
  return (business_type === '充值' || business_type === '提现') && applicant !== 'system'
}

test('two merchants have a month of business, and every morning their own books, the bills and the balances are even', async t => {
  const town = await openTown(t)
  const closing = new Map<string, number>()
  for (let day = 0; day <= DAYS; day += 1) await live(town, day, closing)
  for (const { books, side } of town.carParks) {
    t.diagnostic(`${side.mchid}: ${JSON.stringify([...books.met])}`)
    assert.ok((books.met.get('TRANSACTION.SUCCESS') ?? 0) >= 3 * DAYS)
    for (const met of MET) assert.ok(books.met.has(met), `${side.mchid} has met no ${met}`)
  }
  assert.ok(town.carParks.some(({ notEnough }) => notEnough > 0))
})

/** What each merchant must have met, or the month was too quiet. */
const MET = ['TRANSACTION.PAY_BACK', 'REFUND.SUCCESS', 'REFUND.ABNORMAL']
