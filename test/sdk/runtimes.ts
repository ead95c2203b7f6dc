import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Other programs than this Node that run the packed SDK, and where the npm package of each keeps it, by platform. */
const PROGRAMS = {
  'linux-x64': {
    'node-20.0': 'node-20.0-linux-x64/bin/node',
    'node-20': 'node-20-linux-x64/bin/node',
    'node-22': 'node-22-linux-x64/bin/node',
    bun: '@oven/bun-linux-x64/bin/bun',
    deno: '@deno/linux-x64-glibc/deno',
    workerd: '@cloudflare/workerd-linux-64/bin/workerd',
  },
  'linux-arm64': {
    'node-20.0': 'node-20.0-linux-arm64/bin/node',
    'node-20': 'node-20-linux-arm64/bin/node',
    'node-22': 'node-22-linux-arm64/bin/node',
    bun: '@oven/bun-linux-aarch64/bin/bun',
    deno: '@deno/linux-arm64-glibc/deno',
    workerd: '@cloudflare/workerd-linux-arm64/bin/workerd',
  },
} as const

export type Runtime = keyof (typeof PROGRAMS)['linux-x64']

const PLATFORM = `${process.platform}-${process.arch}`
const { resolve } = createRequire(new URL('../runtimes/package.json', import.meta.url))

/** The paths of these programs on this platform. npm has them for Linux; elsewhere there are none, and that is said. */
export function programs(): Partial<Record<Runtime, string>> {
  if (!isListed(PLATFORM)) {
    console.warn(
      `The SDK is tried in no other program than this Node: test/sdk/runtimes.ts lists none for ${PLATFORM}`,
    )
    return {}
  }
  return Object.fromEntries(
    Object.entries(PROGRAMS[PLATFORM]).map(([name, path]) => {
      const [scope = '', unscoped = ''] = path.split('/')
      const owner = scope.startsWith('@') ? `${scope}/${unscoped}` : scope
      return [name, join(folderOf(owner), path.slice(owner.length))]
    }),
  )
}

/** The folder of a package of `test/runtimes`. */
export function folderOf(name: string): string {
  try {
    return dirname(resolve(`${name}/package.json`))
  } catch (cause) {
    throw new Error(`${name} is not installed. What this test needs is installed by: npm run runtimes`, {
      cause,
    })
  }
}

function isListed(platform: string): platform is keyof typeof PROGRAMS {
  return platform in PROGRAMS
}
