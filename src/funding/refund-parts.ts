/** What an order has left for refunds, in fen: what was paid less what earlier refunds have taken. */
export interface Left {
  total: number
  /** What the merchant has received of it, before the fee. */
  settlement: number
  /** What the platform has kept. */
  fee: number
  coupons: readonly CouponLeft[]
}

/** A coupon of the order, as far as it is not refunded. */
export interface CouponLeft {
  coupon_id: string
  /** What a `NOCASH` coupon took off, the merchant never received. */
  type: 'CASH' | 'NOCASH'
  amount: number
}

/** What a refund takes from each part of its order, in fen. */
export interface RefundParts {
  /** What the payer gets; with the coupons it is all of the refund. */
  payer_refund: number
  discount_refund: number
  settlement_refund: number
  refund_fee: number
  /** In the order of the coupons that were given. */
  coupons: number[]
}

/**
 * Splits a refund of at most `left.total` in proportion to what is left. Each part is rounded down in favour of the payer,
 * none is more than what is left of it, and a refund of all that is left takes all of each: whatever the steps, they add
 * up to the order.
 */
export function refundParts(left: Left, refund: number): RefundParts {
  if (!Number.isSafeInteger(refund) || refund < 1 || refund > left.total) {
    throw new RangeError(`${refund} of ${left.total} fen cannot be refunded`)
  }
  const discountLeft = sumOf(left.coupons.map(({ amount }) => amount))
  const discount_refund = share(discountLeft, refund, left.total)
  const coupons = couponParts(left.coupons, discount_refund, discountLeft)
  const neverReceived = sumOf(coupons.filter((_, index) => left.coupons[index]?.type === 'NOCASH'))
  const settlement_refund = refund - neverReceived
  return {
    payer_refund: refund - discount_refund,
    discount_refund,
    settlement_refund,
    refund_fee: share(left.fee, settlement_refund, left.settlement),
    coupons,
  }
}

/** Each coupon gets its share of what the ones before it have left over, so that the shares add up. */
function couponParts(coupons: readonly CouponLeft[], discount: number, discountLeft: number): number[] {
  let rest = discount
  let restLeft = discountLeft
  return coupons.map(({ amount }) => {
    const part = share(amount, rest, restLeft)
    rest -= part
    restLeft -= amount
    return part
  })
}

/** `amount * part / whole`, rounded down; all of it when the part is the whole. The product may be beyond safe integers. */
export function share(amount: number, part: number, whole: number): number {
  return part === whole ? amount : Number((BigInt(amount) * BigInt(part)) / BigInt(whole))
}

function sumOf(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0)
}
