import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { saveKeys } from '../src/testing/index.ts'
import { startPostgres } from './postgres-server.ts'

// The test command, `npm test`: all test files on SQLite, then once more on PostgreSQL those to which the engine may matter.
//
//   npm test                                everything but what takes long and need not be repeated for each change
//   npm run test:all                        that too: files with `.long.` in their names
//   npm test -- store parking               only the files whose path contains one of the words
//   npm test -- --engine postgres           one engine only: sqlite or postgres

/** How long a single test may take, in milliseconds. */
const TEST_TIMEOUT_MS = 300_000

/** Test files that run side by side. Many of them wait for a disk, so even one core takes two. */
const CONCURRENCY = Math.max(2, availableParallelism())

/**
 * Files that run on SQLite only, each kind with the reason why the engine makes no difference to them. A test elsewhere to
 * which it makes none, or which is about one engine, says so by the end of its name.
 */
const SQLITE_ONLY: readonly [files: RegExp, why: string][] = [
  [/^src\/(protocol|contract|sdk)\//, 'no database, by the import rule of this project'],
  [/\.unit\.test\.ts$/, 'no database, or none that matters to what is tested'],
  [/\bsqlite\.test\.ts$/, 'about SQLite'],
  [
    /^src\/http\/(?!health|system-error)/,
    'headers, signatures, fields, TLS, limits: of the store they read a caller, as each call does on both engines',
  ],
  [
    /^test\/(browser|conformance|doctor|sdk|scenarios|samples)\b/,
    'see the platform through HTTP, by calls that are tested on both engines beside their code',
  ],
]
/** What guards against changes that are rare: compilers that users have and this project has not. */
const LONG_TO_RUN = /\.long\./
const POSTGRES_ONLY = /\bpostgres\.test\.ts$/

const ENGINES = ['sqlite', 'postgres'] as const
type Engine = (typeof ENGINES)[number]

const ENGINE_NAMES: Record<Engine, string> = { sqlite: 'SQLite', postgres: 'PostgreSQL' }

const projectFolder = dirname(dirname(fileURLToPath(import.meta.url)))

/**
 * How many files share a process, because most take less time than a process takes to start and to load the platform. They are
 * neighbours, so that they need the same modules.
 */
const FILES_PER_PROCESS = 12

/** What a file has in it that changes or measures what its process shares with others; it gets a process of its own. */
const ALONE =
  /\bprocess\.(?:env|on|once|emit|exit|kill|chdir|umask|memoryUsage|cpuUsage|stdout|stderr)\b|\bsetGlobalDispatcher\b|\bglobalThis\.|\bmock\b/

/** Files that need a process of their own for another reason. */
const ALONE_TOO: Readonly<Record<string, string>> = {
  'src/sandbox/ensure-sandbox.test.ts':
    'waits at its top for a store and for files; on PostgreSQL the runner then no longer knows its suite',
}

/** Folders whose files take long and have a process each, the longest last; all others come behind them. */
const LONG: readonly string[] = [
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
  const { engines, words, all } = readArguments()
  const files = findTestFiles(words, all)
  if (files.length === 0) throw new Error(`There is no test file whose path contains ${words.join(' or ')}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt)
  const folder = await shareWork()
  const reports: string[] = []
  for (const engine of engines) {
    if (interruption.signal.aborted) break
    const passed = await runOn(engine, files, folder)
    if (!passed) process.exitCode = 1
    reports.push(`${ENGINE_NAMES[engine]}: ${passed ? 'passed' : 'FAILED'}`)
  }
  console.log(`\n${reports.join(', ')}`)
}

/**
 * Lets the processes of all files share key pairs and compiled modules, which each would make for itself otherwise. Answers
 * a folder that is there as long as the run.
 */
async function shareWork(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-test-run-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  // Set inside a test; it would make the run answer to an outer test runner instead of printing.
  delete process.env.NODE_TEST_CONTEXT
  process.env.BOOMGATE_TEST_KEYS = join(folder, 'keys.json')
  process.env.NODE_COMPILE_CACHE = join(folder, 'modules')
  await saveKeys(process.env.BOOMGATE_TEST_KEYS)
  return folder
}

/** Ends the tests under way and no more, because the server must still be stopped. */
function interrupt(): void {
  process.exitCode = 1
  interruption.abort()
}

function readArguments(): { engines: readonly Engine[]; words: string[]; all: boolean } {
  const { values, positionals } = parseArgs({
    options: { engine: { type: 'string' }, all: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const { all } = values
  if (values.engine === undefined) return { engines: ENGINES, words: positionals, all }
  const engine = ENGINES.find(name => name === values.engine)
  if (!engine) throw new Error(`--engine takes ${ENGINES.join(' or ')}, not ${values.engine}`)
  return { engines: [engine], words: positionals, all }
}

/** Files whose paths contain one of the words; without words all, but long ones only where they are asked for. */
function findTestFiles(words: readonly string[], all: boolean): string[] {
  const files = globSync(['src/**/*.test.ts', 'test/**/*.test.ts'], { cwd: projectFolder })
    .map(path => path.replaceAll('\\', '/'))
    .sort()
  if (words.length > 0) return files.filter(path => words.some(word => path.includes(word)))
  return all ? files : files.filter(path => !LONG_TO_RUN.test(path))
}

function runsOn(engine: Engine, path: string): boolean {
  const needsPostgres = POSTGRES_ONLY.test(path)
  return engine === 'sqlite'
    ? !needsPostgres
    : needsPostgres || !SQLITE_ONLY.some(([files]) => files.test(path))
}

async function runOn(engine: Engine, allFiles: readonly string[], folder: string): Promise<boolean> {
  const files = allFiles.filter(path => runsOn(engine, path))
  console.log(`\n=== ${ENGINE_NAMES[engine]}: ${files.length} of ${allFiles.length} test files ===\n`)
  if (files.length === 0) return true
  const alone = files.filter(isAlone)
  const shared = files.filter(path => !alone.includes(path))
  const started = [...longestFirst(alone), ...groupFiles(shared, folder)]
  if (engine === 'sqlite') return runTests(started, shared, '')
  const server = await startPostgres()
  try {
    return !interruption.signal.aborted && (await runTests(started, shared, server.url))
  } finally {
    await server.stop()
  }
}

/**
 * Runs files on the PostgreSQL server at `url`, without a `url` on SQLite. Answers whether all tests passed, and all suites have
 * ended: a process that ends early may have passed as far as it came.
 */
async function runTests(files: readonly string[], suites: readonly string[], url: string): Promise<boolean> {
  process.env.BOOMGATE_TEST_DATABASE = url
  let passed = true
  const events = run({
    files: [...files],
    execArgv: ['--disable-warning=ExperimentalWarning'],
    concurrency: CONCURRENCY,
    timeout: TEST_TIMEOUT_MS,
    signal: interruption.signal,
  })
  const missing = new Set(suites)
  events.on('test:pass', ({ name }) => missing.delete(name))
  events.on('test:fail', ({ name }) => {
    missing.delete(name)
    passed = false
  })
  const report = events.compose(spec)
  report.pipe(process.stdout, { end: false })
  await finished(report)
  for (const path of missing) console.log(`✖ ${path} has not ended`)
  return passed && missing.size === 0
}

/** Whether a file has a process of its own. */
function isAlone(path: string): boolean {
  return (
    rankOf(path) !== -1 ||
    Object.hasOwn(ALONE_TOO, path) ||
    ALONE.test(readFileSync(join(projectFolder, path), 'utf8'))
  )
}

function groupFiles(files: readonly string[], folder: string): string[] {
  return Array.from({ length: Math.ceil(files.length / FILES_PER_PROCESS) }, (_, index) =>
    groupFile(files.slice(index * FILES_PER_PROCESS, (index + 1) * FILES_PER_PROCESS), folder),
  )
}

/**
 * A file that has others as suites, one after the other: the next one is loaded when the tests of the last one have ended, so
 * that none has the platforms of others beside it. Inside of a suite, hooks of a file are for its own tests only.
 */
function groupFile(paths: readonly string[], folder: string): string {
  const urls = paths.map(path => [path, pathToFileURL(join(projectFolder, path)).href])
  const name = (paths[0] ?? '').replaceAll(/\W+/g, '-')
  const file = join(folder, `${name}-and-more.test.mjs`)
  writeFileSync(
    file,
    `import { after, describe } from 'node:test'

for (const [path, url] of ${JSON.stringify(urls)})
  await new Promise(ended => {
    describe(path, async () => {
      after(ended)
      await import(url)
    })
  })
`,
  )
  return file
}

/** A long file that starts last keeps one core waiting for the other. */
function longestFirst(files: readonly string[]): string[] {
  return files.toSorted((one, other) => rankOf(other) - rankOf(one)).map(path => join(projectFolder, path))
}

function rankOf(path: string): number {
  return LONG.findIndex(start => path.startsWith(start))
}
