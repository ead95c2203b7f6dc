import { changeArrears } from '../src/owners/arrears.ts'
import { changeOwner, createOwner, type OwnerChanges } from '../src/owners/owners.ts'
import { openPlate, type PlateOutcome, pausePlate, removePlate, resumePlate } from '../src/owners/plates.ts'
import type { Platform } from '../src/platform.ts'
import type { Transaction } from '../src/store/database.ts'

// An owner with a car, as a test lives through what owners do.

/** What an owner can do; each is a transaction of its own. */
export interface Driver {
  owner_id: string
  plate_number: string
  plate_color: 'BLUE'
  opens(): Promise<PlateOutcome>
  pauses(): Promise<PlateOutcome>
  resumes(): Promise<PlateOutcome>
  removes(): Promise<PlateOutcome>
  /** Falls into arrears of so many fen. */
  owes(fen: number): Promise<void>
  repays(fen: number): Promise<void>
  becomes(changes: OwnerChanges): Promise<unknown>
}

let last = 0

/** An owner without money whose plate nobody has seen yet. */
export async function freshDriver(
  { platform }: { platform: Platform },
  { score = 700, advance_limit = 0 } = {},
): Promise<Driver> {
  last += 1
  const owner_id = `driver-${last}`
  const plate = { owner_id, plate_number: `京A${10_000 + last}`, plate_color: 'BLUE' } as const
  const run = <T>(work: (tx: Transaction) => Promise<T>) => platform.db.transaction(work)
  await run(tx => createOwner(tx, { owner_id, score, advance_limit }))
  return {
    ...plate,
    opens: () => run(tx => openPlate(tx, platform, plate)),
    pauses: () => run(tx => pausePlate(tx, platform, plate)),
    resumes: () => run(tx => resumePlate(tx, platform, plate)),
    removes: () => run(tx => removePlate(tx, platform, plate)),
    owes: fen => run(tx => changeArrears(tx, platform, owner_id, fen)),
    repays: fen => run(tx => changeArrears(tx, platform, owner_id, -fen)),
    becomes: changes => run(tx => changeOwner(tx, owner_id, changes)),
  }
}
