import { after, before } from 'node:test'
import { openTestDatabase } from '../../src/store/testing.ts'
import { type StartOptions, startPlatform, type TestPlatform } from '../../src/testing/index.ts'

/**
 * One platform for all tests of a file, which run one after another: each has an entry and numbers of its own, so they
 * need no platform of their own, and on PostgreSQL starting one takes longer than most of them.
 */
export function sharedPlatform(options: StartOptions = {}): () => TestPlatform {
  let platform: TestPlatform | undefined
  before(async () => {
    platform = await startPlatform({ open: openTestDatabase, ...options })
  })
  after(() => platform?.stop())
  return () => {
    if (!platform) throw new Error('The platform is started before the first test and not earlier')
    return platform
  }
}
