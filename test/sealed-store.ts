import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { SECRET_COLUMNS } from '../src/merchants/seal-store.ts'
import { type RunningPlatform, startPlatform } from '../src/node/start.ts'
import { openResource } from '../src/protocol/sealed-resource.ts'
import { decryptField, encryptField } from '../src/protocol/sensitive-field.ts'
import type { Database, Row } from '../src/store/database.ts'
import type { SecretsKeys } from '../src/store/secrets.ts'
import { createTestStore, type TestStore } from '../src/store/testing.ts'
import { readCredentials, signedRequest, type UnsignedRequest } from '../src/testing/index.ts'
import { sharedKeys } from '../src/testing/shared-keys.ts'
import { adminCalls } from './admin-calls.ts'
import { chargeCalls } from './charges.ts'
import { allTables } from './schema.ts'

// A whole platform on a store whose secrets may be sealed, which can be started more than once.

export const sandboxKeys = await sharedKeys()
export const KEY = { present: new Uint8Array(32).fill(1) }
export const NEXT = { present: new Uint8Array(32).fill(2) }
export const OWN = '1230000109'

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

export function placeFor(t: TestContext, store = storeFor(t)): Place {
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
          ...{ open, sandboxKeys, workers: false },
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

export function storeFor(t: TestContext): TestStore {
  const store = createTestStore()
  t.after(() => store.remove())
  return store
}

/** The secrets of a sandbox that its store holds; of a private key a line of its own, since others have the same first one. */
export function secretsOf({ folder }: Place): string[] {
  const pem = [sandboxKeys.root, sandboxKeys.platform, sandboxKeys.publicKey].map(
    ({ private_key }) => private_key.split('\n')[10] ?? '',
  )
  const keys = readdirSync(join(folder, 'merchants')).map(mchid => readCredentials(folder, mchid).apiv3_key)
  return [...pem, ...keys].filter(secret => secret !== '')
}

export async function contentOf(db: Database): Promise<string> {
  const tables = allTables.map(({ name }) => name)
  return JSON.stringify(await Promise.all(tables.map(name => db.all(`SELECT * FROM ${name}`))))
}

export async function storedSecrets(db: Database): Promise<Row[]> {
  const rows = SECRET_COLUMNS.map(({ table, key, column }) =>
    db.all<Row>(`SELECT ${key} AS place, ${column} AS secret FROM ${table} ORDER BY ${key}`),
  )
  return (await Promise.all(rows)).flat()
}

/** No secret is in the store, and what is not empty is sealed. */
export async function assertSealed({ platform: { db, recentCalls } }: Started, place: Place): Promise<void> {
  // What was sent and answered is in the store too.
  await recentCalls.flush()
  const content = await contentOf(db)
  const bytes = db.engine === 'sqlite' ? place.bytes() : Buffer.of()
  for (const secret of secretsOf(place)) assert.ok(!content.includes(secret) && !bytes.includes(secret))
  assert.ok(!content.includes('PRIVATE KEY'))
  for (const { place: where, secret } of await storedSecrets(db))
    assert.match(String(secret), /^$|^sealed:/, String(where))
}

/** Everything that needs a secret of the store: certificates and notices are sealed, fields are decrypted. */
export async function assertWorks({ call, notices, platform, runDue }: Started, place: Place): Promise<void> {
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
