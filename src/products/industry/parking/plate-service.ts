import { MINIMUM_SCORE } from '../../../payers/payers.ts'
import type { Statements, Transaction } from '../../../store/database.ts'
import type { PlateColor } from './plate.ts'
import type { PlateState } from './plate-state.ts'

/** Whether a stay with this plate can be charged now, and why not. */
export type Usability = 'NORMAL' | 'OUT_SERVICE' | 'PAUSE' | 'OVERDUE' | 'EVALUATION_FAILED'

/** A plate's service with its payer. A plate that nobody opened has no payer. */
export interface PlateService {
  payer_id: string | undefined
  service_state: PlateState
  /** Milliseconds of business time. */
  service_open_time: number | undefined
  usability: Usability
  /** Of the payer; frozen, it pays nothing. */
  wallet_state: 'NORMAL' | 'FROZEN' | undefined
}

/** A plate whose usability has changed; `before` and `after` differ. */
export interface PlateChange {
  plate_number: string
  plate_color: PlateColor
  before: Usability
  after: Usability
}

const NOT_OPENED: PlateService = {
  payer_id: undefined,
  service_state: 'OUT_SERVICE',
  service_open_time: undefined,
  usability: 'OUT_SERVICE',
  wallet_state: undefined,
}

/** Reads a plate's service as it is now. One opening serves all merchants. */
export async function findPlateService(
  db: Statements,
  plateNumber: string,
  plateColor: string,
): Promise<PlateService> {
  const row = await db.get<{
    payer_id: string
    service_state: PlateState
    service_open_time: number
    arrears: number
    score: number
    wallet_state: 'NORMAL' | 'FROZEN'
  }>(
    `SELECT p.payer_id, p.service_state, p.service_open_time, o.arrears, o.score, o.wallet_state
       FROM plates p JOIN payers o ON o.payer_id = p.payer_id
      WHERE p.plate_number = $1 AND p.plate_color = $2`,
    plateNumber,
    plateColor,
  )
  if (!row) return NOT_OPENED
  const { payer_id, service_state, service_open_time, wallet_state } = row
  return { payer_id, service_state, service_open_time, usability: usabilityOf(row), wallet_state }
}

/** What `plates` holds of a plate; one that nobody opened has neither payer nor time. */
export interface PlateRow {
  payer_id: string | null
  service_state: PlateState
  service_open_time: number | null
}

/**
 * Reads a plate and holds up everybody else who would change its service or make an entry of it, until the transaction
 * ends. A plate that was never seen gets a row for it. Whoever locks the payer too must have done so before.
 */
export async function lockPlate(tx: Transaction, plateNumber: string, plateColor: string): Promise<PlateRow> {
  const read = () =>
    tx.get<PlateRow>(
      `SELECT payer_id, service_state, service_open_time FROM plates
        WHERE plate_number = $1 AND plate_color = $2 ${tx.forUpdate}`,
      plateNumber,
      plateColor,
    )
  const known = await read()
  if (known) return known
  await tx.run(
    `INSERT INTO plates (plate_number, plate_color, service_state) VALUES ($1, $2, 'OUT_SERVICE')
     ON CONFLICT DO NOTHING`,
    plateNumber,
    plateColor,
  )
  // Another transaction may have been first, and then its row is the lock.
  return (await read()) as PlateRow
}

/** The first hindrance decides: what the user did, then what the user owes, then what the assessment says. */
export function usabilityOf(plate: { service_state: PlateState; arrears: number; score: number }): Usability {
  if (plate.service_state !== 'NORMAL') return plate.service_state
  if (plate.arrears > 0) return 'OVERDUE'
  return plate.score < MINIMUM_SCORE ? 'EVALUATION_FAILED' : 'NORMAL'
}
