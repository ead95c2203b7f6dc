import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
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
 * What runs on one engine only. The folders have no database by the import rule of this project; a test elsewhere to
 * which the engine makes no difference, or which is about one engine, says so by the end of its name.
 */
const SQLITE_ONLY = /^src\/(protocol|contract|sdk)\/|\.unit\.test\.ts$|\bsqlite\.test\.ts$/
const POSTGRES_ONLY = /\bpostgres\.test\.ts$/

const ENGINES = ['sqlite', 'postgres'] as const
type Engine = (typeof ENGINES)[number]

const ENGINE_NAMES: Record<Engine, string> = { sqlite: 'SQLite', postgres: 'PostgreSQL' }

const projectFolder = dirname(dirname(fileURLToPath(import.meta.url)))

let testRun: ChildProcess | undefined
let interrupted = false

await main()

async function main(): Promise<void> {
  const { engines, words } = readArguments()
  const files = findTestFiles(words)
  if (files.length === 0) throw new Error(`There is no test file whose path contains ${words.join(' or ')}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt)
  const reports: string[] = []
  for (const engine of engines) {
    if (interrupted) break
    const passed = await runOn(engine, files)
    if (!passed) process.exitCode = 1
    reports.push(`${ENGINE_NAMES[engine]}: ${passed ? 'passed' : 'FAILED'}`)
  }
  console.log(`\n${reports.join(', ')}`)
}

/** Ends the tests under way and no more, because the server must still be stopped. */
function interrupt(): void {
  interrupted = true
  process.exitCode = 1
  testRun?.kill()
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
    return !interrupted && (await runTests(files, server.url))
  } finally {
    await server.stop()
  }
}

/** Runs the files on the PostgreSQL server at `url`, without a `url` on SQLite; answers whether all tests passed. */
async function runTests(files: readonly string[], url: string): Promise<boolean> {
  const env: NodeJS.ProcessEnv = { ...process.env, BOOMGATE_TEST_DATABASE: url }
  // Set inside a test; it would make the run answer to an outer test runner instead of printing.
  delete env.NODE_TEST_CONTEXT
  const flags = [
    '--disable-warning=ExperimentalWarning',
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${CONCURRENCY}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`,
  ]
  testRun = spawn(process.execPath, [...flags, ...files], { cwd: projectFolder, env, stdio: 'inherit' })
  const [exitCode] = await once(testRun, 'exit')
  return exitCode === 0
}
