import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayOpenGate, wasAccepted } from './gate.ts'

test('the gate opens on ACCEPTED and on nothing else, ACCEPT included', () => {
  assert.equal(mayOpenGate({ trade_state: 'ACCEPTED' }), true)
  for (const trade_state of ['ACCEPT', 'accepted', 'SUCCESS', 'PAY_FAIL', 'REFUND', '', undefined]) {
    assert.equal(mayOpenGate({ trade_state } as never), false)
  }
})

test('an order was accepted when it waits for its deduction or is paid, and in no other state', () => {
  for (const trade_state of ['ACCEPTED', 'SUCCESS'] as const) assert.equal(wasAccepted({ trade_state }), true)
  for (const trade_state of ['ACCEPT', 'success', 'PAY_FAIL', 'REFUND', '', undefined]) {
    assert.equal(wasAccepted({ trade_state } as never), false)
  }
})
