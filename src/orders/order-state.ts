/**
 * Every state that an order can be in, whatever product has made it; each product has those of its documents.
 *
 * `NOTPAY` waits for its payer, `ACCEPTED` for the platform to collect.
 */
export const TRADE_STATES = ['NOTPAY', 'ACCEPTED', 'SUCCESS', 'PAY_FAIL', 'REFUND'] as const
export type TradeState = (typeof TRADE_STATES)[number]

/** What happens to an order. */
export type OrderEvent = 'paid' | 'gave_up' | 'charged_again' | 'refunded'

const NEXT: Record<TradeState, Partial<Record<OrderEvent, TradeState>>> = {
  NOTPAY: { paid: 'SUCCESS' },
  ACCEPTED: { paid: 'SUCCESS', gave_up: 'PAY_FAIL' },
  SUCCESS: { refunded: 'REFUND' },
  PAY_FAIL: { charged_again: 'ACCEPTED' },
  REFUND: { refunded: 'REFUND' },
}

/** The state after an event. Throws on an event that cannot happen in a state: the caller has lost track. */
export function nextOrderState(state: TradeState, event: OrderEvent): TradeState {
  const next = NEXT[state][event]
  if (!next) throw new Error(`An order in ${state} cannot become ${event}`)
  return next
}
