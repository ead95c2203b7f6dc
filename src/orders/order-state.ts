/**
 * Every state that an order can be in, whatever product has made it; each product has those of its documents.
 *
 * `NOTPAY` waits for its payer, `USERPAYING` for the payer's password, `ACCEPTED` for the platform to collect. Nobody pays an
 * order that is `PAYERROR`, `CLOSED` or `REVOKED`, nor `PAY_FAIL` unless it is charged again.
 */
export const TRADE_STATES = [
  'NOTPAY',
  'USERPAYING',
  'ACCEPTED',
  'SUCCESS',
  'PAYERROR',
  'PAY_FAIL',
  'CLOSED',
  'REVOKED',
  'REFUND',
] as const
export type TradeState = (typeof TRADE_STATES)[number]

/** What happens to an order. Its merchant closes one that waits for its payer, and revokes one whose payer was charged. */
export type OrderEvent =
  | 'password_needed'
  | 'paid'
  | 'gave_up'
  | 'charged_again'
  | 'closed'
  | 'revoked'
  | 'refunded'

const NEXT: Record<TradeState, Partial<Record<OrderEvent, TradeState>>> = {
  NOTPAY: { password_needed: 'USERPAYING', paid: 'SUCCESS', closed: 'CLOSED', revoked: 'REVOKED' },
  USERPAYING: { paid: 'SUCCESS', gave_up: 'PAYERROR', revoked: 'REVOKED' },
  ACCEPTED: { paid: 'SUCCESS', gave_up: 'PAY_FAIL' },
  SUCCESS: { refunded: 'REFUND' },
  PAYERROR: { revoked: 'REVOKED' },
  PAY_FAIL: { charged_again: 'ACCEPTED' },
  CLOSED: {},
  REVOKED: {},
  REFUND: { refunded: 'REFUND' },
}

/** The state after an event. Throws on an event that cannot happen in a state: the caller has lost track. */
export function nextOrderState(state: TradeState, event: OrderEvent): TradeState {
  const next = NEXT[state][event]
  if (!next) throw new Error(`An order in ${state} cannot become ${event}`)
  return next
}
