import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { merchantClient } from '../../src/sdk/index.ts'
import { chargeRequest, DIRECT, entryRequest, optionsOf } from './car-park.ts'
import { COMPILER, PROJECT } from './pack.ts'
import { sharedPlatform } from './shared-platform.ts'
import { listen } from './webhook-servers.ts'

// The samples of src/sdk/README.md for Koa and Nest, checked, compiled and run as they stand, with real notices.

const thePlatform = sharedPlatform()
const SDK = join(PROJECT, 'src', 'sdk', 'index.ts')
const README = readFileSync(join(PROJECT, 'src', 'sdk', 'README.md'), 'utf8')

/** As users compile for Node; decorators are those of Nest. */
const FLAGS = ['--strict', '--target', 'es2023', '--module', 'nodenext', '--experimentalDecorators']

function sampleOf(heading: string): string {
  const [, sample = ''] = new RegExp(`^### ${heading}$.*?^\`\`\`ts\n(.*?)^\`\`\``, 'ms').exec(README) ?? []
  assert.notEqual(sample, '', `There is no sample for ${heading}`)
  return sample
}

/** A folder with a program that is compiled to JavaScript, after its types were checked against the SDK. */
async function compiled(t: TestContext, sample: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-sample-'))
  t.after(() => rmSync(folder, { recursive: true }))
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const options = { allowImportingTsExtensions: true, paths: { '@boomgate/sdk': [SDK] }, noEmit: true }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        ...options,
        lib: ['es2024', 'dom.asynciterable'],
        skipLibCheck: true,
        types: ['node'],
      },
      files: ['app.ts'],
    }),
  )
  writeFileSync(join(folder, 'app.ts'), sample)
  await tsc(folder, '-p', '.', ...FLAGS)
  const toRun = sample.replace("'@boomgate/sdk'", `'${pathToFileURL(SDK)}'`)
  writeFileSync(join(folder, 'run.ts'), toRun)
  await tsc(folder, 'run.ts', '--ignoreConfig', '--noCheck', ...FLAGS)
  return join(folder, 'run.js')
}

async function tsc(cwd: string, ...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [COMPILER, ...args], { cwd }).catch(error =>
    assert.fail(`${error.stdout}`),
  )
}

async function freePort(): Promise<number> {
  const { url, close } = await listen(createServer())
  await close()
  return Number(new URL(url).port)
}

for (const heading of ['Koa', 'Nest']) {
  test(`the sample for ${heading} compiles, and takes and acknowledges a real notice`, async t => {
    const platform = thePlatform()
    const port = await freePort()
    const sample = sampleOf(heading)
      .replace("'data/merchants", `'${platform.folder}/merchants`)
      .replace('listen(3000', `listen(${port}`)
    const program = await compiled(t, sample)
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(async () => {
      if (child.exitCode === null && child.kill()) await once(child, 'exit')
    })
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const lineWith = async (part: string): Promise<string> => {
      for (;;) {
        const { value, done } = await lines.next()
        assert.ok(!done, `The program has ended without ${part}`)
        if (value.includes(part)) return value
      }
    }
    await lineWith('listening')

    const url = `http://127.0.0.1:${port}/notify`
    const { parking } = merchantClient(optionsOf(platform, DIRECT))
    await parking.createTransaction(chargeRequest(await parking.createParking(entryRequest(url)), url))
    await platform.runDue()
    await lineWith('TRANSACTION.SUCCESS')
    const attempts = await platform.platform.db.all<{ reply_status: number }>(
      `SELECT a.reply_status FROM notice_attempts a JOIN notices n ON n.id = a.notice_id WHERE n.notify_url = $1`,
      url,
    )
    assert.deepEqual(attempts, [{ reply_status: 204 }])
  })
}
