import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wasAccepted } from './was-accepted.ts'

test('an order was accepted when it waits for its deduction or is paid, and in no other state', () => {
  for (const trade_state of ['ACCEPTED', 'SUCCESS'] as const) assert.equal(wasAccepted({ trade_state }), true)
  for (const trade_state of ['ACCEPT', 'success', 'PAY_FAIL', 'REFUND', '', undefined]) {
    assert.equal(wasAccepted({ trade_state } as never), false)
  }
})
