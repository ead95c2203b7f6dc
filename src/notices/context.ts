import type { Clock } from '../clock/clock.ts'
import type { Faults } from '../faults/faults.ts'
import type { PlatformKeys } from '../merchants/platform-keys.ts'
import type { Options } from '../options/options.ts'
import type { Random } from '../protocol/ids.ts'
import type { Database } from '../store/database.ts'
import type { Secrets } from '../store/secrets.ts'

/** What this room takes from its node. */
export interface NoticesContext {
  db: Database
  clock: Clock
  random: Random
  secrets: Secrets
  keys: PlatformKeys
  faults: Faults
  options: Options
  wake(job: string): void
}
