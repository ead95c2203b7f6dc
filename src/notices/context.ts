import type { Clock } from '../clock/clock.ts'
import type { Faults } from '../faults/faults.ts'
import type { NotifyProfile } from '../merchants/merchants.ts'
import type { PlatformKeys } from '../merchants/platform-keys.ts'
import type { Random } from '../protocol/ids.ts'
import type { Database } from '../store/database.ts'
import type { Secrets } from '../store/secrets.ts'

export interface NoticesRules {
  /** Which addresses notices go to, unless the merchant has a profile of its own. */
  profile: NotifyProfile
}

/** What this room takes from its node. */
export interface NoticesContext {
  db: Database
  clock: Clock
  random: Random
  secrets: Secrets
  keys: PlatformKeys
  faults: Faults
  rules: NoticesRules
  wake(work: string): void
}
