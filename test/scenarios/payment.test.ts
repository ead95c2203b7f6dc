import assert from 'node:assert/strict'
import { chargeOf, PARTNER } from '../parking.ts'
import { assertRefused, only, scenario } from './scenario.ts'

// Where the money comes from.

const PAYMENT = ['trade_state', 'bank_type', 'user_repaid']

scenario('Paid from the wallet', async s => {
  const payer = await s.payer({ wallet: 1_000 })
  const number = await s.chargeOf(payer)
  const order = await s.order(number)
  assert.deepEqual(only(order, ...PAYMENT), { trade_state: 'SUCCESS', bank_type: 'OTHERS' })
  assert.deepEqual(order.amount, { total: 888, currency: 'CNY', payer_total: 888, discount_total: 0 })
  assert.deepEqual(s.received(), [{ event_type: 'TRANSACTION.SUCCESS', resource: order }])
  assert.equal((await s.admin.get(`/payers/${payer.payer_id}`)).wallet, 112)
})

scenario('Paid from the wallet, for a sub-merchant of a provider', async s => {
  const payer = await s.payer({ wallet: 1_000 })
  const number = await s.chargeOf(payer, { sub_appid: 'wxd678efh567hg6787' }, PARTNER)
  const order = await s.order(number, PARTNER)
  assert.equal(order.trade_state, 'SUCCESS')
  assert.equal(order.sub_mchid, PARTNER.partner.sub_mchid)
  assert.deepEqual(s.received(PARTNER), [{ event_type: 'TRANSACTION.SUCCESS', resource: order }])
  const account = `merchant/${PARTNER.partner.sub_mchid}/pending`
  assert.equal(await s.admin.balance(account), 883)
})

scenario('Wallet empty, the card pays', async s => {
  const payer = await s.payer({ cards: [{ bank_type: 'CMB_DEBIT' }] })
  const order = await s.order(await s.chargeOf(payer))
  assert.deepEqual(only(order, ...PAYMENT), { trade_state: 'SUCCESS', bank_type: 'CMB_DEBIT' })
})

scenario('The first card has no funds, the second pays', async s => {
  const payer = await s.payer({
    cards: [{ bank_type: 'ICBC_DEBIT', behaviour: 'NO_FUNDS' }, { bank_type: 'CCB_CREDIT' }],
  })
  const order = await s.order(await s.chargeOf(payer))
  assert.deepEqual(only(order, ...PAYMENT), { trade_state: 'SUCCESS', bank_type: 'CCB_CREDIT' })
})

scenario('The bank does not answer, and has paid', async s => {
  const payer = await s.payer({ cards: [{ bank_type: 'CMB_DEBIT', behaviour: 'UNKNOWN_THEN_APPROVED' }] })
  const number = await s.chargeOf(payer)
  assert.equal((await s.order(number)).trade_state, 'ACCEPTED')
  assert.deepEqual(s.received(), [])
  await s.pass({ seconds: 15 })
  const order = await s.order(number)
  assert.deepEqual(only(order, ...PAYMENT), { trade_state: 'SUCCESS', bank_type: 'CMB_DEBIT' })
  assert.deepEqual(s.received(), [{ event_type: 'TRANSACTION.SUCCESS', resource: order }])
})

scenario('The bank does not answer, and has refused', async s => {
  const payer = await s.payer({
    cards: [{ bank_type: 'CMB_DEBIT', behaviour: 'UNKNOWN_THEN_REFUSED' }, { bank_type: 'ABC_DEBIT' }],
  })
  const number = await s.chargeOf(payer)
  assert.equal((await s.order(number)).trade_state, 'ACCEPTED')
  await s.pass({ seconds: 15 })
  assert.deepEqual(only(await s.order(number), ...PAYMENT), {
    trade_state: 'SUCCESS',
    bank_type: 'ABC_DEBIT',
  })
})

scenario('All empty: advance, arrears, blocked next entry, repayment, notice', async s => {
  const payer = await s.payer()
  const number = await s.chargeOf(payer)
  const advanced = await s.order(number)
  assert.deepEqual(only(advanced, ...PAYMENT), { trade_state: 'SUCCESS', bank_type: 'BPA', user_repaid: 'N' })
  assert.deepEqual(s.received(), [{ event_type: 'TRANSACTION.SUCCESS', resource: advanced }])

  const next = await s.parkFor(payer)
  const entry = await s.create(next.request)
  assert.deepEqual(only(entry.json(), 'state', 'block_reason'), { state: 'BLOCKED', block_reason: 'OVERDUE' })
  assertRefused(await s.charge(chargeOf(next)), 403, 'NOT_ENOUGH', '用户欠款过多，暂停交易')

  await s.admin.put(`/payers/${payer.payer_id}/top-ups/later`, { amount: 888 })
  const repayment = await s.admin.put(`/payers/${payer.payer_id}/repayments/r1`, { source: 'wallet' })
  assert.deepEqual(only(repayment, 'state', 'amount'), { state: 'PAID', amount: 888 })
  await s.runDue()
  const repaid = await s.order(number)
  assert.deepEqual(repaid, { ...advanced, user_repaid: 'Y' })
  const received = s.received()
  assert.deepEqual(received.map(({ event_type }) => event_type).sort(), [
    'TRANSACTION.PAY_BACK',
    'VEHICLE.ENTRANCE_STATE_CHANGE',
  ])
  assert.deepEqual(received.find(({ event_type }) => event_type === 'TRANSACTION.PAY_BACK')?.resource, repaid)
  const stays = received.filter(({ event_type }) => event_type === 'VEHICLE.ENTRANCE_STATE_CHANGE')
  assert.deepEqual(
    stays.map(({ resource }) => [resource.parking_id, resource.parking_state]),
    [[next.id, 'NORMAL']],
  )
  assert.equal((await s.charge(chargeOf(next))).statusCode, 200)
})

scenario(
  'An advance that is repaid in time makes no arrears',
  async s => {
    const payer = await s.payer({ cards: [{ bank_type: 'CMB_DEBIT', behaviour: 'NO_FUNDS' }] })
    const number = await s.chargeOf(payer)
    await s.pass({ hours: 23 })
    assert.equal((await s.admin.get(`/payers/${payer.payer_id}`)).arrears, 0)
    const card = `${payer.payer_id}-card-1`
    const enough = { bank_type: 'CMB_DEBIT', position: 1, available: 888, behaviour: 'APPROVE' }
    await s.admin.put(`/payers/${payer.payer_id}/cards/${card}`, enough)
    await s.admin.put(`/payers/${payer.payer_id}/repayments/r1`, { source: card })
    await s.runDue()
    assert.equal((await s.order(number)).user_repaid, 'Y')
    await s.pass({ hours: 2 })
    assert.equal((await s.admin.get(`/payers/${payer.payer_id}`)).arrears, 0)
  },
  { rules: { advanceGrace: 24 * 60 * 60 * 1_000 } },
)

scenario(
  'An advance that is not repaid in time makes arrears',
  async s => {
    const payer = await s.payer()
    await s.chargeOf(payer)
    const stay = await s.parkFor(payer)
    s.received()
    await s.pass({ hours: 24 })
    assert.deepEqual(
      s.received().map(({ resource }) => [resource.parking_id, resource.blocked_state_description]),
      [[stay.id, 'OVERDUE']],
    )
  },
  { rules: { advanceGrace: 24 * 60 * 60 * 1_000 } },
)

scenario('No funds and no advance: all attempts, PAY_FAIL, and the stay is charged again', async s => {
  const payer = await s.payer({ advance_limit: 0 })
  const stay = await s.parkFor(payer)
  const { out_trade_no } = await s.accept(stay, { notify_url: s.sink.url, profit_sharing: 'N' })
  await s.pass({ hours: 31, minutes: 10, seconds: 59 })
  assert.equal((await s.order(out_trade_no)).trade_state, 'ACCEPTED')
  await s.pass({ seconds: 1 })
  const failed = await s.order(out_trade_no)
  assert.equal(failed.trade_state, 'PAY_FAIL')
  assert.deepEqual(s.received(), [{ event_type: 'TRANSACTION.FAIL', resource: failed }])
  await s.admin.put(`/payers/${payer.payer_id}/top-ups/later`, { amount: 888 })
  const again = await s.accept(stay, { out_trade_no: 'SECONDTRY', profit_sharing: 'N' })
  await s.runDue()
  assert.equal((await s.order(again.out_trade_no)).trade_state, 'SUCCESS')
})

scenario('The wallet is filled between two attempts', async s => {
  const payer = await s.payer({ advance_limit: 0 })
  const number = await s.chargeOf(payer)
  await s.admin.put(`/payers/${payer.payer_id}/top-ups/later`, { amount: 888 })
  await s.pass({ minutes: 1 })
  assert.equal((await s.order(number)).trade_state, 'SUCCESS')
})

scenario('No funds: PAY_FAIL, and the original number charges again', async s => {
  const payer = await s.payer({ advance_limit: 0 })
  const stay = await s.parkFor(payer)
  const request = chargeOf(stay, { notify_url: s.sink.url })
  assert.equal((await s.charge(request)).statusCode, 200)
  await s.pass({ hours: 31, minutes: 11 })
  const failed = await s.order(request.out_trade_no)
  await s.admin.put(`/payers/${payer.payer_id}/top-ups/later`, { amount: 888 })
  assert.equal((await s.charge(request)).json<{ trade_state: string }>().trade_state, 'ACCEPTED')
  await s.runDue()
  const paid = await s.order(request.out_trade_no)
  assert.deepEqual([failed.trade_state, paid.trade_state], ['PAY_FAIL', 'SUCCESS'])
  assert.deepEqual(s.received(), [
    { event_type: 'TRANSACTION.FAIL', resource: failed },
    { event_type: 'TRANSACTION.SUCCESS', resource: paid },
  ])
})

scenario(
  'A frozen account is refused, and one that is frozen after the acceptance fails at once',
  async s => {
    const payer = await s.payer({ advance_limit: 0, cards: [{ bank_type: 'CMB_DEBIT', available: 0 }] })
    const stay = await s.parkFor(payer)
    await s.admin.put(`/payers/${payer.payer_id}`, { wallet_state: 'FROZEN' })
    assertRefused(await s.charge(chargeOf(stay)), 400, 'INVALID_REQUEST', '用户状态异常')
    await s.admin.put(`/payers/${payer.payer_id}`, { wallet_state: 'NORMAL' })
    const { out_trade_no } = await s.accept(stay)
    await s.runDue()
    assert.equal((await s.order(out_trade_no)).trade_state, 'ACCEPTED')
    await s.admin.put(`/payers/${payer.payer_id}`, { wallet_state: 'FROZEN' })
    await s.pass({ minutes: 1 })
    assert.equal((await s.order(out_trade_no)).trade_state, 'PAY_FAIL')
  },
)

scenario('A merchant without the advance facility waits for the payer', async s => {
  await s.admin.put('/merchants/1230000109', { advance_enabled: false })
  const payer = await s.payer()
  assert.equal((await s.order(await s.chargeOf(payer))).trade_state, 'ACCEPTED')
})

scenario('Profit sharing: the money is held until it is released', async s => {
  const balances = async () => {
    const of = async (book: string) => await s.admin.balance(`merchant/1230000109/${book}`)
    return { held: await of('held'), pending: await of('pending') }
  }
  const first = await s.payer({ wallet: 888 })
  const number = await s.chargeOf(first, { profit_sharing: 'Y' })
  assert.deepEqual(await balances(), { held: 883, pending: 0 })
  await s.admin.put(`/orders/1230000109/${number}/release`)
  assert.deepEqual(await balances(), { held: 0, pending: 883 })
  const second = await s.payer({ wallet: 888 })
  await s.chargeOf(second, { profit_sharing: 'Y' })
  await s.pass({ hours: 30 * 24 })
  assert.equal((await balances()).held, 0)
})

scenario('What was collected becomes available at midnight', async s => {
  const payer = await s.payer({ wallet: 888 })
  await s.chargeOf(payer)
  const available = async () => await s.admin.balance('merchant/1230000109/available')
  await s.pass({ hours: 12, minutes: 14, seconds: 59 })
  assert.equal(await available(), 0)
  await s.pass({ seconds: 1 })
  assert.equal(await available(), 883)
})
