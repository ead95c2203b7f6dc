/** What the administration API answers, as far as the checks look at it. */

/** One attempt to send a notice. */
export interface Attempt {
  attempt: number
  duration_ms: number
  request_headers: Record<string, string>
  request_body: string
  /** Absent when no reply came. */
  reply_status?: number
  reply_body: string
  /** Why it is no acknowledgement; empty when it is. */
  failure: string
}

export interface NoticeDetail {
  id: string
  event_type: string
  original_type: string
  notify_url: string
  state: string
  resource: Record<string, unknown>
  sent: Attempt[]
}

export interface PlatformOrder {
  out_trade_no: string
  trade_state: string
  transaction_id?: string
  total: number
  notices: { id: string; event_type: string }[]
}

export interface PlatformRefund {
  out_refund_no: string
  refund_id: string
  transaction_id: string
  refund: number
  status: string
}

/** A call of the merchant, as the platform has had it. */
export interface Call {
  request_id: string
  op: string
  /** Absent when there was no reply. */
  status?: number
  code?: string
  /** What the request names, by its fields. */
  numbers: Record<string, string>
}
