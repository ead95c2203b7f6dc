import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from '../../src/testing/index.ts'
import { chargesUnderTest } from '../charges.ts'
import { newPayer } from '../payers.ts'
import { chargePayer, refundOf } from '../refunds.ts'
import { NOW } from '../sandbox.ts'

// The day of an order and the day of its money must be the same, or the trade bill and the fund flow bill of that day differ:
// so both are of one instant, also when midnight comes while they are written.

/** A clock that goes on by a millisecond whenever somebody looks at it. */
function tickingClock() {
  const virtual = virtualClock(NOW)
  const now = () => {
    virtual.advance(1)
    return virtual.now()
  }
  return { ...virtual, now }
}

for (const [source, payer] of [
  ['a wallet', { wallet: 10_000 }],
  ['a card', { cards: [{}] }],
  ['the platform', { advance_limit: 10_000 }],
] satisfies [string, Parameters<typeof newPayer>[1]][]) {
  test(`a charge that ${source} pays and its refund are booked at the instant that the order and the refund name`, async t => {
    const running = await chargesUnderTest(t, { clock: tickingClock() })
    const { platform, call } = running
    const order = await chargePayer(running, await newPayer(platform, payer))
    const body = refundOf(order, 500)
    const reply = await call({ method: 'POST', target: '/v3/refund/domestic/refunds', body })
    assert.equal(reply.statusCode, 200, reply.body)
    const times = await platform.db.get<{ success_time: number; create_time: number }>(
      `SELECT t.success_time, r.create_time FROM orders t JOIN refunds r ON r.out_trade_no = t.out_trade_no`,
    )
    const booked = await platform.db.all<{ kind: string; business_time: number }>(
      `SELECT kind, business_time FROM ledger_transfers WHERE subject LIKE 'order/%' ORDER BY kind`,
    )
    assert.deepEqual(booked, [
      { kind: 'charge', business_time: times?.success_time },
      { kind: 'fee', business_time: times?.success_time },
      { kind: 'fee_return', business_time: times?.create_time },
      { kind: 'refund', business_time: times?.create_time },
    ])
  })
}
