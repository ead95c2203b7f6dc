// Generated from the contracts: change those, and run `npm run generate`.

import { NoStatement, NotEnough, RefundImpossible, StatementCreating } from '../refusals.ts'
import type { CallRules, Mode } from '../transport/operations.ts'

/** What `createRefund` is called with. */
export interface RefundsCreateRefundRequest {
  /** 微信支付订单号: at most 32 bytes */
  transaction_id?: string
  /** 商户订单号: at most 32 bytes */
  out_trade_no?: string
  /** 商户退款单号: Digits, letters, _, -, |, * and @; unique within your merchant number; at most 64 bytes */
  out_refund_no: string
  /** 退款原因: Shown to the user; at most 80 bytes */
  reason?: string
  /** 退款结果回调url: http or https, without ? and #; at most 256 bytes */
  notify_url?: string
  /** 退款资金来源: UNSETTLED is for deposits of travel services, and is refused */
  funds_account?: 'AVAILABLE' | 'UNSETTLED'
  /** 金额信息 */
  amount: {
    /** 退款金额: In fen; at least 1 */
    refund: number
    /** 退款出资账户及金额 */
    from?: Array<{
      /** 出资账户类型 */
      account: 'AVAILABLE' | 'UNAVAILABLE'
      /** 出资金额: In fen; at least 1 */
      amount: number
    }>
    /** 原订单金额: In fen; at least 1 */
    total: number
    /** 退款币种 */
    currency: 'CNY'
  }
  /** 退款商品 */
  goods_detail?: Array<{
    /** 商户侧商品编码: at most 32 bytes */
    merchant_goods_id: string
    /** 微信支付商品编码: at most 32 bytes */
    wechatpay_goods_id?: string
    /** 商品名称: at most 256 bytes */
    goods_name?: string
    /** 商品单价: In fen */
    unit_price: number
    /** 商品退款金额: In fen */
    refund_amount: number
    /** 商品退货数量: How many */
    refund_quantity: number
  }>
}

/** What `createRefund` and `queryByOutRefundNo` and `createAbnormalRefund` answers. */
export interface Refund {
  /** 微信支付退款单号 */
  refund_id: string
  /** 商户退款单号: Digits, letters, _, -, |, * and @; unique within your merchant number */
  out_refund_no: string
  /** 微信支付订单号 */
  transaction_id: string
  /** 商户订单号 */
  out_trade_no: string
  /** 退款渠道 */
  channel: 'ORIGINAL' | 'BALANCE' | 'OTHER_BALANCE' | 'OTHER_BANKCARD'
  /** 退款入账账户: Such as 招商银行信用卡0403, 支付用户零钱 */
  user_received_account: string
  /** 退款成功时间: Only with SUCCESS */
  success_time?: string
  /** 退款创建时间: When it was accepted */
  create_time: string
  /** 退款状态 */
  status: 'SUCCESS' | 'CLOSED' | 'PROCESSING' | 'ABNORMAL'
  /** 资金账户: The account that paid, once one has */
  funds_account?: 'UNSETTLED' | 'AVAILABLE' | 'UNAVAILABLE' | 'OPERATION' | 'BASIC'
  amount: {
    /** 订单金额: In fen */
    total: number
    /** 退款金额: In fen */
    refund: number
    /** 退款出资账户及金额 */
    from?: Array<{
      /** 出资账户类型 */
      account: 'AVAILABLE' | 'UNAVAILABLE'
      /** 出资金额: In fen */
      amount: number
    }>
    /** 用户支付金额: In fen */
    payer_total: number
    /** 用户退款金额: What the payer gets, in fen */
    payer_refund: number
    /** 应结退款金额: refund less the coupons that were not paid for beforehand, in fen */
    settlement_refund: number
    /** 应结订单金额: total less the coupons that were not paid for beforehand, in fen */
    settlement_total: number
    /** 优惠退款金额: The part of the coupons, in fen */
    discount_refund: number
    /** 退款币种 */
    currency: string
    /** 手续费退款金额: The part of the fee that comes back, in fen */
    refund_fee?: number
  }
  promotion_detail?: Array<{
    /** 券ID */
    promotion_id: string
    /** 优惠范围 */
    scope: 'GLOBAL' | 'SINGLE'
    /** 优惠类型 */
    type: 'CASH' | 'NOCASH'
    /** 优惠券面额: In fen */
    amount: number
    /** 优惠退款金额: In fen */
    refund_amount: number
  }>
}

/** What `createRefund` is called with in partner mode. */
export interface PartnerRefundsCreateRefundRequest {
  /** 微信支付订单号: at most 32 bytes */
  transaction_id?: string
  /** 商户订单号: at most 32 bytes */
  out_trade_no?: string
  /** 商户退款单号: Digits, letters, _, -, |, * and @; unique within your merchant number; at most 64 bytes */
  out_refund_no: string
  /** 退款原因: Shown to the user; at most 80 bytes */
  reason?: string
  /** 退款结果回调url: http or https, without ? and #; at most 256 bytes */
  notify_url?: string
  /** 退款资金来源: UNSETTLED is for deposits of travel services, and is refused */
  funds_account?: 'AVAILABLE' | 'UNSETTLED'
  /** 金额信息 */
  amount: {
    /** 退款金额: In fen; at least 1 */
    refund: number
    /** 退款出资账户及金额 */
    from?: Array<{
      /** 出资账户类型 */
      account: 'AVAILABLE' | 'UNAVAILABLE'
      /** 出资金额: In fen; at least 1 */
      amount: number
    }>
    /** 原订单金额: In fen; at least 1 */
    total: number
    /** 退款币种 */
    currency?: 'CNY'
  }
  /** 退款商品 */
  goods_detail?: Array<{
    /** 商户侧商品编码: at most 32 bytes */
    merchant_goods_id: string
    /** 微信支付商品编码: at most 32 bytes */
    wechatpay_goods_id?: string
    /** 商品名称: at most 256 bytes */
    goods_name?: string
    /** 商品单价: In fen */
    unit_price: number
    /** 商品退款金额: In fen */
    refund_amount: number
    /** 商品退货数量: How many */
    refund_quantity: number
  }>
  /** 子商户号: The sub-merchant that the provider acts for; at most 32 bytes */
  sub_mchid: string
}

/** What `queryByOutRefundNo` is called with. */
export interface RefundsQueryByOutRefundNoRequest {
  /** 商户退款单号: Digits, letters, _, -, |, * and @; unique within your merchant number; at most 64 bytes */
  out_refund_no: string
}

/** What `queryByOutRefundNo` is called with in partner mode. */
export interface PartnerRefundsQueryByOutRefundNoRequest extends RefundsQueryByOutRefundNoRequest {
  /** 子商户号: The sub-merchant that the provider acts for; at most 32 bytes */
  sub_mchid: string
}

/** What `createAbnormalRefund` is called with. */
export interface RefundsCreateAbnormalRefundRequest {
  /** 微信支付退款单号: at most 32 bytes */
  refund_id: string
  /** 商户退款单号: Digits, letters, _, -, |, * and @; unique within your merchant number; at most 64 bytes */
  out_refund_no: string
  /** 异常退款处理方式 */
  type: 'USER_BANK_CARD' | 'MERCHANT_BANK_CARD'
  /** 开户银行: With USER_BANK_CARD: a debit card of one of these banks */
  bank_type?:
    | 'ICBC_DEBIT'
    | 'ABC_DEBIT'
    | 'PSBC_DEBIT'
    | 'CCB_DEBIT'
    | 'CMB_DEBIT'
    | 'BOC_DEBIT'
    | 'COMM_DEBIT'
    | 'SPDB_DEBIT'
    | 'GDB_DEBIT'
    | 'CMBC_DEBIT'
    | 'PAB_DEBIT'
    | 'CEB_DEBIT'
    | 'CIB_DEBIT'
    | 'CITIC_DEBIT'
    | 'NBCB_DEBIT'
  /** 收款银行卡号: With USER_BANK_CARD: the card number, encrypted to the platform; at most 1024 bytes */
  bank_account?: string
  /** 收款用户姓名: With USER_BANK_CARD: the card holder, encrypted to the platform; at most 1024 bytes */
  real_name?: string
}

/** What `createAbnormalRefund` is called with in partner mode. */
export interface PartnerRefundsCreateAbnormalRefundRequest extends RefundsCreateAbnormalRefundRequest {
  /** 子商户号: The sub-merchant that the provider acts for; at most 32 bytes */
  sub_mchid: string
}

/** What `listCertificates` is called with. */
export interface CertificatesListCertificatesRequest {
  /** 算法类型: RSA unless said */
  algorithm_type?: 'RSA' | 'SM2' | 'ALL'
}

/** What `listCertificates` answers. */
export interface CertificatesListCertificatesReply {
  data: Array<{
    /** 平台证书序列号 */
    serial_no: string
    /** 证书启用时间 */
    effective_time: string
    /** 证书弃用时间 */
    expire_time: string
    encrypt_certificate: {
      /** 加密算法 */
      algorithm: 'AEAD_AES_256_GCM' | 'AEAD_SM4_GCM'
      /** 随机串 */
      nonce: string
      /** 附加数据 */
      associated_data: 'certificate'
      /** 证书密文: The PEM of the certificate, sealed */
      ciphertext: string
    }
  }>
}

/** What `securityEcho` is called with. */
export interface SecuritySecurityEchoRequest {
  /** 回显信息: Any text; as long as one encrypted field can be; at most 214 bytes */
  echo_message: string
  /** 加密的回显信息: RSAES-OAEP with SHA-1, Base64; at most 1024 bytes */
  encrypted_echo_message?: string
  /** 回调通知url: at most 256 bytes */
  notify_url?: string
}

/** What `securityEcho` answers. */
export interface SecuritySecurityEchoReply {
  /** 回显信息: Any text; as long as one encrypted field can be */
  echo_message: string
  /** 加密的回显信息: RSAES-OAEP with SHA-1, Base64 */
  encrypted_echo_message?: string
}

/** What `getTradeBill` is called with. */
export interface BillsGetTradeBillRequest {
  /** 账单日期: yyyy-MM-dd in Beijing time, within the last three months; at most 10 bytes */
  bill_date: string
  /** 账单类型: ALL when absent */
  bill_type?: 'ALL' | 'SUCCESS' | 'REFUND'
  /** 压缩类型: The file is compressed; plain when absent */
  tar_type?: 'GZIP'
}

/** What `getTradeBill` and `getFundFlowBill` answers. */
export interface BillsGetTradeBillReply {
  /** 哈希类型 */
  hash_type: 'SHA1'
  /** 哈希值: Of the file before encryption and compression, hexadecimal */
  hash_value: string
  /** 账单下载地址: Good for five minutes, for the same merchant number */
  download_url: string
}

/** What `getTradeBill` is called with in partner mode. */
export interface PartnerBillsGetTradeBillRequest extends BillsGetTradeBillRequest {
  /** 子商户号: All sub-merchants of the provider when absent; at most 32 bytes */
  sub_mchid?: string
}

/** What `getFundFlowBill` is called with. */
export interface BillsGetFundFlowBillRequest {
  /** 账单日期: yyyy-MM-dd in Beijing time, within the last three months; at most 10 bytes */
  bill_date: string
  /** 资金账户类型 */
  account_type?: 'BASIC' | 'OPERATION' | 'FEES'
  /** 压缩类型: The file is compressed; plain when absent */
  tar_type?: 'GZIP'
}

/** What `getSubMerchantFundFlowBill` is called with. */
export interface BillsGetSubMerchantFundFlowBillRequest {
  /** 子商户号: at most 32 bytes */
  sub_mchid: string
  /** 账单日期: yyyy-MM-dd in Beijing time, within the last three months; at most 10 bytes */
  bill_date: string
  /** 资金账户类型 */
  account_type: 'BASIC' | 'OPERATION' | 'FEES'
  /** 加密算法 */
  algorithm: 'AEAD_AES_256_GCM'
  /** 压缩类型: The file is compressed; plain when absent */
  tar_type?: 'GZIP'
}

/** What `getSubMerchantFundFlowBill` answers. */
export interface BillsGetSubMerchantFundFlowBillReply {
  /** 下载信息总数 */
  download_bill_count: number
  download_bill_list: Array<{
    /** 账单文件序号 */
    bill_sequence: number
    /** 账单下载地址: Good for five minutes, for the same merchant number */
    download_url: string
    /** 加密密钥: The file's key, encrypted to the certificate that signed the request */
    encrypt_key: string
    /** 哈希类型 */
    hash_type: 'SHA1'
    /** 哈希值: Of the file before encryption and compression, hexadecimal */
    hash_value: string
    /** 随机字符串 */
    nonce: string
  }>
}

/** What `downloadBill` is called with. */
export interface BillsDownloadBillRequest {
  /** 下载凭证: As the download URL has it; at most 2048 bytes */
  token: string
  /** 压缩类型: As the download URL has it; at most 16 bytes */
  tartype?: string
}

/** The calls of common products. */
export interface CommonCalls {
  'refunds.createRefund': {
    merchant: { request: RefundsCreateRefundRequest; reply: Refund }
    partner: { request: PartnerRefundsCreateRefundRequest; reply: Refund }
  }
  'refunds.queryByOutRefundNo': {
    merchant: { request: RefundsQueryByOutRefundNoRequest; reply: Refund }
    partner: { request: PartnerRefundsQueryByOutRefundNoRequest; reply: Refund }
  }
  'refunds.createAbnormalRefund': {
    merchant: { request: RefundsCreateAbnormalRefundRequest; reply: Refund }
    partner: { request: PartnerRefundsCreateAbnormalRefundRequest; reply: Refund }
  }
  'certificates.listCertificates': {
    merchant: { request: CertificatesListCertificatesRequest; reply: CertificatesListCertificatesReply }
    partner: { request: CertificatesListCertificatesRequest; reply: CertificatesListCertificatesReply }
  }
  'security.securityEcho': {
    merchant: { request: SecuritySecurityEchoRequest; reply: SecuritySecurityEchoReply }
    partner: { request: SecuritySecurityEchoRequest; reply: SecuritySecurityEchoReply }
  }
  'bills.getTradeBill': {
    merchant: { request: BillsGetTradeBillRequest; reply: BillsGetTradeBillReply }
    partner: { request: PartnerBillsGetTradeBillRequest; reply: BillsGetTradeBillReply }
  }
  'bills.getFundFlowBill': {
    merchant: { request: BillsGetFundFlowBillRequest; reply: BillsGetTradeBillReply }
    partner: { request: BillsGetFundFlowBillRequest; reply: BillsGetTradeBillReply }
  }
  'bills.getSubMerchantFundFlowBill': {
    partner: { request: BillsGetSubMerchantFundFlowBillRequest; reply: BillsGetSubMerchantFundFlowBillReply }
  }
  'bills.downloadBill': {
    merchant: { request: BillsDownloadBillRequest; reply: never }
    partner: { request: BillsDownloadBillRequest; reply: never }
  }
}

/** The calls of `client.refunds`. */
export interface RefundsClient<M extends Mode> {
  /**
   * 申请退款. Applies for a refund, by `transaction_id` or `out_trade_no`; amounts in fen. The reply says that it was
   * accepted: `PROCESSING`. A `RefundNotice` and `queryByOutRefundNo` say whether it has arrived.
   *
   * Keep `out_refund_no` before you send it: the same number is the same refund however often it is sent, and a
   * new one refunds again. On `OutcomeUnknown` and `RateLimited` query first, then send the same number. Throws
   * `NotEnough`, `RefundImpossible`, `NotFound` for an order that is unknown or unpaid, and `InvalidRequest`. An
   * order has at most 50 refunds, a minute apart, within a year.
   *
   * Official pages: merchant 4013071036, partner 4013080625.
   */
  createRefund(
    request: { merchant: RefundsCreateRefundRequest; partner: PartnerRefundsCreateRefundRequest }[M],
  ): Promise<Refund>

  /**
   * 查询单笔退款. The refund as it is now. Throws `NotFound` when there is none under the number.
   *
   * Official pages: merchant 4013071041, partner 4013080626.
   */
  queryByOutRefundNo(
    request: {
      merchant: RefundsQueryByOutRefundNoRequest
      partner: PartnerRefundsQueryByOutRefundNoRequest
    }[M],
  ): Promise<Refund>

  /**
   * 发起异常退款. Sends a refund that is `ABNORMAL` to a bank card of the user, or to the merchant's own account. Give
   * `bank_account` and `real_name` as plain text: they are encrypted to the platform's key, which the call names.
   *
   * Throws `InvalidRequest` when the refund is not abnormal.
   *
   * Official pages: merchant 4013071193, partner 4013080627.
   */
  createAbnormalRefund(
    request: {
      merchant: RefundsCreateAbnormalRefundRequest
      partner: PartnerRefundsCreateAbnormalRefundRequest
    }[M],
  ): Promise<Refund>
}

/** The calls of `client.certificates`. */
export interface CertificatesClient {
  /**
   * 获取平台证书列表. The platform certificates, still sealed. A client needs no call of this: it downloads, opens and
   * renews them by itself.
   *
   * Throws `NotFound` for a merchant of the public key only.
   *
   * Official pages: merchant 4012551764.
   */
  listCertificates(request?: CertificatesListCertificatesRequest): Promise<CertificatesListCertificatesReply>
}

/** The calls of `client.security`. */
export interface SecurityClient {
  /**
   * 商户签名验签/加解密测试. Gives a message back: one call that proves keys, signatures and encryption. Encrypted text is
   * made with `sensitive.encrypt`.
   *
   * Official pages: partner 4015139289.
   */
  securityEcho(request: SecuritySecurityEchoRequest): Promise<SecuritySecurityEchoReply>
}

/** The calls of `client.bills`. */
export interface BillsClient<M extends Mode> {
  /**
   * 申请交易账单. Applies for the bill of the orders paid and the refunds accepted on a day; of one sub-merchant, or of
   * all of the provider. The reply has the download URL, which is good for five minutes.
   *
   * Throws `NoStatement` when there is no bill for the day, and `StatementCreating` while it is being made.
   *
   * Official pages: merchant 4012791866, partner get-trade-bill.
   */
  getTradeBill(
    request: { merchant: BillsGetTradeBillRequest; partner: PartnerBillsGetTradeBillRequest }[M],
  ): Promise<BillsGetTradeBillReply>

  /**
   * 申请资金账单. Applies for the bill of what went into and out of an account on a day. The reply has the download URL,
   * which is good for five minutes. At most three applications in a second.
   *
   * Official pages: merchant 4012791867, partner get-fund-bill.
   */
  getFundFlowBill(request: BillsGetFundFlowBillRequest): Promise<BillsGetTradeBillReply>
}

/** The calls of `client.bills` in partner mode. */
export interface PartnerBillsClient extends BillsClient<'partner'> {
  /**
   * 申请单个子商户资金账单. Applies for the fund flow bill of one sub-merchant. The file is encrypted, with a key that is
   * encrypted to the certificate that signed the request.
   *
   * Official pages: partner get-sub-mch-fund-flow-bill.
   */
  getSubMerchantFundFlowBill(
    request: BillsGetSubMerchantFundFlowBillRequest,
  ): Promise<BillsGetSubMerchantFundFlowBillReply>
}

/** The clients of common products, by mode. */
export interface CommonClients {
  merchant: {
    readonly refunds: RefundsClient<'merchant'>
    readonly certificates: CertificatesClient
    readonly security: SecurityClient
    readonly bills: BillsClient<'merchant'>
  }
  partner: {
    readonly refunds: RefundsClient<'partner'>
    readonly certificates: CertificatesClient
    readonly security: SecurityClient
    readonly bills: PartnerBillsClient
  }
}

const refusals1: CallRules['refusals'] = [
  {
    status: 400,
    code: 'NO_STATEMENT_EXIST',
    whatToDo: 'Do not repeat: nothing happened on that day.',
    type: NoStatement,
  },
  {
    status: 400,
    code: 'STATEMENT_CREATING',
    whatToDo:
      'A bill is ready from 10:00 Beijing time of the day after: ask again then, and if need be every half hour.',
    type: StatementCreating,
  },
  {
    status: 400,
    whatToDo:
      'Do not repeat as it is. Check bill_date, a day of the last three months and not today, and sub_mchid; a download URL that is over is applied for again.',
  },
  {
    status: 403,
    code: 'NO_AUTH',
    whatToDo:
      'Do not repeat. A bill is for the merchant number that it is of: its own, or its provider’s; and it is downloaded by the number that has applied.',
  },
  {
    status: 429,
    whatToDo: 'Ask again a second later: applications for fund flow bills are limited to three in a second.',
  },
]

export const commonRules: Readonly<Record<keyof CommonCalls, CallRules>> = {
  'refunds.createRefund': {
    method: 'POST',
    paths: { merchant: '/v3/refund/domestic/refunds', partner: '/v3/refund/domestic/refunds' },
    movesMoney: true,
    echoes: ['out_refund_no', 'transaction_id', 'out_trade_no'],
    ifUnknown:
      'The refund may have been accepted. Call queryByOutRefundNo with the same out_refund_no; on NotFound send the same request with the same out_refund_no again. A new number would refund a second time.',
    refusals: [
      {
        status: 404,
        code: 'RESOURCE_NOT_EXISTS',
        whatToDo:
          'Do not repeat. This merchant has no such order, it is of another sub_mchid, or it was not paid; a query of the order says which.',
      },
      {
        status: 400,
        whatToDo:
          "Do not repeat as it is; message names the broken rule. Nothing was refunded by this call. Compare the amounts with the order's query and queryByOutRefundNo; another amount needs another out_refund_no.",
      },
      {
        status: 403,
        code: 'NO_AUTH',
        whatToDo: 'Do not repeat. This number may not refund the order: check that sub_mchid is bound to it.',
      },
      {
        status: 403,
        code: 'NOT_ENOUGH',
        whatToDo:
          'Top up the merchant account, then send the same request with the same out_refund_no again. Nothing was refunded.',
        type: NotEnough,
      },
      {
        status: 403,
        code: 'TRADE_OVERDUE',
        whatToDo: 'Do not repeat. Nothing was refunded: pay the user back in another way.',
        type: RefundImpossible,
      },
      {
        status: 403,
        code: 'USER_ACCOUNT_ABNORMAL',
        whatToDo: 'Do not repeat. Nothing was refunded: pay the user back in another way.',
        type: RefundImpossible,
      },
      {
        status: 429,
        whatToDo:
          'Refunds of one order are a minute apart. Call queryByOutRefundNo before the same refund is sent again, with the same out_refund_no.',
      },
    ],
  },
  'refunds.queryByOutRefundNo': {
    method: 'GET',
    paths: {
      merchant: '/v3/refund/domestic/refunds/{out_refund_no}',
      partner: '/v3/refund/domestic/refunds/{out_refund_no}',
    },
    echoes: ['out_refund_no'],
    refusals: [
      {
        status: 404,
        code: 'RESOURCE_NOT_EXISTS',
        whatToDo:
          'There is no such refund. If its application had no answer, it never arrived: send the same request with the same out_refund_no again.',
      },
    ],
  },
  'refunds.createAbnormalRefund': {
    method: 'POST',
    paths: {
      merchant: '/v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund',
      partner: '/v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund',
    },
    movesMoney: true,
    namesPlatformKey: true,
    encrypts: ['bank_account', 'real_name'],
    echoes: ['refund_id', 'out_refund_no'],
    ifUnknown:
      'The refund may be on its new way. Call queryByOutRefundNo: while it is ABNORMAL, the same request may be sent again.',
    refusals: [
      {
        status: 404,
        code: 'RESOURCE_NOT_EXISTS',
        whatToDo:
          'There is no such refund. If its application had no answer, it never arrived: send the same request with the same out_refund_no again.',
      },
      {
        status: 400,
        whatToDo:
          "Do not repeat as it is; message names the broken rule. Nothing was refunded by this call. Compare the amounts with the order's query and queryByOutRefundNo; another amount needs another out_refund_no.",
      },
      {
        status: 403,
        code: 'NO_AUTH',
        whatToDo: 'Do not repeat. This number may not refund the order: check that sub_mchid is bound to it.',
      },
      {
        status: 403,
        code: 'NOT_ENOUGH',
        whatToDo:
          'Top up the merchant account, then send the same request with the same out_refund_no again. Nothing was refunded.',
        type: NotEnough,
      },
      {
        status: 403,
        code: 'TRADE_OVERDUE',
        whatToDo: 'Do not repeat. Nothing was refunded: pay the user back in another way.',
        type: RefundImpossible,
      },
      {
        status: 403,
        code: 'USER_ACCOUNT_ABNORMAL',
        whatToDo: 'Do not repeat. Nothing was refunded: pay the user back in another way.',
        type: RefundImpossible,
      },
      {
        status: 429,
        whatToDo:
          'Refunds of one order are a minute apart. Call queryByOutRefundNo before the same refund is sent again, with the same out_refund_no.',
      },
    ],
  },
  'certificates.listCertificates': {
    method: 'GET',
    paths: { merchant: '/v3/certificates', partner: '/v3/certificates' },
    refusals: [
      {
        status: 404,
        whatToDo:
          'This merchant has no platform certificates: set trust to { publicKeyId, publicKey } of the merchant platform.',
      },
    ],
  },
  'security.securityEcho': {
    method: 'POST',
    paths: { merchant: '/v3/security/echo', partner: '/v3/security/echo' },
    namesPlatformKey: true,
    echoes: ['echo_message'],
    ifUnknown: 'Nothing depends on this call: send it again.',
  },
  'bills.getTradeBill': {
    method: 'GET',
    paths: { merchant: '/v3/bill/tradebill', partner: '/v3/bill/tradebill' },
    refusals: refusals1,
  },
  'bills.getFundFlowBill': {
    method: 'GET',
    paths: { merchant: '/v3/bill/fundflowbill', partner: '/v3/bill/fundflowbill' },
    refusals: refusals1,
  },
  'bills.getSubMerchantFundFlowBill': {
    method: 'GET',
    paths: { partner: '/v3/bill/sub-merchant-fundflowbill' },
    refusals: refusals1,
  },
  'bills.downloadBill': {
    method: 'GET',
    paths: { merchant: '/v3/billdownload/file', partner: '/v3/billdownload/file' },
    isFile: true,
    refusals: refusals1,
  },
}
