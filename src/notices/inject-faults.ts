import { type Injection, type Injections, NO_INJECTIONS } from '../faults/faults.ts'
import type { Transaction } from '../store/database.ts'
import type { NoticesContext } from './context.ts'
import type { Delivery } from './send.ts'

/** What is looked at here of a notice in hand. */
interface NoticeInHand {
  id: string
  mchid: string
  product: string
  event_type: string
  resource: string
  attempts: number
  attempts_before_replay: number
  /** JSON; null when no rule was matched against it yet. */
  faults: string | null
}

/**
 * What goes wrong on purpose with the attempt that is due; `put_off` when it is due later now. Rules are matched once against a
 * notice, before its first attempt, and again after a replay of one that had ended. What is injected is kept with the notice
 * until that attempt is on record, so that it comes after a delay or a crash all the same.
 */
export async function injectFaults(
  platform: NoticesContext,
  notice: NoticeInHand,
): Promise<Injections | 'put_off'> {
  const { clock, faults } = platform
  if (notice.faults !== null) return JSON.parse(notice.faults) as Injections
  const isFirst = notice.attempts === notice.attempts_before_replay
  if (!isFirst || !faults.areThere('notice')) return NO_INJECTIONS
  const { id, product, event_type, mchid } = notice
  const subject = { product, event_type, mchid, content: JSON.parse(notice.resource) as unknown }
  const injected = await faults.inject('notice', subject, {
    // One notice of a merchant is held at a time, or with a rule for all they would wait for each other. That is looked at
    // under the merchant's lock, because its notices are sent side by side.
    exceptNow: async tx => ((await isAnyHeld(tx, mchid)) ? ['NOTICE_REORDERED'] : []),
    async keep(tx, injected) {
      await tx.run('UPDATE notices SET faults = $1 WHERE id = $2', JSON.stringify(injected), id)
      const waitMs = waitOf(injected)
      if (waitMs === 0) return
      await tx.run(
        'UPDATE notices SET due_at = $1, held = $2, leased_until = 0 WHERE id = $3',
        clock.now() + waitMs,
        injected.NOTICE_REORDERED ? 1 : 0,
        id,
      )
    },
  })
  return waitOf(injected) === 0 ? injected : 'put_off'
}

/** How long a notice rests before it is sent, in milliseconds. One that is lost need not wait for that. */
function waitOf({ NOTICE_LOST, NOTICE_DELAYED, NOTICE_REORDERED }: Injections): number {
  return NOTICE_LOST ? 0 : Math.max(NOTICE_DELAYED?.delay_ms ?? 0, NOTICE_REORDERED?.delay_ms ?? 0)
}

async function isAnyHeld(tx: Transaction, mchid: string): Promise<boolean> {
  await tx.get(`SELECT mchid FROM merchants WHERE mchid = $1 ${tx.forUpdate}`, mchid)
  return (await tx.get('SELECT id FROM notices WHERE mchid = $1 AND held = 1 LIMIT 1', mchid)) !== undefined
}

/** A notice was sent, so the one that waited to be overtaken by it is due. */
export async function releaseHeld(
  tx: Transaction,
  { clock, wake }: Pick<NoticesContext, 'clock' | 'wake'>,
  { id, mchid }: Pick<NoticeInHand, 'id' | 'mchid'>,
): Promise<void> {
  const released = await tx.run(
    'UPDATE notices SET due_at = $1, held = 0 WHERE mchid = $2 AND held = 1 AND id <> $3',
    clock.now(),
    mchid,
    id,
  )
  if (released > 0) tx.afterCommit(() => wake('notices'))
}

/** What must be refused, and what is wrong with it. */
const CORRUPTED = {
  NOTICE_PROBE: 'the signature is wrong',
  NOTICE_WRONG_SIGNATURE: 'the signature is wrong',
  NOTICE_OLD: 'it was signed ten minutes ago',
} as const
const CORRUPTING_KINDS = Object.keys(CORRUPTED) as (keyof typeof CORRUPTED)[]

/** What came of an attempt. Whoever takes a notice that must be refused has not got it: the genuine one follows. */
export function corruptedDelivery(injected: Injections, delivery: Delivery): Delivery {
  const kind = CORRUPTING_KINDS.find(candidate => injected[candidate])
  const fault = kind && injected[kind]
  if (!fault) return delivery
  const failure = delivery.failure || `The reply was HTTP ${delivery.status}, although ${CORRUPTED[kind]}`
  return { ...delivery, failure: `${failure}. ${nameOf(kind, fault)}` }
}

/** The attempt that is not made. */
export function lostDelivery(fault: Injection): Delivery {
  return { status: null, reply: '', failure: `It was not sent. ${nameOf('NOTICE_LOST', fault)}` }
}

function nameOf(kind: string, { fault_id }: Injection): string {
  return `On purpose: ${kind} by the fault ${fault_id}`
}
