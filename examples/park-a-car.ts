import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  formatTime,
  type MerchantClient,
  merchantClient,
  OutcomeUnknown,
  optionsFromFolder,
  type PartnerClient,
  partnerClient,
  type TransactionNotice,
  type WebhookReceiver,
  wasAccepted,
} from 'boomgate/sdk'

// A small car park: a car drives in, is charged, leaves, and is paid for. It needs a platform that runs (`npm start`).
//
//   node examples/park-a-car.ts                          as the direct merchant 1230000109
//   node examples/park-a-car.ts 1230000100 1900000109    as a service provider for its sub-merchant
//   node examples/park-a-car.ts path/to/merchants/1230000109
//
//   --data <folder>     the platform's data folder, ./data unless said
//   --plate <number>    the blue plate that is parked, 粤B10001 unless said

const APPID = 'wxcbda96de0b165486'
const PARKING_NAME = '欢乐海岸停车场'
const FEE_FEN = 800
const STAY_SECONDS = 3600
/** The sandbox deducts at once; the real platform may take longer. */
const NOTICE_WAIT_MS = 15_000

/** What a car park needs of a client, whoever makes the calls. */
type CarPark = Pick<MerchantClient, 'parking' | 'webhooks'>

const { values, positionals } = parseArgs({
  options: {
    data: { type: 'string', default: 'data' },
    plate: { type: 'string', default: '粤B10001' },
  },
  allowPositionals: true,
})
const PLATE = { plate_number: values.plate, plate_color: 'BLUE' } as const

const [merchant = '1230000109', sub_mchid] = positionals
const options = optionsFromFolder(
  /^\d+$/.test(merchant) ? join(values.data, 'merchants', merchant) : merchant,
)
await parkOneCar(
  sub_mchid === undefined ? merchantClient(options) : actingFor(partnerClient(options), sub_mchid),
)

/** A provider's calls name the sub-merchant; everything else is the same. */
function actingFor({ parking, webhooks }: PartnerClient, sub_mchid: string): CarPark {
  return {
    webhooks,
    parking: {
      queryPlateService: request => parking.queryPlateService({ ...request, sub_mchid }),
      createParking: request => parking.createParking({ ...request, sub_mchid }),
      createTransaction: request => parking.createTransaction({ ...request, sub_mchid }),
      queryTransaction: request => parking.queryTransaction({ ...request, sub_mchid }),
    },
  }
}

async function parkOneCar({ parking, webhooks }: CarPark): Promise<void> {
  const { notify_url, nextResult, stop } = await startReceiver(webhooks)
  // Your own numbers are what makes a repeated call the same call: keep them before you send them.
  const out_parking_no = `P${randomUUID()}`
  const out_trade_no = `T${randomUUID().replaceAll('-', '').slice(0, 31)}`
  const start_time = formatTime(Date.now() - STAY_SECONDS * 1000)

  const entry = await parking.createParking({
    ...PLATE,
    out_parking_no,
    notify_url,
    start_time,
    parking_name: PARKING_NAME,
    free_duration: 0,
  })
  say(`${PLATE.plate_number} drives in: entry ${entry.id} is ${entry.state} ${entry.block_reason ?? ''}`)

  const charge = {
    appid: APPID,
    description: '停车场扣费',
    out_trade_no,
    trade_scene: 'PARKING',
    notify_url,
    amount: { total: FEE_FEN },
    parking_info: {
      ...PLATE,
      parking_id: entry.id,
      start_time,
      end_time: formatTime(Date.now() - 1000),
      parking_name: PARKING_NAME,
      charging_duration: STAY_SECONDS,
      device_id: 'gate-1',
    },
  } as const
  const accepted = await parking.createTransaction(charge).catch(async error => {
    // Nobody knows whether the car was charged, so the order is asked for before anything else is done.
    if (error instanceof OutcomeUnknown) return parking.queryTransaction({ out_trade_no })
    throw error
  })
  say(`charged ${accepted.amount.total} fen as ${out_trade_no}: ${accepted.trade_state}`)
  say(wasAccepted(accepted) ? 'the gate opens' : 'the gate stays closed: collect on site')

  const { event_type, resource } = await nextResult
  say(`verified notice ${event_type}: ${resource.trade_state} ${resource.transaction_id ?? ''}`)

  const order = await parking.queryTransaction({ out_trade_no })
  say(
    `the order is ${order.trade_state}, ${order.amount.payer_total ?? 0} fen paid by ${order.bank_type ?? 'nobody'}`,
  )
  await stop()
}

/** A receiver of notices on a free port. It answers each before anything is done with it. */
async function startReceiver(webhooks: WebhookReceiver) {
  const { promise: nextResult, resolve, reject } = Promise.withResolvers<TransactionNotice>()
  const server = createServer(
    webhooks.nodeHandler(notice => {
      if (notice.kind === 'parking.transactionResult') resolve(notice)
    }),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const limit = setTimeout(() => reject(new Error(`No notice within ${NOTICE_WAIT_MS} ms`)), NOTICE_WAIT_MS)
  const stop = async () => {
    clearTimeout(limit)
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  const { port } = server.address() as AddressInfo
  return { notify_url: `http://127.0.0.1:${port}/notify`, nextResult, stop }
}

function say(line: string): void {
  console.log(line.trim())
}
