import assert from 'node:assert/strict'
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { merchantClient, optionsFromFolder } from '../../src/sdk/index.ts'
import { openTestDatabase } from '../../src/store/testing.ts'
import { startPlatform, type TestPlatform } from '../../src/testing/index.ts'
import { shangmiMerchant } from '../shangmi.ts'
import { DIRECT, PROVIDER, paidOrder, plateRequest, SUB_MCHID } from './car-park.ts'
import { PROJECT, pack } from './pack.ts'

/** The oldest Node that the SDK is for. */
const OLDEST = 'v20.'
const DAY_MS = 24 * 60 * 60 * 1000

/** Makes clients, calls the platform in each way of trust, reads a bill and a notice; prints what came of it. */
const PROGRAM = `
import { generateKeyPairSync } from 'node:crypto'
import {
  createWebhookReceiver, merchantClient, optionsFromFolder, partnerClient, reconcileTradeBill, signTestNotice,
} from 'boomgate/sdk'
const [direct, provider, request, sub_mchid, bill_date, order] = process.argv.slice(2)
const states = []
for (const trust of ['certificate', 'public-key', 'both']) {
  const merchant = merchantClient(optionsFromFolder(direct, { trust }))
  const partner = partnerClient(optionsFromFolder(provider, { trust }))
  states.push((await merchant.parking.queryPlateService(JSON.parse(request))).service_state)
  states.push((await partner.parking.queryPlateService({ ...JSON.parse(request), sub_mchid })).service_state)
}
const bootstrapped = merchantClient({ ...optionsFromFolder(direct), trust: { certificates: [] } })
states.push((await bootstrapped.parking.queryPlateService(JSON.parse(request))).service_state)

const bill = merchantClient(optionsFromFolder(direct)).bills.tradeBill({ bill_date })
const findings = []
for await (const finding of reconcileTradeBill(bill, [JSON.parse(order)])) findings.push(finding)

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const apiv3Key = 'k'.repeat(32)
const serial = 'PUB_KEY_ID_TEST'
const { headers, body } = signTestNotice({ event_type: 'ANY', resource: {}, apiv3Key, privateKey, serial })
const receiver = createWebhookReceiver({ apiv3Key, trust: { publicKeyId: serial, publicKey } })
const answer = await receiver.fetchHandler(() => {})(new Request('http://a/', { method: 'POST', headers, body }))
console.log(JSON.stringify({ states, status: answer.status, findings, rows: bill.summary.count }))
`

/** As above by 国密; the import is what asks for the library. */
const SHANGMI_PROGRAM = `
import { generateKeyPairSync } from 'node:crypto'
import { createWebhookReceiver, merchantClient, signTestNotice } from 'boomgate/sdk'
import { shangmi } from 'boomgate/sdk/shangmi'
const [options, request] = process.argv.slice(2).map(text => JSON.parse(text))
const client = merchantClient({ ...options, suite: shangmi, trust: { certificates: [] } })
const { service_state } = await client.parking.queryPlateService(request)
const encrypted_echo_message = await client.sensitive.encrypt('停车')
const reply = await client.security.securityEcho({ echo_message: 'a', encrypted_echo_message })

const { publicKey, privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'SM2',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const { apiv3Key } = options
const serial = 'PUB_KEY_ID_TEST'
const own = { apiv3Key, suite: shangmi }
const { headers, body } = signTestNotice({ ...own, event_type: 'ANY', resource: {}, privateKey, serial })
const receiver = createWebhookReceiver({ ...own, trust: { publicKeyId: serial, publicKey } })
const answer = await receiver.fetchHandler(() => {})(new Request('http://a/', { method: 'POST', headers, body }))
console.log(service_state, client.sensitive.decrypt(reply.encrypted_echo_message), answer.status)
`

/** What an installation puts beside the package for it. */
const SHANGMI_PACKAGES = ['sm-crypto-v2', '@noble/ciphers', '@noble/curves', '@noble/hashes']

describe('the packed package, in a folder without any other package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-packed-'))
  let platform: TestPlatform
  let merchants: string
  let bill_date: string
  let order: string

  before(async () => {
    pack(join(folder, 'node_modules', 'boomgate'))
    writeFileSync(join(folder, 'use.mjs'), PROGRAM)
    writeFileSync(join(folder, 'shangmi.mjs'), SHANGMI_PROGRAM)
    cpSync(join(PROJECT, 'examples', 'park-a-car.ts'), join(folder, 'park-a-car.ts'))
    platform = await startPlatform({ open: openTestDatabase, workers: true })
    merchants = join(platform.folder, 'merchants')
    const { parking } = merchantClient(optionsFromFolder(join(merchants, DIRECT)))
    const out_trade_no = await paidOrder(platform, parking)
    const { success_time = '' } = await parking.queryTransaction({ out_trade_no })
    order = JSON.stringify({ out_trade_no, total: 888, success_time })
    bill_date = success_time.slice(0, 10)
    await platform.agenda.moveTo(Date.parse(`${bill_date}T10:00:00+08:00`) + DAY_MS)
  })

  after(async () => {
    await platform.stop()
    rmSync(folder, { recursive: true })
  })

  const run = async (node: string, ...args: string[]) => {
    const { stdout } = await promisify(execFile)(node, args, { cwd: folder })
    return stdout
  }

  for (const node of runtimes()) {
    test(`boomgate/sdk works on Node ${versionOf(node)}`, async () => {
      const request = JSON.stringify(plateRequest)
      const out = await run(
        node,
        'use.mjs',
        join(merchants, DIRECT),
        join(merchants, PROVIDER),
        request,
        SUB_MCHID,
        bill_date,
        order,
      )
      assert.deepEqual(JSON.parse(out), {
        states: Array(7).fill('NORMAL'),
        status: 204,
        findings: [],
        rows: 1,
      })
    })
  }

  test('boomgate needs a newer Node than its SDK, and says so', () => {
    const main = join(folder, 'node_modules', 'boomgate', 'dist', 'cli', 'main.js')
    for (const node of runtimes().slice(1)) {
      const { status, stderr } = spawnSync(node, [main, 'serve'], { encoding: 'utf8' })
      assert.equal(status, 1)
      assert.match(
        stderr,
        /^error: Boomgate needs Node 24 or later, or 22\.16 or later of 22, and .* 20\..*: npm install --save-dev node@24 .*\.\n$/,
      )
    }
  })

  const EXPECTED = [
    /^粤B10001 drives in: entry \d{29} is NORMAL$/,
    /^charged 800 fen as T[0-9a-f]{31}: ACCEPTED$/,
    /^the gate opens$/,
    /^verified notice TRANSACTION\.SUCCESS: SUCCESS \d{28}$/,
    /^the order is SUCCESS, 800 fen paid by \w+$/,
  ]

  for (const [mode, mchid, ...more] of [
    ['a direct merchant', DIRECT],
    ['a service provider', PROVIDER, SUB_MCHID],
  ] as const) {
    test(`the example parks a car as ${mode}`, async () => {
      const lines = (await run(process.execPath, 'park-a-car.ts', join(merchants, mchid), ...more))
        .trim()
        .split('\n')
      assert.equal(lines.length, EXPECTED.length)
      for (const [index, line] of lines.entries()) assert.match(line, EXPECTED[index] ?? /^$/)
    })
  }

  // The tests above do without the library, so nothing loads it that works by RSA.
  test('boomgate/sdk/shangmi is what needs the library for 国密, and says so where it is missing', async () => {
    await assert.rejects(
      run(process.execPath, 'shangmi.mjs', '{}', '{}'),
      /Cannot find package 'sm-crypto-v2'/,
    )
  })

  test('with its library boomgate/sdk/shangmi works on each of them', async () => {
    for (const name of SHANGMI_PACKAGES) {
      const place = join(folder, 'node_modules', name)
      mkdirSync(dirname(place), { recursive: true })
      symlinkSync(join(PROJECT, 'node_modules', name), place)
    }
    const { serial_no, private_key } = await shangmiMerchant(platform)
    const own = optionsFromFolder(join(merchants, DIRECT))
    const options = JSON.stringify({ ...own, serial_no, privateKey: private_key })
    for (const node of runtimes())
      assert.equal(await run(node, 'shangmi.mjs', options, JSON.stringify(plateRequest)), 'NORMAL 停车 204\n')
  })
})

/** The Node that runs this test, and the oldest supported one if the machine has it. */
function runtimes(): string[] {
  const candidates = (process.env.PATH ?? '').split(delimiter).map(path => join(path, 'node'))
  const oldest = candidates.find(path => existsSync(path) && versionOf(path).startsWith(OLDEST))
  return oldest === undefined ? [process.execPath] : [process.execPath, oldest]
}

function versionOf(node: string): string {
  return node === process.execPath
    ? process.version
    : execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
}
