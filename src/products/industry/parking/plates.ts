import type { Clock } from '../../../clock/clock.ts'
import { lockPayer } from '../../../payers/payers.ts'
import type { Statements, Transaction } from '../../../store/database.ts'
import type { PlateColor } from './plate.ts'
import { lockPlate, type PlateChange, usabilityOf } from './plate-service.ts'
import { nextPlateState, type PlateEvent, type PlateState } from './plate-state.ts'

/** A plate and the payer who does something with it. */
export interface PayersPlate {
  payer_id: string
  plate_number: string
  plate_color: PlateColor
}

/**
 * What came of it. `unchanged`: it was so already. The others are refusals and have changed nothing: there is no such
 * payer; the plate is another payer's; the plate was not opened.
 */
export type PlateOutcome = 'changed' | 'unchanged' | 'payer_unknown' | 'plate_taken' | 'plate_not_opened'

/** What changes of plates need: business time, and who learns in the same transaction that one can be charged again or no more. */
export interface PlateContext {
  clock: Clock
  plateChanged(tx: Transaction, change: PlateChange): Promise<void>
}

/** Opens the service for a plate, for all merchants. What its payer has paused stays paused. */
export function openPlate(tx: Transaction, context: PlateContext, plate: PayersPlate): Promise<PlateOutcome> {
  return happen(tx, context, plate, 'open')
}

/** Pauses a plate's service; the time of its opening is kept. */
export function pausePlate(
  tx: Transaction,
  context: PlateContext,
  plate: PayersPlate,
): Promise<PlateOutcome> {
  return happen(tx, context, plate, 'pause')
}

/** Ends a pause. */
export function resumePlate(
  tx: Transaction,
  context: PlateContext,
  plate: PayersPlate,
): Promise<PlateOutcome> {
  return happen(tx, context, plate, 'resume')
}

/** Takes a plate from its payer: anybody can open it, and that is a new opening. */
export function removePlate(
  tx: Transaction,
  context: PlateContext,
  plate: PayersPlate,
): Promise<PlateOutcome> {
  return happen(tx, context, plate, 'remove')
}

/** A plate of a payer. */
export interface OpenedPlate extends PayersPlate {
  service_state: Exclude<PlateState, 'OUT_SERVICE'>
  /** Milliseconds of business time. */
  service_open_time: number
}

/** The plates of a payer. */
export function listPlates(db: Statements, payerId: string): Promise<OpenedPlate[]> {
  return db.all<OpenedPlate>(
    `SELECT payer_id, plate_number, plate_color, service_state, service_open_time FROM plates
      WHERE payer_id = $1 ORDER BY plate_number, plate_color`,
    payerId,
  )
}

async function happen(
  tx: Transaction,
  { clock, plateChanged }: PlateContext,
  { payer_id, plate_number, plate_color }: PayersPlate,
  event: PlateEvent,
): Promise<PlateOutcome> {
  const payer = await lockPayer(tx, payer_id)
  if (!payer) return 'payer_unknown'
  const plate = await lockPlate(tx, plate_number, plate_color)
  if (plate.payer_id !== null && plate.payer_id !== payer_id) return 'plate_taken'
  const service_state = nextPlateState(plate.service_state, event)
  if (service_state === undefined) return 'plate_not_opened'
  if (service_state === plate.service_state) return 'unchanged'

  const isOpen = service_state !== 'OUT_SERVICE'
  await tx.run(
    `UPDATE plates SET service_state = $1, payer_id = $2, service_open_time = $3
      WHERE plate_number = $4 AND plate_color = $5`,
    service_state,
    isOpen ? payer_id : null,
    isOpen ? (plate.service_open_time ?? clock.now()) : null,
    plate_number,
    plate_color,
  )
  const before = usabilityOf({ ...payer, service_state: plate.service_state })
  const after = usabilityOf({ ...payer, service_state })
  if (before !== after) await plateChanged(tx, { plate_number, plate_color, before, after })
  return 'changed'
}
