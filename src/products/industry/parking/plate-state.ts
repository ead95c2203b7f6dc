/** Whether a payer has opened the service for a plate: in service, paused by the payer, or not opened. */
export type PlateState = 'NORMAL' | 'PAUSE' | 'OUT_SERVICE'

/** What a payer does with a plate. */
export type PlateEvent = 'open' | 'pause' | 'resume' | 'remove'

/**
 * Every event leads back to its own result, so that it can be repeated. What the payer has paused stays paused when it is
 * opened again: the service is open, and to resume it is a wish of its own.
 */
const NEXT: Record<PlateState, Partial<Record<PlateEvent, PlateState>>> = {
  OUT_SERVICE: { open: 'NORMAL', remove: 'OUT_SERVICE' },
  NORMAL: { open: 'NORMAL', pause: 'PAUSE', resume: 'NORMAL', remove: 'OUT_SERVICE' },
  PAUSE: { open: 'PAUSE', pause: 'PAUSE', resume: 'NORMAL', remove: 'OUT_SERVICE' },
}

/** The state after an event; `undefined` when the event cannot happen: nobody pauses what was not opened. */
export function nextPlateState(state: PlateState, event: PlateEvent): PlateState | undefined {
  return NEXT[state][event]
}
