import type { Entry } from './open-order.ts'
import type { PaymentResult } from './payment-results.ts'

/** What a page or an app is given, by how the payment has ended. */
const CLIENTS: Partial<Record<Entry['way'], Record<'PAID' | 'CANCELLED' | 'REFUSED', object>>> = {
  jsapi: {
    PAID: { err_msg: 'get_brand_wcpay_request:ok' },
    CANCELLED: { err_msg: 'get_brand_wcpay_request:cancel' },
    REFUSED: { err_msg: 'get_brand_wcpay_request:fail' },
  },
  mini_program: {
    PAID: { errMsg: 'requestPayment:ok' },
    CANCELLED: { errMsg: 'requestPayment:fail cancel' },
    REFUSED: { errMsg: 'requestPayment:fail' },
  },
  app: { PAID: { errCode: 0 }, CANCELLED: { errCode: -2 }, REFUSED: { errCode: -1 } },
}

/** `undefined` where no page and no app waits, and while it is not known how the payment ends. */
export function clientResult(
  way: Entry['way'],
  { state, shown }: Pick<PaymentResult, 'state' | 'shown'>,
): Record<string, unknown> | undefined {
  const client = state === 'PROCESSING' ? undefined : CLIENTS[way]?.[state]
  return client && { ...client, ...(way === 'jsapi' && shown && { err_desc: shown }) }
}
