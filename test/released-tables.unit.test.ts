import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { migrations } from './schema.ts'

// From 0.2.0 on, users have stores. What has made their tables stays as it was released, because a store remembers it.

/** The digests of the files of SQL by their names. */
type Digests = Readonly<Record<string, string>>

const RECORD = 'src/store/released-tables.json'
/** Was in nobody's hands. */
const BEFORE_RELEASES = '0.1.0'

/** What is wrong with the files of this version, given those of each release. */
function problemsOf(version: string, files: Digests, released: Readonly<Record<string, Digests>>): string[] {
  const changed = Object.entries(released).flatMap(([release, digests]) =>
    Object.keys(digests)
      .filter(name => files[name] !== digests[name])
      .map(
        name =>
          `The tables of ${name} were released with ${release} and are not the same any more: take the change back, and put it ` +
          'into a file of its own, which runs behind them',
      ),
  )
  if (version === BEFORE_RELEASES || version in released) return changed
  return [
    ...changed,
    `Version ${version} has no record of its tables: add this to ${RECORD}: ${JSON.stringify({ [version]: files })}`,
  ]
}

test('tables that were released are as they were, and each version has a record of its own', () => {
  const { version } = JSON.parse(read('package.json'))
  const digests = migrations.map(({ name, url }) => [
    name,
    createHash('sha256').update(readFileSync(url, 'utf8').replaceAll('\r\n', '\n')).digest('hex'),
  ])
  assert.deepEqual(problemsOf(version, Object.fromEntries(digests), JSON.parse(read(RECORD))), [])
})

test('a table that is changed or gone after its release is named, and a version without a record', () => {
  const released = { '0.2.0': { store: 'a', ledger: 'b' } }
  assert.deepEqual(problemsOf('0.2.0', { store: 'a', ledger: 'b', added: 'c' }, released), [])
  assert.match(
    problemsOf('0.2.0', { store: 'a', ledger: 'x' }, released).join(),
    /^The tables of ledger were/,
  )
  assert.match(problemsOf('0.2.0', { ledger: 'b' }, released).join(), /^The tables of store were/)
  assert.match(
    problemsOf('0.3.0', { store: 'a', ledger: 'b' }, released).join(),
    /^Version 0\.3\.0 has no .*"ledger":"b"/,
  )
})

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
}
