import { type NoticeDeclaration, productOf, type ResourceOf } from '../contract/notice.ts'
import type { Merchant } from '../merchants/merchants.ts'
import { newNoticeId } from '../protocol/ids.ts'
import type { Transaction } from '../store/database.ts'
import type { NoticesContext } from './context.ts'

/**
 * Puts a notice into the outbox, as part of the transaction that causes it. It is sent after the commit. Throws when the
 * declaration does not have the event type.
 *
 * A merchant without an APIv3 key gets no notices at all, because there is nothing to seal them with.
 *
 * `subject` is what the notice is about, under which the administration finds it: such as `order/<mchid>/<out_trade_no>`.
 * Notices of one subject that have a `sequence` are sent in its order: none before an earlier one was attempted once. That
 * is the order of their commits if their transactions lock the subject before they count. Notices without a sequence wait
 * for no other.
 */
export async function enqueueNotice<N extends NoticeDeclaration>(
  tx: Transaction,
  { clock, random, wake }: Pick<NoticesContext, 'clock' | 'random' | 'wake'>,
  declared: N,
  notice: {
    eventType: keyof N['events'] & string
    receiver: Merchant
    notifyUrl: string
    resource: ResourceOf<N>
    subject: string
    sequence?: number | undefined
  },
): Promise<void> {
  const { eventType, receiver, notifyUrl, resource, subject, sequence } = notice
  const summary = declared.events[eventType]
  if (summary === undefined)
    throw new Error(`${declared.id} declares no ${eventType}: give it in its events with the summary`)
  if (receiver.apiv3_key === '') return
  const now = clock.now()
  await tx.run(
    `INSERT INTO notices (id, mchid, notify_url, product, event_type, original_type, summary, create_time, resource, state,
                          due_at, subject, sequence)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'PENDING', $10, $11, $12)`,
    newNoticeId(now, random),
    receiver.mchid,
    notifyUrl,
    productOf(declared),
    eventType,
    declared.originalType,
    summary,
    now,
    JSON.stringify(resource),
    now,
    subject,
    sequence ?? null,
  )
  tx.afterCommit(() => wake('notices'))
}

/**
 * Sends a notice once more, as somebody asked for it. One that was delivered or given up is due now, and if that fails, by
 * the whole retry schedule again; its attempts stay on record and their numbers go on. One that waits for its next attempt is due
 * now and stays where it is on the retry schedule. Answers false when there is no such notice.
 */
export async function replayNotice(
  tx: Transaction,
  { clock, wake }: Pick<NoticesContext, 'clock' | 'wake'>,
  noticeId: string,
): Promise<boolean> {
  const replayed = await tx.run(
    `UPDATE notices
        SET due_at = $1, state = 'PENDING',
            attempts_before_replay = CASE state WHEN 'PENDING' THEN attempts_before_replay ELSE attempts END
      WHERE id = $2`,
    clock.now(),
    noticeId,
  )
  tx.afterCommit(() => wake('notices'))
  return replayed === 1
}
