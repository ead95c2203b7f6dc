import { adminEndpoint } from '../../../../admin/operation.ts'
import { adminList } from '../../../../admin/pages.ts'
import { notFound } from '../../../../admin/problems.ts'
import { shown } from '../../../../admin/show.ts'
import { noticesAbout } from '../../../../notices/find-notices.ts'
import type { Statements } from '../../../../store/database.ts'
import { entranceStateOf } from '../announce-entrance-state.ts'
import type { ParkingOrder } from '../orders.ts'
import { type Parking, parkingSubject } from '../parkings.ts'
import { findPlateService } from '../plate-service.ts'
import * as contract from './parkings.contract.ts'

type Row = Omit<Parking, 'content_digest'> & { state_changes: number }

const SELECT = `SELECT id, mchid, sub_mchid, out_parking_no, plate_number, plate_color, parking_name, start_time,
                       free_duration, notify_url, create_time, state_changes FROM parkings`

export const parkings = [
  adminList(
    contract.listParkings,
    {
      select: SELECT,
      filters: {
        mchid: 'mchid',
        out_parking_no: { column: 'out_parking_no', isNarrow: true },
        plate_number: { column: 'plate_number', isNarrow: true },
        plate_color: 'plate_color',
      },
      needs: { out_parking_no: 'mchid', plate_color: 'plate_number' },
      key: { create_time: 'number', id: 'text' },
      newestFirst: true,
    },
    listed,
  ),
  adminEndpoint(contract.getParking, async ({ id }, { platform: { db } }) => {
    const row = await db.get<Row>(`${SELECT} WHERE id = $1`, id)
    if (!row) throw notFound('entry', id)
    const { plate_number, plate_color } = row
    const latest = await db.get<{ parking_id: string }>(
      'SELECT parking_id FROM latest_parkings WHERE plate_number = $1 AND plate_color = $2',
      plate_number,
      plate_color,
    )
    const { usability } = await findPlateService(db, plate_number, plate_color)
    return {
      ...listed(row),
      is_latest: latest?.parking_id === id,
      plate_usability: usability,
      ...entranceStateOf(usability),
      notices: await noticesAbout(db, parkingSubject({ id })),
      charges: await chargesOf(db, id),
    }
  }),
]

interface ChargeRow {
  mchid: string
  out_trade_no: string
  trade_state: ParkingOrder['trade_state']
  deduction_attempts: number
  due_at?: string
}

/** All orders that charge an entry. Those that failed have an index of their own, so both kinds are named. */
async function chargesOf(db: Statements, id: string): Promise<ChargeRow[]> {
  const rows = await db.all<Omit<ChargeRow, 'due_at'> & { due_at: number | null }>(
    `SELECT o.mchid, o.out_trade_no, o.trade_state, c.deduction_attempts, c.due_at
       FROM parking_charges c JOIN orders o ON o.mchid = c.mchid AND o.out_trade_no = c.out_trade_no
      WHERE c.parking_id = $1 AND c.failed = 0 OR c.parking_id = $1 AND c.failed = 1
      ORDER BY o.create_time, o.out_trade_no LIMIT 100`,
    id,
  )
  return rows.map(row => shown(row, ['due_at']) as ChargeRow)
}

function listed(row: Row) {
  return shown(row, ['create_time'])
}
