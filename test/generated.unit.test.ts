import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { GENERATED, generated } from '../scripts/sdk-files.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))

for (const name of Object.keys(GENERATED)) {
  test(`${name} says what the contracts say`, () => {
    assert.equal(readFileSync(join(folder, name), 'utf8'), generated(name), 'run `npm run generate`')
  })
}

test('nothing lies among the generated files that is not generated', () => {
  const files = globSync('src/*/generated/**/*.ts', { cwd: folder }).map(path => path.replaceAll('\\', '/'))
  assert.deepEqual(files.sort(), Object.keys(GENERATED).sort())
})
