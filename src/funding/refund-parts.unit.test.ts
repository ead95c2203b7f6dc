import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Left, refundParts } from './refund-parts.ts'

// How a refund is split, for any order and any steps.

const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0)

/** An order as it is paid: coupons take less than all of it, and the fee is a part of what the merchant receives. */
const order: fc.Arbitrary<Left> = fc
  .record({
    total: fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 10_000_000_000 })),
    shares: fc.array(fc.record({ part: fc.double({ min: 0, max: 1, noNaN: true }), isCash: fc.boolean() }), {
      maxLength: 2,
    }),
    rate: fc.integer({ min: 0, max: 10_000 }),
  })
  .map(({ total, shares, rate }) => {
    let rest = total - 1
    const coupons: Left['coupons'][number][] = []
    for (const [index, { part, isCash }] of shares.entries()) {
      const amount = Math.floor(rest * part)
      if (amount > 0) coupons.push({ coupon_id: String(index), type: isCash ? 'CASH' : 'NOCASH', amount })
      rest -= amount
    }
    const settlement = total - sumOf(coupons.map(({ type, amount }) => (type === 'NOCASH' ? amount : 0)))
    return { total, settlement, fee: Math.round((settlement * rate) / 10_000), coupons }
  })

/** What an order has left after a refund. */
function after(left: Left, refund: number): Left {
  const parts = refundParts(left, refund)
  return {
    total: left.total - refund,
    settlement: left.settlement - parts.settlement_refund,
    fee: left.fee - parts.refund_fee,
    coupons: left.coupons.map((coupon, index) => ({
      ...coupon,
      amount: coupon.amount - (parts.coupons[index] ?? 0),
    })),
  }
}

/** An order with the amounts of up to fifty refunds of it, the last of which takes the rest. */
const refunded = order.chain(left =>
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 49 }).map(steps => ({ left, steps })),
)

function amountsOf(left: Left, steps: readonly number[]): number[] {
  let rest = left.total
  const amounts: number[] = []
  for (const step of steps) {
    const amount = Math.min(rest - 1, Math.max(1, Math.floor(rest * step)))
    if (amount < 1) break
    amounts.push(amount)
    rest -= amount
  }
  return [...amounts, rest]
}

test('whatever the steps, all of every part comes back, and nothing more', () => {
  fc.assert(
    fc.property(refunded, ({ left, steps }) => {
      const rest = amountsOf(left, steps).reduce(after, left)
      const coupons = left.coupons.map(coupon => ({ ...coupon, amount: 0 }))
      assert.deepEqual(rest, { total: 0, settlement: 0, fee: 0, coupons })
    }),
  )
})

test('no part is negative or more than what is left of it, and the parts add up at each step', () => {
  fc.assert(
    fc.property(refunded, ({ left: whole, steps }) => {
      let left = whole
      for (const refund of amountsOf(whole, steps)) {
        const parts = refundParts(left, refund)
        const bounded: [number, number][] = [
          [parts.payer_refund, refund],
          [parts.discount_refund, sumOf(left.coupons.map(({ amount }) => amount))],
          [parts.settlement_refund, left.settlement],
          [parts.refund_fee, Math.min(left.fee, parts.settlement_refund)],
          ...left.coupons.map(({ amount }, index): [number, number] => [parts.coupons[index] ?? -1, amount]),
        ]
        for (const [part, most] of bounded) assert.ok(part >= 0 && part <= most, `${part} of ${most}`)
        assert.equal(parts.payer_refund + parts.discount_refund, refund)
        assert.equal(sumOf(parts.coupons), parts.discount_refund)
        const noCash = parts.coupons.filter((_, index) => left.coupons[index]?.type === 'NOCASH')
        assert.equal(parts.settlement_refund, refund - sumOf(noCash))
        left = after(left, refund)
      }
    }),
  )
})

test('one refund of everything gives each part back as it was', () => {
  fc.assert(
    fc.property(order, left => {
      const parts = refundParts(left, left.total)
      assert.equal(parts.settlement_refund, left.settlement)
      assert.equal(parts.refund_fee, left.fee)
      assert.deepEqual(
        parts.coupons,
        left.coupons.map(({ amount }) => amount),
      )
    }),
  )
})

test('shares are in proportion, rounded down in favour of the payer', () => {
  const left: Left = {
    ...{ total: 1_000, settlement: 950, fee: 6 },
    coupons: [
      { coupon_id: 'a', type: 'CASH', amount: 100 },
      { coupon_id: 'b', type: 'NOCASH', amount: 50 },
    ],
  }
  assert.deepEqual(refundParts(left, 333), {
    // 49.95 of the coupons' 150, of which the first has two thirds.
    ...{ payer_refund: 284, discount_refund: 49, coupons: [32, 17] },
    // 1.99 of the fee of 6.
    ...{ settlement_refund: 316, refund_fee: 1 },
  })
})

test('more than what is left, nothing, and parts of a fen are faults of ours', () => {
  const left: Left = { total: 10, settlement: 10, fee: 0, coupons: [] }
  for (const refund of [0, -1, 11, 1.5, Number.NaN]) {
    assert.throws(() => refundParts(left, refund), /cannot be refunded/)
  }
})
