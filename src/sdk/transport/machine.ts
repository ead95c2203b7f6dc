import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'

/** What the SDK takes from the machine. Only this file reads the clock, randomness and timers; tests give their own. */
export interface Machine {
  /** Wall time in milliseconds since 1970: signatures and certificates know no other. */
  wallNow(): number
  random(size: number): Uint8Array
  pause(milliseconds: number): Promise<void>
}

export const machine: Machine = {
  wallNow: () => Date.now(),
  random: size => randomBytes(size),
  pause: milliseconds => setTimeout(milliseconds),
}
