import { integer, NOTIFY_URL_PATTERN, oneOf, text } from '../../../contract/fields.ts'
import * as Type from '../../../contract/schema.ts'

/** The fields that the calls and the notice of basic payments share. */

const optional = Type.Optional

/** What the way of paying is called in orders, notices and bills. `JSAPI` is that of mini programs too. */
export const TRADE_TYPES = ['JSAPI', 'NATIVE', 'APP', 'MWEB'] as const
export type TradeType = (typeof TRADE_TYPES)[number]

/** `NOTPAY` waits for its payer; `SUCCESS` paid; `CLOSED` nobody can pay it any more; `REFUND` turned to refund. */
export const TRADE_STATES = ['SUCCESS', 'REFUND', 'NOTPAY', 'CLOSED'] as const

/** What a payer may not pay with, or `balance_only`. */
export const LIMIT_PAY = ['no_balance', 'no_credit', 'no_debit', 'balance_only'] as const

/** The gateway's pattern, as it prints it. */
export const outTradeNo = Type.String({
  title: '商户订单号',
  description: 'Digits, letters, _, -, | and *; unique within your merchant number',
  minBytes: 6,
  maxBytes: 32,
  pattern: String.raw`^[0-9a-zA-Z_\-\|\*]+$`,
})
export const transactionId = text('微信支付订单号', 32)
export const appid = text('公众号ID', 32, { description: 'Bound to the merchant number' })
export const mchid = text('直连商户号', 32)
export const spAppid = text('服务商公众号ID', 32, { description: "The provider's, bound to sp_mchid" })
export const spMchid = text('服务商户号', 32)
export const subAppid = text('子商户公众号ID', 32, { description: 'Bound to sub_mchid' })
export const subMchid = text('子商户号', 32, { description: 'The sub-merchant that the provider acts for' })

const truth = (title: string, description?: string) =>
  Type.Unsafe<boolean>({ type: 'boolean', title, ...(description && { description }) })

/** RFC 3339 with any offset, up to 64 bytes. */
const time = (title: string, description?: string) =>
  Type.String({ title, minBytes: 1, maxBytes: 64, format: 'rfc3339', ...(description && { description }) })

const goods = Type.Object({
  merchant_goods_id: text('商户侧商品编码', 32),
  wechatpay_goods_id: optional(text('微信支付商品编码', 32)),
  goods_name: optional(text('商品名称', 256)),
  quantity: integer('商品数量', 'How many', 1),
  unit_price: integer('商品单价', 'In fen'),
})

const scene = {
  payer_client_ip: text('用户终端IP', 45, { description: 'IPv4 or IPv6 address of the payer' }),
  device_id: optional(text('商户端设备号', 32)),
  store_info: optional(
    Type.Object(
      {
        id: text('门店编号', 32),
        name: optional(text('门店名称', 256)),
        area_code: optional(text('地区编码', 32)),
        address: optional(text('详细地址', 512)),
      },
      { title: '商户门店信息' },
    ),
  ),
}

const h5Info = Type.Object(
  {
    type: text('场景类型', 32, { description: 'iOS, Android or Wap' }),
    app_name: optional(text('应用名称', 64)),
    app_url: optional(text('网站URL', 128)),
    bundle_id: optional(text('iOS平台BundleID', 128)),
    package_name: optional(text('Android平台PackageName', 128)),
  },
  { title: 'H5场景信息' },
)

export const sceneInfo = Type.Object(scene, { title: '场景信息' })
export const h5SceneInfo = Type.Object({ ...scene, h5_info: h5Info }, { title: '场景信息' })

/** The payer's name and document, encrypted to the platform. */
const identity = Type.Object(
  {
    type: oneOf('证件类型', [
      'IDCARD',
      'HONGKONG_MACAO',
      'HONGKONG_MACAO_RESIDENT',
      'TAIWAN_RESIDENT',
      'FOREIGN_RESIDENT',
      'OVERSEA_PASSPORT',
      'PHONE_NUMBER',
    ]),
    number: text('证件号', 1024, { description: 'Encrypted to the platform' }),
    name: text('姓名', 1024, { description: 'Encrypted to the platform' }),
  },
  { title: '实名支付' },
)

export const anyPayer = optional(Type.Object({ identity: optional(identity) }, { title: '支付者' }))
export const merchantPayer = Type.Object(
  {
    openid: text('用户标识', 128, { description: "The payer's under appid" }),
    identity: optional(identity),
  },
  { title: '支付者' },
)
export const partnerPayer = Type.Object(
  {
    sp_openid: optional(text('用户服务标识', 128, { description: "The payer's under sp_appid" })),
    sub_openid: optional(text('用户子标识', 128, { description: "The payer's under sub_appid" })),
    identity: optional(identity),
  },
  { title: '支付者', description: 'One of sp_openid and sub_openid' },
)

/** What every prepay call has in both modes. */
export const prepayFields = {
  description: text('商品描述', 127),
  out_trade_no: outTradeNo,
  time_expire: optional(time('支付结束时间', 'Until when it can be paid')),
  attach: optional(text('附加数据', 128, { description: 'Given back once it is paid' })),
  notify_url: Type.String({
    title: '通知地址',
    description: 'http or https, without ? and #',
    minBytes: 1,
    maxBytes: 255,
    pattern: NOTIFY_URL_PATTERN,
  }),
  goods_tag: optional(text('订单优惠标记', 32, { description: 'Which coupons it can be paid with' })),
  limit_pay: optional(Type.Array(oneOf('支付方式', LIMIT_PAY), { title: '指定支付方式' })),
  support_fapiao: optional(truth('电子发票入口开放标识')),
  amount: Type.Object(
    {
      total: integer('总金额', 'In fen', 1),
      currency: optional(oneOf('货币类型', ['CNY'])),
    },
    { title: '订单金额' },
  ),
  detail: optional(
    Type.Object(
      {
        cost_price: optional(integer('订单原价', 'In fen')),
        invoice_id: optional(text('商品小票ID', 32)),
        goods_detail: optional(Type.Array(goods, { title: '单品列表' })),
      },
      { title: '优惠功能' },
    ),
  ),
  settle_info: optional(
    Type.Object(
      { profit_sharing: optional(truth('分账标识', 'Whether the money is held to be shared')) },
      { title: '结算信息' },
    ),
  ),
} as const

/** What the merchant pays of the interest of 微信分付; calls of JSAPI and App have it. */
export const subsidyInfo = optional(
  Type.Object(
    {
      subsidy_detail: optional(
        Type.Array(
          Type.Object({
            subsidy_period_type: oneOf('贴息方案类型', ['DAILY', 'PERIOD']),
            subsidy_plan: Type.Array(
              Type.Object({
                subsidy_installment_num: Type.Unsafe<3 | 6 | 12>({
                  ...{ type: 'integer', title: '贴息期数', enum: [3, 6, 12] },
                }),
                subsidy_percent: Type.Unsafe<0 | 100>({ type: 'integer', title: '贴息比例', enum: [0, 100] }),
              }),
              { title: '贴息方案列表' },
            ),
          }),
          { title: '贴息详情列表' },
        ),
      ),
    },
    { title: '贴息信息' },
  ),
)

const promotionDetail = Type.Array(
  Type.Object({
    coupon_id: text('券ID', 32),
    name: optional(text('优惠名称', 64)),
    scope: optional(oneOf('优惠范围', ['GLOBAL', 'SINGLE'])),
    type: optional(oneOf('优惠类型', ['CASH', 'NOCASH'])),
    amount: integer('优惠券面额', 'Discount enjoyed, in fen'),
    stock_id: optional(text('活动ID', 32)),
    wechatpay_contribute: optional(integer('微信出资', 'In fen')),
    merchant_contribute: optional(integer('商户出资', 'In fen')),
    other_contribute: optional(integer('其他出资', 'In fen')),
    currency: optional(text('优惠币种', 16)),
    goods_detail: optional(
      Type.Array(
        Type.Object({
          goods_id: text('商品编码', 32),
          quantity: integer('商品数量', 'How many'),
          unit_price: integer('商品单价', 'In fen'),
          discount_amount: integer('商品优惠金额', 'In fen'),
          goods_remark: optional(text('商品备注', 128)),
        }),
        { title: '单品列表' },
      ),
    ),
  }),
  { title: '优惠功能' },
)

/** Before the payment the platform gives the scene back without a device too. */
const shownScene = Type.Object(
  { device_id: Type.String({ title: '商户端设备号', maxBytes: 32 }) },
  { title: '场景信息' },
)

const state = {
  out_trade_no: outTradeNo,
  trade_state: oneOf('交易状态', TRADE_STATES),
  trade_state_desc: text('交易状态描述', 256),
}
const shownAttach = Type.String({ title: '附加数据', maxBytes: 128, description: 'Once it is paid' })
const payment = {
  transaction_id: transactionId,
  trade_type: oneOf('交易类型', TRADE_TYPES),
  bank_type: text('付款银行', 32),
  success_time: time('支付完成时间'),
}
const payerOfMerchant = Type.Object({ openid: text('用户标识', 128) }, { title: '支付者信息' })
const payerOfPartner = Type.Object(
  { sp_openid: text('用户服务标识', 128), sub_openid: optional(text('用户子标识', 128)) },
  { title: '支付者信息' },
)
const ofMerchant = { appid, mchid }
const ofPartner = {
  sp_appid: spAppid,
  sp_mchid: spMchid,
  sub_appid: optional(subAppid),
  sub_mchid: subMchid,
}

const inOrder = {
  ...state,
  transaction_id: optional(payment.transaction_id),
  trade_type: optional(payment.trade_type),
  bank_type: optional(payment.bank_type),
  success_time: optional(payment.success_time),
  attach: optional(shownAttach),
  amount: Type.Object(
    {
      total: integer('总金额', 'In fen', 1),
      payer_total: optional(integer('用户支付金额', 'In fen, once it is paid')),
      currency: optional(text('货币类型', 16, { description: 'Once it is paid' })),
      payer_currency: text('用户支付币种', 16),
    },
    { title: '订单金额' },
  ),
  scene_info: optional(shownScene),
  promotion_detail: optional(promotionDetail),
}

/** An order as queries give it back; before it is paid without number, payer, bank and time. */
export const merchantOrder = Type.Object({ ...ofMerchant, ...inOrder, payer: optional(payerOfMerchant) })
export const partnerOrder = Type.Object({ ...ofPartner, ...inOrder, payer: optional(payerOfPartner) })

/** A paid order as the notice has it; each mode has the fields of its callers. */
export const paidOrder = Type.Object({
  appid: optional(appid),
  mchid: optional(mchid),
  sp_appid: optional(spAppid),
  sp_mchid: optional(spMchid),
  sub_appid: optional(subAppid),
  sub_mchid: optional(subMchid),
  ...state,
  ...payment,
  attach: optional(shownAttach),
  payer: Type.Object(
    {
      openid: optional(text('用户标识', 128)),
      sp_openid: optional(text('用户服务标识', 128)),
      sub_openid: optional(text('用户子标识', 128)),
    },
    { title: '支付者信息' },
  ),
  amount: Type.Object(
    {
      total: integer('总金额', 'In fen', 1),
      payer_total: integer('用户支付金额', 'In fen'),
      currency: text('货币类型', 16),
      payer_currency: text('用户支付币种', 16),
    },
    { title: '订单金额' },
  ),
  scene_info: optional(shownScene),
  promotion_detail: optional(promotionDetail),
})

export type MerchantOrder = Type.Static<typeof merchantOrder>
export type PartnerOrder = Type.Static<typeof partnerOrder>
