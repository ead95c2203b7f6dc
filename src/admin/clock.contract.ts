import * as Type from '../contract/schema.ts'
import { count, flag, id, integer, oneOf, repeated, time } from './fields.ts'
import { adminOperation } from './operation.ts'

/** Any longer step is refused as too far in any case. */
const MAX_STEP_MS = 366 * 24 * 60 * 60 * 1000

const clock = Type.Object({
  mode: oneOf('REAL runs with wall time, FROZEN stands still until it is moved', ['REAL', 'FROZEN'] as const),
  business_time: time('What the business says it is'),
  wall_time: time('Of signatures and HTTP'),
  offset_ms: Type.Integer({ description: 'Business time less wall time' }),
})

const done = Type.Unsafe<Record<string, number>>({
  type: 'object',
  description: 'How many pieces of each job were done, by its name',
  additionalProperties: count('Pieces that were done'),
})
const moveId = id('The name of this move')

const move = {
  move_id: moveId,
  from_time: time('Where it began'),
  to_time: time('Where it leads'),
  finished: flag('False when it came only part of the way; the same PUT goes on'),
  done: Type.Optional(done),
}

export const getClock = adminOperation({
  name: 'getClock',
  method: 'GET',
  path: '/admin/v1/clock',
  title: 'Business time',
  request: Type.Object({}),
  reply: clock,
  problems: [],
})

export const putClock = adminOperation({
  name: 'putClock',
  method: 'PUT',
  path: '/admin/v1/clock',
  title: 'Freezes business time, or lets it run on from where it is',
  request: Type.Object({ mode: clock.properties.mode }),
  reply: clock,
  problems: ['CONFLICT'],
})

export const putClockMove = adminOperation({
  name: 'putClockMove',
  method: 'PUT',
  path: '/admin/v1/clock/moves/{move_id}',
  title: 'Moves business time forward and answers when everything due on the way is done',
  description:
    'Give either `to` or `step_ms`. At most 366 days at once, never back. The target is fixed by the first request of a ' +
    'name: repeated, it goes on from where it came, or answers what it did. It does not wait for work that callers add meanwhile.',
  request: Type.Object({
    move_id: moveId,
    to: Type.Optional(time('The instant')),
    step_ms: Type.Optional(integer('How far, in milliseconds; at most 366 days', 1, MAX_STEP_MS)),
  }),
  reply: Type.Object({ ...move, repeated }),
  problems: ['CONFLICT'],
})

export const getClockMove = adminOperation({
  name: 'getClockMove',
  method: 'GET',
  path: '/admin/v1/clock/moves/{move_id}',
  title: 'A move of business time',
  request: Type.Object({ move_id: moveId }),
  reply: Type.Object(move),
  problems: ['NOT_FOUND'],
})

export const putDueWork = adminOperation({
  name: 'putDueWork',
  method: 'PUT',
  path: '/admin/v1/due-work',
  title: 'Does everything that is due by now, and answers when it is done',
  description: 'It does not wait for work that callers add meanwhile.',
  request: Type.Object({}),
  reply: Type.Object({ business_time: time('Now'), done }),
  problems: [],
})
