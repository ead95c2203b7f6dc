import { actingFor } from '../../../calls/acting-for.ts'
import { contentDigest } from '../../../calls/content-digest.ts'
import type { Handler } from '../../../calls/handler.ts'
import type { ReplyOf } from '../../../contract/operation.ts'
import { noticesOptions } from '../../../notices/options.ts'
import { ApiError } from '../../../protocol/errors.ts'
import { parseTime } from '../../../protocol/time.ts'
import type { Statements } from '../../../store/database.ts'
import * as contract from './contract.ts'
import { errors } from './errors.ts'
import { parkingOptions } from './options.ts'
import { newParkingId } from './parking-id.ts'
import { findParkingByOutNo, insertParking, type Parking } from './parkings.ts'
import { isEnrolled } from './permission.ts'
import { findPlateService, lockPlate } from './plate-service.ts'
import { requireNotifyUrl, requirePlate } from './request-rules.ts'

/**
 * Makes a parking entry. An entry of a plate that cannot be charged is made all the same and answered as BLOCKED. The
 * same `out_parking_no` with the same content answers the stored entry with its state as of now.
 */
export const createParking: Handler<typeof contract.createParking> = async (
  request,
  { caller, platform },
) => {
  const { db, clock, random, options } = platform
  requirePlate(contract.createParking, request, options.of(parkingOptions))
  requireNotifyUrl(contract.createParking, request.notify_url, caller, options.of(noticesOptions))

  return db.transaction(async tx => {
    const { subMchid, payee } = await actingFor(tx, caller, request.sub_mchid)
    if (!isEnrolled(caller, payee)) throw new ApiError(errors.NOT_ENROLLED)
    const now = clock.now()
    const { out_parking_no, plate_number, plate_color, notify_url, start_time, parking_name, free_duration } =
      request
    const parking: Parking = {
      id: newParkingId(now, random),
      mchid: caller.mchid,
      sub_mchid: subMchid,
      out_parking_no,
      plate_number,
      plate_color,
      notify_url,
      start_time,
      parking_name,
      free_duration,
      create_time: now,
      content_digest: contentDigest([
        subMchid,
        plate_number,
        plate_color,
        notify_url,
        parseTime(start_time),
        parking_name,
        free_duration,
      ]),
    }
    // From here on nobody changes the plate's service: a change is seen below, or sees this entry and reports itself.
    await lockPlate(tx, plate_number, plate_color)
    if (await insertParking(tx, parking)) return replyOf(tx, parking)
    const stored = await findParkingByOutNo(tx, caller.mchid, out_parking_no)
    if (stored?.content_digest !== parking.content_digest) throw new ApiError(errors.OUT_PARKING_NO_USED)
    return replyOf(tx, stored)
  })
}

async function replyOf(db: Statements, parking: Parking): Promise<ReplyOf<typeof contract.createParking>> {
  const { id, out_parking_no, plate_number, plate_color, start_time, parking_name, free_duration } = parking
  const entry = { id, out_parking_no, plate_number, plate_color, start_time, parking_name, free_duration }
  const { usability } = await findPlateService(db, plate_number, plate_color)
  if (usability === 'NORMAL') return { ...entry, state: 'NORMAL' }
  return { ...entry, state: 'BLOCKED', block_reason: usability }
}
