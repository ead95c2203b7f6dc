import assert from 'node:assert/strict'
import { test } from 'node:test'
import { injectsAt } from './draw.ts'

const injections = (seed: number, probability: number, matches: number) =>
  Array.from({ length: matches }, (_, index) =>
    injectsAt({ seed, probability }, index + 1) ? 'x' : '.',
  ).join('')

test('seed and number decide, the same on every machine and in every version', () => {
  assert.equal(injections(0, 5_000, 40), injections(0, 5_000, 40))
  assert.notEqual(injections(0, 5_000, 40), injections(1, 5_000, 40))
  assert.deepEqual([injections(0, 5_000, 40), injections(7, 1_000, 40)], RECORDED)
})

test('a rule injects as often as its probability says', () => {
  assert.equal(injections(3, 10_000, 200), 'x'.repeat(200))
  for (const probability of [100, 2_500, 9_000]) {
    const share = injections(11, probability, 20_000).replaceAll('.', '').length / 20_000
    assert.ok(Math.abs(share - probability / 10_000) < 0.01, `${probability}: ${share}`)
  }
})

test('a higher probability injects wherever a lower one does, and more often', () => {
  const [few, many] = [injections(5, 2_000, 500), injections(5, 4_000, 500)]
  for (const [index, mark] of [...few].entries()) if (mark === 'x') assert.equal(many[index], 'x')
})

/** As they are and stay: a run that is on record must not change. */
const RECORDED = ['...x.x...xx.xx.x.x....xxxxxxx.xx.xx..xx.', '..............x....x....x...x...........']
