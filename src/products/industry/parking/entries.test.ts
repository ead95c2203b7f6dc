import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { freshDriver } from '../../../../test/driver.ts'
import {
  chargeOf,
  entry,
  freshPlate,
  MERCHANT,
  MODES,
  PARTNER,
  parkingUnderTest,
} from '../../../../test/parking.ts'
import type { Transaction } from './contract.ts'

// What becomes of an entry between its making and its charge.

const { create, charge, park, accept, order, platform, runDue } = await parkingUnderTest({ after })

/** Status, code and message of a refusal, or the state of an accepted charge. */
async function outcome(reply: ReturnType<typeof charge>): Promise<string> {
  const answer = (await reply).json<Partial<Transaction> & { code?: string; message?: string }>()
  return answer.code
    ? `${(await reply).statusCode} ${answer.code} ${answer.message}`
    : `${answer.trade_state}`
}

const UNKNOWN = '400 INVALID_REQUEST 停车入场ID不存在'

for (const [mode, caller] of MODES) {
  test(`${mode}: of several entries of one plate only the newest can be charged`, async () => {
    const plate_number = freshPlate()
    const first = await park({ plate_number }, caller)
    const second = await park({ plate_number }, caller)
    const third = await park({ plate_number }, caller)
    assert.equal(await outcome(charge(chargeOf(first), caller)), UNKNOWN)
    assert.equal(await outcome(charge(chargeOf(second), caller)), UNKNOWN)
    assert.equal(await outcome(charge(chargeOf(third), caller)), 'ACCEPTED')
    assert.equal(await outcome(charge(chargeOf(second), caller)), UNKNOWN)
  })

  test(`${mode}: a repeated request for an older entry does not make it the newest again`, async () => {
    const plate_number = freshPlate()
    const older = await park({ plate_number }, caller)
    const newest = await park({ plate_number }, caller)
    assert.equal((await create(older.request, caller)).json<{ id: string }>().id, older.id)
    assert.equal(await outcome(charge(chargeOf(older), caller)), UNKNOWN)
    assert.equal(await outcome(charge(chargeOf(newest), caller)), 'ACCEPTED')
  })
}

test('an entry at another merchant is newer too: a car is in one place', async () => {
  const plate_number = freshPlate()
  const here = await park({ plate_number }, MERCHANT)
  const there = await park({ plate_number }, PARTNER)
  assert.equal(await outcome(charge(chargeOf(here), MERCHANT)), UNKNOWN)
  assert.equal(await outcome(charge(chargeOf(there), PARTNER)), 'ACCEPTED')
})

test('an entry of the same number in another colour is another car and supersedes nothing', async () => {
  const plate_number = freshPlate()
  const blue = await park({ plate_number })
  await park({ plate_number, plate_color: 'YELLOW' })
  assert.equal(await outcome(charge(chargeOf(blue))), 'ACCEPTED')
})

test('a refused attempt to make an entry supersedes nothing', async () => {
  const plate_number = freshPlate()
  const stay = await park({ plate_number })
  const used = { ...entry({ plate_number }), out_parking_no: stay.request.out_parking_no, free_duration: 1 }
  assert.equal((await create(used)).statusCode, 400)
  assert.equal((await create(entry({ plate_number, free_duration: -1 }))).statusCode, 400)
  assert.equal((await create(entry({ plate_number, sub_mchid: '1900000110' }), PARTNER)).statusCode, 403)
  assert.equal(await outcome(charge(chargeOf(stay))), 'ACCEPTED')
})

test('an entry that comes after an accepted charge does not hinder its payment', async () => {
  const plate_number = freshPlate()
  const stay = await park({ plate_number })
  const request = chargeOf(stay)
  await charge(request)
  const next = await park({ plate_number })
  assert.equal(await outcome(charge(request)), 'ACCEPTED')
  await runDue()
  assert.equal((await order(request.out_trade_no)).trade_state, 'SUCCESS')
  assert.equal(await outcome(charge(chargeOf(next))), 'ACCEPTED')
})

test('an entry of a plate that was removed meanwhile cannot be charged; a new entry is BLOCKED', async () => {
  const driver = await freshDriver({ platform })
  const { plate_number } = driver
  await driver.opens()
  const stay = await park({ plate_number })
  await driver.removes()
  assert.equal(await outcome(charge(chargeOf(stay))), '404 NOT_FOUND 车牌不存在')
  const { state, block_reason } = (await create(entry({ plate_number }))).json<Record<string, string>>()
  assert.deepEqual({ state, block_reason }, { state: 'BLOCKED', block_reason: 'OUT_SERVICE' })
})

test('an entry that was BLOCKED is chargeable once the plate is: opened, resumed, paid back', async () => {
  const driver = await freshDriver({ platform })
  const stay = await park({ plate_number: driver.plate_number })
  const refusal = () => outcome(charge(chargeOf(stay)))
  assert.equal(await refusal(), '404 NOT_FOUND 车牌不存在')
  await driver.opens()
  await driver.pauses()
  assert.equal(await refusal(), '400 INVALID_REQUEST 用户状态异常')
  await driver.owes(1)
  await driver.resumes()
  assert.equal(await refusal(), '403 NOT_ENOUGH 用户欠款过多，暂停交易')
  await driver.repays(1)
  await accept(stay)
})

test('an expired entry stays expired, and the next entry of the plate is charged as usual', async t => {
  const rules = { parkingLifetime: 30 * 24 * 60 * 60 * 1000 }
  const { charge, park, accept, clock } = await parkingUnderTest(t, { rules })
  const plate_number = freshPlate()
  const stay = await park({ plate_number })
  clock.advance(30 * 24 * 60 * 60 * 1000 + 1)
  const lately = { parking_info: { end_time: '2017-09-25T11:45:00+08:00' } }
  assert.equal(await outcome(charge(chargeOf(stay, lately))), UNKNOWN)
  await accept(await park({ plate_number }), lately)
})
