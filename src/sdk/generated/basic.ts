// Generated from the contracts: change those, and run `npm run generate`.

import { NumberUsed, PaymentUnderWay } from '../refusals.ts'
import type { CallRules, Mode } from '../transport/operations.ts'

/** What `jsapiPrepay` is called with. */
export interface PaymentsJsapiPrepayRequest {
  /** 公众号ID: Bound to the merchant number; at most 32 bytes */
  appid: string
  /** 直连商户号: at most 32 bytes */
  mchid: string
  /** 商品描述: at most 127 bytes */
  description: string
  /** 商户订单号: Digits, letters, _, -, | and *; unique within your merchant number; at most 32 bytes */
  out_trade_no: string
  /** 支付结束时间: Until when it can be paid; at most 64 bytes */
  time_expire?: string
  /** 附加数据: Given back once it is paid; at most 128 bytes */
  attach?: string
  /** 通知地址: http or https, without ? and #; at most 255 bytes */
  notify_url: string
  /** 订单优惠标记: Which coupons it can be paid with; at most 32 bytes */
  goods_tag?: string
  /** 指定支付方式 */
  limit_pay?: Array<'no_balance' | 'no_credit' | 'no_debit' | 'balance_only'>
  /** 电子发票入口开放标识 */
  support_fapiao?: boolean
  /** 订单金额 */
  amount: {
    /** 总金额: In fen; at least 1 */
    total: number
    /** 货币类型 */
    currency?: 'CNY'
  }
  /** 优惠功能 */
  detail?: {
    /** 订单原价: In fen */
    cost_price?: number
    /** 商品小票ID: at most 32 bytes */
    invoice_id?: string
    /** 单品列表 */
    goods_detail?: Array<{
      /** 商户侧商品编码: at most 32 bytes */
      merchant_goods_id: string
      /** 微信支付商品编码: at most 32 bytes */
      wechatpay_goods_id?: string
      /** 商品名称: at most 256 bytes */
      goods_name?: string
      /** 商品数量: How many; at least 1 */
      quantity: number
      /** 商品单价: In fen */
      unit_price: number
    }>
  }
  /** 结算信息 */
  settle_info?: {
    /** 分账标识: Whether the money is held to be shared */
    profit_sharing?: boolean
  }
  /** 场景信息 */
  scene_info?: {
    /** 用户终端IP: IPv4 or IPv6 address of the payer; at most 45 bytes */
    payer_client_ip: string
    /** 商户端设备号: at most 32 bytes */
    device_id?: string
    /** 商户门店信息 */
    store_info?: {
      /** 门店编号: at most 32 bytes */
      id: string
      /** 门店名称: at most 256 bytes */
      name?: string
      /** 地区编码: at most 32 bytes */
      area_code?: string
      /** 详细地址: at most 512 bytes */
      address?: string
    }
  }
  /** 支付者 */
  payer: {
    /** 用户标识: The payer's under appid; at most 128 bytes */
    openid: string
    /** 实名支付 */
    identity?: {
      /** 证件类型 */
      type:
        | 'IDCARD'
        | 'HONGKONG_MACAO'
        | 'HONGKONG_MACAO_RESIDENT'
        | 'TAIWAN_RESIDENT'
        | 'FOREIGN_RESIDENT'
        | 'OVERSEA_PASSPORT'
        | 'PHONE_NUMBER'
      /** 证件号: Encrypted to the platform; at most 1024 bytes */
      number: string
      /** 姓名: Encrypted to the platform; at most 1024 bytes */
      name: string
    }
  }
  /** 贴息信息 */
  subsidy_info?: {
    /** 贴息详情列表 */
    subsidy_detail?: Array<{
      /** 贴息方案类型 */
      subsidy_period_type: 'DAILY' | 'PERIOD'
      /** 贴息方案列表 */
      subsidy_plan: Array<{
        /** 贴息期数 */
        subsidy_installment_num: 3 | 6 | 12
        /** 贴息比例 */
        subsidy_percent: 0 | 100
      }>
    }>
  }
}

/** What `jsapiPrepay` and `appPrepay` and `miniProgramPrepay` answers. */
export interface PaymentsJsapiPrepayReply {
  /** 预支付交易会话标识: Valid for two hours */
  prepay_id: string
}

/** What `jsapiPrepay` is called with in partner mode. */
export interface PartnerPaymentsJsapiPrepayRequest {
  /** 服务商公众号ID: The provider's, bound to sp_mchid; at most 32 bytes */
  sp_appid: string
  /** 服务商户号: at most 32 bytes */
  sp_mchid: string
  /** 子商户公众号ID: Bound to sub_mchid; at most 32 bytes */
  sub_appid?: string
  /** 子商户号: The sub-merchant that the provider acts for; at most 32 bytes */
  sub_mchid: string
  /** 商品描述: at most 127 bytes */
  description: string
  /** 商户订单号: Digits, letters, _, -, | and *; unique within your merchant number; at most 32 bytes */
  out_trade_no: string
  /** 支付结束时间: Until when it can be paid; at most 64 bytes */
  time_expire?: string
  /** 附加数据: Given back once it is paid; at most 128 bytes */
  attach?: string
  /** 通知地址: http or https, without ? and #; at most 255 bytes */
  notify_url: string
  /** 订单优惠标记: Which coupons it can be paid with; at most 32 bytes */
  goods_tag?: string
  /** 指定支付方式 */
  limit_pay?: Array<'no_balance' | 'no_credit' | 'no_debit' | 'balance_only'>
  /** 电子发票入口开放标识 */
  support_fapiao?: boolean
  /** 订单金额 */
  amount: {
    /** 总金额: In fen; at least 1 */
    total: number
    /** 货币类型 */
    currency?: 'CNY'
  }
  /** 优惠功能 */
  detail?: {
    /** 订单原价: In fen */
    cost_price?: number
    /** 商品小票ID: at most 32 bytes */
    invoice_id?: string
    /** 单品列表 */
    goods_detail?: Array<{
      /** 商户侧商品编码: at most 32 bytes */
      merchant_goods_id: string
      /** 微信支付商品编码: at most 32 bytes */
      wechatpay_goods_id?: string
      /** 商品名称: at most 256 bytes */
      goods_name?: string
      /** 商品数量: How many; at least 1 */
      quantity: number
      /** 商品单价: In fen */
      unit_price: number
    }>
  }
  /** 结算信息 */
  settle_info?: {
    /** 分账标识: Whether the money is held to be shared */
    profit_sharing?: boolean
  }
  /** 场景信息 */
  scene_info?: {
    /** 用户终端IP: IPv4 or IPv6 address of the payer; at most 45 bytes */
    payer_client_ip: string
    /** 商户端设备号: at most 32 bytes */
    device_id?: string
    /** 商户门店信息 */
    store_info?: {
      /** 门店编号: at most 32 bytes */
      id: string
      /** 门店名称: at most 256 bytes */
      name?: string
      /** 地区编码: at most 32 bytes */
      area_code?: string
      /** 详细地址: at most 512 bytes */
      address?: string
    }
  }
  /** 支付者: One of sp_openid and sub_openid */
  payer: {
    /** 用户服务标识: The payer's under sp_appid; at most 128 bytes */
    sp_openid?: string
    /** 用户子标识: The payer's under sub_appid; at most 128 bytes */
    sub_openid?: string
    /** 实名支付 */
    identity?: {
      /** 证件类型 */
      type:
        | 'IDCARD'
        | 'HONGKONG_MACAO'
        | 'HONGKONG_MACAO_RESIDENT'
        | 'TAIWAN_RESIDENT'
        | 'FOREIGN_RESIDENT'
        | 'OVERSEA_PASSPORT'
        | 'PHONE_NUMBER'
      /** 证件号: Encrypted to the platform; at most 1024 bytes */
      number: string
      /** 姓名: Encrypted to the platform; at most 1024 bytes */
      name: string
    }
  }
  /** 贴息信息 */
  subsidy_info?: {
    /** 贴息详情列表 */
    subsidy_detail?: Array<{
      /** 贴息方案类型 */
      subsidy_period_type: 'DAILY' | 'PERIOD'
      /** 贴息方案列表 */
      subsidy_plan: Array<{
        /** 贴息期数 */
        subsidy_installment_num: 3 | 6 | 12
        /** 贴息比例 */
        subsidy_percent: 0 | 100
      }>
    }>
  }
}

/** What `appPrepay` is called with. */
export interface PaymentsAppPrepayRequest {
  /** 公众号ID: Bound to the merchant number; at most 32 bytes */
  appid: string
  /** 直连商户号: at most 32 bytes */
  mchid: string
  /** 商品描述: at most 127 bytes */
  description: string
  /** 商户订单号: Digits, letters, _, -, | and *; unique within your merchant number; at most 32 bytes */
  out_trade_no: string
  /** 支付结束时间: Until when it can be paid; at most 64 bytes */
  time_expire?: string
  /** 附加数据: Given back once it is paid; at most 128 bytes */
  attach?: string
  /** 通知地址: http or https, without ? and #; at most 255 bytes */
  notify_url: string
  /** 订单优惠标记: Which coupons it can be paid with; at most 32 bytes */
  goods_tag?: string
  /** 指定支付方式 */
  limit_pay?: Array<'no_balance' | 'no_credit' | 'no_debit' | 'balance_only'>
  /** 电子发票入口开放标识 */
  support_fapiao?: boolean
  /** 订单金额 */
  amount: {
    /** 总金额: In fen; at least 1 */
    total: number
    /** 货币类型 */
    currency?: 'CNY'
  }
  /** 优惠功能 */
  detail?: {
    /** 订单原价: In fen */
    cost_price?: number
    /** 商品小票ID: at most 32 bytes */
    invoice_id?: string
    /** 单品列表 */
    goods_detail?: Array<{
      /** 商户侧商品编码: at most 32 bytes */
      merchant_goods_id: string
      /** 微信支付商品编码: at most 32 bytes */
      wechatpay_goods_id?: string
      /** 商品名称: at most 256 bytes */
      goods_name?: string
      /** 商品数量: How many; at least 1 */
      quantity: number
      /** 商品单价: In fen */
      unit_price: number
    }>
  }
  /** 结算信息 */
  settle_info?: {
    /** 分账标识: Whether the money is held to be shared */
    profit_sharing?: boolean
  }
  /** 场景信息 */
  scene_info?: {
    /** 用户终端IP: IPv4 or IPv6 address of the payer; at most 45 bytes */
    payer_client_ip: string
    /** 商户端设备号: at most 32 bytes */
    device_id?: string
    /** 商户门店信息 */
    store_info?: {
      /** 门店编号: at most 32 bytes */
      id: string
      /** 门店名称: at most 256 bytes */
      name?: string
      /** 地区编码: at most 32 bytes */
      area_code?: string
      /** 详细地址: at most 512 bytes */
      address?: string
    }
  }
  /** 支付者 */
  payer?: {
    /** 实名支付 */
    identity?: {
      /** 证件类型 */
      type:
        | 'IDCARD'
        | 'HONGKONG_MACAO'
        | 'HONGKONG_MACAO_RESIDENT'
        | 'TAIWAN_RESIDENT'
        | 'FOREIGN_RESIDENT'
        | 'OVERSEA_PASSPORT'
        | 'PHONE_NUMBER'
      /** 证件号: Encrypted to the platform; at most 1024 bytes */
      number: string
      /** 姓名: Encrypted to the platform; at most 1024 bytes */
      name: string
    }
  }
  /** 贴息信息 */
  subsidy_info?: {
    /** 贴息详情列表 */
    subsidy_detail?: Array<{
      /** 贴息方案类型 */
      subsidy_period_type: 'DAILY' | 'PERIOD'
      /** 贴息方案列表 */
      subsidy_plan: Array<{
        /** 贴息期数 */
        subsidy_installment_num: 3 | 6 | 12
        /** 贴息比例 */
        subsidy_percent: 0 | 100
      }>
    }>
  }
}

/** What `appPrepay` is called with in partner mode. */
export interface PartnerPaymentsAppPrepayRequest {
  /** 服务商公众号ID: The provider's, bound to sp_mchid; at most 32 bytes */
  sp_appid: string
  /** 服务商户号: at most 32 bytes */
  sp_mchid: string
  /** 子商户公众号ID: Bound to sub_mchid; at most 32 bytes */
  sub_appid?: string
  /** 子商户号: The sub-merchant that the provider acts for; at most 32 bytes */
  sub_mchid: string
  /** 商品描述: at most 127 bytes */
  description: string
  /** 商户订单号: Digits, letters, _, -, | and *; unique within your merchant number; at most 32 bytes */
  out_trade_no: string
  /** 支付结束时间: Until when it can be paid; at most 64 bytes */
  time_expire?: string
  /** 附加数据: Given back once it is paid; at most 128 bytes */
  attach?: string
  /** 通知地址: http or https, without ? and #; at most 255 bytes */
  notify_url: string
  /** 订单优惠标记: Which coupons it can be paid with; at most 32 bytes */
  goods_tag?: string
  /** 指定支付方式 */
  limit_pay?: Array<'no_balance' | 'no_credit' | 'no_debit' | 'balance_only'>
  /** 电子发票入口开放标识 */
  support_fapiao?: boolean
  /** 订单金额 */
  amount: {
    /** 总金额: In fen; at least 1 */
    total: number
    /** 货币类型 */
    currency?: 'CNY'
  }
  /** 优惠功能 */
  detail?: {
    /** 订单原价: In fen */
    cost_price?: number
    /** 商品小票ID: at most 32 bytes */
    invoice_id?: string
    /** 单品列表 */
    goods_detail?: Array<{
      /** 商户侧商品编码: at most 32 bytes */
      merchant_goods_id: string
      /** 微信支付商品编码: at most 32 bytes */
      wechatpay_goods_id?: string
      /** 商品名称: at most 256 bytes */
      goods_name?: string
      /** 商品数量: How many; at least 1 */
      quantity: number
      /** 商品单价: In fen */
      unit_price: number
    }>
  }
  /** 结算信息 */
  settle_info?: {
    /** 分账标识: Whether the money is held to be shared */
    profit_sharing?: boolean
  }
  /** 场景信息 */
  scene_info?: {
    /** 用户终端IP: IPv4 or IPv6 address of the payer; at most 45 bytes */
    payer_client_ip: string
    /** 商户端设备号: at most 32 bytes */
    device_id?: string
    /** 商户门店信息 */
    store_info?: {
      /** 门店编号: at most 32 bytes */
      id: string
      /** 门店名称: at most 256 bytes */
      name?: string
      /** 地区编码: at most 32 bytes */
      area_code?: string
      /** 详细地址: at most 512 bytes */
      address?: string
    }
  }
  /** 支付者 */
  payer?: {
    /** 实名支付 */
    identity?: {
      /** 证件类型 */
      type:
        | 'IDCARD'
        | 'HONGKONG_MACAO'
        | 'HONGKONG_MACAO_RESIDENT'
        | 'TAIWAN_RESIDENT'
        | 'FOREIGN_RESIDENT'
        | 'OVERSEA_PASSPORT'
        | 'PHONE_NUMBER'
      /** 证件号: Encrypted to the platform; at most 1024 bytes */
      number: string
      /** 姓名: Encrypted to the platform; at most 1024 bytes */
      name: string
    }
  }
  /** 贴息信息 */
  subsidy_info?: {
    /** 贴息详情列表 */
    subsidy_detail?: Array<{
      /** 贴息方案类型 */
      subsidy_period_type: 'DAILY' | 'PERIOD'
      /** 贴息方案列表 */
      subsidy_plan: Array<{
        /** 贴息期数 */
        subsidy_installment_num: 3 | 6 | 12
        /** 贴息比例 */
        subsidy_percent: 0 | 100
      }>
    }>
  }
}

/** What `h5Prepay` is called with. */
export interface PaymentsH5PrepayRequest {
  /** 公众号ID: Bound to the merchant number; at most 32 bytes */
  appid: string
  /** 直连商户号: at most 32 bytes */
  mchid: string
  /** 商品描述: at most 127 bytes */
  description: string
  /** 商户订单号: Digits, letters, _, -, | and *; unique within your merchant number; at most 32 bytes */
  out_trade_no: string
  /** 支付结束时间: Until when it can be paid; at most 64 bytes */
  time_expire?: string
  /** 附加数据: Given back once it is paid; at most 128 bytes */
  attach?: string
  /** 通知地址: http or https, without ? and #; at most 255 bytes */
  notify_url: string
  /** 订单优惠标记: Which coupons it can be paid with; at most 32 bytes */
  goods_tag?: string
  /** 指定支付方式 */
  limit_pay?: Array<'no_balance' | 'no_credit' | 'no_debit' | 'balance_only'>
  /** 电子发票入口开放标识 */
  support_fapiao?: boolean
  /** 订单金额 */
  amount: {
    /** 总金额: In fen; at least 1 */
    total: number
    /** 货币类型 */
    currency?: 'CNY'
  }
  /** 优惠功能 */
  detail?: {
    /** 订单原价: In fen */
    cost_price?: number
    /** 商品小票ID: at most 32 bytes */
    invoice_id?: string
    /** 单品列表 */
    goods_detail?: Array<{
      /** 商户侧商品编码: at most 32 bytes */
      merchant_goods_id: string
      /** 微信支付商品编码: at most 32 bytes */
      wechatpay_goods_id?: string
      /** 商品名称: at most 256 bytes */
      goods_name?: string
      /** 商品数量: How many; at least 1 */
      quantity: number
      /** 商品单价: In fen */
      unit_price: number
    }>
  }
  /** 结算信息 */
  settle_info?: {
    /** 分账标识: Whether the money is held to be shared */
    profit_sharing?: boolean
  }
  /** 支付者 */
  payer?: {
    /** 实名支付 */
    identity?: {
      /** 证件类型 */
      type:
        | 'IDCARD'
        | 'HONGKONG_MACAO'
        | 'HONGKONG_MACAO_RESIDENT'
        | 'TAIWAN_RESIDENT'
        | 'FOREIGN_RESIDENT'
        | 'OVERSEA_PASSPORT'
        | 'PHONE_NUMBER'
      /** 证件号: Encrypted to the platform; at most 1024 bytes */
      number: string
      /** 姓名: Encrypted to the platform; at most 1024 bytes */
      name: string
    }
  }
  /** 场景信息 */
  scene_info: {
    /** 用户终端IP: IPv4 or IPv6 address of the payer; at most 45 bytes */
    payer_client_ip: string
    /** 商户端设备号: at most 32 bytes */
    device_id?: string
    /** 商户门店信息 */
    store_info?: {
      /** 门店编号: at most 32 bytes */
      id: string
      /** 门店名称: at most 256 bytes */
      name?: string
      /** 地区编码: at most 32 bytes */
      area_code?: string
      /** 详细地址: at most 512 bytes */
      address?: string
    }
    /** H5场景信息 */
    h5_info: {
      /** 场景类型: iOS, Android or Wap; at most 32 bytes */
      type: string
      /** 应用名称: at most 64 bytes */
      app_name?: string
      /** 网站URL: at most 128 bytes */
      app_url?: string
      /** iOS平台BundleID: at most 128 bytes */
      bundle_id?: string
      /** Android平台PackageName: at most 128 bytes */
      package_name?: string
    }
  }
}

/** What `h5Prepay` answers. */
export interface PaymentsH5PrepayReply {
  /** 支付跳转链接: Valid for five minutes */
  h5_url: string
}

/** What `h5Prepay` is called with in partner mode. */
export interface PartnerPaymentsH5PrepayRequest {
  /** 服务商公众号ID: The provider's, bound to sp_mchid; at most 32 bytes */
  sp_appid: string
  /** 服务商户号: at most 32 bytes */
  sp_mchid: string
  /** 子商户公众号ID: Bound to sub_mchid; at most 32 bytes */
  sub_appid?: string
  /** 子商户号: The sub-merchant that the provider acts for; at most 32 bytes */
  sub_mchid: string
  /** 商品描述: at most 127 bytes */
  description: string
  /** 商户订单号: Digits, letters, _, -, | and *; unique within your merchant number; at most 32 bytes */
  out_trade_no: string
  /** 支付结束时间: Until when it can be paid; at most 64 bytes */
  time_expire?: string
  /** 附加数据: Given back once it is paid; at most 128 bytes */
  attach?: string
  /** 通知地址: http or https, without ? and #; at most 255 bytes */
  notify_url: string
  /** 订单优惠标记: Which coupons it can be paid with; at most 32 bytes */
  goods_tag?: string
  /** 指定支付方式 */
  limit_pay?: Array<'no_balance' | 'no_credit' | 'no_debit' | 'balance_only'>
  /** 电子发票入口开放标识 */
  support_fapiao?: boolean
  /** 订单金额 */
  amount: {
    /** 总金额: In fen; at least 1 */
    total: number
    /** 货币类型 */
    currency?: 'CNY'
  }
  /** 优惠功能 */
  detail?: {
    /** 订单原价: In fen */
    cost_price?: number
    /** 商品小票ID: at most 32 bytes */
    invoice_id?: string
    /** 单品列表 */
    goods_detail?: Array<{
      /** 商户侧商品编码: at most 32 bytes */
      merchant_goods_id: string
      /** 微信支付商品编码: at most 32 bytes */
      wechatpay_goods_id?: string
      /** 商品名称: at most 256 bytes */
      goods_name?: string
      /** 商品数量: How many; at least 1 */
      quantity: number
      /** 商品单价: In fen */
      unit_price: number
    }>
  }
  /** 结算信息 */
  settle_info?: {
    /** 分账标识: Whether the money is held to be shared */
    profit_sharing?: boolean
  }
  /** 支付者 */
  payer?: {
    /** 实名支付 */
    identity?: {
      /** 证件类型 */
      type:
        | 'IDCARD'
        | 'HONGKONG_MACAO'
        | 'HONGKONG_MACAO_RESIDENT'
        | 'TAIWAN_RESIDENT'
        | 'FOREIGN_RESIDENT'
        | 'OVERSEA_PASSPORT'
        | 'PHONE_NUMBER'
      /** 证件号: Encrypted to the platform; at most 1024 bytes */
      number: string
      /** 姓名: Encrypted to the platform; at most 1024 bytes */
      name: string
    }
  }
  /** 场景信息 */
  scene_info: {
    /** 用户终端IP: IPv4 or IPv6 address of the payer; at most 45 bytes */
    payer_client_ip: string
    /** 商户端设备号: at most 32 bytes */
    device_id?: string
    /** 商户门店信息 */
    store_info?: {
      /** 门店编号: at most 32 bytes */
      id: string
      /** 门店名称: at most 256 bytes */
      name?: string
      /** 地区编码: at most 32 bytes */
      area_code?: string
      /** 详细地址: at most 512 bytes */
      address?: string
    }
    /** H5场景信息 */
    h5_info: {
      /** 场景类型: iOS, Android or Wap; at most 32 bytes */
      type: string
      /** 应用名称: at most 64 bytes */
      app_name?: string
      /** 网站URL: at most 128 bytes */
      app_url?: string
      /** iOS平台BundleID: at most 128 bytes */
      bundle_id?: string
      /** Android平台PackageName: at most 128 bytes */
      package_name?: string
    }
  }
}

/** What `nativePrepay` is called with. */
export interface PaymentsNativePrepayRequest {
  /** 公众号ID: Bound to the merchant number; at most 32 bytes */
  appid: string
  /** 直连商户号: at most 32 bytes */
  mchid: string
  /** 商品描述: at most 127 bytes */
  description: string
  /** 商户订单号: Digits, letters, _, -, | and *; unique within your merchant number; at most 32 bytes */
  out_trade_no: string
  /** 支付结束时间: Until when it can be paid; at most 64 bytes */
  time_expire?: string
  /** 附加数据: Given back once it is paid; at most 128 bytes */
  attach?: string
  /** 通知地址: http or https, without ? and #; at most 255 bytes */
  notify_url: string
  /** 订单优惠标记: Which coupons it can be paid with; at most 32 bytes */
  goods_tag?: string
  /** 指定支付方式 */
  limit_pay?: Array<'no_balance' | 'no_credit' | 'no_debit' | 'balance_only'>
  /** 电子发票入口开放标识 */
  support_fapiao?: boolean
  /** 订单金额 */
  amount: {
    /** 总金额: In fen; at least 1 */
    total: number
    /** 货币类型 */
    currency?: 'CNY'
  }
  /** 优惠功能 */
  detail?: {
    /** 订单原价: In fen */
    cost_price?: number
    /** 商品小票ID: at most 32 bytes */
    invoice_id?: string
    /** 单品列表 */
    goods_detail?: Array<{
      /** 商户侧商品编码: at most 32 bytes */
      merchant_goods_id: string
      /** 微信支付商品编码: at most 32 bytes */
      wechatpay_goods_id?: string
      /** 商品名称: at most 256 bytes */
      goods_name?: string
      /** 商品数量: How many; at least 1 */
      quantity: number
      /** 商品单价: In fen */
      unit_price: number
    }>
  }
  /** 结算信息 */
  settle_info?: {
    /** 分账标识: Whether the money is held to be shared */
    profit_sharing?: boolean
  }
  /** 场景信息 */
  scene_info?: {
    /** 用户终端IP: IPv4 or IPv6 address of the payer; at most 45 bytes */
    payer_client_ip: string
    /** 商户端设备号: at most 32 bytes */
    device_id?: string
    /** 商户门店信息 */
    store_info?: {
      /** 门店编号: at most 32 bytes */
      id: string
      /** 门店名称: at most 256 bytes */
      name?: string
      /** 地区编码: at most 32 bytes */
      area_code?: string
      /** 详细地址: at most 512 bytes */
      address?: string
    }
  }
  /** 支付者 */
  payer?: {
    /** 实名支付 */
    identity?: {
      /** 证件类型 */
      type:
        | 'IDCARD'
        | 'HONGKONG_MACAO'
        | 'HONGKONG_MACAO_RESIDENT'
        | 'TAIWAN_RESIDENT'
        | 'FOREIGN_RESIDENT'
        | 'OVERSEA_PASSPORT'
        | 'PHONE_NUMBER'
      /** 证件号: Encrypted to the platform; at most 1024 bytes */
      number: string
      /** 姓名: Encrypted to the platform; at most 1024 bytes */
      name: string
    }
  }
}

/** What `nativePrepay` answers. */
export interface PaymentsNativePrepayReply {
  /** 二维码链接: The content of a QR code; valid for two hours */
  code_url: string
}

/** What `nativePrepay` is called with in partner mode. */
export interface PartnerPaymentsNativePrepayRequest {
  /** 服务商公众号ID: The provider's, bound to sp_mchid; at most 32 bytes */
  sp_appid: string
  /** 服务商户号: at most 32 bytes */
  sp_mchid: string
  /** 子商户公众号ID: Bound to sub_mchid; at most 32 bytes */
  sub_appid?: string
  /** 子商户号: The sub-merchant that the provider acts for; at most 32 bytes */
  sub_mchid: string
  /** 商品描述: at most 127 bytes */
  description: string
  /** 商户订单号: Digits, letters, _, -, | and *; unique within your merchant number; at most 32 bytes */
  out_trade_no: string
  /** 支付结束时间: Until when it can be paid; at most 64 bytes */
  time_expire?: string
  /** 附加数据: Given back once it is paid; at most 128 bytes */
  attach?: string
  /** 通知地址: http or https, without ? and #; at most 255 bytes */
  notify_url: string
  /** 订单优惠标记: Which coupons it can be paid with; at most 32 bytes */
  goods_tag?: string
  /** 指定支付方式 */
  limit_pay?: Array<'no_balance' | 'no_credit' | 'no_debit' | 'balance_only'>
  /** 电子发票入口开放标识 */
  support_fapiao?: boolean
  /** 订单金额 */
  amount: {
    /** 总金额: In fen; at least 1 */
    total: number
    /** 货币类型 */
    currency?: 'CNY'
  }
  /** 优惠功能 */
  detail?: {
    /** 订单原价: In fen */
    cost_price?: number
    /** 商品小票ID: at most 32 bytes */
    invoice_id?: string
    /** 单品列表 */
    goods_detail?: Array<{
      /** 商户侧商品编码: at most 32 bytes */
      merchant_goods_id: string
      /** 微信支付商品编码: at most 32 bytes */
      wechatpay_goods_id?: string
      /** 商品名称: at most 256 bytes */
      goods_name?: string
      /** 商品数量: How many; at least 1 */
      quantity: number
      /** 商品单价: In fen */
      unit_price: number
    }>
  }
  /** 结算信息 */
  settle_info?: {
    /** 分账标识: Whether the money is held to be shared */
    profit_sharing?: boolean
  }
  /** 场景信息 */
  scene_info?: {
    /** 用户终端IP: IPv4 or IPv6 address of the payer; at most 45 bytes */
    payer_client_ip: string
    /** 商户端设备号: at most 32 bytes */
    device_id?: string
    /** 商户门店信息 */
    store_info?: {
      /** 门店编号: at most 32 bytes */
      id: string
      /** 门店名称: at most 256 bytes */
      name?: string
      /** 地区编码: at most 32 bytes */
      area_code?: string
      /** 详细地址: at most 512 bytes */
      address?: string
    }
  }
  /** 支付者 */
  payer?: {
    /** 实名支付 */
    identity?: {
      /** 证件类型 */
      type:
        | 'IDCARD'
        | 'HONGKONG_MACAO'
        | 'HONGKONG_MACAO_RESIDENT'
        | 'TAIWAN_RESIDENT'
        | 'FOREIGN_RESIDENT'
        | 'OVERSEA_PASSPORT'
        | 'PHONE_NUMBER'
      /** 证件号: Encrypted to the platform; at most 1024 bytes */
      number: string
      /** 姓名: Encrypted to the platform; at most 1024 bytes */
      name: string
    }
  }
}

/** What `miniProgramPrepay` is called with. */
export interface PaymentsMiniProgramPrepayRequest {
  /** 服务商公众号ID: The provider's, bound to sp_mchid; at most 32 bytes */
  sp_appid: string
  /** 服务商户号: at most 32 bytes */
  sp_mchid: string
  /** 子商户公众号ID: Bound to sub_mchid; at most 32 bytes */
  sub_appid?: string
  /** 子商户号: The sub-merchant that the provider acts for; at most 32 bytes */
  sub_mchid: string
  /** 商品描述: at most 127 bytes */
  description: string
  /** 商户订单号: Digits, letters, _, -, | and *; unique within your merchant number; at most 32 bytes */
  out_trade_no: string
  /** 支付结束时间: Until when it can be paid; at most 64 bytes */
  time_expire?: string
  /** 附加数据: Given back once it is paid; at most 128 bytes */
  attach?: string
  /** 通知地址: http or https, without ? and #; at most 255 bytes */
  notify_url: string
  /** 订单优惠标记: Which coupons it can be paid with; at most 32 bytes */
  goods_tag?: string
  /** 指定支付方式 */
  limit_pay?: Array<'no_balance' | 'no_credit' | 'no_debit' | 'balance_only'>
  /** 电子发票入口开放标识 */
  support_fapiao?: boolean
  /** 订单金额 */
  amount: {
    /** 总金额: In fen; at least 1 */
    total: number
    /** 货币类型 */
    currency?: 'CNY'
  }
  /** 优惠功能 */
  detail?: {
    /** 订单原价: In fen */
    cost_price?: number
    /** 商品小票ID: at most 32 bytes */
    invoice_id?: string
    /** 单品列表 */
    goods_detail?: Array<{
      /** 商户侧商品编码: at most 32 bytes */
      merchant_goods_id: string
      /** 微信支付商品编码: at most 32 bytes */
      wechatpay_goods_id?: string
      /** 商品名称: at most 256 bytes */
      goods_name?: string
      /** 商品数量: How many; at least 1 */
      quantity: number
      /** 商品单价: In fen */
      unit_price: number
    }>
  }
  /** 结算信息 */
  settle_info?: {
    /** 分账标识: Whether the money is held to be shared */
    profit_sharing?: boolean
  }
  /** 场景信息 */
  scene_info?: {
    /** 用户终端IP: IPv4 or IPv6 address of the payer; at most 45 bytes */
    payer_client_ip: string
    /** 商户端设备号: at most 32 bytes */
    device_id?: string
    /** 商户门店信息 */
    store_info?: {
      /** 门店编号: at most 32 bytes */
      id: string
      /** 门店名称: at most 256 bytes */
      name?: string
      /** 地区编码: at most 32 bytes */
      area_code?: string
      /** 详细地址: at most 512 bytes */
      address?: string
    }
  }
  /** 支付者: One of sp_openid and sub_openid */
  payer: {
    /** 用户服务标识: The payer's under sp_appid; at most 128 bytes */
    sp_openid?: string
    /** 用户子标识: The payer's under sub_appid; at most 128 bytes */
    sub_openid?: string
    /** 实名支付 */
    identity?: {
      /** 证件类型 */
      type:
        | 'IDCARD'
        | 'HONGKONG_MACAO'
        | 'HONGKONG_MACAO_RESIDENT'
        | 'TAIWAN_RESIDENT'
        | 'FOREIGN_RESIDENT'
        | 'OVERSEA_PASSPORT'
        | 'PHONE_NUMBER'
      /** 证件号: Encrypted to the platform; at most 1024 bytes */
      number: string
      /** 姓名: Encrypted to the platform; at most 1024 bytes */
      name: string
    }
  }
}

/** What `queryOrderById` is called with. */
export interface PaymentsQueryOrderByIdRequest {
  /** 微信支付订单号: at most 32 bytes */
  transaction_id: string
  /** 直连商户号: at most 32 bytes */
  mchid: string
}

/** What `queryOrderById` and `queryOrderByOutTradeNo` answers. */
export interface PaymentsQueryOrderByIdReply {
  /** 公众号ID: Bound to the merchant number */
  appid: string
  /** 直连商户号 */
  mchid: string
  /** 商户订单号: Digits, letters, _, -, | and *; unique within your merchant number */
  out_trade_no: string
  /** 交易状态 */
  trade_state: 'SUCCESS' | 'REFUND' | 'NOTPAY' | 'CLOSED'
  /** 交易状态描述 */
  trade_state_desc: string
  /** 微信支付订单号 */
  transaction_id?: string
  /** 交易类型 */
  trade_type?: 'JSAPI' | 'NATIVE' | 'APP' | 'MWEB'
  /** 付款银行 */
  bank_type?: string
  /** 支付完成时间 */
  success_time?: string
  /** 附加数据: Once it is paid */
  attach?: string
  /** 订单金额 */
  amount: {
    /** 总金额: In fen */
    total: number
    /** 用户支付金额: In fen, once it is paid */
    payer_total?: number
    /** 货币类型: Once it is paid */
    currency?: string
    /** 用户支付币种 */
    payer_currency: string
  }
  /** 场景信息 */
  scene_info?: {
    /** 商户端设备号 */
    device_id: string
  }
  /** 优惠功能 */
  promotion_detail?: Array<{
    /** 券ID */
    coupon_id: string
    /** 优惠名称 */
    name?: string
    /** 优惠范围 */
    scope?: 'GLOBAL' | 'SINGLE'
    /** 优惠类型 */
    type?: 'CASH' | 'NOCASH'
    /** 优惠券面额: Discount enjoyed, in fen */
    amount: number
    /** 活动ID */
    stock_id?: string
    /** 微信出资: In fen */
    wechatpay_contribute?: number
    /** 商户出资: In fen */
    merchant_contribute?: number
    /** 其他出资: In fen */
    other_contribute?: number
    /** 优惠币种 */
    currency?: string
    /** 单品列表 */
    goods_detail?: Array<{
      /** 商品编码 */
      goods_id: string
      /** 商品数量: How many */
      quantity: number
      /** 商品单价: In fen */
      unit_price: number
      /** 商品优惠金额: In fen */
      discount_amount: number
      /** 商品备注 */
      goods_remark?: string
    }>
  }>
  /** 支付者信息 */
  payer?: {
    /** 用户标识 */
    openid: string
  }
}

/** What `queryOrderById` is called with in partner mode. */
export interface PartnerPaymentsQueryOrderByIdRequest {
  /** 微信支付订单号: at most 32 bytes */
  transaction_id: string
  /** 服务商户号: at most 32 bytes */
  sp_mchid: string
  /** 子商户号: The sub-merchant that the provider acts for; at most 32 bytes */
  sub_mchid: string
}

/** What `queryOrderById` and `queryOrderByOutTradeNo` answers. */
export interface PartnerPaymentsQueryOrderByIdReply {
  /** 服务商公众号ID: The provider's, bound to sp_mchid */
  sp_appid: string
  /** 服务商户号 */
  sp_mchid: string
  /** 子商户公众号ID: Bound to sub_mchid */
  sub_appid?: string
  /** 子商户号: The sub-merchant that the provider acts for */
  sub_mchid: string
  /** 商户订单号: Digits, letters, _, -, | and *; unique within your merchant number */
  out_trade_no: string
  /** 交易状态 */
  trade_state: 'SUCCESS' | 'REFUND' | 'NOTPAY' | 'CLOSED'
  /** 交易状态描述 */
  trade_state_desc: string
  /** 微信支付订单号 */
  transaction_id?: string
  /** 交易类型 */
  trade_type?: 'JSAPI' | 'NATIVE' | 'APP' | 'MWEB'
  /** 付款银行 */
  bank_type?: string
  /** 支付完成时间 */
  success_time?: string
  /** 附加数据: Once it is paid */
  attach?: string
  /** 订单金额 */
  amount: {
    /** 总金额: In fen */
    total: number
    /** 用户支付金额: In fen, once it is paid */
    payer_total?: number
    /** 货币类型: Once it is paid */
    currency?: string
    /** 用户支付币种 */
    payer_currency: string
  }
  /** 场景信息 */
  scene_info?: {
    /** 商户端设备号 */
    device_id: string
  }
  /** 优惠功能 */
  promotion_detail?: Array<{
    /** 券ID */
    coupon_id: string
    /** 优惠名称 */
    name?: string
    /** 优惠范围 */
    scope?: 'GLOBAL' | 'SINGLE'
    /** 优惠类型 */
    type?: 'CASH' | 'NOCASH'
    /** 优惠券面额: Discount enjoyed, in fen */
    amount: number
    /** 活动ID */
    stock_id?: string
    /** 微信出资: In fen */
    wechatpay_contribute?: number
    /** 商户出资: In fen */
    merchant_contribute?: number
    /** 其他出资: In fen */
    other_contribute?: number
    /** 优惠币种 */
    currency?: string
    /** 单品列表 */
    goods_detail?: Array<{
      /** 商品编码 */
      goods_id: string
      /** 商品数量: How many */
      quantity: number
      /** 商品单价: In fen */
      unit_price: number
      /** 商品优惠金额: In fen */
      discount_amount: number
      /** 商品备注 */
      goods_remark?: string
    }>
  }>
  /** 支付者信息 */
  payer?: {
    /** 用户服务标识 */
    sp_openid: string
    /** 用户子标识 */
    sub_openid?: string
  }
}

/** What `queryOrderByOutTradeNo` is called with. */
export interface PaymentsQueryOrderByOutTradeNoRequest {
  /** 商户订单号: Digits, letters, _, -, | and *; unique within your merchant number; at most 32 bytes */
  out_trade_no: string
  /** 直连商户号: at most 32 bytes */
  mchid: string
}

/** What `queryOrderByOutTradeNo` is called with in partner mode. */
export interface PartnerPaymentsQueryOrderByOutTradeNoRequest {
  /** 商户订单号: Digits, letters, _, -, | and *; unique within your merchant number; at most 32 bytes */
  out_trade_no: string
  /** 服务商户号: at most 32 bytes */
  sp_mchid: string
  /** 子商户号: The sub-merchant that the provider acts for; at most 32 bytes */
  sub_mchid: string
}

/** What `closeOrder` is called with. */
export interface PaymentsCloseOrderRequest {
  /** 商户订单号: Digits, letters, _, -, | and *; unique within your merchant number; at most 32 bytes */
  out_trade_no: string
  /** 直连商户号: at most 32 bytes */
  mchid: string
}

/** What `closeOrder` is called with in partner mode. */
export interface PartnerPaymentsCloseOrderRequest {
  /** 商户订单号: Digits, letters, _, -, | and *; unique within your merchant number; at most 32 bytes */
  out_trade_no: string
  /** 服务商户号: at most 32 bytes */
  sp_mchid: string
  /** 子商户号: The sub-merchant that the provider acts for; at most 32 bytes */
  sub_mchid: string
}

/** What `jsapiParameters` is called with. */
export interface PaymentsJsapiParametersRequest {
  /**
   * 应用ID: The official account of the page, as in the prepay call: `appid`, of a provider `sp_appid`, or
   * `sub_appid` where it is used; at most 32 bytes
   */
  appid: string
  /** 预支付交易会话标识: From the reply, valid for two hours; at most 64 bytes */
  prepay_id: string
}

/** What `jsapiParameters` makes. */
export interface PaymentsJsapiParameters {
  /** `{appid}` */
  appId: string
  /** Seconds since 1970, as a text */
  timeStamp: string
  /** 32 letters and digits */
  nonceStr: string
  /** `prepay_id={prepay_id}` */
  package: string
  signType: 'RSA'
  /**
   * SHA256withRSA over these lines, each ended by LF, in Base64: `{appid}`, `{timestamp}`, `{nonce}`,
   * `prepay_id={prepay_id}`
   */
  paySign: string
}

/** What `miniProgramParameters` is called with. */
export interface PaymentsMiniProgramParametersRequest {
  /**
   * 应用ID: The mini program, as in the prepay call: `appid`, of a provider `sp_appid`, or `sub_appid` where it is
   * used; at most 32 bytes
   */
  appid: string
  /** 预支付交易会话标识: From the reply, valid for two hours; at most 64 bytes */
  prepay_id: string
}

/** What `miniProgramParameters` makes. */
export interface PaymentsMiniProgramParameters {
  /** Seconds since 1970, as a text */
  timeStamp: string
  /** 32 letters and digits */
  nonceStr: string
  /** `prepay_id={prepay_id}` */
  package: string
  signType: 'RSA'
  /**
   * SHA256withRSA over these lines, each ended by LF, in Base64: `{appid}`, `{timestamp}`, `{nonce}`,
   * `prepay_id={prepay_id}`
   */
  paySign: string
}

/** What `appParameters` is called with. */
export interface PaymentsAppParametersRequest {
  /**
   * 应用ID: The app of the Open Platform, as in the prepay call: `appid`, of a provider `sp_appid`, or `sub_appid`
   * where it is used; at most 32 bytes
   */
  appid: string
  /** 预支付交易会话标识: From the reply, valid for two hours; at most 64 bytes */
  prepay_id: string
}

/** What `appParameters` makes. */
export interface PaymentsAppParameters {
  /** `{appid}` */
  appId: string
  /** The merchant number of the client */
  partnerId: string
  /** `{prepay_id}` */
  prepayId: string
  packageValue: 'Sign=WXPay'
  /** 32 letters and digits */
  nonceStr: string
  /** Seconds since 1970, as a text */
  timeStamp: string
  /**
   * SHA256withRSA over these lines, each ended by LF, in Base64: `{appid}`, `{timestamp}`, `{nonce}`,
   * `{prepay_id}`
   */
  sign: string
}

/** The calls of basic products. */
export interface BasicCalls {
  'payments.jsapiPrepay': {
    merchant: { request: PaymentsJsapiPrepayRequest; reply: PaymentsJsapiPrepayReply }
    partner: { request: PartnerPaymentsJsapiPrepayRequest; reply: PaymentsJsapiPrepayReply }
  }
  'payments.appPrepay': {
    merchant: { request: PaymentsAppPrepayRequest; reply: PaymentsJsapiPrepayReply }
    partner: { request: PartnerPaymentsAppPrepayRequest; reply: PaymentsJsapiPrepayReply }
  }
  'payments.h5Prepay': {
    merchant: { request: PaymentsH5PrepayRequest; reply: PaymentsH5PrepayReply }
    partner: { request: PartnerPaymentsH5PrepayRequest; reply: PaymentsH5PrepayReply }
  }
  'payments.nativePrepay': {
    merchant: { request: PaymentsNativePrepayRequest; reply: PaymentsNativePrepayReply }
    partner: { request: PartnerPaymentsNativePrepayRequest; reply: PaymentsNativePrepayReply }
  }
  'payments.miniProgramPrepay': {
    partner: { request: PaymentsMiniProgramPrepayRequest; reply: PaymentsJsapiPrepayReply }
  }
  'payments.queryOrderById': {
    merchant: { request: PaymentsQueryOrderByIdRequest; reply: PaymentsQueryOrderByIdReply }
    partner: { request: PartnerPaymentsQueryOrderByIdRequest; reply: PartnerPaymentsQueryOrderByIdReply }
  }
  'payments.queryOrderByOutTradeNo': {
    merchant: { request: PaymentsQueryOrderByOutTradeNoRequest; reply: PaymentsQueryOrderByIdReply }
    partner: {
      request: PartnerPaymentsQueryOrderByOutTradeNoRequest
      reply: PartnerPaymentsQueryOrderByIdReply
    }
  }
  'payments.closeOrder': {
    merchant: { request: PaymentsCloseOrderRequest; reply: undefined }
    partner: { request: PartnerPaymentsCloseOrderRequest; reply: undefined }
  }
}

/** The calls of `client.payments`. */
export interface PaymentsClient<M extends Mode> {
  /**
   * JSAPI/小程序下单. Orders for a page inside WeChat or a mini program. Amounts are fen. The same number with the same
   * parameters may be ordered again and gives a fresh session; with others it is refused.
   *
   * Nothing is paid yet: give goods when a `PaymentNotice` says so or a query answers `SUCCESS`, and compare
   * `amount.total` with your own order.
   *
   * Official pages: merchant 4012791856, partner 4012738519.
   */
  jsapiPrepay(
    request: { merchant: PaymentsJsapiPrepayRequest; partner: PartnerPaymentsJsapiPrepayRequest }[M],
  ): Promise<PaymentsJsapiPrepayReply>

  /**
   * APP下单. Orders for an app. Amounts are fen. The same number with the same parameters may be ordered again and
   * gives a fresh session; with others it is refused.
   *
   * Nothing is paid yet: give goods when a `PaymentNotice` says so or a query answers `SUCCESS`, and compare
   * `amount.total` with your own order.
   *
   * Official pages: merchant 4013070347, partner 4013080231.
   */
  appPrepay(
    request: { merchant: PaymentsAppPrepayRequest; partner: PartnerPaymentsAppPrepayRequest }[M],
  ): Promise<PaymentsJsapiPrepayReply>

  /**
   * H5下单. Orders for a page in a browser outside of WeChat: send the payer to `h5_url` from the page that ordered.
   * Amounts are fen. The same number with the same parameters may be ordered again and gives a fresh session; with
   * others it is refused.
   *
   * Nothing is paid yet: give goods when a `PaymentNotice` says so or a query answers `SUCCESS`, and compare
   * `amount.total` with your own order.
   *
   * Official pages: merchant 4012791834, partner 4012738604.
   */
  h5Prepay(
    request: { merchant: PaymentsH5PrepayRequest; partner: PartnerPaymentsH5PrepayRequest }[M],
  ): Promise<PaymentsH5PrepayReply>

  /**
   * Native下单. Orders for a QR code that the payer scans: show `code_url` as one. Amounts are fen. The same number
   * with the same parameters may be ordered again and gives a fresh session; with others it is refused.
   *
   * Nothing is paid yet: give goods when a `PaymentNotice` says so or a query answers `SUCCESS`, and compare
   * `amount.total` with your own order.
   *
   * Official pages: merchant 4012791877, partner 4012738659.
   */
  nativePrepay(
    request: { merchant: PaymentsNativePrepayRequest; partner: PartnerPaymentsNativePrepayRequest }[M],
  ): Promise<PaymentsNativePrepayReply>

  /**
   * 微信支付订单号查询订单. The order as it is now. One that waits for its payer is `NOTPAY`, also after its `time_expire`:
   * close it before another number is ordered for the same goods.
   *
   * Throws `NotFound` when there is no order under the number.
   *
   * Official pages: merchant 4012791858, partner 4012738973.
   */
  queryOrderById(
    request: { merchant: PaymentsQueryOrderByIdRequest; partner: PartnerPaymentsQueryOrderByIdRequest }[M],
  ): Promise<{ merchant: PaymentsQueryOrderByIdReply; partner: PartnerPaymentsQueryOrderByIdReply }[M]>

  /**
   * 商户订单号查询订单. The order as it is now. One that waits for its payer is `NOTPAY`, also after its `time_expire`:
   * close it before another number is ordered for the same goods.
   *
   * Throws `NotFound` when there is no order under the number.
   *
   * Official pages: merchant 4012791859, partner 4012760115.
   */
  queryOrderByOutTradeNo(
    request: {
      merchant: PaymentsQueryOrderByOutTradeNoRequest
      partner: PartnerPaymentsQueryOrderByOutTradeNoRequest
    }[M],
  ): Promise<{ merchant: PaymentsQueryOrderByIdReply; partner: PartnerPaymentsQueryOrderByIdReply }[M]>

  /**
   * 关闭订单. Closes an order that was not paid, so that nobody can pay it any more; closing it again is no error. A
   * number that was never ordered is closed too, and cannot be ordered afterwards.
   *
   * Throws `InvalidRequest` for a paid order, and `PaymentUnderWay` while a bank is asked for its money.
   *
   * Official pages: merchant 4012791860, partner 4012760108.
   */
  closeOrder(
    request: { merchant: PaymentsCloseOrderRequest; partner: PartnerPaymentsCloseOrderRequest }[M],
  ): Promise<undefined>

  /**
   * JSAPI调起支付. What a page inside WeChat gives to `WeixinJSBridge.invoke('getBrandWCPayRequest', …)` to have the
   * order of `jsapiPrepay` paid; `wx.chooseWXPay` calls `timeStamp` `timestamp`. Make them each time that the
   * payer is about to pay, and sign nowhere but on your server: the private key never leaves it. What the cashier
   * answers to the client is no proof of payment; a `PaymentNotice` or a query is.
   *
   * Sends nothing. Throws a `TypeError` for a field that is no text of visible ASCII characters, and with an SM2
   * key: these parameters are signed by RSA.
   */
  jsapiParameters(request: PaymentsJsapiParametersRequest): PaymentsJsapiParameters

  /**
   * 小程序调起支付. What a mini program gives to `wx.requestPayment` to have the order of `jsapiPrepay` paid. The app id
   * is signed and not handed over. Make them each time that the payer is about to pay, and sign nowhere but on
   * your server: the private key never leaves it. What the cashier answers to the client is no proof of payment; a
   * `PaymentNotice` or a query is.
   *
   * Sends nothing. Throws a `TypeError` for a field that is no text of visible ASCII characters, and with an SM2
   * key: these parameters are signed by RSA.
   */
  miniProgramParameters(request: PaymentsMiniProgramParametersRequest): PaymentsMiniProgramParameters

  /**
   * APP调起支付. What an app gives to the Open SDK as a `PayReq` to have the order of `appPrepay` paid; on iOS
   * `packageValue` is called `package`, and `timeStamp` is a number. Make them each time that the payer is about
   * to pay, and sign nowhere but on your server: the private key never leaves it. What the cashier answers to the
   * client is no proof of payment; a `PaymentNotice` or a query is.
   *
   * Sends nothing. Throws a `TypeError` for a field that is no text of visible ASCII characters, and with an SM2
   * key: these parameters are signed by RSA.
   */
  appParameters(request: PaymentsAppParametersRequest): PaymentsAppParameters
}

/** The calls of `client.payments` in partner mode. */
export interface PartnerPaymentsClient extends PaymentsClient<'partner'> {
  /**
   * 小程序支付下单. Orders for a mini program; `jsapiPrepay` does the same and is the one that the documents have.
   * Amounts are fen. The same number with the same parameters may be ordered again and gives a fresh session; with
   * others it is refused.
   *
   * Nothing is paid yet: give goods when a `PaymentNotice` says so or a query answers `SUCCESS`, and compare
   * `amount.total` with your own order.
   *
   * Official pages: partner 4012759974.
   */
  miniProgramPrepay(request: PaymentsMiniProgramPrepayRequest): Promise<PaymentsJsapiPrepayReply>
}

/** The clients of basic products, by mode. */
export interface BasicClients {
  merchant: {
    readonly payments: PaymentsClient<'merchant'>
  }
  partner: {
    readonly payments: PartnerPaymentsClient
  }
}

const refusals1: CallRules['refusals'] = [
  {
    status: 400,
    code: 'APPID_MCHID_NOT_MATCH',
    whatToDo:
      'Do not repeat. Bind the app id to the merchant number on the merchant platform, or send the app id that is bound.',
  },
  {
    status: 400,
    code: 'ORDER_CLOSED',
    whatToDo: 'The order is closed. Order again under a new out_trade_no.',
  },
  {
    status: 400,
    code: 'INVALID_REQUEST',
    whatToDo:
      'The number was ordered before with other parameters, by another prepay call, or is closed; message says which. Close it if nobody is to pay it, and order again under a new out_trade_no.',
  },
  {
    status: 403,
    code: 'OUT_TRADE_NO_USED',
    whatToDo: 'The order is paid or the number is used. Call queryOrderByOutTradeNo before anything else.',
    type: NumberUsed,
  },
  {
    status: 403,
    code: 'NO_AUTH',
    whatToDo:
      'Do not repeat. The merchant number or the sub-merchant may not use this product, or may not collect; message says which.',
  },
]

const refusals2: CallRules['refusals'] = [
  {
    status: 404,
    code: 'ORDER_NOT_EXIST',
    whatToDo:
      'There is no such order of this merchant. If its prepay call had no answer, it never arrived: send the same request again.',
  },
]

export const basicRules: Readonly<Record<keyof BasicCalls, CallRules>> = {
  'payments.jsapiPrepay': {
    method: 'POST',
    paths: { merchant: '/v3/pay/transactions/jsapi', partner: '/v3/pay/partner/transactions/jsapi' },
    ifUnknown:
      'The order may exist, but nobody can pay it without what the reply gives. Send the same request with the same out_trade_no again.',
    refusals: refusals1,
  },
  'payments.appPrepay': {
    method: 'POST',
    paths: { merchant: '/v3/pay/transactions/app', partner: '/v3/pay/partner/transactions/app' },
    ifUnknown:
      'The order may exist, but nobody can pay it without what the reply gives. Send the same request with the same out_trade_no again.',
    refusals: refusals1,
  },
  'payments.h5Prepay': {
    method: 'POST',
    paths: { merchant: '/v3/pay/transactions/h5', partner: '/v3/pay/partner/transactions/h5' },
    ifUnknown:
      'The order may exist, but nobody can pay it without what the reply gives. Send the same request with the same out_trade_no again.',
    refusals: refusals1,
  },
  'payments.nativePrepay': {
    method: 'POST',
    paths: { merchant: '/v3/pay/transactions/native', partner: '/v3/pay/partner/transactions/native' },
    ifUnknown:
      'The order may exist, but nobody can pay it without what the reply gives. Send the same request with the same out_trade_no again.',
    refusals: refusals1,
  },
  'payments.miniProgramPrepay': {
    method: 'POST',
    paths: { partner: '/v3/pay/partner/transactions/miniprogram' },
    ifUnknown:
      'The order may exist, but nobody can pay it without what the reply gives. Send the same request with the same out_trade_no again.',
    refusals: refusals1,
  },
  'payments.queryOrderById': {
    method: 'GET',
    paths: {
      merchant: '/v3/pay/transactions/id/{transaction_id}',
      partner: '/v3/pay/partner/transactions/id/{transaction_id}',
    },
    echoes: ['transaction_id'],
    refusals: refusals2,
  },
  'payments.queryOrderByOutTradeNo': {
    method: 'GET',
    paths: {
      merchant: '/v3/pay/transactions/out-trade-no/{out_trade_no}',
      partner: '/v3/pay/partner/transactions/out-trade-no/{out_trade_no}',
    },
    echoes: ['out_trade_no'],
    refusals: refusals2,
  },
  'payments.closeOrder': {
    method: 'POST',
    paths: {
      merchant: '/v3/pay/transactions/out-trade-no/{out_trade_no}/close',
      partner: '/v3/pay/partner/transactions/out-trade-no/{out_trade_no}/close',
    },
    success: 204,
    ifUnknown:
      'The order may be closed. Close it again, or query it: `SUCCESS` means that it was paid first.',
    refusals: [
      {
        status: 400,
        code: 'INVALID_REQUEST',
        whatToDo:
          'Nothing was closed: the order is paid, or it is of another sub-merchant or another product; message says which. Query it.',
      },
      {
        status: 403,
        code: 'TRADE_ERROR',
        whatToDo:
          'Nothing was closed: the payer is paying. Query the order in a few seconds, and close it again if it is still NOTPAY.',
        type: PaymentUnderWay,
      },
    ],
  },
}
