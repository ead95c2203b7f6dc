import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDatabase } from './open.ts'

test('without a URL the data is in a SQLite file of the data folder, which is created', async t => {
  const parent = mkdtempSync(join(tmpdir(), 'boomgate-test-'))
  t.after(() => rmSync(parent, { recursive: true }))
  const data = join(parent, 'data')
  const db = await openDatabase({ data })
  assert.equal(db.engine, 'sqlite')
  await db.close()
  assert.deepEqual(readdirSync(data), ['boomgate.db'])
})

test('a postgres:// or postgresql:// URL goes to a server', async () => {
  for (const scheme of ['postgres', 'postgresql']) {
    const opening = openDatabase({ data: 'unused', database: `${scheme}://boomgate@127.0.0.1:1/none` })
    await assert.rejects(
      opening,
      /^Error: The database at 127\.0\.0\.1:1\/none cannot be used: .*ECONNREFUSED/,
    )
  }
})

test('any other URL is refused by its scheme, without its password', async () => {
  const opening = openDatabase({ data: 'unused', database: 'mysql://root:secret@localhost/boomgate' })
  await assert.rejects(
    opening,
    (error: Error) => /mysql:/.test(error.message) && !/secret/.test(error.message),
  )
  await assert.rejects(openDatabase({ data: 'unused', database: 'boomgate' }), /no URL at all/)
})
