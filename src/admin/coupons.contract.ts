import * as Type from '../contract/schema.ts'
import { count, fen, id, integer, listOf, mchid, oneOf, page, payerId, shown, text, time } from './fields.ts'
import { adminOperation } from './operation.ts'

const stockId = id('The stock (批次)')
const couponId = id('The coupon, by a name that no other stock has used')

const MAX_COUPONS = 10_000_000

const stockFields = {
  stock_id: stockId,
  name: text('Name, as promotion_detail shows it', 64),
  scope: oneOf('GLOBAL (全场代金券) or SINGLE (单品优惠)', ['GLOBAL', 'SINGLE'] as const),
  type: oneOf('CASH is paid from money put aside, NOCASH makes the merchant receive less', [
    'CASH',
    'NOCASH',
  ] as const),
  amount: fen('Worth of one coupon', 1),
  wechatpay_contribute: fen('Of it, paid by WeChat Pay'),
  merchant_contribute: fen('Of it, paid by the merchant'),
  other_contribute: fen('Of it, paid by others'),
  transaction_minimum: fen('Lowest total of a charge that it is good for'),
  goods_tag: Type.String({ description: 'A charge must carry it; empty for any charge', maxBytes: 32 }),
  available_begin_time: time('The first instant at which it can be used'),
  available_end_time: time('The first instant at which it cannot be used any more'),
  max_coupons: integer('Coupons in all', 1, MAX_COUPONS),
  max_coupons_per_payer: integer('Coupons of one payer', 1, MAX_COUPONS),
  available_merchants: Type.Unsafe<string[]>({
    type: 'array',
    description: 'Merchant numbers that it is good at; empty for all',
    items: mchid,
    maxItems: 100,
  }),
}

const { stock_id, name, scope, type, amount, available_begin_time, available_end_time, max_coupons } =
  stockFields

const stock = Type.Object({
  ...stockFields,
  distributed_coupons: count('Coupons that were sent'),
  state: oneOf('RUNNING until the end', ['RUNNING', 'ENDED'] as const),
  create_time: time('When it was made'),
})

const coupon = Type.Object({
  coupon_id: couponId,
  stock_id: stockId,
  payer_id: payerId,
  state: oneOf('LOCKED while a bank has not answered', ['SENDED', 'LOCKED', 'USED', 'EXPIRED'] as const),
  subject: shown('Of the order that uses it, in the ledger; empty while it is free'),
  create_time: time('When it was sent'),
  use_time: Type.Optional(time('When it was used')),
})

export const listCouponStocks = adminOperation({
  name: 'listCouponStocks',
  method: 'GET',
  path: '/admin/v1/coupon-stocks',
  title: 'Coupon stocks, in the order of their ids',
  request: Type.Object(page),
  reply: listOf(stock),
  problems: [],
})

export const getCouponStock = adminOperation({
  name: 'getCouponStock',
  method: 'GET',
  path: '/admin/v1/coupon-stocks/{stock_id}',
  title: 'A coupon stock',
  request: Type.Object({ stock_id }),
  reply: stock,
  problems: ['NOT_FOUND'],
})

export const putCouponStock = adminOperation({
  name: 'putCouponStock',
  method: 'PUT',
  path: '/admin/v1/coupon-stocks/{stock_id}',
  title: 'Makes a coupon stock; it never changes',
  description:
    'What is left out is 0 or empty; the merchant pays unless contributions are given; one coupon for a payer.',
  request: Type.Object({
    ...{ stock_id, name, scope, type, amount, available_begin_time, available_end_time, max_coupons },
    wechatpay_contribute: Type.Optional(stockFields.wechatpay_contribute),
    merchant_contribute: Type.Optional(stockFields.merchant_contribute),
    other_contribute: Type.Optional(stockFields.other_contribute),
    transaction_minimum: Type.Optional(stockFields.transaction_minimum),
    goods_tag: Type.Optional(stockFields.goods_tag),
    max_coupons_per_payer: Type.Optional(stockFields.max_coupons_per_payer),
    available_merchants: Type.Optional(stockFields.available_merchants),
  }),
  reply: stock,
  problems: ['CONFLICT'],
})

export const putCoupon = adminOperation({
  name: 'putCoupon',
  method: 'PUT',
  path: '/admin/v1/coupon-stocks/{stock_id}/coupons/{coupon_id}',
  title: 'Sends a coupon to a payer',
  request: Type.Object({ stock_id, coupon_id: couponId, payer_id: payerId }),
  reply: coupon,
  problems: ['NOT_FOUND', 'CONFLICT'],
})

export const getCoupon = adminOperation({
  name: 'getCoupon',
  method: 'GET',
  path: '/admin/v1/coupon-stocks/{stock_id}/coupons/{coupon_id}',
  title: 'A coupon',
  request: Type.Object({ stock_id, coupon_id: couponId }),
  reply: coupon,
  problems: ['NOT_FOUND'],
})

export const deleteCoupon = adminOperation({
  name: 'deleteCoupon',
  method: 'DELETE',
  path: '/admin/v1/coupon-stocks/{stock_id}/coupons/{coupon_id}',
  title: 'Takes back a coupon that is not used',
  description: 'It does not count as sent any more, so another can be sent in its place.',
  request: Type.Object({ stock_id, coupon_id: couponId }),
  reply: Type.Object({ stock_id, coupon_id: couponId }),
  problems: ['NOT_FOUND', 'CONFLICT'],
})

export const listCoupons = adminOperation({
  name: 'listCoupons',
  method: 'GET',
  path: '/admin/v1/coupons',
  title: 'Coupons, in the order of their ids',
  request: Type.Object({ payer_id: Type.Optional(payerId), stock_id: Type.Optional(stock_id), ...page }),
  reply: listOf(coupon),
  problems: [],
})
