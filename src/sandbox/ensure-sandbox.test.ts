import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, randomBytes, X509Certificate } from 'node:crypto'
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Scope } from '../../test/platform.ts'
import { migrations } from '../../test/schema.ts'
import { systemClock } from '../clock/clock.ts'
import { auditLedger } from '../ledger/audit.ts'
import { permissionsColumn } from '../merchants/permissions.ts'
import { PlatformKeys } from '../merchants/platform-keys.ts'
import { SANDBOX_PAYERS } from '../products/basic/payments/sandbox-payers.ts'
import { products } from '../products/index.ts'
import { COUPON_STOCK, fleetPlates, SANDBOX_PLATES } from '../products/industry/parking/seed-plates.ts'
import { parseTime } from '../protocol/time.ts'
import type { TrustState } from '../protocol/trust.ts'
import { optionsFromFolder } from '../sdk/transport/options-from-folder.ts'
import type { Database } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { UNSEALED } from '../store/secrets.ts'
import { openTestDatabase } from '../store/testing.ts'
import { sharedKeys } from '../testing/shared-keys.ts'
import { CERTIFICATE_LIFETIME_MS } from './certificates.ts'
import { makeSandboxKeys } from './create-sandbox.ts'
import { ensureSandbox } from './ensure-sandbox.ts'
import { type MerchantFile, writeSandboxFiles } from './files.ts'
import { SANDBOX_MERCHANTS, type SandboxMerchant } from './merchants.ts'
import { refreshSandboxFiles } from './refresh-sandbox-files.ts'

const keys = await sharedKeys()
const seeds = products.flatMap(({ seed }) => (seed ? [seed] : []))
const CALLERS = SANDBOX_MERCHANTS.filter(({ kind }) => kind !== 'sub')

/** An empty store and an empty folder, and what a start makes of them. */
interface NewSandbox {
  db: Database
  folder: string
  start(more?: { baseUrl?: string; backupUrl?: string; trust?: TrustState }): Promise<{ isNew: boolean }>
  read(...path: string[]): string
  merchantFile(mchid: string): MerchantFile
  /** Every file with its content and the instant at which it was written. */
  files(): Record<string, [content: string, writtenAt: number]>
}

async function newSandbox(t: Scope): Promise<NewSandbox> {
  const db = await openTestDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-sandbox-'))
  t.after(async () => {
    await db.close()
    rmSync(folder, { recursive: true })
  })
  await migrate(db, migrations, systemClock.wallNow())
  const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8')
  return {
    db,
    folder,
    read,
    async start({ baseUrl = 'http://127.0.0.1:8080', backupUrl, trust } = {}) {
      const stores = { db, clock: systemClock, random: randomBytes, secrets: UNSEALED, seeds }
      const sandbox = { folder, baseUrl, backupUrl, trust }
      const started = await ensureSandbox(stores, { ...sandbox, keys })
      const platform = { ...stores, keys: await PlatformKeys.open(db, UNSEALED) }
      await refreshSandboxFiles(platform, sandbox)
      return started
    },
    merchantFile: mchid => JSON.parse(read('merchants', mchid, 'merchant.json')) as MerchantFile,
    files() {
      const names = globSync('**', { cwd: folder }).filter(name => statSync(join(folder, name)).isFile())
      return Object.fromEntries(
        names.sort().map(name => [name, [read(name), statSync(join(folder, name)).mtimeMs]]),
      )
    },
  }
}

const shared = await newSandbox({ after })
await shared.start()

test('a first start writes the files of every merchant who calls, and of the platform', () => {
  const own = ['apiclient_cert.pem', 'apiclient_key.pem', 'merchant.json', 'platform_cert.pem', 'pub_key.pem']
  const expected = [
    ...CALLERS.flatMap(({ mchid }) => own.map(name => join('merchants', mchid, name))),
    ...['ca.pem', 'platform_cert.pem', 'pub_key.pem'].map(name => join('platform', name)),
    'sandbox.json',
  ]
  assert.deepEqual(Object.keys(shared.files()), expected.sort())
})

test('only the owner can read what is secret, and no file is writable by others', () => {
  for (const name of Object.keys(shared.files())) {
    const secret = /apiclient_key\.pem$|merchant\.json$/.test(name)
    assert.equal(statSync(join(shared.folder, name)).mode & (secret ? 0o077 : 0o022), 0, name)
  }
})

test('no private key of the platform is written beside its store', () => {
  for (const [name, [content]] of Object.entries(shared.files())) {
    assert.equal(/PRIVATE KEY/.test(content), name.endsWith('apiclient_key.pem'), name)
  }
})

test('every certificate is issued by the root, for five years, with its own serial number and key', () => {
  const root = new X509Certificate(shared.read('platform', 'ca.pem'))
  assert.ok(root.ca)
  assert.ok(root.verify(root.publicKey))
  const named: [file: string[], subject: RegExp][] = [
    [['platform', 'platform_cert.pem'], /^CN=Tenpay\.com sign$/m],
    ...CALLERS.map(({ mchid }): [string[], RegExp] => [
      ['merchants', mchid, 'apiclient_cert.pem'],
      new RegExp(`^CN=${mchid}$`, 'm'),
    ]),
  ]
  const serials = new Set([root.serialNumber])
  for (const [file, subject] of named) {
    const certificate = new X509Certificate(shared.read(...file))
    assert.ok(certificate.checkIssued(root) && certificate.verify(root.publicKey), file.join())
    assert.ok(!certificate.ca)
    assert.match(certificate.subject, subject)
    assert.match(certificate.issuer, /^CN=Tenpay\.com Root CA$/m)
    assert.match(certificate.serialNumber, /^[0-9A-F]{40}$/)
    serials.add(certificate.serialNumber)
    const lifetime = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)
    // The clocks are read one after the other, and a second may begin in between.
    assert.ok(lifetime - CERTIFICATE_LIFETIME_MS <= 1000 && lifetime >= CERTIFICATE_LIFETIME_MS)
    assert.equal(certificate.publicKey.asymmetricKeyDetails?.modulusLength, 2048)
  }
  assert.equal(serials.size, named.length + 1)
})

test("a merchant's folder holds its own key, its secrets and the platform's two public halves", () => {
  const platform = new X509Certificate(shared.read('platform', 'platform_cert.pem'))
  const seen = new Set<string>()
  for (const { mchid, appids, sub_mchids } of CALLERS) {
    const certificate = new X509Certificate(shared.read('merchants', mchid, 'apiclient_cert.pem'))
    assert.ok(
      certificate.checkPrivateKey(createPrivateKey(shared.read('merchants', mchid, 'apiclient_key.pem'))),
    )
    const file = shared.merchantFile(mchid)
    const { apiv3_key, public_key_id } = file
    assert.deepEqual(file, {
      mchid,
      serial_no: certificate.serialNumber,
      apiv3_key,
      appids,
      sub_mchids,
      platform_serial: platform.serialNumber,
      public_key_id,
      base_url: 'http://127.0.0.1:8080',
    })
    assert.match(apiv3_key, /^[0-9A-Za-z]{32}$/)
    assert.match(public_key_id, new RegExp(`^PUB_KEY_ID_01${mchid}\\d{22}$`))
    seen.add(apiv3_key).add(public_key_id)
    for (const name of ['platform_cert.pem', 'pub_key.pem']) {
      assert.equal(shared.read('merchants', mchid, name), shared.read('platform', name))
    }
  }
  assert.equal(seen.size, 2 * CALLERS.length)
  assert.match(shared.read('platform', 'pub_key.pem'), /^-----BEGIN PUBLIC KEY-----\n/)
})

async function assertFilesFitStore({ db, read, merchantFile }: NewSandbox): Promise<void> {
  const platformKeys = await PlatformKeys.open(db, UNSEALED)
  const signing = platformKeys.signing('RSA', systemClock.now())
  assert.equal(signing.certificate, read('platform', 'platform_cert.pem'))
  assert.ok(platformKeys.publicKey.publicKey.equals(createPublicKey(read('platform', 'pub_key.pem'))))
  for (const { mchid } of CALLERS) {
    const { serial_no, apiv3_key, public_key_id } = merchantFile(mchid)
    const stored = await db.get(
      `SELECT m.apiv3_key, m.public_key_id, c.serial_no, c.certificate
         FROM merchants m JOIN merchant_certificates c ON c.mchid = m.mchid WHERE m.mchid = $1`,
      mchid,
    )
    const certificate = read('merchants', mchid, 'apiclient_cert.pem')
    assert.deepEqual({ ...stored }, { apiv3_key, public_key_id, serial_no, certificate })
  }
}

test('the files fit what the store has', async () => {
  await assertFilesFitStore(shared)
})

test('a second start changes no file and no row', async t => {
  const sandbox = await newSandbox(t)
  await sandbox.start()
  const before = sandbox.files()
  const rows = () => sandbox.db.all('SELECT * FROM merchants ORDER BY mchid')
  const rowsBefore = await rows()
  assert.deepEqual(await sandbox.start(), { isNew: false })
  assert.deepEqual(sandbox.files(), before)
  assert.deepEqual(await rows(), rowsBefore)
})

test("a start on another address changes base_url in the merchants' files, and nothing else", async t => {
  const sandbox = await newSandbox(t)
  await sandbox.start()
  const before = sandbox.files()
  await sandbox.start({ baseUrl: 'http://127.0.0.1:9090' })
  for (const [name, [content, writtenAt]] of Object.entries(sandbox.files())) {
    const earlier = before[name]
    if (name.endsWith('merchant.json')) {
      assert.equal(content, earlier?.[0].replace('http://127.0.0.1:8080', 'http://127.0.0.1:9090'))
      assert.equal(statSync(join(sandbox.folder, name)).mode & 0o777, 0o600)
    } else {
      assert.deepEqual([content, writtenAt], earlier, name)
    }
  }
})

test("a merchant's folder that was removed is no obstacle to a start", async t => {
  const sandbox = await newSandbox(t)
  await sandbox.start()
  rmSync(join(sandbox.folder, 'merchants', '1230000110'), { recursive: true })
  assert.deepEqual(await sandbox.start({ baseUrl: 'http://127.0.0.1:9090' }), { isNew: false })
  assert.equal(sandbox.merchantFile('1230000109').base_url, 'http://127.0.0.1:9090')
})

test('the second access point is in the files for as long as there is one, and a client is made with it', async t => {
  const sandbox = await newSandbox(t)
  const own = join(sandbox.folder, 'merchants', '1230000109')
  for (const backupUrl of [undefined, 'http://127.0.0.1:8081', 'http://127.0.0.1:8082']) {
    await sandbox.start({ ...(backupUrl !== undefined && { backupUrl }) })
    assert.equal(sandbox.merchantFile('1230000109').backup_url, backupUrl)
    assert.equal(optionsFromFolder(own).fallbackUrl, backupUrl)
  }
  await sandbox.start()
  assert.ok(!('backup_url' in sandbox.merchantFile('1230000109')))
})

test('a crash between the files and the store is healed by the next start', async t => {
  const sandbox = await newSandbox(t)
  const lost = await makeSandboxKeys(systemClock, randomBytes)
  writeSandboxFiles(
    { folder: sandbox.folder, baseUrl: 'http://127.0.0.1:1', backupUrl: undefined },
    lost,
    seeds,
  )
  writeFileSync(join(sandbox.folder, 'merchants', '1230000109', 'apiclient_key.pem.new'), 'half a file')
  assert.deepEqual(await sandbox.start(), { isNew: true })
  await assertFilesFitStore(sandbox)
  assert.deepEqual(await sandbox.start(), { isNew: false })
})

test('a sandbox is stored as a whole or not at all', async t => {
  const sandbox = await newSandbox(t)
  await sandbox.db.run('ALTER TABLE plates RENAME TO hidden')
  await assert.rejects(sandbox.start())
  assert.deepEqual(await sandbox.db.all('SELECT id FROM platform_keys'), [])
  assert.deepEqual(await sandbox.db.all('SELECT mchid FROM merchants'), [])
  await sandbox.db.run('ALTER TABLE hidden RENAME TO plates')
  assert.deepEqual(await sandbox.start(), { isNew: true })
  await assertFilesFitStore(sandbox)
})

test('the trust state that a start names is given to all who call; without one it stays', async t => {
  const sandbox = await newSandbox(t)
  const states = async () => {
    const rows = await sandbox.db.all<{ trust_state: string }>(
      `SELECT DISTINCT trust_state FROM merchants WHERE kind <> 'sub'`,
    )
    return rows.map(({ trust_state }) => trust_state)
  }
  await sandbox.start()
  assert.deepEqual(await states(), ['SWITCHING'])
  await sandbox.start({ trust: 'PUBLIC_KEY' })
  assert.deepEqual(await states(), ['PUBLIC_KEY'])
  await sandbox.start()
  assert.deepEqual(await states(), ['PUBLIC_KEY'])
})

test('sandbox.json lists the merchants that the store has, with what each may do', async () => {
  const { merchants } = JSON.parse(shared.read('sandbox.json')) as {
    merchants: (SandboxMerchant & { permissions: string[] })[]
  }
  const listed = merchants.map(merchant => ({
    mchid: merchant.mchid,
    kind: merchant.kind,
    permissions: merchant.permissions.join(' '),
    collection_restricted: merchant.collection_restricted ? 1 : 0,
  }))
  const stored = await shared.db.all(
    `SELECT mchid, kind, ${permissionsColumn('merchants.mchid')}, collection_restricted FROM merchants ORDER BY mchid`,
  )
  assert.deepEqual(
    listed.toSorted((one, two) => (one.mchid < two.mchid ? -1 : 1)),
    stored.map(row => ({ ...row })),
  )
  const bindings = await shared.db.all<{ sub_mchid: string }>('SELECT sub_mchid FROM merchant_bindings')
  assert.deepEqual(
    new Set(bindings.map(({ sub_mchid }) => sub_mchid)),
    new Set(merchants.flatMap(({ sub_mchids }) => sub_mchids)),
  )
  for (const { behaviour } of merchants) assert.match(behaviour, /\S/)
})

interface ListedPlate {
  plate_number: string
  plate_color: string
  behaviour: string
  openid: string
  appid: string
  service_state: string
  service_open_time: string
}

test('sandbox.json lists the plates that the store has, with their payers and states', async () => {
  const { plates, fleet } = JSON.parse(shared.read('sandbox.json')) as {
    plates: ListedPlate[]
    fleet: { first: string; last: string; count: number }
  }
  const stored = await shared.db.all<Record<string, string | number>>(
    `SELECT p.plate_number, p.plate_color, p.service_state, p.service_open_time, o.openid, o.appid
       FROM plates p JOIN payer_openids o ON o.payer_id = p.payer_id`,
  )
  const opened = plates.filter(({ service_state }) => service_state !== 'OUT_SERVICE')
  assert.equal(stored.length, opened.length + fleet.count)
  for (const { behaviour, service_open_time, ...plate } of opened) {
    assert.match(behaviour, /\S/)
    const row = stored.find(({ plate_number }) => plate_number === plate.plate_number)
    assert.deepEqual(row && { ...row }, {
      plate_number: plate.plate_number,
      plate_color: plate.plate_color,
      service_state: plate.service_state,
      service_open_time: parseTime(service_open_time),
      openid: plate.openid,
      appid: plate.appid,
    })
  }
  const numbers = stored.map(({ plate_number }) => plate_number)
  assert.ok(numbers.includes(fleet.first) && numbers.includes(fleet.last))
  assert.equal(new Set(numbers).size, numbers.length)
})

test('every wallet, every debt and every coupon of the sandbox is backed, and the books are right', async () => {
  const plates = [...SANDBOX_PLATES, ...fleetPlates()]
  const coupons = COUPON_STOCK.amount * COUPON_STOCK.max_coupons
  const wallets = SANDBOX_PAYERS.reduce((sum, { wallet }) => sum + wallet, 0)
  const total = plates.reduce((sum, { wallet, arrears }) => sum + wallet + arrears, coupons + wallets)
  const row = await shared.db.get<{ posted: number }>(
    'SELECT CAST(SUM(amount) AS BIGINT) AS posted FROM ledger_transfers',
  )
  assert.equal(row?.posted, total)
  assert.deepEqual(await auditLedger(shared.db), [])
})

test('of two first starts on one store one makes the sandbox, and its folder has the keys of the store', async t => {
  const { db } = await newSandbox(t)
  const folders = ['one', 'other'].map(name => mkdtempSync(join(tmpdir(), `boomgate-${name}-`)))
  t.after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true })
  })
  const surroundings = { db, clock: systemClock, random: randomBytes, secrets: UNSEALED, seeds }
  const starts = await Promise.all(
    folders.map(async folder => {
      const own = await makeSandboxKeys(systemClock, randomBytes)
      const sandbox = { folder, baseUrl: 'http://127.0.0.1:8080', backupUrl: undefined, trust: undefined }
      return { folder, ...(await ensureSandbox(surroundings, { ...sandbox, keys: own })) }
    }),
  )
  const winners = starts.filter(({ isNew }) => isNew)
  assert.equal(winners.length, 1)
  const file = readFileSync(join(winners[0]?.folder ?? '', 'merchants/1230000109/merchant.json'), 'utf8')
  const { serial_no } = JSON.parse(file) as MerchantFile
  const row = await db.get('SELECT mchid FROM merchant_certificates WHERE serial_no = $1', serial_no)
  assert.deepEqual(row, { mchid: '1230000109' })
  const loser = starts.find(({ isNew }) => !isNew)
  assert.deepEqual(globSync('**/*.json', { cwd: loser?.folder ?? '' }), [])
})
