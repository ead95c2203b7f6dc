import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { nameOf } from '../src/contract/operation.ts'
import { products } from '../src/products/index.ts'

// The rules of this repository that a compiler and a linter cannot know.

const project = dirname(dirname(fileURLToPath(import.meta.url)))

function filesOf(...patterns: string[]): string[] {
  return globSync(patterns, { cwd: project })
    .map(path => path.replaceAll('\\', '/'))
    .sort()
}

const read = (path: string) => readFileSync(join(project, path), 'utf8')

const SOURCES = filesOf('src/**/*.ts', 'src/**/*.tsx')
const CODE = SOURCES.filter(path => !/\.test\.tsx?$/.test(path))
const TESTS = [...SOURCES.filter(path => !CODE.includes(path)), ...filesOf('test/**/*.ts')]
const EVERYTHING = [...SOURCES, ...filesOf('{test,bench,examples,scripts}/**/*.ts')]

/** Lines of a file of code, and of a file of tests, which has tables. */
const MAX_LINES = 350
const MAX_TEST_LINES = 700

/** The rooms that hold what the service is made of. They know neither a product nor what is around them. */
const CONCEPTS = [
  'calls',
  'clock',
  'contract',
  'diagnosis',
  'faults',
  'funding',
  'ledger',
  'merchants',
  'notices',
  'options',
  'orders',
  'payers',
  'store',
]
const SHANGMI_LIBRARY = 'sm-crypto-v2'
const AROUND = [
  'admin',
  'admin-client',
  'cli',
  'console',
  'doctor',
  'http',
  'node',
  'phone',
  'sandbox',
  'sdk',
  'testing',
]

interface Import {
  file: string
  /** A path from the project's folder for a file of ours, a package or `node:` module otherwise. */
  target: string
  typeOnly: boolean
  /** By `import()`, so that nothing is loaded before it is needed. */
  dynamic: boolean
}

const IMPORT = /\b(import|export)\s+(type\s)?(?:[\w*{}\s,$]+\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'/g

function importsOf(file: string): Import[] {
  return [...read(file).matchAll(IMPORT)].map(([, , type, named = '', later]) => {
    const target = later ?? named
    return {
      file,
      target: target.startsWith('.')
        ? relative('.', join(dirname(file), target)).replaceAll('\\', '/')
        : target,
      typeOnly: type !== undefined,
      dynamic: later !== undefined,
    }
  })
}

const IMPORTS = CODE.flatMap(importsOf)

/** `protocol`, `products/industry/parking` or, for a file at the top of `src` or of `products`, only the folder. */
function roomOf(path: string): string {
  const [, room = '', family = '', product = ''] = path.split('/')
  if (room.includes('.')) return ''
  return room === 'products' && !family.includes('.') ? `${room}/${family}/${product}` : room
}

function assertNone(violations: readonly Import[]): void {
  assert.deepEqual(
    violations.map(({ file, target }) => `${file} imports ${target}`),
    [],
  )
}

function assertAbsent(files: readonly string[], pattern: RegExp): void {
  const found = files.flatMap(file =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  )
  assert.deepEqual(found, [])
}

const within = (room: string) => IMPORTS.filter(({ file }) => roomOf(file) === room)
const isOurs = (target: string) => target.startsWith('src/')

test('the imports of the code are found, also those that are written over several lines', () => {
  const found = importsOf('src/http/app.ts')
  assert.ok(found.some(({ target }) => target === 'src/calls/handler.ts'))
  assert.ok(found.some(({ target }) => target === 'fastify'))
  assert.ok(found.some(({ target, typeOnly }) => target === 'src/http/context.ts' && typeOnly))
  assert.ok(IMPORTS.every(({ target }) => !isOurs(target) || existsSync(join(project, target))))
})

test('the protocol knows nothing but itself and cryptography: no disk, no network, no clock', () => {
  const isAllowed = ({ target }: Import) =>
    target === 'node:crypto' || target === SHANGMI_LIBRARY || roomOf(target) === 'protocol'
  assertNone(within('protocol').filter(imported => !isAllowed(imported)))
})

test('the library for 国密 is known to one file, and nobody loads that who does not use it', () => {
  const asks = ({ file, target }: Import) => target === SHANGMI_LIBRARY && file !== 'src/protocol/shangmi.ts'
  assertNone(IMPORTS.filter(asks))
  // Each of these is loaded by `import()`, or is an entry of the package by itself.
  const apart = ['src/protocol/shangmi.ts', 'src/sdk/shangmi.ts', 'src/sandbox/shangmi-certificates.ts']
  assertNone(
    IMPORTS.filter(
      ({ file, target, typeOnly, dynamic }) =>
        apart.includes(target) && !apart.includes(file) && !typeOnly && !dynamic,
    ),
  )
})

test('the contract knows the protocol, a validator and types, and no product', () => {
  const isAllowed = ({ target, typeOnly }: Import) =>
    target === 'ajv' ||
    (target === 'typebox' && typeOnly) ||
    ['protocol', 'contract'].includes(roomOf(target))
  assertNone(within('contract').filter(imported => !isAllowed(imported)))
})

test("a product's contract knows the contract, the protocol and errors of rooms, because the SDK is made from it", () => {
  const contracts = IMPORTS.filter(({ file }) => /^src\/products\/[^/]+\/[^/]+\/contract\.ts$/.test(file))
  assert.ok(contracts.length > 0)
  assertNone(
    contracts.filter(
      ({ file, target }) =>
        !['protocol', 'contract', roomOf(file)].includes(roomOf(target)) &&
        !/^src\/\w+\/errors\.ts$/.test(target),
    ),
  )
})

test('a product uses no other product', () => {
  assertNone(
    IMPORTS.filter(
      ({ file, target }) =>
        roomOf(file).startsWith('products/') &&
        roomOf(target).startsWith('products/') &&
        roomOf(file) !== roomOf(target),
    ),
  )
})

test('products and concepts know nothing of what is around them, but for calls of the administration', () => {
  const isInside = ({ file }: Import) =>
    roomOf(file).startsWith('products/') || CONCEPTS.includes(roomOf(file))
  const mayKnow = ({ file, target }: Import) => file.includes('/admin/') && roomOf(target) === 'admin'
  assertNone(
    IMPORTS.filter(
      imported => isInside(imported) && AROUND.includes(roomOf(imported.target)) && !mayKnow(imported),
    ),
  )
})

test('a concept knows no product', () => {
  const isConcept = ({ file }: Import) => CONCEPTS.includes(roomOf(file))
  assertNone(
    IMPORTS.filter(imported => isConcept(imported) && roomOf(imported.target).startsWith('products')),
  )
})

test('only the command line and the test kit start a node', () => {
  const mayStart = ['node', 'cli', 'testing']
  assertNone(
    IMPORTS.filter(({ file, target }) => roomOf(target) === 'node' && !mayStart.includes(roomOf(file))),
  )
})

test('only the node knows the list of products', () => {
  assertNone(
    IMPORTS.filter(
      ({ file, target, typeOnly }) =>
        target === 'src/products/index.ts' && roomOf(file) !== 'node' && !typeOnly,
    ),
  )
})

test('the SDK is made of itself, the protocol and Node: of contracts it has what is generated', () => {
  const isAllowed = ({ target }: Import) =>
    ['sdk', 'protocol'].includes(roomOf(target)) || target.startsWith('node:')
  assertNone(within('sdk').filter(imported => !isAllowed(imported)))
})

test('the client of the administration knows nothing, so that it runs in browsers too', () => {
  assertNone(within('admin-client').filter(({ target }) => roomOf(target) !== 'admin-client'))
})

test('only the clock reads the time, besides the test kit and the SDK, which have no platform', () => {
  const mayRead = ['clock', 'testing', 'sdk']
  assertAbsent(
    CODE.filter(path => !mayRead.includes(roomOf(path))),
    /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\b|\bhrtime\b/,
  )
})

test('randomness is secure and comes from few places; everybody else is given it', () => {
  assertAbsent(
    EVERYTHING.filter(path => path !== 'test/tidy.test.ts' && !path.endsWith('imports.test.ts')),
    /\bMath\.random\b/,
  )
  const mayDraw = [
    'src/node/random.ts',
    'src/sandbox/certificates.ts',
    'src/store/testing.ts',
    'src/sdk/transport/machine.ts',
  ]
  assertAbsent(
    CODE.filter(path => !mayDraw.includes(path) && roomOf(path) !== 'testing'),
    /\brandom(?:Bytes|UUID|Int|Fill|FillSync)\b|\bgetRandomValues\b/,
  )
})

test('the compiler is never silenced', () => {
  assertAbsent(EVERYTHING, /\bas any\b(?! \w)|@ts-(?:ignore|nocheck)\b/)
})

test('no test is skipped or runs without the others: what needs one engine says so by the name of its file', () => {
  assertAbsent(
    TESTS,
    /\b(?:test|it|describe|suite|t)\.(?:only|skip|todo)\(|\b(?:only|skip|todo): true\b|\b(?:skip|todo): /,
  )
})

test('every test waits for what it asserts about a promise, which the linter does not know of', () => {
  assertAbsent(TESTS, /^\s+(?:assert\.(?:rejects|doesNotReject)|t\.test)\(|^\s+fc\.assert\(fc\.async/)
})

test('nothing is left for later', () => {
  assertAbsent(EVERYTHING, /\b(?:[T]ODO|[F]IXME|[X]XX)\b/)
})

test('every file fits in the head', () => {
  const lengthOf = (path: string) => read(path).split('\n').length - 1
  const tooLong = [
    // What is generated is as long as the menu.
    ...CODE.filter(path => lengthOf(path) > MAX_LINES && !path.includes('/generated/')),
    ...TESTS.filter(path => lengthOf(path) > MAX_TEST_LINES),
  ]
  assert.deepEqual(tooLong, [])
})

test("no file names a folder of somebody's machine", () => {
  const texts = filesOf('*.{md,json}', 'docs/**/*.md', 'src/**/*.{sql,md}').filter(
    path => path !== 'package-lock.json',
  )
  assertAbsent([...EVERYTHING, ...texts], /(?<![\w.-])\/(?:home|Users|root|work|mnt)\/|\b[A-Z]:\\\\?Users/)
})

test('the lock file names no registry, so that any can be used', () => {
  const lock = read('package-lock.json')
  // What it names is a folder of this project.
  assert.doesNotMatch(lock, /"resolved": "(?!packages\/runtimes\/)/)
  assert.match(lock, /"integrity"/)
})

test('both packages are of one version, and need the same Node for the SDK', () => {
  const [{ version, engines }, sdk] = ['package.json', 'packages/sdk/package.json'].map(path =>
    JSON.parse(read(path)),
  )
  assert.deepEqual({ version: sdk.version, engines: sdk.engines }, { version, engines })
})

test('a product lists every notice that its contract declares', async () => {
  for (const { name, folder, notices = [] } of products) {
    const declared: Record<string, unknown> = await import(new URL('contract.ts', folder).href)
    const missing = Object.entries(declared).filter(
      ([, value]) =>
        Object.hasOwn(Object(value), 'originalType') && !notices.some(listed => listed === value),
    )
    assert.deepEqual(
      missing.map(([exported]) => exported),
      [],
      `${name} declares these notices and does not list them: name them in the notices of its index.ts`,
    )
  }
})

test('a product is a value that its folder exports: a contract, and a file for each call', () => {
  for (const { name, folder, endpoints } of products) {
    const path = relative(project, fileURLToPath(folder)).replaceAll('\\', '/')
    assert.ok(existsSync(join(project, path, 'contract.ts')), `${name} has no contract.ts in ${path}`)
    for (const { operation } of endpoints) {
      const name = nameOf(operation)
      const file = `${path}/${name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}.ts`
      assert.ok(existsSync(join(project, file)), `${operation.id} has no ${file}`)
      assert.match(read(file), new RegExp(`export const ${name}\\b`))
    }
  }
})

/**
 * What knows the parking product although it is outside of its folder: the list of products, the doctor, whose gate is that
 * of a car park, and what the SDK and the administration's client have of it. Everybody else is about any product.
 */
const KNOWS_PARKING = [
  'src/admin-client/generated/calls.ts',
  'src/doctor/cars.ts',
  'src/doctor/checks.ts',
  'src/doctor/gate.ts',
  'src/products/index.ts',
  'src/sdk/generated/industry.ts',
  'src/sdk/generated/notices.ts',
  'src/sdk/generated/notice-kinds.ts',
  'src/sdk/index.ts',
  'src/sdk/pages/opening-page.ts',
  'src/sdk/parking/gate.ts',
  'src/sdk/parking/types.ts',
]

test('outside of its folder at most a dozen files name parking or plates', () => {
  const isOwn = (path: string) => path.startsWith('src/products/industry/parking/')
  const named = [...CODE, ...filesOf('src/**/*.sql')].filter(
    path => !isOwn(path) && /(?<!tem)plate|parking/i.test(read(path)),
  )
  assert.deepEqual(
    named.filter(path => !KNOWS_PARKING.includes(path)),
    [],
  )
  assert.ok(KNOWS_PARKING.length <= 12)
})

test('orders are changed in one place', () => {
  assertAbsent(
    CODE.filter(path => path !== 'src/orders/change-order.ts'),
    /(?:INSERT INTO|UPDATE|DELETE FROM) orders\b/,
  )
})

test('no rooms import each other in a circle', () => {
  const imported = new Map<string, Set<string>>()
  for (const { file, target } of IMPORTS) {
    const [from, to] = [roomOf(file), roomOf(target)]
    // The list of products is what a node is made of.
    if (!isOurs(target) || from === to || file === 'src/products/index.ts') continue
    imported.set(from, (imported.get(from) ?? new Set()).add(to))
  }
  const done = new Set<string>()
  const walk = (room: string, way: readonly string[]): void => {
    const begin = way.indexOf(room)
    if (begin !== -1)
      assert.fail(`${[...way.slice(begin), room].join(' → ')}: move what the last one needs to a lower room`)
    if (done.has(room)) return
    for (const next of imported.get(room) ?? []) walk(next, [...way, room])
    done.add(room)
  }
  for (const room of imported.keys()) walk(room, [])
})

test('a room imports only rooms that stand above it in the table of ARCHITECTURE.md', () => {
  const rooms = [
    ...read('ARCHITECTURE.md').matchAll(/^\| \[?`([\w-]+)\/`\]?(?:\([^)]*\))? \| (?!its calls)/gm),
  ].map(([, room]) => room)
  const floorOf = (path: string) => rooms.indexOf(path.split('/')[1] ?? '')
  assert.ok(CODE.every(path => path.split('/').length === 2 || floorOf(path) !== -1))
  assertNone(IMPORTS.filter(({ file, target }) => isOurs(target) && floorOf(target) > floorOf(file)))
})

test('every file imports what it names: relative paths carry their ending', () => {
  const bare = EVERYTHING.flatMap(importsOf).filter(
    ({ target }) =>
      /^(?:src|test|bench|examples|scripts)\//.test(target) && !/\.(?:tsx?|js|json|css|sql)$/.test(target),
  )
  assertNone(bare)
})
