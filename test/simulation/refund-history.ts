import { isDeepStrictEqual } from 'node:util'
import type { Refund, RefundResult } from '../../src/products/common/refunds/contract.ts'
import type { Call } from './merchants.ts'

/** Which statuses may be said of a refund after each, at once or after others. */
export const LATER: Readonly<Record<Refund['status'], readonly Refund['status'][]>> = {
  PROCESSING: ['PROCESSING', 'SUCCESS', 'CLOSED', 'ABNORMAL'],
  // Somebody has said where the money shall go instead, and then it is on its way again.
  ABNORMAL: ['ABNORMAL', 'PROCESSING', 'SUCCESS'],
  SUCCESS: ['SUCCESS'],
  CLOSED: ['CLOSED'],
}

/** What is fixed when a refund is accepted. */
const FIXED = [
  'refund_id',
  'out_refund_no',
  'transaction_id',
  'out_trade_no',
  'create_time',
  'amount',
  'promotion_detail',
] as const

/** What two accounts of one refund contradict each other in, when the second is of a later moment. */
export function refundContradictions(earlier: Refund, later: Refund): string[] {
  const found: string[] = []
  const compare = (what: string, one: unknown, other: unknown) => {
    const [was, is] = [JSON.stringify(one), JSON.stringify(other)]
    if (was !== is) found.push(`${what} of refund ${later.out_refund_no} was ${was} and is ${is}`)
  }
  for (const field of FIXED) compare(field, earlier[field], later[field])
  if (!LATER[earlier.status].includes(later.status)) compare('status', earlier.status, later.status)
  if (earlier.funds_account) compare('funds_account', earlier.funds_account, later.funds_account)
  if (earlier.status === 'SUCCESS') compare('The refund', earlier, later)
  return found
}

/** What a reply about a refund says that cannot be, whatever was said before. */
export function refundImpossibilities(refund: Refund): string[] {
  const { out_refund_no, status, success_time, amount, promotion_detail = [] } = refund
  const unpaid = promotion_detail.filter(({ type }) => type === 'NOCASH')
  const claims: [string, boolean][] = [
    [
      'payer_refund and discount_refund make refund',
      amount.payer_refund + amount.discount_refund === amount.refund,
    ],
    ['the coupons make discount_refund', sumOf(promotion_detail) === amount.discount_refund],
    ['settlement_refund is what was settled', amount.settlement_refund === amount.refund - sumOf(unpaid)],
    ['the fee is a part of settlement_refund', (amount.refund_fee ?? 0) <= amount.settlement_refund],
    [
      'from makes refund',
      !amount.from || amount.from.reduce((sum, part) => sum + part.amount, 0) === amount.refund,
    ],
    ['success_time comes only with SUCCESS', (success_time !== undefined) === (status === 'SUCCESS')],
  ]
  return claims
    .filter(([, holds]) => !holds)
    .map(([claim]) => `Refund ${out_refund_no} breaks "${claim}": ${JSON.stringify(refund)}`)
}

function sumOf(promotions: readonly { refund_amount: number }[]): number {
  return promotions.reduce((sum, { refund_amount }) => sum + refund_amount, 0)
}

/** What a refund is that was accepted for something else than it was applied for. */
export function unlikeItsRequest({ fields, merchant }: Call, refund: Refund): string[] {
  const { out_trade_no, transaction_id, amount } = fields as Partial<Refund>
  const claims: [string, boolean][] = [
    ['of the order that was named', (out_trade_no ?? refund.out_trade_no) === refund.out_trade_no],
    [
      'of the transaction that was named',
      (transaction_id ?? refund.transaction_id) === refund.transaction_id,
    ],
    ['of the amount that was asked for', amount?.refund === refund.amount.refund],
    ["of the merchant's own order", merchant.orders.some(one => one.out_trade_no === refund.out_trade_no)],
  ]
  return claims
    .filter(([, holds]) => !holds)
    .map(([claim]) => `Refund ${refund.out_refund_no} is not ${claim}`)
}

/** What a notice and a later query say differently. */
export function noticeContradictions(notice: RefundResult, queried: Refund): string[] {
  const { total, refund, payer_total, payer_refund } = queried.amount
  const isLast = notice.refund_status === queried.status
  const pairs: [string, unknown, unknown][] = [
    ['refund_id', notice.refund_id, queried.refund_id],
    ['out_trade_no', notice.out_trade_no, queried.out_trade_no],
    ['transaction_id', notice.transaction_id, queried.transaction_id],
    ['amount', notice.amount, { total, refund, payer_total, payer_refund }],
    ...(isLast
      ? ([
          ['success_time', notice.success_time, queried.success_time],
          ['user_received_account', notice.user_received_account, queried.user_received_account],
        ] as [string, unknown, unknown][])
      : []),
  ]
  const found = pairs
    .filter(([, reported, is]) => !isDeepStrictEqual(reported, is))
    .map(
      ([what, ...said]) =>
        `${what} is ${said.map(one => JSON.stringify(one)).join(' in the notice and ')} in the query`,
    )
  if (!LATER[notice.refund_status].includes(queried.status))
    found.push(`the notice says ${notice.refund_status} and the query ${queried.status}`)
  return found.map(what => `Refund ${queried.out_refund_no}: ${what}`)
}

export function refundKey(mchid: string, outRefundNo: string): string {
  return `${mchid}/${outRefundNo}`
}

/** The key of the refund that a notice is about. */
export function refundKeyOf({ mchid, sp_mchid, out_refund_no }: RefundResult): string {
  return refundKey(mchid ?? sp_mchid ?? '', out_refund_no)
}

/** Everything that the platform has said of refunds in replies. */
export class RefundHistory {
  readonly #refunds = new Map<string, Refund>()

  /** The last that was said of each, by its key. */
  get refunds(): ReadonlyMap<string, Refund> {
    return this.#refunds
  }

  /** The platform has said how a refund is; answers what cannot be true beside what it had said when it was asked. */
  tell(key: string, refund: Refund, before: Refund | undefined): string[] {
    const found = refundImpossibilities(refund)
    if (before) found.push(...refundContradictions(before, refund))
    const known = this.#refunds.get(key)
    if (!known || LATER[known.status].includes(refund.status)) this.#refunds.set(key, refund)
    return found
  }
}
