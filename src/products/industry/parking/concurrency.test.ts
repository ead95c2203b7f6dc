import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { LightMyRequestResponse } from 'fastify'
import {
  chargeOf,
  entry,
  freshNo,
  freshPlate,
  PARTNER,
  parkingUnderTest,
  type Stay,
} from '../../../../test/parking.ts'
import type { Database, Row } from '../../../store/database.ts'
import { insertRows } from '../../../store/insert-rows.ts'
import { createTestStore, testServer } from '../../../store/testing.ts'
import { startPlatform, virtualClock } from '../../../testing/index.ts'
import type { Transaction } from './contract.ts'
import { settlement } from './settle-transaction.ts'

// Many requests at one moment. On PostgreSQL they are many transactions on many connections.

const PARALLEL = 50

const { create, charge, park, accept, order, platform, runDue } = await parkingUnderTest({ after })

function inParallel<T>(make: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: PARALLEL }, (_, index) => make(index)))
}

/** How often each answer was given: the state of an order, or the code and message of a refusal. */
function tally(replies: readonly LightMyRequestResponse[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const reply of replies) {
    const { code, message, trade_state, state } = reply.json<Record<string, string>>()
    const answer = code ? `${code} ${message}` : `${trade_state ?? state}`
    counts[answer] = (counts[answer] ?? 0) + 1
  }
  return counts
}

async function count(sql: string, ...parameters: string[]): Promise<number> {
  return (await platform.db.get<{ count: number }>(sql, ...parameters))?.count ?? -1
}

test('fifty identical charges at once make one order with one answer and one deduction', async () => {
  const stay = await park()
  const request = chargeOf(stay)
  const replies = await inParallel(() => charge(request))
  assert.equal(new Set(replies.map(reply => reply.body)).size, 1)
  assert.deepEqual(tally(replies), { ACCEPTED: PARALLEL })
  await runDue()
  const payer = `payer-of-${stay.request.plate_number}`
  const deductions = await platform.db.all(
    `SELECT amount FROM ledger_transfers WHERE kind = 'charge' AND debit_account = $1`,
    `payer/${payer}/wallet`,
  )
  assert.deepEqual(deductions, [{ amount: 888 }])
  assert.equal(await count('SELECT COUNT(*) AS count FROM parking_charges WHERE parking_id = $1', stay.id), 1)
  assert.equal((await order(request.out_trade_no)).trade_state, 'SUCCESS')
})

test('fifty charges at once under different numbers on one entry: exactly one is accepted', async () => {
  const stay = await park()
  const replies = await inParallel(() => charge(chargeOf(stay)))
  assert.deepEqual(tally(replies), {
    ACCEPTED: 1,
    'INVALID_REQUEST 场景信息和停车入场ID不匹配': PARALLEL - 1,
  })
  assert.equal(await count('SELECT COUNT(*) AS count FROM parking_charges WHERE parking_id = $1', stay.id), 1)
})

test('fifty charges at once under one number with fifty contents: one is accepted, the number is used for the others', async () => {
  const stays: Stay[] = []
  for (let index = 0; index < PARALLEL; index += 1) stays.push(await park())
  const out_trade_no = freshNo('T')
  const replies = await inParallel(index => charge(chargeOf(stays[index] as Stay, { out_trade_no })))
  assert.deepEqual(tally(replies), { ACCEPTED: 1, 'ALREADY_EXISTS out_trade_no冲突': PARALLEL - 1 })
})

test('fifty identical entries at once make one entry with one id', async () => {
  const request = entry()
  const replies = await inParallel(() => create(request))
  assert.equal(new Set(replies.map(reply => reply.body)).size, 1)
  assert.deepEqual(tally(replies), { NORMAL: PARALLEL })
  const no = request.out_parking_no as string
  assert.equal(await count('SELECT COUNT(*) AS count FROM parkings WHERE out_parking_no = $1', no), 1)
})

test('fifty entries at once under one number with fifty contents: one is made, the number is used for the others', async () => {
  const request = entry()
  const replies = await inParallel(index => create({ ...request, free_duration: index }))
  assert.deepEqual(tally(replies), {
    NORMAL: 1,
    'INVALID_REQUEST 商户入场ID非法，请检查商户入场ID': PARALLEL - 1,
  })
})

test('of fifty entries of one plate that are made at once exactly one can be charged', async () => {
  const plate_number = freshPlate()
  const stays = await inParallel(() => park({ plate_number }))
  const replies = await inParallel(index => charge(chargeOf(stays[index] as Stay)))
  assert.deepEqual(tally(replies), {
    ACCEPTED: 1,
    'INVALID_REQUEST 停车入场ID不存在': PARALLEL - 1,
  })
})

test('a payer whose openid is first asked for by fifty charges at once gets one openid', async () => {
  const plates = Array.from({ length: PARALLEL }, () => freshPlate())
  // Fifty cars of one payer.
  for (const plate of plates) {
    await platform.db.run(`UPDATE plates SET payer_id = 'payer-of-粤B10001' WHERE plate_number = $1`, plate)
  }
  const stays = await Promise.all(plates.map(plate_number => park({ plate_number }, PARTNER)))
  const sub_appid = 'wxd678efh567hg6787'
  const openids = await inParallel(async index => {
    const { payer } = await accept(stays[index] as Stay, { sub_appid }, PARTNER)
    return payer.sub_openid
  })
  assert.equal(new Set(openids).size, 1)
  await runDue()
})

test('due work that is done twice at the same time settles each order once', async () => {
  const numbers = await inParallel(async () => (await accept(await park())).out_trade_no)
  const before = await count(`SELECT COUNT(*) AS count FROM ledger_transfers WHERE kind = 'charge'`)
  await Promise.all([runDue(), runDue(), runDue()])
  const after = await count(`SELECT COUNT(*) AS count FROM ledger_transfers WHERE kind = 'charge'`)
  assert.equal(after - before, PARALLEL)
  for (const number of numbers) assert.equal((await order(number)).trade_state, 'SUCCESS')
})

test('many orders of one payer that are settled at once are each paid once, and the wallet is right', async () => {
  const plate_number = freshPlate()
  const wallet = `payer/payer-of-${plate_number}/wallet`
  const read = async () =>
    (
      await platform.db.get<{ balance: number }>(
        'SELECT balance FROM ledger_accounts WHERE account = $1',
        wallet,
      )
    )?.balance ?? 0
  const before = await read()
  for (let index = 0; index < PARALLEL; index += 1) {
    await accept(await park({ plate_number }), { amount: { total: index + 1 } })
  }
  await runDue()
  assert.equal(before - (await read()), (PARALLEL * (PARALLEL + 1)) / 2)
})

// What follows needs transactions that truly run at once, and a store that two processes can have.
if (testServer) {
  test('the same charge gets the same answer also when the first is committed between two looks of the second', async () => {
    const { db } = platform
    const request = chargeOf(await park())
    const first = await charge(request)
    const number = request.out_trade_no
    const tables = ['orders', 'parking_charges'] as const
    const rows: Row[] = []
    for (const table of tables)
      rows.push((await db.get<Row>(`SELECT * FROM ${table} WHERE out_trade_no = $1`, number)) ?? {})
    for (const table of tables.toReversed())
      await db.run(`DELETE FROM ${table} WHERE out_trade_no = $1`, number)

    const lock = await lockTable(db, 'app_bindings')
    const second = charge(request)
    await lock.someoneWaits
    // The second has found nothing under the number. Now the first is there, as from another node.
    await db.transaction(async tx => {
      for (const [index, row] of rows.entries())
        await insertRows(tx, tables[index] ?? '', Object.keys(row), [row])
    })
    await lock.release()
    assert.equal((await second).body, first.body)
  })

  test('two nodes on one database settle each order once and send each notice once', async t => {
    const store = createTestStore()
    const clock = virtualClock('2017-08-26T11:45:00+08:00')
    const one = await parkingUnderTest(t, { clock, open: () => store.open() })
    const other = await startPlatform({ clock, open: () => store.open() })
    t.after(() => other.stop())
    t.after(() => store.remove())

    const numbers = await inParallel(async () => (await one.accept(await one.park())).out_trade_no)
    await Promise.all([one.runDue(), other.runDue(), one.runDue(), other.runDue()])

    const states = await Promise.all(numbers.map(async number => (await one.order(number)).trade_state))
    assert.deepEqual(new Set(states), new Set<Transaction['trade_state']>(['SUCCESS']))
    const { db } = one.platform
    const charges = await db.all(`SELECT subject FROM ledger_transfers WHERE kind = 'charge'`)
    assert.equal(charges.length, PARALLEL)
    // Nobody listens, so each attempt is on record and a second one would be too.
    const notices = await db.all<{ attempts: number }>('SELECT attempts FROM notices')
    assert.deepEqual(
      notices.map(({ attempts }) => attempts),
      numbers.map(() => 1),
    )
    const sum = await db.get('SELECT CAST(SUM(balance) AS BIGINT) AS total FROM ledger_accounts')
    assert.deepEqual(sum, { total: 0 })
  })

  test('an order that another node has in hand is not touched, and settled once that node gives it up', async t => {
    const running = await parkingUnderTest(t, { rules: { deductionLadder: [1_000] } })
    const { db } = running.platform
    const { out_trade_no } = await running.accept(await running.park())
    running.clock.advance(1_000)
    const held = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    const otherNode = db.transaction(async tx => {
      await tx.get(`SELECT * FROM orders WHERE out_trade_no = $1 ${tx.forUpdate}`, out_trade_no)
      held.resolve()
      await released.promise
    })
    await held.promise
    const job = settlement(running.platform)
    const [order] = await job.claim(running.clock.now(), 10, new Set())
    assert.ok(order)
    assert.equal(await job.handle(order), false)
    assert.equal((await running.order(out_trade_no)).trade_state, 'ACCEPTED')
    released.resolve()
    await otherNode
    assert.equal(await job.handle(order), true)
    assert.equal((await running.order(out_trade_no)).trade_state, 'SUCCESS')
    // A node that comes too late finds nothing to do, and nobody else at it.
    assert.equal(await job.handle(order), true)
  })
}

/** Keeps everybody from a table until it is released; reports when somebody has come to wait for it. */
async function lockTable(
  db: Database,
  table: string,
): Promise<{ someoneWaits: Promise<void>; release(): Promise<void> }> {
  const locked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const transaction = db.transaction(async tx => {
    await tx.run(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`)
    locked.resolve()
    await released.promise
  })
  await locked.promise
  const look = async (): Promise<void> => {
    const waiting = 'SELECT pid FROM pg_locks WHERE NOT granted AND relation = to_regclass($1)'
    if ((await db.get(waiting, table)) === undefined) await look()
  }
  return {
    someoneWaits: look(),
    async release() {
      released.resolve()
      await transaction
    },
  }
}
