import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { saveKeys } from './index.ts'

const START = `
  const { startPlatform } = await import('./src/testing/index.ts')
  const platform = await startPlatform()
  process.stdout.write(platform.merchant('1230000109').private_key)
  await platform.stop()`

test('processes that are given the same file have platforms with the same keys, which others cannot read', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-keys-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'keys.json')
  await saveKeys(path)
  const env = { ...process.env, BOOMGATE_TEST_KEYS: path }
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', START]
  const run = async () => (await promisify(execFile)(process.execPath, flags, { env })).stdout
  const [one, other] = await Promise.all([run(), run()])
  assert.match(one, /^-----BEGIN PRIVATE KEY-----/)
  assert.equal(other, one)
  assert.equal(statSync(path).mode & 0o777, 0o600)
})
