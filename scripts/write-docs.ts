import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DOCUMENTS, renderTables } from './tables.ts'

// Writes the tables of the documents anew from the contract and the sandbox. `npm run docs`.

const folder = fileURLToPath(new URL('..', import.meta.url))

for (const name of DOCUMENTS) {
  const path = join(folder, name)
  writeFileSync(path, renderTables(readFileSync(path, 'utf8')))
}
