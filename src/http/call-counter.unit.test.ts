import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { callCounter } from './call-counter.ts'

const SECOND = 1_700_000_000_000

/** How the server uses a counter: a call passes as long as no more than the limit were counted. */
function rateLimit(limit: number): (key: string, now: number) => boolean {
  const counter = callCounter()
  return (key, now) => counter.count(key, now) <= limit
}

test('as many calls pass in a second as the limit says, and again in the next', () => {
  const mayPass = rateLimit(2)
  const passed = [0, 1, 500, 999, 1000, 1001, 1999, 2000].map(ms => mayPass('merchant/call', SECOND + ms))
  assert.deepEqual(passed, [true, true, false, false, true, true, false, true])
})

test('every merchant and every call has a limit of its own', () => {
  const mayPass = rateLimit(1)
  assert.deepEqual(
    ['1/a', '1/b', '2/a', '1/a'].map(key => mayPass(key, SECOND)),
    [true, true, true, false],
  )
})

test('a limit of nothing lets nothing pass', () => {
  assert.equal(rateLimit(0)('1/a', SECOND), false)
})

test('in no second do more calls pass than the limit, and never fewer when there are enough', () => {
  const calls = fc.array(fc.record({ key: fc.constantFrom('a', 'b'), ms: fc.nat({ max: 5_000 }) }))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), calls, (limit, made) => {
      const mayPass = rateLimit(limit)
      const windows = new Map<string, { made: number; passed: number }>()
      for (const { key, ms } of made.toSorted((one, two) => one.ms - two.ms)) {
        const name = `${key}${Math.floor(ms / 1000)}`
        const window = windows.get(name) ?? { made: 0, passed: 0 }
        window.made += 1
        if (mayPass(key, SECOND + ms)) window.passed += 1
        windows.set(name, window)
      }
      for (const window of windows.values()) assert.equal(window.passed, Math.min(window.made, limit))
    }),
  )
})

test('a flood of keys is forgotten second by second, and the limit of the present one holds', () => {
  const mayPass = rateLimit(1)
  for (let key = 0; key < 25_000; key++)
    assert.ok(mayPass(String(key), SECOND + Math.floor(key / 5_000) * 1000))
  assert.equal(mayPass('24999', SECOND + 4_000), false)
})

test('what was counted can be read without counting, and is forgotten with its second', () => {
  const counter = callCounter()
  assert.equal(counter.counted('1/a', SECOND), 0)
  counter.count('1/a', SECOND)
  counter.count('1/a', SECOND + 999)
  assert.deepEqual(
    [0, 500, 1000].map(ms => counter.counted('1/a', SECOND + ms)),
    [2, 2, 0],
  )
  assert.equal(counter.counted('1/b', SECOND), 0)
})
