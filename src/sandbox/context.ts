import type { Clock } from '../clock/clock.ts'
import type { PlatformKeys } from '../merchants/platform-keys.ts'
import type { Random } from '../protocol/ids.ts'
import type { Database, Transaction } from '../store/database.ts'
import type { Table } from '../store/schema.ts'
import type { Secrets } from '../store/secrets.ts'

/** What the sandbox has of a product. */
export interface Seed {
  /** What those merchants of the sandbox are given that have permissions. */
  permissions?: readonly string[]
  /** Writes its rows into a new or a reset sandbox, whose merchants are there. `appid` is the app of their payers, `now` business time. */
  store(tx: Transaction, sandbox: { appid: string; now: number }): Promise<void>
  /** What `sandbox.json` says of it, for programs. */
  shown(sandbox: { appid: string }): Readonly<Record<string, unknown>>
}

/** What the sandbox takes from its node. */
export interface SandboxContext {
  db: Database
  clock: Clock
  random: Random
  secrets: Secrets
  keys: PlatformKeys
  /** Every table, each behind those that its rows refer to. */
  tables: readonly Table[]
  /** What products have in the sandbox. */
  seeds: readonly Seed[]
  wake(job: string): void
}
