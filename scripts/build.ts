import { execFileSync } from 'node:child_process'
import { cpSync, globSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSdk } from './build-sdk.ts'

// Writes `dist`, which is what the published package holds: JavaScript, types and the tables; and `packages/sdk`, which is
// `@boomgate/sdk`, and `boomgate/sdk` too. The server itself runs from `src`, so only these and `boomgate/testing` need this.

const folder = dirname(dirname(fileURLToPath(import.meta.url)))

rmSync(join(folder, 'dist'), { recursive: true, force: true })
const compiler = join(folder, 'node_modules', 'typescript', 'bin', 'tsc')
execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: folder, stdio: 'inherit' })
// What is read as it stands: tables, and what browsers get.
for (const path of globSync(['src/**/*.sql', 'src/products/**/*.{js,css}'], { cwd: folder })) {
  cpSync(join(folder, path), join(folder, path.replace(/^src/, 'dist')))
}
await buildSdk(join(folder, 'packages', 'sdk'))
