import { createDecipheriv, randomBytes, randomUUID, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

// A car park as it is written in an afternoon, by hand and without the SDK. On a good day it does the same as
// examples/car-park.ts: cars are charged, the gate opens, payments are booked. DO NOT COPY IT. It is here to show what the
// go-live check (docs/go-live.md) finds.
//
//   npm run example:naive-car-park -- [--data <folder>] [--port <number>]
//   npm run doctor -- --gate http://127.0.0.1:3000/gate
//
// It fails these checks, and no others:
//
//   wrong-signature, altered-body, unsigned, old-notice, probe
//     Notices are decrypted and believed. "Only the platform has the key" is true of the resource, not of who sends it.
//   doubled, late-payment, refund-doubled
//     Whatever is reported is added to the books.
//   late-entrance-state
//     The notice that comes last is taken for the latest.
//   wrong-amount, unknown-order
//     The notice is taken for the order.
//   unknown-event
//     What is not known is an error.
//   forged-reply, probed-reply
//     Any 2xx opens the gate.
//   reply-lost, outcome-unknown, number-kept, refund-reply-lost, refund-failed
//     What fails is tried again under a new number, and nothing is ever queried.

const APPID = 'wxcbda96de0b165486'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: 'data' },
    port: { type: 'string', default: '3000' },
  },
})
const folder = join(values.data, 'merchants', '1230000109')
const merchant = JSON.parse(readFileSync(join(folder, 'merchant.json'), 'utf8'))
const privateKey = readFileSync(join(folder, 'apiclient_key.pem'), 'utf8')

// biome-ignore lint/suspicious/noExplicitAny: this program knows nothing of what it is given
type Json = any

const stays = new Map<string, Json>()
const orders = new Map<string, Json>()

const server = createServer(async (request, response) => {
  const [status, body] = await answer(request.url ?? '', await textOf(request)).catch(
    (error): [number, Json] => [500, { message: String(error) }],
  )
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}).listen(Number(values.port), '127.0.0.1', () =>
  console.log(`The car park's gate adapter is ${address()}/gate`),
)

function address(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function answer(path: string, text: string): Promise<[status: number, body: Json]> {
  if (path === '/notify') return [200, book(JSON.parse(text))]
  if (path === '/gate/enter') return [200, await enter(JSON.parse(text))]
  if (path === '/gate/leave') return [200, await leave(JSON.parse(text))]
  if (path === '/gate/refund') return [200, await refund(JSON.parse(text))]
  const order = orders.get(path.replace('/gate/orders/', ''))
  return order ? [200, order] : [404, {}]
}

async function enter({ plate_number, plate_color, time }: Json): Promise<Json> {
  const car = { plate_number, plate_color, start_time: time, parking_name: '停车场' }
  const entry = await call('POST', '/v3/vehicle/parking/parkings', {
    ...car,
    out_parking_no: randomUUID(),
    notify_url: `${address()}/notify`,
    free_duration: 0,
  })
  const { id, state }: Json = await entry.json()
  stays.set(plate_number, { ...car, id, state })
  return {}
}

async function leave({ plate_number, time, amount }: Json): Promise<Json> {
  const { id, state, ...car } = stays.get(plate_number)
  if (state === 'BLOCKED') return { gate: 'CLOSED' }
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const out_trade_no = randomUUID().replaceAll('-', '')
    const reply = await call('POST', '/v3/vehicle/transactions/parking', {
      appid: APPID,
      description: '停车',
      out_trade_no,
      trade_scene: 'PARKING',
      notify_url: `${address()}/notify`,
      amount: { total: amount },
      parking_info: { ...car, parking_id: id, end_time: time, charging_duration: 3600, device_id: '1' },
    }).catch(() => undefined)
    if (reply?.ok) {
      orders.set(out_trade_no, orders.get(out_trade_no) ?? newOrder(amount))
      return { gate: 'OPEN', out_trade_no }
    }
    if (reply && reply.status < 500) break
  }
  return { gate: 'CLOSED' }
}

async function refund({ out_trade_no, amount }: Json): Promise<Json> {
  const { total } = orders.get(out_trade_no)
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const out_refund_no = randomUUID()
    const reply = await call('POST', '/v3/refund/domestic/refunds', {
      ...{ out_trade_no, out_refund_no },
      notify_url: `${address()}/notify`,
      amount: { refund: amount, total, currency: 'CNY' },
    }).catch(() => undefined)
    if (reply?.ok) return { out_refund_no }
  }
  throw new Error('The refund has failed')
}

function book({ event_type, resource }: Json): Json {
  const { out_trade_no, amount, ...notice } = JSON.parse(decrypt(resource))
  if (event_type === 'TRANSACTION.SUCCESS') {
    const order = orders.get(out_trade_no) ?? newOrder(amount.total)
    orders.set(out_trade_no, { ...order, state: 'PAID', paid: order.paid + amount.total })
  } else if (event_type === 'REFUND.SUCCESS') {
    const order = orders.get(out_trade_no)
    orders.set(out_trade_no, { ...order, state: 'REFUNDED', refunded: order.refunded + amount.refund })
  } else if (event_type === 'VEHICLE.ENTRANCE_STATE_CHANGE') {
    stays.get(notice.plate_number).state = notice.parking_state
  } else {
    throw new Error(`There is no ${event_type}`)
  }
  return { code: 'SUCCESS' }
}

function newOrder(total: number): Json {
  return { total, state: 'UNPAID', paid: 0, refunded: 0 }
}

function decrypt({ ciphertext, nonce, associated_data }: Json): string {
  const bytes = Buffer.from(ciphertext, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', merchant.apiv3_key, nonce)
  decipher.setAAD(Buffer.from(associated_data)).setAuthTag(bytes.subarray(-16))
  return decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
}

function call(method: string, path: string, body: Json): Promise<Response> {
  const text = JSON.stringify(body)
  const timestamp = Math.floor(Date.now() / 1000)
  const nonce = randomBytes(16).toString('hex')
  const message = `${method}\n${path}\n${timestamp}\n${nonce}\n${text}\n`
  const signature = sign('sha256', Buffer.from(message), privateKey).toString('base64')
  const token = `mchid="${merchant.mchid}",nonce_str="${nonce}",timestamp="${timestamp}",serial_no="${merchant.serial_no}",signature="${signature}"`
  return fetch(merchant.base_url + path, {
    method,
    headers: {
      Accept: 'application/json',
      'User-Agent': 'naive',
      'Content-Type': 'application/json',
      Authorization: `WECHATPAY2-SHA256-RSA2048 ${token}`,
    },
    body: text,
  })
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
