import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatDate, formatTime, formatTimeMs, parseTime } from './time.ts'

const SAMPLE_MS = Date.UTC(2017, 7, 26, 2, 43, 39)

test("the documents' sample is read and written: Beijing time to the second", () => {
  assert.equal(parseTime('2017-08-26T10:43:39+08:00'), SAMPLE_MS)
  assert.equal(formatTime(SAMPLE_MS), '2017-08-26T10:43:39+08:00')
  assert.equal(formatTimeMs(SAMPLE_MS + 120), '2017-08-26T10:43:39.120+08:00')
  assert.equal(formatDate(SAMPLE_MS), '20170826')
})

test('any offset names the same instant', () => {
  for (const text of [
    '2017-08-26T02:43:39Z',
    '2017-08-26T02:43:39+00:00',
    '2017-08-26T02:43:39-00:00',
    '2017-08-25T21:43:39-05:00',
    '2017-08-26T08:13:39+05:30',
    '2017-08-27T02:42:39+23:59',
    '2017-08-25T02:44:39-23:59',
  ]) {
    assert.equal(parseTime(text), SAMPLE_MS, text)
  }
})

test('fractions of one to nine digits are read to the millisecond', () => {
  const fractions: [string, number][] = [
    ['.1', 100],
    ['.12', 120],
    ['.123', 123],
    ['.1239', 123],
    ['.000999999', 0],
    ['.999999999', 999],
  ]
  for (const [fraction, ms] of fractions) {
    assert.equal(parseTime(`2017-08-26T10:43:39${fraction}+08:00`), SAMPLE_MS + ms, fraction)
  }
})

test('a day that the calendar does not have is refused, a leap day is not', () => {
  assert.equal(parseTime('2024-02-29T00:00:00Z'), Date.UTC(2024, 1, 29))
  assert.equal(parseTime('2000-02-29T00:00:00Z'), Date.UTC(2000, 1, 29))
  for (const day of [
    '2023-02-29',
    '1900-02-29',
    '2024-02-30',
    '2024-04-31',
    '2024-06-31',
    '2024-13-01',
    '2024-00-10',
    '2024-01-00',
    '2024-01-32',
  ]) {
    assert.equal(parseTime(`${day}T00:00:00+08:00`), undefined, day)
  }
})

test('a time of day that the clock does not have is refused', () => {
  for (const time of ['24:00:00', '23:60:00', '23:59:60', '99:99:99']) {
    assert.equal(parseTime(`2024-01-01T${time}+08:00`), undefined, time)
  }
  assert.equal(parseTime('2024-01-01T23:59:59Z'), Date.UTC(2024, 0, 1, 23, 59, 59))
})

test('what is nearly RFC 3339 is refused', () => {
  for (const text of [
    '',
    '2017-08-26',
    '20170826104339',
    '2017-08-26T10:43:39',
    '2017-08-26 10:43:39+08:00',
    '2017-08-26t10:43:39+08:00',
    '2017-08-26T02:43:39z',
    '2017-08-26T10:43+08:00',
    '2017-08-26T10:43:39+0800',
    '2017-08-26T10:43:39+08',
    '2017-08-26T10:43:39+8:00',
    '2017-08-26T10:43:39 +08:00',
    '2017-08-26T10:43:39+24:00',
    '2017-08-26T10:43:39+08:60',
    '2017-08-26T10:43:39.+08:00',
    '2017-08-26T10:43:39,5+08:00',
    '2017-08-26T10:43:39.1234567890+08:00',
    '2017-8-26T10:43:39+08:00',
    '17-08-26T10:43:39+08:00',
    '+002017-08-26T10:43:39+08:00',
    '2017-08-26T10:43:39+08:00 ',
    '2017-08-26T10:43:39+08:00\n',
    '２017-08-26T10:43:39+08:00',
  ]) {
    assert.equal(parseTime(text), undefined, text)
  }
})

test('years that are no longer dates are refused, not moved into another century', () => {
  assert.equal(parseTime('0000-01-01T00:00:00Z'), undefined)
  assert.equal(parseTime('0099-01-01T00:00:00Z'), undefined)
  // Beijing time is what is written, and its last year has four digits too.
  const last = Date.UTC(9999, 11, 31, 15, 59, 59)
  assert.equal(parseTime('9999-12-31T15:59:59Z'), last)
  assert.equal(formatTime(last), '9999-12-31T23:59:59+08:00')
  assert.equal(parseTime('9999-12-31T16:00:00Z'), undefined)
  assert.equal(parseTime('9999-12-31T23:59:59-23:59'), undefined)
})

test('the date inside order numbers changes at midnight in Beijing', () => {
  assert.equal(formatDate(Date.UTC(2017, 7, 25, 15, 59, 59, 999)), '20170825')
  assert.equal(formatDate(Date.UTC(2017, 7, 25, 16)), '20170826')
})

const instant = fc.date({
  min: new Date('1970-01-01T00:00:00Z'),
  max: new Date('9999-12-31T00:00:00Z'),
  noInvalidDate: true,
})

test('what is written is read back as the same instant', () => {
  fc.assert(
    fc.property(instant, date => {
      const ms = date.getTime()
      assert.equal(parseTime(formatTimeMs(ms)), ms)
      assert.equal(parseTime(formatTime(ms)), Math.floor(ms / 1000) * 1000)
    }),
  )
})

test('an instant is the same under every offset it is written with', () => {
  const offset = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 })
  fc.assert(
    fc.property(instant, offset, (date, minutes) => {
      const local = new Date(date.getTime() + minutes * 60_000).toISOString()
      if (local.length !== 24) return
      const hours = String(Math.trunc(Math.abs(minutes) / 60)).padStart(2, '0')
      const rest = String(Math.abs(minutes) % 60).padStart(2, '0')
      const text = local.replace('Z', `${minutes < 0 ? '-' : '+'}${hours}:${rest}`)
      assert.equal(parseTime(text), date.getTime())
    }),
  )
})

test('no text makes it throw, and what it reads is a whole number', () => {
  const part = fc.oneof(fc.string(), fc.constantFrom('2017-08-26', 'T', '10:43:39', '.5', 'Z', '+08:00'))
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), parts => {
      const ms = parseTime(parts.join(''))
      assert.ok(ms === undefined || Number.isSafeInteger(ms))
    }),
  )
})
