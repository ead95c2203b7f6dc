import type { Operation } from '../contract/operation.ts'
import type { Merchant } from '../merchants/merchants.ts'
import type { ValuesOf } from '../options/options.ts'
import { ApiError } from '../protocol/errors.ts'
import { general } from '../protocol/general-errors.ts'
import { callCounter } from './call-counter.ts'
import type { Exchange } from './exchange.ts'
import type { callOptions } from './options.ts'

/** Holds callers to the limits of each operation, in seconds of wall time and on this node. */
export interface CallLimits {
  /** Counts a call. Throws what the operation refuses calls with that are too many. */
  requirePass(operation: Operation, caller: Pick<Merchant, 'mchid'>, now: number): void
  /** Counts a call that was handled and refused. */
  noteRefusal(operation: Operation, exchange: Pick<Exchange, 'caller' | 'startedAt'>, error: unknown): void
}

const NO_LIMITS: { perSecond?: number; refusedPerSecond?: number } = {}

/** The platform's own limit of calls of one operation by one merchant, and those that are published for some operations. */
export function callLimits({
  rateLimit,
  publishedLimits,
}: Pick<ValuesOf<typeof callOptions>, 'rateLimit' | 'publishedLimits'>): CallLimits {
  const calls = callCounter()
  const refusals = callCounter()
  return {
    requirePass({ id, limits }, { mchid }, now) {
      const key = `${mchid}/${id}`
      const { perSecond, refusedPerSecond } = (publishedLimits === 'on' && limits) || NO_LIMITS
      const isOver = calls.count(key, now) > Math.min(rateLimit, perSecond ?? rateLimit)
      const isRefusedTooOften =
        refusedPerSecond !== undefined && refusals.counted(key, now) >= refusedPerSecond
      if (isOver || isRefusedTooOften) throw new ApiError(limits?.exceeded ?? general.RATELIMIT_EXCEEDED)
    },
    noteRefusal({ id, limits }, { caller, startedAt }, error) {
      if (limits?.refusedPerSecond === undefined || !(error instanceof ApiError)) return
      // What was over a limit was not handled, and a fault on purpose is no more a refusal than any other.
      if (error.entry === limits.exceeded || error.entry === general.SYSTEM_ERROR) return
      refusals.count(`${caller?.mchid}/${id}`, startedAt)
    },
  }
}
