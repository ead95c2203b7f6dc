import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulate } from './simulation.ts'

// Of one platform on SQLite: two on one store race for what is due, and which is faster is not drawn by the seed.

const STEPS = 200

test('one seed run twice gives the same history to the last byte, and another seed another one', async () => {
  const [one, other, another] = [
    await simulate({ seed: 21, steps: STEPS }),
    await simulate({ seed: 21, steps: STEPS }),
    await simulate({ seed: 22, steps: STEPS }),
  ]
  assert.equal(one.digest, other.digest)
  assert.notEqual(one.digest, another.digest)
})
