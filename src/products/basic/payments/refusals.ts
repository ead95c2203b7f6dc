import type { RefusalInSdk } from '../../../contract/operation.ts'

// What the SDK makes of refusals of these calls.

export const prepayRefusals: readonly RefusalInSdk[] = [
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
      'The number was ordered before with other parameters, by another prepay call, or is closed; message says which. ' +
      'Close it if nobody is to pay it, and order again under a new out_trade_no.',
  },
  {
    status: 403,
    code: 'OUT_TRADE_NO_USED',
    type: 'NumberUsed',
    whatToDo: 'The order is paid or the number is used. Call queryOrderByOutTradeNo before anything else.',
  },
  {
    status: 403,
    code: 'NO_AUTH',
    whatToDo:
      'Do not repeat. The merchant number or the sub-merchant may not use this product, or may not collect; message says which.',
  },
]

export const ORDER_NOT_FOUND: RefusalInSdk = {
  status: 404,
  code: 'ORDER_NOT_EXIST',
  whatToDo:
    'There is no such order of this merchant. If its prepay call had no answer, it never arrived: send the same request again.',
}

export const closeRefusals: readonly RefusalInSdk[] = [
  {
    status: 400,
    code: 'INVALID_REQUEST',
    whatToDo:
      'Nothing was closed: the order is paid, or it is of another sub-merchant or another product; message says which. Query it.',
  },
  {
    status: 403,
    code: 'TRADE_ERROR',
    type: 'PaymentUnderWay',
    whatToDo:
      'Nothing was closed: the payer is paying. Query the order in a few seconds, and close it again if it is still NOTPAY.',
  },
]
