import assert from 'node:assert/strict'
import { test } from 'node:test'
import { putNotices } from '../../test/notices-backlog.ts'
import { MERCHANT, PARTNER, sandboxUnderTest } from '../../test/sandbox.ts'
import type { Database, SqlValue, Statements } from '../store/database.ts'
import { noticeDelivery } from './deliver.ts'

// What a look at the outbox costs, by what the engines say of their plans: an index leads to what it needs, however many wait.

type Statement = [sql: string, ...parameters: SqlValue[]]

/** The database, with a record of every statement. */
function recorded(db: Database): { db: Database; asked: Statement[] } {
  const asked: Statement[] = []
  const recording = <S extends Statements>(statements: S): Pick<S, keyof Statements> => ({
    all: (...statement) => {
      asked.push(statement)
      return statements.all(...statement)
    },
    get: (...statement) => {
      asked.push(statement)
      return statements.get(...statement)
    },
    run: (...statement) => statements.run(...statement),
  })
  return {
    asked,
    db: {
      ...recording(db),
      engine: db.engine,
      shared: db.shared,
      version: () => db.version(),
      missingFile: () => db.missingFile(),
      transaction: work => db.transaction(tx => work(Object.assign(Object.create(tx), recording(tx)))),
      rewriteFiles: () => db.rewriteFiles(),
      close: () => db.close(),
    },
  }
}

async function planOf(db: Database, [sql, ...parameters]: Statement): Promise<string> {
  if (db.engine === 'sqlite') {
    const steps = await db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...parameters)
    return steps.map(({ detail }) => detail).join('\n')
  }
  const lines = await db.all<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, ...parameters)
  return lines.map(line => line['QUERY PLAN']).join('\n')
}

/** Makes so many copies of the one notice of a merchant, due like it or delivered long ago. */
async function multiply(db: Database, mchid: string, state: 'PENDING' | 'DELIVERED', copies: number) {
  await db.run(
    `WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ${copies})
     INSERT INTO notices (id, mchid, notify_url, product, event_type, original_type, summary, create_time, resource, state, due_at,
                          subject)
     SELECT $2 || number, mchid, notify_url, product, event_type, original_type, summary, create_time, resource, $3,
            CASE $3 WHEN 'PENDING' THEN due_at END, subject || number
       FROM numbers, notices WHERE id = (SELECT MIN(id) FROM notices WHERE mchid = $1)`,
    mchid,
    `${state} of ${mchid} `,
    state,
  )
}

/** Each use of the index, and what it looks like: by the merchant, or to the first merchant. */
const ALL_STEPS = { sqlite: /^.*INDEX notices_due.*$/gm, postgres: /^.*using notices_due.*\n.*$/gm }
const STEP = {
  sqlite: /COVERING INDEX notices_due(?: \(mchid>\?\))?$|INDEX notices_due \(mchid=\? AND due_at[<>]\?\)$/,
  postgres: /Index Cond: \(+(?:\w+\.)?mchid /,
}

test('every look goes by the index of what is due of each merchant, and reads neither all that waits nor all that was sent', async t => {
  const { platform, clock } = await sandboxUnderTest(t)
  for (const { mchid } of [MERCHANT, PARTNER]) {
    await putNotices(platform, mchid, 'http://127.0.0.1:9/notify')
    await multiply(platform.db, mchid, 'PENDING', 2_000)
    // Most of an outbox was delivered long ago.
    await multiply(platform.db, mchid, 'DELIVERED', 5_000)
  }
  await platform.db.run('ANALYZE')
  const { db, asked } = recorded(platform.db)
  const job = noticeDelivery({ ...platform, db }, async () => assert.fail('Nothing is sent here'))
  assert.equal((await job.claim(clock.now(), 64, new Set())).length, 43)
  await job.nextDueAt()
  await job.isHeldElsewhere?.(clock.now(), clock.wallNow())
  const looks = asked.filter(([sql]) => /\bnotices\b/.test(sql))
  assert.ok(looks.length >= 3)
  for (const look of looks) {
    const plan = await planOf(platform.db, look)
    const steps = plan.match(ALL_STEPS[platform.db.engine]) ?? []
    assert.ok(steps.length > 0, plan)
    for (const step of steps) assert.match(step, STEP[platform.db.engine], plan)
    assert.doesNotMatch(plan, /SCAN (?:notices|n)\b|Seq Scan on notices|Sort|TEMP B-TREE/, plan)
  }
})
