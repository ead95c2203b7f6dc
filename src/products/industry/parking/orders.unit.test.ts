import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TRADE_STATES } from './contract.ts'
import { STATE_DESCRIPTIONS } from './orders.ts'

test('each state has a description within the 256 bytes of its field', () => {
  assert.deepEqual(Object.keys(STATE_DESCRIPTIONS).sort(), [...TRADE_STATES].sort())
  for (const text of Object.values(STATE_DESCRIPTIONS)) {
    assert.ok(Buffer.byteLength(text) > 0 && Buffer.byteLength(text) <= 256)
  }
})
