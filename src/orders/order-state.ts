/** Every state that an order can be in. */
export const TRADE_STATES = ['ACCEPTED', 'SUCCESS', 'PAY_FAIL', 'REFUND'] as const
export type TradeState = (typeof TRADE_STATES)[number]

/** What happens to an order. */
export type OrderEvent = 'paid' | 'gave_up' | 'charged_again' | 'refunded'

const NEXT: Record<TradeState, Partial<Record<OrderEvent, TradeState>>> = {
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

/** `trade_state_description` of each state: what is, and what to do. */
export const STATE_DESCRIPTIONS: Record<TradeState, string> = {
  ACCEPTED: '扣费已受理，等待扣款结果',
  SUCCESS: '扣款成功',
  PAY_FAIL: '支付失败，请重新下单支付',
  REFUND: '订单已转入退款',
}
