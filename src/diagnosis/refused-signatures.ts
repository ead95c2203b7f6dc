import { setImmediate as nextTurn } from 'node:timers/promises'
import { Allowance } from '../clock/allowance.ts'
import type { Clock } from '../clock/clock.ts'
import type { Database } from '../store/database.ts'
import type { RefusedRequest } from './finding.ts'

/** Rows that are kept, the newest ones. */
export const MAX_KEPT = 1_000
/** How many are explained at once when none was for a while, and how many a second go on being explained. */
const BURST = 50
const EACH_SECOND = 10
/** What may wait to be explained, in bytes; one that is larger is explained when nothing else waits. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024
/** What a request counts beside its body: target and headers have no more. */
const HEAD_BYTES = 16 * 1024

/** A row of `refused_signatures`. */
export interface RefusedSignature {
  request_id: string
  wall_time: number
  business_time: number
  op: string
  error: string
  method: string
  target: string
  authorization_header: string
  mchid: string
  serial_no: string
  timestamp: string
  nonce_str: string
  body: string | null
  body_length: number | null
  cause: string
  causes: string
  explanation: string
  signed_message: string | null
  first_difference: number | null
  signed_digest: string | null
  signed_by: string | null
}

/**
 * Explains refused signatures and keeps the explanations, after their callers have had their answers, which are the same
 * whatever was found. What comes faster than it may be explained is counted and no more, so that nobody can keep the
 * platform busy by wrong signatures.
 */
export class RefusedSignatures {
  readonly #db: Database
  readonly #allowance: Allowance
  readonly #onError: (error: unknown) => void
  #last: Promise<void> = Promise.resolve()
  #waitingBytes = 0

  constructor(db: Database, clock: Pick<Clock, 'wallNow'>, onError: (error: unknown) => void) {
    this.#db = db
    this.#allowance = new Allowance(clock, BURST, EACH_SECOND)
    this.#onError = onError
  }

  /** Answers whether this one is explained; it goes on by itself. */
  note(request: RefusedRequest): boolean {
    const bytes = HEAD_BYTES + (request.body?.length ?? 0)
    const isTooMuch = this.#waitingBytes > 0 && this.#waitingBytes + bytes > MAX_WAITING_BYTES
    if (!this.#allowance.isLeft || isTooMuch) return false
    this.#allowance.take()
    this.#waitingBytes += bytes
    // One after the other, so that never more than one is on the way of other work.
    this.#last = this.#last
      .then(() => this.#keep(request))
      .catch(this.#onError)
      .then(() => {
        this.#waitingBytes -= bytes
      })
    return true
  }

  /** Waits until everything that was noted is kept. */
  settled(): Promise<void> {
    return this.#last
  }

  async #keep(request: RefusedRequest): Promise<void> {
    // The answer goes out first.
    await nextTurn()
    // Loaded here, because nobody waits for it: a start does without.
    const { explainedRow } = await import('./explained-row.ts')
    const row = await explainedRow(this.#db, request)
    const columns = Object.keys(row)
    await this.#db.transaction(async tx => {
      await tx.run(
        `INSERT INTO refused_signatures (${columns.join(', ')})
         VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')}) ON CONFLICT DO NOTHING`,
        ...Object.values(row),
      )
      const oldest = await tx.get<{ wall_time: number; request_id: string }>(
        `SELECT wall_time, request_id FROM refused_signatures
          ORDER BY wall_time DESC, request_id DESC LIMIT 1 OFFSET ${MAX_KEPT}`,
      )
      if (!oldest) return
      await tx.run(
        'DELETE FROM refused_signatures WHERE (wall_time, request_id) <= ($1, $2)',
        oldest.wall_time,
        oldest.request_id,
      )
    })
  }
}
