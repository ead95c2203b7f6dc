import assert from 'node:assert/strict'
import { envelopeOf } from '../notices.ts'
import { chargeOf, PARTNER } from '../parking.ts'
import { assertRefused, type Scenario, scenario } from './scenario.ts'

// What goes wrong on purpose, and how it ends well.

const put = (s: Scenario, kind: string, more: object = {}) =>
  s.admin.put(`/faults/${kind}`, { kind, count: 1, ...more })

/** Charges a fresh stay whose reply a fault corrupts; answers the request, to be sent again. */
async function charge(s: Scenario) {
  const payer = await s.payer({ wallet: 888 })
  return chargeOf(await s.parkFor(payer), { notify_url: s.sink.url, profit_sharing: 'N' })
}

scenario('A charge whose reply is lost is repeated, and the payer pays once', async s => {
  await put(s, 'REPLY_LOST', { call: 'parking.createTransaction' })
  const request = await charge(s)
  await assert.rejects(s.charge(request))
  assert.equal((await s.order(request.out_trade_no)).trade_state, 'ACCEPTED')
  await s.runDue()
  const again = await s.charge(request)
  assert.deepEqual([again.statusCode, again.json<{ trade_state: string }>().trade_state], [200, 'SUCCESS'])
  assert.deepEqual(
    s.received().map(({ event_type }) => event_type),
    ['TRANSACTION.SUCCESS'],
  )
})

scenario('A 500 before the commit leaves no order, and a 500 after it leaves one', async s => {
  await put(s, 'ERROR_BEFORE_COMMIT', { call: 'parking.createTransaction' })
  const before = await charge(s)
  assertRefused(await s.charge(before), 500, 'SYSTEM_ERROR', '出现内部服务器错误')
  assert.equal((await s.query(before.out_trade_no)).statusCode, 404)
  await put(s, 'ERROR_AFTER_COMMIT', { call: 'parking.createTransaction' })
  const after = await charge(s)
  assertRefused(await s.charge(after), 500, 'SYSTEM_ERROR', '出现内部服务器错误')
  assert.equal((await s.order(after.out_trade_no)).trade_state, 'ACCEPTED')
  assert.equal((await s.charge(before)).statusCode, 200)
})

scenario('A refund that is answered with 500 is repeated under its number, and paid once', async s => {
  const payer = await s.payer({ wallet: 888 })
  const out_trade_no = await s.chargeOf(payer)
  await put(s, 'ERROR_AFTER_COMMIT', { call: 'refunds.createRefund' })
  const refund = { out_trade_no, out_refund_no: 'R-1', amount: { refund: 888, total: 888, currency: 'CNY' } }
  assert.equal((await s.refund(refund)).statusCode, 500)
  assert.equal((await s.giveBack(refund)).status, 'PROCESSING')
  await s.pass({ minutes: 5 })
  assert.equal((await s.refundNow('R-1')).status, 'SUCCESS')
  assert.equal((await s.admin.get(`/payers/${payer.payer_id}`)).wallet, 888)
})

scenario('A probe that the merchant acknowledges is followed by the genuine notice', async s => {
  await put(s, 'NOTICE_PROBE')
  await s.chargeOf(await s.payer({ wallet: 888 }))
  assert.match(String(s.sink.received[0]?.headers['wechatpay-signature']), /^WECHATPAY\/SIGNTEST\//)
  await s.pass({ seconds: 15 })
  const [probe, genuine] = s.sink.received
  assert.ok(probe && genuine && s.sink.received.length === 2)
  assert.equal(envelopeOf(genuine).id, envelopeOf(probe).id)
  await s.pass({ hours: 24 })
  assert.equal(s.sink.received.length, 2)
})

scenario('A notice that is never sent is found by the query', async s => {
  await put(s, 'NOTICE_LOST')
  const out_trade_no = await s.chargeOf(await s.payer({ wallet: 888 }))
  await s.pass({ hours: 25 })
  assert.deepEqual(s.received(), [])
  assert.equal((await s.order(out_trade_no)).trade_state, 'SUCCESS')
})

scenario('Notices come twice, late and in the wrong order', async s => {
  await put(s, 'NOTICE_DOUBLED')
  const doubled = await s.chargeOf(await s.payer({ wallet: 888 }))
  assert.deepEqual(
    s.received().map(({ resource }) => resource.out_trade_no),
    [doubled, doubled],
  )
  await put(s, 'NOTICE_DELAYED', { delay_ms: 3_600_000 })
  const late = await s.chargeOf(await s.payer({ wallet: 888 }))
  await put(s, 'NOTICE_REORDERED')
  const overtaken = await s.chargeOf(await s.payer({ wallet: 888 }))
  const next = await s.chargeOf(await s.payer({ wallet: 888 }))
  await s.pass({ hours: 1 })
  assert.deepEqual(
    s.received().map(({ resource }) => resource.out_trade_no),
    [next, overtaken, late],
  )
})

scenario('One merchant has a bad day, and another one does not notice', async s => {
  await s.admin.put('/faults/storm', {
    kind: 'ERROR_BEFORE_COMMIT',
    mchid: '1230000109',
    probability: 5_000,
    seed: 3,
  })
  const statuses = async (caller?: typeof PARTNER) => {
    const found = []
    for (let call = 0; call < 12; call += 1) found.push((await s.query('T-unknown', caller)).statusCode)
    return found
  }
  const storm = await statuses()
  assert.deepEqual([...new Set(storm)].sort(), [404, 500])
  assert.deepEqual([...new Set(await statuses(PARTNER))], [404])
  // The same rule, made anew, gives the same day.
  await s.admin.delete('/faults/storm')
  await s.admin.put('/faults/storm', {
    kind: 'ERROR_BEFORE_COMMIT',
    mchid: '1230000109',
    probability: 5_000,
    seed: 3,
  })
  assert.deepEqual(await statuses(), storm)
})
