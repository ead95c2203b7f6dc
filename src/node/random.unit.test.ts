import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pooledRandom } from './random.ts'

test('random bytes come in the size that was asked for, and none is given out twice', () => {
  const random = pooledRandom()
  const seen = new Set<string>()
  for (let round = 0; round < 2_000; round++) {
    const bytes = random(20)
    assert.equal(bytes.length, 20)
    seen.add(Buffer.from(bytes).toString('hex'))
  }
  assert.equal(seen.size, 2_000)
  for (const size of [0, 1, 8_191, 8_192, 8_193, 100_000]) assert.equal(random(size).length, size)
})
