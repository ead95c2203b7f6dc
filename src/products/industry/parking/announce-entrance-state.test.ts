import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Driver, freshDriver } from '../../../../test/driver.ts'
import { envelopeOf, opened, sinkFor, verifiedSerial } from '../../../../test/notices.ts'
import {
  type Caller,
  chargeOf,
  END_TIME,
  MERCHANT,
  MODES,
  NOW,
  PARTNER,
  type ParkingUnderTest,
  parkingUnderTest,
  type Stay,
} from '../../../../test/parking.ts'
import { conforms } from '../../../contract/validate.ts'
import type { WebhookSink } from '../../../testing/index.ts'
import { type EntranceStateChange, entranceStateChange } from './contract.ts'
import { plateContext } from './plate-context.ts'
import { openPlate } from './plates.ts'

// What the merchant hears of a stay between entry and charge, when the payer does something.

const shared = await parkingUnderTest({ after })

/** The driver's car drives in where notices go to the sink. */
function driveIn(
  { plate_number }: Driver,
  sink: WebhookSink,
  caller: Caller = MERCHANT,
  { park } = shared,
): Promise<Stay> {
  return park({ plate_number, notify_url: sink.url }, caller)
}

/** Everything that the sink got, opened, in the order in which it came. */
async function reported(
  sink: WebhookSink,
  { runDue, merchant }: ParkingUnderTest = shared,
  { mchid } = MERCHANT,
): Promise<EntranceStateChange[]> {
  await runDue()
  return sink.received.map(callback => {
    verifiedSerial(callback, merchant(mchid))
    const { event_type, summary, resource } = envelopeOf(callback)
    assert.deepEqual(
      [event_type, summary, resource.original_type],
      ['VEHICLE.ENTRANCE_STATE_CHANGE', '停车入场状态通知', ''],
    )
    const plaintext = opened(callback, merchant(mchid).apiv3_key)
    assert.equal(conforms(entranceStateChange.resource, plaintext), undefined)
    return plaintext as EntranceStateChange
  })
}

/** The states that the sink received, such as `NORMAL` or `BLOCKED PAUSE`. */
async function states(sink: WebhookSink, running = shared, caller = MERCHANT): Promise<string[]> {
  return (await reported(sink, running, caller)).map(({ parking_state, blocked_state_description = '' }) =>
    `${parking_state} ${blocked_state_description}`.trim(),
  )
}

for (const [mode, caller] of MODES) {
  test(`${mode}: the notice has the entry as it was made, who it is for, and the time with milliseconds`, async t => {
    const sink = await sinkFor(t)
    const running = await parkingUnderTest(t)
    const driver = await freshDriver(running)
    const { id, request } = await driveIn(driver, sink, caller, running)
    running.clock.advance(120)
    await driver.opens()
    const { out_parking_no, plate_number, plate_color, start_time, parking_name, free_duration } = request
    const entry = { out_parking_no, plate_number, plate_color, start_time, parking_name, free_duration }
    const common = { sp_mchid: caller.mchid, ...caller.partner, parking_id: id, ...entry }
    running.clock.advance(1_000)
    await driver.pauses()
    assert.deepEqual(await reported(sink, running, caller), [
      { ...common, parking_state: 'NORMAL', state_update_time: NOW.replace('+', '.120+') },
      {
        ...common,
        parking_state: 'BLOCKED',
        blocked_state_description: 'PAUSE',
        state_update_time: NOW.replace(':00+', ':01.120+'),
      },
    ])
  })

  test(`${mode}: opens, pauses, resumes, falls into arrears, repays, removes, opens: each is reported while parked`, async t => {
    const sink = await sinkFor(t)
    const driver = await freshDriver(shared)
    await driveIn(driver, sink, caller)
    await driver.opens()
    await driver.pauses()
    await driver.resumes()
    await driver.owes(888)
    await driver.repays(888)
    await driver.removes()
    await driver.opens()
    assert.deepEqual(await states(sink, shared, caller), [
      'NORMAL',
      'BLOCKED PAUSE',
      'NORMAL',
      'BLOCKED OVERDUE',
      'NORMAL',
      'BLOCKED REMOVE',
      'NORMAL',
    ])
  })

  test(`${mode}: after the charge nothing is reported, whatever the payer does`, async t => {
    const sink = await sinkFor(t)
    const driver = await freshDriver(shared)
    await driver.opens()
    const stay = await driveIn(driver, sink, caller)
    await shared.accept(stay, {}, caller)
    await driver.pauses()
    await driver.resumes()
    await driver.owes(1)
    await driver.removes()
    assert.deepEqual(await states(sink, shared, caller), [])
  })
}

test('several changes in one millisecond have times that follow each other', async t => {
  const sink = await sinkFor(t)
  const driver = await freshDriver(shared)
  await driver.opens()
  await driveIn(driver, sink)
  await driver.pauses()
  await driver.resumes()
  await driver.pauses()
  const times = (await reported(sink)).map(({ state_update_time }) => state_update_time)
  assert.deepEqual(
    times,
    ['.000+', '.001+', '.002+'].map(fraction => NOW.replace('+', fraction)),
  )
})

test('a change before the entry is in its reply and sends no notice', async t => {
  const sink = await sinkFor(t)
  const driver = await freshDriver(shared)
  await driver.opens()
  await driver.pauses()
  const reply = await shared.create({ ...(await driveIn(driver, sink)).request })
  assert.equal(reply.json<{ block_reason: string }>().block_reason, 'PAUSE')
  assert.deepEqual(await states(sink), [])
})

test('what changes nothing for the stay is not reported: a repeated pause, more arrears, arrears of a paused plate', async t => {
  const sink = await sinkFor(t)
  const driver = await freshDriver(shared)
  await driver.opens()
  await driveIn(driver, sink)
  await driver.pauses()
  await driver.pauses()
  await driver.owes(10)
  assert.deepEqual(await states(sink), ['BLOCKED PAUSE'])
  await driver.resumes()
  await driver.owes(10)
  await driver.repays(19)
  assert.deepEqual(await states(sink), ['BLOCKED PAUSE', 'BLOCKED OVERDUE'])
  await driver.repays(1)
  assert.deepEqual((await states(sink)).slice(2), ['NORMAL'])
})

test('a change to what the assessment refuses is not reported, for the notice has no word for it; one from it is', async t => {
  const sink = await sinkFor(t)
  const driver = await freshDriver(shared, { score: 549 })
  await driveIn(driver, sink)
  await driver.opens()
  assert.deepEqual(await states(sink), [])
  await driver.owes(1)
  await driver.repays(1)
  assert.deepEqual(await states(sink), ['BLOCKED OVERDUE'])
})

test('another score is not reported: it is judged at entry and charge', async t => {
  const sink = await sinkFor(t)
  const driver = await freshDriver(shared)
  await driver.opens()
  const stay = await driveIn(driver, sink)
  await driver.becomes({ score: 549 })
  assert.deepEqual(await states(sink), [])
  assert.equal((await shared.charge(chargeOf(stay))).statusCode, 400)
  await driver.becomes({ score: 550 })
  await shared.accept(stay)
})

test('the newest entry of a plate is reported, also at another merchant, and the superseded one is not', async t => {
  const [older, newest] = [await sinkFor(t), await sinkFor(t)]
  const driver = await freshDriver(shared)
  await driveIn(driver, older, MERCHANT)
  await driver.opens()
  await driveIn(driver, newest, PARTNER)
  await driver.pauses()
  assert.deepEqual(await states(older), ['NORMAL'])
  assert.deepEqual(await states(newest, shared, PARTNER), ['BLOCKED PAUSE'])
})

test('the newest entry was charged: an older one that was not is superseded all the same', async t => {
  const [older, newest] = [await sinkFor(t), await sinkFor(t)]
  const driver = await freshDriver(shared)
  await driver.opens()
  await driveIn(driver, older)
  await shared.accept(await driveIn(driver, newest))
  await driver.pauses()
  assert.deepEqual([await states(older), await states(newest)], [[], []])
})

test('arrears are reported to every car park where a car of the payer stands', async t => {
  const [first, second] = [await sinkFor(t), await sinkFor(t)]
  const driver = await freshDriver(shared)
  const secondCar = { ...driver, plate_number: `沪${driver.plate_number.slice(1)}` }
  const { platform } = shared
  await driver.opens()
  await platform.db.transaction(tx => openPlate(tx, plateContext(platform), secondCar))
  await driveIn(driver, first)
  await driveIn(secondCar, second, PARTNER)
  await driver.owes(1)
  assert.deepEqual(await states(first), ['BLOCKED OVERDUE'])
  assert.deepEqual(await states(second, shared, PARTNER), ['BLOCKED OVERDUE'])
})

test('a plate that was removed and that somebody else opens is reported to the same stay', async t => {
  const sink = await sinkFor(t)
  const driver = await freshDriver(shared)
  await driver.opens()
  await driveIn(driver, sink)
  await driver.removes()
  const { payer_id } = await freshDriver(shared)
  const { platform } = shared
  await platform.db.transaction(tx => openPlate(tx, plateContext(platform), { ...driver, payer_id }))
  assert.deepEqual(await states(sink), ['BLOCKED REMOVE', 'NORMAL'])
})

test('after a failed charge the stay is open again: changes are reported, until it is charged anew', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t, { rules: { deductionLadder: [0] } })
  const { accept, order, runDue } = running
  // A payer with neither money nor advance.
  const driver = await freshDriver(running)
  await driver.opens()
  const stay = await driveIn(driver, sink, MERCHANT, running)
  const { out_trade_no } = await accept(stay)
  await driver.pauses()
  await driver.resumes()
  await runDue()
  assert.equal((await order(out_trade_no)).trade_state, 'PAY_FAIL')
  assert.deepEqual(await states(sink, running), [])
  await driver.pauses()
  await driver.resumes()
  assert.deepEqual(await states(sink, running), ['BLOCKED PAUSE', 'NORMAL'])
  await accept(stay)
  await driver.pauses()
  assert.deepEqual(await states(sink, running), ['BLOCKED PAUSE', 'NORMAL'])
})

test('a stay is reported for as long as it can be charged, to the millisecond', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t, { rules: { parkingLifetime: 10_000 } })
  const driver = await freshDriver(running)
  await driver.opens()
  const stay = await driveIn(driver, sink, MERCHANT, running)
  running.clock.advance(10_000)
  await driver.pauses()
  await driver.resumes()
  assert.equal((await states(sink, running)).length, 2)
  running.clock.advance(1)
  await driver.pauses()
  await driver.resumes()
  assert.equal((await states(sink, running)).length, 2)
  const late = await running.charge(chargeOf(stay, { parking_info: { end_time: END_TIME } }))
  assert.equal(late.statusCode, 400)
})

test('a merchant without an APIv3 key gets no notice, and the payer can do everything all the same', async t => {
  const sink = await sinkFor(t)
  const running = await parkingUnderTest(t)
  await running.platform.db.run(`UPDATE merchants SET apiv3_key = ''`)
  const driver = await freshDriver(running)
  await driveIn(driver, sink, MERCHANT, running)
  assert.equal(await driver.opens(), 'changed')
  await running.runDue()
  assert.deepEqual(sink.received, [])
})
