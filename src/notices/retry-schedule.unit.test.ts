import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterAttempt, RETRY_WAITS_MS } from './retry-schedule.ts'

test('the retry schedule is the official one: 15s/15s/30s/3m/10m/20m/30m/30m/30m/60m/3h/3h/3h/6h/6h', () => {
  const unit = { s: 1_000, m: 60_000, h: 3_600_000 }
  const official = '15s/15s/30s/3m/10m/20m/30m/30m/30m/60m/3h/3h/3h/6h/6h'.split('/')
  const waits = official.map(step => Number.parseInt(step, 10) * unit[step.at(-1) as keyof typeof unit])
  assert.deepEqual([...RETRY_WAITS_MS], waits)
})

test('all waits together are 24 hours and 4 minutes', () => {
  const total = RETRY_WAITS_MS.reduce((sum, wait) => sum + wait, 0)
  assert.equal(total, (24 * 60 + 4) * 60_000)
})

test('an acknowledged notice is delivered, whichever attempt it was', () => {
  for (let attempt = 1; attempt <= 16; attempt += 1) {
    assert.deepEqual(afterAttempt(attempt, true, 1_000), { state: 'DELIVERED', dueAt: null })
  }
})

test('after each of the first fifteen failures the next attempt is due by the retry schedule, after the sixteenth none', () => {
  RETRY_WAITS_MS.forEach((wait, index) => {
    assert.deepEqual(afterAttempt(index + 1, false, 1_000), { state: 'PENDING', dueAt: 1_000 + wait })
  })
  assert.deepEqual(afterAttempt(16, false, 1_000), { state: 'EXHAUSTED', dueAt: null })
})
