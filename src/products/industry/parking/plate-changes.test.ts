import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Driver, freshDriver } from '../../../../test/driver.ts'
import { opened, sinkFor } from '../../../../test/notices.ts'
import { chargeOf, entry, parkingUnderTest } from '../../../../test/parking.ts'
import type { Database, Transaction } from '../../../store/database.ts'
import { testServer } from '../../../store/testing.ts'
import { webhookSink } from '../../../testing/index.ts'
import type { EntranceStateChange } from './contract.ts'
import { plateContext } from './plate-context.ts'
import { openPlate, pausePlate } from './plates.ts'

// Payers who change something at the moment when their cars drive in or out. Whatever comes first, the merchant knows how
// it stands: by the reply, or by a notice after it, and never by a notice of a stay that was charged.

const CARS = 30

const running = await parkingUnderTest({ after })
const { create, charge, park, platform, runDue, merchant } = running

const sink = await webhookSink()
after(() => sink.close())

function forEachCar<T>(work: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: CARS }, (_, index) => work(index)))
}

/** What was reported of each plate, in the order in which it came. */
async function reportedByPlate(): Promise<Map<string, EntranceStateChange[]>> {
  await runDue()
  const plaintexts = sink.received.map(
    callback => opened(callback, merchant('1230000109').apiv3_key) as EntranceStateChange,
  )
  return Map.groupBy(plaintexts, ({ plate_number }) => plate_number)
}

const stateOf = (reported: EntranceStateChange) =>
  reported.blocked_state_description ?? reported.parking_state

/** Drives in while the payer does something; answers what the merchant got by reply and by notices. */
async function driveInDuring(
  driver: Driver,
  happens: () => Promise<unknown>,
): Promise<() => Promise<string[]>> {
  const { plate_number } = driver
  const [reply] = await Promise.all([create(entry({ plate_number, notify_url: sink.url })), happens()])
  assert.equal(reply.statusCode, 200, reply.body)
  const { state, block_reason } = reply.json<Record<string, string>>()
  return async () => [
    block_reason ?? state ?? '',
    ...((await reportedByPlate()).get(plate_number) ?? []).map(stateOf),
  ]
}

test('a car drives in while its service is paused: the entry says so, or a notice does', async () => {
  const outcomes = await forEachCar(async () => {
    const driver = await freshDriver(running)
    await driver.opens()
    return driveInDuring(driver, driver.pauses)
  })
  for (const reported of outcomes) {
    assert.ok(['PAUSE', 'NORMAL,PAUSE'].includes(String(await reported())), String(await reported()))
  }
})

test('a car that nobody has seen drives in while its plate is opened: the entry says so, or a notice does', async () => {
  const outcomes = await forEachCar(async () => {
    const driver = await freshDriver(running)
    return driveInDuring(driver, driver.opens)
  })
  for (const reported of outcomes) {
    assert.ok(['NORMAL', 'OUT_SERVICE,NORMAL'].includes(String(await reported())), String(await reported()))
  }
})

test('a car drives in while its payer falls into arrears: the entry says so, or a notice does', async () => {
  const outcomes = await forEachCar(async () => {
    const driver = await freshDriver(running)
    await driver.opens()
    return driveInDuring(driver, () => driver.owes(1))
  })
  for (const reported of outcomes) {
    assert.ok(['OVERDUE', 'NORMAL,OVERDUE'].includes(String(await reported())), String(await reported()))
  }
})

test('a stay is charged while its service is paused or the payer falls into arrears: it is charged, or reported, and never both', async () => {
  const outcomes = await forEachCar(async index => {
    const driver = await freshDriver(running)
    await driver.opens()
    const { plate_number } = driver
    const stay = await park({ plate_number, notify_url: sink.url })
    const happens = index % 2 === 0 ? driver.pauses : () => driver.owes(1)
    const [reply] = await Promise.all([charge(chargeOf(stay)), happens()])
    return { plate_number, accepted: reply.statusCode === 200 }
  })
  const reported = await reportedByPlate()
  for (const { plate_number, accepted } of outcomes) {
    assert.equal(reported.get(plate_number)?.length ?? 0, accepted ? 0 : 1)
  }
})

test('changes that many do at once are reported one by one as they were committed: no two alike in a row, the last as it is', async () => {
  const driver = await freshDriver(running)
  const { plate_number } = driver
  await driver.opens()
  await park({ plate_number, notify_url: sink.url })
  await forEachCar((index): Promise<unknown> => {
    if (index % 3 === 0) return driver.owes(1)
    return index % 3 === 1 ? driver.pauses() : driver.resumes()
  })
  const reported = (await reportedByPlate()).get(plate_number) ?? []
  const states = reported.map(stateOf)
  assert.ok(states.length > 0)
  assert.ok(
    states.every((state, index) => state !== (states[index - 1] ?? 'NORMAL')),
    String(states),
  )
  const times = reported.map(({ state_update_time }) => state_update_time)
  assert.deepEqual(times, [...new Set(times)].sort())
  const reply = await create(entry({ plate_number }))
  assert.equal(states.at(-1), reply.json<Record<string, string>>().block_reason)
})

test('cars of one payer that drive in and are charged while arrears come and go leave nothing waiting for another', async () => {
  const driver = await freshDriver(running)
  const cars = await Promise.all(
    Array.from({ length: 5 }, async () => ({ ...(await freshDriver(running)), payer_id: driver.payer_id })),
  )
  for (const car of cars) await platform.db.transaction(tx => openPlate(tx, plateContext(platform), car))
  await Promise.all([
    ...cars.map(async ({ plate_number }) => {
      for (let time = 0; time < 5; time += 1) {
        await charge(chargeOf(await park({ plate_number, notify_url: sink.url })))
      }
    }),
    (async () => {
      for (let time = 0; time < 10; time += 1) {
        await driver.owes(1)
        await driver.repays(1)
      }
    })(),
  ])
  // The last that was reported of each stay is how it stands; NORMAL where nothing was.
  for (const { plate_number } of cars) {
    const reported = (await reportedByPlate()).get(plate_number) ?? []
    const newest = await platform.db.get<{ id: string; state_changes: number }>(
      `SELECT p.id, p.state_changes FROM parkings p JOIN latest_parkings l ON l.parking_id = p.id
        WHERE l.plate_number = $1`,
      plate_number,
    )
    assert.equal(reported.filter(({ parking_id }) => parking_id === newest?.id).length, newest?.state_changes)
  }
})

// What follows stops a transaction half way, which takes an engine that has others run meanwhile.
if (testServer) {
  test('an entry waits for a pause that has begun, and says so', async () => {
    const driver = await freshDriver(running)
    await driver.opens()
    const pausing = await holding(platform.db, tx => pausePlate(tx, plateContext(platform), driver))
    const reply = create(entry({ plate_number: driver.plate_number }))
    await pausing.someoneWaits()
    await pausing.release()
    assert.equal((await reply).json<Record<string, string>>().block_reason, 'PAUSE')
  })

  test('a pause waits for a charge that has begun, and then it is no matter of the stay', async t => {
    const own = await sinkFor(t)
    const driver = await freshDriver(running)
    const { plate_number } = driver
    await driver.opens()
    const stay = await park({ plate_number, notify_url: own.url })
    // The charge has the entry in hand and waits for a table that it needs next.
    const table = await holding(platform.db, tx =>
      tx.run('LOCK TABLE payer_openids IN ACCESS EXCLUSIVE MODE'),
    )
    const reply = charge(chargeOf(stay))
    await table.someoneWaits()
    let paused = false
    const pausing = driver.pauses().then(() => {
      paused = true
    })
    await table.someoneWaitsForWhoWaits()
    assert.equal(paused, false)
    await table.release()
    await pausing
    assert.equal((await reply).statusCode, 200)
    await runDue()
    assert.deepEqual(own.received, [])
  })
}

/** Does something in a transaction that stays open until it is released. */
async function holding(db: Database, work: (tx: Transaction) => Promise<unknown>) {
  const held = Promise.withResolvers<number>()
  const released = Promise.withResolvers<void>()
  const transaction = db.transaction(async tx => {
    await work(tx)
    held.resolve((await tx.get<{ pid: number }>('SELECT pg_backend_pid() AS pid'))?.pid ?? 0)
    await released.promise
  })
  const holder = await held.promise
  const untilFound = async (sql: string): Promise<void> => {
    if ((await db.get(sql, holder)) === undefined) await untilFound(sql)
  }
  return {
    someoneWaits: () =>
      untilFound('SELECT pid FROM pg_stat_activity WHERE $1::int = ANY (pg_blocking_pids(pid))'),
    someoneWaitsForWhoWaits: () =>
      untilFound(`SELECT last.pid FROM pg_stat_activity last JOIN pg_stat_activity first
                      ON first.pid = ANY (pg_blocking_pids(last.pid))
                   WHERE $1::int = ANY (pg_blocking_pids(first.pid))`),
    async release() {
      released.resolve()
      await transaction
    },
  }
}
