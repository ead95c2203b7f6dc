import * as Type from '../contract/schema.ts'
import { TRADE_STATES } from '../orders/order-state.ts'
import { anything, count, listOf, mchid, oneOf, page, payerId, shown, sum, text, time } from './fields.ts'
import { transfer } from './ledger.contract.ts'
import { noticeReference } from './notices.contract.ts'
import { adminOperation } from './operation.ts'

const outTradeNo = text("The merchant's order number", 32)

const listed = {
  mchid,
  out_trade_no: outTradeNo,
  product: shown('The product that has made it'),
  trade_type: shown('As notices and bills call it'),
  sub_mchid: shown('Empty in merchant mode'),
  transaction_id: Type.Optional(shown('WeChat Pay order number, once it is paid')),
  trade_state: oneOf('State', TRADE_STATES),
  description: shown('What was sold'),
  payer_id: Type.Optional(payerId),
  total: sum('Charged'),
  payer_total: Type.Optional(sum('Paid by the payer')),
  discount_total: Type.Optional(sum('Paid by coupons')),
  settlement_total: Type.Optional(sum('What the merchant got, before the fee')),
  fee: Type.Optional(sum('What the platform kept of it')),
  refund_total: sum('Refunded, or on its way; refunds that were closed do not count'),
  bank_type: Type.Optional(shown('Which source has paid')),
  user_repaid: Type.Optional(oneOf('Whether an advance was paid back', ['Y', 'N'] as const)),
  profit_sharing: shown('Y when the money is held until its release'),
  create_time: time('When it was made'),
  success_time: Type.Optional(time('When it was paid')),
}

const detail = Type.Object({
  ...listed,
  appid: shown('App id'),
  sub_appid: shown('Empty when it was not sent'),
  attach: shown('Empty when it was not sent'),
  goods_tag: shown('Empty when it was not sent'),
  notify_url: shown('Where notices of it go'),
  time_expire: Type.Optional(time('Until when it can be paid; absent when nothing ends that')),
  openid: shown('Of the payer, under the app id'),
  sub_openid: shown('Under sub_appid; empty without'),
  scene: anything('What only its product understands, as JSON'),
  promotion_detail: Type.Optional(anything('Coupons that were used')),
  subject: shown('Under which the ledger has it'),
  transfers: Type.Array(transfer),
  bank_payments: Type.Array(
    Type.Object({
      payment_id: shown('By which the bank knows it'),
      card_id: shown('The card'),
      bank_type: shown('The bank'),
      attempt: count('Which deduction asked for it'),
      amount: sum('Asked for'),
      state: shown('PENDING until the bank has answered'),
      unanswered: count('How often it gave no clear answer'),
    }),
  ),
  hold: Type.Optional(
    Type.Object({
      amount: sum('Held for profit sharing'),
      due_at: Type.Optional(time('When it is released by itself')),
      released_time: Type.Optional(time('When it was released')),
    }),
  ),
  refunds: Type.Array(
    Type.Object({
      out_refund_no: shown("The merchant's refund number"),
      status: shown('State'),
      refund: sum('Asked for'),
      notices: Type.Array(noticeReference),
    }),
  ),
  notices: Type.Array(noticeReference),
})

const path = '/admin/v1/orders/{mchid}/{out_trade_no}'

export const listOrders = adminOperation({
  name: 'listOrders',
  method: 'GET',
  path: '/admin/v1/orders',
  title: 'Orders, the newest first',
  request: Type.Object({
    mchid: Type.Optional(mchid),
    payer_id: Type.Optional(payerId),
    product: Type.Optional(text('Name of the product', 64)),
    trade_state: Type.Optional(oneOf('State', TRADE_STATES)),
    ...page,
  }),
  reply: listOf(Type.Object(listed)),
  problems: [],
})

export const getOrder = adminOperation({
  name: 'getOrder',
  method: 'GET',
  path,
  title: 'An order with its money, its bank payments, its refunds and its notices',
  request: Type.Object({ mchid, out_trade_no: outTradeNo }),
  reply: detail,
  problems: ['NOT_FOUND'],
})

export const releaseOrder = adminOperation({
  name: 'releaseOrder',
  method: 'PUT',
  path: `${path}/release`,
  title: 'Releases the money that is held for profit sharing',
  request: Type.Object({ mchid, out_trade_no: outTradeNo }),
  reply: detail,
  problems: ['NOT_FOUND', 'CONFLICT'],
})
