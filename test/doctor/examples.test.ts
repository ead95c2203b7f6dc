import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, type TestContext, test } from 'node:test'
import { CHECKS } from '../../src/doctor/checks.ts'
import type { DoctorReport } from '../../src/doctor/run-doctor.ts'
import { SHOP_CHECKS } from '../../src/doctor/shop-checks.ts'
import { platformUnderTest } from '../platform.ts'
import { runCommand } from '../served-platform.ts'

// The examples as they are, examined by the command as it is.

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples')

const running = await platformUnderTest({ after }, { workers: true, backup: true })

/** Starts an example on a free port and answers the URL of its adapter. */
async function startExample(t: TestContext, name: string): Promise<string> {
  const program: ChildProcess = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(EXAMPLES, name),
      ...['--data', running.folder, '--port', '0'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  t.after(async () => {
    program.kill()
    await once(program, 'close')
  })
  assert.ok(program.stdout)
  const lines = createInterface(program.stdout)
  const [line] = (await once(lines, 'line')) as [string]
  const [, url = ''] = /(?:gate|shop) adapter is (http:\S+)/.exec(line) ?? []
  return url
}

async function examine(t: TestContext, words: readonly string[]) {
  const { code, stdout, stderr } = await runCommand(t, [
    'doctor',
    '--data',
    running.folder,
    '--json',
    ...words,
  ])
  assert.equal(stderr, '')
  return { code, report: JSON.parse(stdout) as DoctorReport }
}

test('the car park that is built with the SDK passes the whole go-live check', async t => {
  const gate = await startExample(t, 'car-park.ts')
  const { code, report } = await examine(t, ['--gate', gate, '--backup-host'])
  assert.deepEqual(
    report.checks.filter(({ result }) => result !== 'PASSED'),
    [],
  )
  assert.deepEqual([code, report.passed], [0, CHECKS.length])
})

test('the naive car park fails exactly the checks that it says', async t => {
  const text = readFileSync(join(EXAMPLES, 'naive-car-park.ts'), 'utf8')
  const said = [...text.matchAll(/^\/\/ {3}([a-z-]+(?:, [a-z-]+)*)$/gm)].flatMap(([, ids = '']) =>
    ids.split(', '),
  )
  const gate = await startExample(t, 'naive-car-park.ts')
  const { code, report } = await examine(t, ['--gate', gate])
  const failed = report.checks.filter(({ result }) => result === 'FAILED').map(({ id }) => id)
  assert.deepEqual(failed.toSorted(), said.toSorted())
  const skipped = report.checks.filter(({ result }) => result === 'SKIPPED').map(({ id }) => id)
  assert.deepEqual(skipped, ['backup-host'])
  assert.equal(code, 1)
})

test('the shop that is built with the SDK passes the whole go-live check', async t => {
  const { code, report } = await examine(t, ['--shop', await startExample(t, 'month-cards.ts')])
  assert.deepEqual(
    report.checks.filter(({ result }) => result !== 'PASSED'),
    [],
  )
  assert.deepEqual([code, report.passed], [0, SHOP_CHECKS.length])
})
