import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextOrderState, type OrderEvent, TRADE_STATES, type TradeState } from './order-state.ts'

const EVENTS: readonly OrderEvent[] = [
  'password_needed',
  'paid',
  'gave_up',
  'charged_again',
  'closed',
  'revoked',
  'refunded',
]

/** Everything that can happen; what is not here cannot. */
const MOVES: Partial<Record<`${TradeState} ${OrderEvent}`, TradeState>> = {
  'NOTPAY password_needed': 'USERPAYING',
  'NOTPAY paid': 'SUCCESS',
  'NOTPAY closed': 'CLOSED',
  'NOTPAY revoked': 'REVOKED',
  'USERPAYING paid': 'SUCCESS',
  'USERPAYING gave_up': 'PAYERROR',
  'USERPAYING revoked': 'REVOKED',
  'PAYERROR revoked': 'REVOKED',
  'ACCEPTED paid': 'SUCCESS',
  'ACCEPTED gave_up': 'PAY_FAIL',
  'PAY_FAIL charged_again': 'ACCEPTED',
  'SUCCESS refunded': 'REFUND',
  // A second part of the money goes back.
  'REFUND refunded': 'REFUND',
}

for (const state of TRADE_STATES) {
  for (const event of EVENTS) {
    const next = MOVES[`${state} ${event}`]
    test(`an order in ${state} that is ${event} ${next ? `becomes ${next}` : 'is a fault of ours'}`, () => {
      if (next) assert.equal(nextOrderState(state, event), next)
      else assert.throws(() => nextOrderState(state, event), /cannot become/)
    })
  }
}
