import { callErrors } from '../../../calls/errors.ts'
import { gatewayNotifyUrl, integer, oneOf, subMchid, text, time } from '../../../contract/fields.ts'
import { notice } from '../../../contract/notice.ts'
import { inBothModes, operation } from '../../../contract/operation.ts'
import * as Type from '../../../contract/schema.ts'
import { general } from '../../../protocol/general-errors.ts'
import { errors } from './errors.ts'
import { REFUND_NOT_FOUND, REFUND_ORDER_NOT_FOUND, refundRefusals } from './refusals.ts'

const optional = Type.Optional

/** `PROCESSING` accepted and on its way, `SUCCESS` arrived, `CLOSED` given up, `ABNORMAL` could not be paid out. */
export const REFUND_STATUSES = ['SUCCESS', 'CLOSED', 'PROCESSING', 'ABNORMAL'] as const
/** Back the way it came; to the wallet in place of a dead card; after an abnormal refund to another wallet or card. */
export const REFUND_CHANNELS = ['ORIGINAL', 'BALANCE', 'OTHER_BALANCE', 'OTHER_BANKCARD'] as const
/** The merchant's account that pays: unsettled money, the available or the held balance, all of the basic account, or the operation account. */
export const FUNDS_ACCOUNTS = ['UNSETTLED', 'AVAILABLE', 'UNAVAILABLE', 'OPERATION', 'BASIC'] as const
/** What a refund can be paid from when it says so: the available balance, or what is held for profit sharing. */
export const FROM_ACCOUNTS = ['AVAILABLE', 'UNAVAILABLE'] as const
/** The banks whose debit cards an abnormal refund can go to. */
export const ABNORMAL_REFUND_BANKS = [
  'ICBC_DEBIT',
  'ABC_DEBIT',
  'PSBC_DEBIT',
  'CCB_DEBIT',
  'CMB_DEBIT',
  'BOC_DEBIT',
  'COMM_DEBIT',
  'SPDB_DEBIT',
  'GDB_DEBIT',
  'CMBC_DEBIT',
  'PAB_DEBIT',
  'CEB_DEBIT',
  'CIB_DEBIT',
  'CITIC_DEBIT',
  'NBCB_DEBIT',
] as const

const transactionId = text('微信支付订单号', 32)
const outTradeNo = text('商户订单号', 32)
const outRefundNo = text('商户退款单号', 64, {
  pattern: '^[0-9A-Za-z_|*@-]+$',
  description: 'Digits, letters, _, -, |, * and @; unique within your merchant number',
})
const refundId = text('微信支付退款单号', 32)

const from = Type.Array(
  Type.Object({
    account: oneOf('出资账户类型', FROM_ACCOUNTS),
    amount: integer('出资金额', 'In fen', 1),
  }),
  { title: '退款出资账户及金额' },
)

const requestedAmount = {
  refund: integer('退款金额', 'In fen', 1),
  from: optional(from),
  total: integer('原订单金额', 'In fen', 1),
}
const currency = oneOf('退款币种', ['CNY'])

const requestedGoods = Type.Object({
  merchant_goods_id: text('商户侧商品编码', 32),
  wechatpay_goods_id: optional(text('微信支付商品编码', 32)),
  goods_name: optional(text('商品名称', 256)),
  unit_price: integer('商品单价', 'In fen'),
  refund_amount: integer('商品退款金额', 'In fen'),
  refund_quantity: integer('商品退货数量', 'How many'),
})

/** A refund as apply and query give it back. */
const refund = Type.Object({
  refund_id: refundId,
  out_refund_no: outRefundNo,
  transaction_id: transactionId,
  out_trade_no: outTradeNo,
  channel: oneOf('退款渠道', REFUND_CHANNELS),
  user_received_account: text('退款入账账户', 64, {
    description: 'Such as 招商银行信用卡0403, 支付用户零钱',
  }),
  success_time: optional(time('退款成功时间', 'Only with SUCCESS')),
  create_time: time('退款创建时间', 'When it was accepted'),
  status: oneOf('退款状态', REFUND_STATUSES),
  funds_account: optional(oneOf('资金账户', FUNDS_ACCOUNTS, 'The account that paid, once one has')),
  amount: Type.Object({
    total: integer('订单金额', 'In fen', 1),
    refund: integer('退款金额', 'In fen', 1),
    from: optional(from),
    payer_total: integer('用户支付金额', 'In fen'),
    payer_refund: integer('用户退款金额', 'What the payer gets, in fen'),
    settlement_refund: integer(
      '应结退款金额',
      'refund less the coupons that were not paid for beforehand, in fen',
    ),
    settlement_total: integer(
      '应结订单金额',
      'total less the coupons that were not paid for beforehand, in fen',
    ),
    discount_refund: integer('优惠退款金额', 'The part of the coupons, in fen'),
    currency: text('退款币种', 16),
    refund_fee: optional(integer('手续费退款金额', 'The part of the fee that comes back, in fen')),
  }),
  promotion_detail: optional(
    Type.Array(
      Type.Object({
        promotion_id: text('券ID', 32),
        scope: oneOf('优惠范围', ['GLOBAL', 'SINGLE']),
        type: oneOf('优惠类型', ['CASH', 'NOCASH']),
        amount: integer('优惠券面额', 'In fen'),
        refund_amount: integer('优惠退款金额', 'In fen'),
      }),
    ),
  ),
})

/** Both calls that move money; applications that are refused have a limit of their own beside it. */
const limits = { exceeded: general.FREQUENCY_LIMITED, perSecond: 150 } as const

export const createRefund = operation({
  id: 'refunds.createRefund',
  method: 'POST',
  title: { zh: '申请退款', en: 'Apply for a refund' },
  ...inBothModes({
    path: '/v3/refund/domestic/refunds',
    pages: { merchant: '/doc/v3/merchant/4013071036', partner: '/doc/v3/partner/4013080625' },
    request: Type.Object({
      transaction_id: optional(transactionId),
      out_trade_no: optional(outTradeNo),
      out_refund_no: outRefundNo,
      reason: optional(text('退款原因', 80, { description: 'Shown to the user' })),
      notify_url: optional(gatewayNotifyUrl('退款结果回调url')),
      funds_account: optional(
        oneOf(
          '退款资金来源',
          ['AVAILABLE', 'UNSETTLED'],
          'UNSETTLED is for deposits of travel services, and is refused',
        ),
      ),
      amount: Type.Object({ ...requestedAmount, currency }, { title: '金额信息' }),
      goods_detail: optional(Type.Array(requestedGoods, { title: '退款商品' })),
    }),
    partner: Type.Object({
      sub_mchid: subMchid,
      amount: Type.Object({ ...requestedAmount, currency: optional(currency) }, { title: '金额信息' }),
    }),
    reply: refund,
  }),
  errors: [
    general.FREQUENCY_LIMITED,
    general.PARAM_ERROR,
    errors.SUB_MCHID_NOT_ALLOWED,
    errors.MCH_NOT_EXISTS,
    errors.NO_REFUND_RIGHT,
    errors.REFUND_CHANGED,
    errors.REFUND_ORDER_UNKNOWN,
    errors.REFUND_TRANSACTION_UNKNOWN,
    errors.ORDER_NUMBERS_DIFFER,
    errors.REFUND_OVERDUE,
    errors.FULLY_REFUNDED,
    errors.REFUND_ABOVE_REST,
    errors.TOO_MANY_REFUNDS,
    errors.REFUND_TOO_SOON,
    errors.REFUND_SOURCE_WRONG,
    errors.USER_ACCOUNT_ABNORMAL,
    errors.NOT_ENOUGH,
    general.SYSTEM_ERROR,
  ],
  limits: { ...limits, refusedPerSecond: 6 },
  sdk: {
    description:
      'Applies for a refund, by `transaction_id` or `out_trade_no`; amounts in fen. The reply says ' +
      'that it was accepted: `PROCESSING`. A `RefundNotice` and `queryByOutRefundNo` say whether it ' +
      'has arrived.\n\nKeep `out_refund_no` before you send it: the same number is the same refund ' +
      'however often it is sent, and a new one refunds again. On `OutcomeUnknown` and `RateLimited` ' +
      'query first, then send the same number. Throws `NotEnough`, `RefundImpossible`, `NotFound` for ' +
      'an order that is unknown or unpaid, and `InvalidRequest`. An order has at most 50 refunds, a ' +
      'minute apart, within a year.',
    movesMoney: true,
    echoes: ['out_refund_no', 'transaction_id', 'out_trade_no'],
    ifUnknown:
      'The refund may have been accepted. Call queryByOutRefundNo with the same out_refund_no; on ' +
      'NotFound send the same request with the same out_refund_no again. A new number would refund a ' +
      'second time.',
    refusals: [REFUND_ORDER_NOT_FOUND, ...refundRefusals],
  },
})

export const queryByOutRefundNo = operation({
  id: 'refunds.queryByOutRefundNo',
  method: 'GET',
  title: { zh: '查询单笔退款', en: 'Query a refund' },
  ...inBothModes({
    path: '/v3/refund/domestic/refunds/{out_refund_no}',
    pages: { merchant: '/doc/v3/merchant/4013071041', partner: '/doc/v3/partner/4013080626' },
    request: Type.Object({ out_refund_no: outRefundNo }),
    partner: Type.Object({ sub_mchid: subMchid }),
    reply: refund,
  }),
  errors: [
    general.FREQUENCY_LIMITED,
    general.PARAM_ERROR,
    errors.SUB_MCHID_NOT_ALLOWED,
    errors.MCH_NOT_EXISTS,
    errors.REFUND_UNKNOWN,
    general.SYSTEM_ERROR,
  ],
  limits: { exceeded: general.FREQUENCY_LIMITED, perSecond: 300 },
  sdk: {
    description: 'The refund as it is now. Throws `NotFound` when there is none under the number.',
    echoes: ['out_refund_no'],
    replyType: 'Refund',
    refusals: [REFUND_NOT_FOUND],
  },
})

export const createAbnormalRefund = operation({
  id: 'refunds.createAbnormalRefund',
  method: 'POST',
  title: { zh: '发起异常退款', en: 'Settle an abnormal refund' },
  ...inBothModes({
    path: '/v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund',
    pages: { merchant: '/doc/v3/merchant/4013071193', partner: '/doc/v3/partner/4013080627' },
    request: Type.Object({
      refund_id: refundId,
      out_refund_no: outRefundNo,
      type: oneOf('异常退款处理方式', ['USER_BANK_CARD', 'MERCHANT_BANK_CARD']),
      bank_type: optional(
        oneOf('开户银行', ABNORMAL_REFUND_BANKS, 'With USER_BANK_CARD: a debit card of one of these banks'),
      ),
      bank_account: optional(
        text('收款银行卡号', 1024, {
          description: 'With USER_BANK_CARD: the card number, encrypted to the platform',
        }),
      ),
      real_name: optional(
        text('收款用户姓名', 1024, {
          description: 'With USER_BANK_CARD: the card holder, encrypted to the platform',
        }),
      ),
    }),
    partner: Type.Object({ sub_mchid: subMchid }),
    reply: refund,
  }),
  errors: [
    general.FREQUENCY_LIMITED,
    general.PARAM_ERROR,
    callErrors.WECHATPAY_SERIAL_MISSING,
    callErrors.WECHATPAY_SERIAL_WRONG,
    callErrors.CIPHERTEXT_EXPECTED,
    callErrors.DECRYPTION_FAILED,
    errors.SUB_MCHID_NOT_ALLOWED,
    errors.MCH_NOT_EXISTS,
    errors.NO_REFUND_RIGHT,
    errors.REFUND_UNKNOWN,
    errors.REFUND_NUMBERS_DIFFER,
    errors.REFUND_NOT_ABNORMAL,
    general.SYSTEM_ERROR,
  ],
  limits,
  sdk: {
    description:
      "Sends a refund that is `ABNORMAL` to a bank card of the user, or to the merchant's own account. " +
      "Give `bank_account` and `real_name` as plain text: they are encrypted to the platform's key, " +
      'which the call names.\n\nThrows `InvalidRequest` when the refund is not abnormal.',
    movesMoney: true,
    namesPlatformKey: true,
    encrypts: ['bank_account', 'real_name'],
    echoes: ['refund_id', 'out_refund_no'],
    ifUnknown:
      'The refund may be on its new way. Call queryByOutRefundNo: while it is ABNORMAL, the same ' +
      'request may be sent again.',
    refusals: [REFUND_NOT_FOUND, ...refundRefusals],
  },
})

/** Sent to the refund's `notify_url` when it has arrived, could not be paid out, or was given up. */
export const refundResult = notice({
  id: 'refunds.refundResult',
  originalType: 'refund',
  events: {
    'REFUND.SUCCESS': '退款成功',
    'REFUND.ABNORMAL': '退款异常',
    'REFUND.CLOSED': '退款关闭',
  },
  title: { zh: '退款结果通知', en: 'Refund result' },
  pages: { merchant: '/doc/v3/merchant/4013071196', partner: '/doc/v3/partner/4013080628' },
  sdk: {
    types: { notice: 'RefundNotice', resource: 'RefundResult' },
    descriptions: {
      notice:
        'A refund has arrived, could not be paid out, or was given up. Its state is `refund_status` here and `status` in the ' +
        'calls. On `REFUND.ABNORMAL` the user has no account that takes the money: call `createAbnormalRefund`.',
      resource: 'A refund as its notice reports it.',
    },
    needs: ['out_refund_no', 'refund_status'],
  },
  resource: Type.Object({
    mchid: optional(text('直连商户号', 32, { description: 'Merchant mode' })),
    sp_mchid: optional(text('服务商商户号', 32, { description: 'Partner mode' })),
    sub_mchid: optional(text('子商户号', 32, { description: 'Partner mode' })),
    out_trade_no: outTradeNo,
    transaction_id: transactionId,
    out_refund_no: outRefundNo,
    refund_id: refundId,
    refund_status: oneOf('退款状态', ['SUCCESS', 'CLOSED', 'ABNORMAL']),
    success_time: optional(time('退款成功时间', 'Only with SUCCESS')),
    user_received_account: text('退款入账账户', 64),
    amount: Type.Object({
      total: integer('订单金额', 'In fen', 1),
      refund: integer('退款金额', 'In fen', 1),
      payer_total: integer('用户支付金额', 'In fen'),
      payer_refund: integer('用户退款金额', 'In fen'),
    }),
  }),
})

export type Refund = Type.Static<typeof refund>
export type RefundResult = Type.Static<typeof refundResult.resource>
