import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Places } from './places.ts'

// Who gets how many of the places for deliveries.

/** Lets each of these take all that it can, one after the other, and then once more. */
function taken(places: Places, mchids: readonly string[]): number[] {
  const counts = new Map(mchids.map(mchid => [mchid, 0]))
  for (const mchid of [...mchids, ...mchids]) {
    while (places.isRoomFor(mchid)) {
      places.take(mchid)
      counts.set(mchid, (counts.get(mchid) ?? 0) + 1)
    }
  }
  return [...counts.values()]
}

test('one merchant gets half of the places, and those who come after it half of what is left', () => {
  assert.deepEqual(taken(new Places(64), ['a', 'b', 'c', 'd', 'e', 'f']), [32, 16, 8, 4, 2, 1])
})

test('merchants who come together get the same, and as much is left for the next one', () => {
  for (const [merchants, share] of [
    [1, 32],
    [3, 16],
    [7, 8],
    [15, 4],
    [31, 2],
  ] as const) {
    const mchids = Array.from({ length: merchants }, (_, index) => `${index}`)
    const places = new Places(64)
    assert.deepEqual(
      places.shares(mchids),
      new Map(mchids.map(mchid => [mchid, share])),
      `${merchants} merchants`,
    )
    assert.equal(places.free, 64)
  }
})

test('what one gives back it gets again only as long as it has fewer than are free', () => {
  const places = new Places(8)
  places.take('hanging', 4)
  places.take('other', 2)
  assert.deepEqual(places.shares(['hanging', 'other', 'new']), new Map([['new', 1]]))
  places.giveBack('hanging')
  assert.deepEqual(
    places.shares(['hanging', 'other', 'new']),
    new Map([
      ['other', 1],
      ['new', 1],
    ]),
  )
})

test('a copy of which fewer are free leaves the places as they are', () => {
  const places = new Places(64)
  places.take('one', 2)
  const copy = places.copy(4)
  copy.take('other')
  assert.deepEqual([copy.free, copy.isRoomFor('one'), copy.isRoomFor('other')], [3, true, true])
  assert.deepEqual([places.free, places.copy(100).free], [62, 62])
})

test('whoever takes and gives back in whatever order, few merchants leave room for one more', () => {
  const steps = fc.array(fc.record({ mchid: fc.nat(5).map(String), takes: fc.boolean() }), { maxLength: 200 })
  fc.assert(
    fc.property(steps, list => {
      const places = new Places(64)
      const has = new Map<string, number>()
      for (const { mchid, takes } of list) {
        const count = has.get(mchid) ?? 0
        if (takes && places.isRoomFor(mchid)) {
          places.take(mchid)
          has.set(mchid, count + 1)
        } else if (!takes && count > 0) {
          places.giveBack(mchid)
          has.set(mchid, count - 1)
        }
        assert.ok(places.isRoomFor('newcomer'))
        assert.equal(places.free, 64 - [...has.values()].reduce((sum, one) => sum + one, 0))
      }
    }),
  )
})
