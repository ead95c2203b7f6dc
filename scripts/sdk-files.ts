import { execFileSync } from 'node:child_process'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { products } from '../src/products/index.ts'
import { checkProducts, clientParametersOf, noticesOf, type Product } from '../src/products/product.ts'
import { adminCalls } from './admin-client.ts'
import { clientParameterRules } from './sdk-client-parameters.ts'
import { familyFile, indexFile, type ProductInSdk } from './sdk-clients.ts'
import { noticeKinds, noticeTypes } from './sdk-notices.ts'

const project = fileURLToPath(new URL('..', import.meta.url))
const FORMATTER = join(project, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
const HEAD = '// Generated from the contracts: change those, and run `npm run generate`.\n\n'

checkProducts(products)

/** The family of a product is the folder that its own folder is in. */
function familyOf({ folder }: Product): string {
  return basename(dirname(fileURLToPath(folder)))
}

const families = new Map(
  [...Map.groupBy<string, Product>(products, familyOf)].sort(([one], [other]) => one.localeCompare(other)),
)

function inSdk(family: string): ProductInSdk[] {
  return (families.get(family) ?? []).map(({ name, endpoints, clientParameters = [] }) => ({
    name,
    clientParameters,
    operations: endpoints.map(({ operation }) => operation),
  }))
}

/** The files that are made from the contracts, from the project's root, with what makes each. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  'src/admin-client/generated/calls.ts': adminCalls,
  ...Object.fromEntries(
    [...families.keys()].map(family => [
      `src/sdk/generated/${family}.ts`,
      () => familyFile(family, inSdk(family)),
    ]),
  ),
  'src/sdk/generated/client-parameters.ts': () => clientParameterRules(clientParametersOf(products)),
  'src/sdk/generated/index.ts': () => indexFile([...families.keys()]),
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
