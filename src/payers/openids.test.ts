import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { migrations } from '../../test/schema.ts'
import type { Database } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { openTestDatabase } from '../store/testing.ts'
import { findPayer, openidFor } from './openids.ts'

let db: Database
before(async () => {
  db = await openTestDatabase()
  await migrate(db, migrations, Date.now())
  await db.run(`INSERT INTO payers (payer_id, score) VALUES ('one', 700), ('other', 700)`)
})
after(() => db.close())

const openid = (payerId: string, appid: string) =>
  db.transaction(tx => openidFor(tx, payerId, appid, randomBytes))

test('a payer gets an openid under an app when it is first asked for, and keeps it', async () => {
  const first = await openid('one', 'wx1')
  assert.match(first, /^o[0-9A-Za-z]{27}$/)
  assert.equal(await openid('one', 'wx1'), first)
  assert.equal(await findPayer(db, 'wx1', first), 'one')
})

test('openids differ by payer and by app, and mean nothing under another app', async () => {
  const openids = [await openid('one', 'wx2'), await openid('other', 'wx2'), await openid('one', 'wx3')]
  assert.equal(new Set(openids).size, 3)
  assert.equal(await findPayer(db, 'wx2', openids[1] ?? ''), 'other')
  assert.equal(await findPayer(db, 'wx3', openids[1] ?? ''), undefined)
  assert.equal(await findPayer(db, 'wx2', ''), undefined)
})

test('asked for by many at once, a payer has one openid', async () => {
  const openids = await Promise.all(Array.from({ length: 20 }, () => openid('other', 'wx4')))
  assert.equal(new Set(openids).size, 1)
  const rows = await db.all(`SELECT openid FROM payer_openids WHERE appid = 'wx4'`)
  assert.deepEqual(rows, [{ openid: openids[0] }])
})
