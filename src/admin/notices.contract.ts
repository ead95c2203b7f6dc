import { notifyUrl } from '../contract/fields.ts'
import * as Type from '../contract/schema.ts'
import { count, id, integer, listOf, mchid, oneOf, page, repeated, shown, text, time } from './fields.ts'
import { adminOperation } from './operation.ts'

export const STATES = ['PENDING', 'DELIVERED', 'EXHAUSTED'] as const
const noticeId = id('Notice id')

const listed = {
  id: noticeId,
  mchid,
  product: shown('Which sends it; empty for what no product has declared'),
  event_type: shown('What it says; several products may send the same'),
  summary: shown('The same in words'),
  notify_url: shown('Where it goes'),
  state: oneOf('Whether it was acknowledged, or sent as often as it is', STATES),
  attempts: count('How often it was sent'),
  create_time: time('When it came to be'),
  due_at: Type.Optional(time('When it is sent next')),
  subject: shown('What it is about, such as `order/{mchid}/{out_trade_no}`; empty for nothing that is kept'),
}

/** A notice as what it is about names it. */
export const noticeReference = Type.Object({
  id: shown('Notice id'),
  product: shown('Which sends it'),
  event_type: shown('What it says'),
  state: oneOf('Whether it was acknowledged, or sent as often as it is', STATES),
  attempts: count('How often it was sent'),
})

const attempt = Type.Object({
  attempt: integer('From 1', 1, Number.MAX_SAFE_INTEGER),
  business_time: time('When'),
  wall_time: time('When, by the wall clock'),
  duration_ms: count('How long it took'),
  request_headers: Type.Unsafe<Record<string, string>>({
    type: 'object',
    description: 'As they were sent',
    additionalProperties: { type: 'string' },
  }),
  request_body: shown('As it was sent: sealed'),
  reply_status: Type.Optional(integer('Absent when no reply came', 0, 999)),
  reply_body: shown('The first 2048 bytes'),
  failure: shown('Why it is no acknowledgement; empty when it is'),
})

const detail = {
  ...listed,
  original_type: shown('Of the resource'),
  resource: Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    description: 'The plaintext, as it is sealed afresh for each attempt',
  }),
  sent: Type.Array(attempt),
}

export const listNotices = adminOperation({
  name: 'listNotices',
  method: 'GET',
  path: '/admin/v1/notices',
  title: 'Notices, the newest first',
  request: Type.Object({
    mchid: Type.Optional(mchid),
    state: Type.Optional(oneOf('State', STATES)),
    product: Type.Optional(text('Which product sends it, such as `refunds`', 64)),
    event_type: Type.Optional(text('What it says, such as `REFUND.SUCCESS`', 64)),
    subject: Type.Optional(text('What it is about, such as `order/1230000109/T1`', 128)),
    ...page,
  }),
  reply: listOf(Type.Object(listed)),
  problems: [],
})

export const getNotice = adminOperation({
  name: 'getNotice',
  method: 'GET',
  path: '/admin/v1/notices/{id}',
  title: 'A notice with its latest 100 attempts',
  request: Type.Object({ id: noticeId }),
  reply: Type.Object(detail),
  problems: ['NOT_FOUND'],
})

export const putNotice = adminOperation({
  name: 'putNotice',
  method: 'PUT',
  path: '/admin/v1/notices/{id}',
  title: 'Sends a notice of any content, once for each id',
  description:
    'It is sealed and signed like any other, with the keys of the moment, sent again by the retry schedule, shown with its ' +
    'attempts. Nothing in the sandbox has to fit it. It is sent by the worker, so the reply may still say PENDING. The ' +
    'merchant must have an APIv3 key.',
  request: Type.Object({
    id: Type.String({
      description: 'Notice id: 1 to 36 characters, no spaces, no slashes',
      minBytes: 1,
      maxBytes: 36,
      pattern: '^[^\\s/\\p{C}]{1,36}$',
    }),
    mchid,
    notify_url: Type.String({ ...notifyUrl('notify_url'), description: 'Where it goes' }),
    product: Type.Optional(
      Type.String({ description: 'Which is to have sent it; empty unless said', maxBytes: 64 }),
    ),
    event_type: text('What it says; it need not be known', 32),
    original_type: Type.Optional(
      Type.String({ description: 'Of the resource; empty unless said', maxBytes: 32 }),
    ),
    summary: Type.Optional(Type.String({ description: 'In words; empty unless said', maxBytes: 64 })),
    resource: Type.Unsafe<Record<string, unknown>>({ type: 'object', description: 'The plaintext' }),
  }),
  reply: Type.Object({ ...detail, repeated }),
  problems: ['NOT_FOUND', 'CONFLICT'],
})

export const replayNotice = adminOperation({
  name: 'replayNotice',
  method: 'PUT',
  path: '/admin/v1/notices/{id}/replays/{replay_id}',
  title: 'Sends a notice once more, once for each replay_id',
  description:
    'One that was delivered or given up is due now and has the whole retry schedule again; one that waits is due now. It is sent ' +
    'by the worker, so the reply may still say PENDING.',
  request: Type.Object({ id: noticeId, replay_id: id('The name of this replay among those of the notice') }),
  reply: Type.Object({ ...detail, repeated }),
  problems: ['NOT_FOUND'],
})
