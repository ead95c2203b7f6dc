import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GENERATED, generated } from './sdk-files.ts'

// Writes the part of the SDK that follows from the contracts. `npm run generate`.

const folder = fileURLToPath(new URL('..', import.meta.url))

for (const name of Object.keys(GENERATED)) {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, generated(name))
}
