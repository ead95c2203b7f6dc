import type { RefusalInSdk } from '../../../contract/operation.ts'

// What the SDK makes of refusals of these calls.

/** Of both calls that move money. */
export const refundRefusals: readonly RefusalInSdk[] = [
  {
    status: 400,
    whatToDo:
      'Do not repeat as it is; message names the broken rule. Nothing was refunded by this call. Compare the amounts with ' +
      "the order's query and queryByOutRefundNo; another amount needs another out_refund_no.",
  },
  {
    status: 403,
    code: 'NO_AUTH',
    whatToDo: 'Do not repeat. This number may not refund the order: check that sub_mchid is bound to it.',
  },
  {
    status: 403,
    code: 'NOT_ENOUGH',
    type: 'NotEnough',
    whatToDo:
      'Top up the merchant account, then send the same request with the same out_refund_no again. Nothing was refunded.',
  },
  ...['TRADE_OVERDUE', 'USER_ACCOUNT_ABNORMAL'].map(code => ({
    ...{ status: 403, code, type: 'RefundImpossible' },
    whatToDo: 'Do not repeat. Nothing was refunded: pay the user back in another way.',
  })),
  {
    status: 429,
    whatToDo:
      'Refunds of one order are a minute apart. Call queryByOutRefundNo before the same refund is sent again, with the ' +
      'same out_refund_no.',
  },
]
export const REFUND_NOT_FOUND: RefusalInSdk = {
  status: 404,
  code: 'RESOURCE_NOT_EXISTS',
  whatToDo:
    'There is no such refund. If its application had no answer, it never arrived: send the same request with the same ' +
    'out_refund_no again.',
}

export const REFUND_ORDER_NOT_FOUND: RefusalInSdk = {
  status: 404,
  code: 'RESOURCE_NOT_EXISTS',
  whatToDo:
    'Do not repeat. This merchant has no such order, it is of another sub_mchid, or it was not paid; a query of the ' +
    'order says which.',
}
