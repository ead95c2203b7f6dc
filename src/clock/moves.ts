import type { Database, Statements, Transaction } from '../store/database.ts'
import { ClockError } from './clock-error.ts'
import type { JobCounts, Scheduler } from './scheduler.ts'

/** The longest move, in milliseconds. */
export const LONGEST_MOVE_MS = 366 * 24 * 60 * 60 * 1000

/** A move as it is asked for: to an instant, or by a step, in milliseconds of business time. */
export type MoveRequest = { move_id: string } & ({ to: number } | { step_ms: number })

/** A move of business time. Times in milliseconds. */
export interface ClockMove {
  move_id: string
  from_time: number
  to_time: number
  /** False while it is under way, and after it was interrupted. */
  finished: boolean
  /** How many pieces of each job it has done; undefined until it is finished. */
  done: JobCounts | undefined
}

/**
 * Moves business time forward and answers when all that falls due by then is done. It can be repeated: the target is
 * decided once, and the same `move_id` goes on with an interrupted move or answers a finished one.
 *
 * Moves come one after the other, on all nodes: one that was interrupted is brought to its end before another begins.
 * Throws a {@link ClockError} when the target is in the past or more than 366 days away, when the `move_id` has
 * another target, and as {@link Scheduler.moveTo} does.
 */
export async function moveClock(
  { db }: { db: Database },
  scheduler: Scheduler,
  request: MoveRequest,
): Promise<ClockMove> {
  for (;;) {
    const move = await db.transaction(tx => begin(tx, scheduler, request))
    if (move.finished) return move
    await scheduler.inTurn(moveTo => finish(db, moveTo, move))
  }
}

/** Brings a move to its end, unless that was done while it waited for its turn. */
async function finish(
  db: Database,
  moveTo: (target: number) => Promise<JobCounts>,
  { move_id }: ClockMove,
): Promise<void> {
  const move = await findMove(db, move_id)
  if (!move) throw new ClockError('SANDBOX_CHANGED')
  if (move.finished) return
  const done = await moveTo(move.to_time)
  // Of two nodes that bring one move to its end, the first writes down what was done.
  await db.run(
    'UPDATE clock_moves SET finished = 1, done = $1 WHERE move_id = $2 AND finished = 0',
    JSON.stringify(done),
    move_id,
  )
}

/** The move of this name; undefined when there is none. */
export async function findMove(db: Statements, moveId: string): Promise<ClockMove | undefined> {
  return moveOf(await db.get<MoveRow>(`${SELECT_MOVE} WHERE move_id = $1`, moveId))
}

interface MoveRow {
  move_id: string
  from_time: number
  to_time: number
  finished: number
  done: string
}

const SELECT_MOVE = 'SELECT move_id, from_time, to_time, finished, done FROM clock_moves'

function moveOf(row: MoveRow | undefined): ClockMove | undefined {
  if (!row) return undefined
  return { ...row, finished: row.finished === 1, done: row.done === '' ? undefined : JSON.parse(row.done) }
}

/** The move that is to be made now: the one that is asked for, or an unfinished one before it. */
async function begin(tx: Transaction, { control }: Scheduler, request: MoveRequest): Promise<ClockMove> {
  const { move_id } = request
  const now = await control.lock(tx)
  const known = await findMove(tx, move_id)
  if (known) {
    const target = 'to' in request ? request.to : known.from_time + request.step_ms
    if (target !== known.to_time) throw new ClockError('OTHER_TARGET')
    return known
  }
  const unfinished = moveOf(await tx.get<MoveRow>(`${SELECT_MOVE} WHERE finished = 0`))
  if (unfinished) return unfinished
  const to_time = 'to' in request ? request.to : now + request.step_ms
  if (to_time < now) throw new ClockError('GOES_BACK')
  if (to_time - now > LONGEST_MOVE_MS) throw new ClockError('TOO_FAR')
  await tx.run(
    'INSERT INTO clock_moves (move_id, from_time, to_time) VALUES ($1, $2, $3)',
    move_id,
    now,
    to_time,
  )
  return { move_id, from_time: now, to_time, finished: false, done: undefined }
}
