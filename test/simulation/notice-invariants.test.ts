import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { replayNotice } from '../../src/notices/outbox.ts'
import { webhookSink } from '../../src/testing/index.ts'
import { parkingUnderTest } from '../parking.ts'
import { History } from './history.ts'
import type { View } from './invariants.ts'
import { NOTICES_AT_THE_END } from './notice-invariants.ts'
import type { NoticeRow } from './snapshot.ts'

// `changesAreNotifiedOrGivenUp` against a real outbox: what of a notice that was lost on purpose counts as an error.

const sink = await webhookSink()
after(() => sink.close())
const { platform, faults, runDue, park, accept } = await parkingUnderTest({ after })
const { db } = platform

/** Makes a notice and does with it in turn what is said: it is lost or sent at its first attempt, and then at each replay. */
async function noticeThatIs(...fates: ('lost' | 'sent')[]): Promise<{ row: NoticeRow; history: History }> {
  const history = new History()
  const { out_trade_no } = await accept(await park(), { notify_url: sink.url })
  let row: NoticeRow | undefined
  for (const fate of fates) {
    if (row) await db.transaction(tx => replayNotice(tx, platform, (row as NoticeRow).id))
    if (fate === 'lost') await faults.put({ kind: 'NOTICE_LOST' })
    const before = sink.received.length
    await runDue()
    if (fate === 'lost') await faults.remove('NOTICE_LOST')
    assert.equal(sink.received.length - before, fate === 'sent' ? 1 : 0)
    row = await db.get<NoticeRow>('SELECT * FROM notices WHERE resource LIKE $1', `%${out_trade_no}%`)
    assert.ok(row)
    if (fate === 'sent') history.tellNotice({ id: row.id, event_type: row.event_type, plaintext: '' }, true)
  }
  assert.ok(row)
  return { row, history }
}

async function found({ row, history }: Awaited<ReturnType<typeof noticeThatIs>>): Promise<string[]> {
  const view = { db, history, notices: new Map([[row.id, row]]) } as Partial<View> as View
  const sentences = await NOTICES_AT_THE_END.changesAreNotifiedOrGivenUp(view)
  return sentences.map(sentence => sentence.replace(`${row.event_type} ${row.id} `, ''))
}

test('what is lost, sent and replayed in any order is as it should be', async () => {
  for (const fates of [
    ['lost'],
    ['sent'],
    ['sent', 'lost'],
    ['lost', 'sent'],
    ['lost', 'lost'],
    ['sent', 'sent', 'lost'],
    ['lost', 'sent', 'lost'],
    ['sent', 'lost', 'sent'],
  ] as const) {
    assert.deepEqual(await found(await noticeThatIs(...fates)), [], fates.join(', '))
  }
})

test('a notice that is lost and sent all the same is found', async () => {
  const { row, history } = await noticeThatIs('lost')
  const { id, event_type } = row
  history.tellNotice({ id, event_type, plaintext: '' }, true)
  assert.deepEqual(await found({ row, history }), ['is lost and was sent 1 times'])
})

test('so is one that was lost, replayed and never sent', async () => {
  const { row } = await noticeThatIs('lost', 'sent')
  assert.deepEqual(await found({ row, history: new History() }), ['was sent 0 times and never got'])
})

test('so is one that is lost at another attempt than its first, or sent on after that without a replay', async () => {
  const [late, again] = [await noticeThatIs('sent', 'lost'), await noticeThatIs('lost', 'sent')]
  const forget = (id: string) => db.run('UPDATE notices SET attempts_before_replay = 0 WHERE id = $1', id)
  await forget(late.row.id)
  assert.deepEqual(await found(late), ['was lost after it was sent'])
  await forget(again.row.id)
  assert.deepEqual(await found(again), ['was sent after it was lost'])
})
