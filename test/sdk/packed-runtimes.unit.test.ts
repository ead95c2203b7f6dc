import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { openTestDatabase } from '../../src/store/testing.ts'
import { startPlatform, type TestPlatform } from '../../src/testing/index.ts'
import { installSdk, type PackedFile, PROJECT } from './pack.ts'
import { expected, type PackedInput, PRINT, PROGRAM, packedInput } from './packed-program.ts'
import { folderOf, nodeOf, OLDER_NODES, otherRuntimes } from './runtimes.ts'

const FILES = {
  'import.mjs': `import * as sdk from '@boomgate/sdk'
    import * as crypto from 'node:crypto'
    ${PROGRAM}
    ${PRINT}`,
  'require.cjs': `const sdk = require('@boomgate/sdk')
    const crypto = require('node:crypto')
    ${PROGRAM}
    ${PRINT}`,
  'require.test.js': `const sdk = require('@boomgate/sdk')
    const crypto = require('node:crypto')
    ${PROGRAM}
    test('the SDK', async () => {
      const { input, expected } = JSON.parse(process.env.INPUT)
      expect(await drive(sdk, crypto, input)).toEqual(expected)
    })`,
  'shangmi.cjs': `const { generateKeyPairSync } = require('node:crypto')
    const { shangmi } = require('@boomgate/sdk/shangmi')
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'SM2' })
    const message = Buffer.from('停车')
    console.log(shangmi.verify(message, shangmi.sign(message, privateKey), publicKey))`,
  'worker.mjs': `import * as sdk from '@boomgate/sdk'
    import * as crypto from 'node:crypto'
    ${PROGRAM}
    export default {
      fetch: async (_, { INPUT }) => {
        const found = await drive(sdk, crypto, INPUT)
        return Response.json(found)
      },
    }`,
}

/** Modules as a bundler for Workers would put them together; signed requests may go to this machine. */
const workerConfig = (modules: readonly string[]) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [${modules.join(', ')}],
      bindings = [(name = "INPUT", json = embed "input.json")],
      compatibilityDate = "2025-04-01",
      compatibilityFlags = ["nodejs_compat"],
    )),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`

const nodes = Object.fromEntries(OLDER_NODES.map(name => [name, nodeOf(name)]))
const { workerd, deno, bun } = otherRuntimes()

describe('@boomgate/sdk, packed and installed without any other package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-runtimes-'))
  let platform: TestPlatform
  let files: PackedFile[]
  let input: PackedInput

  before(async () => {
    files = await installSdk(folder)
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text)
    platform = await startPlatform({ open: openTestDatabase, workers: true })
    input = await packedInput(platform)
  })

  after(async () => {
    await platform.stop()
    rmSync(folder, { recursive: true })
  })

  const run = async (program: string, args: readonly string[], value: object = input, more = {}) => {
    const env = {
      ...process.env,
      ...more,
      INPUT: JSON.stringify(value),
      NODE_OPTIONS: '',
      NODE_TEST_CONTEXT: '',
    }
    return promisify(execFile)(program, args, { cwd: folder, env })
  }

  test('it has the code, its types, and nothing else', () => {
    const paths = files.map(({ path }) => path)
    assert.deepEqual(
      paths.filter(
        path => !/^dist\/(?:types\/[\w/-]+\.d\.cts|(?:index|shangmi)\.d\.[cm]ts|[\w-]+\.[cm]js)$/.test(path),
      ),
      ['LICENSE', 'README.md', 'package.json'],
    )
    const bytes = files.reduce((sum, { size }) => sum + size, 0)
    assert.ok(bytes < 700_000, `${bytes} bytes`)
  })

  for (const [name, program] of Object.entries({ ...nodes, 'this Node': process.execPath })) {
    for (const file of ['import.mjs', 'require.cjs']) {
      test(`${name} runs ${file}`, async () => {
        const { stdout } = await run(program, [file])
        assert.deepEqual(JSON.parse(stdout), expected())
      })
    }
  }

  for (const [name, program] of Object.entries(nodes)) {
    test(`on ${name} only 国密 needs another package, and says which`, async () => {
      await assert.rejects(run(program, ['shangmi.cjs']), /Cannot find module 'sm-crypto-v2'/)
      const { stdout } = await run(program, ['shangmi.cjs'], input, {
        NODE_PATH: join(PROJECT, 'node_modules'),
      })
      assert.equal(stdout, 'true\n')
    })
  }

  if (bun) {
    test('Bun runs it', async () => {
      const { stdout } = await run(bun, ['import.mjs'])
      assert.deepEqual(JSON.parse(stdout), expected())
    })
  }

  if (deno) {
    test('Deno runs it', async () => {
      const { stdout } = await run(deno, ['run', '--no-remote', '--allow-all', 'import.mjs'])
      assert.deepEqual(JSON.parse(stdout), expected())
    })
  }

  if (workerd) {
    test('a Worker runs it', async () => {
      const { folder: _disk, ...rest } = input
      writeFileSync(join(folder, 'input.json'), JSON.stringify(rest))
      const modules = files
        .filter(({ path }) => path.endsWith('.mjs') && !path.endsWith('shangmi.mjs'))
        .map(({ path }) => {
          const name = path === 'dist/index.mjs' ? '@boomgate/sdk' : path.replace('dist', '@boomgate')
          return `(name = "${name}", esModule = embed "node_modules/@boomgate/sdk/${path}")`
        })
      writeFileSync(
        join(folder, 'config.capnp'),
        workerConfig(['(name = "worker.mjs", esModule = embed "worker.mjs")', ...modules]),
      )
      const worker = spawn(workerd, ['serve', 'config.capnp', '--control-fd=3'], {
        cwd: folder,
        stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
      })
      try {
        const reply = await fetch(`http://127.0.0.1:${await portOf(worker)}/`)
        assert.deepEqual(JSON.parse(await reply.text()), expected(false))
      } finally {
        worker.kill()
      }
    })
  }

  test('Jest 29 runs it as it is set up by default', async () => {
    const jest = join(folderOf('others', 'jest'), 'bin', 'jest.js')
    const value = { input, expected: expected() }
    const { stderr } = await run(process.execPath, [jest, '--rootDir', folder, '--no-cache'], value)
    assert.match(stderr, /^Tests: +1 passed, 1 total$/m)
  })
})

/** The port that a Worker's server reports on its third stream. */
async function portOf(worker: ChildProcess): Promise<number> {
  const lines = createInterface(worker.stdio[3] as Readable)
  const ended = once(worker, 'exit').then(([code]) => {
    throw new Error(`workerd has ended with ${code}`)
  })
  const [line] = await Promise.race([once(lines, 'line'), ended])
  lines.close()
  return JSON.parse(String(line)).port
}
