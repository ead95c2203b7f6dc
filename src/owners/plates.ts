import type { Platform } from '../platform.ts'
import type { PlateColor } from '../protocol/plate.ts'
import type { Statements, Transaction } from '../store/database.ts'
import { lockOwner } from './owners.ts'
import { lockPlate, usabilityOf } from './plate-service.ts'
import { nextPlateState, type PlateEvent, type PlateState } from './plate-state.ts'

/** A plate and the owner who does something with it. */
export interface OwnersPlate {
  owner_id: string
  plate_number: string
  plate_color: PlateColor
}

/**
 * What came of it. `unchanged`: it was so already. The others are refusals and have changed nothing: there is no such
 * owner; the plate is another owner's; the plate was not opened.
 */
export type PlateOutcome = 'changed' | 'unchanged' | 'owner_unknown' | 'plate_taken' | 'plate_not_opened'

type Means = Pick<Platform, 'clock' | 'listeners'>

/** Opens the service for a plate, for all merchants. What its owner has paused stays paused. */
export function openPlate(tx: Transaction, platform: Means, plate: OwnersPlate): Promise<PlateOutcome> {
  return happen(tx, platform, plate, 'open')
}

/** Pauses a plate's service; the time of its opening is kept. */
export function pausePlate(tx: Transaction, platform: Means, plate: OwnersPlate): Promise<PlateOutcome> {
  return happen(tx, platform, plate, 'pause')
}

/** Ends a pause. */
export function resumePlate(tx: Transaction, platform: Means, plate: OwnersPlate): Promise<PlateOutcome> {
  return happen(tx, platform, plate, 'resume')
}

/** Takes a plate from its owner: anybody can open it, and that is a new opening. */
export function removePlate(tx: Transaction, platform: Means, plate: OwnersPlate): Promise<PlateOutcome> {
  return happen(tx, platform, plate, 'remove')
}

/** A plate of an owner. */
export interface OpenedPlate extends OwnersPlate {
  service_state: Exclude<PlateState, 'OUT_SERVICE'>
  /** Milliseconds of business time. */
  service_open_time: number
}

/** The plates of an owner. */
export function listPlates(db: Statements, ownerId: string): Promise<OpenedPlate[]> {
  return db.all<OpenedPlate>(
    `SELECT owner_id, plate_number, plate_color, service_state, service_open_time FROM plates
      WHERE owner_id = $1 ORDER BY plate_number, plate_color`,
    ownerId,
  )
}

async function happen(
  tx: Transaction,
  { clock, listeners }: Means,
  { owner_id, plate_number, plate_color }: OwnersPlate,
  event: PlateEvent,
): Promise<PlateOutcome> {
  const owner = await lockOwner(tx, owner_id)
  if (!owner) return 'owner_unknown'
  const plate = await lockPlate(tx, plate_number, plate_color)
  if (plate.owner_id !== null && plate.owner_id !== owner_id) return 'plate_taken'
  const service_state = nextPlateState(plate.service_state, event)
  if (service_state === undefined) return 'plate_not_opened'
  if (service_state === plate.service_state) return 'unchanged'

  const isOpen = service_state !== 'OUT_SERVICE'
  await tx.run(
    `UPDATE plates SET service_state = $1, owner_id = $2, service_open_time = $3
      WHERE plate_number = $4 AND plate_color = $5`,
    service_state,
    isOpen ? owner_id : null,
    isOpen ? (plate.service_open_time ?? clock.now()) : null,
    plate_number,
    plate_color,
  )
  const before = usabilityOf({ ...owner, service_state: plate.service_state })
  const after = usabilityOf({ ...owner, service_state })
  if (before !== after) await listeners.plateChanged(tx, { plate_number, plate_color, before, after })
  return 'changed'
}
