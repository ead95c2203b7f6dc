import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertSealed,
  assertWorks,
  KEY,
  NEXT,
  placeFor,
  storedSecrets,
  storeFor,
} from '../../test/sealed-store.ts'

// Several nodes that are given keys at the same time, which only a shared store has.

test('two nodes that are given the key at once both start, and everything is sealed once', async t => {
  const store = storeFor(t)
  const place = placeFor(t, store)
  await (await place.start()).stop()
  const [one, other] = await Promise.all([place.start(KEY), placeFor(t, store).start(KEY)])
  await assertSealed(one, place)
  await assertWorks(one, place)
  await assertWorks({ ...other, call: one.call, notices: one.notices, runDue: one.runDue }, place)
  const before = await storedSecrets(other.platform.db)
  await Promise.all([one.stop(), other.stop()])
  const last = await place.start(KEY)
  assert.deepEqual(await storedSecrets(last.platform.db), before)
})

test('of two nodes with different keys one starts, and the other refuses to', async t => {
  const store = storeFor(t)
  const place = placeFor(t, store)
  await (await place.start()).stop()
  const starts = await Promise.allSettled([place.start(KEY), placeFor(t, store).start(NEXT)])
  const [refused, ...others] = starts.filter(start => start.status === 'rejected')
  assert.equal(others.length, 0)
  assert.match(refused?.reason.message, /another key than BOOMGATE_SECRETS_KEY/)
})

test('of two first starts the one with a key starts, and the sandbox is sealed whoever has made it', async t => {
  const store = storeFor(t)
  const [place, other] = [placeFor(t, store), placeFor(t, store)]
  const [keyed, unkeyed] = await Promise.allSettled([place.start(KEY), other.start()])
  assert.equal(keyed.status, 'fulfilled')
  if (unkeyed.status === 'rejected') assert.match(unkeyed.reason.message, /is sealed\. Give the key/)
  const db = await place.open()
  for (const { secret } of await storedSecrets(db)) assert.match(String(secret), /^$|^sealed:/)
  await db.close()
})
