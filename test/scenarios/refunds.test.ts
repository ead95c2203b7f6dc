import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import type { Refund } from '../../src/products/common/refunds/contract.ts'
import { encryptField } from '../../src/protocol/sensitive-field.ts'
import { type Caller, type Fields, MERCHANT, PARTNER } from '../parking.ts'
import { withQuery } from '../platform.ts'
import { assertRefused, only, type Scenario, scenario } from './scenario.ts'

// What becomes of money that goes back. Orders are of 888 fen, of which the platform keeps 5.

const PATH = '/v3/refund/domestic/refunds'
const ACCOUNTS = '/merchants/1230000109'
const NOT_ENOUGH = [403, 'NOT_ENOUGH', '基本账户余额不足，请充值后重新发起'] as const

/** Asks for a refund of so many fen of an order. */
function ask(
  s: Scenario,
  out_trade_no: string,
  refund: number,
  { amount, ...more }: Fields & { amount?: Fields } = {},
  caller: Caller = MERCHANT,
): Promise<LightMyRequestResponse> {
  const body = {
    ...caller.partner,
    ...{ out_trade_no, out_refund_no: `R-${out_trade_no}-${refund}`, notify_url: s.sink.url },
    amount: { refund, total: 888, currency: 'CNY', ...amount },
    ...more,
  }
  return s.call({ method: 'POST', target: PATH, body }, caller.mchid)
}

function accepted(reply: LightMyRequestResponse): Refund {
  assert.equal(reply.statusCode, 200, reply.body)
  return reply.json<Refund>()
}

/** The same, when it is expected to be accepted. */
async function refund(
  s: Scenario,
  ...asked: Parameters<typeof ask> extends [unknown, ...infer A] ? A : never
) {
  return accepted(await ask(s, ...asked))
}

async function query(s: Scenario, outRefundNo: string, { mchid, partner }: Caller = MERCHANT) {
  const target = `${PATH}/${encodeURIComponent(outRefundNo)}`
  return accepted(
    await s.call(
      { method: 'GET', target: partner.sub_mchid ? withQuery(target, { ...partner }) : target },
      mchid,
    ),
  )
}

/** Settles an abnormal refund; what is secret goes encrypted to the platform's certificate. */
async function settle(
  s: Scenario,
  { refund_id, out_refund_no }: Refund,
  how: Fields,
  secret: Record<string, string> = {},
) {
  const { platform_certificate, platform_serial } = s.merchant('1230000109')
  const key = createPublicKey(platform_certificate)
  const encrypted = Object.entries(secret).map(([name, value]) => [name, encryptField(value, key)])
  const body = { out_refund_no, ...how, ...Object.fromEntries(encrypted) }
  const target = `${PATH}/${refund_id}/apply-abnormal-refund`
  return accepted(
    await s.call({ method: 'POST', target, body, headers: { 'Wechatpay-Serial': platform_serial } }),
  )
}

async function books(s: Scenario) {
  const { pending, held, available, operation, refunding } =
    await s.admin.get<Record<string, number>>(ACCOUNTS)
  return { pending, held, available, operation, refunding }
}

const NOTHING = { pending: 0, held: 0, available: 0, operation: 0, refunding: 0 }

async function payerOf(s: Scenario, payer: { payer_id: string }) {
  return only(await s.admin.get(`/payers/${payer.payer_id}`), 'wallet', 'arrears', 'advanced')
}

const eventsOf = (s: Scenario) => s.received().map(({ event_type }) => event_type)

scenario('Refund of a whole order into the wallet', async s => {
  const payer = await s.payer({ wallet: 888 })
  const number = await s.chargeOf(payer)
  s.received()
  const applied = await refund(s, number, 888)
  assert.deepEqual(only(applied, 'status', 'channel', 'user_received_account', 'funds_account'), {
    ...{ status: 'PROCESSING', channel: 'ORIGINAL' },
    ...{ user_received_account: '支付用户零钱', funds_account: 'UNSETTLED' },
  })
  assert.deepEqual(applied.amount, {
    ...{ total: 888, refund: 888, payer_total: 888, payer_refund: 888, discount_refund: 0 },
    ...{ settlement_total: 888, settlement_refund: 888, refund_fee: 5, currency: 'CNY' },
  })
  assert.deepEqual(await books(s), { ...NOTHING, refunding: 888 })
  assert.equal((await s.order(number)).trade_state, 'REFUND')
  assert.deepEqual(s.received(), [])

  await s.pass({ minutes: 5 })
  const done = await query(s, applied.out_refund_no)
  assert.deepEqual(done, { ...applied, status: 'SUCCESS', success_time: '2017-08-26T11:50:00+08:00' })
  const { amount, out_refund_no, refund_id, transaction_id, success_time } = done
  assert.deepEqual(s.received(), [
    {
      event_type: 'REFUND.SUCCESS',
      resource: {
        ...{ mchid: '1230000109', out_trade_no: number, transaction_id, out_refund_no, refund_id },
        ...{ refund_status: 'SUCCESS', success_time, user_received_account: '支付用户零钱' },
        amount: only(amount, 'total', 'refund', 'payer_total', 'payer_refund'),
      },
    },
  ])
  assert.deepEqual(await books(s), NOTHING)
  assert.deepEqual(await payerOf(s, payer), { wallet: 888, arrears: 0, advanced: 0 })
  assert.equal(await s.admin.balance('merchant/1230000109/fees'), 0)
  assert.deepEqual(accepted(await ask(s, number, 888)), done)
})

scenario('Refund in two parts, which make the whole to the fen', async s => {
  const payer = await s.payer({ wallet: 888 })
  const number = await s.chargeOf(payer)
  const first = await refund(s, number, 300)
  assert.deepEqual(only(first.amount, 'payer_refund', 'settlement_refund', 'refund_fee'), {
    ...{ payer_refund: 300, settlement_refund: 300, refund_fee: 1 },
  })
  assert.deepEqual(await books(s), { ...NOTHING, pending: 584, refunding: 300 })
  assertRefused(await ask(s, number, 588), 429, 'FREQUENCY_LIMITED', '同一笔订单的多次退款请间隔1分钟')
  await s.pass({ minutes: 1 })
  assertRefused(await ask(s, number, 589), 400, 'INVALID_REQUEST', '申请退款金额超过订单可退金额')
  const rest = await refund(s, number, 588)
  assert.equal(rest.amount.refund_fee, 4)
  await s.pass({ minutes: 5 })
  assert.deepEqual(await books(s), NOTHING)
  assert.equal((await payerOf(s, payer)).wallet, 888)
  assert.deepEqual(
    (await s.admin.get<{ data: Refund[] }>(`/refunds?mchid=1230000109&out_trade_no=${number}`)).data.map(
      ({ out_refund_no, status }) => [out_refund_no, status],
    ),
    [
      [rest.out_refund_no, 'SUCCESS'],
      [first.out_refund_no, 'SUCCESS'],
    ],
  )
})

scenario('Refund of an order of a sub-merchant', async s => {
  const payer = await s.payer({ wallet: 888 })
  const number = await s.chargeOf(payer, {}, PARTNER)
  s.received(PARTNER)
  const applied = await refund(s, number, 888, {}, PARTNER)
  await s.pass({ minutes: 5 })
  assert.equal((await query(s, applied.out_refund_no, PARTNER)).status, 'SUCCESS')
  const [notice] = s.received(PARTNER)
  assert.deepEqual(only(notice?.resource ?? {}, 'mchid', 'sp_mchid', 'sub_mchid', 'refund_status'), {
    ...{ sp_mchid: PARTNER.mchid, sub_mchid: PARTNER.partner.sub_mchid, refund_status: 'SUCCESS' },
  })
  assert.equal(await s.admin.balance(`merchant/${PARTNER.partner.sub_mchid}/pending`), 0)
})

scenario('Refund of an order with coupons takes from each its share', async s => {
  const payer = await s.payer({ wallet: 1_000 })
  const stock = {
    ...{ available_begin_time: '2017-08-01T00:00:00+08:00', available_end_time: '2017-09-01T00:00:00+08:00' },
    ...{ max_coupons: 10, max_coupons_per_payer: 5 },
  }
  const cash = { name: 'A', scope: 'GLOBAL', type: 'CASH', amount: 100, merchant_contribute: 100 }
  const noCash = { name: 'B', scope: 'SINGLE', type: 'NOCASH', amount: 88, merchant_contribute: 88 }
  for (const [id, kind] of Object.entries({ A: cash, B: noCash })) {
    await s.admin.put(`/coupon-stocks/${id}`, { ...stock, ...kind })
    await s.admin.put(`/coupon-stocks/${id}/coupons/c-${id}`, { payer_id: payer.payer_id })
  }
  const number = await s.chargeOf(payer)
  const fund = await s.admin.balance('coupon/A/fund')
  const half = await refund(s, number, 444)
  assert.deepEqual(half.amount, {
    ...{ total: 888, refund: 444, payer_total: 700, payer_refund: 350, discount_refund: 94 },
    ...{ settlement_total: 800, settlement_refund: 400, refund_fee: 2, currency: 'CNY' },
  })
  const shares = half.promotion_detail?.map(({ promotion_id, type, refund_amount }) => [
    ...[promotion_id, type, refund_amount],
  ])
  assert.deepEqual(shares?.sort(), [
    ['c-A', 'CASH', 50],
    ['c-B', 'NOCASH', 44],
  ])
  await s.pass({ minutes: 5 })
  assert.equal(await s.admin.balance('coupon/A/fund'), fund + 50)
  await refund(s, number, 444, { out_refund_no: 'REST' })
  await s.pass({ minutes: 5 })
  assert.equal(await s.admin.balance('coupon/A/fund'), fund + 100)
  assert.equal((await payerOf(s, payer)).wallet, 1_000)
  assert.deepEqual(await books(s), NOTHING)
})

/** An order that a card has paid, and its refund, whose bank behaves as said. */
async function cardRefund(s: Scenario, refund_behaviour: string) {
  const payer = await s.payer({ cards: [{ bank_type: 'CMB_DEBIT', available: 888 }] })
  const number = await s.chargeOf(payer)
  const path = `/payers/${payer.payer_id}/cards/${payer.payer_id}-card-1`
  await s.admin.put(path, { refund_behaviour })
  s.received()
  const applied = await refund(s, number, 888)
  assert.match(applied.user_received_account, /^招商银行借记卡/)
  await s.pass({ hours: 23, minutes: 59 })
  assert.equal((await query(s, applied.out_refund_no)).status, 'PROCESSING')
  await s.pass({ minutes: 1 })
  const available = async () => {
    const { data } = await s.admin.get<{ data: { available: number }[] }>(`/payers/${payer.payer_id}/cards`)
    return data[0]?.available
  }
  return { payer, number, applied, available }
}

scenario('Refund to a card, the next day', async s => {
  const { applied, available } = await cardRefund(s, 'APPROVE')
  const done = await query(s, applied.out_refund_no)
  assert.deepEqual(only(done, 'status', 'channel', 'user_received_account'), {
    ...{ status: 'SUCCESS', channel: 'ORIGINAL' },
    user_received_account: applied.user_received_account,
  })
  assert.equal(await available(), 888)
  assert.deepEqual(eventsOf(s), ['REFUND.SUCCESS'])
})

scenario('Refund to a card whose bank does not answer, and has taken it', async s => {
  const { applied, available } = await cardRefund(s, 'UNKNOWN_THEN_APPROVED')
  assert.equal((await query(s, applied.out_refund_no)).status, 'PROCESSING')
  await s.pass({ seconds: 15 })
  assert.equal((await query(s, applied.out_refund_no)).status, 'SUCCESS')
  assert.equal(await available(), 888)
})

scenario('Refund to a card that is dead goes into the wallet', async s => {
  const { applied, available, payer } = await cardRefund(s, 'REFUSE')
  assert.deepEqual(
    only(await query(s, applied.out_refund_no), 'status', 'channel', 'user_received_account'),
    { status: 'SUCCESS', channel: 'BALANCE', user_received_account: '支付用户零钱' },
  )
  assert.equal(await available(), 0)
  assert.equal((await payerOf(s, payer)).wallet, 888)
})

/** A refund that could neither go to a dead card nor into a frozen wallet. */
async function abnormal(s: Scenario): Promise<Refund> {
  const payer = await s.payer({ cards: [{ bank_type: 'CMB_DEBIT' }] })
  const number = await s.chargeOf(payer)
  const path = `/payers/${payer.payer_id}`
  await s.admin.put(`${path}/cards/${payer.payer_id}-card-1`, { refund_behaviour: 'REFUSE' })
  await s.admin.put(path, { wallet_state: 'FROZEN' })
  s.received()
  const applied = await refund(s, number, 888)
  await s.pass({ hours: 24 })
  const stuck = await query(s, applied.out_refund_no)
  assert.equal(stuck.status, 'ABNORMAL')
  const [notice, ...others] = s.received()
  assert.deepEqual(
    [notice?.event_type, notice?.resource.refund_status, others],
    ['REFUND.ABNORMAL', 'ABNORMAL', []],
  )
  assert.deepEqual(await books(s), { ...NOTHING, refunding: 888 })
  return stuck
}

scenario('Refund that is ABNORMAL goes to another card of the user', async s => {
  const stuck = await abnormal(s)
  const how = { type: 'USER_BANK_CARD', bank_type: 'ICBC_DEBIT' }
  const secret = { bank_account: '6222021234560403', real_name: '持卡人' }
  const again = await settle(s, stuck, how, secret)
  assert.deepEqual(only(again, 'status', 'channel', 'user_received_account'), {
    ...{ status: 'PROCESSING', channel: 'OTHER_BANKCARD', user_received_account: '工商银行借记卡0403' },
  })
  await s.pass({ hours: 24 })
  assert.equal((await query(s, stuck.out_refund_no)).status, 'SUCCESS')
  assert.deepEqual(eventsOf(s), ['REFUND.SUCCESS'])
  assert.deepEqual(await books(s), NOTHING)
})

scenario('Refund that is ABNORMAL goes to the bank of the merchant', async s => {
  const stuck = await abnormal(s)
  const again = await settle(s, stuck, { type: 'MERCHANT_BANK_CARD' })
  assert.deepEqual(only(again, 'status', 'channel'), { status: 'PROCESSING', channel: 'OTHER_BANKCARD' })
  await s.pass({ hours: 24 })
  const done = await query(s, stuck.out_refund_no)
  assert.deepEqual(only(done, 'status', 'user_received_account'), {
    ...{ status: 'SUCCESS', user_received_account: '商户结算银行账户' },
  })
  assert.deepEqual(eventsOf(s), ['REFUND.SUCCESS'])
  assert.equal(await s.admin.balance('merchant/1230000109/bank'), 888)
  const shown = await s.admin.get<{ notices: { event_type: string }[]; destination: string }>(
    `${ACCOUNTS}/refunds/${stuck.out_refund_no}`,
  )
  assert.equal(shown.destination, 'merchant_bank_card')
  assert.deepEqual(
    shown.notices.map(({ event_type }) => event_type),
    ['REFUND.ABNORMAL', 'REFUND.SUCCESS'],
  )
})

scenario(
  'Refund of a wallet that was frozen meanwhile is ABNORMAL, and of one that is frozen refused',
  async s => {
    const payer = await s.payer({ wallet: 888 * 2 })
    const [first, second] = [await s.chargeOf(payer), await s.chargeOf(payer)]
    const applied = await refund(s, first, 888)
    await s.admin.put(`/payers/${payer.payer_id}`, { wallet_state: 'FROZEN' })
    assertRefused(await ask(s, second, 888), 403, 'USER_ACCOUNT_ABNORMAL', '退款请求失败')
    await s.pass({ minutes: 5 })
    assert.equal((await query(s, applied.out_refund_no)).status, 'ABNORMAL')
    await s.admin.put(`/payers/${payer.payer_id}`, { wallet_state: 'NORMAL' })
    assert.equal((await refund(s, second, 888)).status, 'PROCESSING')
  },
)

scenario('Refund without money is refused; after a top-up the same number is accepted', async s => {
  const payer = await s.payer({ wallet: 888 })
  const number = await s.chargeOf(payer)
  await s.pass({ hours: 13 })
  await s.admin.put(`${ACCOUNTS}/withdrawals/all`, { amount: 883 })
  assertRefused(await ask(s, number, 888), ...NOT_ENOUGH)
  assert.equal((await s.order(number)).trade_state, 'SUCCESS')
  await s.admin.put(`${ACCOUNTS}/top-ups/one`, { amount: 882 })
  assertRefused(await ask(s, number, 888), ...NOT_ENOUGH)
  await s.admin.put(`${ACCOUNTS}/top-ups/two`, { amount: 1 })
  assert.equal((await refund(s, number, 888)).funds_account, 'AVAILABLE')
})

scenario('Refund from the operation account, when the rest was withdrawn', async s => {
  await s.admin.put(ACCOUNTS, { auto_withdrawal: true })
  const payer = await s.payer({ wallet: 888 })
  const number = await s.chargeOf(payer)
  await s.pass({ hours: 13 })
  assert.deepEqual(await books(s), NOTHING)
  assert.equal(await s.admin.balance('merchant/1230000109/bank'), 883)
  assertRefused(await ask(s, number, 888), ...NOT_ENOUGH)
  await s.admin.put(`${ACCOUNTS}/top-ups/one`, { amount: 1_000, account: 'OPERATION' })
  assert.equal((await refund(s, number, 888)).funds_account, 'OPERATION')
  assert.deepEqual(await books(s), { ...NOTHING, operation: 117, refunding: 888 })
  await s.pass({ minutes: 5 })
  assert.equal((await payerOf(s, payer)).wallet, 888)
})

/** An order whose merchant has no money left, and lets refunds wait. */
async function waiting(s: Scenario) {
  await s.admin.put(ACCOUNTS, { refund_without_funds: 'WAIT' })
  const payer = await s.payer({ wallet: 888 })
  const number = await s.chargeOf(payer)
  await s.pass({ hours: 13 })
  await s.admin.put(`${ACCOUNTS}/withdrawals/all`, { amount: 883 })
  s.received()
  const applied = await refund(s, number, 888)
  assert.deepEqual(only(applied, 'status', 'funds_account'), { status: 'PROCESSING' })
  return { payer, number, applied }
}

scenario('Refund that waits for money goes on when there is some', async s => {
  const { payer, applied } = await waiting(s)
  await s.pass({ hours: 24 })
  assert.equal((await query(s, applied.out_refund_no)).status, 'PROCESSING')
  await s.admin.put(`${ACCOUNTS}/top-ups/one`, { amount: 883 })
  await s.pass({ minutes: 15 })
  assert.deepEqual(only(await query(s, applied.out_refund_no), 'status', 'funds_account'), {
    ...{ status: 'SUCCESS', funds_account: 'AVAILABLE' },
  })
  assert.equal((await payerOf(s, payer)).wallet, 888)
  assert.deepEqual(eventsOf(s), ['REFUND.SUCCESS'])
})

scenario('Refund that waits for money is CLOSED after seven days', async s => {
  const { payer, number, applied } = await waiting(s)
  await s.pass({ hours: 7 * 24 - 1 })
  assert.equal((await query(s, applied.out_refund_no)).status, 'PROCESSING')
  await s.pass({ hours: 1 })
  assert.equal((await query(s, applied.out_refund_no)).status, 'CLOSED')
  assert.deepEqual(
    s.received().map(({ event_type, resource }) => [event_type, resource.refund_status]),
    [['REFUND.CLOSED', 'CLOSED']],
  )
  assert.equal((await payerOf(s, payer)).wallet, 0)
  await s.admin.put(`${ACCOUNTS}/top-ups/one`, { amount: 883 })
  const other = await refund(s, number, 888, { out_refund_no: 'ANOTHER' })
  await s.pass({ minutes: 5 })
  assert.equal((await query(s, other.out_refund_no)).status, 'SUCCESS')
})

scenario('Refund of an advance lifts the arrears, and the next stay can be charged', async s => {
  const payer = await s.payer()
  const number = await s.chargeOf(payer)
  const stay = await s.parkFor(payer)
  s.received()
  await refund(s, number, 888)
  assert.deepEqual(await payerOf(s, payer), { wallet: 0, arrears: 888, advanced: 888 })
  await s.pass({ minutes: 5 })
  assert.deepEqual(await payerOf(s, payer), { wallet: 0, arrears: 0, advanced: 0 })
  assert.deepEqual(only(await s.order(number), 'trade_state', 'bank_type', 'user_repaid'), {
    ...{ trade_state: 'REFUND', bank_type: 'BPA', user_repaid: 'Y' },
  })
  // Nobody has paid back, so no TRANSACTION.PAY_BACK is sent.
  const received = s.received()
  assert.deepEqual(received.map(({ event_type }) => event_type).sort(), [
    'REFUND.SUCCESS',
    'VEHICLE.ENTRANCE_STATE_CHANGE',
  ])
  const change = received.find(({ event_type }) => event_type === 'VEHICLE.ENTRANCE_STATE_CHANGE')
  assert.deepEqual(only(change?.resource ?? {}, 'parking_id', 'parking_state'), {
    ...{ parking_id: stay.id, parking_state: 'NORMAL' },
  })
  assert.equal((await s.accept(stay)).trade_state, 'ACCEPTED')
})

scenario(
  'Refund of a part of an advance: the payer pays back the rest, and gets what comes later',
  async s => {
    const payer = await s.payer()
    const number = await s.chargeOf(payer)
    await refund(s, number, 300)
    await s.pass({ minutes: 5 })
    assert.deepEqual(await payerOf(s, payer), { wallet: 0, arrears: 588, advanced: 588 })
    await s.admin.put(`/payers/${payer.payer_id}/top-ups/later`, { amount: 588 })
    s.received()
    const repayment = await s.admin.put(`/payers/${payer.payer_id}/repayments/r-${number}`, {
      source: 'wallet',
    })
    assert.deepEqual(only(repayment, 'state', 'amount'), { state: 'PAID', amount: 588 })
    await s.runDue()
    assert.deepEqual(eventsOf(s), ['TRANSACTION.PAY_BACK'])
    await refund(s, number, 588)
    await s.pass({ minutes: 5 })
    assert.deepEqual(await payerOf(s, payer), { wallet: 588, arrears: 0, advanced: 0 })
  },
)

scenario(
  'Refund of an order with profit sharing: from what is held, and after its release from the rest',
  async s => {
    const payer = await s.payer({ wallet: 888 })
    const number = await s.chargeOf(payer, { profit_sharing: 'Y' })
    const half = await refund(s, number, 444)
    assert.equal(half.funds_account, 'UNAVAILABLE')
    assert.deepEqual(await books(s), { ...NOTHING, held: 441, refunding: 444 })
    await s.admin.put(`/orders/1230000109/${number}/release`)
    assert.equal((await books(s)).pending, 441)
    await s.pass({ minutes: 5 })
    const rest = await refund(s, number, 444, { out_refund_no: 'REST' })
    assert.deepEqual([rest.funds_account, rest.amount.refund_fee], ['UNSETTLED', 3])
    await s.pass({ minutes: 5 })
    assert.deepEqual(await books(s), NOTHING)
    assert.equal((await payerOf(s, payer)).wallet, 888)
  },
)

scenario('Refund of an order with profit sharing: from two accounts, as the merchant says', async s => {
  const payer = await s.payer({ wallet: 888 })
  const number = await s.chargeOf(payer, { profit_sharing: 'Y' })
  await s.admin.put(`${ACCOUNTS}/top-ups/one`, { amount: 500 })
  const from = [
    { account: 'AVAILABLE', amount: 400 },
    { account: 'UNAVAILABLE', amount: 488 },
  ]
  const applied = await refund(s, number, 888, { amount: { from } })
  assert.deepEqual(applied.amount.from, from)
  const { held = 0, available = 0, refunding } = await books(s)
  assert.equal(refunding, 888)
  assert.ok(available >= 100 && available < 500 && held > 0)
  assert.equal(held + available, 500)
  await s.pass({ minutes: 5 })
  assert.equal((await query(s, applied.out_refund_no)).status, 'SUCCESS')
})
