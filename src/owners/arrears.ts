import type { Platform } from '../platform.ts'
import type { PlateColor } from '../protocol/plate.ts'
import type { Transaction } from '../store/database.ts'
import { lockOwner } from './owners.ts'
import { usabilityOf } from './plate-service.ts'
import type { PlateState } from './plate-state.ts'

/**
 * Adds `delta` fen to what an owner has not paid back in time, and tells of each of the owner's plates that can be charged
 * again or no more. Throws when there is no such owner, and when arrears would go below zero: the caller has lost track.
 */
export async function changeArrears(
  tx: Transaction,
  { listeners }: Pick<Platform, 'listeners'>,
  ownerId: string,
  delta: number,
): Promise<void> {
  const owner = await lockOwner(tx, ownerId)
  if (!owner) throw new Error(`There is no owner ${ownerId}`)
  const arrears = owner.arrears + delta
  if (arrears < 0) throw new RangeError(`Owner ${ownerId} is ${owner.arrears} fen in arrears, not ${-delta}`)
  await tx.run('UPDATE owners SET arrears = $1 WHERE owner_id = $2', arrears, ownerId)
  if (owner.arrears > 0 === arrears > 0) return

  // The order is that of everybody who locks several plates.
  const plates = await tx.all<{ plate_number: string; plate_color: PlateColor; service_state: PlateState }>(
    `SELECT plate_number, plate_color, service_state FROM plates WHERE owner_id = $1
      ORDER BY plate_number, plate_color ${tx.forUpdate}`,
    ownerId,
  )
  for (const { plate_number, plate_color, service_state } of plates) {
    const before = usabilityOf({ ...owner, service_state })
    const after = usabilityOf({ ...owner, arrears, service_state })
    if (before !== after) await listeners.plateChanged(tx, { plate_number, plate_color, before, after })
  }
}
