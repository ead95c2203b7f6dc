import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openTestDatabase } from '../../src/store/testing.ts'
import { startPlatform, type TestPlatform } from '../../src/testing/index.ts'
import { DIRECT, PROVIDER, plateRequest, SUB_MCHID } from './car-park.ts'

const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
/** The oldest Node that the SDK is for. */
const OLDEST = 'v20.'

/** Makes clients, calls the platform in each way of trust, signs and reads a notice; prints what came of it. */
const PROGRAM = `
import { generateKeyPairSync } from 'node:crypto'
import { createWebhookReceiver, merchantClient, optionsFromFolder, partnerClient, signTestNotice } from 'boomgate/sdk'
const [direct, provider, request, sub_mchid] = process.argv.slice(2)
const states = []
for (const trust of ['certificate', 'public-key', 'both']) {
  const merchant = merchantClient(optionsFromFolder(direct, { trust }))
  const partner = partnerClient(optionsFromFolder(provider, { trust }))
  states.push((await merchant.parking.queryPlateService(JSON.parse(request))).service_state)
  states.push((await partner.parking.queryPlateService({ ...JSON.parse(request), sub_mchid })).service_state)
}
const bootstrapped = merchantClient({ ...optionsFromFolder(direct), trust: { certificates: [] } })
states.push((await bootstrapped.parking.queryPlateService(JSON.parse(request))).service_state)

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
console.log(JSON.stringify({ states, status: answer.status }))
`

describe('the packed package, in a folder without any other package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-packed-'))
  let platform: TestPlatform
  let merchants: string

  before(async () => {
    pack(join(folder, 'node_modules', 'boomgate'))
    writeFileSync(join(folder, 'use.mjs'), PROGRAM)
    cpSync(join(PROJECT, 'examples', 'park-a-car.ts'), join(folder, 'park-a-car.ts'))
    platform = await startPlatform({ open: openTestDatabase, workers: true })
    merchants = join(platform.folder, 'merchants')
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
      )
      assert.deepEqual(JSON.parse(out), { states: Array(7).fill('NORMAL'), status: 204 })
    })
  }

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
})

/** Puts what a published package holds into a folder. The shared `dist` is left alone, as others may be using it. */
function pack(target: string): void {
  const compiler = join(PROJECT, 'node_modules', 'typescript', 'bin', 'tsc')
  // Types are the check's business; here only the JavaScript counts.
  const flags = ['-p', 'tsconfig.build.json', '--noCheck', '--outDir', join(target, 'dist')]
  execFileSync(process.execPath, [compiler, ...flags], { cwd: PROJECT })
  cpSync(join(PROJECT, 'package.json'), join(target, 'package.json'))
}

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
