import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const FOLDER = dirname(fileURLToPath(import.meta.url))
const sources = readdirSync(FOLDER).filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
/** What is imported or exported from, unless the whole statement is about types. */
const LOADED = /^(?:import|export)\s+(?!type\b)[^;'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm

test('at run time the SDK loads itself, the protocol and what Node has, and nothing else', () => {
  for (const name of sources) {
    const text = readFileSync(join(FOLDER, name), 'utf8')
    for (const [, from, bare] of text.matchAll(LOADED)) {
      assert.match(from ?? bare ?? '', /^(?:node:|\.\/|\.\.\/protocol\/)/, `${name} loads ${from ?? bare}`)
    }
    assert.doesNotMatch(text, /\bimport\(|\brequire\(/, `${name} loads something later`)
  }
})

test('the machine is read in one file alone', () => {
  for (const name of sources.filter(name => name !== 'machine.ts')) {
    const text = readFileSync(join(FOLDER, name), 'utf8')
    assert.doesNotMatch(text, /Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|randomBytes/, name)
  }
})
