import type { Static } from '../contract/schema.ts'
import { findMerchant } from '../merchants/merchants.ts'
import { replayNotice } from '../notices/outbox.ts'
import type { Statements } from '../store/database.ts'
import type { AdminPlatform } from './context.ts'
import * as contract from './notices.contract.ts'
import { adminEndpoint } from './operation.ts'
import { adminList } from './pages.ts'
import { conflict, notFound } from './problems.ts'
import { shown } from './show.ts'

interface Row {
  id: string
  mchid: string
  product: string
  event_type: string
  summary: string
  notify_url: string
  state: 'PENDING' | 'DELIVERED' | 'EXHAUSTED'
  attempts: number
  create_time: number
  due_at: number
  subject: string
}

interface AttemptRow {
  attempt: number
  business_time: number
  wall_time: number
  duration_ms: number
  request_headers: string
  request_body: string
  reply_status: number
  reply_body: string
  failure: string
}

const COLUMNS =
  'id, mchid, product, event_type, summary, notify_url, state, attempts, create_time, due_at, subject'
/** Attempts that a notice shows, the latest ones. */
const MAX_ATTEMPTS = 100

/** What makes two notices the same, besides their id. */
const CONTENT = [
  'mchid',
  'notify_url',
  'product',
  'event_type',
  'original_type',
  'summary',
  'resource',
] as const

export const notices = [
  adminList(
    contract.listNotices,
    {
      select: `SELECT ${COLUMNS} FROM notices`,
      filters: {
        mchid: 'mchid',
        event_type: { column: 'event_type', isPlain: true },
        product: { column: 'product', isPlain: true },
        subject: { column: 'subject', where: "subject = ? AND subject <> ''", isNarrow: true },
      },
      states: { filter: 'state', column: 'state', values: contract.STATES, usual: 'DELIVERED' },
      key: { id: 'text' },
      newestFirst: true,
    },
    (row: Row) => shown(row, ['create_time', 'due_at']),
  ),
  adminEndpoint(contract.getNotice, ({ id }, { platform }) => detailOf(platform.db, id)),
  adminEndpoint(contract.putNotice, (request, { platform }) => put(request, platform)),
  adminEndpoint(contract.replayNotice, ({ id, replay_id }, { platform }) =>
    platform.db.transaction(async tx => {
      await detailOf(tx, id)
      const isNew = await tx.run(
        'INSERT INTO notice_replays (notice_id, replay_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        id,
        replay_id,
      )
      if (isNew === 1) await replayNotice(tx, platform, id)
      return { ...(await detailOf(tx, id)), repeated: isNew === 0 }
    }),
  ),
]

async function put(
  request: Static<(typeof contract.putNotice)['request']>,
  { db, clock, wake }: AdminPlatform,
) {
  const { id, mchid, product = '', original_type = '', summary = '' } = request
  const given = { ...request, product, original_type, summary, resource: JSON.stringify(request.resource) }
  return db.transaction(async tx => {
    const receiver = await findMerchant(tx, mchid)
    if (!receiver) throw notFound('merchant number', mchid)
    if (receiver.apiv3_key === '')
      throw conflict(`${mchid} has no APIv3 key, so there is nothing to seal its notices with.`)
    const isNew = await tx.run(
      `INSERT INTO notices (id, mchid, notify_url, product, event_type, original_type, summary, create_time, resource, state,
                            due_at, subject)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'PENDING', $8, '') ON CONFLICT DO NOTHING`,
      id,
      mchid,
      given.notify_url,
      product,
      given.event_type,
      original_type,
      summary,
      clock.now(),
      given.resource,
    )
    tx.afterCommit(() => wake('notices'))
    const notice = await detailOf(tx, id)
    const known = { ...notice, resource: JSON.stringify(notice.resource) }
    if (CONTENT.some(name => known[name] !== given[name]))
      throw conflict(`There is another notice ${id}; give this one another id.`)
    return { ...notice, repeated: isNew === 0 }
  })
}

async function detailOf(db: Statements, id: string) {
  const row = await db.get<Row & { original_type: string; resource: string }>(
    `SELECT ${COLUMNS}, original_type, resource FROM notices WHERE id = $1`,
    id,
  )
  if (!row) throw notFound('notice', id)
  const attempts = await db.all<AttemptRow>(
    `SELECT attempt, business_time, wall_time, duration_ms, request_headers, request_body, reply_status, reply_body,
            failure
       FROM notice_attempts WHERE notice_id = $1 ORDER BY attempt DESC LIMIT ${MAX_ATTEMPTS}`,
    id,
  )
  return {
    ...shown(row, ['create_time', 'due_at']),
    resource: JSON.parse(row.resource) as Record<string, unknown>,
    sent: attempts.reverse().map(attempt => ({
      ...shown(attempt, ['business_time', 'wall_time']),
      request_headers: JSON.parse(attempt.request_headers) as Record<string, string>,
    })),
  }
}
