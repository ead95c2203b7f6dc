import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { migrations } from '../../../../test/schema.ts'
import { MINIMUM_SCORE } from '../../../payers/payers.ts'
import type { Database } from '../../../store/database.ts'
import { migrate } from '../../../store/migrate.ts'
import { openTestDatabase } from '../../../store/testing.ts'
import { findPlateService, type Usability } from './plate-service.ts'

let db: Database
before(async () => {
  db = await openTestDatabase()
  await migrate(db, migrations, Date.now())
})
after(() => db.close())

let last = 0

/** An opened plate of a payer of its own. */
async function openedPlate({ state = 'NORMAL', arrears = 0, score = 700 } = {}): Promise<string> {
  last += 1
  const plate = `粤B${10_000 + last}`
  const payerId = `payer-${last}`
  await db.transaction(async tx => {
    await tx.run('INSERT INTO payers (payer_id, score, arrears) VALUES ($1, $2, $3)', payerId, score, arrears)
    await tx.run(
      `INSERT INTO plates (plate_number, plate_color, payer_id, service_state, service_open_time)
       VALUES ($1, 'BLUE', $2, $3, 1000)`,
      plate,
      payerId,
      state,
    )
  })
  return plate
}

test('a plate that nobody opened has no payer and no time, and is out of service', async () => {
  assert.deepEqual(await findPlateService(db, '京A00001', 'BLUE'), {
    payer_id: undefined,
    service_state: 'OUT_SERVICE',
    service_open_time: undefined,
    usability: 'OUT_SERVICE',
    wallet_state: undefined,
  })
})

test('a plate that was removed is shown like one that nobody opened', async () => {
  await db.run(
    `INSERT INTO plates (plate_number, plate_color, service_state) VALUES ('京A00002', 'BLUE', 'OUT_SERVICE')`,
  )
  assert.deepEqual(
    await findPlateService(db, '京A00002', 'BLUE'),
    await findPlateService(db, '京A00001', 'BLUE'),
  )
})

test('an opened plate is shown with its payer and the time of its opening', async () => {
  const plate = await openedPlate()
  assert.deepEqual(await findPlateService(db, plate, 'BLUE'), {
    payer_id: `payer-${last}`,
    service_state: 'NORMAL',
    service_open_time: 1000,
    usability: 'NORMAL',
    wallet_state: 'NORMAL',
  })
  assert.equal((await findPlateService(db, plate, 'YELLOW')).usability, 'OUT_SERVICE')
})

/** Every combination of what can hinder a charge; the first hindrance of the columns decides. */
const HINDRANCES: readonly [state: string, arrears: number, score: number, usability: Usability][] = [
  ['NORMAL', 0, MINIMUM_SCORE, 'NORMAL'],
  ['NORMAL', 0, MINIMUM_SCORE - 1, 'EVALUATION_FAILED'],
  ['NORMAL', 1, MINIMUM_SCORE, 'OVERDUE'],
  ['NORMAL', 1, MINIMUM_SCORE - 1, 'OVERDUE'],
  ['PAUSE', 0, MINIMUM_SCORE, 'PAUSE'],
  ['PAUSE', 0, MINIMUM_SCORE - 1, 'PAUSE'],
  ['PAUSE', 1, MINIMUM_SCORE, 'PAUSE'],
  ['PAUSE', 1, MINIMUM_SCORE - 1, 'PAUSE'],
]

for (const [state, arrears, score, usability] of HINDRANCES) {
  test(`a plate in ${state}, with ${arrears} fen owed and a score of ${score}, is ${usability}`, async () => {
    const plate = await openedPlate({ state, arrears, score })
    const service = await findPlateService(db, plate, 'BLUE')
    assert.equal(service.usability, usability)
    // Debts and scores are no state of the service.
    assert.equal(service.service_state, state)
  })
}
