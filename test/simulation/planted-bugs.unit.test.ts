import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PLANTS } from './plants.ts'
import { simulate } from './simulation.ts'

// A simulation that finds nothing is worth as much as the bugs that it would find.

const SEEDS = 8
const STEPS = 300

for (const { name, tamper, breaks, firstSeed = 1 } of PLANTS) {
  test(`the simulation finds it when ${name}`, async () => {
    for (let seed = firstSeed; seed < firstSeed + SEEDS; seed += 1) {
      const { violations } = await simulate({ seed, steps: STEPS, tamper })
      const found = violations.map(({ invariant }) => invariant)
      if (found.length === 0) continue
      assert.ok(
        found.some(invariant => breaks.includes(invariant)),
        `It was found as ${found.join(', ')}`,
      )
      return
    }
    assert.fail(`${SEEDS} seeds of ${STEPS} steps have not found it`)
  })
}
