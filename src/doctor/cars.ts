import type { AdminReply } from '../admin-client/admin-client.ts'
import { type Random, randomDigits } from '../protocol/ids.ts'
import type { AdminChange, Administration } from './administration.ts'
import type { Car } from './gate.ts'

// What the administration says of cars and their stays, and how the doctor changes it.

/** An entry of a car, with its notices and the orders that charge it. */
export type Entry = AdminReply<'getParking'>

/** A car with a blue plate that nobody has opened. */
export function newCar(random: Random): Car {
  // No city of Guangdong has the letter Z: those plates are for cars of Hong Kong and Macau, which are black.
  return { plate_number: `粤Z${randomDigits(5, random)}`, plate_color: 'BLUE' }
}

/** Lets a payer open the service for a car. */
export function openFor(admin: Administration, car: Car, payer_id: string): Promise<unknown> {
  return admin.call('putPlate', { ...car, payer_id })
}

/** What takes the service of a car away again. */
export function removalOf(car: Car): AdminChange<'deletePlate'> {
  return { call: 'deletePlate', request: car }
}

export function pause(admin: Administration, car: Car): Promise<unknown> {
  return admin.call('putPlate', { ...car, service_state: 'PAUSE' })
}

export function resume(admin: Administration, car: Car): Promise<unknown> {
  return admin.call('putPlate', { ...car, service_state: 'NORMAL' })
}

/** The newest entry of a car with a merchant. */
export async function newestEntry(
  admin: Administration,
  mchid: string,
  car: Car,
): Promise<Entry | undefined> {
  const { plate_number, plate_color } = car
  const { data } = await admin.call('listParkings', { plate_number, plate_color, mchid, limit: 1 })
  return data[0] && admin.call('getParking', { id: data[0].id })
}

/** Whether a notice says that the stay of a car cannot be charged. */
export function isBlocked({ resource }: AdminReply<'getNotice'>): boolean {
  return resource.parking_state === 'BLOCKED'
}
