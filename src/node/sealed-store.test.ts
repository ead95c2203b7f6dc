import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { allTables } from '../../test/schema.ts'
import {
  assertSealed,
  assertWorks,
  contentOf,
  KEY,
  NEXT,
  OWN,
  placeFor,
  secretsOf,
  storedSecrets,
} from '../../test/sealed-store.ts'
import { SECRET_COLUMNS } from '../merchants/seal-store.ts'
import type { Database } from '../store/database.ts'
import { readCredentials } from '../testing/index.ts'

// What a key does for the secrets of a store: a whole platform on one that is started more than once.

const CHANGE = { present: NEXT.present, old: KEY.present }

test('a sandbox that is made with a key has no secret in its store that is not sealed, and works', async t => {
  const place = placeFor(t)
  const running = await place.start(KEY)
  await assertSealed(running, place)
  await assertWorks(running, place)
  const { api } = running
  await api.put('/merchants/1231000001', { kind: 'direct' })
  await api.put(`/merchants/${OWN}`, { apiv3_key: 'k'.repeat(32) })
  assert.equal(readCredentials(place.folder, OWN).apiv3_key, 'k'.repeat(32))
  await assertWorks(running, place)
  await api.put('/sandbox/resets/1')
  assert.equal(readCredentials(place.folder, OWN).apiv3_key, 'k'.repeat(32))
  await api.put(`/merchants/${OWN}`, { apiv3_key: '' })
  assert.equal((await api.get(`/merchants/${OWN}`)).body.has_apiv3_key, false)
  await api.put('/sandbox/resets/2')
  await assertSealed(running, place)
  await assertWorks(running, place)
  await running.stop()
  const again = await place.start(KEY)
  await assertSealed(again, place)
  await assertWorks(again, place)
})

test('no file that others can read has a secret in it, whatever the umask', async t => {
  const umask = process.umask(0)
  t.after(() => process.umask(umask))
  const place = placeFor(t)
  const { api, platform } = await place.start(undefined, { tlsPort: 0 })
  await api.put('/merchants/1231000001', { kind: 'direct' })
  await api.put(`/merchants/${OWN}/certificates/second`, {})
  await api.put(`/merchants/${OWN}`, { apiv3_key: 'k'.repeat(32) })
  await api.put('/sandbox/snapshots/one')
  const { token } = JSON.parse(readFileSync(join(place.folder, 'admin.json'), 'utf8'))
  const secrets = [...secretsOf(place), 'PRIVATE KEY', token]
  const holding = place.files().filter(file => secrets.some(secret => readFileSync(file).includes(secret)))
  for (const file of holding) assert.equal(statSync(file).mode & 0o777, 0o600, file)
  const ours = ['admin.json', 'snapshots/one.jsonl', 'tls/ca_key.pem', `merchants/${OWN}/merchant.json`]
  ours.push(
    ...['1231000001', `${OWN}/certificates/second`].map(path => `merchants/${path}/apiclient_key.pem`),
  )
  if (platform.db.engine === 'sqlite') ours.push('boomgate.db-wal')
  for (const name of ours)
    assert.ok(
      holding.some(file => file.endsWith(name)),
      name,
    )
})

test('a store that was not sealed is sealed at the start that is given a key, and no file keeps what was there', async t => {
  const place = placeFor(t)
  const before = await place.start()
  const secrets = secretsOf(place)
  assert.equal(secrets.length, 7)
  const content = await contentOf(before.platform.db)
  for (const secret of secrets) assert.ok(content.includes(secret))
  if (before.platform.db.engine === 'sqlite') {
    for (const secret of secrets) assert.ok(place.bytes().includes(secret))
  }
  await before.stop()
  const sealed = await place.start(KEY)
  assert.deepEqual(secretsOf(place), secrets)
  await assertSealed(sealed, place)
  await assertWorks(sealed, place)
})

test('when the files could not be rewritten, the next start does it', async t => {
  const place = placeFor(t)
  const before = await place.start()
  await before.stop()
  const failing = async () => {
    const db = await place.open()
    db.rewriteFiles = () => Promise.reject(new Error('The disk is full'))
    return db
  }
  if (before.platform.db.engine === 'sqlite') {
    await assert.rejects(place.start(KEY, { open: failing }), /disk is full/)
  }
  await assertSealed(await place.start(KEY), place)
})

test('a sealed store is not opened without its key, nor with another, and nothing is changed', async t => {
  const place = placeFor(t)
  const sealed = await place.start(KEY)
  await sealed.stop()
  const contentNow = async () => {
    const db = await place.open()
    const content = await contentOf(db)
    await db.close()
    return content
  }
  const before = await contentNow()
  await assert.rejects(place.start(), /is sealed\. Give the key .* in BOOMGATE_SECRETS_KEY/)
  await assert.rejects(place.start(NEXT), /another key than BOOMGATE_SECRETS_KEY.*BOOMGATE_OLD_SECRETS_KEY/)
  await assert.rejects(place.start({ ...NEXT, old: NEXT.present }), /another key/)
  assert.equal(await contentNow(), before)
  await assertWorks(await place.start(KEY), place)
})

test('with the old key beside the new one everything is sealed anew, and the old one opens nothing any more', async t => {
  const place = placeFor(t)
  const first = await place.start(KEY)
  const secrets = secretsOf(place)
  const before = await storedSecrets(first.platform.db)
  await first.stop()
  const changed = await place.start(CHANGE)
  for (const [index, { place: where, secret }] of (await storedSecrets(changed.platform.db)).entries()) {
    assert.equal(secret === '', before[index]?.secret === '')
    assert.ok(secret === '' || secret !== before[index]?.secret, String(where))
  }
  await assertWorks(changed, place)
  await changed.stop()
  await assert.rejects(place.start(KEY), /another key/)
  const last = await place.start(NEXT)
  await assertSealed(last, place)
  await assertWorks(last, place)
  assert.deepEqual(secretsOf(place), secrets)
})

test('a snapshot from before the seal is restored under it', async t => {
  const place = placeFor(t)
  const before = await place.start()
  await before.api.put('/sandbox/snapshots/plain')
  await before.stop()
  const sealed = await place.start(KEY)
  assert.equal((await sealed.api.put('/sandbox/snapshots/plain/restorations/1')).status, 200)
  await assertSealed(sealed, place)
  await assertWorks(sealed, place)
})

test('a snapshot holds what is sealed as it is, and under another key it is refused until the old one is given', async t => {
  const place = placeFor(t)
  const first = await place.start(KEY)
  await first.api.put('/sandbox/snapshots/first')
  const file = readFileSync(join(place.folder, 'snapshots', 'first.jsonl'), 'utf8')
  for (const secret of secretsOf(place)) assert.ok(!file.includes(secret))
  await first.stop()
  await (await place.start(CHANGE)).stop()
  const second = await place.start(NEXT)
  const before = await contentOf(second.platform.db)
  const refused = await second.api.put('/sandbox/snapshots/first/restorations/1')
  second.api.refused(refused, 'CONFLICT', /BOOMGATE_OLD_SECRETS_KEY.*delete the snapshot/)
  assert.equal(await contentOf(second.platform.db), before)
  await second.stop()
  const third = await place.start(CHANGE)
  assert.equal((await third.api.put('/sandbox/snapshots/first/restorations/1')).status, 200)
  await third.stop()
  const last = await place.start(NEXT)
  await assertSealed(last, place)
  await assertWorks(last, place)
})

test('every column that is named like a secret is sealed', async t => {
  const { platform } = await placeFor(t).start()
  const found = []
  for (const name of allTables.map(table => table.name)) {
    const columns = await columnsOf(platform.db, name)
    found.push(
      ...columns
        .filter(column => /secret|private|apiv3|token|password/.test(column))
        .map(column => `${name}.${column}`),
    )
  }
  assert.deepEqual(found.sort(), SECRET_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort())
})

async function columnsOf(db: Database, table: string): Promise<string[]> {
  const rows = await db.all<{ name: string }>(
    db.engine === 'sqlite'
      ? 'SELECT name FROM pragma_table_info($1)'
      : 'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1',
    table,
  )
  assert.ok(rows.length > 0, table)
  return rows.map(({ name }) => name)
}
