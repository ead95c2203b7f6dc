/**
 * The two clocks. Business time is what the service says (create_time, due work, arrears, the age of certificates); wall time
 * is for signatures and HTTP. Only this folder reads the machine's clock.
 */
export interface Clock {
  /** Business time in milliseconds since 1970. */
  now(): number
  /** Wall time in milliseconds since 1970. */
  wallNow(): number
}

/** Business time that is wall time. */
export const systemClock: Clock = { now: () => Date.now(), wallNow: () => Date.now() }
