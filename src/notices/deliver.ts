import { together } from '../clock/together.ts'
import { type DueWork, Postponed } from '../clock/worker.ts'
import { findMerchant, type Merchant } from '../merchants/merchants.ts'
import { sealFor } from '../merchants/seal-for.ts'
import type { Platform } from '../platform.ts'
import { drawFrom, newNonce, newRequestId } from '../protocol/ids.ts'
import { replyMessage } from '../protocol/signature.ts'
import { formatTime } from '../protocol/time.ts'
import { afterAttempt } from './ladder.ts'
import { type Delivery, MAX_DELIVERIES, NOTICE_TIMEOUT_MS, type SendNotice } from './send.ts'

interface Notice {
  id: string
  mchid: string
  notify_url: string
  event_type: string
  original_type: string
  summary: string
  create_time: number
  resource: string
  attempts: number
  attempts_before_replay: number
}

/** A notice in hand, with the one who gets it. */
type Item = Notice & { receiver: Merchant }

interface SignedNotice {
  headers: Record<string, string>
  body: string
}

/** How long a notice rests whose attempt failed by a fault of ours, in milliseconds. */
const FAULT_WAIT_MS = 60_000
/** The signatures of notices that go out at the same time are made together. */
const signing = together()
/** Longer than an attempt can take; after a crash another worker takes the notice when this has passed. */
const LEASE_MS = 3 * NOTICE_TIMEOUT_MS

/** The attempt for a merchant that has no key to seal with. */
const NOT_SENT: SignedNotice = { headers: {}, body: '' }
const NO_KEY: Delivery = { status: null, reply: '', failure: 'The merchant has no APIv3 key' }

/**
 * What nobody has in hand at wall time $1, nothing holds back and no merchant has put off. A notice is held back by an
 * earlier one of its subject until that was attempted; the worker that attempted it then looks again.
 */
const MAY_GO = `leased_until <= $1
  AND mchid NOT IN (SELECT mchid FROM merchants WHERE notices_paused = 1)
  AND (subject = '' OR NOT EXISTS (SELECT 1 FROM notices e WHERE e.subject = n.subject AND e.sequence < n.sequence
                                                             AND e.subject <> '' AND e.attempts = 0))`

const COLUMNS = `id, mchid, notify_url, event_type, original_type, summary, create_time, resource, attempts,
                 attempts_before_replay`

/** The worker's view of the outbox. A notice is sent outside of any transaction, and then recorded. */
export function noticeDelivery(platform: Platform, send: SendNotice): DueWork<Item> {
  const { db, clock } = platform
  return {
    name: 'notices',
    concurrency: MAX_DELIVERIES,
    key: notice => notice.id,
    async claim(now, limit, inHand) {
      // Where this process is alone, it knows what it has in hand without writing it down.
      if (db.version() === undefined) return withReceivers(platform, await lease(platform, now, limit))
      const due = await db.all<Notice>(
        `SELECT ${COLUMNS} FROM notices n WHERE due_at <= $2 AND ${MAY_GO} ORDER BY due_at LIMIT $3`,
        clock.wallNow(),
        now,
        limit + inHand.size,
      )
      return withReceivers(platform, due.filter(({ id }) => !inHand.has(id)).slice(0, limit))
    },
    async handle(notice) {
      try {
        await attemptDelivery(platform, send, notice)
        return true
      } catch (error) {
        await postpone(platform, notice)
        throw new Postponed(error)
      }
    },
    async nextDueAt() {
      const row = await db.get<{ due_at: number | null }>(
        `SELECT due_at FROM notices n WHERE due_at IS NOT NULL AND ${MAY_GO} ORDER BY due_at LIMIT 1`,
        clock.wallNow(),
      )
      return row?.due_at ?? undefined
    },
    async isHeldElsewhere(now) {
      const leased = 'SELECT id FROM notices WHERE due_at <= $1 AND leased_until > $2 LIMIT 1'
      return (await db.get(leased, now, clock.wallNow())) !== undefined
    },
  }
}

async function lease({ db, clock }: Platform, now: number, limit: number): Promise<Notice[]> {
  // A look costs the store nothing; a lease is a write.
  const due = await db.get(
    `SELECT id FROM notices n WHERE due_at <= $2 AND ${MAY_GO} ORDER BY due_at LIMIT 1`,
    clock.wallNow(),
    now,
  )
  if (!due) return []
  return db.transaction(tx =>
    tx.all<Notice>(
      `UPDATE notices SET leased_until = $4
        WHERE id IN (SELECT id FROM notices n WHERE due_at <= $2 AND ${MAY_GO}
                      ORDER BY due_at LIMIT $3 ${tx.skipLocked})
        RETURNING ${COLUMNS}`,
      clock.wallNow(),
      now,
      limit,
      clock.wallNow() + LEASE_MS,
    ),
  )
}

/** Many notices have few receivers, so each of them is read once. */
async function withReceivers({ db }: Platform, notices: readonly Notice[]): Promise<Item[]> {
  const receivers = new Map<string, Merchant>()
  for (const mchid of new Set(notices.map(notice => notice.mchid))) {
    const receiver = await findMerchant(db, mchid)
    if (!receiver) throw new Error(`There are notices for ${mchid}, which does not exist`)
    receivers.set(mchid, receiver)
  }
  return notices.map(notice => ({ ...notice, receiver: receivers.get(notice.mchid) as Merchant }))
}

async function attemptDelivery(platform: Platform, send: SendNotice, notice: Item): Promise<void> {
  const { receiver } = notice
  const startedAt = platform.clock.wallNow()
  // A key that was taken away meanwhile is a failure like any other, so the ladder ends it or a new key mends it.
  if (receiver.apiv3_key === '') return record(platform, notice, NOT_SENT, NO_KEY, startedAt)
  const signed = await signNotice(platform, notice)
  const profile = receiver.notify_profile || platform.rules.profile
  const delivery = await send(notice.notify_url, signed.headers, signed.body, profile)
  await record(platform, notice, signed, delivery, startedAt)
}

/** Moves a notice out of the way after a fault of ours, so that it cannot keep the worker busy. */
async function postpone({ db, clock }: Platform, { id, attempts }: Notice): Promise<void> {
  await db.transaction(tx =>
    tx.run(
      'UPDATE notices SET due_at = $1 WHERE id = $2 AND attempts = $3 AND due_at IS NOT NULL',
      clock.now() + FAULT_WAIT_MS,
      id,
      attempts,
    ),
  )
}

/** Seals and signs a notice for one attempt, with the keys that the receiver has now. */
async function signNotice(platform: Platform, notice: Item): Promise<SignedNotice> {
  const { clock, random, keys } = platform
  const { receiver } = notice
  const { serial, suite, privateKey } = keys.noticeSigner(receiver, {
    now: clock.now(),
    draw: () => drawFrom(random),
  })
  const sealed = sealFor(platform, suite, receiver, notice.resource, notice.original_type)
  const body = JSON.stringify({
    id: notice.id,
    create_time: formatTime(notice.create_time),
    resource_type: 'encrypt-resource',
    event_type: notice.event_type,
    summary: notice.summary,
    resource: { original_type: notice.original_type, ...sealed },
  })
  const timestamp = String(Math.floor(clock.wallNow() / 1000))
  const nonce = newNonce(random)
  const signature = await signing(() => suite.sign(replyMessage(timestamp, nonce, body), privateKey))
  return {
    body,
    headers: {
      'User-Agent': 'Mozilla/4.0',
      Accept: '*/*',
      Pragma: 'no-cache',
      'Content-Type': 'application/json',
      'Request-ID': `${newRequestId(random)}-0`,
      'Wechatpay-Nonce': nonce,
      'Wechatpay-Serial': serial,
      'Wechatpay-Signature': signature,
      'Wechatpay-Signature-Type': suite.scheme,
      'Wechatpay-Timestamp': timestamp,
    },
  }
}

async function record(
  { db, clock }: Platform,
  notice: Notice,
  signed: SignedNotice,
  delivery: Delivery,
  startedAt: number,
): Promise<void> {
  const attempt = notice.attempts + 1
  const next = afterAttempt(attempt - notice.attempts_before_replay, delivery.failure === '', clock.now())
  await db.transaction(async tx => {
    // When a lease ran out and another worker sent the notice too, the first record of this attempt stands.
    const updated = await tx.run(
      'UPDATE notices SET state = $1, attempts = $2, due_at = $3, leased_until = 0 WHERE id = $4 AND attempts = $5',
      next.state,
      attempt,
      next.dueAt,
      notice.id,
      notice.attempts,
    )
    if (updated === 0) return
    await tx.run(
      `INSERT INTO notice_attempts (notice_id, attempt, business_time, wall_time, duration_ms, request_headers,
                                    request_body, reply_status, reply_body, failure)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      notice.id,
      attempt,
      clock.now(),
      startedAt,
      clock.wallNow() - startedAt,
      JSON.stringify(signed.headers),
      signed.body,
      delivery.status,
      delivery.reply,
      delivery.failure,
    )
  })
}
