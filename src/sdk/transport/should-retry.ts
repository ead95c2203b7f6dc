import type { CallRules } from './operations.ts'

/**
 * How one attempt ended: without a reply, at a host that nothing can be sent to before somebody fixes its TLS certificate
 * or its address, with a reply that cannot be believed, or with this HTTP status.
 */
export type AttemptEnd = 'no_reply' | 'untrusted' | 'forged' | number

/** What to do after an attempt. */
export type Decision = 'stop' | 'repeat' | 'repeat_elsewhere'

/** The access layer answered in place of the service, so another access point may do better. */
const UNAVAILABLE: readonly AttemptEnd[] = [502, 503]
const UNFINISHED: readonly AttemptEnd[] = [202, 500]

/**
 * Whether an attempt is repeated, and where. Pure: everything that the decision depends on is an argument.
 *
 * Every repetition carries the same bytes. There is no idempotency header in APIv3; the business numbers in those bytes
 * (`out_trade_no`, `out_refund_no`) are what makes a repeated call the same call, so repeating is safe where the
 * documents ask for it and only there. The number of attempts is bounded by `retries`.
 */
export function shouldRetry(
  call: Pick<CallRules, 'method' | 'movesMoney'>,
  end: AttemptEnd,
  attempt: number,
  retries: number,
): Decision {
  if (attempt > retries) return 'stop'
  // The documents' rule for silence: the same numbers again, from another host if there is one, because the way to
  // this one may be what is broken.
  if (end === 'no_reply' || UNAVAILABLE.includes(end)) return 'repeat_elsewhere'
  // No repetition helps here, so this host is called no more; another one has a certificate and a port of its own.
  if (end === 'untrusted') return 'repeat_elsewhere'
  // 202 says "not finished, ask again with the same parameters", and the remedy of every page for 500 is the same.
  if (UNFINISHED.includes(end)) return 'repeat'
  // The limit of a query is waited for. What moves money is reported instead: it was perhaps not the first attempt,
  // somebody waits for it, and the documents ask to query before money is moved again.
  if (end === 429) return call.movesMoney ? 'stop' : 'repeat'
  // A reply whose signature is wrong says nothing, so a call that only reads is made again. Another is not: it was
  // received, and probably carried out, by whoever answered. Its repetition would be judged by a state that we do not
  // know ("this was charged already"), and that refusal could be taken for the outcome of the call. The
  // documents say: unknown, query.
  if (end === 'forged') return call.method === 'GET' ? 'repeat' : 'stop'
  // 401 needs new keys or a right clock, the other 4xx another request; the same bytes would be refused again.
  return 'stop'
}

/** The longest pause between two attempts, in milliseconds. */
const MAX_PAUSE_MS = 5_000

/**
 * The pause before the next attempt, in milliseconds: doubled after each attempt, and drawn from the upper half so that
 * many clients that failed together do not come back together. `draw` is from 0 to below 1.
 */
export function pauseBefore(attempt: number, firstPauseMs: number, draw: number): number {
  const longest = Math.min(MAX_PAUSE_MS, firstPauseMs * 2 ** (attempt - 1))
  return longest * (0.5 + draw / 2)
}
