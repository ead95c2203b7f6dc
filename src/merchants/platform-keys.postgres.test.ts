import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestStore } from '../store/testing.ts'
import { startPlatform } from '../testing/index.ts'

test('what one node does to the platform certificates the other ones take over within a second or two', async t => {
  const store = createTestStore()
  t.after(() => store.remove())
  const one = await startPlatform({ open: () => store.open() })
  t.after(() => one.stop())
  const other = await startPlatform({ open: () => store.open() })
  t.after(() => other.stop())
  const [old = assert.fail()] = other.platform.keys.certificates()
  const path = `${one.admin.url}/admin/v1/platform-certificates/${old.id}`
  const reply = await fetch(path, {
    method: 'PUT',
    headers: { authorization: `Bearer ${one.admin.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ expire_time: new Date().toISOString() }),
  })
  assert.equal(reply.status, 200)
  const now = one.platform.clock.now()
  const next = one.platform.keys.signing('RSA', now)
  assert.notEqual(next.id, old.id)
  while (other.platform.keys.signing('RSA', now).id !== next.id) await new Promise(setImmediate)
  const [taken = assert.fail()] = other.platform.keys.certificates()
  assert.equal(taken.expireTime, one.platform.keys.certificates()[0]?.expireTime)
})
