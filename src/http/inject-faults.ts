import { setTimeout } from 'node:timers/promises'
import type { Operation } from '../contract/operation.ts'
import type { Injections } from '../faults/faults.ts'
import { ApiError } from '../protocol/errors.ts'
import { general } from '../protocol/general-errors.ts'

/** The connection of a call is reset, and nothing was done. */
export class ConnectionReset extends Error {
  override readonly name = 'ConnectionReset'
}

/**
 * Answers a call with the faults that are injected into it, in the order of a call's life: it waits, is cut off, is refused, is done, and fails
 * after that. What is done is on disk when `work` answers.
 */
export async function injectFaults<T>(
  injected: Injections,
  { limits }: Pick<Operation, 'limits'>,
  pause: (ms: number) => Promise<void>,
  work: () => Promise<T>,
): Promise<T> {
  if (injected.LATENCY) await pause(injected.LATENCY.delay_ms)
  if (injected.CONNECTION_RESET) throw new ConnectionReset()
  if (injected.RATE_LIMITED) throw new ApiError(limits?.exceeded ?? general.RATELIMIT_EXCEEDED)
  if (injected.ERROR_BEFORE_COMMIT) throw new ApiError(general.SYSTEM_ERROR)
  if (!injected.ERROR_AFTER_COMMIT) return work()
  // A refusal is hidden too; an error of ours is not.
  await work().catch(error => {
    if (!(error instanceof ApiError)) throw error
  })
  throw new ApiError(general.SYSTEM_ERROR)
}

/** Waits for so many milliseconds of wall time, or until the signal says that nobody waits for them any more. */
export type Wait = (ms: number, early: AbortSignal) => Promise<void>

const byTimer: Wait = (ms, early) => setTimeout(ms, undefined, { signal: early }).catch(() => {})

/** Pauses that end early when nobody waits for their time any more. */
export interface Pauses {
  /** Wall time, in milliseconds. */
  pause(ms: number): Promise<void>
  /** Ends those under way; those that come later do not wait. */
  end(): void
}

export function pauses(wait: Wait = byTimer): Pauses {
  const ending = new AbortController()
  return { pause: ms => wait(ms, ending.signal), end: () => ending.abort() }
}
