import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DOCUMENTS, fileOf, renderTables } from '../scripts/tables.ts'
import { endpoints } from '../src/products/index.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))

for (const name of DOCUMENTS) {
  test(`the tables of ${name} say what the contract says`, () => {
    const text = readFileSync(join(folder, name), 'utf8')
    assert.equal(renderTables(text), text, 'run `npm run docs`')
  })
}

test('every call is answered by the file that the table names', () => {
  for (const { operation } of endpoints)
    assert.ok(existsSync(join(folder, fileOf(operation))), fileOf(operation))
})

test('every link between documents leads somewhere', () => {
  for (const path of globSync('{*.md,docs/**/*.md,src/**/*.md,bench/*.md}', { cwd: folder })) {
    const text = readFileSync(join(folder, path), 'utf8')
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert.ok(existsSync(join(folder, dirname(path), target ?? '')), `${path} links to ${target}`)
    }
  }
})

test('every scenario of the documents is a test, and every test of a scenario is in the documents', () => {
  const table = readFileSync(join(folder, 'docs/scenarios.md'), 'utf8')
  const documented = [...table.matchAll(/^\| (.+?) \|/gm)].map(([, name]) => name).slice(2)
  const tests = globSync('test/scenarios/*.test.ts', { cwd: folder }).flatMap(path => {
    const text = readFileSync(join(folder, path), 'utf8')
    // Told one by one, or as rows of a table whose names are the first of each row.
    return [...text.matchAll(/scenario\(\s*'([^']+)'|^ {2}\[\s*'([^']+)'/gm)].map(
      ([, name, row]) => name ?? row,
    )
  })
  assert.deepEqual(tests.toSorted(), documented.toSorted())
  assert.ok(tests.length > 20)
})
