import { systemClock } from '../clock/clock.ts'
import { type ClockControl, ClockStore, givenClock } from '../clock/clock-store.ts'
import type { Random } from '../protocol/ids.ts'
import type { SandboxContext } from '../sandbox/context.ts'
import { ensureSandbox, type Sandbox } from '../sandbox/ensure-sandbox.ts'
import { makeDueCertificates } from '../sandbox/platform-certificates.ts'
import type { Database } from '../store/database.ts'
import { GatedDatabase } from '../store/gated-database.ts'
import { migrate } from '../store/migrate.ts'
import { tablesOf } from '../store/schema.ts'
import { secretsUnder, UNSEALED } from '../store/secrets.ts'
import { pooledRandom } from './random.ts'
import type { Plan } from './surroundings.ts'
import { schemasOf } from './tables.ts'

/** A store with all tables, a sandbox and business time. */
export interface ReadyStore extends Pick<SandboxContext, 'secrets' | 'seeds' | 'tables'> {
  db: GatedDatabase
  random: Random
  control: ClockControl
  /** Business time as the store has it; absent where a clock was given. */
  storedClock: ClockStore | undefined
  /** True when this start made the sandbox. */
  isNew: boolean
}

/** Makes what the store lacks. `onClockChange` is called when somebody has moved business time. */
export async function readyStore(
  opened: Database,
  { products, secretsKeys, surroundings }: Plan,
  sandbox: Sandbox,
  onClockChange: () => void,
): Promise<ReadyStore> {
  const { clock: given, random = pooledRandom(), sandboxKeys } = surroundings
  const schemas = schemasOf(products)
  await migrate(opened, schemas, (given ?? systemClock).wallNow())
  const storedClock = given ? undefined : await ClockStore.open(opened, onClockChange)
  const control = storedClock ?? givenClock(given ?? systemClock)
  const { clock } = control
  const db = new GatedDatabase(opened, () => storedClock?.mark())
  const secrets = secretsKeys ? secretsUnder(secretsKeys, random) : UNSEALED
  const seeds = products.flatMap(({ seed }) => seed ?? [])
  // Past the gate, because a start that is refused changes nothing, not even the mark of business time.
  const { isNew } = await ensureSandbox(
    { db: opened, clock, random, secrets, seeds },
    { ...sandbox, keys: sandboxKeys },
  )
  await makeDueCertificates({ db, clock, secrets })
  return { db, random, control, storedClock, secrets, seeds, tables: schemas.flatMap(tablesOf), isNew }
}
