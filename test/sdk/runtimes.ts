import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the npm packages of these keep the program, by platform. npm has them for Linux in one form. */
const OTHERS: Partial<Record<string, Record<Other, string>>> = {
  'linux-x64': {
    bun: '@oven/bun-linux-x64/bin/bun',
    deno: '@deno/linux-x64-glibc/deno',
    workerd: '@cloudflare/workerd-linux-64/bin/workerd',
  },
  'linux-arm64': {
    bun: '@oven/bun-linux-aarch64/bin/bun',
    deno: '@deno/linux-arm64-glibc/deno',
    workerd: '@cloudflare/workerd-linux-arm64/bin/workerd',
  },
}

type Other = 'bun' | 'deno' | 'workerd'

/** The oldest Node that the SDK is for, and others between it and the one of this project. */
export const OLDER_NODES = ['node-20.0', 'node-20', 'node-22'] as const

/** The program of one of these. */
export function nodeOf(name: (typeof OLDER_NODES)[number]): string {
  return join(folderOf(name, 'node'), 'bin', 'node')
}

/** The other runtimes on this platform. Elsewhere none is tried, and that is said. */
export function otherRuntimes(): Partial<Record<Other, string>> {
  const platform = `${process.platform}-${process.arch}`
  const programs = OTHERS[platform]
  if (!programs) {
    console.warn(`Bun, Deno and Workers are not tried: test/sdk/runtimes.ts lists none for ${platform}`)
    return {}
  }
  return Object.fromEntries(
    Object.entries(programs).map(([name, path]) => {
      const owner = path.split('/').slice(0, 2).join('/')
      return [name, join(folderOf('others', owner), path.slice(owner.length))]
    }),
  )
}

/** The folder of a package that a workspace of `packages/runtimes` has of its own; the project may have another version. */
export function folderOf(workspace: string, name: string): string {
  const manifest = fileURLToPath(
    new URL(`../../packages/runtimes/${workspace}/package.json`, import.meta.url),
  )
  const { dependencies, devDependencies, optionalDependencies } = createRequire(manifest)('./package.json')
  const wanted = { ...dependencies, ...devDependencies, ...optionalDependencies }[name]
  try {
    const path = createRequire(manifest).resolve(`${name}/package.json`)
    const { version } = createRequire(manifest)(path)
    if (version === wanted) return dirname(path)
    throw new Error(`It is version ${version}`)
  } catch (cause) {
    throw new Error(
      `${name} ${wanted} is not installed. What this test needs is installed by: npm run runtimes`,
      {
        cause,
      },
    )
  }
}
