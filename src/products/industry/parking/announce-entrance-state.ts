import type { ProductContext } from '../../../calls/context.ts'
import { findMerchant } from '../../../merchants/merchants.ts'
import { enqueueNotice } from '../../../notices/outbox.ts'
import { formatTimeMs } from '../../../protocol/time.ts'
import type { Transaction } from '../../../store/database.ts'
import { type EntranceStateChange, entranceStateChange } from './contract.ts'
import { parkingOptions } from './options.ts'
import { countStateChange, lockOpenStay, type OpenStay, parkingSubject } from './parkings.ts'
import type { PlateChange, Usability } from './plate-service.ts'

/**
 * Tells the merchant where a car is parked that its stay can be charged again, or no more and why not. Nothing is sent for
 * a stay that was charged, that another entry of the plate has followed, or whose time is over.
 *
 * Nothing is sent either when it is the overall assessment that now refuses: the notice has no word for it.
 */
export async function announceEntranceState(
  tx: Transaction,
  platform: ProductContext,
  { plate_number, plate_color, after }: PlateChange,
): Promise<void> {
  if (after === 'EVALUATION_FAILED') return
  const { clock, options } = platform
  const now = clock.now()
  const madeSince = Math.max(0, now - options.of(parkingOptions).parkingLifetime)
  const stay = await lockOpenStay(tx, plate_number, plate_color, madeSince)
  if (!stay) return
  const receiver = await findMerchant(tx, stay.mchid)
  if (!receiver) throw new Error(`Entry ${stay.id} belongs to ${stay.mchid}, which does not exist`)
  // Receivers keep the latest of several changes, so each has a millisecond of its own.
  const updatedAt = Math.max(now, stay.state_update_time + 1)
  await countStateChange(tx, stay.id, updatedAt)
  await enqueueNotice(tx, platform, entranceStateChange, {
    eventType: 'VEHICLE.ENTRANCE_STATE_CHANGE',
    receiver,
    notifyUrl: stay.notify_url,
    subject: parkingSubject(stay),
    sequence: stay.state_changes + 1,
    resource: resourceOf(stay, after, updatedAt),
  })
}

const DESCRIPTIONS = {
  PAUSE: 'PAUSE',
  OVERDUE: 'OVERDUE',
  OUT_SERVICE: 'REMOVE',
} as const

/** How an entry stands, in the words of the notice, which has none for an assessment that refuses. */
export function entranceStateOf(
  usability: Usability,
): Pick<EntranceStateChange, 'parking_state' | 'blocked_state_description'> {
  if (usability === 'NORMAL') return { parking_state: 'NORMAL' }
  if (usability === 'EVALUATION_FAILED') return { parking_state: 'BLOCKED' }
  return { parking_state: 'BLOCKED', blocked_state_description: DESCRIPTIONS[usability] }
}

/** The entry as it was made, with what has become of it. */
function resourceOf(
  stay: OpenStay,
  usability: Exclude<Usability, 'EVALUATION_FAILED'>,
  updatedAt: number,
): EntranceStateChange {
  const { plate_number, plate_color, start_time, parking_name, free_duration } = stay
  return {
    sp_mchid: stay.mchid,
    ...(stay.sub_mchid && { sub_mchid: stay.sub_mchid }),
    parking_id: stay.id,
    out_parking_no: stay.out_parking_no,
    plate_number,
    plate_color,
    start_time,
    parking_name,
    free_duration,
    ...entranceStateOf(usability),
    state_update_time: formatTimeMs(updatedAt),
  }
}
