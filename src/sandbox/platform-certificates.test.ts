import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlatformKeys } from '../merchants/platform-keys.ts'
import { createTestStore, openTestDatabase } from '../store/testing.ts'
import { startPlatform, virtualClock } from '../testing/index.ts'
import { makeDueCertificates } from './platform-certificates.ts'

const NOW = '2026-03-04T12:00:00+08:00'
/** After the end of every certificate that is made today. */
const LATER = Date.now() + 6 * 365 * 24 * 60 * 60 * 1000

test('a platform that was away for years makes the certificate that it needs before it answers', async t => {
  const store = createTestStore()
  t.after(() => store.remove())
  const first = await startPlatform({ clock: virtualClock(NOW), open: () => store.open() })
  const [old = assert.fail()] = first.platform.keys.certificates()
  await first.stop()
  const second = await startPlatform({ clock: virtualClock(LATER), open: () => store.open() })
  const { keys } = second.platform
  const signing = keys.signing('RSA', LATER)
  assert.notEqual(signing.id, old.id)
  assert.ok(signing.expireTime > LATER)
  assert.equal(keys.certificates().length, 2)
  await second.stop()
})

test('until the next certificate is made the last one signs, rather than none', async t => {
  const clock = virtualClock(NOW)
  const running = await startPlatform({ clock, open: openTestDatabase })
  t.after(() => running.stop())
  const { keys } = running.platform
  const [old = assert.fail()] = keys.certificates()
  clock.moveTo(LATER)
  assert.equal(keys.signing('RSA', LATER).id, old.id)
  await makeDueCertificates(running.platform)
  await keys.reload()
  assert.notEqual(keys.signing('RSA', LATER).id, old.id)
})

test('of several nodes that make the next certificate at once, one does', async t => {
  const clock = virtualClock(NOW)
  const running = await startPlatform({ clock, open: openTestDatabase })
  t.after(() => running.stop())
  const { db, secrets } = running.platform
  clock.moveTo(LATER)
  await Promise.all([1, 2, 3].map(() => makeDueCertificates(running.platform)))
  const keys = await PlatformKeys.open(db, secrets)
  assert.equal(keys.certificates().length, 2)
})
