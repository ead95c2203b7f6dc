import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  newNonce,
  newNoticeId,
  newRequestId,
  newTransactionId,
  type Random,
  randomDigits,
  randomText,
} from './ids.ts'

const NOON = Date.UTC(2024, 1, 29, 4)
const filled =
  (byte: number): Random =>
  size =>
    new Uint8Array(size).fill(byte)

test('every id has its length, its characters and the Beijing date in its place', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 40, maxLength: 40 }), bytes => {
      const random: Random = size => bytes.slice(0, size)
      assert.match(newNonce(random), /^[0-9a-f]{32}$/)
      assert.match(newRequestId(random), /^[0-9A-F]{40}$/)
      assert.match(newTransactionId(NOON, random), /^4200\d{6}20240229\d{10}$/)
      assert.match(
        newNoticeId(NOON, random),
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      )
      assert.match(randomText(32, random), /^[0-9A-Za-z]{32}$/)
      assert.match(randomDigits(14, random), /^\d{14}$/)
    }),
  )
  assert.equal(newTransactionId(NOON, randomBytes).length, 28)
  assert.equal(newNoticeId(NOON, randomBytes).length, 36)
})

test('the date is that of Beijing, also in the hours in which it is not that of UTC', () => {
  const evening = Date.UTC(2024, 1, 28, 16)
  assert.equal(newTransactionId(evening, filled(7)), '4200000077202402297777777777')
})

test('what is made later stands behind in an index: notices always, orders within a day', () => {
  const none = filled(0)
  const all = filled(255)
  assert.ok(newNoticeId(NOON, all) < newNoticeId(NOON + 1, none))
  assert.ok(newTransactionId(NOON, filled(9)) < newTransactionId(NOON + 9_000, none))
})

test('ids come only from the given randomness, so a seed repeats them', () => {
  const noticeId = (random: Random) => newNoticeId(NOON, random)
  for (const make of [newNonce, newRequestId, noticeId]) {
    assert.equal(make(filled(1)), make(filled(1)))
    assert.notEqual(make(filled(1)), make(filled(2)))
  }
})

test('no two of ten thousand ids are equal; of orders of one moment, which have twelve random digits, no two of a thousand', () => {
  for (const [count, make] of [
    [10_000, () => newNonce(randomBytes)],
    [10_000, () => newNoticeId(NOON, randomBytes)],
    [1_000, () => newTransactionId(NOON, randomBytes)],
  ] as const) {
    assert.equal(new Set(Array.from({ length: count }, make)).size, count)
  }
})

test('all sixty-two characters occur in random text, and all ten digits in random digits', () => {
  const everyByte: Random = size => Uint8Array.from({ length: size }, (_, index) => index)
  assert.equal(new Set(randomText(256, everyByte)).size, 62)
  assert.equal(new Set(randomDigits(256, everyByte)).size, 10)
})
