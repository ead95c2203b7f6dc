import type { Platform } from '../src/node/platform.ts'
import { changeArrears } from '../src/payers/arrears.ts'
import { changePayer, createPayer, type PayerChanges } from '../src/payers/payers.ts'
import { plateContext } from '../src/products/industry/parking/plate-context.ts'
import {
  openPlate,
  type PlateOutcome,
  pausePlate,
  removePlate,
  resumePlate,
} from '../src/products/industry/parking/plates.ts'
import type { Transaction } from '../src/store/database.ts'

// A payer with a car, as a test lives through what payers do.

/** What a payer can do; each is a transaction of its own. */
export interface Driver {
  payer_id: string
  plate_number: string
  plate_color: 'BLUE'
  opens(): Promise<PlateOutcome>
  pauses(): Promise<PlateOutcome>
  resumes(): Promise<PlateOutcome>
  removes(): Promise<PlateOutcome>
  /** Falls into arrears of so many fen. */
  owes(fen: number): Promise<void>
  repays(fen: number): Promise<void>
  becomes(changes: PayerChanges): Promise<unknown>
}

let last = 0

/** A payer without money whose plate nobody has seen yet. */
export async function freshDriver(
  { platform }: { platform: Platform },
  { score = 700, advance_limit = 0 } = {},
): Promise<Driver> {
  last += 1
  const payer_id = `driver-${last}`
  const plate = { payer_id, plate_number: `京A${10_000 + last}`, plate_color: 'BLUE' } as const
  const run = <T>(work: (tx: Transaction) => Promise<T>) => platform.db.transaction(work)
  await run(tx => createPayer(tx, { payer_id, score, advance_limit }))
  return {
    ...plate,
    opens: () => run(tx => openPlate(tx, plateContext(platform), plate)),
    pauses: () => run(tx => pausePlate(tx, plateContext(platform), plate)),
    resumes: () => run(tx => resumePlate(tx, plateContext(platform), plate)),
    removes: () => run(tx => removePlate(tx, plateContext(platform), plate)),
    owes: fen => run(tx => changeArrears(tx, platform, payer_id, fen)),
    repays: fen => run(tx => changeArrears(tx, platform, payer_id, -fen)),
    becomes: changes => run(tx => changePayer(tx, payer_id, changes)),
  }
}
