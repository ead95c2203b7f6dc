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

/** The clocks of the host. */
export interface HostClock {
  /** Wall time in milliseconds since 1970. Whoever sets the host's clock may set it back. */
  wallNow(): number
  /** Milliseconds since some instant, which nobody sets back. */
  elapsed(): number
}

export const hostClock: HostClock = { wallNow: () => Date.now(), elapsed: () => performance.now() }
