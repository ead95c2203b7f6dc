import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { platformUnderTest } from '../../test/platform.ts'
import { testServer } from '../store/testing.ts'

test('a node says what it is on, and how late it knows of others where there can be some', async t => {
  const admin = adminCalls(await platformUnderTest(t))
  const { body } = await admin.get('/node')
  const isShared = testServer !== undefined
  assert.deepEqual(body, {
    store: isShared ? 'postgres' : 'sqlite',
    is_shared: isShared,
    lag_ms: isShared ? 1_500 : 0,
  })
})
