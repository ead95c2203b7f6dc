import { contentDigest } from '../../../calls/content-digest.ts'
import type { RequestOf } from '../../../contract/operation.ts'
import { parameterError } from '../../../contract/validate.ts'
import { createRefund } from './contract.ts'

export type RefundRequest = RequestOf<typeof createRefund>

/** Refuses what no order could make right: no order named, sources that do not add up. */
export function requireRefundFields({ transaction_id, out_trade_no, amount }: RefundRequest): void {
  if (transaction_id === undefined && out_trade_no === undefined)
    throw refused('/transaction_id', '', '微信支付订单号和商户订单号必须填写一个')
  if (!amount.from) return
  if (new Set(amount.from.map(({ account }) => account)).size < amount.from.length)
    throw refused('/amount/from', amount.from, '出资账户类型不得重复')
  if (amount.from.reduce((sum, one) => sum + one.amount, 0) !== amount.refund)
    throw refused('/amount/from', amount.from, '出资金额之和必须等于退款金额')
}

/** A provider may leave it out. */
export function currencyOf({ currency }: { currency?: string }): string {
  return currency ?? 'CNY'
}

function refused(pointer: string, value: unknown, issue: string) {
  return parameterError(createRefund, pointer, value, issue)
}

/**
 * Everything that makes two requests under one number the same refund, but for the order: that can be named in two ways, so
 * it is compared with the stored one.
 */
export function refundDigest({ amount, ...request }: RefundRequest, subMchid: string): string {
  return contentDigest([
    subMchid,
    request.reason,
    request.notify_url,
    request.funds_account,
    amount.refund,
    amount.total,
    currencyOf(amount),
    amount.from && JSON.stringify(amount.from.map(({ account, amount: share }) => [account, share])),
    request.goods_detail &&
      JSON.stringify(
        request.goods_detail.map(goods => [
          goods.merchant_goods_id,
          goods.wechatpay_goods_id,
          goods.goods_name,
          goods.unit_price,
          goods.refund_amount,
          goods.refund_quantity,
        ]),
      ),
  ])
}
