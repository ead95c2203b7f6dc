// Generated from the contracts: change those, and run `npm run generate`.

import type { ClientParametersRule } from '../pages/client-parameters.ts'

/** What a merchant's clients hand to WeChat, by the ids of the products. */
export const clientParameterRules: Readonly<Record<string, ClientParametersRule>> = {
  'payments.jsapiParameters': {
    asks: ['appid', 'prepay_id'],
    fields: {
      appId: '{appid}',
      timeStamp: '{timestamp}',
      nonceStr: '{nonce}',
      package: 'prepay_id={prepay_id}',
      signType: 'RSA',
    },
    signed: ['{appid}', '{timestamp}', '{nonce}', 'prepay_id={prepay_id}'],
    signature: 'paySign',
  },
  'payments.miniProgramParameters': {
    asks: ['appid', 'prepay_id'],
    fields: {
      timeStamp: '{timestamp}',
      nonceStr: '{nonce}',
      package: 'prepay_id={prepay_id}',
      signType: 'RSA',
    },
    signed: ['{appid}', '{timestamp}', '{nonce}', 'prepay_id={prepay_id}'],
    signature: 'paySign',
  },
  'payments.appParameters': {
    asks: ['appid', 'prepay_id'],
    fields: {
      appId: '{appid}',
      partnerId: '{mchid}',
      prepayId: '{prepay_id}',
      packageValue: 'Sign=WXPay',
      nonceStr: '{nonce}',
      timeStamp: '{timestamp}',
    },
    signed: ['{appid}', '{timestamp}', '{nonce}', '{prepay_id}'],
    signature: 'sign',
  },
}
