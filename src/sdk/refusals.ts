import { formatTime, parseTime } from '../protocol/time.ts'
import { type ErrorFacts, WechatPayError } from './transport/errors.ts'

// What only some calls are refused with. Their contracts say which, by the names that this file exports.

export { NumberUsed } from './transport/errors.ts'

/** 403 `NOT_ENOUGH` or `RULE_LIMIT` of a charge: the user owes too much, or was charged too often today. */
export class ChargeRefused extends WechatPayError {}
/** 403 `NOT_ENOUGH` of a refund: the merchant's account has too little for it. */
export class NotEnough extends WechatPayError {}
/** 403 `TRADE_OVERDUE`, `USER_ACCOUNT_ABNORMAL`: this payment cannot be given back by a refund any more. */
export class RefundImpossible extends WechatPayError {}
/** 403 `TRADE_ERROR` of a close: a bank was asked for the money of this order and has not answered yet. */
export class PaymentUnderWay extends WechatPayError {}
/** 400 `NO_STATEMENT_EXIST`: nothing happened on that day, so it has no bill and never will. */
export class NoStatement extends WechatPayError {}

const DAY_MS = 24 * 60 * 60 * 1000

/** 400 `STATEMENT_CREATING`: the bill is not ready yet. */
export class StatementCreating extends WechatPayError {
  /**
   * 10:00 Beijing time of the day after `bill_date`, RFC 3339. Ask again then; when it has passed, every half hour.
   * `undefined` when `bill_date` was no day.
   */
  readonly readyFrom: string | undefined

  constructor(facts: ErrorFacts) {
    super(facts)
    const { bill_date } = { bill_date: '', ...facts.request }
    const morning = parseTime(`${bill_date}T10:00:00+08:00`)
    this.readyFrom = morning === undefined ? undefined : formatTime(morning + DAY_MS)
  }
}
