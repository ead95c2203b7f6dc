import {
  COUPON_REFUSALS,
  type Coupon,
  createStock,
  findCoupon,
  findStock,
  removeCoupon,
  STOCK_REFUSALS,
  type StoredCouponStock,
  sendCoupon,
} from '../funding/coupon-stocks.ts'
import { parseTime } from '../protocol/time.ts'
import type { Statements } from '../store/database.ts'
import * as contract from './coupons.contract.ts'
import { adminEndpoint } from './operation.ts'
import { adminList } from './pages.ts'
import { conflict, notFound } from './problems.ts'
import { shown } from './show.ts'

export const coupons = [
  adminList(
    contract.listCouponStocks,
    { select: 'SELECT stock_id FROM coupon_stocks', key: { stock_id: 'text' } },
    ({ stock_id }: { stock_id: string }, { platform }) => stockOf(platform.db, stock_id),
  ),
  adminEndpoint(contract.getCouponStock, ({ stock_id }, { platform }) => stockOf(platform.db, stock_id)),
  adminEndpoint(contract.putCouponStock, (request, { platform }) =>
    platform.db.transaction(async tx => {
      const { wechatpay_contribute = 0, other_contribute = 0 } = request
      const outcome = await createStock(tx, platform, {
        wechatpay_contribute,
        other_contribute,
        merchant_contribute: Math.max(0, request.amount - wechatpay_contribute - other_contribute),
        transaction_minimum: 0,
        goods_tag: '',
        max_coupons_per_payer: 1,
        available_merchants: [],
        ...request,
        available_begin_time: parseTime(request.available_begin_time) ?? 0,
        available_end_time: parseTime(request.available_end_time) ?? 0,
      })
      if (outcome !== 'done') throw conflict(`${STOCK_REFUSALS[outcome]}.`)
      return stockOf(tx, request.stock_id)
    }),
  ),
  adminEndpoint(contract.putCoupon, (request, { platform }) =>
    platform.db.transaction(async tx => {
      const outcome = await sendCoupon(tx, platform, request)
      if (outcome === 'stock_unknown') throw notFound('coupon stock', request.stock_id)
      if (outcome === 'other_content') throw conflict(ID_USED)
      if (outcome !== 'done') throw conflict(`${COUPON_REFUSALS[outcome]}.`)
      return couponOf(await findCoupon(tx, request.coupon_id), request)
    }),
  ),
  adminEndpoint(contract.deleteCoupon, ({ stock_id, coupon_id }, { platform }) =>
    platform.db.transaction(async tx => {
      await stockOf(tx, stock_id)
      if ((await removeCoupon(tx, stock_id, coupon_id)) === 'in_use')
        throw conflict('The coupon is used, or held by an order that waits for a bank.')
      return { stock_id, coupon_id }
    }),
  ),
  adminEndpoint(contract.getCoupon, async (request, { platform }) =>
    couponOf(await findCoupon(platform.db, request.coupon_id), request),
  ),
  adminList(
    contract.listCoupons,
    {
      select: 'SELECT coupon_id, stock_id, payer_id, state, subject, create_time, use_time FROM coupons',
      filters: { payer_id: 'payer_id', stock_id: 'stock_id' },
      key: { coupon_id: 'text' },
    },
    shownCoupon,
  ),
]

const ID_USED =
  'The coupon_id is used by another payer or of another stock; ids of coupons are unique in the sandbox. Give another coupon_id.'

async function stockOf(db: Statements, stockId: string) {
  const stock: StoredCouponStock | undefined = await findStock(db, stockId)
  if (!stock) throw notFound('coupon stock', stockId)
  return shown(stock, ['available_begin_time', 'available_end_time', 'create_time'])
}

function couponOf(
  coupon: Coupon | undefined,
  { stock_id, coupon_id }: Pick<Coupon, 'stock_id' | 'coupon_id'>,
) {
  if (coupon?.stock_id !== stock_id) throw notFound('coupon', coupon_id)
  return shownCoupon(coupon)
}

function shownCoupon(coupon: Coupon) {
  return shown(coupon as Coupon & { use_time: number }, ['create_time', 'use_time'])
}
