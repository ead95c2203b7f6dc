import { findPlateService } from '../../owners/plate-service.ts'
import type { Parking } from '../../products/parking/parkings.ts'
import * as contract from './contract/parkings.ts'
import { adminEndpoint } from './operation.ts'
import { merchantFilter, pageOf } from './pages.ts'
import { notFound } from './problems.ts'
import { shown } from './show.ts'

type Row = Omit<Parking, 'content_digest'> & { state_changes: number }

const SELECT = `SELECT id, mchid, sub_mchid, out_parking_no, plate_number, plate_color, parking_name, start_time,
                       free_duration, notify_url, create_time, state_changes FROM parkings`

export const parkings = [
  adminEndpoint(contract.listParkings, ({ mchid, plate_number, plate_color, ...page }, { platform }) =>
    pageOf(
      platform.db,
      page,
      {
        select: SELECT,
        conditions: [
          merchantFilter(mchid),
          ['plate_number = ?', plate_number],
          ['plate_color = ?', plate_color],
        ],
        key: { create_time: 'number', id: 'text' },
        newestFirst: true,
      },
      listed,
    ),
  ),
  adminEndpoint(contract.getParking, async ({ id }, { platform: { db, rules } }) => {
    const row = await db.get<Row>(`${SELECT} WHERE id = $1`, id)
    if (!row) throw notFound('entry', id)
    const { plate_number, plate_color } = row
    const latest = await db.get<{ parking_id: string }>(
      'SELECT parking_id FROM latest_parkings WHERE plate_number = $1 AND plate_color = $2',
      plate_number,
      plate_color,
    )
    return {
      ...listed(row),
      is_latest: latest?.parking_id === id,
      plate_usability: (await findPlateService(db, plate_number, plate_color)).usability,
      // Failed orders have no index by entry, so the time in which it can be charged bounds the search.
      transactions: await db.all<{ out_trade_no: string; trade_state: string }>(
        `SELECT out_trade_no, trade_state FROM transactions
          WHERE parking_id = $1 AND create_time BETWEEN $2 AND $3 ORDER BY create_time, out_trade_no LIMIT 100`,
        id,
        row.create_time,
        row.create_time + rules.parkingLifetime,
      ),
    }
  }),
]

function listed(row: Row) {
  return shown(row, ['create_time'])
}
