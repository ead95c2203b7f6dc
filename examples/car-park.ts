import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  type EntranceStateChange,
  merchantClient,
  NotFound,
  type Notice,
  type NoticedTransaction,
  OutcomeUnknown,
  optionsFromFolder,
  type PlateColor,
  RateLimited,
  type RefundResult,
  type RequestIn,
  wasAccepted,
} from 'boomgate/sdk'

// A car park that is ready to go live: it charges cars, opens its gate, refunds, and keeps books of its own. Beside its
// notify URL it offers the gate adapter of the go-live check (docs/go-live.md), which passes all of its checks.
//
//   npm start                                                    the platform
//   npm run example:car-park                                     this program
//   npm run doctor -- --gate http://127.0.0.1:3000/gate          the go-live check
//
//   --data <folder>    the platform's data folder, ./data unless said
//   --port <number>    where it listens, 3000 unless said; 0 picks one
//
// The books are in memory, so that the example fits in one file. Yours are in a database, where the rules below are
// unique indexes and transactions: a number is kept before it is sent, and a payment or a refund is booked once.

const APPID = 'wxcbda96de0b165486'
const PARKING_NAME = '欢乐海岸停车场'

interface Plate {
  plate_number: string
  plate_color: PlateColor
}

/** A car that is parked. */
interface Stay extends Plate {
  out_parking_no: string
  start_time: string
  /** The platform's number of the entry; empty while it has not answered. */
  parking_id: string
  state: 'NORMAL' | 'BLOCKED'
  /** When the platform has last reported another state, in milliseconds; 0 while it never did. */
  reportedAt: number
}

interface Order {
  out_trade_no: string
  /** Fen, as all amounts. */
  total: number
  state: 'UNPAID' | 'PAID' | 'FAILED'
  refunds: Map<string, { amount: number; arrived: boolean }>
}

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: 'data' },
    port: { type: 'string', default: '3000' },
  },
})
const { parking, refunds, webhooks } = merchantClient(
  optionsFromFolder(join(values.data, 'merchants', '1230000109')),
)
const stays = new Map<string, Stay>()
const orders = new Map<string, Order>()

const takeNotice = webhooks.nodeHandler(book, { onError: error => say(String(error)) })
const server = createServer((request, response) => {
  if (request.url?.startsWith('/gate/')) void answerGate(request, response)
  else takeNotice(request, response)
}).listen(Number(values.port), '127.0.0.1', () => say(`The car park's gate adapter is ${address()}/gate`))

function address(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A car drives in. What the platform answers decides later whether it can be charged, not whether it may come in. */
async function enter({ plate_number, plate_color, time }: Plate & { time: string }): Promise<object> {
  const out_parking_no = `P${randomUUID()}`
  const car = { plate_number, plate_color, out_parking_no, start_time: time }
  // In the books before it is sent: a notice may be faster than the reply.
  const stay: Stay = { ...car, parking_id: '', state: 'NORMAL', reportedAt: 0 }
  stays.set(nameOf(stay), stay)
  const { id, state } = await parking.createParking({
    ...car,
    notify_url: `${address()}/notify`,
    parking_name: PARKING_NAME,
    free_duration: 0,
  })
  stay.parking_id = id
  if (stay.reportedAt === 0) stay.state = state
  return {}
}

/** A car wants to leave. Whoever cannot be charged pays on site. */
async function leave({ time, amount, ...plate }: Plate & { time: string; amount: number }): Promise<object> {
  const stay = stays.get(nameOf(plate))
  if (!stay?.parking_id || stay.state === 'BLOCKED') return { gate: 'CLOSED' }
  const out_trade_no = `T${randomUUID().replaceAll('-', '').slice(0, 31)}`
  // In the books before it is sent, too: a crash must not lose the number.
  orders.set(out_trade_no, { out_trade_no, total: amount, state: 'UNPAID', refunds: new Map() })
  const accepted = await charge({
    appid: APPID,
    description: '停车场扣费',
    out_trade_no,
    trade_scene: 'PARKING',
    notify_url: `${address()}/notify`,
    amount: { total: amount },
    parking_info: {
      plate_number: stay.plate_number,
      plate_color: stay.plate_color,
      parking_id: stay.parking_id,
      start_time: stay.start_time,
      end_time: time,
      parking_name: PARKING_NAME,
      charging_duration: Math.floor((Date.parse(time) - Date.parse(stay.start_time)) / 1000),
      device_id: 'gate-1',
    },
  })
  if (accepted) stays.delete(nameOf(stay))
  return { gate: accepted ? 'OPEN' : 'CLOSED', out_trade_no }
}

/** Whether the platform has taken the charge on. Everything but a clear yes keeps the gate closed. */
async function charge(request: RequestIn<'parking.createTransaction', 'merchant'>): Promise<boolean> {
  try {
    // The client repeats by itself what may be repeated, with the same number.
    return wasAccepted(await parking.createTransaction(request))
  } catch (error) {
    say(`charge of ${request.out_trade_no}: ${error}`)
    if (!(error instanceof OutcomeUnknown || error instanceof RateLimited)) return false
  }
  // Nobody knows whether the car was charged, so the order is asked for.
  try {
    return wasAccepted(await parking.queryTransaction({ out_trade_no: request.out_trade_no }))
  } catch (error) {
    // No such order, or no answer. If it was charged after all, the notice will say so, and what was paid on site as well is
    // refunded.
    say(`query of ${request.out_trade_no}: ${error}`)
    return false
  }
}

async function refund({ out_trade_no, amount }: { out_trade_no: string; amount: number }): Promise<object> {
  const order = orders.get(out_trade_no)
  if (order?.state !== 'PAID') throw new Error(`${out_trade_no} is not paid`)
  const out_refund_no = `R${randomUUID()}`
  order.refunds.set(out_refund_no, { amount, arrived: false })
  const request = {
    ...{ out_trade_no, out_refund_no },
    notify_url: `${address()}/notify`,
    amount: { refund: amount, total: order.total, currency: 'CNY' },
  } as const
  try {
    await refunds.createRefund(request)
  } catch (error) {
    say(`refund ${out_refund_no}: ${error}`)
    if (!(error instanceof OutcomeUnknown || error instanceof RateLimited)) throw error
    await refunds.queryByOutRefundNo({ out_refund_no }).catch(unfound => {
      // It was not made, so the same number is sent again; a new one could refund twice.
      if (unfound instanceof NotFound) return refunds.createRefund(request)
      throw unfound
    })
  }
  return { out_refund_no }
}

/** Takes a verified notice. What this throws makes the platform send it again. */
function book(notice: Notice): void {
  const { kind, event_type, id, resource } = notice
  // Several products send TRANSACTION.SUCCESS, so the kind says which one has.
  if (kind === 'parking.transactionResult' && event_type === 'TRANSACTION.SUCCESS') bookPayment(resource)
  else if (event_type === 'TRANSACTION.FAIL') bookFailure(resource)
  else if (event_type === 'REFUND.SUCCESS') bookRefund(resource)
  else if (event_type === 'VEHICLE.ENTRANCE_STATE_CHANGE') noteState(resource)
  // What is not known is acknowledged, or it comes fifteen times more.
  else say(`nothing is done about ${event_type} ${id}`)
}

function bookPayment({ out_trade_no, amount }: NoticedTransaction): void {
  const order = orders.get(out_trade_no)
  // An alarm is for a person to look at: sending the notice again would not make it right.
  if (!order) say(`ALARM: ${out_trade_no} was paid and is not in the books`)
  else if (order.total !== amount.total)
    say(`ALARM: ${out_trade_no}: ${amount.total} of ${order.total} fen paid`)
  // What is paid stays paid, however often and however late it is reported.
  else order.state = 'PAID'
}

function bookFailure({ out_trade_no }: NoticedTransaction): void {
  const order = orders.get(out_trade_no)
  if (order?.state === 'UNPAID') order.state = 'FAILED'
}

function bookRefund({ out_trade_no, out_refund_no, amount }: RefundResult): void {
  const known = orders.get(out_trade_no)?.refunds.get(out_refund_no)
  if (known?.amount === amount.refund) known.arrived = true
  else say(`ALARM: the refund ${out_refund_no} is not in the books`)
}

/** Notices overtake each other, so the latest state counts and not the one that came last. */
function noteState({ out_parking_no, parking_state, state_update_time }: EntranceStateChange): void {
  const stay = [...stays.values()].find(parked => parked.out_parking_no === out_parking_no)
  const reportedAt = Date.parse(state_update_time)
  if (stay && reportedAt > stay.reportedAt) Object.assign(stay, { state: parking_state, reportedAt })
}

/** The order as the go-live check asks for it. */
function shown({ state, total, refunds }: Order): object {
  const arrived = [...refunds.values()].filter(part => part.arrived)
  return {
    state,
    paid: state === 'PAID' ? total : 0,
    refunded: arrived.reduce((sum, { amount }) => sum + amount, 0),
  }
}

/** The gate adapter. It is for tests only: never let it listen where cars really park. */
async function answerGate(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.slice('/gate'.length) ?? ''
  const answer = (status: number, body: object) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
  try {
    if (path.startsWith('/orders/')) {
      const order = orders.get(decodeURIComponent(path.slice('/orders/'.length)))
      return void (order ? answer(200, shown(order)) : answer(404, { message: 'There is no such order' }))
    }
    const act = { '/enter': enter, '/leave': leave, '/refund': refund }[path]
    if (!act) return void answer(404, { message: `There is no ${path}` })
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    answer(200, await act(JSON.parse(Buffer.concat(chunks).toString('utf8'))))
  } catch (error) {
    say(String(error))
    answer(500, { message: String(error) })
  }
}

function nameOf({ plate_number, plate_color }: Plate): string {
  return `${plate_color} ${plate_number}`
}

function say(line: string): void {
  console.log(line)
}
