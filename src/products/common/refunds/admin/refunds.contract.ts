import {
  anything,
  count,
  listOf,
  mchid,
  oneOf,
  page,
  shown,
  sum,
  text,
  time,
} from '../../../../admin/fields.ts'
import { transfer } from '../../../../admin/ledger.contract.ts'
import { noticeReference } from '../../../../admin/notices.contract.ts'
import { adminOperation } from '../../../../admin/operation.ts'
import * as Type from '../../../../contract/schema.ts'

export const STATUSES = ['PROCESSING', 'SUCCESS', 'CLOSED', 'ABNORMAL'] as const
const outRefundNo = text("The merchant's refund number", 64)
const outTradeNo = text("The merchant's order number", 32)

const listed = {
  mchid,
  out_refund_no: outRefundNo,
  refund_id: shown('WeChat Pay refund number'),
  sub_mchid: shown('Empty in merchant mode'),
  out_trade_no: outTradeNo,
  transaction_id: shown("The order's WeChat Pay number"),
  status: oneOf('State', STATUSES),
  channel: shown('Where the money went or is going: ORIGINAL, BALANCE, OTHER_BALANCE, OTHER_BANKCARD'),
  user_received_account: shown('The same in words, as the merchant reads it'),
  refund: sum('Asked for'),
  payer_refund: sum('What the payer gets'),
  discount_refund: sum('The part of the coupons'),
  settlement_refund: sum('What the merchant gives, the fee that comes back to it included'),
  refund_fee: sum('The part of the fee that comes back'),
  funds_account: shown("The merchant's account that has paid; empty while it waits for money"),
  create_time: time('When it was accepted'),
  success_time: Type.Optional(time('When it arrived')),
  abnormal_time: Type.Optional(time('When it could not be paid out')),
  closed_time: Type.Optional(time('When it was given up')),
  due_at: Type.Optional(time('When something is done for it next')),
}

const detail = Type.Object({
  ...listed,
  reason: shown('As the user reads it; empty when it was not sent'),
  notify_url: shown('Where notices of it go; empty when there are none'),
  destination: shown(
    "Where the payer's part goes: wallet, advance, card/<card_id>, user_bank_card, merchant_bank_card",
  ),
  unanswered: count('How often a bank gave no clear answer'),
  amount_from: Type.Optional(anything('amount.from as it was sent')),
  goods_detail: Type.Optional(anything('As it was sent')),
  promotion_detail: Type.Optional(anything('What goes back of each coupon')),
  subject: shown('Under which the ledger has it: that of its order'),
  transfers: Type.Array(transfer),
  notices: Type.Array(noticeReference),
})

export const listRefunds = adminOperation({
  name: 'listRefunds',
  method: 'GET',
  path: '/admin/v1/refunds',
  title: 'Refunds, the newest first',
  request: Type.Object({
    mchid: Type.Optional(mchid),
    out_trade_no: Type.Optional(outTradeNo),
    status: Type.Optional(oneOf('State', STATUSES)),
    ...page,
  }),
  reply: listOf(Type.Object(listed)),
  problems: [],
})

export const getRefund = adminOperation({
  name: 'getRefund',
  method: 'GET',
  path: '/admin/v1/merchants/{mchid}/refunds/{out_refund_no}',
  title: 'A refund with its money and its notices',
  request: Type.Object({ mchid, out_refund_no: outRefundNo }),
  reply: detail,
  problems: ['NOT_FOUND'],
})
