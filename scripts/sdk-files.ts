import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { products } from '../src/products/index.ts'
import { noticesOf } from '../src/products/product.ts'
import { noticeKinds, noticeTypes } from './sdk-notices.ts'

const project = fileURLToPath(new URL('..', import.meta.url))
const FORMATTER = join(project, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
const HEAD = '// Generated from the contracts of the products: change those, and run `npm run generate`.\n\n'

/** The files of the SDK that are made from the contracts, from the project's root, with what makes each. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  'src/sdk/generated/notices.ts': () => noticeTypes(noticesOf(products)),
  'src/sdk/generated/notice-kinds.ts': () => noticeKinds(noticesOf(products)),
}

/** The text of a file, formatted like all others. */
export function generated(path: string): string {
  const make = GENERATED[path]
  if (!make) throw new Error(`${path} is not generated; these are: ${Object.keys(GENERATED).join(', ')}`)
  return execFileSync(process.execPath, [FORMATTER, 'format', `--stdin-file-path=${path}`], {
    cwd: project,
    input: HEAD + make(),
    encoding: 'utf8',
  })
}
