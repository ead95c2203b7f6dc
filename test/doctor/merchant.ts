import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import {
  createWebhookReceiver,
  type MerchantClient,
  merchantClient,
  NetworkError,
  type Notice,
  NoticeRefused,
  OutcomeUnknown,
  optionsFromFolder,
  RateLimited,
  type RefusalReason,
  ReplyForged,
  SystemError,
  type WebhookReceiver,
} from '../../src/sdk/index.ts'
import type { TestPlatform } from '../../src/testing/index.ts'
import { APPID, DIRECT } from '../sdk/car-park.ts'

/** What a merchant's program can do wrong, each by itself. */
export interface Defects {
  neverOpens?: boolean
  /** How many cars it lets go to the gate; the others wait there for ever. */
  leaves?: number
  answersNothing?: boolean
  booksYuan?: boolean
  /** Refusals that are acknowledged all the same. */
  takes?: readonly RefusalReason[]
  takesEachIdOnce?: boolean
  addsPayments?: boolean
  addsRefunds?: boolean
  forgetsRefunds?: boolean
  lastStateWins?: boolean
  ignoresAmounts?: boolean
  booksUnknownOrders?: boolean
  refusesUnknownEvents?: boolean
  opensForBlocked?: boolean
  opensAfterRefusal?: boolean
  opensWhenLimited?: boolean
  opensWhenDown?: boolean
  believesReplies?: boolean
  neverAsksAgain?: boolean
  newNumbers?: boolean
  newRefundNumbers?: boolean
  pinsCertificate?: boolean
  certificatesOnly?: boolean
  noBackup?: boolean
  opensUnreachable?: boolean
  /** How long after its answer a notice is booked, in milliseconds. */
  booksAfterMs?: number
  neverAnswersOrders?: boolean
}

interface Stay {
  parking_id: string
  start_time: string
  blocked: boolean
  reportedAt: number
}

interface Order {
  total: number
  state: 'UNPAID' | 'PAID'
  paid: number
  refunds: Map<string, number>
}

// biome-ignore lint/suspicious/noExplicitAny: the doctor's requests, whose shape is what is tested
type Request = any

/** Starts a merchant's program with these defects and no others, which calls the platform that wrote its files unless said. Answers the URL of its gate adapter. */
export async function startMerchant(
  t: TestContext,
  running: TestPlatform,
  defects: Defects = {},
  baseUrl?: string,
): Promise<string> {
  const { fallbackUrl, ...options } = optionsFromFolder(`${running.folder}/merchants/${DIRECT}`, {
    trust: defects.certificatesOnly ? 'certificate' : 'both',
  })
  const client = merchantClient({
    ...options,
    ...(baseUrl !== undefined && { baseUrl }),
    ...(!defects.noBackup && fallbackUrl !== undefined && { fallbackUrl }),
    ...((defects.neverAsksAgain || defects.newNumbers || defects.newRefundNumbers) && { retries: 0 }),
    retryPauseMs: 1,
  })
  // A receiver of its own cannot download certificates.
  const webhooks = defects.pinsCertificate ? createWebhookReceiver(options) : client.webhooks
  const merchant = new Merchant(client, webhooks, defects)
  const server = createServer(async (request, response) => {
    const path = request.url ?? ''
    const text = await textOf(request)
    const answered =
      path === '/notify' ? merchant.take(text, request) : merchant.answer(path.slice('/gate'.length), text)
    const [status, body] = await answered.catch((error): [number, object] => [500, { message: `${error}` }])
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(status === 204 ? undefined : JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  merchant.notify_url = `${url}/notify`
  return `${url}/gate`
}

class Merchant {
  notify_url = ''
  readonly #client: MerchantClient
  readonly #webhooks: WebhookReceiver
  readonly #defects: Defects
  readonly #stays = new Map<string, Stay>()
  readonly #orders = new Map<string, Order>()
  readonly #ids = new Set<string>()
  #left = 0

  constructor(client: MerchantClient, webhooks: WebhookReceiver, defects: Defects) {
    this.#client = client
    this.#webhooks = webhooks
    this.#defects = defects
  }

  async answer(path: string, text: string): Promise<[number, object]> {
    if (path === '/enter') return [200, await this.#enter(JSON.parse(text))]
    if (path === '/leave') return [200, await this.#leave(JSON.parse(text))]
    if (path === '/refund') return [200, await this.#refund(JSON.parse(text))]
    if (this.#defects.neverAnswersOrders) return new Promise(() => undefined)
    const order = this.#orders.get(path.slice('/orders/'.length))
    if (!order) return [404, {}]
    const refunded = [...order.refunds.values()].reduce((sum, part) => sum + part, 0)
    return [200, { state: order.state, paid: order.paid, refunded }]
  }

  async take(text: string, { headers }: IncomingMessage): Promise<[number, object]> {
    const {
      answersNothing,
      takes = [],
      takesEachIdOnce,
      refusesUnknownEvents,
      booksAfterMs = 0,
    } = this.#defects
    if (answersNothing) return new Promise(() => undefined)
    const { id } = JSON.parse(text)
    if (takesEachIdOnce && this.#ids.has(id)) return [409, { message: 'This notice is here already' }]
    this.#ids.add(id)
    try {
      const notice = await this.#webhooks.readNotice(text, headers)
      if (notice.event_type === 'unknown' && refusesUnknownEvents) return [400, {}]
      if (booksAfterMs === 0) this.#book(notice)
      else setTimeout(() => this.#book(notice), booksAfterMs)
      return [204, {}]
    } catch (error) {
      if (!(error instanceof NoticeRefused)) throw error
      return [takes.includes(error.reason) ? 204 : error.status, { message: error.message }]
    }
  }

  async #enter({ plate_number, plate_color, time }: Request): Promise<object> {
    const entry = await this.#client.parking.createParking({
      ...{ plate_number, plate_color, start_time: time, notify_url: this.notify_url },
      out_parking_no: randomUUID(),
      parking_name: '欢乐海岸停车场',
      free_duration: 0,
    })
    const blocked = entry.state === 'BLOCKED'
    this.#stays.set(plate_number, { parking_id: entry.id, start_time: time, blocked, reportedAt: 0 })
    return {}
  }

  async #leave(request: Request): Promise<object> {
    const { neverOpens, leaves = Number.POSITIVE_INFINITY, opensForBlocked } = this.#defects
    this.#left += 1
    if (this.#left > leaves) return new Promise(() => undefined)
    if (neverOpens) return { gate: 'CLOSED' }
    if (this.#stays.get(request.plate_number)?.blocked) return { gate: opensForBlocked ? 'OPEN' : 'CLOSED' }
    const out_trade_no = await this.#charge(request)
    if (out_trade_no === undefined) return { gate: 'CLOSED' }
    return { gate: 'OPEN', out_trade_no }
  }

  /** The number under which the car is let out. */
  async #charge(request: Request, again = this.#defects.newNumbers): Promise<string | undefined> {
    const { parking_id = '', start_time = '' } = this.#stays.get(request.plate_number) ?? {}
    const out_trade_no = randomUUID().replaceAll('-', '')
    this.#orders.set(out_trade_no, newOrder(request.amount))
    const { plate_number, plate_color, time } = request
    const isOpening = await this.#client.parking
      .createTransaction({
        ...{ appid: APPID, description: '停车', out_trade_no, trade_scene: 'PARKING' },
        notify_url: this.notify_url,
        amount: { total: request.amount },
        parking_info: {
          ...{ plate_number, plate_color, parking_id, start_time, end_time: time },
          ...{ parking_name: '欢乐海岸停车场', charging_duration: 3600, device_id: 'gate-1' },
        },
      })
      .then(
        ({ trade_state }) => trade_state === 'ACCEPTED' || trade_state === 'SUCCESS',
        error => this.#judge(error, out_trade_no),
      )
    if (isOpening) return out_trade_no
    return again ? this.#charge(request, false) : undefined
  }

  async #judge(error: unknown, out_trade_no: string): Promise<boolean> {
    const { believesReplies, opensAfterRefusal, opensWhenLimited, opensWhenDown, opensUnreachable } =
      this.#defects
    if (error instanceof ReplyForged && believesReplies) return true
    if (error instanceof RateLimited && opensWhenLimited) return true
    if (error instanceof SystemError && opensWhenDown) return true
    if (error instanceof NetworkError && opensUnreachable) return true
    if (!(error instanceof OutcomeUnknown)) return opensAfterRefusal ?? false
    if (this.#defects.neverAsksAgain || this.#defects.newNumbers) return false
    return this.#client.parking.queryTransaction({ out_trade_no }).then(
      ({ trade_state }) => trade_state === 'ACCEPTED' || trade_state === 'SUCCESS',
      () => false,
    )
  }

  async #refund({ out_trade_no, amount }: Request): Promise<object> {
    const { total = 0 } = this.#orders.get(out_trade_no) ?? {}
    const apply = async () => {
      const out_refund_no = randomUUID()
      await this.#client.refunds.createRefund({
        ...{ out_trade_no, out_refund_no, notify_url: this.notify_url },
        amount: { refund: amount, total, currency: 'CNY' },
      })
      return { out_refund_no }
    }
    return apply().catch(error => {
      if (this.#defects.newRefundNumbers) return apply()
      throw error
    })
  }

  #book(notice: Notice): void {
    const { addsRefunds, lastStateWins } = this.#defects
    if (notice.event_type === 'TRANSACTION.SUCCESS') this.#bookPayment(notice.resource)
    if (notice.event_type === 'REFUND.SUCCESS') {
      const { out_trade_no, out_refund_no, amount } = notice.resource
      const number = addsRefunds ? randomUUID() : out_refund_no
      this.#orders.get(out_trade_no)?.refunds.set(number, amount.refund)
    }
    if (notice.event_type === 'VEHICLE.ENTRANCE_STATE_CHANGE') {
      const { plate_number, parking_state, state_update_time } = notice.resource
      const stay = this.#stays.get(plate_number)
      const reportedAt = Date.parse(state_update_time)
      if (!stay || (reportedAt < stay.reportedAt && !lastStateWins)) return
      Object.assign(stay, { blocked: parking_state === 'BLOCKED', reportedAt })
    }
  }

  #bookPayment({
    out_trade_no,
    amount: { total },
  }: {
    out_trade_no: string
    amount: { total: number }
  }): void {
    const { booksUnknownOrders, ignoresAmounts, addsPayments, forgetsRefunds, booksYuan } = this.#defects
    const order = this.#orders.get(out_trade_no) ?? (booksUnknownOrders ? newOrder(total) : undefined)
    if (!order || (order.total !== total && !ignoresAmounts)) return
    this.#orders.set(out_trade_no, order)
    if (order.state === 'UNPAID' || addsPayments) order.paid += booksYuan ? total / 100 : total
    if (forgetsRefunds) order.refunds.clear()
    order.state = 'PAID'
  }
}

function newOrder(total: number): Order {
  return { total, state: 'UNPAID', paid: 0, refunds: new Map() }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
