import { id, listOf, oneOf, page, payerId, shown, text, time } from '../../../../admin/fields.ts'
import { adminOperation } from '../../../../admin/operation.ts'
import * as Type from '../../../../contract/schema.ts'

const STATES = ['PAID', 'PROCESSING', 'CANCELLED', 'REFUSED'] as const

const paymentId = id('Your name of what the payer does; the same again does nothing')

/** A page can hand over anything, and what is wrong with it is explained and not refused here. */
const parameters = (description: string) =>
  Type.Unsafe<Record<string, unknown>>({ type: 'object', description })

const payment = {
  payment_id: shown('Your name of it'),
  state: oneOf(
    'PROCESSING while a bank has not answered; REFUSED when the payer was shown why it is not possible',
    STATES,
  ),
  mchid: Type.Optional(shown('The merchant number that has ordered; absent when no order was found')),
  out_trade_no: Type.Optional(shown('Its order number')),
  shown: Type.Optional(shown('What the payer was shown')),
  explanation: Type.Optional(Type.Array(Type.String(), { description: 'Why, line by line' })),
}

export const putPayment = adminOperation({
  name: 'putPayment',
  method: 'PUT',
  path: '/admin/v1/payers/{payer_id}/payments/{payment_id}',
  title: 'Lets a payer pay an order, or look at it and go away; once for each payment_id',
  description:
    'Give exactly one of `code_url`, `h5_url`, `jsapi`, `mini_program` and `app`. The last three are what a page or an app hands to WeChat, ' +
    'and are checked as WeChat does: form, app id, signature, age, payer. What does not fit is a 200 with the state REFUSED, ' +
    'with what the payer is shown and with the cause.',
  request: Type.Object({
    payer_id: payerId,
    payment_id: paymentId,
    code_url: Type.Optional(text('A code that the payer scans', 512)),
    h5_url: Type.Optional(text('A page that the payer opens in a browser', 2048)),
    jsapi: Type.Optional(parameters('What the page gives to getBrandWCPayRequest or wx.chooseWXPay')),
    mini_program: Type.Optional(parameters('What the mini program gives to wx.requestPayment')),
    app: Type.Optional(
      parameters('What the app gives to sendReq, by the names of Android, of iOS, or in small letters'),
    ),
    appid: Type.Optional(
      text('With `mini_program`: the app id of the mini program; that of the order unless said', 32),
    ),
    action: Type.Optional(
      oneOf('PAY unless said; of `payer-who-cancels` CANCEL', ['PAY', 'CANCEL'] as const),
    ),
    source: Type.Optional(
      text("A card_id, or `wallet`; the payer's sources are tried in their order unless said", 64),
    ),
  }),
  reply: Type.Object({
    ...payment,
    client: Type.Optional(
      Type.Unsafe<Record<string, unknown>>({
        type: 'object',
        description:
          'What the page or the app would be given; absent with `code_url` and `h5_url`, and while it is PROCESSING',
      }),
    ),
  }),
  problems: ['NOT_FOUND', 'CONFLICT'],
})

export const listPayments = adminOperation({
  name: 'listPayments',
  method: 'GET',
  path: '/admin/v1/payers/{payer_id}/payments',
  title: 'What a payer did with orders, the newest first',
  request: Type.Object({ payer_id: payerId, ...page }),
  reply: listOf(Type.Object({ ...payment, create_time: time('When') })),
  problems: ['NOT_FOUND'],
})
