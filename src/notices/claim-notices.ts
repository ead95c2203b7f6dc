import type { NoticesContext } from './context.ts'
import type { DeliverySlots } from './delivery-slots.ts'
import { NOTICE_TIMEOUT_MS } from './send.ts'

/** A row of the outbox, as an attempt needs it. */
export interface Notice {
  id: string
  mchid: string
  notify_url: string
  product: string
  event_type: string
  original_type: string
  summary: string
  create_time: number
  resource: string
  attempts: number
  attempts_before_replay: number
  /** JSON; see src/faults/tables.sql. */
  faults: string | null
}

/** The merchant whose notices wait, and since when or until when the first of them that may go. */
interface Queue {
  mchid: string
  due_at: number
}

/** Takes up to `count` of a merchant's notices that are due. */
type Take = (mchid: string, count: number) => Promise<Notice[]>

/** Longer than an attempt can take; after a crash another worker takes the notice when this has passed. */
const LEASE_MS = 3 * NOTICE_TIMEOUT_MS

const COLUMNS = `id, mchid, notify_url, product, event_type, original_type, summary, create_time, resource, attempts,
                 attempts_before_replay, faults`

/**
 * What nobody has in hand at wall time $1 and nothing holds back. A lease that ends later than any can was taken before the
 * clock of a host was set back. A notice is held back by an earlier one of its subject
 * until that was attempted, unless that one waits to be overtaken; the worker that attempted it then looks again.
 */
const MAY_GO = `(leased_until <= $1 OR leased_until > $1 + ${LEASE_MS})
  AND (sequence IS NULL OR NOT EXISTS (SELECT 1 FROM notices e WHERE e.subject = n.subject AND e.sequence < n.sequence
                                                                 AND e.attempts = 0 AND e.held = 0))`

/** The $4 longest due ones of merchant $2 at business time $3. */
const DUE = `FROM notices n WHERE mchid = $2 AND due_at <= $3 AND ${MAY_GO} ORDER BY due_at LIMIT $4`

/**
 * The merchants for whom notices wait, without those who have put them off. Each is found by one step through the index
 * from the one before, however many notices there are of it.
 */
const RECEIVERS = `
  WITH RECURSIVE waiting (mchid) AS (
    SELECT MIN(mchid) FROM notices WHERE due_at IS NOT NULL
    UNION ALL
    SELECT (SELECT MIN(n.mchid) FROM notices n WHERE n.mchid > w.mchid AND n.due_at IS NOT NULL)
      FROM waiting w WHERE w.mchid IS NOT NULL
  ), receivers AS (
    SELECT mchid FROM waiting
     WHERE mchid IS NOT NULL AND mchid NOT IN (SELECT mchid FROM merchants WHERE notices_paused = 1)
  )`

const QUEUES = `${RECEIVERS}
  SELECT mchid, (SELECT n.due_at FROM notices n WHERE n.mchid = r.mchid AND n.due_at IS NOT NULL AND ${MAY_GO}
                  ORDER BY n.due_at LIMIT 1) AS due_at
    FROM receivers r`

const DUE_IN_ALL = 'SELECT CAST(COUNT(*) AS BIGINT) AS count FROM notices WHERE due_at <= $1'

// Not as `EXISTS`, for which PostgreSQL might read all that is due.
const LEASED = `${RECEIVERS}
  SELECT mchid FROM receivers r
   WHERE (SELECT n.id FROM notices n WHERE n.mchid = r.mchid AND n.due_at <= $1 AND n.leased_until > $2 AND n.leased_until <= $3
           LIMIT 1) IS NOT NULL
   LIMIT 1`

/** Takes notices that are due at `now` (business time), the longest due first of each merchant, as many as have slots. */
export async function claimNotices(
  platform: NoticesContext,
  slots: DeliverySlots,
  now: number,
  inHand: ReadonlySet<string>,
): Promise<Notice[]> {
  const { db } = platform
  const queues = (await queuesOf(platform)).filter(({ due_at }) => due_at <= now)
  const receivers = queues.toSorted((one, other) => one.due_at - other.due_at).map(({ mchid }) => mchid)
  // A node that shares its store with none knows what it has in hand without writing it down.
  if (!db.shared) return inTurn(receivers, slots, unleased(platform, now, inHand))
  // A look costs the store nothing; a lease is a write.
  if (!receivers.some(mchid => slots.hasSlotFor(mchid))) return []
  return leased(platform, now, take => inTurn(receivers, slots.copy(), take))
}

/**
 * Business time at which the next notice falls due, without those that are due and must wait for a slot: a delivery that
 * ends makes room for them.
 */
export async function nextNoticeDueAt(
  platform: NoticesContext,
  slots: DeliverySlots,
): Promise<number | undefined> {
  const now = platform.clock.now()
  const queues = await queuesOf(platform)
  const times = queues.filter(({ mchid, due_at }) => due_at > now || slots.hasSlotFor(mchid))
  return times.length === 0 ? undefined : Math.min(...times.map(({ due_at }) => due_at))
}

/** How many notices are due at `now`, those included that are held back, paused or in hand. */
export async function countDueNotices({ db }: NoticesContext, now: number): Promise<number> {
  return (await db.get<{ count: number }>(DUE_IN_ALL, now))?.count ?? 0
}

/**
 * Whether another node has notices in hand that were due by `now` and that it took by the instant `takenBy` of wall time, of
 * merchants who have not put theirs off meanwhile.
 */
export async function isAnyLeased(
  { db, clock }: NoticesContext,
  now: number,
  takenBy: number,
): Promise<boolean> {
  if (!db.shared) return false
  return (await db.get(LEASED, now, clock.wallNow(), takenBy + LEASE_MS)) !== undefined
}

async function queuesOf({ db, clock }: NoticesContext): Promise<Queue[]> {
  const queues = await db.all<{ mchid: string; due_at: number | null }>(QUEUES, clock.wallNow())
  return queues.filter((queue): queue is Queue => queue.due_at !== null)
}

/** Gives each merchant its share, and what is left of that to those who have more. */
async function inTurn(receivers: readonly string[], slots: DeliverySlots, take: Take): Promise<Notice[]> {
  const taken: Notice[] = []
  const done = new Set<string>()
  for (;;) {
    const shares = slots.shares(receivers.filter(mchid => !done.has(mchid)))
    if (shares.size === 0) return taken
    for (const [mchid, share] of shares) {
      const notices = await take(mchid, share)
      taken.push(...notices)
      slots.take(mchid, notices.length)
      if (notices.length < share) done.add(mchid)
    }
  }
}

function unleased({ db, clock }: NoticesContext, now: number, inHand: ReadonlySet<string>): Take {
  const notNow = new Set(inHand)
  return async (mchid, count) => {
    const due = await db.all<Notice>(
      `SELECT ${COLUMNS} ${DUE}`,
      ...[clock.wallNow(), mchid, now, count + notNow.size],
    )
    const notices = due.filter(({ id }) => !notNow.has(id)).slice(0, count)
    for (const { id } of notices) notNow.add(id)
    return notices
  }
}

function leased(
  { db, clock }: NoticesContext,
  now: number,
  take: (take: Take) => Promise<Notice[]>,
): Promise<Notice[]> {
  return db.transaction(tx =>
    take((mchid, count) =>
      tx.all<Notice>(
        `UPDATE notices SET leased_until = $5 WHERE id IN (SELECT id ${DUE} ${tx.skipLocked})
          RETURNING ${COLUMNS}`,
        ...[clock.wallNow(), mchid, now, count, clock.wallNow() + LEASE_MS],
      ),
    ),
  )
}
