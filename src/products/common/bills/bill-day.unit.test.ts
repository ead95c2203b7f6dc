import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../../../protocol/errors.ts'
import { billDay, requireReady } from './bill-day.ts'

const at = (instant: string) => Date.parse(`${instant}+08:00`)

function refusalOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    assert.ok(error instanceof ApiError)
    return error.entry.name
  }
}

test('a day goes from midnight to midnight in Beijing and is shown as of nine the next morning', () => {
  assert.deepEqual(billDay('2017-08-26', at('2017-08-30T12:00:00')), {
    date: '2017-08-26',
    begin: at('2017-08-26T00:00:00'),
    end: at('2017-08-27T00:00:00'),
    snapshot: at('2017-08-27T09:00:00'),
  })
})

test('only days before today and of the last three months have bills', () => {
  const now = at('2017-08-26T00:00:00')
  for (const [date, refusal] of [
    ['2017-08-26', 'BILL_DATE_WRONG'],
    ['2017-08-27', 'BILL_DATE_WRONG'],
    ['2017-08-25', undefined],
    ['2017-05-26', undefined],
    ['2017-05-25', 'BILL_DATE_WRONG'],
    ['2017-02-30', 'BILL_DATE_WRONG'],
    ['2017-13-01', 'BILL_DATE_WRONG'],
    ['2017-00-00', 'BILL_DATE_WRONG'],
    ['0001-01-01', 'BILL_DATE_WRONG'],
  ] as const) {
    assert.equal(
      refusalOf(() => billDay(date, now)),
      refusal,
      date,
    )
  }
})

test('three months before the end of a long month is the end of a short one, also in the year before', () => {
  for (const [now, first, before] of [
    ['2017-05-31T10:00:00', '2017-02-28', '2017-02-27'],
    ['2020-05-30T10:00:00', '2020-02-29', '2020-02-28'],
    ['2018-01-31T23:59:59', '2017-10-31', '2017-10-30'],
    ['2018-02-01T00:00:00', '2017-11-01', '2017-10-31'],
  ] as const) {
    assert.equal(
      refusalOf(() => billDay(first, at(now))),
      undefined,
      first,
    )
    assert.equal(
      refusalOf(() => billDay(before, at(now))),
      'BILL_DATE_WRONG',
      before,
    )
  }
})

test('a bill is ready at ten in the morning of the next day, and not a millisecond before', () => {
  const day = billDay('2017-08-26', at('2017-08-27T00:00:00'))
  assert.equal(
    refusalOf(() => requireReady(day, at('2017-08-27T09:59:59.999'))),
    'STATEMENT_CREATING',
  )
  assert.equal(
    refusalOf(() => requireReady(day, at('2017-08-27T10:00:00'))),
    undefined,
  )
})
