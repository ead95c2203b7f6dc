import { Allowance } from '../clock/allowance.ts'
import type { Clock } from '../clock/clock.ts'
import { type Injections, NO_INJECTIONS } from '../faults/faults.ts'
import type { ValuesOf } from '../options/options.ts'
import type { Database, SqlValue, Transaction } from '../store/database.ts'
import { faultsIn, headOf, numbersIn, startOfBytes, startOfNames, storable } from './call-texts.ts'
import type { recentCallsOptions } from './options.ts'

/** Calls without a right signature that are kept besides those with one. */
const MAX_UNVERIFIED = 1_000
/**
 * How many calls of each kind are kept at once when few came for a while, and how many a second after that: under load some are
 * kept of all times, and among many successes all of the few refusals. Those without a right signature are nobody's.
 */
const ALLOWED = {
  success: { burst: 1_000, perSecond: 20 },
  refusal: { burst: 1_000, perSecond: 20 },
  unverified: { burst: 50, perSecond: 10 },
} as const
type Kind = keyof typeof ALLOWED

/** How long a call waits for others to be written with it, and how long all wait after a write that failed. */
export const WRITE_EVERY_MS = 1_000
const FAILURE_SLEEP_MS = 10_000
/** Calls that are written at once, which holds up the event loop for a few milliseconds. */
const BATCH = 256
/** What may wait to be written. The oldest give way, so that a store that is slow or gone costs no memory. */
const MAX_WAITING = 1_000
const MAX_WAITING_BYTES = 8 * 1024 * 1024
/** What a call counts beside its bodies: its headers are a little more at the most. */
const CALL_BYTES = 4 * 1024
/** Calls of this node between two deletions of what is too old. */
const DELETE_EVERY = 1_000

/** A call that was answered. Times in milliseconds. */
export interface AnsweredCall {
  request_id: string
  is_verified: boolean
  wall_time: number
  business_time: number
  duration_ms: number
  op: string | null
  mchid: string | null
  /** Null when nothing was to be sent. */
  status: number | null
  code: string | null
  /** Those of the request, once they were read. */
  fields: Readonly<Record<string, unknown>> | undefined
  injected: Injections
  /** JSON pointers. */
  unknown_fields: readonly string[] | undefined
  method: string
  target: string
  /** Names and values in turn, as they came. */
  raw_headers: readonly string[]
  request_body: Buffer
  /** Null for a file and when nothing was sent. */
  reply_body: Buffer | null
  reply_length: number | null
  signed_by: string | null
}

/** A row of `recent_calls`. */
export interface RecentCall {
  wall_time_us: number
  request_id: string
  is_verified: number
  business_time: number
  duration_ms: number
  op: string | null
  mchid: string | null
  status: number | null
  code: string | null
  numbers: string | null
  faults: string | null
  unknown_fields: string | null
  request: string
  request_length: number
  reply: string | null
  reply_length: number | null
  signed_by: string | null
}

/** A call that waits to be written, of whose bodies only what is kept is still there. */
interface Waiting {
  call: AnsweredCall
  wall_time_us: number
  request_length: number
  bytes: number
}

/**
 * Keeps the newest calls of all nodes in the store. Calls wait in memory for the next write, so that none waits for the store,
 * a call costs little, and reading calls still write nothing of their own: a node that is killed loses those of its last second.
 */
export class RecentCalls {
  readonly #db: Database
  readonly #onError: (error: unknown) => void
  readonly #kept: number
  readonly #bodyBytes: number
  readonly #allowances: Readonly<Record<Kind, Allowance>>
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #millisecond = 0
  #inMillisecond = 0
  /** Writes come one after the other. */
  #last: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #started = false
  /** Whether a full batch need not wait for the timer. */
  #mayHurry = true
  #sinceDeletion = DELETE_EVERY

  constructor(
    db: Database,
    clock: Pick<Clock, 'wallNow'>,
    { recentCalls, recentCallBytes }: ValuesOf<typeof recentCallsOptions>,
    onError: (error: unknown) => void,
  ) {
    this.#db = db
    this.#onError = onError
    this.#kept = recentCalls
    this.#bodyBytes = recentCallBytes
    const allowance = (kind: Kind) => new Allowance(clock, ALLOWED[kind].burst, ALLOWED[kind].perSecond)
    this.#allowances = {
      ...{ success: allowance('success'), refusal: allowance('refusal') },
      unverified: allowance('unverified'),
    }
  }

  /** Whether a call is to be noted, which then counts; `status` is undefined when nothing was sent. */
  admits(isVerified: boolean, status: number | undefined): boolean {
    if (this.#kept === 0) return false
    const kind = !isVerified ? 'unverified' : status === undefined || status >= 400 ? 'refusal' : 'success'
    const allowance = this.#allowances[kind]
    if (!allowance.isLeft) return false
    allowance.take()
    return true
  }

  /** Keeps a call that was admitted. It is written with others. */
  note(call: AnsweredCall): void {
    const request_length = call.request_body.length
    // Of a usual call everything stays as it came until it is written, when the processor has nothing else in its caches.
    if (request_length > this.#bodyBytes) shorten(call, this.#bodyBytes)
    if (call.reply_body) call.reply_body = startOfBytes(call.reply_body, this.#bodyBytes)
    const bytes = CALL_BYTES + call.request_body.length + (call.reply_body?.length ?? 0)
    const wall_time_us = this.#momentOf(call.wall_time)
    this.#waiting.push({ call, wall_time_us, request_length, bytes })
    this.#waitingBytes += bytes
    this.#dropOldest()
    if (!this.#started) return
    if (this.#waiting.length >= BATCH && this.#mayHurry) void this.#writeNow()
    else this.#timer ??= setTimeout(() => this.#writeNow(), WRITE_EVERY_MS)
  }

  /** Writes by itself from now on. */
  start(): void {
    this.#started = true
    if (this.#waiting.length > 0) void this.#writeNow()
  }

  /** Writes what was noted until now. Where that fails it is tried again later, and this ends all the same. */
  flush(): Promise<void> {
    return this.#writeNow()
  }

  /** Writes the last calls; what is noted afterwards is lost. */
  async stop(): Promise<void> {
    this.#started = false
    await this.#writeNow()
    clearTimeout(this.#timer)
  }

  /** Calls of this node that came one after the other keep their order, also within a millisecond. */
  #momentOf(wallTime: number): number {
    this.#inMillisecond = wallTime === this.#millisecond ? Math.min(this.#inMillisecond + 1, 999) : 0
    this.#millisecond = wallTime
    return wallTime * 1000 + this.#inMillisecond
  }

  #dropOldest(): void {
    while (this.#waiting.length > MAX_WAITING || this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#waitingBytes -= this.#waiting.shift()?.bytes ?? 0
    }
  }

  #writeNow(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#mayHurry = false
    this.#last = this.#last.then(() => this.#write())
    return this.#last
  }

  async #write(): Promise<void> {
    let wait = WRITE_EVERY_MS
    if (this.#waiting.length === 0) {
      this.#mayHurry = true
      return
    }
    try {
      // No more than there are now: callers may add calls for ever.
      for (let left = this.#waiting.length; left > 0; left -= BATCH)
        await this.#writeBatch(Math.min(left, BATCH))
      if (this.#sinceDeletion >= DELETE_EVERY) await this.#deleteOld()
    } catch (error) {
      this.#onError(error)
      wait = FAILURE_SLEEP_MS
    }
    this.#mayHurry = wait === WRITE_EVERY_MS
    if (!this.#started || this.#waiting.length === 0) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#writeNow(), wait)
  }

  /** Writes the oldest calls; when that fails they wait again, before all others. */
  async #writeBatch(size: number): Promise<void> {
    const batch = this.#waiting.splice(0, size)
    const bytes = batch.reduce((sum, call) => sum + call.bytes, 0)
    this.#waitingBytes -= bytes
    try {
      await this.#db.transaction(tx => insert(tx, batch.map(rowOf)))
      this.#sinceDeletion += size
    } catch (error) {
      this.#waiting.unshift(...batch)
      this.#waitingBytes += bytes
      this.#dropOldest()
      throw error
    }
  }

  async #deleteOld(): Promise<void> {
    this.#sinceDeletion = 0
    for (const [isVerified, kept] of [
      [1, this.#kept],
      [0, Math.min(this.#kept, MAX_UNVERIFIED)],
    ] as const) {
      const oldest = await this.#db.get<Pick<RecentCall, 'wall_time_us' | 'request_id'>>(
        `SELECT wall_time_us, request_id FROM recent_calls WHERE is_verified = $1
          ORDER BY wall_time_us DESC, request_id DESC LIMIT 1 OFFSET $2`,
        isVerified,
        kept,
      )
      if (!oldest) continue
      await this.#db.run(
        'DELETE FROM recent_calls WHERE is_verified = $1 AND (wall_time_us, request_id) <= ($2, $3)',
        isVerified,
        oldest.wall_time_us,
        oldest.request_id,
      )
    }
  }
}

/** Lets go of all of a large request that is not kept. */
function shorten(call: AnsweredCall, bodyBytes: number): void {
  call.request_body = startOfBytes(call.request_body, bodyBytes)
  call.fields = call.fields && numbersIn(call.fields)
  call.unknown_fields = call.unknown_fields && startOfNames(call.unknown_fields)
}

const COLUMNS = [
  'wall_time_us',
  'request_id',
  'is_verified',
  'business_time',
  'duration_ms',
  'op',
  'mchid',
  'status',
  'code',
  'numbers',
  'faults',
  'unknown_fields',
  'request',
  'request_length',
  'reply',
  'reply_length',
  'signed_by',
] as const satisfies readonly (keyof RecentCall)[]

/** The values of a call in the order of the columns; its texts are made here, because many calls are dropped before. */
function rowOf({ call, wall_time_us, request_length }: Waiting): SqlValue[] {
  return [
    wall_time_us,
    call.request_id,
    call.is_verified ? 1 : 0,
    call.business_time,
    call.duration_ms,
    call.op,
    call.mchid,
    call.status,
    call.code,
    call.fields ? JSON.stringify(numbersIn(call.fields)) : null,
    call.injected === NO_INJECTIONS ? null : faultsIn(call.injected),
    call.unknown_fields ? JSON.stringify(startOfNames(call.unknown_fields)) : null,
    storable(headOf(call.method, call.target, call.raw_headers) + call.request_body.toString()),
    request_length,
    call.reply_body && storable(call.reply_body.toString()),
    call.reply_length,
    call.signed_by,
  ]
}

/** Rows of one statement: few different ones, because each text is prepared once and remembered. */
const ROWS_AT_ONCE = [32, 8, 1] as const
const STATEMENTS = new Map<number, string>()

async function insert(tx: Transaction, rows: readonly SqlValue[][]): Promise<void> {
  let done = 0
  for (const size of ROWS_AT_ONCE) {
    for (; rows.length - done >= size; done += size)
      await tx.run(statementOf(size), ...rows.slice(done, done + size).flat())
  }
}

function statementOf(rows: number): string {
  const known = STATEMENTS.get(rows)
  if (known) return known
  const places = Array.from(
    { length: rows },
    (_, row) => `(${COLUMNS.map((_, column) => `$${row * COLUMNS.length + column + 1}`).join(', ')})`,
  )
  // A write whose outcome was not known is repeated.
  const text = `INSERT INTO recent_calls (${COLUMNS.join(', ')}) VALUES ${places.join(', ')} ON CONFLICT DO NOTHING`
  STATEMENTS.set(rows, text)
  return text
}
