import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { systemClock } from '../clock/clock.ts'
import { makeSandboxKeys, type SandboxKeys } from '../sandbox/create-sandbox.ts'

/** Names the file that {@link saveKeys} has written. */
const VARIABLE = 'BOOMGATE_TEST_KEYS'

let shared: Promise<SandboxKeys> | undefined

/**
 * The key pairs of all test platforms in this process. They take most of a second to make, so they are made once, or read
 * from the file that the environment variable `BOOMGATE_TEST_KEYS` names.
 */
export function sharedKeys(): Promise<SandboxKeys> {
  shared ??= readOrMake()
  return shared
}

async function readOrMake(): Promise<SandboxKeys> {
  const path = process.env[VARIABLE]
  return path
    ? (JSON.parse(readFileSync(path, 'utf8')) as SandboxKeys)
    : makeSandboxKeys(systemClock, randomBytes)
}

/**
 * Makes key pairs for the test platforms of several processes, such as the workers of a test runner, and writes them to a
 * file that only its owner can read. Processes whose environment has `BOOMGATE_TEST_KEYS` set to its path use them.
 */
export async function saveKeys(path: string): Promise<void> {
  writeFileSync(path, JSON.stringify(await makeSandboxKeys(systemClock, randomBytes)), { mode: 0o600 })
}
