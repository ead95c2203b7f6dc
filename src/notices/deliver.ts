import { batch } from '../clock/batch.ts'
import type { Clock } from '../clock/clock.ts'
import { type Job, Postponed } from '../clock/worker.ts'
import { corruptedSignature } from '../faults/corrupted-signature.ts'
import type { Injections } from '../faults/faults.ts'
import { findMerchant, type Merchant } from '../merchants/merchants.ts'
import { sealFor } from '../merchants/seal-for.ts'
import { drawFrom, newNonce, newRequestId } from '../protocol/ids.ts'
import { replyMessage } from '../protocol/signature.ts'
import { formatTime } from '../protocol/time.ts'
import type { Transaction } from '../store/database.ts'
import { claimNotices, countDueNotices, isAnyLeased, type Notice, nextNoticeDueAt } from './claim-notices.ts'
import type { NoticesContext } from './context.ts'
import { DeliverySlots } from './delivery-slots.ts'
import { corruptedDelivery, injectFaults, lostDelivery, releaseHeld } from './inject-faults.ts'
import { noticesOptions } from './options.ts'
import { afterAttempt } from './retry-schedule.ts'
import { type Delivery, MAX_DELIVERIES, type SendNotice } from './send.ts'

/** A notice in hand, with the one who gets it. */
type Item = Notice & { receiver: Merchant }

interface SignedNotice {
  headers: Record<string, string>
  body: string
}

/** An attempt as it goes on record. */
interface Attempt {
  signed: SignedNotice
  delivery: Delivery
  /** Wall time. */
  startedAt: number
}

/** One attempt, for the log. */
export interface ReportedAttempt {
  mchid: string
  notice_id: string
  product: string
  event_type: string
  attempt: number
  /** Where it went, without the path and the query, which may hold secrets of the merchant. */
  host: string
  /** Absent when no reply came. */
  status: number | undefined
  ms: number
  /** Why it is no acknowledgement; absent when it is. */
  failure: string | undefined
  /** The fault rules that were applied to it. */
  faults: string[] | undefined
}

/** Is given each attempt once it is on record. */
export type OnAttempt = (attempt: ReportedAttempt) => void

/** How long a notice rests whose attempt failed by a fault of ours, in milliseconds. */
const FAULT_WAIT_MS = 60_000
/** The signatures of notices that go out at the same time are made in one batch. */
const signing = batch()

/** How long ago a notice was signed that is old on purpose: twice what a receiver may put up with. */
const OLD_NOTICE_MS = 10 * 60_000

/** The attempt for a merchant that has no key to seal with. */
const NOT_SENT: SignedNotice = { headers: {}, body: '' }
/** What becomes of a notice that is lost on purpose: nothing, until somebody asks for it again. */
const GIVEN_UP = { state: 'EXHAUSTED', dueAt: null }
const NO_KEY: Delivery = { status: null, reply: '', failure: 'The merchant has no APIv3 key' }

/** The worker's view of the outbox. A notice is sent outside of any transaction, and then recorded. */
export function noticeDelivery(
  platform: NoticesContext,
  send: SendNotice,
  onAttempt: OnAttempt = () => undefined,
): Job<Item> {
  const slots = new DeliverySlots(MAX_DELIVERIES)
  return {
    name: 'notices',
    concurrency: MAX_DELIVERIES,
    key: notice => notice.id,
    async claim(now, limit, inHand) {
      return withReceivers(platform, await claimNotices(platform, slots.copy(limit), now, inHand))
    },
    async handle(notice) {
      slots.take(notice.mchid)
      try {
        for (const attempt of await attemptDelivery(platform, send, notice)) onAttempt(attempt)
        return true
      } catch (error) {
        await postpone(platform, notice)
        throw new Postponed(error)
      } finally {
        slots.giveBack(notice.mchid)
      }
    },
    nextDueAt: () => nextNoticeDueAt(platform, slots),
    countDue: now => countDueNotices(platform, now),
    isHeldElsewhere: (now, takenBy) => isAnyLeased(platform, now, takenBy),
  }
}

/** Many notices have few receivers, so each of them is read once. */
async function withReceivers({ db }: NoticesContext, notices: readonly Notice[]): Promise<Item[]> {
  const receivers = new Map<string, Merchant>()
  for (const mchid of new Set(notices.map(notice => notice.mchid))) {
    const receiver = await findMerchant(db, mchid)
    if (!receiver) throw new Error(`There are notices for ${mchid}, which does not exist`)
    receivers.set(mchid, receiver)
  }
  return notices.map(notice => ({ ...notice, receiver: receivers.get(notice.mchid) as Merchant }))
}

/** Answers the attempts that were made and recorded: none when the notice was put off, two when it was doubled. */
async function attemptDelivery(
  platform: NoticesContext,
  send: SendNotice,
  notice: Item,
): Promise<ReportedAttempt[]> {
  const { receiver } = notice
  const startedAt = platform.clock.wallNow()
  // A key that was taken away meanwhile is a failure like any other, so retries end, or a new key fixes it.
  if (receiver.apiv3_key === '') {
    const made = [{ signed: NOT_SENT, delivery: NO_KEY, startedAt }]
    await record(platform, notice, made)
    return reported(platform, notice, made)
  }
  const injected = await injectFaults(platform, notice)
  if (injected === 'put_off') return []
  const { NOTICE_LOST: lost } = injected
  if (lost) {
    const made = [{ signed: NOT_SENT, delivery: lostDelivery(lost), startedAt }]
    await record(platform, notice, made, GIVEN_UP)
    return reported(platform, notice, made, injected)
  }
  const copies = injected.NOTICE_DOUBLED ? 2 : 1
  const sent = Array.from({ length: copies }, () => sendOnce(platform, send, notice, injected))
  const made = await Promise.all(sent)
  await record(platform, notice, made)
  return reported(platform, notice, made, injected)
}

function reported(
  { clock }: NoticesContext,
  { id, mchid, product, event_type, notify_url, attempts }: Notice,
  made: readonly Attempt[],
  injected: Injections = {},
): ReportedAttempt[] {
  const faults = Object.values(injected).map(({ fault_id }) => fault_id)
  return made.map(({ delivery: { status, failure }, startedAt }, index) => ({
    ...{ mchid, notice_id: id, product, event_type, attempt: attempts + index + 1 },
    host: URL.parse(notify_url)?.host ?? '',
    status: status ?? undefined,
    ms: clock.wallNow() - startedAt,
    failure: failure === '' ? undefined : failure,
    faults: faults.length === 0 ? undefined : faults,
  }))
}

async function sendOnce(
  platform: NoticesContext,
  send: SendNotice,
  notice: Item,
  injected: Injections,
): Promise<Attempt> {
  const startedAt = platform.clock.wallNow()
  const signed = await signNotice(platform, notice, injected)
  const profile = notice.receiver.notify_profile || platform.options.of(noticesOptions).profile
  const delivery = await send(notice.notify_url, signed.headers, signed.body, profile)
  return { signed, delivery: corruptedDelivery(injected, delivery), startedAt }
}

/** Moves a notice out of the way after a fault of ours, so that it cannot keep the worker busy. */
async function postpone({ db, clock }: NoticesContext, { id, attempts }: Notice): Promise<void> {
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
async function signNotice(
  platform: NoticesContext,
  notice: Item,
  injected: Injections,
): Promise<SignedNotice> {
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
  const signedAt = clock.wallNow() - (injected.NOTICE_OLD ? OLD_NOTICE_MS : 0)
  const timestamp = String(Math.floor(signedAt / 1000))
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
      'Wechatpay-Signature': corruptedSignature(injected, signature),
      'Wechatpay-Signature-Type': suite.scheme,
      'Wechatpay-Timestamp': timestamp,
    },
  }
}

/** Writes down attempts that were made at the same moment, and what becomes of the notice; unless said, by the retry schedule. */
async function record(
  platform: NoticesContext,
  notice: Notice,
  made: readonly Attempt[],
  outcome?: { state: string; dueAt: number | null },
): Promise<void> {
  const { db, clock, faults } = platform
  const attempts = notice.attempts + made.length
  const acknowledged = made.some(({ delivery }) => delivery.failure === '')
  const next = outcome ?? afterAttempt(attempts - notice.attempts_before_replay, acknowledged, clock.now())
  const { mayHoldNotices } = faults
  await db.transaction(async tx => {
    // When a lease ran out and another worker sent the notice too, the first record of this attempt stands.
    const updated = await tx.run(
      `UPDATE notices SET state = $1, attempts = $2, due_at = $3, leased_until = 0, faults = NULL, held = 0
        WHERE id = $4 AND attempts = $5`,
      next.state,
      attempts,
      next.dueAt,
      notice.id,
      notice.attempts,
    )
    if (updated === 0) return
    for (const [index, attempt] of made.entries())
      await insertAttempt(tx, clock, notice, notice.attempts + index + 1, attempt)
    if (mayHoldNotices && !outcome) await releaseHeld(tx, platform, notice)
  })
  // None may be held any more, and then nobody need look for them.
  if (mayHoldNotices) await faults.reload()
}

async function insertAttempt(
  tx: Transaction,
  clock: Clock,
  { id }: Notice,
  number: number,
  { signed, delivery, startedAt }: Attempt,
): Promise<void> {
  await tx.run(
    `INSERT INTO notice_attempts (notice_id, attempt, business_time, wall_time, duration_ms, request_headers,
                                  request_body, reply_status, reply_body, failure)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    id,
    number,
    clock.now(),
    startedAt,
    clock.wallNow() - startedAt,
    JSON.stringify(signed.headers),
    signed.body,
    delivery.status,
    delivery.reply,
    delivery.failure,
  )
}
