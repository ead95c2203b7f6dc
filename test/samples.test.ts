import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { platformUnderTest } from './platform.ts'

// What the documents tell people to type is run as it stands, against a platform that really runs.

/** A sample that waits for something that never comes is ended, in milliseconds. */
const SAMPLE_TIMEOUT_MS = 30_000

const root = fileURLToPath(new URL('..', import.meta.url))
const { folder } = await platformUnderTest({ after }, { workers: true })

async function run(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, words, {
    cwd: root,
    timeout: SAMPLE_TIMEOUT_MS,
  })
  return stdout
}

for (const name of ['README.md', 'README.zh-CN.md', 'docs/test-kit.md']) {
  test(`the sample of ${name} prints what it says`, async () => {
    const [, sample] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, name), 'utf8')) ?? []
    assert.ok(sample)
    const code = sample.replaceAll("'data/merchants", `'${folder}/merchants`)
    const [, promised] = /console\.log\(.*\) \/\/ (\S+)/.exec(code) ?? []
    assert.equal(await run('--input-type=module-typescript', '--eval', code), `${promised}\n`)
  })
}
