import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const FOLDER = dirname(fileURLToPath(import.meta.url))
const MACHINE =
  /Date\.now|new Date\(\)|performance\.|Math\.random|setTimeout|setInterval|randomBytes|randomUUID/

test('the clock, randomness and timers are taken from one file only', () => {
  const sources = readdirSync(FOLDER).filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  const taking = sources.filter(name => MACHINE.test(readFileSync(join(FOLDER, name), 'utf8')))
  assert.deepEqual(taking, ['machine.ts'])
})
