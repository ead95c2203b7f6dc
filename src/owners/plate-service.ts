import type { Statements } from '../store/database.ts'

/** Whether a stay with this plate can be charged now, and why not. */
export type Usability = 'NORMAL' | 'OUT_SERVICE' | 'PAUSE' | 'OVERDUE' | 'EVALUATION_FAILED'

/** A plate's service with its owner. A plate that nobody opened has no owner. */
export interface PlateService {
  owner_id: string | undefined
  service_state: 'NORMAL' | 'PAUSE' | 'OUT_SERVICE'
  /** Milliseconds of business time. */
  service_open_time: number | undefined
  usability: Usability
}

/** Scores run from 350 to 850; owners below this do not pass the overall assessment. */
export const MINIMUM_SCORE = 550

const NOT_OPENED: PlateService = {
  owner_id: undefined,
  service_state: 'OUT_SERVICE',
  service_open_time: undefined,
  usability: 'OUT_SERVICE',
}

/** Reads a plate's service as it is now. One opening serves all merchants. */
export async function findPlateService(
  db: Statements,
  plateNumber: string,
  plateColor: string,
): Promise<PlateService> {
  const row = await db.get<{
    owner_id: string
    service_state: 'NORMAL' | 'PAUSE'
    service_open_time: number
    arrears: number
    score: number
  }>(
    `SELECT p.owner_id, p.service_state, p.service_open_time, o.arrears, o.score
       FROM plates p JOIN owners o ON o.owner_id = p.owner_id
      WHERE p.plate_number = $1 AND p.plate_color = $2`,
    plateNumber,
    plateColor,
  )
  if (!row) return NOT_OPENED
  const { owner_id, service_state, service_open_time } = row
  return { owner_id, service_state, service_open_time, usability: usabilityOf(row) }
}

/** The first hindrance decides: what the user did, then what the user owes, then what the assessment says. */
function usabilityOf(row: { service_state: 'NORMAL' | 'PAUSE'; arrears: number; score: number }): Usability {
  if (row.service_state === 'PAUSE') return 'PAUSE'
  if (row.arrears > 0) return 'OVERDUE'
  return row.score < MINIMUM_SCORE ? 'EVALUATION_FAILED' : 'NORMAL'
}
