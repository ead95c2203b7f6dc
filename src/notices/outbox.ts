import type { NoticeDeclaration, ResourceOf } from '../contract/operation.ts'
import type { Merchant } from '../merchants/merchants.ts'
import type { Platform } from '../platform.ts'
import { newNoticeId } from '../protocol/ids.ts'
import type { Transaction } from '../store/database.ts'

/**
 * Puts a notice into the outbox, as part of the transaction that causes it. It is sent after the commit.
 *
 * A merchant without an APIv3 key gets no notices at all, because there is nothing to seal them with.
 */
export async function enqueueNotice<N extends NoticeDeclaration>(
  tx: Transaction,
  { clock, random, wake }: Pick<Platform, 'clock' | 'random' | 'wake'>,
  declared: N,
  notice: {
    eventType: keyof N['events'] & string
    receiver: Merchant
    notifyUrl: string
    resource: ResourceOf<N>
  },
): Promise<void> {
  const { eventType, receiver, notifyUrl, resource } = notice
  if (receiver.apiv3_key === '') return
  const now = clock.now()
  await tx.run(
    `INSERT INTO notices (id, mchid, notify_url, event_type, original_type, summary, create_time, resource, state, due_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'PENDING', $9)`,
    newNoticeId(random),
    receiver.mchid,
    notifyUrl,
    eventType,
    declared.originalType,
    declared.events[eventType] ?? '',
    now,
    JSON.stringify(resource),
    now,
  )
  tx.afterCommit(wake.notices)
}
