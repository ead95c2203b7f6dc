import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPlate } from './plate.ts'
import { FLEET_SIZE, fleetPlates, openTimeMs, SANDBOX_PLATES } from './seed-plates.ts'

const PLATES = [...SANDBOX_PLATES, ...fleetPlates()]

test('every plate of the sandbox is a plate in its colour, and none comes twice', () => {
  for (const { plate_number, plate_color } of PLATES) {
    assert.equal(checkPlate(plate_number, plate_color), undefined, plate_number)
  }
  assert.equal(new Set(PLATES.map(({ plate_number }) => plate_number)).size, PLATES.length)
  assert.equal(fleetPlates().length, FLEET_SIZE)
})

test('every opened plate has a payer of its own, with a time of opening', () => {
  const opened = PLATES.filter(({ service_state }) => service_state !== 'OUT_SERVICE')
  assert.equal(new Set(opened.map(({ openid }) => openid)).size, opened.length)
  for (const { openid, service_open_time } of opened) {
    assert.match(openid, /^o[0-9A-Za-z]{17,31}$/)
    assert.ok(openTimeMs(service_open_time) > 0)
  }
})

test('a constant that is no time is a fault that says which', () => {
  assert.throws(() => openTimeMs('2026-02-30T00:00:00Z'), /2026-02-30T00:00:00Z is no time/)
})
