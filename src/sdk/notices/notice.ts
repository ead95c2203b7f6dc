import type { RefundResult, refundResult } from '../../products/common/refunds/contract.ts'
import type { SecurityEchoResult, securityEchoResult } from '../../products/common/security-echo/contract.ts'
import type {
  EntranceStateChange,
  entranceStateChange,
  transactionResult,
} from '../../products/industry/parking/contract.ts'
import type { ReplyTo } from '../transport/operations.ts'

/** A verified, decrypted notice. `switch (notice.event_type)` tells the kinds apart. */
export type Notice =
  | EntranceStateChangeNotice
  | TransactionNotice
  | RefundNotice
  | SecurityEchoNotice
  | UnknownNotice

/** What every notice has beside its resource. */
interface Envelope {
  /** The same for each delivery of one notice; up to 36 characters. */
  id: string
  /** RFC 3339. */
  create_time: string
  /** Text for people; empty when the platform sent none. */
  summary: string
  /** The decrypted text as it came, for the record. */
  plaintext: string
}

/**
 * The usability of an open stay has changed (停车入场状态变更通知). Notices may overtake each other: `state_update_time` has
 * milliseconds, so keep the latest. Official page: 4012284177, partner 4012085798.
 */
export interface EntranceStateChangeNotice extends Envelope {
  event_type: keyof (typeof entranceStateChange)['events']
  resource: EntranceStateChange
}

/**
 * A deduction succeeded or failed, or the user repaid what the platform had advanced (订单支付结果通知). Compare
 * `out_trade_no` and `amount.total`, in fen, with your own order. Official page: 4012284311, partner 4012086059.
 */
export interface TransactionNotice extends Envelope {
  event_type: keyof (typeof transactionResult)['events']
  resource: NoticedTransaction
}

/** The order as `queryTransaction` gives it, with the same names; the notice may leave out the payer. */
export type NoticedTransaction = Omit<ReplyTo<'queryTransaction'>, 'payer'> &
  Partial<Pick<ReplyTo<'queryTransaction'>, 'payer'>>

/**
 * A refund has arrived, could not be paid out, or was given up (退款结果通知). Its state is `refund_status` here and
 * `status` in the calls. On `REFUND.ABNORMAL` the user has no account that takes the money: call
 * `createAbnormalRefund`. Official page: 4013071196, partner 4013080628.
 */
export interface RefundNotice extends Envelope {
  event_type: keyof (typeof refundResult)['events']
  resource: RefundResult
}

/** The second half of `securityEcho` with a `notify_url`. Official page: partner 4019605946. */
export interface SecurityEchoNotice extends Envelope {
  event_type: keyof (typeof securityEchoResult)['events']
  resource: SecurityEchoResult
}

/** A genuine notice of an event that this version does not know. Acknowledge it, or it comes fifteen times more. */
export interface UnknownNotice extends Envelope {
  event_type: 'unknown'
  /** `event_type` as the platform wrote it. */
  wire_event_type: string
  /** Parsed JSON, or the plaintext where it is none. */
  resource: unknown
}

/** Takes a notice. What it throws makes the platform send the notice again. */
export type NoticeHandler = (notice: Notice) => unknown
