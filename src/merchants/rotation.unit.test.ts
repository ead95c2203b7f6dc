import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type RotationSettings, rotationOf, shownCertificates, WHOLE } from './rotation.ts'

const DAY = 24 * 60 * 60 * 1000
/** A Wednesday. */
const START = Date.parse('2026-03-04T12:00:00+08:00')
const OLD = { name: 'old', expireTime: START + 100 * DAY }
const NEXT = { name: 'next', expireTime: START + 2_000 * DAY }

const settings = (more: Partial<RotationSettings>): RotationSettings => ({
  ...{ rotation: 'NONE', rotation_since: null, rotation_share: 0, next_certificate_days: 180 },
  ...more,
})

const shown = (now: number, next_certificate_days: number, certificates = [OLD, NEXT]) =>
  shownCertificates(certificates, { next_certificate_days }, now).map(({ name }) => name)

test('the next certificate is shown so many days before the end of the old one, and the old one until its end', () => {
  for (const days of [180, 150, 120]) {
    const from = OLD.expireTime - days * DAY
    assert.deepEqual(shown(from - 1, days), ['old'])
    assert.deepEqual(shown(from, days), ['old', 'next'])
    assert.deepEqual(shown(OLD.expireTime - 1, days), ['old', 'next'])
    assert.deepEqual(shown(OLD.expireTime, days), ['next'])
  }
  const third = { name: 'third', expireTime: NEXT.expireTime + DAY }
  assert.deepEqual(shown(START, 180, [OLD, NEXT, third]), ['old', 'next'])
  assert.deepEqual(shown(third.expireTime, 180, [OLD, NEXT, third]), [])
})

test('by the plan the share is raised on Mondays and Thursdays at ten, Beijing time', () => {
  const automatic = settings({ rotation: 'AUTO', rotation_since: START })
  const share = (time: string) => rotationOf(automatic, [OLD, NEXT], Date.parse(`${time}+08:00`)).share
  const rows: [time: string, share: number][] = [
    ['2026-03-04T12:00:00', 1],
    ['2026-03-05T09:59:59', 1],
    ['2026-03-05T10:00:00', 100],
    ['2026-03-09T09:59:59', 100],
    ['2026-03-09T10:00:00', 500],
    ['2026-03-12T10:00:00', 1_000],
    ['2026-03-16T10:00:00', 2_000],
    ['2026-03-19T10:00:00', 5_000],
    ['2026-03-23T09:59:59', 5_000],
    ['2026-03-23T10:00:00', WHOLE],
    ['2026-06-01T10:00:00', WHOLE],
  ]
  for (const [time, expected] of rows) assert.equal(share(time), expected, time)
  const atStep = settings({ rotation: 'AUTO', rotation_since: Date.parse('2026-03-05T10:00:00+08:00') })
  assert.equal(rotationOf(atStep, [OLD, NEXT], atStep.rotation_since ?? 0).share, 1)
})

test('by the plan the share never falls, and not below what was reached by hand', () => {
  const time = fc.integer({ min: START, max: START + 60 * DAY })
  fc.assert(
    fc.property(time, time, fc.integer({ min: 0, max: WHOLE }), (one, other, rotation_share) => {
      const plan = settings({ rotation: 'AUTO', rotation_since: START, rotation_share })
      const [earlier, later] = [Math.min(one, other), Math.max(one, other)].map(
        now => rotationOf(plan, [OLD, NEXT], now).share,
      )
      assert.ok((earlier ?? 0) <= (later ?? 0) && (earlier ?? 0) >= rotation_share)
    }),
  )
})

test('a rotation needs a next certificate, and is over with the old one', () => {
  const manual = settings({ rotation: 'MANUAL', rotation_since: START, rotation_share: 4_000 })
  assert.deepEqual(rotationOf(manual, [OLD, NEXT], START), { rotation: 'MANUAL', share: 4_000 })
  const none = { rotation: 'NONE', share: 0 }
  assert.deepEqual(rotationOf(manual, [OLD], START), none)
  assert.deepEqual(rotationOf(manual, [], START), none)
  assert.deepEqual(rotationOf(settings({ rotation_share: 4_000 }), [OLD, NEXT], START), none)
  // Years later the certificate after the next one is shown, and nobody has begun to go over to that one.
  const third = { expireTime: NEXT.expireTime + 2_000 * DAY }
  assert.deepEqual(rotationOf(manual, [NEXT, third], NEXT.expireTime - DAY), none)
})
