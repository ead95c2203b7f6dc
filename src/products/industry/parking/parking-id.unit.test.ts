import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { newParkingId } from './parking-id.ts'

test('an entry id is 29 digits with the date of Beijing, also in the hours in which it is not that of UTC', () => {
  const sevens = (size: number) => new Uint8Array(size).fill(7)
  assert.equal(newParkingId(Date.UTC(2024, 1, 28, 16), sevens), '01777777777202402297777777777')
  assert.equal(newParkingId(Date.UTC(2024, 1, 28, 16) - 1, sevens), '01777777777202402287777777777')
  assert.match(newParkingId(Date.UTC(2024, 1, 29, 4), randomBytes), /^01\d{9}20240229\d{10}$/)
})

test('no two of ten thousand entry ids are equal', () => {
  const make = () => newParkingId(Date.UTC(2024, 1, 29, 4), randomBytes)
  assert.equal(new Set(Array.from({ length: 10_000 }, make)).size, 10_000)
})
