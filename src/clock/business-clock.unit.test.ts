import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BusinessClock, type ClockState, REAL_TIME } from './business-clock.ts'
import { ClockError } from './clock-error.ts'

/** A clock on wall time that the test moves. */
function clockAt(start: number, state?: ClockState): { clock: BusinessClock; pass(ms: number): void } {
  let wall = start
  const clock = new BusinessClock(state, { wallNow: () => wall, elapsed: () => 0 })
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

/** A clock on a host whose wall clock can be set, as it is not by the time that passes. */
function clockOnHost(start: number, reached?: number) {
  let [wall, elapsed] = [start, 0]
  const clock = new BusinessClock(undefined, { wallNow: () => wall, elapsed: () => elapsed }, reached)
  return {
    clock,
    pass: (ms: number) => {
      wall += ms
      elapsed += ms
    },
    set: (ms: number) => {
      wall = ms
    },
  }
}

const DAY = 86_400_000

test('where the host is set back for long, business time runs on, and goes by the host again once that is right', () => {
  const { clock, pass, set } = clockOnHost(90 * DAY)
  assert.equal(clock.now(), 90 * DAY)
  pass(10)
  set(30 * DAY)
  assert.equal(clock.now(), 90 * DAY + 10)
  pass(1_000)
  assert.deepEqual(clock.look(), { now: 90 * DAY + 1_010, wallNow: 30 * DAY + 1_000 })
  set(91 * DAY)
  assert.equal(clock.now(), 91 * DAY)
  pass(5)
  assert.equal(clock.now(), 91 * DAY + 5)
})

test('where the host is set back a little, business time waits for it', () => {
  const { clock, pass, set } = clockOnHost(90 * DAY)
  clock.now()
  set(90 * DAY - 3_000)
  pass(2_000)
  assert.equal(clock.now(), 90 * DAY)
  pass(2_000)
  assert.equal(clock.now(), 90 * DAY + 1_000)
})

test('a clock on a host that is behind what was reached goes on from there', () => {
  const { clock, pass } = clockOnHost(30 * DAY, 90 * DAY)
  assert.equal(clock.now(), 90 * DAY)
  pass(60_000)
  assert.equal(clock.now(), 90 * DAY + 60_000)
  clock.reach(90 * DAY + 90_000)
  assert.equal(clock.now(), 90 * DAY + 90_000)
  clock.moveTo(92 * DAY)
  clock.freeze()
  clock.run()
  assert.equal(clock.now(), 92 * DAY)
})

test('whatever is done with it and with its host, business time never goes back', () => {
  const step = fc.record({
    does: fc.constantFrom(
      'freeze' as const,
      'run' as const,
      'move' as const,
      'wait' as const,
      'set' as const,
    ),
    ms: fc.oneof(fc.integer({ min: -1_000, max: 1_000 }), fc.integer({ min: -90 * DAY, max: 90 * DAY })),
  })
  fc.assert(
    fc.property(fc.array(step), steps => {
      const { clock, pass, set } = clockOnHost(1_000 * DAY)
      for (const { does, ms } of steps) {
        const before = clock.now()
        if (does === 'wait') pass(Math.abs(ms))
        else if (does === 'set') set(clock.wallNow() + ms)
        else if (does === 'move' && ms < 0) assert.throws(() => clock.moveTo(before + ms), goesBack)
        else if (does === 'move') clock.moveTo(before + ms)
        else clock[does]()
        assert.ok(clock.now() >= before)
      }
    }),
  )
})
