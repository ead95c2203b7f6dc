import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCommand } from '../../test/served-platform.ts'

const MAIN = join(import.meta.dirname, 'main.js')

/** A command under a Node that says it is another version. */
function runAs(version: string, ...words: string[]) {
  const lie = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
  const flags = ['--disable-warning=ExperimentalWarning', '--import', `data:text/javascript,${lie}`]
  return spawnSync(process.execPath, [...flags, MAIN, ...words], { encoding: 'utf8' })
}

test('--version says the version of the package and that of Node', async t => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'))
  const { code, stdout } = await runCommand(t, ['--version'])
  assert.deepEqual([code, stdout], [0, `boomgate ${version}, Node ${process.versions.node}\n`])
})

for (const version of ['18.20.8', '20.20.2', '22.10.0', '22.17.1', '23.11.0']) {
  test(`Node ${version} is told in one sentence that another one is needed, by every command`, () => {
    for (const words of [['serve'], ['doctor'], ['explain'], ['--version'], []]) {
      const { status, stdout, stderr } = runAs(version, ...words)
      const said = `error: Boomgate needs Node 24 or later, or 22.18 or later of 22, and this is Node ${version}.\n`
      assert.deepEqual([status, stdout, stderr], [1, '', said])
    }
  })
}

for (const version of ['22.18.0', '24.0.0', '26.1.0']) {
  test(`Node ${version} is taken`, () => {
    const { status, stdout } = runAs(version, '--version')
    assert.deepEqual([status, /Node (.*)\n/.exec(stdout)?.[1]], [0, version])
  })
}
