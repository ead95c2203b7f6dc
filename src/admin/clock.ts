import { ClockError } from '../clock/clock-error.ts'
import { ClockStore } from '../clock/clock-store.ts'
import { type ClockMove, findMove, type MoveRequest, moveClock } from '../clock/moves.ts'
import { formatTimeMs, parseTime } from '../protocol/time.ts'
import * as contract from './clock.contract.ts'
import { type AdminContext, adminEndpoint } from './operation.ts'
import { conflict, invalidFields, notFound } from './problems.ts'
import { shown } from './show.ts'

export const clock = [
  adminEndpoint(contract.getClock, async (_request, context) => clockOf(context)),
  adminEndpoint(contract.putClock, async ({ mode }, context) => {
    const { control } = context.scheduler
    if (mode !== clockOf(context).mode) await asConflict(mode === 'FROZEN' ? control.freeze() : control.run())
    return clockOf(context)
  }),
  adminEndpoint(contract.putClockMove, async ({ move_id, to, step_ms }, { platform, scheduler }) => {
    if ((to === undefined) === (step_ms === undefined))
      throw invalidFields({ field: 'to', issue: 'or step_ms must be given, and not both' })
    const target = to === undefined ? { step_ms: step_ms ?? 0 } : { to: parseTime(to) ?? 0 }
    const request: MoveRequest = { move_id, ...target }
    const before = await findMove(platform.db, move_id)
    const move = await asConflict(moveClock(platform, scheduler, request))
    return { ...moveOf(move), repeated: before?.finished === true }
  }),
  adminEndpoint(contract.getClockMove, async ({ move_id }, { platform }) => {
    const move = await findMove(platform.db, move_id)
    if (!move) throw notFound('move', move_id)
    return moveOf(move)
  }),
  adminEndpoint(contract.putDueWork, async (_request, { platform, scheduler }) => {
    const done = await scheduler.runDue()
    return { business_time: formatTimeMs(platform.clock.now()), done }
  }),
]

function clockOf({ platform: { clock }, scheduler: { control } }: AdminContext) {
  // Wall time goes on between two looks at it, and that would be taken for an offset.
  const { now: business_time, wallNow: wall_time } =
    control instanceof ClockStore ? control.clock.look() : { now: clock.now(), wallNow: clock.wallNow() }
  const mode = control.state().frozen_at === null ? ('REAL' as const) : ('FROZEN' as const)
  const times = { mode, business_time, wall_time, offset_ms: business_time - wall_time }
  return shown(times, ['business_time', 'wall_time'])
}

function moveOf(move: ClockMove) {
  return shown(move, ['from_time', 'to_time'])
}

/** A clock that refuses says why. */
async function asConflict<T>(change: Promise<T>): Promise<T> {
  try {
    return await change
  } catch (error) {
    throw error instanceof ClockError ? conflict(`${error.message}.`) : error
  }
}
