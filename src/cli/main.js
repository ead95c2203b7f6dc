#!/usr/bin/env node
import { isClone, neededNode } from '../needed-node.js'

// Every command begins here, in JavaScript and with nothing that an old Node lacks, so that one which is too old says
// what to do, and does not fail at what it lacks first.

const needed = neededNode()
const wantsHelp = process.argv.slice(2).some(word => ['help', '--help', '-h'].includes(word))
// The help of an installed package loads nothing that Node 20 lacks; in a clone it is TypeScript.
const canHelp = wantsHelp && !isClone && Number.parseInt(process.versions.node, 10) >= 20

if (needed === undefined || canHelp) {
  void import('./run.ts')
} else if (wantsHelp) {
  process.stdout.write(
    `Usage: boomgate [command] [options]\n\nnpm start -- --help lists the options of boomgate serve, npm run explain -- --help and npm run doctor -- --help those of the others.\n\n${needed}\n`,
  )
} else {
  process.stderr.write(`error: ${needed}\n`)
  process.exitCode = 1
}
