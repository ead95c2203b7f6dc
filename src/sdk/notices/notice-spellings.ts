import type { NoticedTransaction } from './notice.ts'

type Fields = Record<string, unknown>

/**
 * States as notices may spell them. `ACCEPT` is on the notice page where the calls say `ACCEPTED`; `FAIL` and `PAY_BACK`
 * are in samples that are not official. This reading is for notices alone: the reply to a charge opens a gate and is
 * taken by the letter.
 */
const TRADE_STATES = new Map<unknown, string>([
  ['ACCEPT', 'ACCEPTED'],
  ['FAIL', 'PAY_FAIL'],
  ['PAY_BACK', 'SUCCESS'],
])

/**
 * Gives a noticed order the spelling of `queryTransaction`, so that one type serves both. The only place where the SDK
 * changes what came; `plaintext` keeps the original.
 *
 * The notice page's table calls the batch of a promotion `activity_id`, its sample calls the coupon `promotion_id`, and
 * the replies say `stock_id` and `coupon_id`.
 */
export function normalTransaction(resource: Fields): NoticedTransaction {
  const { promotion_detail: promotions, trade_state } = resource
  return {
    ...resource,
    trade_state: TRADE_STATES.get(trade_state) ?? trade_state,
    ...(Array.isArray(promotions) && { promotion_detail: promotions.map(normalPromotion) }),
  } as NoticedTransaction
}

function normalPromotion(promotion: Fields): Fields {
  return rename(rename(promotion, 'activity_id', 'stock_id'), 'promotion_id', 'coupon_id')
}

/** The echo's page names its encrypted text in two ways. */
export function normalEcho(resource: Fields): Fields {
  return rename(resource, 'encrypt_echo_message', 'encrypted_echo_message')
}

function rename(fields: Fields, from: string, to: string): Fields {
  const { [from]: value, ...others } = fields
  return value === undefined || to in others ? fields : { ...others, [to]: value }
}
