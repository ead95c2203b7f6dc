import { clientParameters } from '../../../contract/client-parameters.ts'
import { text } from '../../../contract/fields.ts'
import * as Type from '../../../contract/schema.ts'

// What a page or an app hands to WeChat to have an order paid, as the SDK makes it.

const prepayId = text('预支付交易会话标识', 64, { description: 'From the reply, valid for two hours' })
const request = (app: string) =>
  Type.Object({
    appid: text('应用ID', 32, {
      description: `${app}, as in the prepay call: \`appid\`, of a provider \`sp_appid\`, or \`sub_appid\` where it is used`,
    }),
    prepay_id: prepayId,
  })

const fresh =
  'Make them each time that the payer is about to pay, and sign nowhere but on your server: the private key never ' +
  'leaves it. What the cashier answers to the client is no proof of payment; a `PaymentNotice` or a query is.'
const inWeChat = {
  signed: ['{appid}', '{timestamp}', '{nonce}', 'prepay_id={prepay_id}'],
  signature: 'paySign',
} as const
const signedFields = {
  ...{ timeStamp: '{timestamp}', nonceStr: '{nonce}' },
  ...{ package: 'prepay_id={prepay_id}', signType: 'RSA' },
} as const

export const jsapiParameters = clientParameters({
  id: 'payments.jsapiParameters',
  title: { zh: 'JSAPI调起支付', en: 'Parameters of a page inside WeChat' },
  request: request('The official account of the page'),
  fields: { appId: '{appid}', ...signedFields },
  ...inWeChat,
  sdk: {
    description: `What a page inside WeChat gives to \`WeixinJSBridge.invoke('getBrandWCPayRequest', …)\` to have the order of \`jsapiPrepay\` paid; \`wx.chooseWXPay\` calls \`timeStamp\` \`timestamp\`. ${fresh}`,
  },
})

export const miniProgramParameters = clientParameters({
  id: 'payments.miniProgramParameters',
  title: { zh: '小程序调起支付', en: 'Parameters of a mini program' },
  request: request('The mini program'),
  fields: signedFields,
  ...inWeChat,
  sdk: {
    description: `What a mini program gives to \`wx.requestPayment\` to have the order of \`jsapiPrepay\` paid. The app id is signed and not handed over. ${fresh}`,
  },
})

export const appParameters = clientParameters({
  id: 'payments.appParameters',
  title: { zh: 'APP调起支付', en: 'Parameters of an app' },
  request: request('The app of the Open Platform'),
  fields: {
    ...{ appId: '{appid}', partnerId: '{mchid}', prepayId: '{prepay_id}', packageValue: 'Sign=WXPay' },
    ...{ nonceStr: '{nonce}', timeStamp: '{timestamp}' },
  },
  signed: ['{appid}', '{timestamp}', '{nonce}', '{prepay_id}'],
  signature: 'sign',
  sdk: {
    description: `What an app gives to the Open SDK as a \`PayReq\` to have the order of \`appPrepay\` paid; on iOS \`packageValue\` is called \`package\`, and \`timeStamp\` is a number. ${fresh}`,
  },
})

export const handedOver = [jsapiParameters, miniProgramParameters, appParameters] as const
