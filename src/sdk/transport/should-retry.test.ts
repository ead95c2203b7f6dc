import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operations } from '../generated/index.ts'
import { type AttemptEnd, type Decision, pauseBefore, shouldRetry } from './should-retry.ts'

const {
  'parking.queryTransaction': queryTransaction,
  'parking.createParking': createParking,
  'parking.createTransaction': createTransaction,
  'refunds.createRefund': createRefund,
  'refunds.createAbnormalRefund': createAbnormalRefund,
} = operations

const SCENARIOS: [end: AttemptEnd, read: Decision, entry: Decision, charge: Decision][] = [
  ['no_reply', 'repeat_elsewhere', 'repeat_elsewhere', 'repeat_elsewhere'],
  ['untrusted', 'repeat_elsewhere', 'repeat_elsewhere', 'repeat_elsewhere'],
  [502, 'repeat_elsewhere', 'repeat_elsewhere', 'repeat_elsewhere'],
  [503, 'repeat_elsewhere', 'repeat_elsewhere', 'repeat_elsewhere'],
  [500, 'repeat', 'repeat', 'repeat'],
  [202, 'repeat', 'repeat', 'repeat'],
  [429, 'repeat', 'repeat', 'stop'],
  ['forged', 'repeat', 'stop', 'stop'],
  [400, 'stop', 'stop', 'stop'],
  [401, 'stop', 'stop', 'stop'],
  [403, 'stop', 'stop', 'stop'],
  [404, 'stop', 'stop', 'stop'],
  [405, 'stop', 'stop', 'stop'],
  [302, 'stop', 'stop', 'stop'],
]

for (const [end, read, entry, charge] of SCENARIOS) {
  test(`after ${end}: a read is to ${read}, an entry to ${entry}, a charge to ${charge}`, () => {
    assert.equal(shouldRetry(queryTransaction, end, 1, 2), read)
    assert.equal(shouldRetry(createParking, end, 1, 2), entry)
    assert.equal(shouldRetry(createTransaction, end, 1, 2), charge)
    // Money that goes back is money that moves.
    assert.equal(shouldRetry(createRefund, end, 1, 2), charge)
    assert.equal(shouldRetry(createAbnormalRefund, end, 1, 2), charge)
  })
}

test('nothing is repeated more often than was asked for', () => {
  for (const [end] of SCENARIOS) {
    assert.equal(shouldRetry(queryTransaction, end, 3, 2), 'stop')
    assert.equal(shouldRetry(queryTransaction, end, 1, 0), 'stop')
  }
})

test('pauses double, keep at least half of their length and never pass five seconds', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6].map(attempt => pauseBefore(attempt, 500, 0)),
    [250, 500, 1000, 2000, 2500, 2500],
  )
  assert.equal(pauseBefore(1, 500, 0.5), 375)
  assert.equal(pauseBefore(1, 0, 0.5), 0)
})
