import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { saveKeys } from '../src/testing/index.ts'
import { startPostgres } from './postgres-server.ts'

// The test command, `npm test`: all test files on SQLite, then once more on PostgreSQL those that may use a database.
//
//   npm test                                everything
//   npm test -- store parking               only the files whose path contains one of the words
//   npm test -- --engine postgres           one engine only: sqlite or postgres

/** How long a single test may take, in milliseconds. */
const TEST_TIMEOUT_MS = 300_000

/** Test files that run side by side. Many of them wait for a disk, so even one core takes two. */
const CONCURRENCY = Math.max(2, availableParallelism())

/**
 * What runs on one engine only. The first folders have no database by the import rule of this project, and the others see
 * the platform through HTTP, by calls that are tested on both engines beside them. A test elsewhere to which the engine
 * makes no difference, or which is about one engine, says so by the end of its name.
 */
const SQLITE_ONLY =
  /^src\/(protocol|contract|sdk)\/|^test\/(conformance|doctor)\/|\.unit\.test\.ts$|\bsqlite\.test\.ts$/
const POSTGRES_ONLY = /\bpostgres\.test\.ts$/

const ENGINES = ['sqlite', 'postgres'] as const
type Engine = (typeof ENGINES)[number]

const ENGINE_NAMES: Record<Engine, string> = { sqlite: 'SQLite', postgres: 'PostgreSQL' }

const projectFolder = dirname(dirname(fileURLToPath(import.meta.url)))

/** Files and folders that take long, the longest last; all others come behind them. */
const LONG: readonly string[] = [
  'src/funding/',
  'test/crash/',
  'test/sdk/',
  'test/doctor/',
  'test/reconciliation/',
  'test/properties/',
  'test/simulation/',
]

const interruption = new AbortController()

await main()

async function main(): Promise<void> {
  const { engines, words } = readArguments()
  const files = findTestFiles(words)
  if (files.length === 0) throw new Error(`There is no test file whose path contains ${words.join(' or ')}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt)
  await shareWork()
  const reports: string[] = []
  for (const engine of engines) {
    if (interruption.signal.aborted) break
    const passed = await runOn(engine, files)
    if (!passed) process.exitCode = 1
    reports.push(`${ENGINE_NAMES[engine]}: ${passed ? 'passed' : 'FAILED'}`)
  }
  console.log(`\n${reports.join(', ')}`)
}

/** Lets the processes of all files share key pairs and compiled modules, which each would make for itself otherwise. */
async function shareWork(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-test-run-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  // Set inside a test; it would make the run answer to an outer test runner instead of printing.
  delete process.env.NODE_TEST_CONTEXT
  process.env.BOOMGATE_TEST_KEYS = join(folder, 'keys.json')
  process.env.NODE_COMPILE_CACHE = join(folder, 'modules')
  await saveKeys(process.env.BOOMGATE_TEST_KEYS)
}

/** Ends the tests under way and no more, because the server must still be stopped. */
function interrupt(): void {
  process.exitCode = 1
  interruption.abort()
}

function readArguments(): { engines: readonly Engine[]; words: string[] } {
  const { values, positionals } = parseArgs({
    options: { engine: { type: 'string' } },
    allowPositionals: true,
  })
  if (values.engine === undefined) return { engines: ENGINES, words: positionals }
  const engine = ENGINES.find(name => name === values.engine)
  if (!engine) throw new Error(`--engine takes ${ENGINES.join(' or ')}, not ${values.engine}`)
  return { engines: [engine], words: positionals }
}

function findTestFiles(words: readonly string[]): string[] {
  const files = globSync(['src/**/*.test.ts', 'test/**/*.test.ts'], { cwd: projectFolder })
    .map(path => path.replaceAll('\\', '/'))
    .sort()
  return words.length === 0 ? files : files.filter(path => words.some(word => path.includes(word)))
}

async function runOn(engine: Engine, allFiles: readonly string[]): Promise<boolean> {
  const notHere = engine === 'sqlite' ? POSTGRES_ONLY : SQLITE_ONLY
  const files = allFiles.filter(path => !notHere.test(path))
  console.log(`\n=== ${ENGINE_NAMES[engine]}: ${files.length} of ${allFiles.length} test files ===\n`)
  if (files.length === 0) return true
  if (engine === 'sqlite') return runTests(files, '')
  const server = await startPostgres()
  try {
    return !interruption.signal.aborted && (await runTests(files, server.url))
  } finally {
    await server.stop()
  }
}

/** Runs the files on the PostgreSQL server at `url`, without a `url` on SQLite; answers whether all tests passed. */
async function runTests(files: readonly string[], url: string): Promise<boolean> {
  process.env.BOOMGATE_TEST_DATABASE = url
  let passed = true
  const events = run({
    files: longestFirst(files),
    execArgv: ['--disable-warning=ExperimentalWarning'],
    concurrency: CONCURRENCY,
    timeout: TEST_TIMEOUT_MS,
    signal: interruption.signal,
  })
  events.on('test:fail', () => {
    passed = false
  })
  const report = events.compose(spec)
  report.pipe(process.stdout, { end: false })
  await finished(report)
  return passed
}

/** A long file that starts last keeps one core waiting for the other. */
function longestFirst(files: readonly string[]): string[] {
  const rank = (path: string) => LONG.findIndex(start => path.startsWith(start))
  return files.toSorted((one, other) => rank(other) - rank(one)).map(path => join(projectFolder, path))
}
