import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { PROJECT, pack } from '../../test/sdk/pack.ts'
import { runCommand } from '../../test/served-platform.ts'

const MAIN = join(import.meta.dirname, 'main.js')

/** A program under a Node that says it is another version, and lacks what an old one lacks. */
function runAs(version: string, ...words: string[]) {
  const lie = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
  const isOld = /^(?:18|20)\./.test(version)
  const flags = [
    ...['--disable-warning=ExperimentalWarning', '--import', `data:text/javascript,${lie}`],
    ...(isOld ? ['--no-experimental-sqlite'] : []),
  ]
  return spawnSync(process.execPath, [...flags, ...words], { encoding: 'utf8' })
}

const sentence = (version: string) =>
  `Boomgate needs Node 24 or later, or 22.18 or later of 22, and this is Node ${version}: start it by npm, such as npm start or npm run doctor, which uses the Node 24 that npm ci brings.`

test('--version says the version of the package and that of Node', async t => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'))
  const { code, stdout } = await runCommand(t, ['--version'])
  assert.deepEqual([code, stdout], [0, `boomgate ${version}, Node ${process.versions.node}\n`])
})

for (const version of ['18.20.8', '20.20.2', '22.10.0', '22.17.1', '23.11.0']) {
  test(`on Node ${version} every command says in one sentence which one is needed and how to get it`, () => {
    for (const words of [['serve'], ['doctor'], ['explain'], ['--version'], []]) {
      const { status, stdout, stderr } = runAs(version, MAIN, ...words)
      assert.deepEqual([status, stdout, stderr], [1, '', `error: ${sentence(version)}\n`])
    }
  })
}

for (const version of ['22.18.0', '24.0.0', '26.1.0']) {
  test(`Node ${version} is taken`, () => {
    const { status, stdout } = runAs(version, MAIN, '--version')
    assert.deepEqual([status, /Node (.*)\n/.exec(stdout)?.[1]], [0, version])
  })
}

test('an old Node shows where the help is, with the same sentence', () => {
  for (const words of [['--help'], ['serve', '--help'], ['help', 'doctor'], ['explain', '-h']]) {
    const { status, stdout, stderr } = runAs('20.20.2', MAIN, ...words)
    assert.deepEqual([status, stderr], [0, ''])
    assert.match(stdout, /^Usage: boomgate .*\n\nnpm start -- --help /)
    assert.ok(stdout.endsWith(`\n${sentence('20.20.2')}\n`))
  }
})

test('the test kit says the same, also where node:sqlite is missing, and before anything else', () => {
  const kit = pathToFileURL(join(import.meta.dirname, '..', 'testing', 'index.ts'))
  const program = `import(${JSON.stringify(kit)}).then(() => console.log('loaded'), error => console.log(error.message))`
  assert.equal(runAs('20.20.2', '--eval', program).stdout, `${sentence('20.20.2')}\n`)
  assert.equal(runAs('24.0.0', '--eval', program).stdout, 'loaded\n')
})

test('an installed package shows its whole help on an old Node, and its test kit says how to get a newer one', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-old-node-'))
  t.after(() => rmSync(folder, { recursive: true }))
  await pack(folder)
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'))
  const main = join(folder, 'dist', 'cli', 'main.js')
  const brings =
    'npm install --save-dev node@24 brings one into your project, and npx and npm scripts use it there'
  const needed = `Boomgate needs Node 24 or later, or 22.16 or later of 22, and this is Node 20.20.2: ${brings}.\n`
  assert.equal(runAs('20.20.2', main, 'serve').stderr, `error: ${needed}`)
  for (const [words, shown] of [
    [['--help'], /serve .*explain .*doctor /s],
    [['serve', '--help'], /--port <number>/],
    [['explain', '--help'], /\[request-id\]/],
    [['doctor', '--help'], /--gate <url>/],
  ] as const) {
    const { status, stdout, stderr } = runAs('20.20.2', main, ...words)
    assert.deepEqual([status, stderr], [0, ''])
    assert.match(stdout, shown)
  }
  const kit = pathToFileURL(join(folder, 'dist', 'testing', 'index.js'))
  const program = `import(${JSON.stringify(kit)}).catch(error => console.log(error.message))`
  assert.equal(runAs('20.20.2', '--eval', program).stdout, needed)
})
