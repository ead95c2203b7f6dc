import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DeliverySlots } from './delivery-slots.ts'

// Who gets how many of the slots for deliveries.

/** Lets each of these take all that it can, one after the other, and then once more. */
function taken(slots: DeliverySlots, mchids: readonly string[]): number[] {
  const counts = new Map(mchids.map(mchid => [mchid, 0]))
  for (const mchid of [...mchids, ...mchids]) {
    while (slots.hasSlotFor(mchid)) {
      slots.take(mchid)
      counts.set(mchid, (counts.get(mchid) ?? 0) + 1)
    }
  }
  return [...counts.values()]
}

test('one merchant gets half of the slots, and those who come after it half of what is left', () => {
  assert.deepEqual(taken(new DeliverySlots(64), ['a', 'b', 'c', 'd', 'e', 'f']), [32, 16, 8, 4, 2, 1])
})

test('merchants who come at the same time get the same, and as much is left for the next one', () => {
  for (const [merchants, share] of [
    [1, 32],
    [3, 16],
    [7, 8],
    [15, 4],
    [31, 2],
  ] as const) {
    const mchids = Array.from({ length: merchants }, (_, index) => `${index}`)
    const slots = new DeliverySlots(64)
    assert.deepEqual(
      slots.shares(mchids),
      new Map(mchids.map(mchid => [mchid, share])),
      `${merchants} merchants`,
    )
    assert.equal(slots.free, 64)
  }
})

test('what one gives back it gets again only as long as it has fewer than are free', () => {
  const slots = new DeliverySlots(8)
  slots.take('hanging', 4)
  slots.take('other', 2)
  assert.deepEqual(slots.shares(['hanging', 'other', 'new']), new Map([['new', 1]]))
  slots.giveBack('hanging')
  assert.deepEqual(
    slots.shares(['hanging', 'other', 'new']),
    new Map([
      ['other', 1],
      ['new', 1],
    ]),
  )
})

test('a copy of which fewer are free leaves the slots as they are', () => {
  const slots = new DeliverySlots(64)
  slots.take('one', 2)
  const copy = slots.copy(4)
  copy.take('other')
  assert.deepEqual([copy.free, copy.hasSlotFor('one'), copy.hasSlotFor('other')], [3, true, true])
  assert.deepEqual([slots.free, slots.copy(100).free], [62, 62])
})

test('whoever takes and gives back in whatever order, few merchants leave room for one more', () => {
  const steps = fc.array(fc.record({ mchid: fc.nat(5).map(String), takes: fc.boolean() }), { maxLength: 200 })
  fc.assert(
    fc.property(steps, list => {
      const slots = new DeliverySlots(64)
      const has = new Map<string, number>()
      for (const { mchid, takes } of list) {
        const count = has.get(mchid) ?? 0
        if (takes && slots.hasSlotFor(mchid)) {
          slots.take(mchid)
          has.set(mchid, count + 1)
        } else if (!takes && count > 0) {
          slots.giveBack(mchid)
          has.set(mchid, count - 1)
        }
        assert.ok(slots.hasSlotFor('newcomer'))
        assert.equal(slots.free, 64 - [...has.values()].reduce((sum, one) => sum + one, 0))
      }
    }),
  )
})
