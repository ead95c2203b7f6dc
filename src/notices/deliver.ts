import { together } from '../clock/together.ts'
import type { DueWork } from '../clock/worker.ts'
import { findMerchant, type Merchant } from '../merchants/merchants.ts'
import type { Platform } from '../platform.ts'
import { newNonce, newRequestId, randomText } from '../protocol/ids.ts'
import { sealResource } from '../protocol/sealed-resource.ts'
import { replyMessage, SIGNATURE_SCHEME, signMessage } from '../protocol/signature.ts'
import { formatTime } from '../protocol/time.ts'
import { noticeSigner } from '../protocol/trust.ts'
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

interface SignedNotice {
  headers: Record<string, string>
  body: string
}

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

/** The worker's view of the outbox. A notice is leased, sent outside of any transaction, and then recorded. */
export function noticeDelivery(platform: Platform, send: SendNotice): DueWork<Notice> {
  const { db, clock } = platform
  return {
    name: 'notices',
    concurrency: MAX_DELIVERIES,
    key: notice => notice.id,
    async claim(now, limit) {
      // A look costs the store nothing; a lease is a write.
      const due = await db.get(
        `SELECT id FROM notices n WHERE due_at <= $2 AND ${MAY_GO} ORDER BY due_at LIMIT 1`,
        clock.wallNow(),
        now,
      )
      return due ? lease(platform, now, limit) : []
    },
    async handle(notice) {
      await attemptDelivery(platform, send, notice)
      return true
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

function lease({ db, clock }: Platform, now: number, limit: number): Promise<Notice[]> {
  return db.transaction(tx =>
    tx.all<Notice>(
      `UPDATE notices SET leased_until = $4
        WHERE id IN (SELECT id FROM notices n WHERE due_at <= $2 AND ${MAY_GO}
                      ORDER BY due_at LIMIT $3 ${tx.skipLocked})
        RETURNING id, mchid, notify_url, event_type, original_type, summary, create_time, resource, attempts,
                  attempts_before_replay`,
      clock.wallNow(),
      now,
      limit,
      clock.wallNow() + LEASE_MS,
    ),
  )
}

/** Gives up the leases of an earlier process; only where no other process can hold one. */
export async function dropLeases({ db }: Pick<Platform, 'db'>): Promise<void> {
  await db.transaction(tx => tx.run('UPDATE notices SET leased_until = 0 WHERE leased_until > 0'))
}

async function attemptDelivery(platform: Platform, send: SendNotice, notice: Notice): Promise<void> {
  const receiver = await findMerchant(platform.db, notice.mchid)
  if (!receiver) throw new Error(`Notice ${notice.id} is for ${notice.mchid}, which does not exist`)
  const startedAt = platform.clock.wallNow()
  // A key that was taken away meanwhile is a failure like any other, so the ladder ends it or a new key mends it.
  if (receiver.apiv3_key === '') return record(platform, notice, NOT_SENT, NO_KEY, startedAt)
  const signed = await signing(() => signNotice(platform, receiver, notice))
  const profile = receiver.notify_profile || platform.rules.profile
  const delivery = await send(notice.notify_url, signed.headers, signed.body, profile)
  await record(platform, notice, signed, delivery, startedAt)
}

/** Seals and signs a notice for one attempt, with the keys that the receiver has now. */
function signNotice({ clock, random, keys }: Platform, receiver: Merchant, notice: Notice): SignedNotice {
  const sealed = sealResource(
    notice.resource,
    receiver.apiv3_key,
    randomText(12, random),
    notice.original_type,
  )
  const body = JSON.stringify({
    id: notice.id,
    create_time: formatTime(notice.create_time),
    resource_type: 'encrypt-resource',
    event_type: notice.event_type,
    summary: notice.summary,
    resource: { original_type: notice.original_type, ...sealed },
  })
  const draw = Buffer.from(random(2)).readUInt16BE() / 0x1_0000
  const kind = noticeSigner(receiver.trust_state, receiver.notice_key_share, draw)
  const { serial, privateKey } = keys.signer(kind, receiver.public_key_id)
  const timestamp = String(Math.floor(clock.wallNow() / 1000))
  const nonce = newNonce(random)
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
      'Wechatpay-Signature': signMessage(replyMessage(timestamp, nonce, body), privateKey),
      'Wechatpay-Signature-Type': SIGNATURE_SCHEME,
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
