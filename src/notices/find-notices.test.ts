import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parkingUnderTest } from '../../test/parking.ts'
import { findMerchant } from '../merchants/merchants.ts'
import { securityEchoResult } from '../products/common/security-echo/contract.ts'
import type { Database, SqlValue, Statements } from '../store/database.ts'
import { noticesAbout } from './find-notices.ts'
import { enqueueNotice } from './outbox.ts'

const NOTICES_ELSEWHERE = 3_000

async function enqueue({ platform }: Awaited<ReturnType<typeof parkingUnderTest>>, subject: string) {
  const receiver = await findMerchant(platform.db, '1230000109')
  assert.ok(receiver)
  const notice = { receiver, notifyUrl: 'http://127.0.0.1:9/notify', resource: { echo_message: 'hello' } }
  const eventType = 'SECURITY_ECHO.SUCCESS' as const
  await platform.db.transaction(async tx => {
    for (const sequence of [2, 1, undefined])
      await enqueueNotice(tx, platform, securityEchoResult, { ...notice, eventType, subject, sequence })
  })
}

async function planOf(db: Database, sql: string, parameters: SqlValue[]): Promise<string> {
  const explain = db.engine === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN'
  return JSON.stringify(await db.all(`${explain} ${sql}`, ...parameters))
}

test('the notices about a subject are found by its index, and those about nothing under no subject', async t => {
  const running = await parkingUnderTest(t)
  const { db } = running.platform
  await enqueue(running, 'order/1230000109/T1')
  await enqueue(running, 'order/1230000109/T10')
  await enqueue(running, '')
  await db.run(
    `WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ${NOTICES_ELSEWHERE})
     INSERT INTO notices (id, mchid, notify_url, product, event_type, original_type, summary, create_time, resource, state, subject)
     SELECT 'copy ' || number, mchid, notify_url, product, event_type, original_type, summary, create_time, resource,
            'DELIVERED', 'order/1230000109/C' || number
       FROM numbers, notices WHERE id = (SELECT MIN(id) FROM notices)`,
  )
  await db.run('ANALYZE')
  const asked: [sql: string, parameters: SqlValue[]][] = []
  const recording: Statements = {
    get: (sql, ...parameters) => db.get(sql, ...parameters),
    run: (sql, ...parameters) => db.run(sql, ...parameters),
    all(sql, ...parameters) {
      asked.push([sql, parameters])
      return db.all(sql, ...parameters)
    },
  }
  const found = await noticesAbout(recording, 'order/1230000109/T1')
  const rows = await db.all<{ id: string; sequence: number | null }>(
    'SELECT id, sequence FROM notices WHERE subject = $1',
    'order/1230000109/T1',
  )
  assert.deepEqual(found.map(({ id }) => id).sort(), rows.map(({ id }) => id).sort())
  const sequences = found.map(({ id }) => rows.find(row => row.id === id)?.sequence ?? undefined)
  assert.deepEqual(
    sequences.filter(sequence => sequence !== undefined),
    [1, 2],
  )
  assert.deepEqual(
    [found[0]?.product, found[0]?.event_type, found[0]?.state, found[0]?.attempts],
    ['security', 'SECURITY_ECHO.SUCCESS', 'PENDING', 0],
  )
  assert.equal(asked.length, 1)
  for (const [sql, parameters] of asked) assert.match(await planOf(db, sql, parameters), /notices_by_subject/)
  assert.deepEqual(await noticesAbout(db, ''), [])
})

test('an event type that the declaration does not have is refused with what to do', async t => {
  const running = await parkingUnderTest(t)
  const { platform } = running
  const receiver = await findMerchant(platform.db, '1230000109')
  assert.ok(receiver)
  const notice = { receiver, notifyUrl: 'http://127.0.0.1:9/', resource: { echo_message: 'a' }, subject: '' }
  const sent = platform.db.transaction(tx =>
    enqueueNotice(tx, platform, securityEchoResult, { ...notice, eventType: 'REFUND.SUCCESS' as never }),
  )
  await assert.rejects(sent, /security.securityEchoResult declares no REFUND.SUCCESS: give it in its events/)
})
