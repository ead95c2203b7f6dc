import type { TradeState } from '../../../orders/order-state.ts'
import type { Statements, Transaction } from '../../../store/database.ts'
import type { PlateColor } from './plate.ts'

/** A parking entry as the table has it. */
export interface Parking {
  id: string
  mchid: string
  /** Empty in merchant mode. */
  sub_mchid: string
  out_parking_no: string
  plate_number: string
  plate_color: PlateColor
  notify_url: string
  /** As it was sent. */
  start_time: string
  parking_name: string
  /** Seconds. */
  free_duration: number
  /** Business time in milliseconds. */
  create_time: number
  content_digest: string
}

/** What the notices of an entry are about. */
export function parkingSubject({ id }: Pick<Parking, 'id'>): string {
  return `parking/${id}`
}

/** The entry under the merchant's own number. */
export function findParkingByOutNo(
  db: Statements,
  mchid: string,
  outParkingNo: string,
): Promise<Parking | undefined> {
  return db.get<Parking>(
    'SELECT * FROM parkings WHERE mchid = $1 AND out_parking_no = $2',
    mchid,
    outParkingNo,
  )
}

/** What a charge is checked against: the entry, the newest of its plate, and the order that holds it already. */
export interface ParkingToCharge
  extends Pick<
    Parking,
    'id' | 'sub_mchid' | 'plate_number' | 'plate_color' | 'parking_name' | 'start_time' | 'create_time'
  > {
  latest_parking_id: string
  /** State of the only order of this entry that is not a failed one; null when there is none. */
  charged_as: TradeState | null
}

/**
 * An entry of the merchant, for a charge. Until the transaction ends nobody else charges it or reports a change of it:
 * what becomes of its plate comes before the charge or is no matter of the stay any more.
 */
export function lockParkingToCharge(
  tx: Transaction,
  mchid: string,
  id: string,
): Promise<ParkingToCharge | undefined> {
  return tx.get<ParkingToCharge>(
    `SELECT p.id, p.sub_mchid, p.plate_number, p.plate_color, p.parking_name, p.start_time, p.create_time,
            l.parking_id AS latest_parking_id,
            (SELECT o.trade_state FROM parking_charges c
               JOIN orders o ON o.mchid = c.mchid AND o.out_trade_no = c.out_trade_no
              WHERE c.parking_id = p.id AND c.failed = 0) AS charged_as
       FROM parkings p
       JOIN latest_parkings l ON l.plate_number = p.plate_number AND l.plate_color = p.plate_color
      WHERE p.id = $1 AND p.mchid = $2 ${tx.forUpdate}`,
    id,
    mchid,
  )
}

/** Writes an entry and makes it the newest of its plate. Answers false when the merchant's number is taken. */
export async function insertParking(tx: Statements, parking: Parking): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO parkings (id, mchid, sub_mchid, out_parking_no, plate_number, plate_color, notify_url, start_time,
                           parking_name, free_duration, create_time, content_digest)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
    parking.id,
    parking.mchid,
    parking.sub_mchid,
    parking.out_parking_no,
    parking.plate_number,
    parking.plate_color,
    parking.notify_url,
    parking.start_time,
    parking.parking_name,
    parking.free_duration,
    parking.create_time,
    parking.content_digest,
  )
  if (inserted === 0) return false
  await tx.run(
    `INSERT INTO latest_parkings (plate_number, plate_color, parking_id) VALUES ($1, $2, $3)
     ON CONFLICT (plate_number, plate_color) DO UPDATE SET parking_id = excluded.parking_id`,
    parking.plate_number,
    parking.plate_color,
    parking.id,
  )
  return true
}

/** An entry that can still be charged, with what was reported to its merchant since. */
export interface OpenStay extends Parking {
  state_changes: number
  /** Business time of the last change in milliseconds; 0 when there was none. */
  state_update_time: number
}

/**
 * The newest entry of a plate, if it was made since `madeSince` and is not charged; an order that failed leaves it open.
 * The plate is locked already, so its newest entry stays the newest. It is not charged until the transaction ends.
 */
export async function lockOpenStay(
  tx: Transaction,
  plateNumber: string,
  plateColor: string,
  madeSince: number,
): Promise<OpenStay | undefined> {
  const stay = await tx.get<OpenStay>(
    `SELECT p.* FROM parkings p JOIN latest_parkings l ON l.parking_id = p.id
      WHERE l.plate_number = $1 AND l.plate_color = $2 AND p.create_time >= $3 ${tx.forUpdate}`,
    plateNumber,
    plateColor,
    madeSince,
  )
  if (!stay) return undefined
  // A statement of its own: it sees the charge that held the lock until now.
  const charged = await tx.get(
    'SELECT out_trade_no FROM parking_charges WHERE parking_id = $1 AND failed = 0',
    stay.id,
  )
  return charged ? undefined : stay
}

/** Writes that one change more is reported to the merchant. */
export async function countStateChange(tx: Transaction, id: string, updatedAt: number): Promise<void> {
  await tx.run(
    'UPDATE parkings SET state_changes = state_changes + 1, state_update_time = $1 WHERE id = $2',
    updatedAt,
    id,
  )
}
