import type { Adapter } from './adapter.ts'
import type { Administration } from './administration.ts'
import type { Check } from './check.ts'
import type { CheckRun, Drill } from './check-run.ts'
import { CHECKS } from './checks.ts'
import { CannotRun } from './findings.ts'
import { GateAdapter } from './gate.ts'
import { GateRun } from './gate-run.ts'
import { ShopAdapter } from './shop.ts'
import { SHOP_CHECKS } from './shop-checks.ts'
import { ShopRun } from './shop-run.ts'

/** Where the adapters of a merchant's program listen; at least one of them. */
export interface Adapters {
  gate?: string | undefined
  shop?: string | undefined
}

/** A check that can be begun. */
export interface PlannedCheck extends Omit<Check, 'perform'> {
  begin(drill: Drill, admin: Administration, signal: AbortSignal): { run: CheckRun; done: Promise<void> }
}

/** The adapters that are given, each to be asked until the signal. */
export function adaptersOf({ gate, shop }: Adapters, signal: AbortSignal): Adapter[] {
  return [
    ...(gate === undefined ? [] : [new GateAdapter(gate, signal)]),
    ...(shop === undefined ? [] : [new ShopAdapter(shop, signal)]),
  ]
}

/** The checks that are asked for, with those that they need; all of the given adapters unless said. */
export function plannedChecks(adapters: Adapters, only: readonly string[] | undefined): PlannedCheck[] {
  const all = allChecks(adapters)
  if (!only) return all
  const checkOf = (id: string) => {
    const check = all.find(known => known.id === id)
    if (check) return check
    const elsewhere = [...CHECKS, ...SHOP_CHECKS].some(known => known.id === id)
    throw new CannotRun(
      elsewhere
        ? `The check ${id} drives another adapter: give ${adapters.shop === undefined ? '--shop' : '--gate'}.`
        : `There is no check ${id}; there are ${all.map(known => known.id).join(', ')}.`,
    )
  }
  const wanted = new Set<string>()
  for (const id of only)
    for (
      let check: PlannedCheck | undefined = checkOf(id);
      check;
      check = check.needs ? checkOf(check.needs) : undefined
    )
      wanted.add(check.id)
  return all.filter(({ id }) => wanted.has(id))
}

function allChecks({ gate, shop }: Adapters): PlannedCheck[] {
  return [
    ...(gate === undefined ? [] : CHECKS).map(check =>
      planned(
        check,
        (drill, admin, signal) => new GateRun(drill, admin, new GateAdapter(gate as string, signal), signal),
      ),
    ),
    ...(shop === undefined ? [] : SHOP_CHECKS).map(check =>
      planned(
        check,
        (drill, admin, signal) => new ShopRun(drill, admin, new ShopAdapter(shop as string, signal), signal),
      ),
    ),
  ]
}

function planned<Run extends CheckRun>(
  { perform, ...check }: Check<Run>,
  runOf: (drill: Drill, admin: Administration, signal: AbortSignal) => Run,
): PlannedCheck {
  return {
    ...check,
    begin(drill, admin, signal) {
      const run = runOf(drill, admin, signal)
      return { run, done: perform(run) }
    },
  }
}
