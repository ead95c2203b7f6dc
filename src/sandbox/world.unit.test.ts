import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WORLD_MERCHANTS } from './world.ts'

test('merchant numbers are ten digits, each once, and sub-merchants exist that are named', () => {
  const numbers = WORLD_MERCHANTS.map(({ mchid }) => mchid)
  assert.equal(new Set(numbers).size, numbers.length)
  for (const mchid of numbers) assert.match(mchid, /^\d{10}$/)
  const subs = new Set(WORLD_MERCHANTS.filter(({ kind }) => kind === 'sub').map(({ mchid }) => mchid))
  for (const { kind, sub_mchids } of WORLD_MERCHANTS) {
    if (kind !== 'provider') assert.deepEqual(sub_mchids, [])
    for (const sub of sub_mchids) assert.ok(subs.has(sub), sub)
  }
})
