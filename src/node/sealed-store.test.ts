import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { chargeCalls } from '../../test/charges.ts'
import { allTables } from '../../test/schema.ts'
import { SECRET_COLUMNS } from '../merchants/seal-store.ts'
import { openResource } from '../protocol/sealed-resource.ts'
import { decryptField, encryptField } from '../protocol/sensitive-field.ts'
import type { Database, Row } from '../store/database.ts'
import type { SecretsKeys } from '../store/secrets.ts'
import { createTestStore, type TestStore, testServer } from '../store/testing.ts'
import { readCredentials, signedRequest, type UnsignedRequest } from '../testing/index.ts'
import { sharedKeys } from '../testing/shared-keys.ts'
import { type RunningPlatform, startPlatform } from './start.ts'

// What a key does for the secrets of a store: a whole platform on one that is started more than once.

const worldKeys = await sharedKeys()
const KEY = { present: new Uint8Array(32).fill(1) }
const NEXT = { present: new Uint8Array(32).fill(2) }
const CHANGE = { present: NEXT.present, old: KEY.present }
const OWN = '1230000109'

interface Place {
  folder: string
  /** Every file of the data folder, and of the store where it is files. */
  files(): string[]
  /** Bytes of the store, where they are files. */
  bytes(): Buffer
  open(): Promise<Database>
  start(keys?: SecretsKeys, more?: { open?: () => Promise<Database>; tlsPort?: number }): Promise<Started>
}

interface Started extends RunningPlatform {
  call(request: UnsignedRequest, mchid?: string): Promise<{ statusCode: number; body: string }>
  /** Bodies of the notices that were sent. */
  notices: string[]
  api: ReturnType<typeof adminCalls>
}

function placeFor(t: TestContext, store = storeFor(t)): Place {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-sealed-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return {
    folder,
    open: store.open,
    files() {
      const found = [folder, store.location].flatMap(root => globSync(join(root, '**', '*')))
      return found.filter(file => statSync(file).isFile())
    },
    bytes() {
      const files = readdirSync(store.location).map(name => readFileSync(join(store.location, name)))
      return Buffer.concat(files)
    },
    async start(secretsKeys, { open = store.open, tlsPort } = {}) {
      const notices: string[] = []
      const running = await startPlatform(
        {
          ...{ port: 0, adminPort: 0, tlsPort, data: folder, logLevel: 'silent' },
          ...{ secretsKey: secretsKeys?.present, oldSecretsKey: secretsKeys?.old },
        },
        {
          ...{ open, worldKeys, workers: false },
          async send(_url, _headers, body) {
            notices.push(body)
            return { status: 204, reply: '', failure: '' }
          },
        },
      )
      let ended: Promise<void> | undefined
      const stop = () => {
        ended ??= running.stop()
        return ended
      }
      t.after(stop)
      const call = (request: UnsignedRequest, mchid = OWN) => {
        const { method, target, headers, body } = signedRequest(readCredentials(folder, mchid), request)
        return running.app.inject({ method, url: target, headers, payload: body })
      }
      return { ...running, stop, call, notices, api: adminCalls(running) }
    },
  }
}

function storeFor(t: TestContext): TestStore {
  const store = createTestStore()
  t.after(() => store.remove())
  return store
}

/** The secrets of a world that its store holds; of a private key a line of its own, since others have the same first one. */
function secretsOf({ folder }: Place): string[] {
  const pem = [worldKeys.root, worldKeys.platform, worldKeys.publicKey].map(
    ({ private_key }) => private_key.split('\n')[10] ?? '',
  )
  const keys = readdirSync(join(folder, 'merchants')).map(mchid => readCredentials(folder, mchid).apiv3_key)
  return [...pem, ...keys].filter(secret => secret !== '')
}

async function contentOf(db: Database): Promise<string> {
  const tables = allTables.map(({ name }) => name)
  return JSON.stringify(await Promise.all(tables.map(name => db.all(`SELECT * FROM ${name}`))))
}

async function storedSecrets(db: Database): Promise<Row[]> {
  const rows = SECRET_COLUMNS.map(({ table, key, column }) =>
    db.all<Row>(`SELECT ${key} AS place, ${column} AS secret FROM ${table} ORDER BY ${key}`),
  )
  return (await Promise.all(rows)).flat()
}

/** No secret is in the store, and what is not empty is sealed. */
async function assertSealed({ platform: { db } }: Started, place: Place): Promise<void> {
  const content = await contentOf(db)
  const bytes = db.engine === 'sqlite' ? place.bytes() : Buffer.of()
  for (const secret of secretsOf(place)) assert.ok(!content.includes(secret) && !bytes.includes(secret))
  assert.ok(!content.includes('PRIVATE KEY'))
  for (const { place: where, secret } of await storedSecrets(db))
    assert.match(String(secret), /^$|^sealed:/, String(where))
}

/** Everything that needs a secret of the store: certificates and notices are sealed, fields are decrypted. */
async function assertWorks({ call, notices, platform, runDue }: Started, place: Place): Promise<void> {
  const own = readCredentials(place.folder, OWN)
  notices.length = 0
  const listed = await call({ method: 'GET', target: '/v3/certificates' })
  const [{ encrypt_certificate }] = JSON.parse(listed.body).data
  assert.equal(openResource(encrypt_certificate, own.apiv3_key), own.platform_certificate)

  const sent = encryptField('停车', createPublicKey(own.platform_public_key))
  const echo = await call({
    method: 'POST',
    target: '/v3/security/echo',
    headers: { 'Wechatpay-Serial': own.public_key_id },
    body: { echo_message: 'hi', encrypted_echo_message: sent },
  })
  const { encrypted_echo_message } = JSON.parse(echo.body)
  assert.equal(decryptField(encrypted_echo_message, createPrivateKey(own.private_key)), '停车')

  const { accept } = chargeCalls(call as Parameters<typeof chargeCalls>[0], () => platform.clock.now())
  const order = await accept()
  await runDue()
  await runDue()
  const opened = notices.map(body => openResource(JSON.parse(body).resource, own.apiv3_key))
  assert.ok(opened.some(text => JSON.parse(text).out_trade_no === order.out_trade_no))
}

test('a world that is made with a key has no secret in its store that is not sealed, and works', async t => {
  const place = placeFor(t)
  const running = await place.start(KEY)
  await assertSealed(running, place)
  await assertWorks(running, place)
  const { api } = running
  await api.put('/merchants/1231000001', { kind: 'direct' })
  await api.put(`/merchants/${OWN}`, { apiv3_key: 'k'.repeat(32) })
  assert.equal(readCredentials(place.folder, OWN).apiv3_key, 'k'.repeat(32))
  await assertWorks(running, place)
  await api.put('/world/resets/1')
  assert.equal(readCredentials(place.folder, OWN).apiv3_key, 'k'.repeat(32))
  await api.put(`/merchants/${OWN}`, { apiv3_key: '' })
  assert.equal((await api.get(`/merchants/${OWN}`)).body.has_apiv3_key, false)
  await api.put('/world/resets/2')
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
  await api.put('/world/snapshots/one')
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
  await before.api.put('/world/snapshots/plain')
  await before.stop()
  const sealed = await place.start(KEY)
  assert.equal((await sealed.api.put('/world/snapshots/plain/restorations/1')).status, 200)
  await assertSealed(sealed, place)
  await assertWorks(sealed, place)
})

test('a snapshot holds what is sealed as it is, and under another key it is refused until the old one is given', async t => {
  const place = placeFor(t)
  const first = await place.start(KEY)
  await first.api.put('/world/snapshots/first')
  const file = readFileSync(join(place.folder, 'snapshots', 'first.jsonl'), 'utf8')
  for (const secret of secretsOf(place)) assert.ok(!file.includes(secret))
  await first.stop()
  await (await place.start(CHANGE)).stop()
  const second = await place.start(NEXT)
  const before = await contentOf(second.platform.db)
  const refused = await second.api.put('/world/snapshots/first/restorations/1')
  second.api.refused(refused, 'CONFLICT', /BOOMGATE_OLD_SECRETS_KEY.*delete the snapshot/)
  assert.equal(await contentOf(second.platform.db), before)
  await second.stop()
  const third = await place.start(CHANGE)
  assert.equal((await third.api.put('/world/snapshots/first/restorations/1')).status, 200)
  await third.stop()
  const last = await place.start(NEXT)
  await assertSealed(last, place)
  await assertWorks(last, place)
})

const severalNodes = { skip: testServer === undefined && 'this run is on SQLite' }

test(
  'two nodes that are given the key at once both start, and everything is sealed once',
  severalNodes,
  async t => {
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
  },
)

test('of two nodes with different keys one starts, and the other is told', severalNodes, async t => {
  const store = storeFor(t)
  const place = placeFor(t, store)
  await (await place.start()).stop()
  const starts = await Promise.allSettled([place.start(KEY), placeFor(t, store).start(NEXT)])
  const [refused, ...others] = starts.filter(start => start.status === 'rejected')
  assert.equal(others.length, 0)
  assert.match(refused?.reason.message, /another key than BOOMGATE_SECRETS_KEY/)
})

test(
  'of two first starts the one with a key starts, and the world is sealed whoever has made it',
  severalNodes,
  async t => {
    const store = storeFor(t)
    const [place, other] = [placeFor(t, store), placeFor(t, store)]
    const [keyed, unkeyed] = await Promise.allSettled([place.start(KEY), other.start()])
    assert.equal(keyed.status, 'fulfilled')
    if (unkeyed.status === 'rejected') assert.match(unkeyed.reason.message, /is sealed\. Give the key/)
    const db = await place.open()
    for (const { secret } of await storedSecrets(db)) assert.match(String(secret), /^$|^sealed:/)
    await db.close()
  },
)

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
