import type { Clock } from '../clock/clock.ts'
import type { Bank } from '../funding/bank.ts'
import type { Wait } from '../http/inject-faults.ts'
import type { SendNotice } from '../notices/send.ts'
import type { Options } from '../options/options.ts'
import type { Product } from '../products/product.ts'
import type { Random } from '../protocol/ids.ts'
import type { SandboxKeys } from '../sandbox/create-sandbox.ts'
import type { Database } from '../store/database.ts'
import type { SecretsKeys } from '../store/secrets.ts'

/** What a test or a simulation puts in place of the machine's own. */
export interface Surroundings {
  /** A clock that is used as it is; business time of the store when absent. */
  clock?: Clock
  random?: Random
  bank?: Bank
  /** Sends notices instead of the HTTP client. */
  send?: SendNotice
  /** Waits instead of timers where a fault makes a call wait. */
  wait?: Wait
  /** False to let only `runDue` do the due work. */
  workers?: boolean
  /** Opens another store than the one that the options name. */
  open?: () => Promise<Database>
  /** Keys for a new sandbox; made anew when absent. */
  sandboxKeys?: SandboxKeys
}

/** What a node is made from. */
export interface Plan {
  options: Options
  products: readonly Product[]
  /** What seals the secrets of the store; they are stored as they are without. */
  secretsKeys: SecretsKeys | undefined
  surroundings: Surroundings
}
