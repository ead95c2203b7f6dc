import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayOpenGate } from './may-open-gate.ts'

test('the gate opens on ACCEPTED and on nothing else, ACCEPT included', () => {
  assert.equal(mayOpenGate({ trade_state: 'ACCEPTED' }), true)
  for (const trade_state of ['ACCEPT', 'accepted', 'SUCCESS', 'PAY_FAIL', 'REFUND', '', undefined]) {
    assert.equal(mayOpenGate({ trade_state } as never), false)
  }
})
