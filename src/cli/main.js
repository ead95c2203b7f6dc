#!/usr/bin/env node
import { existsSync } from 'node:fs'

// Every command begins here, in JavaScript and with nothing that an old Node lacks, so that one which is too old is told
// which it takes, and does not fail at what it lacks first.

// TypeScript runs as it is from 22.18 on. The package has none, and needs `setReturnArrays` of node:sqlite, which is in
// 22.16 and 24 and in nothing between.
const leastOf22 = existsSync(new URL('run.ts', import.meta.url)) ? 18 : 16
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major >= 24 || (major === 22 && minor >= leastOf22)) {
  import('./run.ts')
} else {
  process.stderr.write(
    `error: Boomgate needs Node 24 or later, or 22.${leastOf22} or later of 22, and this is Node ${process.versions.node}.\n`,
  )
  process.exitCode = 1
}
