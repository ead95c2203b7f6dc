import type { StandingChange } from '../../../payers/arrears.ts'
import type { Transaction } from '../../../store/database.ts'
import type { PlateColor } from './plate.ts'
import { usabilityOf } from './plate-service.ts'
import type { PlateState } from './plate-state.ts'
import type { PlateContext } from './plates.ts'

/** Reports each of a payer's plates that can be charged again or no more, because of what the payer owes. */
export async function standingChanged(
  tx: Transaction,
  { plateChanged }: Pick<PlateContext, 'plateChanged'>,
  { payer_id, ...standing }: StandingChange,
): Promise<void> {
  // The order is that of everybody who locks several plates.
  const plates = await tx.all<{ plate_number: string; plate_color: PlateColor; service_state: PlateState }>(
    `SELECT plate_number, plate_color, service_state FROM plates WHERE payer_id = $1
      ORDER BY plate_number, plate_color ${tx.forUpdate}`,
    payer_id,
  )
  for (const { plate_number, plate_color, service_state } of plates) {
    const before = usabilityOf({ ...standing.before, service_state })
    const after = usabilityOf({ ...standing.after, service_state })
    if (before !== after) await plateChanged(tx, { plate_number, plate_color, before, after })
  }
}
