import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { platformUnderTest } from './platform.ts'

// What the documents have people type is run as it stands, against a platform that really runs.

/** A sample that waits for something that never comes is ended, in milliseconds. */
const SAMPLE_TIMEOUT_MS = 30_000

/** A line of a sample that prints something, and what it says that this is. */
const PRINTS = /console\.log\(.*\) \/\/ (\S+)/

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
  const samples = [...readFileSync(join(root, name), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)]
    .map(([, sample = '']) => sample.replaceAll("'data/merchants", `'${folder}/merchants`))
    .filter(sample => PRINTS.test(sample))
  test(`the samples of ${name} print what they say`, async () => {
    assert.ok(samples.length > 0)
    for (const sample of samples) {
      const [, promised] = PRINTS.exec(sample) ?? []
      assert.equal(await run('--input-type=module-typescript', '--eval', sample), `${promised}\n`)
    }
  })
}

test('the example of refunds and bills ends with books, bill and account that are even', async t => {
  const { folder } = await platformUnderTest(t, { workers: true })
  const out = await run('examples/refund-and-reconcile.ts', '--data', folder)
  const lines = out.replaceAll(/\b[TR][0-9a-f-]{31,36}\b/g, number => number.slice(0, 1)).split('\n')
  assert.deepEqual(
    lines.map(line => line.replaceAll(/\d{4}-\d\d-\d\d/g, 'DAY')),
    [
      'T of 800 fen: SUCCESS',
      'T of 500 fen: SUCCESS',
      'R of 300 fen: PROCESSING',
      'R has arrived: 支付用户零钱',
      'DAYT10:00:00+08:00: the bill of DAY is ready',
      '  T paid 800 fen, fee 5',
      '  T paid 500 fen, fee 3',
      '  R gave back 300 fen, fee -1: SUCCESS',
      '3 rows: 1300 fen paid, 300 fen given back, 7 fen of fees',
      'bill, books and account are even',
      '',
    ],
  )
})

test('a request that is signed by hand, as docs/signing.md does it, is answered', async () => {
  for (const tool of ['sh', 'curl', 'openssl'])
    assert.equal(
      spawnSync(tool, ['--version']).error,
      undefined,
      `Install ${tool}: the sample of docs/signing.md runs it`,
    )
  const text = readFileSync(join(root, 'docs/signing.md'), 'utf8')
  const commands = [
    ...text.matchAll(/^sh (examples\/signed-curl\.sh) data\/(\S+) (GET|POST) (\S+)(?: '(\{.*?\})')?/gm),
  ]
  assert.equal(commands.length, 3)
  const replies = await Promise.all(
    commands.map(async ([, script = '', merchant = '', method = '', target = '', body = '']) => {
      const words = [script, join(folder, merchant), method, target.replaceAll("'", '')]
      const { stdout } = await promisify(execFile)('sh', body ? [...words, body] : words, { cwd: root })
      return (JSON.parse(stdout) as { code: string }).code
    }),
  )
  // Signed rightly: a day without rows or too old, no key named, no such token.
  const [bill, echo, download] = replies
  assert.match(String(bill), /^(NO_STATEMENT_EXIST|STATEMENT_CREATING|INVALID_REQUEST)$/)
  assert.deepEqual([echo, download], ['PARAM_ERROR', 'INVALID_REQUEST'])
})
