import type { AdminPlatform } from '../admin/context.ts'
import { recentCallsOptions } from '../calls/options.ts'
import { RecentCalls } from '../calls/recent-calls.ts'
import { RefusedSignatures } from '../diagnosis/refused-signatures.ts'
import { Faults } from '../faults/faults.ts'
import { scriptedBank } from '../funding/scripted-bank.ts'
import { PlatformKeys } from '../merchants/platform-keys.ts'
import { endpointsOf, permissionsOf } from '../products/product.ts'
import type { Sandbox } from '../sandbox/ensure-sandbox.ts'
import { filterFieldsOf } from './filter-fields.ts'
import { listenersOf } from './listeners.ts'
import { listenOptions } from './options.ts'
import type { ReadyStore } from './ready-store.ts'
import type { Plan } from './surroundings.ts'

/** What a node has for all who take something of it. Built once, at start. */
export type Platform = AdminPlatform

/** Builds it on a store. `signals` wake the scheduler; they work once there are calls or due work. */
export async function platformOn(
  { db, control: { clock }, random, secrets, seeds, tables }: ReadyStore,
  { options, products, surroundings }: Plan,
  sandbox: Sandbox,
  signals: Pick<Platform, 'wake' | 'noteChange'>,
  onError: (error: unknown, name: string) => void,
): Promise<Platform> {
  const faults = await Faults.open(db, filterFieldsOf(products))
  const platform: Platform = {
    ...{ db, clock, random, options, secrets, faults, seeds, tables, ...signals },
    endpoints: endpointsOf(products),
    pages: products.flatMap(({ pages }) => pages?.(options) ?? []),
    permissions: permissionsOf(products),
    get publicUrl() {
      return options.of(listenOptions).publicUrl ?? sandbox.baseUrl
    },
    keys: await PlatformKeys.open(db, secrets),
    refusals: new RefusedSignatures(db, clock, error => onError(error, 'refusals')),
    recentCalls: new RecentCalls(db, clock, options.of(recentCallsOptions), error =>
      onError(error, 'recentCalls'),
    ),
    bank: surroundings.bank ?? scriptedBank(db),
    listeners: listenersOf(products, () => platform),
  }
  return platform
}
