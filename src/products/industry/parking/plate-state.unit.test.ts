import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextPlateState, type PlateEvent, type PlateState } from './plate-state.ts'

/** Every state with every event; undefined where it cannot happen. */
const MOVES: readonly [PlateState, PlateEvent, PlateState | undefined][] = [
  ['OUT_SERVICE', 'open', 'NORMAL'],
  ['OUT_SERVICE', 'pause', undefined],
  ['OUT_SERVICE', 'resume', undefined],
  ['OUT_SERVICE', 'remove', 'OUT_SERVICE'],
  ['NORMAL', 'open', 'NORMAL'],
  ['NORMAL', 'pause', 'PAUSE'],
  ['NORMAL', 'resume', 'NORMAL'],
  ['NORMAL', 'remove', 'OUT_SERVICE'],
  ['PAUSE', 'open', 'PAUSE'],
  ['PAUSE', 'pause', 'PAUSE'],
  ['PAUSE', 'resume', 'NORMAL'],
  ['PAUSE', 'remove', 'OUT_SERVICE'],
]

for (const [state, event, next] of MOVES) {
  test(`${event} in ${state} leads to ${next ?? 'nothing: it cannot happen'}`, () => {
    assert.equal(nextPlateState(state, event), next)
  })
}

test('an event that is repeated changes nothing more', () => {
  for (const [, event, next] of MOVES) {
    if (next) assert.equal(nextPlateState(next, event), next)
  }
})
