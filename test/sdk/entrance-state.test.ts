import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plateContext } from '../../src/products/industry/parking/plate-context.ts'
import { pausePlate } from '../../src/products/industry/parking/plates.ts'
import { merchantClient, type Notice } from '../../src/sdk/index.ts'
import { DIRECT, entryRequest, optionsOf } from './car-park.ts'
import { sharedPlatform } from './shared-platform.ts'
import { SERVERS } from './webhook-servers.ts'

const thePlatform = sharedPlatform()

test('a real notice of a paused plate arrives at the SDK verified and typed, with its stay', async t => {
  const running = thePlatform()
  const { platform } = running
  const { parking, webhooks } = merchantClient(optionsOf(running, DIRECT))
  const notices: Notice[] = []
  const server = await SERVERS['node:http']?.(webhooks, notice => notices.push(notice))
  assert.ok(server)
  t.after(server.close)
  const { id } = await parking.createParking(entryRequest(server.url))
  const plate = { payer_id: 'payer-of-粤B10001', plate_number: '粤B10001', plate_color: 'BLUE' } as const
  await platform.db.transaction(tx => pausePlate(tx, plateContext(platform), plate))
  await running.runDue()
  const [notice] = notices
  assert.ok(notice?.event_type === 'VEHICLE.ENTRANCE_STATE_CHANGE')
  const { parking_id, parking_state, blocked_state_description, state_update_time } = notice.resource
  assert.deepEqual([parking_id, parking_state, blocked_state_description], [id, 'BLOCKED', 'PAUSE'])
  assert.match(state_update_time, /\.\d{3}\+08:00$/)
})
