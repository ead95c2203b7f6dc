import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SANDBOX_MERCHANTS } from './merchants.ts'

test('merchant numbers are ten digits, each once, and sub-merchants exist that are named', () => {
  const numbers = SANDBOX_MERCHANTS.map(({ mchid }) => mchid)
  assert.equal(new Set(numbers).size, numbers.length)
  for (const mchid of numbers) assert.match(mchid, /^\d{10}$/)
  const subs = new Set(SANDBOX_MERCHANTS.filter(({ kind }) => kind === 'sub').map(({ mchid }) => mchid))
  for (const { kind, sub_mchids } of SANDBOX_MERCHANTS) {
    if (kind !== 'provider') assert.deepEqual(sub_mchids, [])
    for (const sub of sub_mchids) assert.ok(subs.has(sub), sub)
  }
})
