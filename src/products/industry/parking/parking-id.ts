import { type Random, randomDigits } from '../../../protocol/ids.ts'
import { formatDate } from '../../../protocol/time.ts'

/** Parking entry id (停车入场ID): 29 digits with the Beijing date in them, as real ones have. */
export function newParkingId(nowMs: number, random: Random): string {
  return `01${randomDigits(9, random)}${formatDate(nowMs)}${randomDigits(10, random)}`
}
