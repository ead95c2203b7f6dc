import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { findMerchant } from '../src/merchants/merchants.ts'
import type { Platform } from '../src/node/platform.ts'
import { enqueueNotice } from '../src/notices/outbox.ts'
import { entranceStateChange } from '../src/products/industry/parking/contract.ts'
import type { Scope } from './sandbox.ts'

// Many notices that wait, and a receiver that does not answer.

/** A receiver that takes notices and answers none until it is released. */
export interface HoldingReceiver {
  /** To be given as `notify_url`. */
  url: string
  /** Notices that came. */
  readonly received: number
  /** Notices that came, were not answered and have not been given up by their sender. */
  readonly open: number
  /** The most that were open at once. */
  readonly mostOpen: number
  /** Waits until so many are open. */
  reaches(open: number): Promise<void>
  /** Acknowledges everything that is open, and from now on everything that comes. */
  answers(): void
}

/** Starts a receiver that goes away with the test. */
export async function holdingReceiver(t: Scope): Promise<HoldingReceiver> {
  const open = new Set<ServerResponse>()
  const waiting: { count: number; resolve: () => void }[] = []
  let [received, mostOpen, isAnswering] = [0, 0, false]
  const acknowledge = (response: ServerResponse) => response.writeHead(204).end()
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      received += 1
      if (isAnswering) return acknowledge(response)
      open.add(response)
      response.once('close', () => open.delete(response))
      mostOpen = Math.max(mostOpen, open.size)
      for (const { count, resolve } of waiting) if (open.size >= count) resolve()
    })
  })
  server.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  t.after(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`,
    get received() {
      return received
    },
    get open() {
      return open.size
    },
    get mostOpen() {
      return mostOpen
    },
    reaches(count) {
      if (open.size >= count) return Promise.resolve()
      return new Promise(resolve => waiting.push({ count, resolve }))
    },
    answers() {
      isAnswering = true
      for (const response of open) acknowledge(response)
    },
  }
}

/** Puts notices about as many stays into the outbox, in one transaction. They are due now. */
export async function putNotices(
  platform: Platform,
  mchid: string,
  notifyUrl: string,
  count = 1,
): Promise<void> {
  const receiver = await findMerchant(platform.db, mchid)
  assert.ok(receiver)
  await platform.db.transaction(async tx => {
    for (let index = 0; index < count; index += 1) {
      await enqueueNotice(tx, platform, entranceStateChange, {
        eventType: 'VEHICLE.ENTRANCE_STATE_CHANGE',
        receiver,
        notifyUrl,
        subject: `parking/stay-${index}`,
        resource: {
          sp_mchid: mchid,
          parking_id: `stay-${index}`,
          out_parking_no: '1212313',
          plate_number: '粤B888888',
          plate_color: 'BLUE',
          start_time: '2017-08-26T10:43:39+08:00',
          parking_name: '欢乐海岸停车场',
          free_duration: 3600,
          parking_state: 'NORMAL',
          state_update_time: '2015-05-20T13:29:35.120+08:00',
        },
      })
    }
  })
}
