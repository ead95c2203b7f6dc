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
