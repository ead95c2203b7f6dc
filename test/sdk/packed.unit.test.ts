import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { optionsFromFolder } from '../../src/sdk/index.ts'
import { openTestDatabase } from '../../src/store/testing.ts'
import { startPlatform, type TestPlatform } from '../../src/testing/index.ts'
import { shangmiMerchant } from '../shangmi.ts'
import { DIRECT, PROVIDER, plateRequest, SUB_MCHID } from './car-park.ts'
import { PROJECT, pack } from './pack.ts'
import { expected, type PackedInput, PRINT, PROGRAM, packedInput } from './packed-program.ts'
import { nodeOf } from './runtimes.ts'

const FILES = {
  'import.mjs': `import * as sdk from 'boomgate/sdk'
    import * as crypto from 'node:crypto'
    ${PROGRAM}
    ${PRINT}`,
  'require.cjs': `const sdk = require('boomgate/sdk')
    const crypto = require('node:crypto')
    ${PROGRAM}
    ${PRINT}`,
}

/** Calls by 国密; the import is what asks for the library. */
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

const oldest = nodeOf('node-20.0')
const nodes = { 'this Node': process.execPath, 'node-20.0': oldest }

describe('the packed package, in a folder without any other package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-packed-'))
  let platform: TestPlatform
  let input: PackedInput
  let merchants: string

  before(async () => {
    await pack(join(folder, 'node_modules', 'boomgate'))
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text)
    writeFileSync(join(folder, 'shangmi.mjs'), SHANGMI_PROGRAM)
    cpSync(join(PROJECT, 'examples', 'park-a-car.ts'), join(folder, 'park-a-car.ts'))
    platform = await startPlatform({ open: openTestDatabase, workers: true })
    merchants = join(platform.folder, 'merchants')
    input = await packedInput(platform)
  })

  after(async () => {
    await platform.stop()
    rmSync(folder, { recursive: true })
  })

  const run = async (node: string, ...args: string[]) => {
    const env = { ...process.env, INPUT: JSON.stringify(input) }
    const { stdout } = await promisify(execFile)(node, args, { cwd: folder, env })
    return stdout
  }

  for (const [name, node] of Object.entries(nodes)) {
    for (const file of Object.keys(FILES)) {
      test(`${name} runs ${file} of boomgate/sdk`, async () => {
        assert.deepEqual(JSON.parse(await run(node, file)), expected())
      })
    }
  }

  test('boomgate needs a newer Node than its SDK, and says so', () => {
    const main = join(folder, 'node_modules', 'boomgate', 'dist', 'cli', 'main.js')
    const { status, stderr } = spawnSync(oldest, [main, 'serve'], { encoding: 'utf8' })
    assert.equal(status, 1)
    assert.match(
      stderr,
      /^error: Boomgate needs Node 24 or later, or 22\.16 or later of 22, and .* 20\..*: npm install --save-dev node@24 .*\.\n$/,
    )
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
    for (const node of Object.values(nodes))
      assert.equal(await run(node, 'shangmi.mjs', options, JSON.stringify(plateRequest)), 'NORMAL 停车 204\n')
  })
})
