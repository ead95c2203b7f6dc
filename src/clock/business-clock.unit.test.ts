import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BusinessClock, type ClockState, REAL_TIME } from './business-clock.ts'
import { ClockError } from './clock-error.ts'

/** A clock on wall time that the test moves. */
function clockAt(start: number, state?: ClockState): { clock: BusinessClock; pass(ms: number): void } {
  let wall = start
  const clock = new BusinessClock(state, () => wall)
  return {
    clock,
    pass: ms => {
      wall += ms
    },
  }
}

const goesBack = (error: unknown) => error instanceof ClockError && error.refusal === 'GOES_BACK'

test('business time is wall time until it is changed', () => {
  const { clock, pass } = clockAt(1_000)
  pass(5)
  assert.equal(clock.now(), 1_005)
  assert.deepEqual(clock.state, REAL_TIME)
})

test('a frozen clock stands where it was, and runs on from there', () => {
  const { clock, pass } = clockAt(1_000)
  clock.freeze()
  pass(500)
  assert.equal(clock.now(), 1_000)
  clock.run()
  assert.equal(clock.now(), 1_000)
  pass(1)
  assert.equal(clock.now(), 1_001)
  assert.deepEqual(clock.state, { offset_ms: -500, frozen_at: null })
})

test('a frozen clock that is moved stays frozen, a running one runs on, and wall time knows of neither', () => {
  const { clock, pass } = clockAt(1_000)
  clock.moveTo(10_000)
  pass(1)
  assert.equal(clock.now(), 10_001)
  clock.freeze()
  clock.moveTo(20_000)
  pass(1)
  assert.equal(clock.now(), 20_000)
  assert.equal(clock.wallNow(), 1_002)
})

test('it moves to where it is, and never back', () => {
  const { clock } = clockAt(0, { offset_ms: 0, frozen_at: 5_000 })
  clock.moveTo(5_000)
  assert.throws(() => clock.moveTo(4_999), goesBack)
  assert.equal(clock.now(), 5_000)
  clock.run()
  assert.throws(() => clock.moveTo(4_999), goesBack)
  assert.equal(clock.now(), 5_000)
})

test('a clock with the state of another one shows the same time', () => {
  const { clock, pass } = clockAt(1_000)
  clock.moveTo(7_777)
  pass(1)
  assert.equal(clockAt(1_001, clock.state).clock.now(), 7_778)
  clock.freeze()
  assert.equal(clockAt(99_999, clock.state).clock.now(), 7_778)
})

test('whatever is done with it, business time never goes back', () => {
  const step = fc.record({
    does: fc.constantFrom('freeze' as const, 'run' as const, 'move' as const, 'wait' as const),
    ms: fc.integer({ min: -1_000, max: 1_000 }),
  })
  fc.assert(
    fc.property(fc.array(step), steps => {
      const { clock, pass } = clockAt(1_000_000)
      for (const { does, ms } of steps) {
        const before = clock.now()
        if (does === 'wait') pass(Math.abs(ms))
        else if (does === 'move' && ms < 0) assert.throws(() => clock.moveTo(before + ms), goesBack)
        else if (does === 'move') clock.moveTo(before + ms)
        else clock[does]()
        assert.ok(clock.now() >= before)
      }
    }),
  )
})
