import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { migrations } from '../../../../test/schema.ts'
import { changeArrears, type StandingChange } from '../../../payers/arrears.ts'
import { changePayer, createPayer, readPayer } from '../../../payers/payers.ts'
import type { Database, Transaction } from '../../../store/database.ts'
import { migrate } from '../../../store/migrate.ts'
import { openTestDatabase } from '../../../store/testing.ts'
import { virtualClock } from '../../../testing/index.ts'
import { findPlateService, type PlateChange } from './plate-service.ts'
import { listPlates, openPlate, type PlateOutcome, pausePlate, removePlate, resumePlate } from './plates.ts'
import { standingChanged } from './standing-changed.ts'

const DO = { open: openPlate, pause: pausePlate, resume: resumePlate, remove: removePlate }
const clock = virtualClock(1_000)
const reported: PlateChange[] = []
const plateChanged = async (_: unknown, change: PlateChange) => void reported.push(change)
const context = {
  clock,
  plateChanged,
  listeners: {
    standingChanged: (tx: Transaction, change: StandingChange) =>
      standingChanged(tx, { plateChanged }, change),
    advanceRepaid: async () => undefined,
  },
}

let db: Database
before(async () => {
  db = await openTestDatabase()
  await migrate(db, migrations, Date.now())
})
after(() => db.close())
beforeEach(() => void reported.splice(0))

let last = 0

/** A payer of this test's own, and a plate that nobody has seen. */
async function fresh({ score = 700 } = {}) {
  last += 1
  const payer_id = `payer-${last}`
  await db.transaction(tx => createPayer(tx, { payer_id, score, advance_limit: 0 }))
  return { payer_id, plate_number: `粤B${10_000 + last}`, plate_color: 'BLUE' } as const
}

type Plate = Awaited<ReturnType<typeof fresh>>

function act(event: keyof typeof DO, plate: Plate): Promise<PlateOutcome> {
  return db.transaction(tx => DO[event](tx, context, plate))
}

const owe = (payerId: string, delta: number) =>
  db.transaction(tx => changeArrears(tx, context, payerId, delta))
const serviceOf = ({ plate_number, plate_color }: Plate) => findPlateService(db, plate_number, plate_color)
/** What was reported, as `before after`. */
const changes = () => reported.map(({ before, after }) => `${before} ${after}`)

test('a plate is opened, paused, resumed and removed, and each step is reported with what was before and after', async () => {
  const plate = await fresh()
  for (const [event, state, change] of [
    ['open', 'NORMAL', 'OUT_SERVICE NORMAL'],
    ['pause', 'PAUSE', 'NORMAL PAUSE'],
    ['resume', 'NORMAL', 'PAUSE NORMAL'],
    ['pause', 'PAUSE', 'NORMAL PAUSE'],
    ['remove', 'OUT_SERVICE', 'PAUSE OUT_SERVICE'],
    ['open', 'NORMAL', 'OUT_SERVICE NORMAL'],
    ['remove', 'OUT_SERVICE', 'NORMAL OUT_SERVICE'],
  ] as const) {
    reported.splice(0)
    assert.equal(await act(event, plate), 'changed')
    assert.equal((await serviceOf(plate)).service_state, state)
    assert.deepEqual(changes(), [change])
    const { plate_number, plate_color } = plate
    assert.deepEqual(
      { ...reported[0], before: '', after: '' },
      { plate_number, plate_color, before: '', after: '' },
    )
    // The same again is no change and nobody hears of it.
    assert.equal(await act(event, plate), 'unchanged')
    assert.equal(reported.length, 1)
  }
})

test('a paused plate that is opened again stays paused', async () => {
  const plate = await fresh()
  await act('open', plate)
  await act('pause', plate)
  assert.equal(await act('open', plate), 'unchanged')
  assert.equal((await serviceOf(plate)).service_state, 'PAUSE')
})

test('the time of the opening is kept until the plate is removed; another opening has a time of its own', async () => {
  const plate = await fresh()
  const openTime = async () => (await serviceOf(plate)).service_open_time
  await act('open', plate)
  const opened = clock.now()
  for (const event of ['pause', 'resume', 'open'] as const) {
    clock.advance(1_000)
    await act(event, plate)
    assert.equal(await openTime(), opened)
  }
  await act('remove', plate)
  assert.equal(await openTime(), undefined)
  clock.advance(1_000)
  await act('open', plate)
  assert.equal(await openTime(), clock.now())
})

test('a plate has one payer at a time: nobody else can do anything with it until it is removed', async () => {
  const plate = await fresh()
  const other = { ...plate, payer_id: (await fresh()).payer_id }
  await act('open', plate)
  reported.splice(0)
  for (const event of ['open', 'pause', 'resume', 'remove'] as const) {
    assert.equal(await act(event, other), 'plate_taken')
  }
  assert.deepEqual(reported, [])
  assert.equal((await serviceOf(plate)).payer_id, plate.payer_id)
  await act('remove', plate)
  assert.equal(await act('open', other), 'changed')
  assert.equal((await serviceOf(plate)).payer_id, other.payer_id)
  assert.deepEqual(await listPlates(db, plate.payer_id), [])
})

test('a plate that was never opened cannot be paused or resumed, and to remove it is no change', async () => {
  const plate = await fresh()
  assert.equal(await act('pause', plate), 'plate_not_opened')
  assert.equal(await act('resume', plate), 'plate_not_opened')
  assert.equal(await act('remove', plate), 'unchanged')
  assert.deepEqual(reported, [])
})

test('a payer that does not exist has no plates', async () => {
  const plate = { ...(await fresh()), payer_id: 'nobody' }
  for (const event of ['open', 'pause', 'resume', 'remove'] as const) {
    assert.equal(await act(event, plate), 'payer_unknown')
  }
})

test('of two payers who open one plate at the same time one gets it', async () => {
  const plate = await fresh()
  const other = { ...plate, payer_id: (await fresh()).payer_id }
  const outcomes = await Promise.all([act('open', plate), act('open', other)])
  assert.deepEqual(outcomes.sort(), ['changed', 'plate_taken'])
})

test('the plates of a payer are listed with their states', async () => {
  const plate = await fresh()
  const green = { ...plate, plate_number: '粤BD10001', plate_color: 'GREEN' } as unknown as Plate
  await act('open', plate)
  await act('open', green)
  await act('pause', green)
  const service_open_time = clock.now()
  assert.deepEqual(await listPlates(db, plate.payer_id), [
    { ...plate, service_state: 'NORMAL', service_open_time },
    { ...green, service_state: 'PAUSE', service_open_time },
  ])
  await act('remove', green)
})

test('arrears make all plates of a payer overdue, but those that are paused; paying back lifts that', async () => {
  const plate = await fresh()
  const second = { ...plate, plate_number: '粤B90002' } as unknown as Plate
  const paused = { ...plate, plate_number: '粤B90001' } as unknown as Plate
  for (const each of [plate, second, paused]) await act('open', each)
  await act('pause', paused)
  reported.splice(0)

  await owe(plate.payer_id, 888)
  assert.deepEqual(changes(), ['NORMAL OVERDUE', 'NORMAL OVERDUE'])
  assert.deepEqual(
    reported.map(({ plate_number }) => plate_number),
    [plate.plate_number, second.plate_number],
  )
  // More or less of it changes nothing for the plates.
  await owe(plate.payer_id, 112)
  await owe(plate.payer_id, -999)
  await owe(plate.payer_id, 0)
  assert.equal(reported.length, 2)
  assert.equal((await readPayer(db, plate.payer_id))?.arrears, 1)
  await act('resume', paused)
  assert.deepEqual(changes().slice(2), ['PAUSE OVERDUE'])
  reported.splice(0)
  await owe(plate.payer_id, -1)
  assert.deepEqual(changes(), ['OVERDUE NORMAL', 'OVERDUE NORMAL', 'OVERDUE NORMAL'])
})

test('arrears never go below zero, and nobody owes who does not exist', async () => {
  const { payer_id } = await fresh()
  await owe(payer_id, 5)
  await assert.rejects(owe(payer_id, -6), /is 5 fen in arrears, not 6/)
  await assert.rejects(owe('nobody', 1), /There is no payer nobody/)
  assert.equal((await readPayer(db, payer_id))?.arrears, 5)
})

test('arrears that change many times at once add up', async () => {
  const plate = await fresh()
  await act('open', plate)
  reported.splice(0)
  await Promise.all(Array.from({ length: 20 }, (_, index) => owe(plate.payer_id, index + 1)))
  assert.equal((await readPayer(db, plate.payer_id))?.arrears, 210)
  // A transaction that the server has run again has reported twice here, but only its last run counts in the store.
  assert.deepEqual(new Set(changes()), new Set(['NORMAL OVERDUE']))
})

test('a low score is seen when something else changes, and is itself not reported', async () => {
  const plate = await fresh({ score: 549 })
  await act('open', plate)
  assert.deepEqual(changes(), ['OUT_SERVICE EVALUATION_FAILED'])
  await db.transaction(tx => changePayer(tx, plate.payer_id, { score: 550 }))
  assert.equal(reported.length, 1)
  assert.equal((await serviceOf(plate)).usability, 'NORMAL')
  await act('pause', plate)
  assert.deepEqual(changes().slice(1), ['NORMAL PAUSE'])
})

test('what the listener refuses is not done: the change and what is reported of it are one transaction', async () => {
  const plate = await fresh()
  const refuse = { ...context, plateChanged: () => Promise.reject(new Error('No room')) }
  await assert.rejects(
    db.transaction(tx => openPlate(tx, refuse, plate)),
    /No room/,
  )
  assert.equal((await serviceOf(plate)).service_state, 'OUT_SERVICE')
})
