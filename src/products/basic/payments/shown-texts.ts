/** What WeChat shows to a payer whose payment it refuses; in its own words where they are known. */
export const SHOWN = {
  SIGNATURE_WRONG: '支付验证签名失败',
  PARAMETER_MISSING: '调用支付JSAPI缺少参数',
  PACKAGE_WRONG: 'JSAPI缺少参数total_fee',
  APP_SESSION_UNKNOWN: '商户支付下单ID非法',
  APPID_WRONG: '商户传入的APPID参数不正确，请联系商户处理',
  SCENE_WRONG: '支付场景非法',
  CODE_EXPIRED: '二维码已过期，请重新生成',
  CODE_OF_OTHERS: '商家订单信息有误，请重新下单支付',
  H5_EXPIRED: '支付请求已失效，请重新发起支付',
  H5_OF_OTHERS: '签名验证失败',
  H5_IN_WECHAT: '请在微信外打开订单，进行支付',
  REFERER_MISSING: '商家参数格式有误，请联系商家解决',
  DOMAIN_UNREGISTERED: '商家存在未配置的参数，请联系商家解决',
  REDIRECT_URL_WRONG: '签名验证失败',
  OTHER_PAYER: '下单账号与支付账号不一致，请核实后再支付',
  PAID: '该订单已支付',
  LAPSED: '该订单已失效',
  TOO_LATE: '订单已超过商户设置的最晚支付成功时间，请重新发起支付',
  RESTRICTED:
    '此商家的收款功能已被限制，暂无法支付。商家可登录微信商户平台/微信支付商家助手小程序/经营账户页面查看原因和解决方案',
  UNDER_WAY: '订单正在支付中，请稍后再试',
  NO_FUNDS: '余额不足',
  ACCOUNT_FROZEN: '账户状态异常，暂无法支付',
} as const
export type ShownName = keyof typeof SHOWN

/** Why a payer could not pay: what WeChat shows, and for the merchant's engineer the cause, line by line. */
export interface Refusal {
  name: ShownName
  shown: string
  explanation: readonly string[]
}

export function refusal(name: ShownName, ...explanation: string[]): Refusal {
  return { name, shown: SHOWN[name], explanation }
}
